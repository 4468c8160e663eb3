"""CloudFront distributions: which origins they trust, and what they cache and tell browsers."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from policy.model import Block, Finding, Graph, Level, Resource, RuleConfig, Severity, known, rule, stack_rule
from policy.rules.cloudfront import DISTRIBUTION, behaviors

ORIGIN_ACCESS_CONTROL = "aws:cloudfront/originAccessControl:OriginAccessControl"
RESPONSE_HEADERS_POLICY = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
CACHE_POLICY = "aws:cloudfront/cachePolicy:CachePolicy"
ORIGIN_REQUEST_POLICY = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy"
BUCKET = "aws:s3/bucket:Bucket"
_LINK = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
# Managed policies that cache and keep cookies and Authorization out of the cache key (CachingOptimized, the one for
# uncompressed objects): using-managed-cache-policies.html. Managed policies that pass both on to the origin
# (AllViewer, AllViewerExceptHostHeader, AllViewerAndCloudFrontHeaders-2022-06):
# using-managed-origin-request-policies.html.
_KEYLESS_CACHES = ("658327ea-f89d-4fab-a63d-7e88639e58f6", "b2884449-e4de-46a7-ac36-70bc7f1ddd6d")
_FORWARDS_ALL = (
    "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc",
)
_KEY = "parametersInCacheKeyAndForwardedToOrigin"


class HstsAge(RuleConfig):
    """How long browsers keep to HTTPS."""

    minimum_seconds: int = Field(31_536_000, ge=0, description="Least max-age of Strict-Transport-Security in seconds")


def _bucket_name(origin: Block) -> str | None:
    """The bucket behind the name of an S3 origin; None for anything else, website endpoints included."""
    domain = origin.get("domainName")
    if not isinstance(domain, str) or not domain.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return None
    bucket, s3, rest = domain.partition(".s3.")
    return bucket if s3 and rest else None


@rule(
    "cloudfront-origin-access-control",
    title="Distributions sign their requests to buckets and function URLs",
    severity=Severity.HIGH,
    types=[DISTRIBUTION],
    frameworks={
        "FSBP": ("CloudFront.13", "CloudFront.16"),
        "cdk-nag": "AwsSolutions-CFR7",
        "Checkov": "CKV2_AWS_46",
    },
    remedy="Set originAccessControlId of the origin, and drop s3OriginConfig with its origin access identity.",
    link=_LINK + "private-content-restricting-access-to-s3.html",
)
def origin_access_control(distribution: Resource) -> Iterator[Finding]:
    """Unsigned, the origin must be public, and everybody can go past the distribution, its ACL and its logs."""
    for origin in distribution.blocks("origins"):
        function = ".lambda-url." in str(origin.get("domainName"))
        if not function and _bucket_name(origin) is None and not origin.has("s3OriginConfig.originAccessIdentity"):
            continue
        if origin.lacks("originAccessControlId"):
            yield Finding("reaches an origin without signing", origin.path("originAccessControlId"))


@rule(
    "cloudfront-origin-signing",
    title="Origin access controls sign every request",
    severity=Severity.HIGH,
    types=[ORIGIN_ACCESS_CONTROL],
    frameworks={"FSBP": "CloudFront.13"},
    remedy="Set signingBehavior to always.",
    link=_LINK + "private-content-restricting-access-to-s3.html",
)
def origin_signing(control: Resource) -> Iterator[Finding]:
    """With no-override the viewer's own Authorization header goes to the origin in place of the signature."""
    if control.lacks("signingBehavior", "always"):
        yield Finding("does not sign every request", "signingBehavior")


@stack_rule(
    "cloudfront-origin-exists",
    title="Buckets that distributions point to are the stack's own",
    severity=Severity.MEDIUM,
    types=[DISTRIBUTION],
    frameworks={"FSBP": "CloudFront.12"},
    remedy="Take domainName from the bucket (bucketRegionalDomainName) instead of writing it.",
    link=_LINK + "DownloadDistS3AndCustomOrigins.html",
    level=Level.ADVISORY,
)
def origin_exists(distribution: Resource, graph: Graph) -> Iterator[Finding]:
    """A bucket name that is free can be taken by anybody, who then serves pages under the distribution's name."""
    if graph.refers(distribution, "origins", BUCKET) or graph.reads(distribution, "origins"):
        return
    buckets = graph.of(BUCKET)
    if any(bucket.unknown("bucket") and not _names(bucket) for bucket in buckets):
        return
    for origin in distribution.blocks("origins"):
        name = _bucket_name(origin)
        if name is not None and not any(name in _names(bucket) for bucket in buckets):
            yield Finding(f"points to bucket {name}, which this stack does not make", origin.path("domainName"))


def _names(bucket: Resource) -> set[str]:
    given = [source.get("bucket") for source in (bucket.inputs, bucket.outputs)]
    return {name for name in given if isinstance(name, str)}


@rule(
    "cloudfront-default-root-object",
    title="Distributions over a bucket have a default root object",
    severity=Severity.MEDIUM,
    types=[DISTRIBUTION],
    frameworks={"FSBP": "CloudFront.1", "Checkov": "CKV_AWS_305"},
    remedy="Set defaultRootObject, such as index.html.",
    link=_LINK + "DefaultRootObject.html",
)
def default_root_object(distribution: Resource) -> Iterator[Finding]:
    """Asked for nothing, a bucket that grants listing answers with the names of all its objects."""
    target = distribution.get("defaultCacheBehavior.targetOriginId")
    if not known(target) or distribution.has("defaultRootObject") or distribution.unknown("defaultRootObject"):
        return
    members = [
        member.get("originId")
        for group in distribution.blocks("originGroups")
        if group.has("originId", target)
        for member in group.blocks("members")
    ]
    for origin in distribution.blocks("origins"):
        if _bucket_name(origin) is not None and origin.has("originId", target, *filter(known, members)):
            yield Finding("asks the bucket for its list of objects", "defaultRootObject")


@rule(
    "cloudfront-response-headers",
    title="Every cache behavior sets security headers",
    severity=Severity.LOW,
    types=[DISTRIBUTION],
    frameworks={"Checkov": "CKV2_AWS_32"},
    remedy="Set responseHeadersPolicyId of the behavior to a policy with securityHeadersConfig.",
    link=_LINK + "adding-response-headers.html",
    level=Level.ADVISORY,
)
def response_headers(distribution: Resource) -> Iterator[Finding]:
    """Browsers protect a page from sniffing, framing and downgrade only when its headers say so."""
    for behavior in behaviors(distribution):
        if behavior.lacks("responseHeadersPolicyId"):
            yield Finding("answers without security headers", behavior.path("responseHeadersPolicyId"))


@rule(
    "cloudfront-hsts",
    title="Response headers policies keep browsers on HTTPS",
    severity=Severity.MEDIUM,
    types=[RESPONSE_HEADERS_POLICY],
    frameworks={"Checkov": "CKV_AWS_259"},
    remedy="Set securityHeadersConfig.strictTransportSecurity with a year or more, includeSubdomains and override.",
    link=_LINK + "understanding-response-headers-policies.html",
    config=HstsAge,
)
def hsts(policy: Resource, config: HstsAge) -> Iterator[Finding]:
    """The first request of a visit goes over plain HTTP otherwise, and can be kept there."""
    path = "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec"
    if policy.below(path, config.minimum_seconds, default=0):
        yield Finding("lets browsers come back without TLS", path)


@rule(
    "cloudfront-framing",
    title="Response headers policies say who may frame the pages",
    severity=Severity.LOW,
    types=[RESPONSE_HEADERS_POLICY],
    frameworks={"Well-Architected": "SEC05-BP03"},
    remedy="Set securityHeadersConfig.contentSecurityPolicy with frame-ancestors, or frameOptions DENY.",
    link=_LINK + "understanding-response-headers-policies.html",
    level=Level.ADVISORY,
)
def framing(policy: Resource) -> Iterator[Finding]:
    """A page in somebody else's invisible frame takes clicks that were meant for another."""
    text = policy.get("securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy", "")
    framed = known(text) and "frame-ancestors" not in str(text)
    if framed and policy.lacks("securityHeadersConfig.frameOptions.frameOption"):
        yield Finding("lets every page frame its own", "securityHeadersConfig")


@stack_rule(
    "cloudfront-cache-key",
    title="What is cached was not asked for with a cookie or credential outside the cache key",
    severity=Severity.HIGH,
    types=[DISTRIBUTION],
    frameworks={"Well-Architected": "SEC08-BP04"},
    remedy="Use the CachingDisabled policy, put the cookie or Authorization into the cache key, or do not forward it.",
    link=_LINK + "understanding-the-cache-key.html",
)
def cache_key(distribution: Resource, graph: Graph) -> Iterator[Finding]:
    """The answer to one user's session is kept under a key that the next user has too."""
    for behavior in behaviors(distribution):
        requests = _policies(distribution, behavior, graph, ORIGIN_REQUEST_POLICY)
        keys = _policies(distribution, behavior, graph, CACHE_POLICY)
        if _cookies_outside(behavior, requests, keys):
            yield Finding("caches answers that depend on cookies", behavior.path("cachePolicyId"))
        if _forwards_credentials(behavior, requests) and _ignores_credentials(behavior, keys):
            yield Finding("caches answers that depend on credentials", behavior.path("cachePolicyId"))


def _policies(distribution: Resource, behavior: Block, graph: Graph, token: str) -> list[Resource]:
    """The policy of the stack that the behavior names; none where several could be meant."""
    key = "cachePolicyId" if token == CACHE_POLICY else "originRequestPolicyId"
    if behavior.lacks(key):
        return []
    # Dependencies are recorded for all behaviors together: a known id decides which of them names the policy.
    found = graph.refers(distribution, behavior.at.partition("[")[0], token)
    found = [policy for policy in found if behavior.unknown(key) or behavior.has(key, policy.outputs.get("id"))]
    return found if len(found) == 1 else []


@dataclass(frozen=True, slots=True)
class _Cookies:
    """These cookies, or all but these."""

    names: frozenset[str]
    all_but: bool = False

    def beyond(self, other: "_Cookies") -> bool:
        """Whether some of them are not among the other ones."""
        if self.all_but:
            return not other.all_but or bool(other.names - self.names)
        return bool(self.names & other.names if other.all_but else self.names - other.names)


_ALL, _NONE = _Cookies(frozenset(), all_but=True), _Cookies(frozenset())


def _cookies(policy: Resource, path: str) -> _Cookies | None:
    """What a policy passes on, or makes part of the key; None where it is not known."""
    behavior, items = policy.get(f"{path}.cookieBehavior", "none"), f"{path}.cookies.items"
    if not known(behavior) or policy.partly_unknown(items):
        return None
    named = frozenset(map(str, policy.list(items)))
    return {
        "all": _ALL,
        "none": _NONE,
        "whitelist": _Cookies(named),
        "allExcept": _Cookies(named, all_but=True),
    }.get(str(behavior))


def _cookies_outside(behavior: Block, requests: list[Resource], keys: list[Resource]) -> bool:
    """Whether the origin is sent a cookie by which the cache does not tell answers apart."""
    forwarded = [_ALL] if behavior.has("originRequestPolicyId", *_FORWARDS_ALL) else []
    forwarded += [found for policy in requests if (found := _cookies(policy, "cookiesConfig")) is not None]
    kept = [_NONE] if behavior.has("cachePolicyId", *_KEYLESS_CACHES) else []
    kept += [
        found
        for policy in keys
        if not policy.has("maxTtl", 0) and (found := _cookies(policy, f"{_KEY}.cookiesConfig")) is not None
    ]
    return any(sent.beyond(key) for sent in forwarded for key in kept)


def _forwards_credentials(behavior: Block, policies: list[Resource]) -> bool:
    whole = ("allViewer", "allViewerAndWhitelistCloudFront", "allExcept")
    return behavior.has("originRequestPolicyId", *_FORWARDS_ALL) or any(
        policy.has("headersConfig.headerBehavior", *whole) for policy in policies
    )


def _ignores_credentials(behavior: Block, policies: list[Resource]) -> bool:
    if behavior.has("cachePolicyId", *_KEYLESS_CACHES):
        return True
    headers = f"{_KEY}.headersConfig.headers.items"
    return any(
        not policy.has("maxTtl", 0)
        and not policy.partly_unknown(headers)
        and "authorization" not in [str(name).lower() for name in policy.list(headers)]
        for policy in policies
    )
