from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import route53
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

ZONE = resource(route53.ZONE, "zone", name="example.com")
QUERY_LOG = resource(route53.QUERY_LOG, "queries", refers={"zoneId": ZONE}, zoneId=UNKNOWN)
ALIAS = resource(exposure.RECORD, "www", type="A", aliases=[{"name": "internal.example.com"}])
CNAME = resource(exposure.RECORD, "shop", type="CNAME", records=["shop.example.org"])


def primary(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {
        "type": "A",
        "failoverRoutingPolicies": [{"type": "PRIMARY"}],
        "healthCheckId": "check-1",
        "aliases": [{"name": UNKNOWN, "evaluateTargetHealth": False}],
    }
    return resource(exposure.RECORD, "primary", **inputs | changes)


CASES = [
    Case("route53-query-log", [ZONE, QUERY_LOG], [Without("queries", "zoneId")]),
    Case("route53-query-log", [resource(route53.ZONE, "private", vpcs=[{"vpcId": "vpc-1"}])], [Set("vpcs")]),
    Case(
        "route53-dangling",
        [ALIAS],
        [
            Set("aliases[0].name", "d111111abcdef8.cloudfront.net."),
            Set("aliases[0].name", "old-123.eu-central-1.elb.amazonaws.com"),
            Set("aliases[0].name", "x.s3-website.eu-central-1.amazonaws.com"),
        ],
    ),
    Case("route53-dangling", [CNAME], [Set("records", ["shop.eu-central-1.elasticbeanstalk.com"])]),
    Case("route53-failover-health", [primary()], [Set("healthCheckId"), Set("healthCheckId", "")]),
]


def test_a_target_of_the_stack_does_not_dangle() -> None:
    balancer = resource("aws:lb/loadBalancer:LoadBalancer", "balancer")
    taken = resource(
        exposure.RECORD,
        "www",
        refers={"aliases": balancer},
        aliases=[{"name": "balancer-1.eu-central-1.elb.amazonaws.com"}],
    )
    assert check("route53-dangling", taken, balancer) == []
    assert check("route53-dangling", taken) == []  # as of a balancer that the program only reads


@pytest.mark.parametrize(
    "changes",
    [
        {"aliases": [{"name": UNKNOWN, "evaluateTargetHealth": True}]},
        {"aliases": [{"name": UNKNOWN, "evaluateTargetHealth": UNKNOWN}]},
        {"aliases": UNKNOWN},
        {"failoverRoutingPolicies": [{"type": "SECONDARY"}]},
    ],
)
def test_what_fails_over_without_a_health_check_of_its_own(changes: dict[str, Any]) -> None:
    assert check("route53-failover-health", primary(healthCheckId=None, **changes)) == []
