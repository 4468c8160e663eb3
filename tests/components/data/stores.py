"""What the databases stand on in these tests: keys, subnets in three zones, and a client."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.graph import Graph, Node
from components.account import Account
from components.network.network import Network, NetworkSettings
from components.network.security_group import SecurityGroup
from components.security.key import Key, log_groups
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, record


@dataclass(frozen=True)
class Ground:
    """The collaborators that a store is given."""

    account: Account
    key: Key
    log_key: Key
    network: Network
    client: SecurityGroup


def ground(account: Account = ACCOUNT, *, whole: bool = False) -> Ground:
    """Builds the collaborators, with a ``whole`` network where the pack judges; while a program is recorded."""
    key = Key("data", account=account, purpose="Data", usable_by=[log_groups(account)])
    log_key = Key("logs", account=account, purpose="Logs", usable_by=[log_groups(account)])
    network = Network("net", NetworkSettings(), account=account, key=log_key) if whole else Subnets("net")
    client = SecurityGroup("nodes", vpc_id=network.vpc_id, description="Nodes")
    return Ground(account, key, log_key, network, client)


def recorded(build: Callable[[Ground], Any], account: Account = ACCOUNT, *, whole: bool = False) -> Graph:
    """The graph of what ``build`` makes on the ground."""
    return record(lambda: build(ground(account, whole=whole)))


def named(graph: Graph, kind: str, name: str) -> Node:
    """The one resource of a type with a logical name."""
    (found,) = [node for node in graph.of_type(kind) if node.name == name]
    return found


def rules(graph: Graph, group: str) -> set[tuple[str, int, int]]:
    """Who may come into a security group, by the other group's logical name, and at which ports."""
    names = {node.id: node.name for node in graph.of_type("aws:ec2/securityGroup:SecurityGroup")}
    return {
        (names[rule["referencedSecurityGroupId"]], rule["fromPort"], rule["toPort"])
        for rule in (node.inputs for node in graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"))
        if names[rule["securityGroupId"]] == group
    }


def log_groups_of(graph: Graph, prefix: str) -> Mapping[str, Node]:
    """Log groups under a prefix, by the rest of their names."""
    groups = graph.of_type("aws:cloudwatch/logGroup:LogGroup")
    found = {str(node.inputs.get("name")): node for node in groups}
    return {name.removeprefix(prefix): node for name, node in found.items() if name.startswith(prefix)}


def given(node: Node, *keys: str) -> dict[str, Any]:
    """Some inputs of a resource; None for one that was left out."""
    return {key: node.inputs.get(key) for key in keys}
