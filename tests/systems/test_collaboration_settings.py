"""The collaboration platform's parameters: what they change, and what they refuse."""

import json
from typing import Any

import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from settings import Environment
from tests.support import differences_when_unknown
from tests.systems.collaboration import DOMAIN, built, certificate, refusals, settings

DEV, PROD = Environment.DEV, Environment.PROD
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/collaboration-server"
NAMELESS: dict[str, Any] = {
    "albDomainName": "balancer.company.example",
    "albCertificateArn": certificate("us-west-2"),
}


@pytest.fixture(scope="module")
def nameless() -> Graph:
    return built(DEV, "us-west-2", **NAMELESS)


@pytest.fixture(scope="module")
def small() -> Graph:
    """A test environment, with the certificate of its distribution given."""
    return built(
        DEV,
        "us-west-2",
        environmentName="test",
        domainName=f"test.{DOMAIN}",
        certificateArn=certificate("us-east-1"),
        minCapacity=1,
        maxCapacity=2,
        desiredCapacity=1,
        redisInstanceType="cache.t3.micro",
        vpcCidr="10.9.0.0/20",
    )


def test_a_test_environment_is_a_few_settings(small: Graph) -> None:
    target = small.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == (1, 2)
    assert small.only("aws:ecs/cluster:Cluster").inputs["name"] == "test-collaboration-cluster"
    assert small.only("aws:apigatewayv2/stage:Stage").inputs["name"] == "test"
    assert small.only("aws:ec2/vpc:Vpc").inputs["cidrBlock"] == "10.9.0.0/20"
    cidrs = {n.inputs["cidrBlock"] for n in small.of_type("aws:ec2/subnet:Subnet")}
    assert cidrs == {f"10.9.{number}.0/24" for number in range(6)}


def test_given_certificates_are_used_as_they_are(small: Graph) -> None:
    assert small.only(DISTRIBUTION).inputs["viewerCertificate"]["acmCertificateArn"] == certificate("us-east-1")
    assert small.only("aws:acm/certificate:Certificate").inputs["region"] == "us-west-2"


def test_parameters_go_before_the_table_of_environments() -> None:
    given = settings(PROD, domainName=DOMAIN, minCapacity=3, maxCapacity=10, redisInstanceType="cache.r7g.large")
    service = given.service(PROD)
    assert (service.scaling.min_count, service.scaling.max_count, service.desired_count) == (3, 10, None)
    assert given.cache(PROD).node_type == "cache.r7g.large"
    assert settings(PROD, domainName=DOMAIN, desiredCapacity=4).service(PROD).desired_count == 4


@pytest.fixture(scope="module")
def from_elsewhere() -> Graph:
    """The zone, certificates and the image are somebody else's."""
    return built(
        PROD,
        domainName=DOMAIN,
        dns="elsewhere",
        certificateArn=certificate("us-east-1"),
        albCertificateArn=certificate("us-east-1"),
        containerImage=f"{IMAGE}:v1.2.3",
    )


def test_an_image_from_elsewhere_is_pulled_from_there(from_elsewhere: Graph) -> None:
    graph = from_elsewhere
    (container,) = json.loads(graph.only("aws:ecs/taskDefinition:TaskDefinition").inputs["containerDefinitions"])
    assert container["image"] == f"{IMAGE}:v1.2.3"
    policy = graph.only("aws:iam/rolePolicy:RolePolicy", "server-task-execution-policy").inputs["policy"]
    pull = next(s for s in json.loads(policy)["Statement"] if s["Sid"] == "Pull")
    assert pull["Resource"] == ["arn:aws:ecr:us-east-1:123456789012:repository/collaboration-server"]


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


def test_a_zone_that_somebody_else_keeps(from_elsewhere: Graph) -> None:
    assert from_elsewhere.only(DISTRIBUTION).inputs["aliases"] == [DOMAIN]
    assert from_elsewhere.of_type("aws:route53/record:Record") == []


REFUSED: list[tuple[Environment, dict[str, Any], str]] = [
    (
        DEV,
        NAMELESS | {"certificateArn": certificate("us-east-1")},
        "settings.certificateArn: goes with a domainName",
    ),
    (
        DEV,
        {},
        "settings.albDomainName: is required without domainName: the load balancer needs a name and a certificate",
    ),
    (PROD, {}, "settings.domainName: is required in prod"),
]
WITH_DOMAIN: list[tuple[Environment, dict[str, Any], str]] = [
    (
        PROD,
        {"certificateArn": certificate("us-west-2")},
        "settings.certificateArn: is in us-west-2, but is needed in us-east-1",
    ),
    (
        PROD,
        {"certificateArn": "arn"},
        "settings.certificateArn: 'arn' is not the ARN of a certificate, such as arn:aws:acm:",
    ),
    (
        PROD,
        {"albCertificateArn": certificate("eu-west-1")},
        "settings.albCertificateArn: is in eu-west-1, but is needed in us-west-2",
    ),
    (
        PROD,
        {"albDomainName": "other.example.com"},
        "settings.albDomainName: other.example.com is not below domainName; say dns: elsewhere",
    ),
    (PROD, {"dns": "elsewhere"}, "settings.certificateArn: is required by dns: elsewhere"),
    (
        PROD,
        {"containerImage": f"{IMAGE}:main"},
        "settings.containerImage: main is no version such as v1.0.0, which prod asks for",
    ),
    (DEV, {"containerImage": f"{IMAGE}:latest"}, f"settings.containerImage: '{IMAGE}:latest' names no one image"),
    (
        DEV,
        {"containerImage": "nginx:1.27.0"},
        "settings.containerImage: 'nginx:1.27.0' is not an image of a private ECR repository",
    ),
    (
        PROD,
        {"maxCapacity": 1},
        "settings.minCapacity: 2 is above maxCapacity (1); prod has 2 to 20 where nothing is given",
    ),
    (PROD, {"desiredCapacity": 30}, "settings.desiredCapacity: 30 is outside 2 to 20"),
    (DEV, {"minCapacity": 0}, "settings.minCapacity: 0 is below 1"),
    (DEV, {"maxCapacity": 5001}, "settings.maxCapacity: 5001 is above 5000"),
    (
        PROD,
        {"redisInstanceType": "cache.x1.large"},
        "settings.redisInstanceType: there is no node type 'cache.x1.large'; did you mean",
    ),
    (PROD, {"vpcCidr": "10.0.0.0/25"}, "settings.vpcCidr: 10.0.0.0/25 is too small for six subnets"),
    (PROD, {"vpcCidr": "here"}, "settings.vpcCidr: "),
    (
        PROD,
        {"container": {"cpu": 256, "memory": 4096}},
        "settings.container.memory: 4096 does not go with cpu 256; Fargate offers 512, 1024, 2048",
    ),
    (PROD, {"container": {"port": 80}}, "settings.container.port: 80 is below 1024"),
    (PROD, {"firewall": {"scope": "REGIONAL"}}, "settings.firewall.scope: must be CLOUDFRONT"),
    (
        PROD,
        {"sockets": {"domain": f"ws.{DOMAIN}"}},
        "settings.sockets.domain: is not to be chosen: users reach the WebSocket API through domainName",
    ),
    (
        PROD,
        {"socketFunction": {"release": "canary"}},
        "settings.socketFunction.release: must be atOnce: a release replaces servers and functions together",
    ),
    (
        PROD,
        {"state": {"tableName": "state", "replicaRegion": "us-east-1"}},
        "settings.state.replicaRegion: is not to be given: copies has the region of all copies",
    ),
    (
        PROD,
        {"secrets": {"jwt-secret": {"purpose": "x", "variable": "OWN"}}},
        "settings.secrets.jwt-secret: the stack makes a secret of that name itself",
    ),
    (
        PROD,
        {"secrets": {"other": {"purpose": "x", "variable": "REDIS_URL"}}},
        "settings.secrets.other.variable: REDIS_URL is told by the stack already",
    ),
    (
        PROD,
        {"secrets": {name: {"purpose": "x", "variable": "KEY"} for name in ("one", "two")}},
        "settings.secrets.two.variable: KEY is told by secrets.one already",
    ),
    (
        DEV,
        {"environmentName": "a-name-too-long"},
        "settings.environmentName: has 15 characters; at most 10",
    ),
    (DEV, {"minCapactiy": 1}, "settings.minCapactiy: unknown key; did you mean minCapacity?"),
]
REFUSED += [(environment, {"domainName": DOMAIN, **given}, said) for environment, given, said in WITH_DOMAIN]


@pytest.mark.parametrize(("environment", "given", "said"), REFUSED)
def test_bad_settings_are_told_by_file_and_key(environment: Environment, given: dict[str, Any], said: str) -> None:
    assert refusals(environment, "us-west-2", **given)[0].startswith(said)


def test_several_problems_are_told_at_once() -> None:
    lines = refusals(PROD, minCapacity=9, maxCapacity=3, firewall={"scope": "REGIONAL"})
    assert [line.split(":")[0] for line in lines] == [
        "settings.domainName", "settings.minCapacity", "settings.firewall.scope",
    ]  # fmt: skip


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
