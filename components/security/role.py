"""An IAM role with its trust policy and its grants."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.statements import Grant, Statement, as_grants, policy_document


class Role(Component):
    """A role that ``trust`` may assume, with the rights it was granted and nothing else.

    Raises ValueError when two of its statements share an id.
    """

    def __init__(
        self,
        name: str,
        *,
        trust: Statement | Sequence[Statement],
        grants: Sequence[Grant] = (),
        managed_policies: Sequence[str] = (),
        description: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = aws.iam.Role(
            self.child("role"),
            description=description,
            assume_role_policy=policy_document([trust] if isinstance(trust, Statement) else trust),
            opts=self.child_options(),
        )
        self.arn = role.arn
        self.role_name = role.name
        if any(each.statements for each in as_grants(grants)):
            self.grant("policy", *grants)
        for policy in managed_policies:
            aws.iam.RolePolicyAttachment(
                self.child(policy.rsplit("/", 1)[-1]),
                role=self.role_name,
                policy_arn=policy,
                opts=self.child_options(),
            )
        self.register_outputs({"arn": self.arn, "roleName": self.role_name})

    def grant(self, suffix: str, *grants: Grant) -> None:
        """Gives the role further rights, as an inline policy of their own."""
        aws.iam.RolePolicy(
            self.child(suffix),
            role=self.role_name,
            policy=policy_document(grants),
            opts=self.child_options(),
        )
