"""What must hold on both sides of the edge, in every stack: firewalls, proofs of origin, caches, rules for browsers."""

from collections.abc import Iterator
from typing import Any

import pytest

from analyser.graph import Graph, Node
from components.edge.cache_policy import CACHING_DISABLED
from components.edge.firewall import EDGE_PASSES_ON
from tests.stacks import STACKS, stack_graph

ACL = "aws:wafv2/webAcl:WebAcl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
VERIFY = "X-Origin-Verify"


def rule_of(acl: Node, name: str) -> dict[str, Any]:
    """A rule of a web ACL by its name; empty where there is none."""
    return next((rule for rule in acl.inputs["rules"] if rule["name"] == name), {})


def counts_bodies(acl: Node) -> bool:
    """Whether bodies of more than 8 KB pass."""
    group = rule_of(acl, "CommonRuleSet")["statement"]["managedRuleGroupStatement"]
    return any(override["name"] == "SizeRestrictions_BODY" for override in group.get("ruleActionOverrides", []))


def origins(graph: Graph) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each origin of each distribution, with the behaviours that ask it."""
    for made in graph.of_type(DISTRIBUTION):
        behaviors = [made.inputs["defaultCacheBehavior"], *made.inputs.get("orderedCacheBehaviors", [])]
        for origin in made.inputs["origins"]:
            yield origin, [b for b in behaviors if b["targetOriginId"] == origin["originId"]]


@pytest.mark.parametrize("stack", STACKS)
def test_a_firewall_behind_the_edge_takes_what_the_edge_lets_through(stack: str) -> None:
    graph = stack_graph(stack)
    edge = [acl for acl in graph.of_type(ACL) if acl.inputs["scope"] == "CLOUDFRONT"]
    for acl in graph.of_type(ACL):
        if acl.inputs["scope"] == "REGIONAL" and edge:
            limit = rule_of(acl, "RateLimit")["statement"]["rateBasedStatement"]["limit"]
            assert limit >= EDGE_PASSES_ON, "an edge location asks for all of its users"
            assert {counts_bodies(acl)} == {counts_bodies(other) for other in edge}


@pytest.mark.parametrize("stack", STACKS)
def test_a_stranger_s_distribution_reaches_no_origin(stack: str) -> None:
    """An origin's addresses are those of all of CloudFront, so that the header alone tells ours from theirs."""
    graph = stack_graph(stack)
    names = {n.inputs["name"] for n in graph.of_type("aws:route53/record:Record") if n.inputs.get("aliases")}
    for origin, _ in origins(graph):
        sent = [header["value"] for header in origin.get("customHeaders", []) if header["name"] == VERIFY]
        if origin["domainName"].startswith(("origin.", "balancer.")):
            assert origin["domainName"] in names
            assert sent, origin["originId"]
            forwarding = [
                rule
                for rule in graph.of_type("aws:lb/listenerRule:ListenerRule")
                if rule.inputs["actions"][0]["type"] == "forward"
            ]
            assert forwarding
            for rule in forwarding:
                headers = [c["httpHeader"] for c in rule.inputs["conditions"] if "httpHeader" in c]
                assert [h["values"] for h in headers] == [sent], rule.name


@pytest.mark.parametrize("stack", STACKS)
def test_an_origin_shield_stands_before_answers_that_are_kept_and_no_others(stack: str) -> None:
    for origin, behaviors in origins(stack_graph(stack)):
        kept = any(behavior["cachePolicyId"] != CACHING_DISABLED for behavior in behaviors)
        assert ("originShield" in origin) is kept, origin["originId"]


@pytest.mark.parametrize("stack", STACKS)
def test_pages_may_upload_to_every_bucket_that_takes_them_from_browsers(stack: str) -> None:
    """By the host that URLs signed with SigV4 have; SigV2, which clients may still choose, S3 refuses for KMS keys.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#aws-signature-version-4-sse-kms
    """
    graph = stack_graph(stack)
    policies = [text for text in map(content_policy, graph.of_type(HEADERS)) if text and "connect-src 'self'" in text]
    for cors in graph.of_type("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"):
        host = f"https://{cors.inputs['bucket']}.s3.{graph.region}.amazonaws.com"
        for text in policies:
            assert host in directive(text, "connect-src")


HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"


def content_policy(node: Node) -> str:
    """The Content-Security-Policy of a set of headers."""
    found = node.inputs["securityHeadersConfig"].get("contentSecurityPolicy") or {}
    return str(found.get("contentSecurityPolicy", ""))


def directive(policy: str, name: str) -> list[str]:
    """The sources of one directive."""
    return next(part.split()[1:] for part in policy.split("; ") if part.startswith(f"{name} "))
