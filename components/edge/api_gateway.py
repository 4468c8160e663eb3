"""What REST and WebSocket APIs share: ARNs and hosts, log groups of stages, the account's log role."""

from typing import Protocol

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.operations.log_group import LogGroup
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust

"""The name of a stage, which is part of the address that API Gateway gives an API."""

INVOKER = "apigateway.amazonaws.com"
"""Who calls the functions behind an API."""

INTEGRATION_MS = 29_000
"""The longest that an API waits for a function, by default; a WebSocket API can have no more:
https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""

TLS_POLICY = "TLS_1_2"
"""What domains of an API speak; the only policy that WebSocket APIs take:
https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html"""


class Invocable(Protocol):
    """A function that an API may be let to call."""

    invoke_arn: pulumi.Output[str]

    def allow_invocation(self, suffix: str, service: str, source_arn: pulumi.Input[str]) -> object:
        """Lets an AWS service invoke the function, for one source."""
        ...


def execution_arn(account: Account, api_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """The ARN of an API as callers and the functions behind it know it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-using-iam-policies-to-invoke-api.html
    """
    return pulumi.Output.from_input(api_id).apply(lambda known: account.arn("execute-api", known))


def default_host(account: Account, api_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """The host name that API Gateway gives an API."""
    suffix = "amazonaws.com.cn" if account.partition == "aws-cn" else "amazonaws.com"
    return pulumi.Output.format("{}.execute-api.{}.{}", api_id, account.region, suffix)


class ApiGatewayLogging(Component):
    """Lets API Gateway write the logs of all REST and WebSocket APIs of this account and region.

    It is one setting an account and region, and no stage can log before it is made: exactly one stack has it. A destroy
    takes it from the account, and the APIs of the other stacks log no more.
    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """

    def __init__(self, name: str, *, account: Account, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        role = Role(
            self.child("writer"),
            # API Gateway takes no role whose trust has conditions here, and none with less than this policy gives.
            trust=service_trust(INVOKER),
            managed_policies=[account.managed_policy("service-role/AmazonAPIGatewayPushToCloudWatchLogs")],
            description="Logs of API Gateway",
            opts=self.child_options(),
        )
        aws.apigateway.Account(
            self.child("account"),
            cloudwatch_role_arn=role.arn,
            # API Gateway checks the role's rights as it takes it.
            opts=self.child_options(depends_on=[role]),
        )
        self.register_outputs({"roleArn": role.arn})


def stage_logs(
    api: Component, execution_group: pulumi.Input[str], *, account: Account, key: Key, logging: ApiGatewayLogging | None
) -> tuple[LogGroup, pulumi.ResourceOptions]:
    """The group for what a stage logs of requests, and options for the stage.

    The stage waits for its other group, for what API Gateway says of its own work: API Gateway makes that itself,
    unencrypted and for ever, when it does not find it. And it refuses stages with logs in an account that gave it no
    right to write them.
    """
    access = LogGroup(api.child("access-logs"), account=account, key=key, opts=api.child_options())
    execution = LogGroup(
        api.child("execution-logs"),
        account=account,
        key=key,
        log_group_name=execution_group,
        opts=api.child_options(),
    )
    return access, api.child_options(depends_on=[execution, *([logging] if logging else [])])
