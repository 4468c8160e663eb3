from typing import Any

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import elb_exposure
from policy.rules.elb import LOAD_BALANCER
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

BALANCER = resource(
    LOAD_BALANCER,
    "public",
    loadBalancerType="application",
    internal=False,
    desyncMitigationMode="defensive",
    subnets=["subnet-a", "subnet-b"],
)
ASSOCIATION = resource(
    elb_exposure.WEB_ACL_ASSOCIATION, "acl", refers={"resourceArn": BALANCER}, resourceArn=UNKNOWN, webAclArn=UNKNOWN
)
TARGETS = resource(elb_exposure.TARGET_GROUP, "pods", protocol="HTTP", healthCheck={"path": "/health"})
CLASSIC = resource(elb_exposure.CLASSIC, "old", internal=True, listeners=[{"lbPort": 443, "lbProtocol": "https"}])


def record(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {"name": "origin.example.com", "aliases": [{"name": UNKNOWN}]} | changes
    return resource(exposure.RECORD, "origin", refers={"aliases": BALANCER}, **inputs)


def distribution(domain: Any, **refers: Resource) -> Resource:
    return resource(exposure.DISTRIBUTION, "cdn", refers=refers, origins=[{"domainName": domain}])


CASES = [
    Case("elb-scheme-stated", [BALANCER], [Set("internal")]),
    Case("elb-scheme-stated", [CLASSIC], [Set("internal")]),
    Case("elb-desync", [BALANCER], [Set("desyncMitigationMode", "monitor")]),
    Case("elb-zones", [BALANCER], [Set("subnets", ["subnet-a"])]),
    Case("elb-waf", [BALANCER, ASSOCIATION], [Without("acl", "resourceArn")]),
    Case("elb-waf", [resource(LOAD_BALANCER, "inside", internal=True)], [Set("internal", False)]),
    Case(
        "elb-target-health",
        [TARGETS],
        [Set("healthCheck"), Set("healthCheck", {"enabled": False}), Set("healthCheck.path")],
    ),
    Case("elb-classic-tls", [CLASSIC], [Set("listeners[0].lbProtocol", "http"), Set("listeners[0].lbProtocol", "tcp")]),
]


def test_a_balancer_behind_cloudfront_needs_no_acl_of_its_own() -> None:
    assert check("elb-waf", BALANCER, record(), distribution("origin.example.com")) == []
    assert check("elb-waf", BALANCER, distribution("x", origins=BALANCER)) == []
    vpc_origin = resource(
        "aws:cloudfront/vpcOrigin:VpcOrigin",
        "vpc",
        refers={"vpcOriginEndpointConfig": BALANCER},
        vpcOriginEndpointConfig={"arn": UNKNOWN},
    )
    assert check("elb-waf", BALANCER, vpc_origin, distribution("x", origins=vpc_origin)) == []


def test_a_balancer_behind_an_accelerator_is_behind_what_asks_that() -> None:
    accelerator = resource(exposure.ACCELERATOR, "entry")
    listener = resource(
        exposure.ACCELERATOR_LISTENER, "https", refers={"acceleratorArn": accelerator}, acceleratorArn=UNKNOWN
    )
    group = resource(
        exposure.ENDPOINT_GROUP,
        "home",
        refers={"listenerArn": listener, "endpointConfigurations": BALANCER},
        listenerArn=UNKNOWN,
        endpointConfigurations=[{"endpointId": UNKNOWN}],
    )
    named = resource(
        exposure.RECORD,
        "origin",
        refers={"aliases": accelerator},
        name="origin.example.com",
        aliases=[{"name": UNKNOWN}],
    )
    way = (BALANCER, accelerator, listener, group, named)
    assert check("elb-waf", *way, distribution("origin.example.com")) == []
    assert check("elb-waf", *way, distribution("other.example.com")) == ["public: has no web ACL before it"]
    assert check("elb-waf", BALANCER, accelerator, named, distribution("origin.example.com")) == [
        "public: has no web ACL before it"
    ]


def test_a_distribution_with_other_origins_is_no_cover() -> None:
    said = ["public: has no web ACL before it"]
    assert check("elb-waf", BALANCER, record(), distribution("other.example.com")) == said
    assert check("elb-waf", BALANCER, distribution("origin.example.com")) == said


def test_unknown_names_may_be_the_balancers() -> None:
    assert check("elb-waf", BALANCER, distribution(UNKNOWN)) == []
    assert check("elb-waf", BALANCER, record(name=UNKNOWN), distribution("origin.example.com")) == []


def test_network_balancers_take_no_acl() -> None:
    assert check("elb-waf", resource(LOAD_BALANCER, loadBalancerType="network", internal=False)) == []


def test_targets_that_do_not_speak_http_have_no_page() -> None:
    assert check("elb-target-health", resource(elb_exposure.TARGET_GROUP, protocol="TCP")) == []


def test_one_zone_by_subnet_mapping() -> None:
    assert check("elb-zones", resource(LOAD_BALANCER, "nlb", subnetMappings=[{"subnetId": UNKNOWN}])) == [
        "nlb: stands in one zone (subnetMappings)"
    ]
