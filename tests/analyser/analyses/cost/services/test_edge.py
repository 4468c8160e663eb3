"""Load balancers, CloudFront, WAF, DNS, APIs and buckets, by hand."""

import pytest

from analyser.graph import Node
from settings import Usage
from tests.analyser.analyses.cost.support import bill, node

pytestmark = pytest.mark.usefixtures("prices")

ALB = "aws:lb/loadBalancer:LoadBalancer"
CDN = "aws:cloudfront/distribution:Distribution"
BUCKET = "aws:s3/bucket:Bucket"


def test_a_public_balancer_behind_cloudfront() -> None:
    found = bill(ALB, {"subnets": ["a", "b", "c"]}, node(CDN, name="cdn"), usage=Usage(egress_gb=1000))
    assert found == {
        "Application load balancer": 16.425,
        "Capacity units": 8.0,  # 1,000 GB, one an hour and unit
        "Public IPv4 addresses": 10.95,  # 3 x 3.65
    }


def test_a_public_balancer_by_itself_pays_for_what_it_sends() -> None:
    found = bill(ALB, {"subnets": ["a", "b"]}, usage=Usage(egress_gb=100, request_millions=90))
    assert found == {
        "Application load balancer": 16.425,
        "Capacity units": 0.8,  # 9M connections are 100 hours of 25 a second
        "Public IPv4 addresses": 7.3,
        "Data to the internet": 9.0,
    }


def test_an_internal_balancer_in_ireland() -> None:
    assert bill(ALB, {"internal": True}, region="eu-west-1") == {"Application load balancer": 18.396}


@pytest.mark.parametrize(
    ("usage", "origins", "expected"),
    [
        (Usage(egress_gb=1000), [], {"Data to the internet": 85.0}),
        (Usage(request_millions=10), [{"originId": "a"}], {"HTTPS requests": 10.0}),
        (
            Usage(egress_gb=10, request_millions=100),
            [{"originShield": {"enabled": True}}],
            {"Data to the internet": 0.85, "HTTPS requests": 100.0, "Origin shield": 15.0},
        ),
    ],
)
def test_distributions(usage: Usage, origins: list[object], expected: dict[str, float]) -> None:
    assert bill(CDN, {"origins": origins}, usage=usage) == expected


@pytest.mark.parametrize(("millions", "usd"), [(1, 0.1), (10, 1.0), (100, 10.0)])
def test_functions_at_the_edge(millions: float, usd: float) -> None:
    found = bill("aws:cloudfront/function:Function", usage=Usage(request_millions=millions))
    assert found == {"CloudFront function": usd}


@pytest.mark.parametrize(
    ("rules", "millions", "expected"),
    [
        (0, 0, {"Web ACL": 5.0}),
        (6, 0, {"Web ACL": 5.0, "Rules": 6.0}),
        (3, 100, {"Web ACL": 5.0, "Rules": 3.0, "Requests": 60.0}),
    ],
)
def test_web_acls(rules: int, millions: float, expected: dict[str, float]) -> None:
    inputs = {"rules": [{"name": str(number)} for number in range(rules)]}
    assert bill("aws:wafv2/webAcl:WebAcl", inputs, usage=Usage(request_millions=millions)) == expected


@pytest.mark.parametrize("name", ["a.example.com", "b.example.com", "c.example.com"])
def test_zones(name: str) -> None:
    assert bill("aws:route53/zone:Zone", {"name": name}) == {"Hosted zone": 0.5}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"type": "HTTP", "requestInterval": 30}, {"Health check": 0.5}),
        ({"type": "HTTPS", "requestInterval": 30}, {"Health check": 0.5, "Options of the check": 1.0}),
        (
            {"type": "HTTPS_STR_MATCH", "requestInterval": 10, "measureLatency": True},
            {"Health check": 0.5, "Options of the check": 4.0},
        ),
    ],
)
def test_health_checks(inputs: dict[str, object], expected: dict[str, float]) -> None:
    assert bill("aws:route53/healthCheck:HealthCheck", inputs) == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, {"REST requests": 7.0}),
        ({"cacheClusterEnabled": True, "cacheClusterSize": "0.5"}, {"REST requests": 7.0, "Cache of 0.5 GB": 14.6}),
        ({"cacheClusterEnabled": True, "cacheClusterSize": "1.6"}, {"REST requests": 7.0, "Cache of 1.6 GB": 27.74}),
    ],
)
def test_rest_stages(inputs: dict[str, object], expected: dict[str, float]) -> None:
    assert bill("aws:apigateway/stage:Stage", inputs, usage=Usage(api_request_millions=2)) == expected


@pytest.mark.parametrize(
    ("messages", "minutes", "expected"),
    [
        (1, 0, {"WebSocket messages": 1.0}),
        (0, 4, {"WebSocket connections": 1.0}),
        (50, 20, {"WebSocket messages": 50.0, "WebSocket connections": 5.0}),
    ],
)
def test_websocket_apis(messages: float, minutes: float, expected: dict[str, float]) -> None:
    usage = Usage(websocket_message_millions=messages, websocket_minute_millions=minutes)
    assert bill("aws:apigatewayv2/api:Api", {"protocolType": "WEBSOCKET"}, usage=usage) == expected


def lifecycle(*steps: tuple[int, str], expires: int | None = None) -> Node:
    rule = {
        "status": "Enabled",
        "transitions": [{"days": days, "storageClass": kind} for days, kind in steps],
        "expiration": {"days": expires} if expires else None,
    }
    return node(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        {"bucket": "it", "rules": [rule, {"status": "Disabled", "expiration": {"days": 1}}]},
        "lifecycle",
    )


def test_a_bucket_without_a_lifecycle() -> None:
    found = bill(BUCKET, {}, usage=Usage(bucket_gb=100, bucket_request_millions=1))
    assert found == {"Storage STANDARD": 2.3, "Writes": 0.5, "Reads": 0.36}  # 100,000 writes, 900,000 reads


def test_objects_spend_their_year_in_the_classes_of_the_lifecycle() -> None:
    found = bill(BUCKET, {}, lifecycle((73, "STANDARD_IA"), (219, "GLACIER")), usage=Usage(bucket_gb=100))
    assert found == {
        "Storage STANDARD": 0.46,  # 20 GB
        "Storage STANDARD_IA": 0.5,  # 40 GB
        "Storage GLACIER": 0.144,  # 40 GB
    }


def test_what_expires_reaches_no_later_class() -> None:
    steps = ((1, "GLACIER"), (365, "DEEP_ARCHIVE"))
    found = bill(BUCKET, {}, lifecycle(*steps, expires=100), usage=Usage(bucket_gb=100))
    assert found == {"Storage STANDARD": 0.023, "Storage GLACIER": 0.3564}  # 1 and 99 GB


@pytest.mark.parametrize(
    "taker",
    [
        node("aws:codebuild/project:Project", {"source": {"type": "S3", "location": "it/source.zip"}}, "build"),
        node("aws:codepipeline/pipeline:Pipeline", {"artifactStores": [{"location": "it"}]}, "pipeline"),
    ],
)
def test_a_bucket_for_builds_holds_a_gigabyte_however_much_users_store(taker: Node) -> None:
    usage = Usage(bucket_gb=1000, bucket_request_millions=1)
    assert bill(BUCKET, {"bucket": "it"}, taker, usage=usage) == {"Sources and artifacts of builds": 0.023}
    assert bill(BUCKET, {"bucket": "item"}, taker, usage=usage)["Storage STANDARD"] == 23.0
