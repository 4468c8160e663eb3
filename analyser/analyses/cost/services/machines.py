"""EC2 instances that a program starts one by one, and volumes of EBS."""

from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import HOURS, Line
from analyser.analyses.cost.services.ec2 import FREE_IOPS, FREE_MIBPS, MONITORED, SPOT

IMAGE_GIB, MOST_IMAGE_GIB = 8, 30
"""The root disk of Amazon Linux, and of Windows Server, where the program does not say how large it is:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/RootDeviceStorage.html"""
_SUBNET = "aws:ec2/subnet:Subnet"


def instance(item: Item) -> Iterator[Line]:
    """A machine with Linux all month, its disks, its public address, and metrics by the minute."""
    market = item.read("instanceMarketOptions", "marketType")
    yield from _machine(item, spot=market == "spot")


def spot_request(item: Item) -> Iterator[Line]:
    """An instance at the Spot price."""
    yield from _machine(item, spot=True)


def volume(item: Item) -> Iterator[Line]:
    """What is provisioned of a volume, however much of it is written."""
    yield from _disk(item, "Volume", item.node.inputs, kind="gp2")


def parameter(item: Item) -> Iterator[Line]:
    """An advanced parameter by the month; a standard one is free: https://aws.amazon.com/systems-manager/pricing/"""
    if item.read("tier") == "Advanced":
        yield item.fixed("Advanced parameter", "ssm.parameter", 1)


def _machine(item: Item, *, spot: bool) -> Iterator[Line]:
    kind = item.read("instanceType")
    if kind is None:
        raise NoPriceError("which type of machine it is, is not known")
    if item.read("tenancy", default="default") != "default":
        raise NoPriceError(f"no prices of machines with tenancy {item.read('tenancy')}")
    if item.read("getPasswordData"):
        raise NoPriceError("no prices of machines with Windows")
    label = f"{kind} Spot, Linux" if spot else f"{kind}, Linux"
    yield item.fixed(label, f"ec2.{kind}", HOURS, factor=SPOT if spot else 1.0)
    root = item.read("rootBlockDevice", default={})
    if "volumeSize" in root:
        yield from _disk(item, "Root disk", root, kind="gp3")
    else:
        yield item.scaled(
            "Root disk of the image", "ebs.gp3", IMAGE_GIB, low=IMAGE_GIB, high=MOST_IMAGE_GIB, basis="rootBlockDevice"
        )
    for device in item.read("ebsBlockDevices", default=[]):
        yield from _disk(item, "Disk", device, kind="gp2")
    if _is_public(item):
        yield item.hours("Public IPv4 address", "ipv4.hours")
    if item.read("monitoring"):
        yield item.fixed("Detailed monitoring", "cloudwatch.metric", MONITORED)


def _disk(item: Item, label: str, said: Mapping[str, Any], kind: str) -> Iterator[Line]:
    """A disk of a type that the program names, or else of the one that the provider takes (``kind``)."""
    kind = said.get("volumeType") or said.get("type") or kind
    size = said.get("volumeSize") or said.get("size")
    if not isinstance(kind, str) or not isinstance(size, int | float):
        raise NoPriceError("how large a disk is, is not known")
    yield item.fixed(f"{label}, {kind}", f"ebs.{kind}", size)
    if kind == "gp3":
        iops, throughput = (_number(said.get(key)) for key in ("iops", "throughput"))
        if iops > FREE_IOPS:
            yield item.fixed(f"IOPS above {FREE_IOPS:,}", "ebs.gp3-iops", iops - FREE_IOPS)
        if throughput > FREE_MIBPS:
            yield item.fixed(f"Throughput above {FREE_MIBPS} MiB/s", "ebs.gp3-throughput", throughput - FREE_MIBPS)


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0


def _is_public(item: Item) -> bool:
    """Whether it asks for a public address, or its subnet gives one to whoever does not refuse it."""
    asked = item.read("associatePublicIpAddress")
    if asked is not None:
        return bool(asked)
    subnet = item.read("subnetId")
    return any(one.inputs.get("mapPublicIpOnLaunch") is True for one in item.graph.of_type(_SUBNET) if one.id == subnet)


PRICERS: dict[str, Pricer] = {
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": spot_request,
    "aws:ebs/volume:Volume": volume,
    "aws:ssm/parameter:Parameter": parameter,
}
