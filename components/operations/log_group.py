"""A CloudWatch log group."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.security.key import Key
from components.statements import Grant, Statement, sid


class LogGroup(Component):
    """A log group encrypted with ``key``, whose policy must let CloudWatch Logs in (``log_groups``).

    How long events stay is decided by the environment. ``log_group_name`` is for groups that AWS or a reader
    expects under a fixed name.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        key: Key,
        log_group_name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        group = aws.cloudwatch.LogGroup(
            self.child("group"),
            name=log_group_name,
            kms_key_id=key.arn,
            retention_in_days=account.safeguards.log_days,
            opts=self.child_options(),
        )
        self.arn = group.arn
        self.log_group_name = group.name
        self.register_outputs({"arn": self.arn, "logGroupName": self.log_group_name})

    @property
    def read(self) -> Grant:
        """Lets a role read the group's events, by Logs Insights too. CloudWatch Logs decrypts them itself."""
        actions = ["logs:FilterLogEvents", "logs:StartQuery", "logs:GetQueryResults"]
        return Statement(sid("Read", self.name), actions, [self.arn.apply(lambda arn: f"{arn}:*")])

    @property
    def write(self) -> Grant:
        """Lets a role add streams and events to the group."""
        return Statement(
            sid("Write", self.name),
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [self.arn.apply(lambda arn: f"{arn}:*")],
        )
