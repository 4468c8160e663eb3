"""eks:index:NodeGroup, of the first version: a launch configuration, and CloudFormation that makes the group of it.

``createNodeGroup`` in ``nodes/nodegroup.ts`` of https://github.com/pulumi/pulumi-eks. What a machine is told as it
starts is not worked out: its user data is unknown. The template's text is the component's to the letter, so that a
state of it does not differ.
"""

import json
from collections.abc import Mapping
from typing import Any

from analyser.graph import Node
from analyser.run.eks.self_managed import (
    CLUSTER,
    DEFAULT_MACHINE,
    image,
    key_name,
    profile_name,
    security_group,
    subnets_of,
)
from analyser.run.remote_components import Expansion, Traced, applied, id_of, output_of, reference_to
from policy.unknown import UNKNOWN

_GROUP = "aws:ec2/securityGroup:SecurityGroup"
_DISK = (
    *(("nodeRootVolumeEncrypted", "encrypted"), ("nodeRootVolumeSize", "volumeSize")),
    *(("nodeRootVolumeType", "volumeType"), ("nodeRootVolumeIops", "iops")),
    *(("nodeRootVolumeThroughput", "throughput"), ("nodeRootVolumeDeleteOnTermination", "deleteOnTermination")),
)
_DISK_OF_AL2 = {"encrypted": False, "volumeSize": 20, "volumeType": "gp2", "deleteOnTermination": True}
_MARGIN = " " * 16


def expand_node_group_v1(expansion: Expansion) -> None:
    """A group of its own, with its own security group unless it is given one."""
    said = expansion.component.inputs
    component = expansion.given_resource("cluster", "eks:index:Cluster")
    cluster = expansion.made_by(component, CLUSTER)
    group, rules = security_group(expansion, cluster)
    ingress = id_of(rules.ingress) if rules else _given_ingress(expansion)
    more = expansion.given_resources("extraNodeSecurityGroups", _GROUP) if said.get("extraNodeSecurityGroups") else []
    key = key_name(expansion, said)
    suffix = expansion.resource("eks:index:RandomSuffix", f"{expansion.name}-cfnStackName", {"input": expansion.name})
    configuration = expansion.resource(
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        f"{expansion.name}-nodeLaunchConfiguration",
        {
            "associatePublicIpAddress": said.get("nodeAssociatePublicIpAddress", True),
            "imageId": said.get("amiId") or image(said),
            "instanceType": said.get("instanceType") or DEFAULT_MACHINE,
            "iamInstanceProfile": profile_name(expansion, component),
            "keyName": key,
            "securityGroups": applied(lambda *ids: list(ids[1:]), ingress, group, *map(id_of, more)),
            "spotPrice": said.get("spotPrice"),
            "rootBlockDevice": _disk(said),
            "userData": UNKNOWN,
            "enableMonitoring": said.get("enableDetailedMonitoring"),
        },
    )
    made = expansion.resource(
        "aws:cloudformation/stack:Stack",
        f"{expansion.name}-nodes",
        {
            "name": output_of(suffix, "output"),
            "templateBody": _template(expansion, cluster, configuration),
            "tags": {
                "Name": f"{expansion.name}-nodes",
                **(said.get("cloudFormationTags") or {}),
                **(component.inputs.get("tags") or {}),
            },
        },
        after=expansion.all_made_by(component, "kubernetes:core/v1:ConfigMap"),
    )
    expansion.output("autoScalingGroupName", applied(lambda told: told.get("NodeGroup"), output_of(made, "outputs")))
    expansion.output("cfnStack", reference_to(made))
    expansion.output("extraNodeSecurityGroups", [reference_to(one) for one in more])
    expansion.output("nodeSecurityGroupId", group)
    if rules:
        expansion.output("nodeSecurityGroup", reference_to(rules.group))


def _given_ingress(expansion: Expansion) -> Traced:
    """The rule by which nodes get to the API, without which the component takes no security group."""
    if "clusterIngressRule" in expansion.component.inputs:
        return id_of(expansion.given_resource("clusterIngressRule", "aws:ec2/securityGroupRule:SecurityGroupRule"))
    return expansion.given("clusterIngressRuleId")


def _disk(said: Mapping[str, Any]) -> dict[str, Any]:
    """The root disk; what is not said of one is left to the image, but for Amazon Linux 2."""
    old = said.get("operatingSystem") == "AL2" or str(said.get("amiType", "")).upper().startswith("AL2_")
    told = {theirs: said[ours] for ours, theirs in _DISK if said.get(ours) is not None}
    return {**(_DISK_OF_AL2 if old else {}), **told}


def _template(expansion: Expansion, cluster: Node, configuration: Node) -> Traced:
    sizes = [expansion.given(key) for key in ("desiredCapacity", "minSize", "maxSize")]
    least = "0" if expansion.component.inputs.get("spotPrice") else "1"

    def body(name: str, launch: str, own: Any, subnets: Any, *asked: Any) -> str:
        desired, low, high = (usual if size is None else size for size, usual in zip(asked, (2, 1, 2), strict=True))
        tags = {"Name": f"{name}-worker", f"kubernetes.io/cluster/{name}": "owned", **(own or {})}
        properties = (
            f"DesiredCapacity: {desired}",
            f"LaunchConfigurationName: {launch}",
            f"MinSize: {low}",
            f"MaxSize: {high}",
            f"VPCZoneIdentifier: {json.dumps(subnets, separators=(',', ':'))}",
            "Tags:",
        )
        listed = "".join(
            f"\n{_at(10)}- Key: {key}\n{_at(10)}  Value: {value}\n{_at(10)}  PropagateAtLaunch: 'true'"
            for key, value in tags.items()
        )
        return "\n".join(
            (
                *("", f"{_at()}AWSTemplateFormatVersion: '2010-09-09'", f"{_at()}Outputs:"),
                *(f"{_at(4)}NodeGroup:", f"{_at(8)}Value: !Ref NodeGroup", f"{_at()}Resources:"),
                *(f"{_at(4)}NodeGroup:", f"{_at(8)}Type: AWS::AutoScaling::AutoScalingGroup", f"{_at(8)}Properties:"),
                *(f"{_at(10)}{line}" for line in properties),
                *(f"{_at(10)}{listed}", f"{_at(8)}UpdatePolicy:", f"{_at(10)}AutoScalingRollingUpdate:"),
                *(f"{_at(12)}MinInstancesInService: '{least}'", f"{_at(12)}MaxBatchSize: '1'", _at()),
            )
        )

    own = expansion.given("autoScalingGroupTags")
    return applied(body, output_of(cluster, "name"), id_of(configuration), own, subnets_of(expansion, cluster), *sizes)


def _at(column: int = 0) -> str:
    return _MARGIN + " " * column
