"""IAM statements as values: grants, which components offer and roles take, and policies of resources."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Any

import pulumi

Condition = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]] | pulumi.Output[dict[str, str]]]
"""By test; all of a test at once where not even the keys are known beforehand."""


class GrantError(TypeError):
    """Something else was given where a grant belongs; ``caller`` is the file and line that gave it."""

    def __init__(self, text: str, caller: tuple[str, int]) -> None:
        super().__init__(text)
        self.caller = caller


class Grant:
    """What a component offers a role, such as ``bucket.read``: one or more statements that are of use only together.

    Roles, and components that make one, take a list of grants. Grants are not lists: ``[queue.send]``, not
    ``[*queue.send]``. One grant can be made of others. Raises GrantError where a part is none.
    """

    def __init__(self, *parts: "Grant") -> None:
        self._statements = tuple(each for part in as_grants(parts) for each in part.statements)

    @property
    def statements(self) -> tuple["Statement", ...]:
        """The statements, in the order in which a policy has them."""
        return self._statements

    if not TYPE_CHECKING:  # Type checkers find this mistake by themselves, where there is no __iter__.

        def __iter__(self) -> Iterator["Statement"]:
            raise GrantError(
                "a grant is one value and is given whole: write [queue.send], not [*queue.send]",
                _place(sys._getframe(1)),
            )


@dataclass(frozen=True)
class Statement(Grant):
    """One IAM statement; ``principals`` only in a policy that is attached to a resource."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    conditions: Condition = field(default_factory=dict)
    effect: str = "Allow"
    principals: Mapping[str, Sequence[pulumi.Input[str]]] | str | None = None
    all_but: Sequence[pulumi.Input[str]] = ()
    """In place of ``resources``, and for a refusal only: what it spares."""

    @property
    def statements(self) -> tuple["Statement", ...]:
        """This statement alone."""
        return (self,)

    def as_dict(self) -> dict[str, Any]:
        """The statement in IAM's JSON form."""
        document: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect}
        if self.principals is not None:
            document["Principal"] = self.principals if isinstance(self.principals, str) else dict(self.principals)
        document["Action"] = list(self.actions)
        if self.resources:
            document["Resource"] = list(self.resources)
        if self.all_but:
            document["NotResource"] = list(self.all_but)
        if self.conditions:
            document["Condition"] = {
                test: values if isinstance(values, pulumi.Output) else dict(values)
                for test, values in self.conditions.items()
            }
        return document


def sid(verb: str, name: str) -> str:
    """A statement id such as ``ReadRecordsBackups``: what is granted, and the component it is granted on."""
    return verb + "".join(part.capitalize() for part in name.split("-"))


def policy_document(grants: Iterable[Grant]) -> pulumi.Output[str]:
    """A policy document as JSON.

    Raises ValueError when two statements share a Sid, GrantError where something else than a grant is given.
    """
    listed = Grant(*as_grants(grants)).statements
    sids = [s.sid for s in listed]
    if len(set(sids)) != len(sids):
        raise ValueError(f"statement ids repeat: {sorted(sid for sid in sids if sids.count(sid) > 1)}")
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [s.as_dict() for s in listed]})


def as_grants(given: Iterable[Grant]) -> list[Grant]:
    """The grants in ``given``. Raises GrantError, which names the line that gave something else, where not all are."""
    if isinstance(given, Grant):
        raise _refused(given, "a grant alone belongs into a list: write [queue.send]")
    listed = list(given)
    for each in listed:
        if isinstance(each, list | tuple):
            raise _refused(each, "a list stands among the grants: write *grants for each of a list's own")
        if not isinstance(each, Grant):
            kind = type(each).__name__
            offered = [name for name in dir(type(each)) if not name.startswith("_") and _offers(type(each), name)]
            instead = (
                f"write what it grants: {', '.join(f'.{name}' for name in offered)}"
                if offered
                else ("write what a component grants, such as bucket.read, or a Statement")
            )
            raise _refused(each, f"{kind} is not a grant; {instead}")
    return listed


def _offers(kind: type, name: str) -> bool:
    """Whether a class has a property or method of that name which returns a grant."""
    member = getattr(kind, name, None)
    function = member.fget if isinstance(member, property) else member
    return getattr(function, "__annotations__", {}).get("return") in (Grant, "Grant")


def _refused(wrong: object, text: str) -> GrantError:
    """The error at the line that made the list: the first caller that was not handed ``wrong`` by one of its own."""
    frame = sys._getframe(2)
    while frame.f_back is not None and _handed(frame, wrong):
        frame = frame.f_back
    return GrantError(text, _place(frame))


def _handed(frame: FrameType, wrong: object) -> bool:
    """Whether a call got ``wrong``, or a list that holds it, as an argument."""
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 0x04)
    values = [frame.f_locals.get(name) for name in code.co_varnames[:count]]
    lists = [value for value in values if isinstance(value, list | tuple)]
    return any(one is wrong for one in [*values, *(each for value in lists for each in value)])


def _place(frame: FrameType) -> tuple[str, int]:
    return frame.f_code.co_filename, frame.f_lineno


def service_trust(
    service: str, *, account_id: str | None = None, source_arn: pulumi.Input[str] | None = None
) -> Statement:
    """Lets an AWS service assume a role; from ``account_id`` and ``source_arn`` only, where the service sends them.

    The conditions close the confused-deputy hole:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    conditions: dict[str, dict[str, pulumi.Input[str]]] = {}
    if account_id is not None:
        conditions["StringEquals"] = {"aws:SourceAccount": account_id}
    if source_arn is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source_arn}
    return Statement("Assume", ["sts:AssumeRole"], [], conditions, principals={"Service": [service]})


def tls_only(arns: Sequence[pulumi.Input[str]], actions: Sequence[str]) -> Statement:
    """Refuses requests that do not come over TLS; for a policy attached to a resource."""
    return Statement(
        "DenyInsecureTransport",
        actions,
        arns,
        {"Bool": {"aws:SecureTransport": "false"}},
        effect="Deny",
        principals="*",
    )
