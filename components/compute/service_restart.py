"""A weekly forced deployment of an ECS service, which replaces its tasks."""

import json

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.compute.fargate_service import FargateService
from components.security.role import Role
from components.statements import Statement, service_trust

WEEKLY = "cron(0 4 ? * SUN *)"
"""Sunday, 4:00 UTC."""


class ServiceRestart(Component):
    """Has ECS replace the tasks of a service week by week, a few at a time as in any deployment.

    A task reads its secrets once, as it starts. What rotates them keeps the value before good until the next rotation,
    so tasks must not grow as old as two of them.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    """

    def __init__(
        self,
        name: str,
        *,
        account: Account,
        service: FargateService,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        role = Role(
            self.child("scheduler"),
            trust=service_trust(
                "scheduler.amazonaws.com",
                account_id=account.id,
                source_arn=account.arn("scheduler", "schedule-group/default"),
            ),
            grants=[Statement("Restart", ["ecs:UpdateService"], [service.arn])],
            description=f"Replaces the tasks of {service.name}",
            opts=self.child_options(),
        )
        aws.scheduler.Schedule(
            self.child("schedule"),
            description=f"Fresh tasks for {service.name}, which then have fresh secrets",
            schedule_expression=WEEKLY,
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "FLEXIBLE", "maximum_window_in_minutes": 60},
            target={
                "arn": f"arn:{account.partition}:scheduler:::aws-sdk:ecs:updateService",
                "role_arn": role.arn,
                "input": pulumi.Output.all(service.cluster_name, service.service_name).apply(_request),
            },
            opts=self.child_options(),
        )
        self.register_outputs({})


def _request(names: list[str]) -> str:
    cluster, service = names
    return json.dumps({"Cluster": cluster, "Service": service, "ForceNewDeployment": True})
