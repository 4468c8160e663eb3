from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.account import Account
from components.edge.load_balancer import LoadBalancer, cloudfront_prefix_list_id
from components.edge.load_balancer_settings import LoadBalancerSettings, RouteSettings, TargetGroupSettings
from components.edge.origin_secret import OriginSecret, OriginSecretSettings
from components.network.security_group import SecurityGroup
from tests.components.edge.support import DOMAIN, Subnets, certificate, log_bucket
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

API = TargetGroupSettings(port=8443)
SETTINGS = LoadBalancerSettings(
    target_groups={"api": API, "live": TargetGroupSettings(port=3000, protocol="HTTP", sticky_seconds=86400)},
    routes={
        "live": RouteSettings(priority=10, target="live", paths=("/ws/*",)),
        "api": RouteSettings(priority=20, target="api", paths=("/api/*", "/health"), hosts=(f"origin.{DOMAIN}",)),
    },
)


def balancer(
    settings: LoadBalancerSettings = SETTINGS, account: Account = ACCOUNT, secret: tuple[str, ...] | None = None
) -> LoadBalancer:
    return LoadBalancer(
        "records",
        settings,
        account=account,
        network=Subnets(),
        certificate=certificate(),
        access_logs=log_bucket(),
        origin_secret=OriginSecret("secret", OriginSecretSettings(generations=secret)) if secret else None,
    )


def only(graph: Graph, kind: str, name: str | None = None) -> dict[str, Any]:
    return graph.only(f"aws:lb/{kind[0].lower()}{kind[1:]}:{kind}", name).inputs


def test_it_faces_the_internet_from_the_public_subnets_and_logs() -> None:
    graph = record_once(balancer)
    inputs = only(graph, "LoadBalancer")
    bucket = graph.only("aws:s3/bucket:Bucket").inputs["bucket"]
    group = graph.only("aws:ec2/securityGroup:SecurityGroup")
    assert inputs == {
        "loadBalancerType": "application",
        "internal": False,
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": [group.id],
        "idleTimeout": 3600,
        "enableHttp2": True,
        "dropInvalidHeaderFields": True,
        "desyncMitigationMode": "defensive",
        "enableZonalShift": True,
        "enableDeletionProtection": True,
        "accessLogs": {"bucket": bucket, "prefix": "records/requests", "enabled": True},
        "connectionLogs": {"bucket": bucket, "prefix": "records/connections", "enabled": True},
    }


def test_it_waits_for_the_policy_that_lets_it_log() -> None:
    graph = record_once(balancer)
    policy = graph.only("aws:s3/bucketPolicy:BucketPolicy")
    assert policy.urn in graph.only("aws:lb/loadBalancer:LoadBalancer").property_dependencies["accessLogs"]


def test_only_a_protected_environment_keeps_it_from_being_deleted() -> None:
    graph = record(lambda: balancer(account=DEV_ACCOUNT))
    assert only(graph, "LoadBalancer")["enableDeletionProtection"] is False


def test_the_one_listener_speaks_tls_and_answers_404_to_what_no_route_takes() -> None:
    graph = record_once(balancer)
    listener = only(graph, "Listener")
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    validation = graph.only("aws:acm/certificateValidation:CertificateValidation")
    assert listener["certificateArn"] == validation.outputs["certificateArn"]
    (action,) = listener["defaultActions"]
    assert action["type"] == "fixed-response"
    assert action["fixedResponse"]["statusCode"] == "404"


def test_targets_are_asked_how_they_are() -> None:
    graph = record_once(balancer)
    api, live = (only(graph, "TargetGroup", name) for name in ("records-api", "records-live"))
    assert api == {
        "vpcId": "vpc-1",
        "port": 8443,
        "protocol": "HTTPS",
        "targetType": "ip",
        "deregistrationDelay": 60,
        "healthCheck": {
            "path": "/health",
            "protocol": "HTTPS",
            "interval": 30,
            "timeout": 5,
            "healthyThreshold": 2,
            "unhealthyThreshold": 3,
            "matcher": "200",
        },
    }
    assert live["protocol"] == live["healthCheck"]["protocol"] == "HTTP"
    assert live["stickiness"] == {"type": "lb_cookie", "enabled": True, "cookieDuration": 86400}


def test_routes_go_by_path_and_host_in_a_fixed_order() -> None:
    graph = record_once(balancer)
    api, live = (only(graph, "ListenerRule", name) for name in ("records-to-api", "records-to-live"))
    assert (api["priority"], live["priority"]) == (20, 10)
    assert live["conditions"] == [{"pathPattern": {"values": ["/ws/*"]}}]
    assert api["conditions"] == [
        {"pathPattern": {"values": ["/api/*", "/health"]}},
        {"hostHeader": {"values": [f"origin.{DOMAIN}"]}},
    ]
    target = graph.only("aws:lb/targetGroup:TargetGroup", "records-api").outputs["arn"]
    assert api["actions"] == [{"type": "forward", "targetGroupArn": target}]


def test_with_an_origin_secret_every_route_asks_for_it_and_all_else_is_refused() -> None:
    graph = record(lambda: balancer(secret=("2", "1")))
    values = [graph.only("random:index/randomPassword:RandomPassword", f"secret-{g}").outputs["result"] for g in "21"]
    rules = graph.of_type("aws:lb/listenerRule:ListenerRule")
    assert len(rules) == 2
    for rule in rules:
        assert {"httpHeader": {"httpHeaderName": "X-Origin-Verify", "values": values}} in rule.inputs["conditions"]
        assert "conditions" in rule.secret_inputs
    (action,) = only(graph, "Listener")["defaultActions"]
    assert action["fixedResponse"]["statusCode"] == "403"


def test_a_default_target_lets_nobody_past_the_secret() -> None:
    """The default action takes what no rule does, and every path matches the last one."""
    settings = LoadBalancerSettings(target_groups={"api": API}, default_target="api")
    graph = record(lambda: balancer(settings, secret=("1",)))
    rules = sorted(graph.of_type("aws:lb/listenerRule:ListenerRule"), key=lambda rule: rule.inputs["priority"])
    told = [
        (r.inputs["priority"], [sorted(c)[0] for c in r.inputs["conditions"]], r.inputs["actions"][0]["type"])
        for r in rules
    ]
    assert told == [(49999, ["pathPattern", "httpHeader"], "forward"), (50000, ["pathPattern"], "fixed-response")]
    assert {v for r in rules for v in r.inputs["conditions"][0]["pathPattern"]["values"]} == {"/*"}
    assert rules[1].inputs["actions"][0]["fixedResponse"]["statusCode"] == "403"
    assert only(graph, "Listener")["defaultActions"][0]["type"] == "forward"


def test_nobody_is_let_in_until_it_is_said_who() -> None:
    graph = record_once(balancer)
    assert not graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert not graph.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")


def test_cloudfront_is_let_in_by_its_prefix_list_to_one_port() -> None:
    graph = record(lambda: balancer().allow_cloudfront(cloudfront_prefix_list_id()))
    rule = graph.only("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").inputs
    assert rule["prefixListId"] == "pl-3b927c52"
    assert (rule["fromPort"], rule["toPort"], rule["ipProtocol"]) == (443, 443, "tcp")
    assert "cidrIpv4" not in rule


def test_users_who_reach_it_by_themselves_are_sent_to_https() -> None:
    settings = LoadBalancerSettings(target_groups={"api": API}, default_target="api", redirect_http=True)
    graph = record(lambda: balancer(settings).allow_internet())
    rules = graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {(n.inputs["cidrIpv4"], n.inputs["fromPort"]) for n in rules} == {("0.0.0.0/0", 443), ("0.0.0.0/0", 80)}
    (redirect,) = only(graph, "Listener", "records-http")["defaultActions"]
    assert redirect["redirect"] == {"port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}
    (forward,) = only(graph, "Listener", "records-https")["defaultActions"]
    assert forward["targetGroupArn"] == graph.only("aws:lb/targetGroup:TargetGroup").outputs["arn"]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda: RouteSettings(priority=1, target="api"), "one to three"),
        (lambda: RouteSettings(priority=1, target="api", paths=("/a", "/b", "/c", "/d")), "one to three"),
        (lambda: RouteSettings(priority=1, target="api", paths=("a",)), "is not a path from / on"),
        (lambda: TargetGroupSettings(port=80, health_interval=5, health_timeout=5), "not below healthInterval: 5"),
        (lambda: LoadBalancerSettings(target_groups={}), "at least 1"),
        (lambda: LoadBalancerSettings(target_groups={"api": API}, default_target="web"), "no target group 'web'"),
        (lambda: LoadBalancerSettings(target_groups={"api": API}, idle_timeout=4001), "less than or equal to 4000"),
        (
            lambda: LoadBalancerSettings(
                target_groups={"api": API},
                routes={k: RouteSettings(priority=1, target="api", paths=("/",)) for k in ("a", "b")},
            ),
            "several have priority 1",
        ),
        (lambda: OriginSecretSettings(generations=()), "at least 1"),
    ],
)
def test_settings_that_cannot_work_are_refused(program: Callable[[], object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        program()


def test_nothing_hangs_on_computed_outputs() -> None:
    assert unequal_when_unknown(lambda: balancer(secret=("1",)).allow_cloudfront("pl-1")) == []


def test_a_fixed_name_is_for_who_looks_for_it() -> None:
    graph = record(lambda: balancer(SETTINGS.model_copy(update={"name": "shop-alb"})))
    assert only(graph, "LoadBalancer")["name"] == "shop-alb"


def test_it_reaches_its_targets_and_they_say_on_which_ports() -> None:
    def program() -> None:
        balancer().reach(SecurityGroup("nodes", vpc_id="vpc-1", description="Nodes"))

    graph = record(program)
    nodes = graph.only("aws:ec2/securityGroup:SecurityGroup", "nodes-group")
    rule = graph.only("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").inputs
    assert (rule["referencedSecurityGroupId"], rule["ipProtocol"]) == (nodes.id, "-1")
    assert not graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
