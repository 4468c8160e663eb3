"""Canary releases of Lambda functions by CodeDeploy: a tenth of the calls first."""

from collections.abc import Mapping
from typing import Literal

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.function import Function
from components.security.role import Role
from components.statements import Statement, service_trust
from settings import Settings

_ROLLS_BACK_ON = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]


class CanarySettings(Settings):
    """For how many minutes a tenth of the calls goes to the new version before the rest follows; AWS offers four.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
    """

    minutes: Literal[5, 10, 15, 30] = 5
    """For how long a tenth of the calls goes to the new version before all do."""


class Canary(Component):
    """A CodeDeploy application with a deployment group for each of ``functions``, which moves its alias.

    ``alarms`` holds the name of an alarm for each function; while it is off all goes its way, and when it goes off, or
    the release fails, every call goes to the old version again. A deployment names the alias, the version that it is
    at and the version to go to, and is created by the deployment role, after ``pulumi up`` has published:
    https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html

    Raises ValueError for a function whose release is no canary, and when ``alarms`` and ``functions`` do not match.
    """

    def __init__(
        self,
        name: str,
        settings: CanarySettings,
        *,
        account: Account,
        functions: Mapping[str, Function],
        alarms: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if set(functions) != set(alarms):
            unmatched = ", ".join(sorted(set(functions) ^ set(alarms)))
            raise ValueError(f"{name}: functions and alarms do not match: {unmatched}")
        if fixed := sorted(key for key, function in functions.items() if not function.moved_by_canary):
            raise ValueError(f"{name}: release is not canary for {', '.join(fixed)}")
        self._configuration = f"CodeDeployDefault.LambdaCanary10Percent{settings.minutes}Minutes"
        self._configuration_arn = account.arn("codedeploy", f"deploymentconfig:{self._configuration}")
        self._functions = [function.unqualified_arn for _, function in sorted(functions.items())]
        self._application = aws.codedeploy.Application(
            self.child("application"), compute_platform="Lambda", opts=self.child_options()
        )
        role = self._role(account)
        self._groups = {key: self._group(key, role, alarm) for key, alarm in sorted(alarms.items())}
        self.application_name = self._application.name
        self.group_names = {key: group.deployment_group_name for key, group in self._groups.items()}
        self.register_outputs({"applicationName": self.application_name, "groupNames": self.group_names})

    def _group(self, key: str, role: Role, alarm: pulumi.Input[str]) -> aws.codedeploy.DeploymentGroup:
        return aws.codedeploy.DeploymentGroup(
            self.child(key),
            app_name=self._application.name,
            deployment_group_name=key,
            service_role_arn=role.arn,
            deployment_config_name=self._configuration,
            deployment_style={"deployment_option": "WITH_TRAFFIC_CONTROL", "deployment_type": "BLUE_GREEN"},
            auto_rollback_configuration={"enabled": True, "events": _ROLLS_BACK_ON},
            alarm_configuration={"enabled": True, "alarms": [alarm]},
            # CodeDeploy tries the role as it makes the group.
            opts=self.child_options(depends_on=[role]),
        )

    def _role(self, account: Account) -> Role:
        """What AWSCodeDeployRoleForLambdaLimited gives, on these functions, for deployments that bring their AppSpec.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html
        https://docs.aws.amazon.com/codedeploy/latest/userguide/security_confused_deputy.html
        """
        groups = pulumi.Output.concat(account.arn("codedeploy", "deploymentgroup:"), self._application.name, "/*")
        versions = [pulumi.Output.concat(arn, ":*") for arn in self._functions]
        return Role(
            self.child("service"),
            trust=service_trust("codedeploy.amazonaws.com", account_id=account.id, source_arn=groups),
            grants=[
                Statement("MoveAliases", ["lambda:GetAlias", "lambda:UpdateAlias"], self._functions),
                Statement("AwaitWarmExecutions", ["lambda:GetProvisionedConcurrencyConfig"], versions),
                Statement("WatchAlarms", ["cloudwatch:DescribeAlarms"], [account.arn("cloudwatch", "alarm:*")]),
            ],
            description=f"CodeDeploy releases the functions of {self.name}",
            opts=self.child_options(),
        )
