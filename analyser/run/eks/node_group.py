"""eks:index:ManagedNodeGroup: a node group, and a launch template where the arguments need one."""

from typing import Any

from analyser.graph import Node
from analyser.run.eks.bottlerocket import bottlerocket_data
from analyser.run.remote_components import Expansion, RemoteError, Traced, applied, id_of, output_of, reference_to

_CLUSTER = "aws:eks/cluster:Cluster"
_AS_GIVEN = (
    "capacityType", "forceUpdateVersion", "instanceTypes", "labels", "nodeGroupName", "nodeGroupNamePrefix",
    "remoteAccess", "tags", "taints",
)  # fmt: skip
_TEMPLATE_ONLY = ("bottlerocketSettings", "enableIMDSv2")
_SIZES = {"desiredSize": 2, "minSize": 1, "maxSize": 2}
_ARCHITECTURES = {True: "arm64", False: "x86_64"}


def expand_node_group(expansion: Expansion) -> None:
    """The node group under the component's own name, before it the launch template ``<name>-launchTemplate``."""
    expansion.only(
        [
            *_AS_GIVEN, *_TEMPLATE_ONLY, "amiType", "cluster", "clusterName", "diskSize", "ignoreScalingChanges",
            "launchTemplate", "nodeRole", "nodeRoleArn", "operatingSystem", "releaseVersion", "scalingConfig",
            "subnetIds", "version",
        ]
    )  # fmt: skip
    component = expansion.given_resource("cluster", "eks:index:Cluster")
    cluster = expansion.made_by(component, _CLUSTER)
    template = _launch_template(expansion, cluster)
    own_data = "bottlerocketSettings" in expansion.component.inputs
    group = expansion.resource(
        "aws:eks/nodeGroup:NodeGroup",
        expansion.name,
        {
            **{key: expansion.given(key) for key in _AS_GIVEN},
            **({} if own_data else _image(expansion, cluster, template)),
            "clusterName": _or(expansion.given("clusterName"), output_of(cluster, "name")),
            "diskSize": None if template else expansion.given("diskSize"),
            "launchTemplate": template or expansion.given("launchTemplate"),
            "nodeRoleArn": _role_arn(expansion),
            "scalingConfig": applied(_sizes, expansion.given("scalingConfig")),
            "subnetIds": _or(expansion.given("subnetIds"), _cluster_subnets(cluster)),
        },
        ignore_changes=["scalingConfig.desiredSize"] if expansion.plain("ignoreScalingChanges") else [],
    )
    expansion.output("nodeGroup", reference_to(group))
    expansion.output("placementGroupName", "")


def _or(first: Traced, second: Traced) -> Traced:
    return second if first.value is None else first


def _image(expansion: Expansion, cluster: Node, template: dict[str, Any] | None) -> dict[str, Traced]:
    """Which image the nodes run. EKS decides where the user data is the group's own."""
    version = expansion.given("version")
    if version.value is None and (template or expansion.component.inputs.get("launchTemplate") is None):
        version = output_of(cluster, "version")
    ami_type = expansion.given("amiType")
    if ami_type.value is None and expansion.plain("operatingSystem"):
        ami_type = Traced(_ami_type(expansion))
    return {"amiType": ami_type, "releaseVersion": expansion.given("releaseVersion"), "version": version}


def _ami_type(expansion: Expansion) -> str:
    system = expansion.plain("operatingSystem")
    graviton = _ARCHITECTURES[_is_graviton(expansion.plain("instanceTypes", [""])[0])]
    if system == "AL2023":
        return f"AL2023_{'ARM_64' if graviton == 'arm64' else graviton}_STANDARD"
    if system == "Bottlerocket":
        return f"BOTTLEROCKET_{'ARM_64' if graviton == 'arm64' else graviton}"
    raise RemoteError(f"{expansion.name}: the preview does not know the images of {system}")


def _is_graviton(instance_type: str) -> bool:
    family = instance_type.split(".")[0]
    generation = family.lstrip("abcdefghijklmnopqrstuvwxyz").lstrip("0123456789")
    return generation.startswith("g")


def _role_arn(expansion: Expansion) -> Traced:
    arn = expansion.given("nodeRoleArn")
    return output_of(expansion.given_resource("nodeRole", "aws:iam/role:Role"), "arn") if arn.value is None else arn


def _sizes(config: dict[str, int] | None) -> dict[str, int]:
    return {**_SIZES, **(config or {})}


def _cluster_subnets(cluster: Node) -> Traced:
    settings = cluster.inputs["vpcConfig"]
    return Traced(settings.get("subnetIds"), frozenset(cluster.property_dependencies.get("vpcConfig", ())))


def _launch_template(expansion: Expansion, cluster: Node) -> dict[str, Any] | None:
    """The block that points to a launch template of the component's own; None where it makes none."""
    if not any(key in expansion.component.inputs for key in _TEMPLATE_ONLY):
        return None
    if "launchTemplate" in expansion.component.inputs:
        raise RemoteError(f"{expansion.name}: {' and '.join(_TEMPLATE_ONLY)} go into the launch template that is given")
    metadata = None
    if (required := expansion.plain("enableIMDSv2")) is not None:
        tokens = "required" if required else "optional"
        metadata = {"httpEndpoint": "enabled", "httpPutResponseHopLimit": 2, "httpTokens": tokens}
    template = expansion.resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        f"{expansion.name}-launchTemplate",
        {
            "blockDeviceMappings": _disks(expansion),
            "metadataOptions": metadata,
            "userData": bottlerocket_data(cluster, expansion.given("bottlerocketSettings")),
        },
    )
    version = applied(str, output_of(template, "latestVersion"))
    return {"id": id_of(template), "version": version}


def _disks(expansion: Expansion) -> list[dict[str, Any]] | None:
    size = expansion.given("diskSize")
    if size.value is None:
        return None
    device = "/dev/xvdb" if expansion.plain("operatingSystem") == "Bottlerocket" else "/dev/xvda"
    return [{"deviceName": device, "ebs": {"volumeSize": size}}]
