"""Nodes, NAT, addresses and endpoints, by hand."""

import pytest

from settings import Usage
from tests.analyser.analyses.cost.support import bill, lines, node

pytestmark = pytest.mark.usefixtures("prices")

GROUP = "aws:eks/nodeGroup:NodeGroup"
NAT = "aws:ec2/natGateway:NatGateway"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
TEMPLATE = node(
    "aws:ec2/launchTemplate:LaunchTemplate",
    {"blockDeviceMappings": [{"ebs": {"volumeSize": 100}}], "monitoring": {"enabled": True}},
    "template",
)
FAST = node(
    "aws:ec2/launchTemplate:LaunchTemplate",
    {"blockDeviceMappings": [{"ebs": {"volumeSize": 50, "iops": 4000, "throughput": 225}}]},
    "fast",
)


def group(kind: str, desired: int, least: int, most: int, **more: object) -> dict[str, object]:
    scaling = {"desiredSize": desired, "minSize": least, "maxSize": most}
    return {"instanceTypes": [kind], "scalingConfig": scaling, **more}


def test_three_c5_2xlarge_with_disks_and_monitoring() -> None:
    found = bill(GROUP, group("c5.2xlarge", 3, 3, 10, launchTemplate={"id": "template"}), TEMPLATE)
    assert found == {
        "c5.2xlarge nodes": 744.6,  # 3 x 730 x 0.34
        "gp3 disks of nodes": 24.0,  # 3 x 100 x 0.08
        "Detailed monitoring of nodes": 6.3,  # 3 x 7 x 0.30
    }


def test_a_group_of_auto_scaling_costs_what_its_first_type_does() -> None:
    launch = {
        "launchTemplateSpecification": {"launchTemplateId": "template"},
        "overrides": [{"instanceType": "c5.2xlarge"}, {"instanceType": "c5a.2xlarge"}],
    }
    scaling = {"desiredCapacity": 3, "minSize": 3, "maxSize": 10, "mixedInstancesPolicy": {"launchTemplate": launch}}
    assert bill("aws:autoscaling/group:Group", scaling, TEMPLATE) == {
        "c5.2xlarge nodes": 744.6,
        "gp3 disks of nodes": 24.0,
        "Detailed monitoring of nodes": 6.3,
    }
    (nodes, *_) = lines("aws:autoscaling/group:Group", scaling | {"maxSize": 4})
    assert (nodes.low, nodes.high) == (3 * 730, 4 * 730)


def test_two_t3_medium_without_a_template() -> None:
    assert bill(GROUP, group("t3.medium", 2, 2, 2)) == {"t3.medium nodes": 60.736}  # 2 x 730 x 0.0416


def test_one_t3_large_with_a_fast_disk() -> None:
    assert bill(GROUP, group("t3.large", 1, 1, 1, launchTemplate={"id": "fast"}), FAST) == {
        "t3.large nodes": 60.736,  # 730 x 0.0832
        "gp3 disks of nodes": 4.0,
        "IOPS above 3,000": 5.0,  # 1,000 x 0.005
        "Throughput above 125 MiB/s": 4.0,  # 100 x 0.04
    }


def test_spot_nodes_are_those_assumed_above_the_desired_ones_at_less_than_half() -> None:
    usage = Usage(elastic_nodes=2)
    found = bill(GROUP, group("t3.large", 0, 0, 5, capacityType="SPOT"), usage=usage)
    assert found == {"t3.large Spot nodes": 54.6624}  # 2 x 730 x 0.0832 x 0.45


def test_nodes_range_from_the_least_to_the_most() -> None:
    (wide,) = lines(GROUP, group("t3.medium", 3, 2, 10))
    assert (wide.low / 730, wide.high / 730) == (2, 10)


def test_spot_nodes_assumed_beyond_the_most_are_the_most_themselves() -> None:
    (line,) = lines(GROUP, group("t3.large", 0, 0, 2, capacityType="SPOT"), usage=Usage(elastic_nodes=3))
    assert (line.low / 730, line.quantity / 730, line.high / 730) == (0, 3, 3)


def test_an_instance_type_without_a_price_is_said() -> None:
    with pytest.raises(LookupError, match=r"no price of ec2\.x9\.huge in us-east-1"):
        bill(GROUP, group("x9.huge", 1, 1, 1))


@pytest.mark.parametrize(("nodes", "usd"), [(0, {}), (1, 140.16), (2.5, 350.4)])
def test_nodes_of_karpenter_are_as_many_as_assumed(nodes: float, usd: object) -> None:
    found = bill("kubernetes:karpenter.sh/v1:NodePool", {}, usage=Usage(elastic_nodes=nodes))
    assert found == (usd if usd == {} else {"Nodes as dear as m5.xlarge": usd})  # x 730 x 0.192


@pytest.mark.parametrize(("limits", "most"), [({"cpu": "64"}, 16), ({"cpu": 8}, 2), ({}, 2)])
def test_nodes_of_karpenter_are_at_most_what_its_limit_of_vcpus_lets_it_have(limits: object, most: float) -> None:
    spec = {"spec": {"limits": limits}}
    (line,) = lines("kubernetes:karpenter.sh/v1:NodePool", spec, usage=Usage(elastic_nodes=1))
    assert (line.low, line.high) == (0, most * 730)  # of 4 vCPUs each; twice what is assumed without a limit


@pytest.mark.parametrize(
    ("region", "gigabytes", "others", "expected"),
    [
        ("us-east-1", 0, 0, {"NAT gateway": 32.85}),
        ("us-east-1", 500, 0, {"NAT gateway": 32.85, "Data through NAT": 22.5}),
        ("eu-west-1", 300, 2, {"NAT gateway": 35.04, "Data through NAT": 4.8}),  # a third of the data, at 0.048
    ],
)
def test_nat(region: str, gigabytes: float, others: int, expected: dict[str, float]) -> None:
    beside = [node(NAT, name=f"other-{number}") for number in range(others)]
    assert bill(NAT, {}, *beside, usage=Usage(nat_gb=gigabytes), region=region) == expected


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-1"])
def test_a_public_address(region: str) -> None:
    assert bill("aws:ec2/eip:Eip", region=region) == {"Public IPv4 address": 3.65}


@pytest.mark.parametrize(
    ("kind", "zones", "expected"),
    [
        ("Interface", 3, {"Interface endpoint": 21.9, "Data through endpoints": 1.0}),
        ("Interface", 1, {"Interface endpoint": 7.3, "Data through endpoints": 1.0}),
        ("Gateway", 0, {}),
    ],
)
def test_endpoints(kind: str, zones: int, expected: dict[str, float]) -> None:
    inputs = {"vpcEndpointType": kind, "subnetIds": [f"subnet-{number}" for number in range(zones)]}
    assert bill(ENDPOINT, inputs, usage=Usage(endpoint_gb=100)) == expected
