import json

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from systems.recovery_region import RecoverySettings, make_recovery_region
from tests.support import ACCOUNT, record

GLOBAL = {"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(lambda: make_recovery_region(RecoverySettings(), ACCOUNT))


def test_everything_that_has_a_region_is_there(graph: Graph) -> None:
    assert graph.counts["aws:ec2/subnet:Subnet"] == 9
    for node in graph.resources:
        assert node.inputs.get("region") == (None if node.type in GLOBAL else "us-west-2"), node.name


def test_zones_endpoints_and_services_are_those_of_the_region(graph: Graph) -> None:
    zones = {node.inputs["availabilityZone"] for node in graph.of_type("aws:ec2/subnet:Subnet")}
    assert zones == {"us-west-2a", "us-west-2b", "us-west-2c"}
    services = {node.inputs["serviceName"] for node in graph.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert services == {"com.amazonaws.us-west-2.s3", "com.amazonaws.us-west-2.dynamodb"}
    policy = json.loads(graph.only("aws:kms/key:Key", "recovery-data-key-key").inputs["policy"])
    assert policy["Statement"][1]["Principal"] == {"Service": ["logs.us-west-2.amazonaws.com"]}


def test_nothing_names_the_home_region(graph: Graph) -> None:
    assert [node.name for node in graph.resources if ACCOUNT.region in json.dumps(node.inputs)] == []


def test_it_is_its_own_network_and_costs_no_gateway(graph: Graph) -> None:
    assert graph.only("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.128.0.0/16"
    assert not graph.of_type("aws:ec2/natGateway:NatGateway")


def test_the_home_region_is_refused() -> None:
    with pytest.raises(ValidationError, match="us-west-2 is the home region"):
        RecoverySettings.model_validate({}, context={"region": "us-west-2"})
