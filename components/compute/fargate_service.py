"""An ECS service on Fargate."""

from collections.abc import Mapping, Sequence
from typing import Self

import pulumi
import pulumi_aws as aws
from pydantic import Field, model_validator

from components.account import Account
from components.component import Component
from components.compute.fargate_cluster import ON_DEMAND, SPOT, FargateCluster
from components.compute.service_scaling import Balanced, ScalingSettings, ServiceScaling
from components.compute.task_definition import CONTAINER, SecretReference, TaskDefinition
from components.compute.task_settings import TaskSettings
from components.drift import SCALED_TASKS, ignored
from components.network.network import Network
from components.network.security_group import HasSecurityGroup, SecurityGroup
from components.operations.tracing import Tracing
from components.security.key import Key
from components.statements import Grant, Statement, sid
from settings import MisfitError, Name, Problem

_GRACE_SECONDS = 60


class FargateServiceSettings(TaskSettings):
    """A task, how many of it there are, and what they run on.

    ``desired_count`` is where the service starts, ``scaling.min_count`` unless given; after that the load decides.
    The first ``on_demand_base`` tasks never run on Spot (without it 2 in production, else 1). Of the others,
    ``spot_weight`` of ``spot_weight + 1`` do; 0 means no Spot. A deployment keeps at least ``minimum_healthy_percent``
    and at the most ``maximum_percent`` of the tasks running.
    """

    service_name: Name = Field(max_length=40)
    """The name in AWS, unique in the cluster; another one replaces the service."""
    scaling: ScalingSettings
    desired_count: int | None = Field(default=None, ge=1, le=5000)
    """How many tasks the service starts with; scaling changes it afterwards. Left out, the least of its scaling."""
    on_demand_base: int | None = Field(default=None, ge=0, le=1000)
    """How many tasks never run on Spot. Left out, 2 in production and 1 elsewhere."""
    spot_weight: int = Field(default=0, ge=0, le=1000)
    """How many of the other tasks run on Spot for each one that does not; 0 for none."""
    minimum_healthy_percent: int = Field(default=100, ge=0, le=100)
    """The share of the tasks that a deployment leaves running, in percent of those asked for."""
    maximum_percent: int = Field(default=200, ge=101, le=400)
    """How many tasks may run while a deployment goes on, in percent of those asked for."""

    @model_validator(mode="after")
    def _starts_within_bounds(self) -> Self:
        low, high = self.scaling.min_count, self.scaling.max_count
        if self.desired_count is not None and not low <= self.desired_count <= high:
            raise MisfitError(Problem("desiredCount", f"{self.desired_count} is outside scaling's {low} to {high}"))
        return self


class FargateService(Component):
    """Tasks in the private subnets of every zone, behind a group that lets nothing in until ``allow`` is called.

    Out they get over HTTPS, by which images, secrets and AWS's services are reached; to stores by the store's own
    ``allow``. A deployment that does not come up is rolled back. ``key`` encrypts the ``secrets`` that name no other,
    ``log_key`` the logs. ``target_groups`` (type ip, by any key) take the tasks in; what makes them part of a load
    balancer belongs into ``after``. ``balanced`` is needed to scale on requests or connections.

    In a recovery stack ``promoted`` says whether there are tasks. That, and no scaler, is what brings them there.
    """

    def __init__(
        self,
        name: str,
        settings: FargateServiceSettings,
        *,
        account: Account,
        cluster: FargateCluster,
        network: Network,
        key: Key,
        log_key: Key,
        repository: pulumi.Input[str],
        environment: Mapping[str, pulumi.Input[str]],
        secrets: Mapping[str, SecretReference],
        grants: Sequence[Grant] = (),
        target_groups: Mapping[str, pulumi.Input[str]] | None = None,
        balanced: Balanced | None = None,
        tracing: Tracing | None = None,
        after: Sequence[pulumi.Resource] = (),
        promoted: bool | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._port = settings.port
        self._purpose = f"Service {settings.service_name}"
        self.security_group = SecurityGroup(
            name, vpc_id=network.vpc_id, description=self._purpose, opts=self.child_options()
        )
        # Layers of images come from S3, whose addresses are public even where a gateway endpoint leads to them.
        self.security_group.allow_egress("https", "0.0.0.0/0", 443, "AWS services and partners")
        self.task = TaskDefinition(
            self.child("task"),
            settings,
            account=account,
            key=key,
            log_key=log_key,
            repository=repository,
            environment=environment,
            secrets=secrets,
            grants=grants,
            log_group_name=f"/ecs/{settings.service_name}",
            tracing=tracing,
            opts=self.child_options(),
        )
        self.task_role = self.task.role
        targets = target_groups or {}
        service = aws.ecs.Service(
            self.child("service"),
            name=settings.service_name,
            cluster=cluster.arn,
            task_definition=self.task.arn,
            desired_count=0 if promoted is False else settings.desired_count or settings.scaling.min_count,
            capacity_provider_strategies=_strategies(settings, account),
            network_configuration={
                "subnets": list(network.private_subnet_ids.values()),
                "security_groups": [self.security_group_id],
                "assign_public_ip": False,
            },
            load_balancers=[
                {"target_group_arn": targets[group], "container_name": CONTAINER, "container_port": settings.port}
                for group in sorted(targets)
            ],
            health_check_grace_period_seconds=_GRACE_SECONDS if targets else None,
            deployment_minimum_healthy_percent=settings.minimum_healthy_percent,
            deployment_maximum_percent=settings.maximum_percent,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            availability_zone_rebalancing="ENABLED",
            enable_execute_command=False,
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            # Without it the provider replaces a service, and drops its connections, to change its capacity providers.
            force_new_deployment=True,
            opts=self.child_options(
                # The first task needs the cluster's capacity, rights, a way out and a load balancer that asks for it.
                depends_on=[cluster, self.task, self.security_group, *after],
                # Two services of one name cannot be there at a time.
                delete_before_replace=True,
                ignore_changes=ignored("aws:ecs/service:Service", *([SCALED_TASKS] if promoted is None else [])),
            ),
        )
        self._account = account
        self.arn = service.arn
        self.service_name = service.name
        self.cluster_name = cluster.cluster_name
        self.running: dict[str, pulumi.Output[str]] = {
            "cluster": self.cluster_name,
            "name": self.service_name,
            "taskDefinition": self.task.arn,
        }
        """Which service it is and what it should run, for who waits until it does."""
        self.log_group_name = self.task.log_group_name
        ServiceScaling(
            self.child("scaling"),
            settings.scaling,
            cluster_name=cluster.cluster_name,
            service_name=self.service_name,
            balanced=balanced,
            promoted=promoted,
            opts=self.child_options(),
        )
        self.register_outputs({"arn": self.arn, "serviceName": self.service_name})

    @property
    def security_group_id(self) -> pulumi.Output[str]:
        """The id of the group that the tasks sit behind."""
        return self.security_group.security_group_id

    @property
    def operate(self) -> Grant:
        """Lets a role have ECS restart tasks, of this or a former revision, stop one of them, and read their log."""
        tasks = pulumi.Output.concat(self._account.arn("ecs", "task/"), self.cluster_name, "/*")
        actions = ["ecs:StopTask", "ecs:UpdateService"]
        return Grant(Statement(sid("Operate", self.name), actions, [self.arn, tasks]), self.task.read_logs)

    def allow(self, client: HasSecurityGroup) -> None:
        """Lets ``client``, such as a load balancer, open connections to the tasks' port."""
        self.security_group.allow(client, self._port, self._purpose)


def _strategies(
    settings: FargateServiceSettings, account: Account
) -> list[aws.ecs.ServiceCapacityProviderStrategyArgs]:
    """Spot runs ARM64 as well as X86_64 since platform 1.4.0:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html"""
    strategy = aws.ecs.ServiceCapacityProviderStrategyArgs
    if not settings.spot_weight:
        return [strategy(capacity_provider=ON_DEMAND, weight=1)]
    base = settings.on_demand_base
    if base is None:
        base = 2 if account.is_prod else 1
    return [
        strategy(capacity_provider=ON_DEMAND, base=base, weight=1),
        strategy(capacity_provider=SPOT, weight=settings.spot_weight),
    ]
