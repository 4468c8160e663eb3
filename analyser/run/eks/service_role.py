"""eks:index:ServiceRole: an IAM role for an AWS service and the managed policies attached to it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from analyser.graph import Node
from analyser.run.remote_components import Expansion, id_of


@dataclass(frozen=True)
class ServiceRole:
    """The role, and all that must be there before it is of use."""

    role: Node
    rights: tuple[Node, ...]

    @property
    def resolved(self) -> tuple[Node, ...]:
        """The role and its attachments."""
        return (self.role, *self.rights)


def service_role(
    expansion: Expansion,
    suffix: str,
    *,
    service: str,
    policies: Iterable[str],
    actions: Iterable[str] = ("sts:AssumeRole",),
    description: str | None = None,
) -> ServiceRole:
    """The component ``<name>-<suffix>`` with its role; attachments are named after a digest of the policy's ARN."""
    group = expansion.group("eks:index:ServiceRole", f"{expansion.name}-{suffix}")
    statement = {"Action": list(actions), "Effect": "Allow", "Principal": {"Service": [service]}}
    role = expansion.resource(
        "aws:iam/role:Role",
        f"{group.name}-role",
        {
            "assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":")),
            "description": description,
            "tags": expansion.given("tags"),
        },
        parent=group,
    )
    return ServiceRole(role, tuple(_attach(expansion, group, role, policy) for policy in policies))


def _attach(expansion: Expansion, group: Node, role: Node, policy: str) -> Node:
    arn = f"arn:aws:iam::aws:policy/{policy}"
    digest = hashlib.sha1(arn.encode(), usedforsecurity=False).hexdigest()[:8]
    return expansion.resource(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        f"{group.name}-{digest}",
        {"policyArn": arn, "role": id_of(role)},
        parent=group,
    )
