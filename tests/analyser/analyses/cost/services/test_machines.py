"""Machines one by one, volumes, caches outside a group and parameters, by hand."""

import pytest

from analyser.analyses.cost.price_snapshot import NoPriceError
from policy.unknown import UNKNOWN, UnknownTouchedError
from tests.analyser.analyses.cost.support import bill, lines, node

pytestmark = pytest.mark.usefixtures("prices")

INSTANCE = "aws:ec2/instance:Instance"
VOLUME = "aws:ebs/volume:Volume"
PARAMETER = "aws:ssm/parameter:Parameter"
CACHE = "aws:elasticache/cluster:Cluster"


def test_a_machine_costs_its_hours_and_the_disk_of_its_image() -> None:
    machine, disk = lines(INSTANCE, {"instanceType": "t3.medium"})
    assert machine.usd == pytest.approx(30.368)  # 730 x 0.0416
    assert (disk.usd, disk.low_usd, disk.high_usd) == pytest.approx((0.64, 0.64, 2.4))  # 8 to 30 x 0.08


def test_disks_addresses_and_metrics_are_lines_of_their_own() -> None:
    found = bill(
        INSTANCE,
        {
            "instanceType": "t3.medium",
            "rootBlockDevice": {"volumeSize": 50, "iops": 4000, "throughput": 225},
            "ebsBlockDevices": [{"deviceName": "/dev/sdb", "volumeSize": 20}],
            "monitoring": True,
            "subnetId": "open",
        },
        node("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": True}, "open"),
    )
    assert found == {
        "t3.medium, Linux": 30.368,
        "Root disk, gp3": 4.0,  # 50 x 0.08
        "IOPS above 3,000": 5.0,  # 1000 x 0.005
        "Throughput above 125 MiB/s": 4.0,  # 100 x 0.04
        "Disk, gp2": 2.0,  # 20 x 0.10
        "Public IPv4 address": 3.65,  # 730 x 0.005
        "Detailed monitoring": 2.1,  # 7 x 0.30
    }


def test_spot_costs_its_part_and_a_refused_address_nothing() -> None:
    spot = {"marketType": "spot"}
    machine = {"instanceType": "t3.medium", "instanceMarketOptions": spot, "associatePublicIpAddress": False}
    (line, _) = lines(INSTANCE, machine)
    assert line.usd == pytest.approx(13.6656)  # 0.45 x 730 x 0.0416
    (asked, _) = lines("aws:ec2/spotInstanceRequest:SpotInstanceRequest", {"instanceType": "t3.medium"})
    assert asked.usd == line.usd


@pytest.mark.parametrize(
    "inputs",
    [
        {"instanceType": UNKNOWN},
        {"instanceType": "t3.medium", "tenancy": "dedicated"},
        {"instanceType": "t3.medium", "getPasswordData": True},
        {"instanceType": "t3.medium", "rootBlockDevice": {"volumeSize": UNKNOWN}},
    ],
)
def test_what_nobody_knows_the_price_of_has_none(inputs: dict[str, object]) -> None:
    with pytest.raises((NoPriceError, UnknownTouchedError)):
        lines(INSTANCE, inputs)


def test_a_volume_is_gp2_unless_it_says_otherwise() -> None:
    assert bill(VOLUME, {"size": 40}) == {"Volume, gp2": 4.0}
    assert bill(VOLUME, {"size": 40, "type": "gp3"}) == {"Volume, gp3": 3.2}
    with pytest.raises(NoPriceError):
        lines(VOLUME, {"snapshotId": "snap-1"})


def test_only_an_advanced_parameter_is_paid_for() -> None:
    assert bill(PARAMETER, {"type": "String"}) == {}
    assert bill(PARAMETER, {"tier": "Advanced"}) == {"Advanced parameter": 0.05}


def test_a_cache_in_a_replication_group_is_paid_for_there() -> None:
    cache = {"nodeType": "cache.t3.micro", "numCacheNodes": 2}
    assert bill(CACHE, cache) == {"cache.t3.micro nodes": 24.82}  # 2 x 730 x 0.017
    assert bill(CACHE, {"replicationGroupId": "sessions"}) == {}
