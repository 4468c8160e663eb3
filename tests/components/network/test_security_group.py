"""Rules of a security group that are wider than one port."""

from components.network.security_group import SecurityGroup
from tests.support import record

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def group(name: str) -> SecurityGroup:
    return SecurityGroup(name, vpc_id="vpc-1", description=name)


def test_members_may_say_everything_to_each_other() -> None:
    graph = record(lambda: group("nodes").allow_all("Each other"))
    (made,) = graph.of_type("aws:ec2/securityGroup:SecurityGroup")
    rule = {
        "securityGroupId": made.id,
        "referencedSecurityGroupId": made.id,
        "ipProtocol": "-1",
        "description": "Each other",
    }
    assert graph.only(INGRESS).inputs == graph.only(EGRESS).inputs == rule


def test_members_may_ask_a_server_everything_but_it_takes_nothing() -> None:
    graph = record(lambda: group("balancer").allow_all_egress_to(group("nodes"), "Requests"))
    ids = {node.name: node.id for node in graph.of_type("aws:ec2/securityGroup:SecurityGroup")}
    assert graph.of_type(INGRESS) == []
    rule = graph.only(EGRESS).inputs
    assert (rule["securityGroupId"], rule["referencedSecurityGroupId"]) == (ids["balancer-group"], ids["nodes-group"])
    assert (rule["ipProtocol"], "cidrIpv4" in rule) == ("-1", False)


def test_members_may_call_anywhere() -> None:
    graph = record(lambda: group("nodes").allow_all_egress("The world"))
    assert graph.of_type(INGRESS) == []
    assert graph.only(EGRESS).inputs["cidrIpv4"] == "0.0.0.0/0"
