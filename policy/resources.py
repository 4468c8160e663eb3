"""What a rule sees of a resource: its known inputs, read by path, never tripping over unknown values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from policy.tokens import is_patch
from policy.unknown import UNKNOWN, Unknown, wholly_known

EMPTY: Mapping[str, Any] = {}


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[str | int, ...]:
    """`a.b[0].c` as ("a", "b", 0, "c"). A key that itself holds dots is written in quotes: `metadata["a.b/c"]`."""
    steps: list[str | int] = []
    rest = path
    while rest:
        if rest.startswith('["'):
            key, _, rest = rest[2:].partition('"]')
            steps.append(key)
        elif rest.startswith("["):
            index, _, rest = rest[1:].partition("]")
            steps.append(int(index))
        else:
            rest = rest.removeprefix(".")
            end = min((at for at in (rest.find("."), rest.find("[")) if at >= 0), default=len(rest))
            steps.append(rest[:end])
            rest = rest[end:]
    return tuple(steps)


def _step(value: Any, step: str | int) -> Any:
    # Pulumi flattens Terraform's one-element blocks, older providers did not: `a.b` and `a[0].b` read both forms.
    if isinstance(value, dict):
        return value if step == 0 else value.get(step)
    if isinstance(value, list):
        if isinstance(step, int):
            return value[step] if step < len(value) else None
        if len(value) == 1:
            return UNKNOWN if value[0] is UNKNOWN else _step(value[0], step)
        return None
    return value if step == 0 or value is UNKNOWN else None


class Values:
    """A mapping of plain values with accessors that reach a verdict only from what is known.

    `has`, `lacks`, `below`, `above`, `contains`, `omits` are all False where the value is unknown, so a rule reads
    `if resource.lacks("storageEncrypted", True): yield Finding(...)` and is right for known and unknown alike.
    """

    __slots__ = ()

    @property
    def values(self) -> Mapping[str, Any] | Unknown:
        """The plain values to read from; UNKNOWN where nothing of them is known."""
        raise NotImplementedError

    @property
    def partial(self) -> bool:
        """Whether what is not set here may be set elsewhere, so that it reads as UNKNOWN."""
        raise NotImplementedError

    def path(self, path: str) -> str:
        """The path from the resource's own inputs, for a Finding."""
        return path

    def get(self, path: str, default: Any = None) -> Any:
        """The value at the path; `default` where it is not set, UNKNOWN where anything on the way is unknown."""
        value: Any = self.values
        for step in split_path(path):
            value = _step(value, step)
            if value is UNKNOWN:
                return UNKNOWN
            if value is None:
                return UNKNOWN if self.partial else default
        return value

    def unknown(self, path: str) -> bool:
        """Whether the value at the path is not known yet."""
        return self.get(path) is UNKNOWN

    def has(self, path: str, *wanted: Any) -> bool:
        """Known and one of `wanted`; with none given: known to be set and not empty."""
        value = self.get(path)
        if value is UNKNOWN:
            return False
        return _among(value, wanted) if wanted else not _empty(value)

    def lacks(self, path: str, *wanted: Any) -> bool:
        """Known, and none of `wanted` (not set counts as none); with none given: known to be not set or empty."""
        value = self.get(path)
        if value is UNKNOWN:
            return False
        return not _among(value, wanted) if wanted else _empty(value)

    def given(self, path: str) -> bool:
        """Whether it is known to be set, to whatever value; what is computed is set although its value is not known."""
        value = self.get(path)
        return not _empty(value) and self.values is not UNKNOWN and not (self.partial and value is UNKNOWN)

    def below(self, path: str, limit: float, default: float | None = None) -> bool:
        """Known and below the limit; a value that is not set counts as `default` (None: says nothing)."""
        number = _number(self.get(path, default))
        return number is not None and number < limit

    def above(self, path: str, limit: float, default: float | None = None) -> bool:
        """Known and above the limit; a value that is not set counts as `default` (None: says nothing)."""
        number = _number(self.get(path, default))
        return number is not None and number > limit

    def list(self, path: str) -> list[Any]:
        """The known members of a list; a single value is a list of one, unknown and not set are none."""
        value = self.get(path)
        if value is UNKNOWN or value is None:
            return []
        members = value if isinstance(value, list) else [value]
        return [member for member in members if member is not UNKNOWN]

    def partly_unknown(self, path: str, *keys: str) -> bool:
        """Whether a member of the list at the path, or what one of its `keys` says, is not known yet.

        A rule about something that no member says stays silent then: that member may say it.
        """
        value = self.get(path)
        members = value if isinstance(value, list) else [value]
        unread = any(member is UNKNOWN for member in members)
        return unread or any(block.unknown(key) for block in self.blocks(path) for key in keys)

    def contains(self, path: str, *wanted: Any) -> bool:
        """Whether a known member of the list is one of `wanted`."""
        return any(_among(member, wanted) for member in self.list(path))

    def omits(self, path: str, *wanted: Any) -> bool:
        """Whether the list is wholly known and holds none of `wanted`."""
        return wholly_known(self.get(path)) and not self.contains(path, *wanted)

    def blocks(self, path: str) -> Iterator["Block"]:
        """The known mappings of a list of mappings (or of a single one), each with the same accessors."""
        value = self.get(path)
        if isinstance(value, dict):
            yield Block(value, self.path(path), self.partial)
        elif isinstance(value, list):
            for index, member in enumerate(value):
                if isinstance(member, dict):
                    yield Block(member, f"{self.path(path)}[{index}]", self.partial)


@dataclass(frozen=True, slots=True)
class Block(Values):
    """A nested mapping of a resource's inputs, such as one rule of a security group."""

    content: dict[str, Any]
    at: str
    partial: bool = False

    @property
    def values(self) -> Mapping[str, Any]:
        return self.content

    def path(self, path: str) -> str:
        return f"{self.at}.{path}" if path else self.at


@dataclass(frozen=True, slots=True, eq=False)
class Resource(Values):
    """One resource of a stack as plain data; the same for the engine, the preview and the tests.

    `inputs` are camelCase plain values (dict, list, text, number, truth value, None): texts of secrets are Sealed, what
    is not known yet is UNKNOWN. `outputs` are read only to recognise who refers to whom by id, ARN or name.
    `property_dependencies` names, for each top-level input, the URNs it was computed from.

    A resource that is not `seen` is registered, and that is all that is known of it: every input reads as UNKNOWN,
    none as not set. Pulumi's engine shows resources so that `--target` leaves out. Of a patch of a Kubernetes object
    only what is set is known.
    """

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    dependencies: Sequence[str] = ()
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    seen: bool = True

    @property
    def values(self) -> Mapping[str, Any] | Unknown:
        return self.inputs if self.seen else UNKNOWN

    @property
    def partial(self) -> bool:
        return is_patch(self.type)

    @property
    def stack(self) -> str:
        """The stack's name, from the URN."""
        return stack_of(self.urn)

    @property
    def project(self) -> str:
        """The project's name, from the URN."""
        return project_of(self.urn)

    @property
    def protected(self) -> bool:
        """Whether Pulumi refuses to delete it."""
        return self.options.get("protect") is True


def stack_of(urn: str) -> str:
    """The stack's name in `urn:pulumi:<stack>::<project>::<type>::<name>`, empty for anything else."""
    return urn.split("::", 1)[0].removeprefix("urn:pulumi:") if urn.startswith("urn:pulumi:") else ""


def project_of(urn: str) -> str:
    """The project's name in such a URN, empty for anything else."""
    return urn.split("::", 2)[1] if urn.startswith("urn:pulumi:") and "::" in urn else ""


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and len(value) == 0)


def _among(value: Any, wanted: Sequence[Any]) -> bool:
    # Terraform and Kubernetes carry some booleans as text.
    return any(_same(value, candidate) for candidate in wanted)


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and value.lower() == str(wanted).lower())
    return not isinstance(value, bool) and wholly_known(value) and wanted is not UNKNOWN and value == wanted


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None
