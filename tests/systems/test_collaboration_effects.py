"""What each setting of the collaboration platform changes: one stack with other values of all beside a plain one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from analyser.graph import Graph
from settings import Environment
from systems.collaboration import SystemSettings
from systems.collaboration.parameters import Container, HandmadeSecret
from tests.support import differences_when_unknown
from tests.systems.collaboration import DOMAIN, built, certificate

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/own"
OTHER: dict[str, Any] = {
    "environmentName": "test",
    "vpcCidr": "10.9.0.0/20",
    "domainName": "other.example.org",
    "hostedZoneId": "Z0123456789ABCDEFGHIJ",
    "certificateArn": certificate("us-east-1"),
    "albCertificateArn": certificate("us-east-1"),
    "albDomainName": "balancer.other.example.org",
    "containerImage": f"{IMAGE}:v2.0.0",
    "desiredCapacity": 3,
    "minCapacity": 2,
    "maxCapacity": 6,
    "redisInstanceType": "cache.t4g.small",
    "container": {"port": 8080, "protocol": "HTTP", "cpu": 1024, "memory": 4096, "runtime": "node"},
    "state": {"tableName": "other-state", "billing": "provisioned"},
    "secrets": {"api-keys": {"purpose": "Other keys", "variable": "OTHER_KEYS", "injected": True}},
    "signingKey": {"rotationDays": 7},
    "sockets": {"rateLimit": 50},
    "socketFunction": {"memoryMib": 1024},
    "socketsThroughCdn": False,
    "apiGatewayLogging": False,
    "firewall": {"rateLimit": 300},
    "tracing": {},
    "accessLogs": {"expireDays": 30},
    "github": {"repository": "example/platform", "environment": "test"},
    "notices": {"emails": ["somebody@example.org"]},
    "alarms": {"cpuPercent": 60},
    "functionAlarms": {"errors": 9},
    "budget": {"monthlyUsd": 77},
    "costAnomaly": {"minimumUsd": 33},
    "backup": {"hour": 9},
    "originSecret": {"generations": ["1", "2"]},
}
Seen = Callable[[Graph], Any]


@pytest.fixture(scope="module")
def plain() -> Graph:
    return built(Environment.STAGING, domainName=DOMAIN, copies={})


@pytest.fixture(scope="module")
def other() -> Graph:
    return built(Environment.STAGING, **OTHER)


def seen(kind: str, *path: str, name: str | None = None) -> Seen:
    """What an input of the one resource of a type says; None where the input is not given."""

    def read(graph: Graph) -> Any:
        value: Any = (graph.only(kind, name) if name else graph.only(kind)).inputs
        for step in path:
            value = value.get(step)
        return value

    return read


def number_of(kind: str) -> Seen:
    return lambda graph: len(graph.of_type(kind))


def told(*path: str) -> Seen:
    """What the definition of the container says."""

    def read(graph: Graph) -> Any:
        value, *_ = json.loads(seen("aws:ecs/taskDefinition:TaskDefinition", "containerDefinitions")(graph))
        for step in path:
            value = value[step]
        return value

    return read


def rules(graph: Graph) -> Any:
    return graph.only("aws:wafv2/webAcl:WebAcl").inputs["rules"][0]["statement"]["rateBasedStatement"]["limit"]


def origins(graph: Graph) -> dict[str, str]:
    found = graph.only("aws:cloudfront/distribution:Distribution").inputs["origins"]
    return {origin["originId"]: origin["domainName"] for origin in found}


TARGET, TASK = "aws:appautoscaling/target:Target", "aws:ecs/taskDefinition:TaskDefinition"
GROUP, CDN = "aws:lb/targetGroup:TargetGroup", "aws:cloudfront/distribution:Distribution"
SHOWS: dict[str, Seen] = {
    "environment_name": seen("aws:ecs/cluster:Cluster", "name"),
    "vpc_cidr": seen("aws:ec2/vpc:Vpc", "cidrBlock"),
    "domain_name": seen(CDN, "aliases"),
    "hosted_zone_id": number_of("aws:route53/zone:Zone"),
    "certificate_arn": seen(CDN, "viewerCertificate", "acmCertificateArn"),
    "alb_certificate_arn": seen("aws:lb/listener:Listener", "certificateArn", name="alb-https"),
    "alb_domain_name": lambda graph: origins(graph)["server"],
    "container_image": told("image"),
    "desired_capacity": seen("aws:ecs/service:Service", "desiredCount"),
    "min_capacity": seen(TARGET, "minCapacity", name="server-scaling-target"),
    "max_capacity": seen(TARGET, "maxCapacity", name="server-scaling-target"),
    "redis_instance_type": seen("aws:elasticache/replicationGroup:ReplicationGroup", "nodeType"),
    "container.port": seen(GROUP, "port"),
    "container.protocol": seen(GROUP, "protocol"),
    "container.runtime": told("healthCheck", "command"),
    "container.cpu": seen(TASK, "cpu"),
    "container.memory": seen(TASK, "memory"),
    "state": seen("aws:dynamodb/table:Table", "billingMode"),
    "copies": seen("aws:dynamodb/table:Table", "replicas"),
    "secrets.purpose": seen("aws:secretsmanager/secret:Secret", "description", name="api-keys-secret"),
    "secrets.variable": lambda graph: {secret["name"] for secret in told("secrets")(graph)} & {"OTHER_KEYS"},
    "secrets.injected": lambda graph: len(told("secrets")(graph)),
    "signing_key": seen(
        "aws:secretsmanager/secretRotation:SecretRotation", "rotationRules", name="jwt-secret-schedule"
    ),
    "sockets": seen("aws:apigatewayv2/stage:Stage", "defaultRouteSettings", "throttlingRateLimit"),
    "socket_function": seen("aws:lambda/function:Function", "memorySize", name="websocket-function"),
    "sockets_through_cdn": lambda graph: set(origins(graph)),
    "api_gateway_logging": number_of("aws:apigateway/account:Account"),
    "firewall": rules,
    "tracing": number_of("aws:xray/group:Group"),
    "access_logs": lambda graph: graph.only(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "access-logs-lifecycle"
    ).inputs["rules"][0]["expiration"],
    "github": number_of("aws:iam/openIdConnectProvider:OpenIdConnectProvider"),
    "notices": lambda graph: [
        n.inputs["endpoint"] for n in graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    ],
    "alarms": seen("aws:cloudwatch/metricAlarm:MetricAlarm", "threshold", name="alarms-server-cpu"),
    "function_alarms": seen("aws:cloudwatch/metricAlarm:MetricAlarm", "threshold", name="alarms-websocket-errors"),
    "budget": seen("aws:budgets/budget:Budget", "limitAmount"),
    "cost_anomaly": lambda graph: graph.only("aws:costexplorer/anomalySubscription:AnomalySubscription").inputs,
    "backup": lambda graph: graph.only("aws:backup/plan:Plan").inputs["rules"][0]["schedule"],
    "origin_secret": number_of("random:index/randomPassword:RandomPassword"),
}


@pytest.mark.parametrize("setting", sorted(SHOWS))
def test_each_setting_changes_what_it_names(setting: str, plain: Graph, other: Graph) -> None:
    shows = SHOWS[setting]
    assert shows(other) != shows(plain)


def test_a_zone_of_its_own_has_records(plain: Graph) -> None:
    """Which one that somebody else keeps has not: tests/systems/test_collaboration_settings.py."""
    assert number_of("aws:route53/record:Record")(plain) > 0


def test_a_secret_is_injected_once_it_has_a_value(other: Graph) -> None:
    arn = other.only("aws:secretsmanager/secret:Secret", "api-keys-secret").outputs["arn"]
    assert {"name": "OTHER_KEYS", "valueFrom": arn} in told("secrets")(other)


def test_sockets_can_stay_out_of_the_distribution(other: Graph) -> None:
    assert set(origins(other)) == {"server", "static"}


def test_no_setting_is_left_out() -> None:
    own = {"container": Container, "secrets": HandmadeSecret}
    known = set(SystemSettings.model_fields) - set(own)
    known |= {f"{part}.{field}" for part, model in own.items() for field in model.model_fields}
    # The second excludes a zone that is given: test_knobs. The third is another stack: test_collaboration_recovery.
    assert known == {*SHOWS, "dns", "parent_zone_id", "recovery"}


def test_an_empty_account_gets_the_same_with_other_settings(other: Graph) -> None:
    assert differences_when_unknown(other, built(Environment.STAGING, known=False, **OTHER)) == []


def connects(graph: Graph) -> set[str]:
    """Where pages may connect to, by the policy of all their answers."""
    said = {
        n.inputs["securityHeadersConfig"]["contentSecurityPolicy"]["contentSecurityPolicy"]
        for n in graph.of_type("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy")
    }
    return {part.removeprefix("connect-src ") for text in said for part in text.split("; ") if "connect-src" in part}


def test_pages_may_connect_to_the_one_address_that_sockets_have(plain: Graph, other: Graph) -> None:
    assert connects(plain) == {f"'self' wss://{DOMAIN}"}
    assert connects(other) == {"'self' wss://other.example.org wss://*.execute-api.us-east-1.amazonaws.com"}
