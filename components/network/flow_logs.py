"""VPC flow logs in CloudWatch Logs."""

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import Statement, service_trust

_INTERVAL_SECONDS = 60


class FlowLogs(Component):
    """Every accepted and rejected connection, minute by minute, in an encrypted log group of its own.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        vpc_id: pulumi.Input[str],
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        logs = LogGroup(self.child("logs"), account=account, key=key, opts=self.child_options())
        writer = Role(
            self.child("delivery"),
            trust=service_trust(
                "vpc-flow-logs.amazonaws.com",
                account_id=account.id,
                source_arn=account.arn("ec2", "vpc-flow-log/*"),
            ),
            grants=[
                logs.write,
                # Listing log groups cannot be narrowed to one.
                Statement("ListLogGroups", ["logs:DescribeLogGroups"], [account.arn("logs", "log-group:*")]),
            ],
            description="Writes VPC flow logs",
            opts=self.child_options(),
        )
        aws.ec2.FlowLog(
            self.child("log"),
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=logs.arn,
            iam_role_arn=writer.arn,
            max_aggregation_interval=_INTERVAL_SECONDS,
            tags={"Name": name},
            # Without the role's policy the first deliveries fail and the log shows an access error.
            opts=self.child_options(depends_on=[writer]),
        )
        self.log_group_name = logs.log_group_name
        self.register_outputs({"logGroupName": self.log_group_name})
