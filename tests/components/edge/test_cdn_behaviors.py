"""What a distribution keeps, for whom, and what it says to browsers."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph
from components.data.bucket import Bucket, BucketSettings
from components.edge.cdn import Cdn
from components.edge.cdn_settings import BehaviorSettings, CdnSettings, PathBehaviorSettings
from components.edge.header_settings import NO_DEVICES, ContentSecurityPolicy, CrossOriginSettings, HeaderSettings
from components.edge.origin_secret import OriginSecret, OriginSecretSettings
from components.edge.origins import BucketOrigin, HttpsOrigin
from components.security.key import Key, log_groups
from tests.components.edge.support import DOMAIN, certificate, firewall, log_bucket
from tests.support import ACCOUNT, once, record, record_once, unequal_when_unknown

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
CACHE = "aws:cloudfront/cachePolicy:CachePolicy"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
PEM = (
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE0mhRmWWV7Uj97rqGrkkL7h44jw+e\n"
    "HEOVjHOvaWoDeThmFvU9sIu0m9+Jho3kr5iX0c9t9LHkpEDb/y1AECzIlA==\n-----END PUBLIC KEY-----"
)
YEAR = 31536000
SITE = CdnSettings(
    aliases=(DOMAIN,),
    default=BehaviorSettings(origin="web", cache_seconds=3600, cache_key="viewer", methods="read"),
    behaviors={
        "api": PathBehaviorSettings(path="/api/*", origin="web"),
        "ws": PathBehaviorSettings(path="/ws/*", origin="web"),
        "static": PathBehaviorSettings(path="/static/*", origin="S3Origin", cache_seconds=YEAR, methods="read"),
    },
    headers=HeaderSettings(content_security_policy=ContentSecurityPolicy(), permissions_policy=NO_DEVICES),
)


def site(settings: CdnSettings = SITE) -> Cdn:
    key = Key("files", account=ACCOUNT, purpose="test", usable_by=[log_groups(ACCOUNT)])
    logs = log_bucket()
    files = Bucket("files", BucketSettings(bucket="files"), account=ACCOUNT, key=key, access_logs=logs)
    secret = OriginSecret("secret", OriginSecretSettings())
    return Cdn(
        "site",
        settings,
        origins={"web": HttpsOrigin(f"origin.{DOMAIN}", secret), "S3Origin": BucketOrigin(files)},
        certificate=certificate(),
        firewall=firewall(),
        access_logs=logs,
    )


@once
def graph_of(default: BehaviorSettings, **more: Any) -> Graph:
    return record(lambda: site(CdnSettings(aliases=(DOMAIN,), default=default, **more)))


def default_of(graph: Graph) -> dict[str, Any]:
    behavior: dict[str, Any] = graph.only(DISTRIBUTION).inputs["defaultCacheBehavior"]
    return behavior


def ordered(graph: Graph, path: str) -> dict[str, Any]:
    (found,) = [b for b in graph.only(DISTRIBUTION).inputs["orderedCacheBehaviors"] if b["pathPattern"] == path]
    return found


def key_of(graph: Graph, name: str) -> dict[str, Any]:
    parameters: dict[str, Any] = graph.only(CACHE, name).inputs["parametersInCacheKeyAndForwardedToOrigin"]
    return parameters


def test_files_are_kept_for_a_year_and_are_the_same_for_everybody() -> None:
    graph = record_once(site)
    policy = graph.only(CACHE, "site-cache-static").inputs
    assert (policy["minTtl"], policy["defaultTtl"], policy["maxTtl"]) == (0, YEAR, YEAR)
    assert key_of(graph, "site-cache-static")["cookiesConfig"] == {"cookieBehavior": "none"}
    assert key_of(graph, "site-cache-static")["headersConfig"] == {"headerBehavior": "none"}
    static = ordered(graph, "/static/*")
    assert static["cachePolicyId"] == graph.only(CACHE, "site-cache-static").id
    assert static["targetOriginId"] == "S3Origin"
    assert "originRequestPolicyId" not in static
    assert static["allowedMethods"] == ["GET", "HEAD", "OPTIONS"]


def test_a_page_is_kept_for_the_viewer_who_asked_and_no_other() -> None:
    graph = record_once(site)
    policy = graph.only(CACHE, "site-cache-default").inputs
    assert (policy["minTtl"], policy["defaultTtl"]) == (0, 3600)
    key = key_of(graph, "site-cache-default")
    assert key["cookiesConfig"] == {"cookieBehavior": "all"}
    assert key["headersConfig"] == {"headerBehavior": "whitelist", "headers": {"items": ["Authorization"]}}
    assert key["queryStringsConfig"] == {"queryStringBehavior": "all"}
    # The origin sees nothing that is not in the key, so that no answer depends on it.
    assert "originRequestPolicyId" not in default_of(graph)
    assert default_of(graph)["cachePolicyId"] == graph.only(CACHE, "site-cache-default").id


def test_named_cookies_alone_tell_viewers_apart_and_reach_the_origin() -> None:
    named = BehaviorSettings(origin="web", cache_seconds=60, cache_key="viewer", cookies=("session",), methods="read")
    cookies = key_of(graph_of(named), "site-cache-default")["cookiesConfig"]
    assert cookies == {"cookieBehavior": "whitelist", "cookies": {"items": ["session"]}}


def test_nothing_that_is_kept_carries_a_cookie_and_files_do_not_tell_their_key() -> None:
    graph = record_once(site)
    removed = {
        node.id: [item["header"] for item in node.inputs.get("removeHeadersConfig", {}).get("items", [])]
        for node in graph.of_type(HEADERS)
    }
    assert removed[default_of(graph)["responseHeadersPolicyId"]] == ["Set-Cookie"]
    assert removed[ordered(graph, "/api/*")["responseHeadersPolicyId"]] == []
    assert removed[ordered(graph, "/ws/*")["responseHeadersPolicyId"]] == []
    assert removed[ordered(graph, "/static/*")["responseHeadersPolicyId"]] == [
        "Set-Cookie",
        "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-bucket-key-enabled",
    ]
    assert sorted(node.name for node in graph.of_type(HEADERS)) == [
        "site-cached-headers",
        "site-file-headers",
        "site-headers",
    ]


def test_every_answer_carries_security_headers_and_no_more_unless_told() -> None:
    graph = graph_of(BehaviorSettings(origin="web"))
    headers = graph.only(HEADERS)
    assert headers.inputs == {
        "securityHeadersConfig": {
            "strictTransportSecurity": {
                "accessControlMaxAgeSec": 63072000,
                "includeSubdomains": True,
                "override": True,
            },
            "contentTypeOptions": {"override": True},
            "frameOptions": {"frameOption": "DENY", "override": True},
            "referrerPolicy": {"referrerPolicy": "strict-origin-when-cross-origin", "override": True},
        }
    }
    assert default_of(graph)["responseHeadersPolicyId"] == headers.id


def test_content_and_permissions_are_said_where_they_are_given() -> None:
    for node in record_once(site).of_type(HEADERS):
        content = node.inputs["securityHeadersConfig"]["contentSecurityPolicy"]
        assert content == {
            "contentSecurityPolicy": SITE.headers.content_security,
            "override": True,
        }
        assert node.inputs["customHeadersConfig"] == {
            "items": [{"header": "Permissions-Policy", "value": NO_DEVICES, "override": True}]
        }


def test_a_behaviour_may_have_headers_of_its_own() -> None:
    cors = CrossOriginSettings(origins=("https://app.example.com",), methods=("GET", "POST"), credentials=False)
    graph = graph_of(
        BehaviorSettings(origin="web"),
        behaviors={
            "api": PathBehaviorSettings(
                path="/api/*", origin="web", headers=HeaderSettings(frame_option="SAMEORIGIN", cors=cors)
            )
        },
    )
    own = graph.only(HEADERS, "site-headers-api")
    assert ordered(graph, "/api/*")["responseHeadersPolicyId"] == own.id
    assert default_of(graph)["responseHeadersPolicyId"] == graph.only(HEADERS, "site-headers").id
    assert own.inputs["securityHeadersConfig"]["frameOptions"] == {"frameOption": "SAMEORIGIN", "override": True}
    assert own.inputs["corsConfig"] == {
        "accessControlAllowOrigins": {"items": ["https://app.example.com"]},
        "accessControlAllowMethods": {"items": ["GET", "POST"]},
        "accessControlAllowHeaders": {"items": ["*"]},
        "accessControlAllowCredentials": False,
        "accessControlMaxAgeSec": 600,
        "originOverride": True,
    }


def test_pages_of_a_single_page_application_are_its_document() -> None:
    graph = graph_of(
        BehaviorSettings(origin="S3Origin", cache_seconds=60, methods="read", single_page=True),
        default_root_object="index.html",
    )
    function = graph.only("aws:cloudfront/function:Function", "site-single-page-default")
    assert (function.inputs["runtime"], function.inputs["publish"]) == ("cloudfront-js-2.0", True)
    assert "request.uri = '/index.html'" in function.inputs["code"]
    (file,) = re.findall(r"var FILE = /(.+)/;", function.inputs["code"])
    assert "if (!FILE.test(request.uri))" in function.inputs["code"]
    for path in ("/", "/notes", "/notes/v1.2", "/docs/readme.md", "/release-1.0/notes", "/a.js/notes"):
        assert not re.search(file, path)
    for path in ("/index.html", "/favicon.ico", "/assets/index-4f2.js", "/manifest.webmanifest", "/img/a.b.png"):
        assert re.search(file, path)
    associated = [{"eventType": "viewer-request", "functionArn": function.outputs["arn"]}]
    assert default_of(graph)["functionAssociations"] == associated
    # Errors stay errors: what the firewall or another origin refuses must not look like a page.
    assert all("responseCode" not in e for e in graph.only(DISTRIBUTION).inputs["customErrorResponses"])


def test_a_single_page_needs_a_bucket() -> None:
    with pytest.raises(Exception, match="a single page is served from a bucket, and web is none"):
        graph_of(BehaviorSettings(origin="web", single_page=True))


def test_signed_answers_need_a_signature_by_a_key_of_the_settings() -> None:
    signed = BehaviorSettings(origin="S3Origin", cache_seconds=60, signed=True)
    graph = graph_of(signed, signers={"new": PEM, "old": PEM}, default_root_object="index.html")
    keys = graph.of_type("aws:cloudfront/publicKey:PublicKey")
    assert [k.name for k in keys] == ["site-signer-new", "site-signer-old"]
    assert {k.inputs["encodedKey"] for k in keys} == {PEM + "\n"}
    group = graph.only("aws:cloudfront/keyGroup:KeyGroup")
    assert group.inputs["items"] == [k.id for k in keys]
    assert default_of(graph)["trustedKeyGroups"] == [group.id]
    assert not record_once(site).of_type("aws:cloudfront/keyGroup:KeyGroup")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cookies": ("session",), "cache_seconds": 60}, "only cacheKey viewer"),
        ({"cache_key": "viewer", "methods": "read"}, "nothing is kept"),
        ({"cache_key": "viewer", "cache_seconds": 60}, "without their headers"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        BehaviorSettings.model_validate({"origin": "web", **given}, by_name=True)


@pytest.mark.parametrize(
    "signers", [{}, {"new": "MIIB"}, {"new": PEM.replace("PUBLIC", "PRIVATE")}, {"new": PEM.replace("\n", "")}]
)
def test_signed_answers_need_a_public_key(signers: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="signers"):
        CdnSettings(default=BehaviorSettings(origin="web", signed=True), signers=signers)


def test_the_pack_has_nothing_against_it() -> None:
    violations, _ = verdict(record_once(site), exemptions=())
    assert [v for v in violations if "cloudfront" in v.rule.id or "::files" in v.urn] == []


def test_nothing_hangs_on_computed_outputs() -> None:
    assert unequal_when_unknown(site) == []
