"""What must hold on both sides of the edge, in every stack: firewalls, proofs of origin, caches, rules for browsers."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from analyser.graph import Graph, Node
from components.edge.cache_policy import CACHING_DISABLED
from components.edge.firewall import EDGE_PASSES_ON
from tests.analyser.changed import changed
from tests.stacks import STACKS, stack_graph

ACL = "aws:wafv2/webAcl:WebAcl"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
LISTENER_RULE = "aws:lb/listenerRule:ListenerRule"
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
            groups = {
                group["originId"]
                for group in made.inputs.get("originGroups", [])
                if origin["originId"] in [member["originId"] for member in group["members"]]
            }
            yield origin, [b for b in behaviors if b["targetOriginId"] in {origin["originId"], *groups}]


def refused_behind_the_edge(graph: Graph) -> list[str]:
    """Regional firewalls that stop what the edge has let through: all of its users ask from its own addresses."""
    edge = [acl for acl in graph.of_type(ACL) if acl.inputs["scope"] == "CLOUDFRONT"]
    found = []
    for acl in graph.of_type(ACL) if edge else ():
        if acl.inputs["scope"] == "REGIONAL":
            limit = rule_of(acl, "RateLimit")["statement"]["rateBasedStatement"]["limit"]
            found += (
                [f"{acl.name}: {limit} requests are too few for an edge location"] if limit < EDGE_PASSES_ON else []
            )
            if {counts_bodies(acl)} != {counts_bodies(other) for other in edge}:
                found.append(f"{acl.name}: takes other bodies than the edge")
    return found


def open_to_strangers(graph: Graph) -> list[str]:
    """Origins that answer anybody's distribution: their addresses are those of all of CloudFront, so that the header
    alone tells ours from theirs."""
    names = {n.inputs["name"] for n in graph.of_type("aws:route53/record:Record") if n.inputs.get("aliases")}
    rules = [rule for rule in graph.of_type(LISTENER_RULE) if rule.inputs["actions"][0]["type"] == "forward"]
    found = []
    for origin, _ in origins(graph):
        if not origin["domainName"].startswith(("origin.", "balancer.")):
            continue
        sent = [header["value"] for header in origin.get("customHeaders", []) if header["name"] == VERIFY]
        if origin["domainName"] not in names:
            found.append(f"{origin['originId']}: nobody is {origin['domainName']}")
        if not sent or not rules:
            found.append(f"{origin['originId']}: sends no {VERIFY} that a rule asks for")
        for rule in rules:
            asked = [c["httpHeader"]["values"] for c in rule.inputs["conditions"] if "httpHeader" in c]
            found += [f"{rule.name}: forwards without {VERIFY}"] if asked != [sent] else []
    return found


def shields_in_vain(graph: Graph) -> list[str]:
    """Origins with an Origin Shield whose answers nobody keeps, or with kept answers and no shield."""
    return [
        f"{origin['originId']}: {'a shield and nothing kept' if 'originShield' in origin else 'kept, and no shield'}"
        for origin, behaviors in origins(graph)
        if ("originShield" in origin)
        is not any(behavior["cachePolicyId"] != CACHING_DISABLED for behavior in behaviors)
    ]


def barred_uploads(graph: Graph) -> list[str]:
    """Buckets that take uploads from browsers and that the pages' policy bars, by the host that URLs signed with SigV4
    have; SigV2, which clients may still choose, S3 refuses for KMS keys.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#aws-signature-version-4-sse-kms
    """
    policies = [text for text in map(content_policy, graph.of_type(HEADERS)) if text and "connect-src 'self'" in text]
    hosts = [
        f"https://{cors.inputs['bucket']}.s3.{graph.region}.amazonaws.com"
        for cors in graph.of_type("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")
    ]
    return [
        f"pages may not connect to {host}"
        for host in hosts
        for text in policies
        if host not in directive(text, "connect-src")
    ]


@pytest.mark.parametrize("stack", STACKS)
def test_a_firewall_behind_the_edge_takes_what_the_edge_lets_through(stack: str) -> None:
    found = refused_behind_the_edge(stack_graph(stack))
    assert found == [], "in the system's settings: InnerFirewallSettings behind, and the same largeBodies in both"


@pytest.mark.parametrize("stack", STACKS)
def test_a_stranger_s_distribution_reaches_no_origin(stack: str) -> None:
    found = open_to_strangers(stack_graph(stack))
    assert found == [], "both sides take one OriginSecret: the origin of the Cdn and the LoadBalancer"


@pytest.mark.parametrize("stack", STACKS)
def test_an_origin_shield_stands_before_answers_that_are_kept_and_no_others(stack: str) -> None:
    found = shields_in_vain(stack_graph(stack))
    assert found == [], "in its CdnSettings: origin_shield_region=origin_shield_at(account.region)"


@pytest.mark.parametrize("stack", STACKS)
def test_pages_may_upload_to_every_bucket_that_takes_them_from_browsers(stack: str) -> None:
    found = barred_uploads(stack_graph(stack))
    assert found == [], "in the ContentSecurityPolicy of the pages: the bucket's host among its connect-src"


def of(graph: Graph, token: str, **wanted: str) -> Node:
    """The first resource of a type with these inputs."""
    return next(n for n in graph.of_type(token) if all(n.inputs.get(key) == value for key, value in wanted.items()))


def with_origins(graph: Graph, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Graph:
    """The stack whose distributions' origins are changed."""
    made = {
        node.name: {"origins": [change(dict(one)) for one in node.inputs["origins"]]}
        for node in graph.of_type(DISTRIBUTION)
    }
    return changed(graph, inputs=made)


def test_a_regional_limit_below_the_edge_s_is_found() -> None:
    graph = stack_graph("confluence-lambda")
    acl = of(graph, ACL, scope="REGIONAL")
    rules = json.loads(json.dumps(acl.inputs["rules"]))
    next(r for r in rules if r["name"] == "RateLimit")["statement"]["rateBasedStatement"]["limit"] = 2000
    found = refused_behind_the_edge(changed(graph, inputs={acl.name: {"rules": rules}}))
    assert found == [f"{acl.name}: 2000 requests are too few for an edge location"]
    common = next(r for r in rules if r["name"] == "CommonRuleSet")["statement"]["managedRuleGroupStatement"]
    common["ruleActionOverrides"] = [] if counts_bodies(acl) else [{"name": "SizeRestrictions_BODY"}]
    assert f"{acl.name}: takes other bodies than the edge" in refused_behind_the_edge(
        changed(graph, inputs={acl.name: {"rules": rules}})
    )


def test_an_origin_without_the_header_or_a_rule_that_asks_for_none_is_found() -> None:
    graph = stack_graph("confluence-dev")
    silent = with_origins(graph, lambda origin: {**origin, "customHeaders": []})
    assert any("sends no X-Origin-Verify" in line for line in open_to_strangers(silent))
    rule = next(node for node in graph.of_type(LISTENER_RULE) if node.inputs["actions"][0]["type"] == "forward")
    careless = changed(graph, inputs={rule.name: {"conditions": []}})
    assert open_to_strangers(careless) == [f"{rule.name}: forwards without X-Origin-Verify"]


def test_a_shield_before_nothing_is_found() -> None:
    graph = stack_graph("confluence-dev")
    turned = with_origins(
        graph,
        lambda one: (
            {key: value for key, value in one.items() if key != "originShield"}
            if "originShield" in one
            else {**one, "originShield": {"enabled": True}}
        ),
    )
    assert len(shields_in_vain(turned)) == len(list(origins(graph)))


def test_a_page_s_policy_without_the_bucket_is_found() -> None:
    graph = stack_graph("confluence-dev")
    headers = [node for node in graph.of_type(HEADERS) if "connect-src 'self'" in content_policy(node)]
    assert headers
    bare = {"contentSecurityPolicy": {"contentSecurityPolicy": "default-src 'self'; connect-src 'self'"}}
    broken = changed(graph, inputs={node.name: {"securityHeadersConfig": bare} for node in headers})
    assert barred_uploads(broken)
    assert all(line.startswith("pages may not connect to https://") for line in barred_uploads(broken))


HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"


def content_policy(node: Node) -> str:
    """The Content-Security-Policy of a set of headers."""
    found = node.inputs["securityHeadersConfig"].get("contentSecurityPolicy") or {}
    return str(found.get("contentSecurityPolicy", ""))


def directive(policy: str, name: str) -> list[str]:
    """The sources of one directive."""
    return next(part.split()[1:] for part in policy.split("; ") if part.startswith(f"{name} "))
