"""IAM policy documents as one model, whatever form they were written in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from policy.unknown import UNKNOWN, known

Members = tuple[Any, ...]  # texts, and UNKNOWN for members that are not known yet
_OLDEST, _WITH_VARIABLES = "2008-10-17", "2012-10-17"
_PATTERNS = frozenset({"stringlike", "arnlike", "arnequals"})
_POSITIVE = _PATTERNS | {"stringequals", "stringequalsignorecase", "binaryequals", "bool", "ipaddress"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a Condition block: `StringEquals: {"aws:SourceAccount": "123"}`; no operator where it is unknown."""

    operator: str
    key: str
    values: Members

    @property
    def test(self) -> str:
        """The operator in small letters; one of several values of the request is enough."""
        return self.operator.lower().removeprefix("foranyvalue:")

    @property
    def binds(self) -> bool:
        """Whether the request must bring the key with one of these values.

        `...IfExists` and `ForAllValues:` hold for requests without the key, negative operators for all other values.
        """
        return self.test in _POSITIVE

    @property
    def matches_patterns(self) -> bool:
        """Whether `*` and `?` in the values are wildcards; elsewhere they stand for themselves."""
        return self.test in _PATTERNS


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """One statement with its lists normalised: a single text is a list of one, what is left out is empty.

    `principals` maps the kind (`AWS`, `Service`, `Federated`, `CanonicalUser`) to its members; the bare `"*"` stands
    as kind `*`. A list that is unknown as a whole is `(UNKNOWN,)`.
    """

    index: int
    sid: str
    effect: str
    actions: Members = ()
    not_actions: Members = ()
    resources: Members = ()
    not_resources: Members = ()
    principals: Mapping[str, Members] | None = None
    not_principals: Mapping[str, Members] | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def allows(self) -> bool:
        """Whether the statement is known to allow."""
        return self.effect == "Allow"

    @property
    def label(self) -> str:
        """How messages name it: its Sid, or its place."""
        return self.sid or f"statement {self.index + 1}"

    def known_actions(self) -> list[str]:
        """Its actions as far as they are known, in the spelling given."""
        return [action for action in self.actions if known(action)]

    @property
    def fully_known(self) -> bool:
        """Whether it is known what it says of whom and of what."""
        lists = (self.actions, self.not_actions, self.resources, self.not_resources)
        members = [*(self.principals or {}).values(), *(self.not_principals or {}).values()]
        return bool(self.effect) and all(known(one) for each in (*lists, *members) for one in each)

    @property
    def any_resource(self) -> bool:
        """Whether it is known to apply to every resource (`*`)."""
        return any(known(resource) and resource == "*" for resource in self.resources)

    def principals_of(self, kind: str) -> list[str]:
        """Known principals of a kind; `"*"` alone counts as an AWS principal as IAM has it."""
        members = (self.principals or {}).get(kind, ())
        if kind == "AWS":
            members = (*members, *(self.principals or {}).get("*", ()))
        return [member for member in members if known(member)]

    @property
    def any_principal(self) -> bool:
        """Whether the statement is known to name every principal, signed in or not."""
        return self.allows and "*" in self.principals_of("AWS")

    def values_of(self, *keys: str) -> list[Condition]:
        """Conditions on these context keys, whatever their case."""
        wanted = {key.lower() for key in keys}
        return [condition for condition in self.conditions if condition.key.lower() in wanted]

    @property
    def wholly_known_conditions(self) -> bool:
        """Whether no condition of it is still unknown."""
        return all(condition.operator for condition in self.conditions)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A policy document: what kind it is of, where it stands, and its statements as far as known."""

    kind: str
    path: str
    statements: tuple[Statement, ...]
    complete: bool
    version: str = _OLDEST

    @property
    def whole(self) -> bool:
        """Whether all that it says is known, but for conditions, which count as such."""
        return self.complete and all(each.fully_known for each in self.statements)

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` means something: not in the older version, which is also that of a document with none.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
        """
        return self.version == _WITH_VARIABLES

    def allowing(self) -> Iterator[Statement]:
        """The statements known to allow."""
        return (statement for statement in self.statements if statement.allows)


def parse(value: Any, kind: str, path: str) -> Document | None:
    """The document in a JSON text or mapping; None where it is unknown, not set, or no policy document.

    `complete` is False where part of it is unknown, so that rules about something missing stay silent.
    """
    if isinstance(value, str):
        content, complete = _from_json(value)
    elif isinstance(value, Mapping):
        content, complete = value, True
    else:
        return None
    if not isinstance(content, Mapping):
        return None
    listed = content.get("Statement")
    if listed is UNKNOWN:
        return Document(kind, path, (), complete=False)
    entries = listed if isinstance(listed, list) else [listed]
    statements = tuple(
        _statement(index, entry) for index, entry in enumerate(entries) if known(entry) and isinstance(entry, Mapping)
    )
    whole = complete and all(known(entry) for entry in entries)
    return Document(kind, path, statements, whole, content.get("Version", _OLDEST))


@lru_cache(maxsize=2048)
def _from_json(text: str) -> tuple[Any, bool]:
    try:
        return json.loads(text), True
    except ValueError:
        return None, False


def _statement(index: int, entry: Mapping[str, Any]) -> Statement:
    effect = entry.get("Effect")
    return Statement(
        index=index,
        sid=entry["Sid"] if isinstance(entry.get("Sid"), str) else "",
        effect=effect if isinstance(effect, str) else "",
        actions=_members(entry.get("Action")),
        not_actions=_members(entry.get("NotAction")),
        resources=_members(entry.get("Resource")),
        not_resources=_members(entry.get("NotResource")),
        principals=_principals(entry.get("Principal")),
        not_principals=_principals(entry.get("NotPrincipal")),
        conditions=_conditions(entry.get("Condition")),
    )


def _members(value: Any) -> Members:
    if value is None:
        return ()
    if value is UNKNOWN:
        return (UNKNOWN,)
    return tuple(value) if isinstance(value, list) else (value,)


def _principals(value: Any) -> Mapping[str, Members] | None:
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {kind: _members(members) for kind, members in value.items()}
    return {"*": _members(value)}


def _conditions(value: Any) -> tuple[Condition, ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        return (Condition("", "", (UNKNOWN,)),)
    found: list[Condition] = []
    for operator, tests in value.items():
        if isinstance(tests, Mapping):
            found += [Condition(operator, key, _members(members)) for key, members in tests.items()]
        else:
            found.append(Condition("", "", (UNKNOWN,)))
    return tuple(found)
