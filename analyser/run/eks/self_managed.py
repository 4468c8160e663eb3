"""eks:index:NodeGroupV2 and a cluster's default nodes: a launch template and a group of machines.

``createNodeGroupV2`` in ``nodes/nodegroup.ts`` of https://github.com/pulumi/pulumi-eks. What a machine is told as it
starts is not worked out: its user data is unknown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from analyser.graph import Node
from analyser.run.eks.default_groups import NodeGroupRules, node_group_rules
from analyser.run.mock_cloud import look_up
from analyser.run.remote_components import (
    Expansion,
    Traced,
    applied,
    id_of,
    output_of,
    reference_to,
)
from policy.unknown import UNKNOWN

CLUSTER = "aws:eks/cluster:Cluster"
_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_DISK = (("nodeRootVolumeSize", "volumeSize"), ("nodeRootVolumeType", "volumeType"), ("nodeRootVolumeIops", "iops"),
         ("nodeRootVolumeThroughput", "throughput"))  # fmt: skip
DEFAULT_MACHINE = "t3.medium"


def expand_node_group_v2(expansion: Expansion) -> None:
    """A group of its own, with its own security group unless it is given one."""
    component = expansion.given_resource("cluster", "eks:index:Cluster")
    cluster = expansion.made_by(component, CLUSTER)
    profile = profile_name(expansion, component)
    group, rules = security_group(expansion, cluster)
    subnets = subnets_of(expansion, cluster)
    made = nodes(expansion, cluster, expansion.component.inputs, group, profile, subnets)
    expansion.output("autoScalingGroup", reference_to(made))
    expansion.output("nodeSecurityGroupId", group)
    if rules:
        expansion.output("nodeSecurityGroup", reference_to(rules.group))
    expansion.output("extraNodeSecurityGroups", [])


def security_group(expansion: Expansion, cluster: Node) -> tuple[Traced, NodeGroupRules | None]:
    """The id of the group's security group, and the rules of one that it makes itself."""
    if "nodeSecurityGroup" in expansion.component.inputs:
        return id_of(expansion.given_resource("nodeSecurityGroup", _GROUP)), None
    if "nodeSecurityGroupId" in expansion.component.inputs:
        return expansion.given("nodeSecurityGroupId"), None
    vpc = applied(lambda settings: settings.get("vpcId"), output_of(cluster, "vpcConfig"))
    rules = node_group_rules(expansion, cluster, vpc, _api_group(cluster))
    return id_of(rules.group), rules


def subnets_of(expansion: Expansion, cluster: Node) -> Traced:
    """Where the machines stand: where they are told to, else where the cluster does."""
    said = expansion.given("nodeSubnetIds")
    return said if said.value is not None else Traced(cluster.inputs["vpcConfig"].get("subnetIds"))


def expand_node_security_group(expansion: Expansion) -> None:
    """The security group of nodes that the program makes itself: ``nodes/securitygroup.ts``."""
    expansion.only(("clusterSecurityGroup", "eksCluster", "tags", "vpcId"))
    cluster = expansion.given_resource("eksCluster", CLUSTER)
    api = id_of(expansion.given_resource("clusterSecurityGroup", _GROUP))
    rules = node_group_rules(expansion, cluster, expansion.given("vpcId"), api)
    expansion.output("securityGroup", reference_to(rules.group))
    expansion.output("securityGroupRule", reference_to(rules.ingress))


def nodes(
    expansion: Expansion,
    cluster: Node,
    said: Mapping[str, Any],
    group: Traced,
    profile: Traced,
    subnets: Traced,
    after: Sequence[Node] = (),
) -> Node:
    """The machines of a group, by what is ``said`` of them, behind a security group."""
    name = expansion.name
    key = key_name(expansion, said)
    template = expansion.resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        f"{name}-launchTemplate",
        {
            "imageId": said.get("amiId") or said.get("nodeAmiId") or image(said),
            "instanceType": said.get("instanceType") or DEFAULT_MACHINE,
            "iamInstanceProfile": {"name": profile},
            "keyName": key,
            "instanceMarketOptions": _market(said.get("spotPrice")),
            "blockDeviceMappings": _disks(said),
            "networkInterfaces": [
                {
                    "associatePublicIpAddress": "false"
                    if said.get("nodeAssociatePublicIpAddress") is False
                    else "true",
                    "securityGroups": [group],
                }
            ],
            "metadataOptions": said.get("metadataOptions"),
            "userData": UNKNOWN,
            "monitoring": None
            if said.get("enableDetailedMonitoring") is None
            else {"enabled": said["enableDetailedMonitoring"]},
        },
    )
    return expansion.resource(
        "aws:autoscaling/group:Group",
        name,
        {
            "minSize": _or(said.get("minSize"), 1),
            "maxSize": _or(said.get("maxSize"), 2),
            "desiredCapacity": _or(said.get("desiredCapacity"), 2),
            "launchTemplate": {
                "name": output_of(template, "name"),
                "version": applied(str, output_of(template, "latestVersion")),
            },
            "vpcZoneIdentifiers": subnets,
            "instanceRefresh": {
                "strategy": "Rolling",
                "preferences": {"minHealthyPercentage": _or(said.get("minRefreshPercentage"), 50)},
            },
            "tags": applied(lambda own: _tags(own, said.get("autoScalingGroupTags")), output_of(cluster, "name")),
        },
        after=after,
        ignore_changes=["desiredCapacity"] if said.get("ignoreScalingChanges") else [],
    )


def key_name(expansion: Expansion, said: Mapping[str, Any]) -> Any:
    """The name of the key pair by which one signs in, made of a public key where that is given; None for none."""
    if not said.get("nodePublicKey"):
        return said.get("keyName")
    given = {"publicKey": said["nodePublicKey"]}
    return output_of(expansion.resource("aws:ec2/keyPair:KeyPair", f"{expansion.name}-keyPair", given), "keyName")


def _or(value: Any, default: int) -> Any:
    return default if value is None else value


def _tags(cluster: str, own: Mapping[str, str] | None) -> list[dict[str, Any]]:
    told = {**(own or {}), f"kubernetes.io/cluster/{cluster}": "owned", "Name": f"{cluster}-worker"}
    return [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in told.items()]


def _market(price: Any) -> dict[str, Any] | None:
    return {"marketType": "spot", "spotOptions": {"maxPrice": price}} if price else None


def _disks(said: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    disk: dict[str, Any] = {theirs: said[ours] for ours, theirs in _DISK if said.get(ours) is not None}
    encrypted = said.get("nodeRootVolumeEncrypted")
    if encrypted is not None:
        disk["encrypted"] = "true" if encrypted else "false"
    return [{"deviceName": "/dev/xvda", "ebs": disk}] if disk else None


def image(said: Mapping[str, Any]) -> str:
    """The image that AWS recommends, by a parameter of Systems Manager: a stand-in."""
    name = f"/aws/service/eks/optimized-ami/{said.get('operatingSystem') or 'AL2023'}/image_id"
    return str(look_up("aws:ssm/getParameter:getParameter", {"name": name}, "us-east-1").values["value"])


def profile_name(expansion: Expansion, component: Node) -> Traced:
    """The instance profile: the group's own, or the one that the cluster made."""
    own = "aws:iam/instanceProfile:InstanceProfile"
    if "instanceProfile" in expansion.component.inputs:
        return output_of(expansion.given_resource("instanceProfile", own), "name")
    if "instanceProfileName" in expansion.component.inputs:
        return expansion.given("instanceProfileName")
    return output_of(expansion.made_by(component, own), "name")


def _api_group(cluster: Node) -> Traced:
    """The group of the API server: pulumi-eks's own, or the one that EKS makes."""
    own = (cluster.inputs["vpcConfig"].get("securityGroupIds") or [None])[0]
    if own is not None:
        return Traced(own, frozenset(cluster.property_dependencies.get("vpcConfig", ())))
    return applied(lambda vpc: vpc["clusterSecurityGroupId"], output_of(cluster, "vpcConfig"))
