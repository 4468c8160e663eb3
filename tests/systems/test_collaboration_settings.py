"""The collaboration platform's parameters: what they change, and what they refuse."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from preview.graph import Graph
from preview.policing import verdict
from settings import Environment
from tests.support import differences_when_unknown
from tests.systems.collaboration import DOMAIN, built, certificate, settings

pytestmark = pytest.mark.xdist_group("stacks")

DEV, STAGING, PROD = Environment.DEV, Environment.STAGING, Environment.PROD
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/collaboration-server"
NAMELESS: dict[str, Any] = {
    "albDomainName": "balancer.company.example",
    "albCertificateArn": certificate("us-west-2"),
}


@pytest.fixture(scope="module")
def nameless() -> Graph:
    return built(DEV, "us-west-2", **NAMELESS)


def test_a_test_environment_is_a_few_settings() -> None:
    graph = built(
        DEV,
        environmentName="test",
        domainName=f"test.{DOMAIN}",
        minCapacity=1,
        maxCapacity=2,
        desiredCapacity=1,
        redisInstanceType="cache.t3.micro",
        vpcCidr="10.9.0.0/20",
    )
    target = graph.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (1, 2)
    assert graph.only("aws:ecs/cluster:Cluster").inputs["name"] == "test-collaboration-cluster"
    assert graph.only("aws:apigatewayv2/stage:Stage").inputs["name"] == "test"
    assert graph.only("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.9.0.0/20"
    cidrs = {n.inputs["cidrBlock"] for n in graph.of_type("aws:ec2/subnet:Subnet")}
    assert cidrs == {f"10.9.{number}.0/24" for number in range(6)}


def test_parameters_go_before_the_table_of_environments() -> None:
    given = settings(PROD, domainName=DOMAIN, minCapacity=3, maxCapacity=10, redisInstanceType="cache.r7g.large")
    service = given.service(PROD)
    assert (service.scaling.min_count, service.scaling.max_count, service.desired_count) == (3, 10, None)
    assert given.cache(PROD).node_type == "cache.r7g.large"
    assert settings(PROD, domainName=DOMAIN, desiredCapacity=4).service(PROD).desired_count == 4


def test_an_image_from_elsewhere_is_pulled_from_there() -> None:
    graph = built(PROD, domainName=DOMAIN, containerImage=f"{IMAGE}:v1.2.3")
    (container,) = json.loads(graph.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    assert container["image"] == f"{IMAGE}:v1.2.3"
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "server-task-execution-policy").inputs["policy"]
    pull = next(s for s in json.loads(policy)["Statement"] if s["Sid"] == "Pull")
    assert pull["Resource"] == ["arn:aws:ecr:us-east-1:123456789012:repository/collaboration-server"]


def test_a_secret_is_injected_once_it_has_a_value() -> None:
    secrets = {"api-keys": {"purpose": "Keys", "variable": "API_KEYS", "injected": True}}
    graph = built(STAGING, domainName=DOMAIN, secrets=secrets)
    (container,) = json.loads(graph.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    arn = graph.only("aws:secretsmanager/secret:Secret", "api-keys-secret").outputs["arn"]
    assert {"name": "API_KEYS", "valueFrom": arn} in container["secrets"]


def test_without_a_domain_cloudfront_s_own_name_is_used(nameless: Graph) -> None:
    cdn = nameless.only(DISTRIBUTION).inputs
    assert "aliases" not in cdn
    assert cdn["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    (origin,) = (o for o in cdn["origins"] if o["originId"] == "server")
    assert origin["domainName"] == "balancer.company.example"
    assert origin["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    listener = nameless.only("aws:lb/listener:Listener", "alb-https").inputs
    assert listener["certificateArn"] == certificate("us-west-2")
    for kind in ("aws:route53/zone:Zone", "aws:route53/record:Record", "aws:acm/certificate:Certificate"):
        assert nameless.of_type(kind) == []
    violations, _ = verdict(nameless)
    assert "cloudfront-tls-version" in {violation.rule.id for violation in violations}


def test_an_empty_account_gets_the_same_without_a_domain(nameless: Graph) -> None:
    assert differences_when_unknown(nameless, built(DEV, "us-west-2", known=False, **NAMELESS)) == []


def test_given_certificates_are_used_as_they_are() -> None:
    graph = built(DEV, "us-west-2", domainName=DOMAIN, certificateArn=certificate("us-east-1"))
    assert graph.only(DISTRIBUTION).inputs["viewerCertificate"]["acmCertificateArn"] == certificate("us-east-1")
    assert graph.only("aws:acm/certificate:Certificate").inputs["region"] == "us-west-2"


def test_a_zone_that_somebody_else_keeps() -> None:
    graph = built(
        PROD,
        domainName=DOMAIN,
        dns="elsewhere",
        certificateArn=certificate("us-east-1"),
        albCertificateArn=certificate("us-east-1"),
    )
    assert graph.only(DISTRIBUTION).inputs["aliases"] == [DOMAIN]
    assert graph.of_type("aws:route53/record:Record") == []


def test_sockets_can_stay_out_of_the_distribution() -> None:
    graph = built(STAGING, domainName=DOMAIN, socketsThroughCdn=False)
    assert {o["originId"] for o in graph.only(DISTRIBUTION).inputs["origins"]} == {"server", "static"}


@pytest.mark.parametrize(
    ("environment", "given", "said"),
    [
        (PROD, {}, "domainName is required in prod"),
        (DEV, {}, "without domainName the load balancer needs albDomainName and albCertificateArn"),
        (DEV, {**NAMELESS, "certificateArn": certificate("us-east-1")}, "go with a domainName"),
        (PROD, {"domainName": DOMAIN, "certificateArn": certificate("us-west-2")}, "is needed in us-east-1"),
        (PROD, {"domainName": DOMAIN, "albCertificateArn": certificate("eu-west-1")}, "is needed in us-west-2"),
        (PROD, {"domainName": DOMAIN, "albDomainName": "other.example.com"}, "is not below domainName"),
        (PROD, {"domainName": DOMAIN, "dns": "elsewhere"}, "needs certificateArn and albCertificateArn"),
        (PROD, {"domainName": DOMAIN, "containerImage": f"{IMAGE}:main"}, "main is no version such as v1.0.0"),
        (PROD, {"domainName": DOMAIN, "containerImage": f"{IMAGE}:latest"}, "latest is no version such as v1.0.0"),
        (DEV, {"domainName": DOMAIN, "containerImage": f"{IMAGE}:latest"}, "names no one image"),
        (DEV, {"domainName": DOMAIN, "containerImage": "nginx:1.27.0"}, "is no image of a private ECR repository"),
        (PROD, {"domainName": DOMAIN, "maxCapacity": 1}, "minCount 2 is above maxCount 1"),
        (PROD, {"domainName": DOMAIN, "desiredCapacity": 30}, "outside scaling's 2 to 20"),
        (PROD, {"domainName": DOMAIN, "redisInstanceType": "cache.x1.large"}, "is not a node type"),
        (PROD, {"domainName": DOMAIN, "vpcCidr": "10.0.0.0/25"}, "too small for six subnets"),
        (PROD, {"domainName": DOMAIN, "container": {"cpu": 256, "memory": 4096}}, "does not go with cpu 256"),
        (PROD, {"domainName": DOMAIN, "firewall": {"scope": "REGIONAL"}}, "must be CLOUDFRONT"),
        (DEV, {"domainName": DOMAIN, "environmentName": "a-name-too-long"}, "at most 10"),
    ],
)
def test_what_settings_refuse(environment: Environment, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(environment, "us-west-2", **given)


@pytest.mark.parametrize("tag", ["v1.2.3", "1.2.3", "1.2.3-rc.1"])
def test_versions_are_for_prod(tag: str) -> None:
    assert settings(PROD, domainName=DOMAIN, containerImage=f"{IMAGE}:{tag}").tag == tag


def test_a_digest_is_for_prod() -> None:
    digest = "sha256:" + "0" * 64
    assert settings(PROD, domainName=DOMAIN, containerImage=f"{IMAGE}@{digest}").tag == digest


@pytest.mark.parametrize(
    ("cidr", "first", "last"),
    [("10.0.0.0/16", "10.0.0.0/24", "10.0.5.0/24"), ("10.0.0.0/24", "10.0.0.0/27", "10.0.0.160/27")],
)
def test_any_range_is_cut_in_six(cidr: str, first: str, last: str) -> None:
    network = settings(PROD, domainName=DOMAIN, vpcCidr=cidr).network
    assert (network.public["a"], network.data["b"]) == (first, last)
