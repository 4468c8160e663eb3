"""A service on Fargate as systems build it: subnets, cluster, load balancer, service."""

import json
from dataclasses import dataclass
from typing import Any

import pulumi

from analyser.graph import Graph
from components.account import Account
from components.compute.fargate_cluster import FargateCluster, FargateClusterSettings
from components.compute.fargate_service import FargateService, FargateServiceSettings
from components.compute.service_scaling import Balanced, ScalingSettings
from components.compute.task_definition import SecretReference
from components.edge.load_balancer import LoadBalancer
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.network.network import Network, NetworkSettings
from components.security.key import Key, log_groups
from tests.components.edge.support import DOMAIN, certificate, log_bucket
from tests.components.edge.support import Subnets as PublicSubnets
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, once, record

REPOSITORY = f"{ACCOUNT.id}.dkr.ecr.us-east-1.amazonaws.com/mdreader/hocuspocus"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT.id}:secret:app-a1b2c3"
SCALING = ScalingSettings(min_count=2, max_count=10)
SERVICE, TASK, CLUSTER = (
    "aws:ecs/service:Service",
    "aws:ecs/taskDefinition:TaskDefinition",
    "aws:ecs/cluster:Cluster",
)


def settings(**changes: Any) -> FargateServiceSettings:
    """Hocuspocus of MDReader."""
    given: dict[str, Any] = {
        "service_name": "mdreader-hocuspocus",
        "family": "mdreader-hocuspocus",
        "tag": "1.4.2",
        "port": 8443,
        "scaling": SCALING,
    }
    return FargateServiceSettings(**given | changes)


@dataclass
class Platform:
    """What ``build`` made."""

    service: FargateService
    balancer: LoadBalancer


def cluster(account: Account = ACCOUNT, log_key: Key | None = None) -> FargateCluster:
    """The cluster alone."""
    return FargateCluster(
        "cluster",
        FargateClusterSettings(cluster_name="mdreader-prod"),
        account=account,
        log_key=log_key or Key("logs", account=account, purpose="Logs", usable_by=[log_groups(account)]),
    )


def build(
    chosen: FargateServiceSettings | None = None, *, account: Account = ACCOUNT, whole: bool = False, **more: Any
) -> Platform:
    """The service behind a host name of a load balancer; in a ``whole`` network where the pack judges."""
    log_key = Key("logs", account=account, purpose="Logs", usable_by=[log_groups(account)])
    key = Key("data", account=account, purpose="Data")
    network = Network("net", NetworkSettings(), account=account, key=log_key) if whole else Subnets("net")
    host = f"websocket.{DOMAIN}"
    balancer = LoadBalancer(
        "edge",
        LoadBalancerSettings(
            target_groups={"hocuspocus": TargetGroupSettings(port=8443)},
            routes={"hocuspocus": RouteSettings(priority=1, target="hocuspocus", hosts=(host,))},
        ),
        account=account,
        network=network if whole else PublicSubnets(),
        certificate=certificate(),
        access_logs=log_bucket(),
    )
    target = balancer.target_group("hocuspocus")
    arguments: dict[str, Any] = {
        "environment": {"NODE_ENV": "production", "AWS_REGION": account.region},
        "secrets": {"JWT_SECRET": SecretReference(pulumi.Output.from_input(SECRET), field="jwt-secret")},
        "target_groups": {"hocuspocus": target.arn},
        "balanced": Balanced(balancer.arn_suffix, target.arn_suffix),
        "after": [balancer],
    } | more
    service = FargateService(
        "hocuspocus",
        chosen or settings(),
        account=account,
        cluster=cluster(account, log_key),
        network=network,
        key=key,
        log_key=log_key,
        repository=REPOSITORY,
        **arguments,
    )
    service.allow(balancer)
    balancer.reach(service)
    balancer.allow_internet()
    return Platform(service, balancer)


@once
def graph(chosen: FargateServiceSettings | None = None, **more: Any) -> Graph:
    """The graph of ``build``."""
    return record(lambda: build(chosen, **more))


def container(found: Graph) -> dict[str, Any]:
    """The one container of the one task definition."""
    (only,) = json.loads(found.only(TASK).inputs["containerDefinitions"])
    return only


def statements(found: Graph, role: str) -> dict[str, dict[str, Any]]:
    """What a role of the task may do, by statement id."""
    policy = found.only("aws:iam/rolePolicy:RolePolicy", f"hocuspocus-task-{role}-policy").inputs["policy"]
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}
