"""What a cluster stands in and runs on, where the program leaves it to pulumi-eks.

``createCore`` and ``createCluster`` in ``cluster/cluster.ts`` of https://github.com/pulumi/pulumi-eks
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analyser.graph import Node
from analyser.run.eks.auto_mode import Instances
from analyser.run.eks.default_groups import NodeGroupRules
from analyser.run.eks.self_managed import nodes
from analyser.run.remote_components import Expansion, RemoteError, Traced, applied, id_of, output_of
from policy.unknown import UNKNOWN

_ROLE = "aws:iam/role:Role"
_OPTIONS = (
    "desiredCapacity", "gpu", "instanceProfileName", "instanceType", "maxSize", "minSize", "nodeAmiId",
    "nodeAssociatePublicIpAddress", "nodePublicKey", "nodeRootVolumeEncrypted", "nodeRootVolumeSize", "nodeSubnetIds",
    "nodeUserData",
)  # fmt: skip


@dataclass(frozen=True)
class Network:
    """The VPC of a cluster, its subnets, and those of its nodes."""

    vpc: Traced
    subnets: Traced
    of_nodes: Traced


def default_network(expansion: Expansion) -> Network:
    """What is given; else the account's default VPC, of which the preview has a stand-in."""
    given = expansion.given
    vpc, subnets = given("vpcId"), given("subnetIds")
    public, private = given("publicSubnetIds"), given("privateSubnetIds")
    if subnets.value is None and (public.value is not None or private.value is not None):
        subnets = applied(lambda those, these: [*(those or ()), *(these or ())], public, private)
    elif subnets.value is None and vpc.value is None:
        subnets = Traced(expansion.look_up("aws:ec2/getSubnets:getSubnets", {}).get("ids", UNKNOWN))
    if vpc.value is None:
        vpc = Traced(expansion.look_up("aws:ec2/getVpc:getVpc", {"default": True}).get("id", UNKNOWN))
    of_nodes = next((each for each in (given("nodeSubnetIds"), private, public) if each.value is not None), subnets)
    return Network(vpc, subnets, of_nodes)


def given_roles(expansion: Expansion) -> list[Node]:
    """The roles of nodes that the program made itself."""
    if "instanceRole" in expansion.component.inputs:
        return [expansion.given_resource("instanceRole", _ROLE)]
    return expansion.given_resources("instanceRoles", _ROLE) if "instanceRoles" in expansion.component.inputs else []


def default_nodes(
    expansion: Expansion,
    cluster: Node,
    rules: NodeGroupRules,
    instances: Instances | None,
    network: Network,
    joined: Sequence[Node],
) -> Node | None:
    """The default group of nodes; None where the program wants none."""
    if expansion.plain("skipDefaultNodeGroup"):
        return None
    said = expansion.plain("nodeGroupOptions") or {key: expansion.plain(key) for key in _OPTIONS}
    profile = _profile(expansion, instances, said.get("instanceProfileName"))
    return nodes(expansion, cluster, said, id_of(rules.group), profile, network.of_nodes, joined)


def _profile(expansion: Expansion, instances: Instances | None, name: str | None) -> Traced:
    if instances:
        return output_of(instances.profile, "name")
    if name:
        return Traced(name)
    if "instanceRole" not in expansion.component.inputs:
        raise RemoteError(f"{expansion.name}: default nodes need instanceRole or instanceProfileName")
    role = expansion.given_resource("instanceRole", _ROLE)
    made = expansion.resource(
        "aws:iam/instanceProfile:InstanceProfile", f"{expansion.name}-instanceProfile", {"role": id_of(role)}
    )
    return output_of(made, "name")
