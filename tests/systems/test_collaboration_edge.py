"""How users reach the collaboration platform: names and certificates, paths, headers, and the firewall before them."""

from typing import Any

import pytest

from analyser.graph import Graph
from tests.stacks import stack_graph
from tests.systems.collaboration import DISTRIBUTION, STACKS, environment


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.fixture(scope="module")
def dev() -> Graph:
    return stack_graph("collaboration-dev")


def recoverable(graph: Graph) -> bool:
    """Whether a stack of another region may take its place."""
    return environment(graph) == "prod"


def test_there_is_one_certificate_a_region(graph: Graph) -> None:
    region = "us-west-2" if environment(graph) == "dev" else "us-east-1"
    (domain,) = graph.only(DISTRIBUTION).inputs["aliases"]
    held: dict[str, list[str]] = {}
    for node in graph.of_type("aws:acm/certificate:Certificate"):
        names = [node.inputs["domainName"], *node.inputs.get("subjectAlternativeNames", [])]
        assert node.inputs["region"] not in held
        held[node.inputs["region"]] = names
    assert held == (
        {"us-east-1": [domain], "us-west-2": [f"origin.{domain}"]}
        if region == "us-west-2"
        else {"us-east-1": [domain, f"origin.{domain}", *([f"sockets.{domain}"] if recoverable(graph) else [])]}
    )
    validated = {
        n.inputs["region"]: n.outputs["certificateArn"]
        for n in graph.of_type("aws:acm/certificateValidation:CertificateValidation")
    }
    assert graph.only(DISTRIBUTION).inputs["viewerCertificate"]["acmCertificateArn"] == validated["us-east-1"]
    assert graph.only("aws:lb/listener:Listener", "alb-https").inputs["certificateArn"] == validated[region]


def test_requests_go_to_servers_files_and_sockets(graph: Graph) -> None:
    cdn = graph.only(DISTRIBUTION).inputs
    (domain,) = cdn["aliases"]
    origins = {o["originId"]: o["domainName"] for o in cdn["origins"]}
    api = graph.only("aws:apigatewayv2/api:Api").id
    assert origins["server"] == f"origin.{domain}"
    copied = recoverable(graph)
    assert origins["sockets"].startswith(f"sockets.{domain}" if copied else f"{api}.execute-api.")
    assert set(origins) == {"server", "sockets", "static", *(["static-copy"] if copied else [])}
    paths = {b["pathPattern"]: b["targetOriginId"] for b in cdn["orderedCacheBehaviors"]}
    files = "static-or-copy" if copied else "static"
    assert paths == {"/static/*": files, f"/{environment(graph)}": "sockets"}
    assert cdn["defaultCacheBehavior"]["targetOriginId"] == "server"
    aliases = {n.inputs["name"] for n in graph.of_type("aws:route53/record:Record") if n.inputs.get("aliases")}
    assert aliases == {domain, f"origin.{domain}", *([f"sockets.{domain}"] if copied else [])}


def test_headers_are_said_with_every_answer(graph: Graph) -> None:
    (domain,) = graph.only(DISTRIBUTION).inputs["aliases"]
    policies = graph.of_type("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
    used = {b["responseHeadersPolicyId"] for b in behaviors(graph)}
    assert used == {n.id for n in policies}
    for node in policies:
        said = node.inputs["securityHeadersConfig"]
        policy = said["contentSecurityPolicy"]["contentSecurityPolicy"].split("; ")
        assert f"connect-src 'self' wss://{domain}" in policy
        assert {"default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "script-src 'self'"} <= set(policy)
        assert said["strictTransportSecurity"]["accessControlMaxAgeSec"] == 63072000
        assert said["frameOptions"]["frameOption"] == "DENY"
        assert said["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
        assert said["contentTypeOptions"]["override"] is True
        (permissions,) = node.inputs["customHeadersConfig"]["items"]
        assert permissions["header"] == "Permissions-Policy"
        assert "camera=()" in permissions["value"]


def behaviors(graph: Graph) -> list[dict[str, Any]]:
    cdn = graph.only(DISTRIBUTION).inputs
    return [cdn["defaultCacheBehavior"], *cdn["orderedCacheBehaviors"]]


def test_the_firewall_stands_before_everything(graph: Graph) -> None:
    acl = graph.only("aws:wafv2/webAcl:WebAcl")
    assert graph.only(DISTRIBUTION).inputs["webAclId"] == acl.outputs["arn"]
    rules = {rule["name"]: rule for rule in acl.inputs["rules"]}
    assert rules["RateLimit"]["statement"]["rateBasedStatement"]["limit"] == 2000
    assert {"CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet", "AmazonIpReputationList"} <= set(rules)


def test_what_belongs_to_the_edge_is_in_us_east_1(dev: Graph) -> None:
    elsewhere = [
        "aws:wafv2/webAcl:WebAcl",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        "aws:cloudwatch/logDelivery:LogDelivery",
        "aws:cloudwatch/logDeliverySource:LogDeliverySource",
        "aws:route53/queryLog:QueryLog",
    ]
    for kind in elsewhere[:-1]:
        assert dev.only(kind).inputs["region"] == "us-east-1"
    topics = {n.name: n.inputs.get("region") for n in dev.of_type("aws:sns/topic:Topic")}
    assert topics == {"notices-topic": None, "edge-notices-topic": "us-east-1"}
    for node in dev.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        at_the_edge = node.inputs["namespace"] in ("AWS/CloudFront", "AWS/WAFV2")
        assert (node.inputs.get("region") == "us-east-1") is at_the_edge, node.name
