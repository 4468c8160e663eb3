"""Small graphs of doors that let in some addresses only, or some requests only."""

import json
from typing import Any

import pytest

from analyser.analyses.reach.answer import Verdict
from policy.model import UNKNOWN
from tests.analyser.analyses.reach.made import Made, public
from tests.analyser.analyses.reach.test_edges import HOME, NO, OTHER, UNSURE, YES, verdict
from tests.analyser.analyses.reach.test_node_ports import cluster
from tests.analyser.analyses.reach.test_policies import allow, deny, of, when

OFFICE, PRIVATE = "198.51.100.0/24", "10.0.0.0/8"
ON_SERVICE = "service.beta.kubernetes.io/"
FACING = {f"{ON_SERVICE}aws-load-balancer-scheme": "internet-facing"}
RANGES = [
    ([], YES),
    ([OFFICE], YES),
    ([PRIVATE], NO),
    (["192.168.0.0/16", PRIVATE], NO),
    ([PRIVATE, OFFICE], YES),
    ([UNKNOWN], UNSURE),
]


@pytest.mark.parametrize(("cidrs", "expected"), RANGES)
def test_source_ranges_of_a_service(cidrs: list[Any], expected: Verdict) -> None:
    made = cluster({"type": "LoadBalancer", "loadBalancerSourceRanges": cidrs}, None)
    made.nodes[-1].inputs["metadata"]["annotations"] = FACING
    assert verdict(made, "web") is expected


@pytest.mark.parametrize(("cidrs", "expected"), RANGES[:-1])
def test_source_ranges_of_a_service_by_annotation(cidrs: list[str], expected: Verdict) -> None:
    made = cluster({"type": "LoadBalancer"}, None)
    ranges = {f"{ON_SERVICE}load-balancer-source-ranges": ", ".join(cidrs)}
    made.nodes[-1].inputs["metadata"]["annotations"] = {**FACING, **ranges}
    assert verdict(made, "web") is expected


def ingress(**annotations: Any) -> Made:
    made = cluster({"type": "ClusterIP"}, None)
    said = {f"alb.ingress.kubernetes.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    backend = {"service": {"name": "door", "port": {"number": 80}}}
    made.any(
        "kubernetes:networking.k8s.io/v1:Ingress", "outer",
        metadata={"name": "outer", "annotations": {"alb.ingress.kubernetes.io/scheme": "internet-facing", **said}},
        spec={"ingressClassName": "alb", "rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]},
    )  # fmt: skip
    return made


@pytest.mark.parametrize(("cidrs", "expected"), RANGES[1:-1])
def test_inbound_ranges_of_an_ingress(cidrs: list[str], expected: Verdict) -> None:
    assert verdict(ingress(inbound_cidrs=", ".join(cidrs)), "web") is expected


def test_groups_of_its_own_take_the_place_of_the_ranges_of_an_ingress() -> None:
    assert verdict(ingress(inbound_cidrs=PRIVATE, security_groups="sg-own"), "web") is UNSURE
    assert verdict(ingress(inbound_cidrs=UNKNOWN), "web") is UNSURE


@pytest.mark.parametrize(("cidrs", "expected"), RANGES)
def test_the_public_endpoint_of_a_cluster(cidrs: list[Any], expected: Verdict) -> None:
    made = Made()
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig={"publicAccessCidrs": cidrs})
    assert verdict(made, "eks", port=443) is expected


@pytest.mark.parametrize(("on", "expected"), [(True, YES), (False, NO), (UNKNOWN, UNSURE)])
def test_a_public_endpoint_may_be_off(on: object, expected: Verdict) -> None:
    made = Made()
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig={"endpointPublicAccess": on})
    assert verdict(made, "eks", port=443) is expected


@pytest.mark.parametrize(("cidrs", "expected"), [(["0.0.0.0/0"], YES), ([OFFICE], UNSURE), ([PRIVATE], NO)])
def test_who_comes_from_a_vpc_has_some_public_address(cidrs: list[str], expected: Verdict) -> None:
    made, vpc, subnet = public()
    made.add("Instance", "vm", subnetId=subnet, associatePublicIpAddress=True, vpcSecurityGroupIds=[made.group(vpc)])
    made.any("aws:eks/cluster:Cluster", "eks", vpcConfig={"publicAccessCidrs": cidrs})
    assert verdict(made, "eks", "vm", 443) is expected


def api(*statements: dict[str, Any], apart: bool = False, **given: Any) -> Made:
    """A REST API before a function."""
    made = Made()
    _api(made, *statements, apart=apart, **given)
    return made


def _api(made: Made, *statements: dict[str, Any], apart: bool = False, **given: Any) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    inline: dict[str, Any] = {"policy": text} if statements and not apart else {}
    front = made.any("aws:apigateway/restApi:RestApi", "front", **{**inline, **given})
    function = made.add("Function", "worker", module="lambda")
    made.any("aws:apigateway/integration:Integration", "calls", restApi=front, uri=made.arn("worker"))
    allowed = {"function": function, "principal": "apigateway.amazonaws.com", "action": "lambda:InvokeFunction"}
    made.add("Permission", "lets", module="lambda", **allowed)
    if statements and apart:
        made.any("aws:apigateway/restApiPolicy:RestApiPolicy", "policy", restApiId=front, policy=text)


def calls(principal: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(principal, "execute-api:Invoke", "execute-api:/*", **more)


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], YES),
        ([calls()], YES),
        ([calls(of(HOME))], NO),
        ([calls(of(OTHER))], YES),
        ([calls(**when("IpAddress", "aws:SourceIp", OFFICE))], YES),
        ([calls(**when("IpAddress", "aws:SourceIp", PRIVATE))], NO),
        ([calls(**when("StringEquals", "aws:SourceVpce", "vpce-1"))], NO),
        ([calls(), deny("execute-api:Invoke", "*", **when("NotIpAddress", "aws:SourceIp", PRIVATE))], NO),
        ([calls(), deny("execute-api:Invoke", "*", **when("NotIpAddress", "aws:SourceIp", OFFICE))], YES),
    ],
)
def test_the_policy_of_a_rest_api(statements: list[dict[str, Any]], apart: bool, expected: Verdict) -> None:
    assert verdict(api(*statements, apart=apart), "worker") is expected


def test_a_policy_of_a_rest_api_that_is_not_known() -> None:
    assert verdict(api(policy=UNKNOWN), "worker") is UNSURE


def endpoint(service: str, kind: str, **given: Any) -> Made:
    """A machine in a subnet without any way out but a VPC endpoint."""
    made = Made()
    vpc = made.vpc()
    inside = made.subnet(vpc, "inside")
    group = made.group(vpc, "own", 443)
    made.add("Instance", "vm", subnetId=inside, vpcSecurityGroupIds=[group])
    way: dict[str, Any] = (
        {"routeTableIds": ["rtb-inside-routes"]}
        if kind == "Gateway"
        else {"subnetIds": [inside], "securityGroupIds": [group], "privateDnsEnabled": True}
    )
    name = f"com.amazonaws.us-east-1.{service}"
    made.add("VpcEndpoint", "ep", vpcId=vpc, serviceName=name, vpcEndpointType=kind, **way, **given)
    return made


BUCKET = "arn:aws:x:us-east-1:123456789012:thing"
BOTH = [BUCKET, f"{BUCKET}/*"]
OTHERS = ["arn:aws:s3:::another", "arn:aws:s3:::another/*"]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(action="*", resource="*")], YES),
        ([allow(action="s3:*", resource=BOTH)], YES),
        ([allow(action="s3:*", resource=OTHERS)], NO),
        ([], NO),
        ([allow(action="*", resource="*"), deny("*", "*")], NO),
        ([allow(action="*", resource="*"), deny("*", BOTH)], NO),
        ([allow(action="*", resource="*"), deny("*", OTHERS)], YES),
        ([allow(action="*", resource="*", **when("StringEquals", "aws:PrincipalAccount", HOME))], YES),
        ([allow(action="*", resource="*", **when("StringEquals", "aws:PrincipalAccount", OTHER))], NO),
        ([allow(action="*", resource="*", **when("StringEquals", "aws:ResourceAccount", HOME))], YES),
        ([allow(action="*", resource="*", **when("StringEquals", "aws:PrincipalOrgID", "o-abc1234567"))], UNSURE),
        ([allow(of(HOME, "role/x"), "*", "*")], YES),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_the_policy_of_an_endpoint(statements: list[dict[str, Any]], apart: bool, expected: Verdict) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    made = endpoint("s3", "Gateway", **({} if apart else {"policy": text}))
    made.any("aws:s3/bucket:Bucket", "thing", bucket="thing")
    if apart:
        made.add("VpcEndpointPolicy", "policy", vpcEndpointId="id-ep", policy=text)
    assert verdict(made, "thing", "vm") is expected


def test_an_endpoint_without_a_policy_lets_everything_through() -> None:
    made = endpoint("s3", "Gateway")
    made.any("aws:s3/bucket:Bucket", "thing", bucket="thing")
    assert verdict(made, "thing", "vm") is YES
    made = endpoint("s3", "Gateway", policy=UNKNOWN)
    made.any("aws:s3/bucket:Bucket", "thing", bucket="thing")
    assert verdict(made, "thing", "vm") is UNSURE


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], NO),
        ([calls()], YES),
        ([calls(**when("StringEquals", "aws:SourceVpce", "id-ep"))], YES),
        ([calls(**when("StringEquals", "aws:SourceVpce", "vpce-other"))], NO),
        ([calls(), deny("execute-api:Invoke", "*", **when("StringNotEquals", "aws:SourceVpc", "vpc-net"))], YES),
        ([calls(), deny("execute-api:Invoke", "*", **when("StringNotEquals", "aws:SourceVpc", "vpc-other"))], NO),
    ],
)
def test_a_private_api_answers_whom_its_policy_lets(statements: list[dict[str, Any]], expected: Verdict) -> None:
    made = endpoint("execute-api", "Interface")
    _api(made, *statements, endpointConfiguration={"types": "PRIVATE"})
    assert verdict(made, "front", "vm", 443) is expected
    assert verdict(made, "front", port=443) is NO
