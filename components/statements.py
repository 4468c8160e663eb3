"""IAM statements as values: what a grant returns and a role collects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

Condition = Mapping[str, Mapping[str, pulumi.Input[str] | Sequence[pulumi.Input[str]]] | pulumi.Output[dict[str, str]]]
"""By test; all of a test at once where not even the keys are known beforehand."""


@dataclass(frozen=True)
class Statement:
    """One IAM statement; ``principals`` only in a policy that is attached to a resource."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    conditions: Condition = field(default_factory=dict)
    effect: str = "Allow"
    principals: Mapping[str, Sequence[pulumi.Input[str]]] | str | None = None
    all_but: Sequence[pulumi.Input[str]] = ()
    """In place of ``resources``, and for a refusal only: what it spares."""

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


def policy_document(statements: Iterable[Statement]) -> pulumi.Output[str]:
    """A policy document as JSON. Raises ValueError when two statements share a Sid."""
    listed = list(statements)
    sids = [s.sid for s in listed]
    if len(set(sids)) != len(sids):
        raise ValueError(f"statement ids repeat: {sorted(sid for sid in sids if sids.count(sid) > 1)}")
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [s.as_dict() for s in listed]})


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
