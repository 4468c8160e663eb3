"""Two regions to copy between: the ground at home, and a recovery region."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi

from analyser.graph import Graph
from components.account import Account
from components.network.network import Network, NetworkSettings
from components.network.security_group import SecurityGroup
from components.security.key import Key
from systems.recovery_region import make_recovery_region
from tests.components.data.stores import Ground, ground
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, record

AWAY = "us-west-2"


@dataclass(frozen=True)
class Away:
    """The collaborators of what lives away."""

    account: Account
    network: Network
    key: Key
    options: pulumi.ResourceOptions


@dataclass(frozen=True)
class Regions:
    """The collaborators at home and away, and a client away."""

    home: Ground
    away: Away
    client: SecurityGroup


def regions(account: Account = ACCOUNT, *, whole: bool = False) -> Regions:
    """Builds both, with ``whole`` networks where the pack judges; to be called while a program is recorded."""
    there = make_recovery_region(AWAY, account)
    layout = NetworkSettings(cidr="10.128.0.0/16", nat="none")
    network = (
        Network("away-network", layout, account=there.account, key=there.key, opts=there.options)
        if whole
        else Subnets("away-network", opts=there.options)
    )
    away = Away(there.account, network, there.key, there.options)
    client = SecurityGroup("away-client", vpc_id=away.network.vpc_id, description="Client", opts=away.options)
    return Regions(ground(account, whole=whole), away, client)


def recorded(build: Callable[[Regions], Any], account: Account = ACCOUNT, *, whole: bool = False) -> Graph:
    """The graph of what ``build`` makes between two regions."""
    return record(lambda: build(regions(account, whole=whole)))


def misplaced(graph: Graph, component: str, region: str | None) -> list[str]:
    """Regional resources below the component of a type (``Postgres``) that are not in the region."""
    root = graph.only(f"strata:data:{component}")
    return [
        node.name
        for node in graph.below(root.urn)
        if node.is_resource and node.package == "aws" and not node.type.startswith("aws:iam/")
        if node.inputs.get("region") != region
    ]
