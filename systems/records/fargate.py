"""Namespaces of the records system whose pods run on Fargate: for what teams run beside the microservice."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated

import pulumi
from pydantic import AfterValidator, Field, field_validator

from components.account import Account
from components.data.registry import Registry
from components.merging import disjoint
from components.network.network import Network, NetworkSettings
from components.workloads.fargate_logs import FargateLogs
from components.workloads.fargate_namespace import FargateNamespace
from settings import Problem, Settings
from settings.errors import shown
from settings.services.iam import RoleArn
from settings.services.kubernetes import Namespace
from systems.eks_platform import Compute
from systems.foundation import Stack
from systems.records.parts import Stores
from systems.records.store_access import Use, environment, grants

_CALLED = ("ecr.api", "ecr.dkr", "logs", "sts")
"""Whom a pod calls before and while it runs: for its image, its log and its role."""
_TAKEN = ("amazon-cloudwatch", "aws-observability", "tracing")


def _namespace(value: str) -> str:
    if value in _TAKEN:
        raise ValueError(f"{shown(value)} is a namespace of the cluster's own pods, which stay on nodes")
    return value


FargateName = Annotated[Namespace, AfterValidator(_namespace), Field(max_length=32)]
"""The name of a namespace for pods on Fargate, short enough for the roles that are called after it."""


class FargateSettings(Settings):
    """What pods of the namespace use, and who runs them there."""

    uses: tuple[Use, ...] = ()
    """Stores that its pods may reach and sign in to as the microservice does; at Kafka as a consumer group of their
    own, called like the namespace."""
    team: RoleArn | None = None
    """The IAM role of whoever runs pods in the namespace; without one only whoever deploys the stack does."""

    @field_validator("uses")
    @classmethod
    def _once(cls, value: tuple[Use, ...]) -> tuple[Use, ...]:
        if len(set(value)) < len(value):
            raise ValueError(f"{', '.join(value)}: a store is named twice")
        return value


def fargate_problems(
    fargate: Mapping[str, FargateSettings], application: str, network: NetworkSettings
) -> Iterable[Problem]:
    """Why these namespaces could not be made, or no pod start in them."""
    if application in fargate:
        yield Problem(f"fargate.{application}", "is the microservice's namespace, whose pods run on nodes")
    teams = [one.team for one in fargate.values() if one.team]
    for team in sorted({team for team in teams if teams.count(team) > 1}):
        yield Problem("fargate", f"{team} is the team of two namespaces; EKS takes one entry for a role")
    missing = [service for service in _CALLED if service not in network.interface_endpoints]
    if fargate and network.nat == "none" and missing:
        said = f"needs network.nat, or network.interfaceEndpoints with {' and '.join(missing)}: no image arrives"
        yield Problem("fargate", said)


def run_on_fargate(
    stack: Stack[object],
    *,
    settings: Mapping[str, FargateSettings],
    network: Network,
    data: Stores,
    compute: Compute,
    registry: Registry,
) -> None:
    """The namespaces, one after the other, with the doors to what each uses."""
    if not settings:
        return
    logs = FargateLogs("fargate-logs", account=stack.account, cluster=compute.cluster, key=stack.keys.logs)
    # Pods that run stay with the database that they were told of while another takes its place.
    stores = {"database": data.databases, "cache": [data.cache], "stream": [data.stream]}
    before: list[pulumi.Resource] = []
    for namespace, of in sorted(settings.items()):
        made = FargateNamespace(
            f"fargate-{namespace}",
            namespace=namespace,
            account=stack.account,
            network=network,
            cluster=compute.cluster,
            registry=registry,
            logs=logs,
            ready=compute.ready,
            grants=[grants(data, namespace)[use] for use in of.uses],
            config=_config(stack.account, data=data, namespace=namespace, uses=of.uses),
            team=of.team,
            after=before,
        )
        for store in chain.from_iterable(stores.get(use, ()) for use in of.uses):
            store.allow(made.security_group)
        before = [made]


def _config(account: Account, *, data: Stores, namespace: str, uses: tuple[Use, ...]) -> dict[str, pulumi.Input[str]]:
    return disjoint({"AWS_REGION": account.region}, *(environment(data, namespace)[use] for use in uses))
