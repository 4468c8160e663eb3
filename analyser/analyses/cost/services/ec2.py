"""EC2: nodes and their disks, interface endpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyser.analyses.cost.item import MUCH, Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import HOURS, Line
from analyser.graph import Node

SPOT = 0.45
"""What a Spot instance costs as a part of its on-demand price, about: t3.medium in us-east-1 was between 0.41 and 0.49.
https://github.com/skypilot-org/skypilot-catalog/blob/master/catalogs/v8/aws/vms.csv"""
BURST_NODE = "m5.xlarge"
"""What a node of a Karpenter pool is taken for: which it is, is decided by what waits for one."""
BURST_VCPUS = 4
"""https://aws.amazon.com/ec2/instance-types/m5/"""
MONITORED = 7
"""Metrics that detailed monitoring pays for, an instance: https://aws.amazon.com/cloudwatch/pricing/"""
FREE_IOPS, FREE_MIBPS = 3000, 125
"""What every gp3 volume has: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html"""

_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


@dataclass(frozen=True)
class _Machines:
    """The nodes of a group: which, how many, at least and at most, and what they are made by."""

    kind: str
    nodes: float
    low: float
    most: float
    template: Node | None
    basis: str
    spot: bool = False


def node_group(item: Item) -> Iterator[Line]:
    """Instances and disks of an EKS managed node group."""
    spot = item.read("capacityType") == "SPOT"
    yield from _machines(
        item,
        _Machines(
            kind=item.read("instanceTypes", default=["t3.medium"])[0],
            nodes=item.number("scalingConfig", "desiredSize") + (item.assumed("elastic_nodes") if spot else 0),
            low=item.number("scalingConfig", "minSize"),
            most=item.number("scalingConfig", "maxSize"),
            template=_template(item, {"id": item.read("launchTemplate", "id")}),
            basis="elasticNodes" if spot else "scalingConfig",
            spot=spot,
        ),
    )


def scaling_group(item: Item) -> Iterator[Line]:
    """A group of EC2 Auto Scaling, on demand, by a template and types laid over it."""
    launch = item.read("mixedInstancesPolicy", "launchTemplate", default={})
    laid_over = [one["instanceType"] for one in launch.get("overrides") or () if one.get("instanceType")]
    named = launch.get("launchTemplateSpecification") or item.read("launchTemplate", default={})
    template = _template(item, named) or configuration_of(item, item.read("launchConfiguration"))
    kinds = [
        *laid_over,
        *([template.inputs["instanceType"]] if template and template.inputs.get("instanceType") else []),
    ]
    if not kinds:
        raise NoPriceError("which machines it starts is not known")
    yield from _machines(
        item,
        _Machines(
            kind=kinds[0],
            nodes=item.number("desiredCapacity", default=item.number("minSize")),
            low=item.number("minSize"),
            most=item.number("maxSize"),
            template=template,
            basis="desiredCapacity",
            spot=bool(template and template.inputs.get("spotPrice")),
        ),
    )


def launched(item: Item, configuration: Node, nodes: float, low: float, most: float) -> Iterator[Line]:
    """Machines that something else than a resource of the program starts by one of its launch configurations."""
    spot = bool(configuration.inputs.get("spotPrice"))
    kind = configuration.inputs["instanceType"]
    yield from _machines(item, _Machines(kind, nodes, low, most, configuration, "DesiredCapacity", spot=spot))


def configuration_of(item: Item, name: Any) -> Node | None:
    """The launch configuration of a name, which is its id as well."""
    return next((n for n in item.graph.of_type(_CONFIGURATION) if name and name in (n.id, n.outputs.get("name"))), None)


def _template(item: Item, named: Mapping[str, Any]) -> Node | None:
    """The launch template that a group names, by its id or its name."""
    wanted = {named.get(key) for key in ("launchTemplateId", "id", "launchTemplateName", "name")} - {None}
    return next((n for n in item.graph.of_type(_TEMPLATE) if {n.id, n.outputs.get("name")} & wanted), None)


def _machines(item: Item, group: _Machines) -> Iterator[Line]:
    """Instances and disks, from the smallest to the largest number of nodes that the group may have."""
    nodes, low, high = group.nodes, group.low, group.most

    def line(label: str, sku: str, each: float, factor: float = 1.0) -> Line:
        return item.scaled(label, sku, nodes * each, low=low * each, high=high * each, factor=factor, basis=group.basis)

    kind, factor = group.kind, SPOT if group.spot else 1.0
    yield line(f"{kind} Spot nodes" if group.spot else f"{kind} nodes", f"ec2.{kind}", HOURS, factor)
    template = group.template
    if template is None:
        return
    for disk, size, iops, throughput in _volumes(template):
        yield line(f"{disk} disks of nodes", f"ebs.{disk}", size)
        if disk != "gp3":
            continue
        if iops > FREE_IOPS:
            yield line(f"IOPS above {FREE_IOPS:,}", "ebs.gp3-iops", iops - FREE_IOPS)
        if throughput > FREE_MIBPS:
            yield line(f"Throughput above {FREE_MIBPS} MiB/s", "ebs.gp3-throughput", throughput - FREE_MIBPS)
    if _is_monitored(template):
        yield line("Detailed monitoring of nodes", "cloudwatch.metric", MONITORED)


def _is_monitored(template: Node) -> bool:
    """A launch configuration monitors unless it is told not to.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/enable-as-instance-metrics.html
    """
    if template.type == _CONFIGURATION:
        return template.inputs.get("enableMonitoring") is not False
    return bool((template.inputs.get("monitoring") or {}).get("enabled"))


def _volumes(template: Node) -> Iterator[tuple[str, float, float, float]]:
    said = [mapping.get("ebs") or {} for mapping in template.inputs.get("blockDeviceMappings") or ()]
    said += [template.inputs.get("rootBlockDevice") or {}, *(template.inputs.get("ebsBlockDevices") or ())]
    for ebs in filter(None, said):
        size, iops, throughput = (float(ebs.get(key) or 0) for key in ("volumeSize", "iops", "throughput"))
        yield str(ebs.get("volumeType") or "gp3"), size, iops, throughput


def node_pool(item: Item) -> Iterator[Line]:
    """Nodes that Karpenter adds on average; at most as many as its limit of vCPUs lets it."""
    nodes = item.assumed("elastic_nodes")
    most = item.number("spec", "limits", "cpu") / BURST_VCPUS or nodes * MUCH
    yield item.scaled(
        f"Nodes as dear as {BURST_NODE}",
        f"ec2.{BURST_NODE}",
        nodes * HOURS,
        low=0,
        high=most * HOURS,
        basis="elasticNodes, limits",
    )


def endpoint(item: Item) -> Iterator[Line]:
    """Interface endpoints, by zone; gateway endpoints are free."""
    if item.read("vpcEndpointType") != "Interface":
        return
    interfaces = [n for n in item.graph.of_type(_ENDPOINT) if n.inputs.get("vpcEndpointType") == "Interface"]
    yield item.hours("Interface endpoint", "endpoint.hours", len(item.read("subnetIds", default=[0])))
    yield item.used("Data through endpoints", "endpoint.data", "endpoint_gb", share=1 / len(interfaces))


PRICERS: dict[str, Pricer] = {
    "aws:eks/nodeGroup:NodeGroup": node_group,
    "aws:autoscaling/group:Group": scaling_group,
    "kubernetes:karpenter.sh/v1:NodePool": node_pool,
    _ENDPOINT: endpoint,
}
