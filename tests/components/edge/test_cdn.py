import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.data.bucket import Bucket, BucketSettings
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings
from components.edge.certificate import ExistingCertificate
from components.edge.origin_secret import OriginSecret, OriginSecretSettings
from components.edge.origins import BucketOrigin, HttpsOrigin, Origin, distributions
from components.security.key import Key
from tests.components.edge.support import DOMAIN, certificate, firewall, key, log_bucket
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
SETTINGS = CdnSettings(
    aliases=(DOMAIN,),
    default=BehaviorSettings(origin="api"),
    behaviors={
        "health": PathBehaviorSettings(path="/health", origin="balancer"),
        "static": PathBehaviorSettings(path="/static/*", origin="files", cache_seconds=31536000, methods="read"),
    },
    origin_shield_region="us-east-1",
)


def origins() -> dict[str, Origin]:
    secret = OriginSecret("secret", OriginSecretSettings(generations=("1", "2")))
    files = Bucket("files", BucketSettings(bucket="files"), account=ACCOUNT, key=key("files"))
    return {
        "api": HttpsOrigin(f"origin.{DOMAIN}", secret),
        "balancer": HttpsOrigin(f"balancer.{DOMAIN}", secret),
        "files": BucketOrigin(files),
    }


def cdn(settings: CdnSettings = SETTINGS, *, certified: bool = True) -> Cdn:
    return Cdn(
        "records",
        settings,
        origins=origins(),
        certificate=certificate() if certified else None,
        firewall=firewall(),
        access_logs=log_bucket(),
    )


def distribution() -> dict[str, Any]:
    return record_once(cdn).only(DISTRIBUTION).inputs


def origin(key: str) -> dict[str, Any]:
    (found,) = [o for o in distribution()["origins"] if o["originId"] == key]
    return found


def test_users_come_over_tls_1_2_under_the_alias_and_through_the_firewall() -> None:
    graph = record_once(cdn)
    inputs = graph.only(DISTRIBUTION).inputs
    assert inputs["enabled"] is True
    assert inputs["aliases"] == [DOMAIN]
    assert inputs["webAclId"] == graph.only("aws:wafv2/webAcl:WebAcl").outputs["arn"]
    validated = graph.only("aws:acm/certificateValidation:CertificateValidation")
    assert inputs["viewerCertificate"] == {
        "acmCertificateArn": validated.outputs["certificateArn"],
        "sslSupportMethod": "sni-only",
        "minimumProtocolVersion": "TLSv1.2_2021",
    }
    assert (inputs["httpVersion"], inputs["isIpv6Enabled"]) == ("http2and3", True)
    assert inputs["priceClass"] == "PriceClass_All"
    assert inputs["restrictions"] == {"geoRestriction": {"restrictionType": "none"}}


def test_servers_are_called_over_tls_with_the_secret() -> None:
    graph = record_once(cdn)
    (api,) = [o for o in graph.only(DISTRIBUTION).inputs["origins"] if o["originId"] == "api"]
    assert api["domainName"] == f"origin.{DOMAIN}"
    assert api["customOriginConfig"]["originProtocolPolicy"] == "https-only"
    assert api["customOriginConfig"]["originSslProtocols"] == ["TLSv1.2"]
    value = graph.only("random:index/randomPassword:RandomPassword", "secret-1").outputs["result"]
    assert api["customHeaders"] == [{"name": "X-Origin-Verify", "value": value}]
    assert "origins" in graph.only(DISTRIBUTION).secret_inputs


def test_a_bucket_is_read_with_signed_requests_by_this_distribution_only() -> None:
    graph = record_once(cdn)
    control = graph.only("aws:cloudfront/originAccessControl:OriginAccessControl")
    assert control.inputs == {
        "originAccessControlOriginType": "s3",
        "signingBehavior": "always",
        "signingProtocol": "sigv4",
    }
    files = origin("files")
    assert files["originAccessControlId"] == control.id
    assert "customOriginConfig" not in files
    (policy,) = [p for p in graph.of_type("aws:s3/bucketPolicy:BucketPolicy") if p.name == "files-policy"]
    (statement,) = [s for s in json.loads(policy.inputs["policy"])["Statement"] if s["Effect"] == "Allow"]
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Principal"] == {"Service": ["cloudfront.amazonaws.com"]}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceArn": graph.only(DISTRIBUTION).outputs["arn"]}}


def test_the_key_of_such_a_bucket_serves_this_account_s_distributions() -> None:
    graph = record(lambda: Key("files", account=ACCOUNT, purpose="test", usable_by=[distributions(ACCOUNT)]))
    statement = json.loads(graph.only("aws:kms/key:Key").inputs["policy"])["Statement"][1]
    assert statement["Action"] == ["kms:Decrypt"]
    source = f"arn:aws:cloudfront::{ACCOUNT.id}:distribution/*"
    assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": source}}


def test_dynamic_answers_are_never_cached_and_the_origin_keeps_its_own_host_name() -> None:
    for behavior in (distribution()["defaultCacheBehavior"], distribution()["orderedCacheBehaviors"][0]):
        assert behavior["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
        assert behavior["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
        assert sorted(behavior["allowedMethods"]) == ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
        assert behavior["viewerProtocolPolicy"] == "redirect-to-https"
        assert behavior["compress"] is True


def test_a_shield_stands_before_an_origin_whose_answers_are_kept() -> None:
    assert origin("files")["originShield"] == {"enabled": True, "originShieldRegion": "us-east-1"}
    assert "originShield" not in origin("api")


def test_an_origin_that_decides_is_kept_by_all_that_its_answers_vary_by() -> None:
    behavior = BehaviorSettings(origin="api", origin_decides=True)
    graph = record(lambda: cdn(SETTINGS.model_copy(update={"default": behavior})))
    made = graph.only(DISTRIBUTION).inputs["defaultCacheBehavior"]
    policy = graph.only("aws:cloudfront/cachePolicy:CachePolicy", "records-cache-default")
    assert made["cachePolicyId"] == policy.id
    assert made["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert len(made["allowedMethods"]) == 7
    assert (policy.inputs["minTtl"], policy.inputs["defaultTtl"]) == (0, 0)
    key = policy.inputs["parametersInCacheKeyAndForwardedToOrigin"]
    assert key["cookiesConfig"] == {"cookieBehavior": "all"}
    assert {"Authorization", "Accept", "Origin"} <= set(key["headersConfig"]["headers"]["items"])
    with pytest.raises(ValidationError, match="the origin decides how long answers are kept"):
        BehaviorSettings(origin="api", origin_decides=True, cache_seconds=60)


def test_paths_are_tried_in_the_order_of_the_settings() -> None:
    found = [(b["pathPattern"], b["targetOriginId"]) for b in distribution()["orderedCacheBehaviors"]]
    assert found == [("/health", "balancer"), ("/static/*", "files")]


def test_errors_are_not_kept() -> None:
    found = {e["errorCode"]: e["errorCachingMinTtl"] for e in distribution()["customErrorResponses"]}
    assert found == {404: 0, 500: 0, 502: 0, 503: 0, 504: 0}


def test_requests_are_logged_to_the_bucket_that_lets_cloudfront_in() -> None:
    graph = record_once(cdn, region="eu-west-1")
    source = graph.only("aws:cloudwatch/logDeliverySource:LogDeliverySource")
    destination = graph.only("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination")
    delivery = graph.only("aws:cloudwatch/logDelivery:LogDelivery")
    assert source.inputs["resourceArn"] == graph.only(DISTRIBUTION).outputs["arn"]
    assert source.inputs["logType"] == "ACCESS_LOGS"
    bucket = graph.only("aws:s3/bucket:Bucket", "access-logs-bucket").outputs["arn"]
    assert destination.inputs["deliveryDestinationConfiguration"] == {"destinationResourceArn": bucket}
    assert delivery.inputs["deliveryDestinationArn"] == destination.outputs["arn"]
    assert {n.inputs["region"] for n in (source, destination, delivery)} == {"us-east-1"}
    (policy,) = [p for p in graph.of_type("aws:s3/bucketPolicy:BucketPolicy") if p.name == "access-logs-policy"]
    assert policy.urn in delivery.dependencies


def test_a_behaviour_needs_an_origin_that_is_there() -> None:
    settings = CdnSettings(aliases=(DOMAIN,), default=BehaviorSettings(origin="web"))
    with pytest.raises(Exception, match="there is no origin web"):
        record(lambda: cdn(settings))


@pytest.mark.parametrize(("aliases", "certified"), [((DOMAIN,), False), ((), True)])
def test_a_name_needs_a_certificate_and_a_certificate_a_name(aliases: tuple[str, ...], certified: bool) -> None:
    settings = CdnSettings(aliases=aliases, default=BehaviorSettings(origin="api"))
    with pytest.raises(Exception, match="aliases need a certificate"):
        record(lambda: cdn(settings, certified=certified))


def test_without_a_name_cloudfront_gives_name_and_certificate() -> None:
    settings = CdnSettings(default=BehaviorSettings(origin="api"))
    inputs = record(lambda: cdn(settings, certified=False)).only(DISTRIBUTION).inputs
    assert inputs["viewerCertificate"] == {"cloudfrontDefaultCertificate": True}
    assert "aliases" not in inputs
    assert inputs["webAclId"]


def test_a_certificate_may_be_there_already() -> None:
    there = "arn:aws:acm:us-east-1:123456789012:certificate/1"

    def program() -> None:
        Cdn(
            "records",
            SETTINGS,
            origins=origins(),
            certificate=ExistingCertificate(there),
            firewall=firewall(),
            access_logs=log_bucket(),
        )

    assert record(program).only(DISTRIBUTION).inputs["viewerCertificate"]["acmCertificateArn"] == there


def test_an_api_is_asked_below_its_stage() -> None:
    def program() -> None:
        Cdn(
            "records",
            CdnSettings(
                default=BehaviorSettings(origin="rest"),
                behaviors={"ws": PathBehaviorSettings(path="/ws", origin="WsApi")},
            ),
            origins={
                "rest": HttpsOrigin("a.execute-api.us-east-1.amazonaws.com", path="/prod"),
                "WsApi": HttpsOrigin("b.execute-api.us-east-1.amazonaws.com"),
            },
            firewall=firewall(),
            access_logs=log_bucket(),
        )

    inputs = record(program).only(DISTRIBUTION).inputs
    rest, websocket = inputs["origins"]
    assert (rest["originId"], rest["originPath"]) == ("rest", "/prod")
    assert rest["customOriginConfig"]["originSslProtocols"] == ["TLSv1.2"]
    assert (websocket["originId"], websocket.get("originPath")) == ("WsApi", None)
    (behavior,) = inputs["orderedCacheBehaviors"]
    # The headers of a WebSocket handshake are among all the viewer's headers but Host.
    assert behavior["originRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert behavior["targetOriginId"] == "WsApi"


def test_nothing_hangs_on_computed_outputs() -> None:
    assert unequal_when_unknown(cdn) == []


def with_copy(**behavior: Any) -> Cdn:
    files, copy = (
        Bucket(name, BucketSettings(bucket=name), account=ACCOUNT, key=key(name)) for name in ("files", "copies")
    )
    settings: dict[str, Any] = {"origin": "files", "cache_seconds": 60, "methods": "read", **behavior}
    return Cdn(
        "site",
        CdnSettings(aliases=(DOMAIN,), default=BehaviorSettings(**settings)),
        origins={"files": BucketOrigin(files, copy)},
        certificate=certificate(),
        firewall=firewall(),
        access_logs=log_bucket(),
    )


def test_a_bucket_that_does_not_answer_is_read_from_its_copy() -> None:
    graph = record_once(with_copy)
    inputs = graph.only(DISTRIBUTION).inputs
    (group,) = inputs["originGroups"]
    assert inputs["defaultCacheBehavior"]["targetOriginId"] == group["originId"]
    assert [member["originId"] for member in group["members"]] == ["files", "files-copy"]
    assert group["failoverCriteria"]["statusCodes"] == [500, 502, 503, 504]
    buckets = {name: graph.only("aws:s3/bucket:Bucket", f"{name}-bucket").outputs for name in ("files", "copies")}
    assert {o["originId"]: o["domainName"] for o in inputs["origins"]} == {
        "files": buckets["files"]["bucketRegionalDomainName"],
        "files-copy": buckets["copies"]["bucketRegionalDomainName"],
    }
    waits = {o["originId"]: (o.get("connectionAttempts"), o.get("connectionTimeout")) for o in inputs["origins"]}
    assert waits == {"files": (1, 3), "files-copy": (None, None)}
    assert len({o["originAccessControlId"] for o in inputs["origins"]}) == 2
    for bucket in ("files", "copies"):
        policy = json.loads(graph.only("aws:s3/bucketPolicy:BucketPolicy", f"{bucket}-policy").inputs["policy"])
        assert policy["Statement"][-1]["Principal"] == {"Service": ["cloudfront.amazonaws.com"]}


def test_a_group_of_origins_takes_no_changes() -> None:
    with pytest.raises(Exception, match="takes what reads alone"):
        record(lambda: with_copy(methods="all", cache_seconds=0))
