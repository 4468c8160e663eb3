"""Who reaches the nodes and whom they reach, read from the rules alone."""

import pytest

from tests.components.compute.support import graph

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
CONTROL_PLANE_PORTS = {443, 4443, 8443, 9443, 10250, 10251}


@pytest.fixture(scope="module")
def found():
    return graph()


@pytest.fixture(scope="module")
def nodes(found):
    return found.only("aws:ec2/securityGroup:SecurityGroup", "cluster-nodes-group").id


@pytest.fixture(scope="module")
def control_plane(found):
    return found.only(EGRESS, "cluster-nodes-api-to-cluster-nodes").inputs["referencedSecurityGroupId"]


def _rules(found, kind, group):
    """Peer, protocol and ports of each rule of a security group."""
    return {
        (
            rule.inputs.get("referencedSecurityGroupId") or rule.inputs["cidrIpv4"],
            rule.inputs["ipProtocol"],
            rule.inputs["fromPort"],
            rule.inputs["toPort"],
        )
        for rule in found.of_type(kind)
        if rule.inputs["securityGroupId"] == group
    }


def test_nodes_are_open_to_themselves_and_the_control_plane_only(found, nodes, control_plane) -> None:
    assert _rules(found, INGRESS, nodes) == {
        (nodes, "tcp", 0, 65535),
        (nodes, "udp", 0, 65535),
        *((control_plane, "tcp", port, port) for port in CONTROL_PLANE_PORTS),
    }


def test_nodes_reach_themselves_the_api_and_https(found, nodes, control_plane) -> None:
    assert _rules(found, EGRESS, nodes) == {
        (nodes, "tcp", 0, 65535),
        (nodes, "udp", 0, 65535),
        (control_plane, "tcp", 443, 443),
        ("0.0.0.0/0", "tcp", 443, 443),
    }


def test_the_api_is_open_to_nodes_only(found, nodes, control_plane) -> None:
    assert _rules(found, INGRESS, control_plane) == {(nodes, "tcp", 443, 443)}


def test_the_control_plane_group_is_the_one_eks_makes(found) -> None:
    rule = found.only(INGRESS, "cluster-nodes-api-from-cluster-nodes")
    assert found.only("eks:index:Cluster").urn in rule.property_dependencies["securityGroupId"]
    assert "clusterSecurityGroup" not in found.only("eks:index:Cluster").inputs
