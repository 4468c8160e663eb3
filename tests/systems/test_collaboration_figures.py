"""The figures of the collaboration platform's rows in docs/requirements, in production; other tests prove the rest."""

import pytest
import yaml

from analyser.graph import Graph
from tests.stacks import ROOT, stack_graph
from tests.systems.collaboration import STACKS, environment
from tests.systems.figures import Figure, unmet

SUBNET = "aws:ec2/subnet:Subnet"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
PRIVATE_BUCKET = dict.fromkeys(
    ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
)


def subnet(tier: str, zone: str, number: int) -> list[Figure]:
    place = {"cidrBlock": f"10.0.{number}.0/24", "availabilityZone": f"us-east-1{zone}"}
    return [(SUBNET, f"network-{tier}-{zone}", place)]


ROWS: dict[str, list[Figure]] = {
    "COL-NET-01": [("aws:ec2/vpc:Vpc", "network-vpc", {"cidrBlock": "10.0.0.0/16"})],
    "COL-NET-02": [
        *subnet("public", "a", 0),
        *subnet("public", "b", 1),
        *subnet("private", "a", 2),
        *subnet("private", "b", 3),
    ],
    "COL-DDB-01": [
        (
            "aws:dynamodb/table:Table",
            "state-table",
            {
                "name": "prod-collaboration-state",
                "serverSideEncryption": {"enabled": True},
                "deletionProtectionEnabled": True,
            },
        )
    ],
    "COL-DDB-02": [
        (
            ALARM,
            f"alarms-state-{way}-throttles",
            {"namespace": "AWS/DynamoDB", "metricName": f"{way.title()}ThrottleEvents", "threshold": 0},
        )
        for way in ("read", "write")
    ],
    "COL-RED-04": [
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "redis-replication-group",
            {"atRestEncryptionEnabled": True, "transitEncryptionEnabled": True, "transitEncryptionMode": "required"},
        ),
        ("aws:secretsmanager/secret:Secret", "redis-secret-secret", {"name": "prod-collaboration/redis"}),
    ],
    "COL-ECS-03": [
        (
            "aws:ecs/taskDefinition:TaskDefinition",
            "server-task-definition",
            {
                "family": "prod-collaboration-task",
                "cpu": "512",
                "memory": "1024",
                "requiresCompatibilities": ["FARGATE"],
            },
        )
    ],
    "COL-ALB-01": [
        ("aws:lb/loadBalancer:LoadBalancer", "alb-alb", {"loadBalancerType": "application", "internal": False})
    ],
    "COL-ALB-02": [
        (
            "aws:lb/listener:Listener",
            "alb-https",
            {"port": 443, "protocol": "HTTPS", "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06"},
        )
    ],
    "COL-WS-01": [
        (
            "aws:apigatewayv2/api:Api",
            "sockets-api",
            {"protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action"},
        )
    ],
    "COL-WS-02": [("aws:apigatewayv2/stage:Stage", "sockets-stage", {"name": "prod"})],
    "COL-CDN-02": [
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "static-public-access-block", PRIVATE_BUCKET),
        (
            "aws:cloudfront/originAccessControl:OriginAccessControl",
            "cdn-access-static",
            {"originAccessControlOriginType": "s3", "signingBehavior": "always", "signingProtocol": "sigv4"},
        ),
    ],
    "COL-WAF-01": [("aws:wafv2/webAcl:WebAcl", "firewall-acl", {"scope": "CLOUDFRONT", "region": "us-east-1"})],
    "COL-OBS-02": [
        (ALARM, "alarms-server-cpu", {"threshold": 80, "namespace": "AWS/ECS"}),
        (ALARM, "alarms-server-memory", {"threshold": 80, "namespace": "AWS/ECS"}),
        (ALARM, "alarms-target-errors", {"threshold": 10, "period": 300}),
        (ALARM, "alarms-websocket-errors", {"threshold": 5, "period": 300}),
    ],
    "COL-OBS-03": [
        (
            "aws:sns/topicSubscription:TopicSubscription",
            "notices-to-platform@collaborate.example.com",
            {"protocol": "email", "endpoint": "platform@collaborate.example.com"},
        )
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    assert unmet(stack_graph("collaboration-prod"), ROWS[row]) == []


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def test_state_cache_and_secrets_are_under_keys_that_rotate(graph: Graph) -> None:
    keys = {n.outputs["arn"]: n.name for n in graph.of_type("aws:kms/key:Key")}
    assert all(n.inputs["enableKeyRotation"] for n in graph.of_type("aws:kms/key:Key"))
    table = graph.only("aws:dynamodb/table:Table").inputs["serverSideEncryption"]
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    assert keys[table["kmsKeyArn"]] == keys[cache["kmsKeyId"]] == "data-key-key"
    secrets = {n.inputs["kmsKeyId"] for n in graph.of_type("aws:secretsmanager/secret:Secret")}
    assert {keys[key] for key in secrets} == {"secrets-key-key"}


def test_users_and_the_origin_speak_tls_1_2(graph: Graph) -> None:
    cdn = graph.only("aws:cloudfront/distribution:Distribution").inputs
    assert cdn["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"
    called = {
        origin["originId"]: origin["customOriginConfig"] for origin in cdn["origins"] if "customOriginConfig" in origin
    }
    assert set(called) == {"server", "sockets"}
    for origin in called.values():
        assert (origin["originProtocolPolicy"], origin["originSslProtocols"]) == ("https-only", ["TLSv1.2"])
    for name in graph.of_type("aws:apigatewayv2/domainName:DomainName"):
        assert name.inputs["domainNameConfiguration"]["securityPolicy"] == "TLS_1_2"
    assert graph.only("aws:lb/targetGroup:TargetGroup").inputs["protocol"] == "HTTPS"


def test_the_balancer_stands_in_both_public_subnets(graph: Graph) -> None:
    public = {n.id for n in graph.of_type(SUBNET) if n.name.startswith("network-public-")}
    assert set(graph.only("aws:lb/loadBalancer:LoadBalancer").inputs["subnets"]) == public
    assert len(public) == 2


@pytest.mark.parametrize(
    ("stack", "days"), [("collaboration-dev", 30), ("collaboration-staging", 90), ("collaboration-prod", 365)]
)
def test_every_log_group_ends_its_events_with_the_environment_s_age(stack: str, days: int) -> None:
    groups = stack_graph(stack).of_type("aws:cloudwatch/logGroup:LogGroup")
    assert {n.inputs["retentionInDays"] for n in groups} == {days}


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_is_tagged_with_the_platform_s_version(stack: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert config["aws:defaultTags"]["tags"]["version"] == "v1.0.0"
    task = stack_graph(stack).only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"]
    assert f"/{environment(stack_graph(stack))}-collaboration/collaboration-server:v1.0.0" in task
