from typing import Any

import pytest

from policy.model import UNKNOWN, Resource
from policy.rules import cloudfront_origins as origins
from policy.rules.cloudfront import DISTRIBUTION
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
BUCKET = resource(origins.BUCKET, "site", bucket="site-pages")


def distribution(**changes: Any) -> Resource:
    inputs: dict[str, Any] = {
        "defaultRootObject": "index.html",
        "origins": [
            {
                "originId": "site",
                "domainName": "site-pages.s3.eu-central-1.amazonaws.com",
                "originAccessControlId": UNKNOWN,
            }
        ],
        "defaultCacheBehavior": {"targetOriginId": "site", "responseHeadersPolicyId": "headers"},
        "orderedCacheBehaviors": [
            {
                "targetOriginId": "api",
                "responseHeadersPolicyId": "headers",
                "cachePolicyId": CACHING_DISABLED,
                "originRequestPolicyId": ALL_VIEWER,
            }
        ],
    }
    return resource(DISTRIBUTION, "cdn", **inputs | changes)


CONTROL = resource(origins.ORIGIN_ACCESS_CONTROL, "control", signingBehavior="always", signingProtocol="sigv4")
HEADERS = resource(
    origins.RESPONSE_HEADERS_POLICY,
    "headers",
    securityHeadersConfig={
        "strictTransportSecurity": {"accessControlMaxAgeSec": 63_072_000, "override": True},
        "frameOptions": {"frameOption": "DENY", "override": True},
    },
)
CACHE = resource(
    origins.CACHE_POLICY,
    "cache",
    parametersInCacheKeyAndForwardedToOrigin={
        "cookiesConfig": {"cookieBehavior": "whitelist", "cookies": {"items": ["session"]}},
        "headersConfig": {"headerBehavior": "whitelist", "headers": {"items": ["Authorization"]}},
    },
)
REQUEST = resource(
    origins.ORIGIN_REQUEST_POLICY,
    "request",
    cookiesConfig={"cookieBehavior": "whitelist", "cookies": {"items": ["session"]}},
    headersConfig={"headerBehavior": "allViewer"},
)
OWN_POLICIES = resource(
    DISTRIBUTION,
    "own",
    refers={"defaultCacheBehavior": [CACHE, REQUEST]},
    defaultCacheBehavior={"cachePolicyId": UNKNOWN, "originRequestPolicyId": UNKNOWN},
)
_KEY = "parametersInCacheKeyAndForwardedToOrigin"


def named(cookie: str, behavior: str = "whitelist") -> dict[str, Any]:
    return {"cookieBehavior": behavior, "cookies": {"items": [cookie]}}


CASES = [
    Case("cloudfront-origin-access-control", [distribution()], [Set("origins[0].originAccessControlId")]),
    Case(
        "cloudfront-origin-access-control",
        [
            resource(
                DISTRIBUTION,
                "url",
                origins=[{"domainName": "x.lambda-url.eu-central-1.on.aws", "originAccessControlId": "E1"}],
            )
        ],
        [Set("origins[0].originAccessControlId", "")],
    ),
    Case(
        "cloudfront-origin-signing", [CONTROL], [Set("signingBehavior", "no-override"), Set("signingBehavior", "never")]
    ),
    Case("cloudfront-origin-exists", [distribution(), BUCKET], [Without("site", "bucket")]),
    Case("cloudfront-origin-exists", [distribution(), BUCKET], [Set("origins[0].domainName", "gone.s3.amazonaws.com")]),
    Case("cloudfront-default-root-object", [distribution()], [Set("defaultRootObject"), Set("defaultRootObject", "")]),
    Case(
        "cloudfront-response-headers",
        [distribution()],
        [
            Set("defaultCacheBehavior.responseHeadersPolicyId"),
            Set("orderedCacheBehaviors[0].responseHeadersPolicyId"),
        ],
    ),
    Case(
        "cloudfront-hsts",
        [HEADERS],
        [
            Set("securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", 3600),
            Set("securityHeadersConfig.strictTransportSecurity"),
            Set("securityHeadersConfig"),
        ],
    ),
    Case("cloudfront-framing", [HEADERS], [Set("securityHeadersConfig.frameOptions"), Set("securityHeadersConfig")]),
    Case("cloudfront-cache-key", [distribution()], [Set("orderedCacheBehaviors[0].cachePolicyId", CACHING_OPTIMIZED)]),
    Case(
        "cloudfront-cache-key",
        [OWN_POLICIES, CACHE, REQUEST],
        [
            Set(f"{_KEY}.cookiesConfig.cookieBehavior", "none", on="cache"),
            Set("cookiesConfig.cookieBehavior", "all", on="request"),
            Set(f"{_KEY}.cookiesConfig", named("csrf"), on="cache"),
            Set(f"{_KEY}.cookiesConfig", named("session", "allExcept"), on="cache"),
            Set(f"{_KEY}.headersConfig.headers.items", ["Origin"], on="cache"),
        ],
    ),
]


@pytest.mark.parametrize(
    "domain",
    ["balancer.example.com", "site.s3-website.eu-central-1.amazonaws.com", "x.execute-api.eu-central-1.amazonaws.com"],
)
def test_origins_that_cannot_be_signed_for(domain: str) -> None:
    plain = resource(DISTRIBUTION, "cdn", origins=[{"domainName": domain}])
    assert check("cloudfront-origin-access-control", plain) == []
    assert check("cloudfront-origin-exists", plain) == []


def test_an_origin_access_identity_is_not_enough() -> None:
    old = [{"domainName": UNKNOWN, "s3OriginConfig": {"originAccessIdentity": "origin-access-identity/cloudfront/E1"}}]
    assert check("cloudfront-origin-access-control", resource(DISTRIBUTION, "cdn", origins=old)) == [
        "cdn: reaches an origin without signing (origins[0].originAccessControlId)"
    ]


def test_a_bucket_that_the_name_was_taken_from_exists() -> None:
    other = resource(origins.BUCKET, "other")
    named = resource(
        DISTRIBUTION, "cdn", refers={"origins": other}, origins=[{"domainName": "o.s3.eu-central-1.amazonaws.com"}]
    )
    assert check("cloudfront-origin-exists", named, other) == []
    assert check("cloudfront-origin-exists", named) == []  # as of a bucket that the program only reads


def test_a_bucket_within_a_group_of_origins_is_asked_for_its_list_as_well() -> None:
    group = {"originId": "either", "members": [{"originId": "site"}, {"originId": "copy"}]}
    asked = {"defaultCacheBehavior": {"targetOriginId": "either"}, "defaultRootObject": None}
    assert check("cloudfront-default-root-object", distribution(originGroups=[group], **asked)) == [
        "cdn: asks the bucket for its list of objects (defaultRootObject)"
    ]
    assert check("cloudfront-default-root-object", distribution(**asked)) == []


def test_applications_have_no_root_object() -> None:
    behavior = {"targetOriginId": "api"}
    assert (
        check("cloudfront-default-root-object", distribution(defaultRootObject=None, defaultCacheBehavior=behavior))
        == []
    )


def test_a_content_security_policy_may_forbid_frames() -> None:
    text = {"contentSecurityPolicy": {"contentSecurityPolicy": "frame-ancestors 'none'"}}
    policy = resource(origins.RESPONSE_HEADERS_POLICY, "csp", securityHeadersConfig=text)
    assert check("cloudfront-framing", policy) == []


def test_what_is_cached_says_both_what_is_forwarded_and_what_is_no_key() -> None:
    behavior = {"cachePolicyId": CACHING_OPTIMIZED, "originRequestPolicyId": ALL_VIEWER}
    assert check("cloudfront-cache-key", resource(DISTRIBUTION, "cdn", defaultCacheBehavior=behavior)) == [
        "cdn: caches answers that depend on cookies (defaultCacheBehavior.cachePolicyId)",
        "cdn: caches answers that depend on credentials (defaultCacheBehavior.cachePolicyId)",
    ]
    static = {"cachePolicyId": CACHING_OPTIMIZED}
    assert check("cloudfront-cache-key", resource(DISTRIBUTION, "cdn", defaultCacheBehavior=static)) == []


def test_a_policy_counts_for_the_behavior_that_names_it() -> None:
    key = {"cookiesConfig": {"cookieBehavior": "none"}}
    keyless = resource(
        origins.CACHE_POLICY, "keyless", outputs={"id": "own"}, parametersInCacheKeyAndForwardedToOrigin=key
    )
    behaviors: list[dict[str, Any]] = [
        {"cachePolicyId": CACHING_DISABLED, "originRequestPolicyId": UNKNOWN},
        {"cachePolicyId": UNKNOWN},
    ]
    refers = {"orderedCacheBehaviors": [keyless, REQUEST]}
    static = resource(DISTRIBUTION, "cdn", refers=refers, orderedCacheBehaviors=behaviors)
    assert check("cloudfront-cache-key", static, keyless, REQUEST) == []
    behaviors[0]["cachePolicyId"] = "own"
    leaking = resource(DISTRIBUTION, "cdn", refers=refers, orderedCacheBehaviors=behaviors)
    assert len(check("cloudfront-cache-key", leaking, keyless, REQUEST)) == 2


@pytest.mark.parametrize(
    ("sent", "key", "outside"),
    [
        (named("session"), named("session"), False),
        (named("session"), named("csrf"), True),
        (named("session"), {"cookieBehavior": "all"}, False),
        ({"cookieBehavior": "all"}, named("session"), True),
        (named("session"), named("csrf", "allExcept"), False),
        (named("session"), named("session", "allExcept"), True),
        (named("tracking", "allExcept"), named("session"), True),
        (named("tracking", "allExcept"), named("tracking", "allExcept"), False),
        (named("tracking", "allExcept"), named("session", "allExcept"), True),
        ({"cookieBehavior": "none"}, {"cookieBehavior": "none"}, False),
        (named("session"), {"cookieBehavior": "whitelist", "cookies": {"items": [UNKNOWN]}}, False),
        ({"cookieBehavior": UNKNOWN}, {"cookieBehavior": "none"}, False),
    ],
)
def test_each_cookie_that_is_sent_is_in_the_key(sent: dict[str, Any], key: dict[str, Any], outside: bool) -> None:
    request = resource(origins.ORIGIN_REQUEST_POLICY, "request", cookiesConfig=sent)
    parts = {"cookiesConfig": key, "headersConfig": {"headers": {"items": ["Authorization"]}}}
    cache = resource(origins.CACHE_POLICY, "cache", parametersInCacheKeyAndForwardedToOrigin=parts)
    cdn = resource(
        DISTRIBUTION,
        "cdn",
        refers={"defaultCacheBehavior": [cache, request]},
        defaultCacheBehavior={"cachePolicyId": UNKNOWN, "originRequestPolicyId": UNKNOWN},
    )
    assert bool(check("cloudfront-cache-key", cdn, cache, request)) is outside
