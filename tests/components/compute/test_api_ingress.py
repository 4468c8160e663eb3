"""Who may call the Kubernetes API from outside the stack: exactly those named, on exactly one port."""

import pytest
from pydantic import ValidationError

from components.compute.cluster import ClusterSettings
from tests.components.compute.support import graph

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
GROUP = "sg-0123456789abcdef0"


def settings(clients: dict[str, str]) -> ClusterSettings:
    return ClusterSettings.model_validate({"name": "microservice-prod", "apiClients": clients}, by_alias=True)


def test_each_client_is_one_rule_and_nothing_else_opens() -> None:
    found = graph(settings=settings({"vpn": "10.200.0.0/16", "bastion": GROUP}))
    plain = {node.name for node in graph().of_type(INGRESS)}
    rules = {node.name: node.inputs for node in found.of_type(INGRESS) if node.name not in plain}
    assert set(rules) == {"cluster-api-from-client-vpn", "cluster-api-from-client-bastion"}
    vpn, bastion = rules["cluster-api-from-client-vpn"], rules["cluster-api-from-client-bastion"]
    assert (vpn["cidrIpv4"], vpn.get("referencedSecurityGroupId")) == ("10.200.0.0/16", None)
    assert (bastion.get("cidrIpv4"), bastion["referencedSecurityGroupId"]) == (None, GROUP)
    for rule in (vpn, bastion):
        assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (443, 443, "tcp")
        assert rule["securityGroupId"] == _control_plane(found)
    assert found.only("eks:index:Cluster").inputs["endpointPublicAccess"] is False


@pytest.mark.parametrize(
    "client", ["10.0.0.0/8", "172.16.4.0/22", "192.168.1.7/32", "100.64.0.0/10", GROUP, "sg-01234567"]
)
def test_private_ranges_and_groups_are_taken(client: str) -> None:
    assert settings({"vpn": client}).api_clients == {"vpn": client}


@pytest.mark.parametrize(
    ("client", "said"),
    [
        ("0.0.0.0/0", "holds public addresses: the API has no public endpoint"),
        ("203.0.113.0/24", "holds public addresses"),
        ("10.0.0.0/7", "holds public addresses"),
        ("172.0.0.0/8", "holds public addresses"),
        ("10.0.0.1/16", "is neither a security group such as sg-0a1b2c3d4e5f60718 nor a range"),
        ("sg-xyz", "neither a security group"),
        ("::/0", "neither a security group"),
    ],
)
def test_everything_else_is_refused_in_one_line(client: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings({"vpn": client})


def _control_plane(found) -> str:
    (rule,) = [node for node in found.of_type(INGRESS) if node.name == "cluster-nodes-api-from-cluster-nodes"]
    return rule.inputs["securityGroupId"]
