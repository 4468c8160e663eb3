"""CloudFront distributions."""

from collections.abc import Iterator

from policy.model import Block, Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
DELIVERY_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
_LINK = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"


def behaviors(distribution: Resource) -> Iterator[Block]:
    """The default cache behavior and the ordered ones."""
    yield from distribution.blocks("defaultCacheBehavior")
    yield from distribution.blocks("orderedCacheBehaviors")


@rule(
    "cloudfront-viewer-https",
    title="Viewers reach distributions by HTTPS only",
    severity=Severity.HIGH,
    types=[DISTRIBUTION],
    frameworks={"FSBP": "CloudFront.3", "Checkov": "CKV_AWS_34"},
    remedy="Set viewerProtocolPolicy to redirect-to-https or https-only in every cache behavior.",
    link=_LINK + "using-https-viewers-to-cloudfront.html",
)
def viewer_https(distribution: Resource) -> Iterator[Finding]:
    """One behavior that allows HTTP is enough to read sessions on the way."""
    for behavior in behaviors(distribution):
        if behavior.lacks("viewerProtocolPolicy", "redirect-to-https", "https-only"):
            yield Finding("answers viewers without TLS", behavior.path("viewerProtocolPolicy"))


@rule(
    "cloudfront-tls-version",
    title="Viewers need TLS 1.2",
    severity=Severity.MEDIUM,
    types=[DISTRIBUTION],
    frameworks={
        "FSBP": ("CloudFront.7", "CloudFront.15"),
        "cdk-nag": "AwsSolutions-CFR4",
        "Checkov": "CKV_AWS_174",
    },
    remedy="Use an ACM certificate and set viewerCertificate.minimumProtocolVersion to TLSv1.2_2021 or later.",
    link=_LINK + "secure-connections-supported-viewer-protocols-ciphers.html",
    mends=["viewerCertificate.minimumProtocolVersion"],
)
def tls_version(distribution: Resource) -> Iterator[Finding]:
    """With CloudFront's own certificate the floor is TLS 1.0, whatever is set."""
    path = "viewerCertificate.minimumProtocolVersion"
    if distribution.has("viewerCertificate.cloudfrontDefaultCertificate", True):
        yield Finding("uses CloudFront's own certificate", "viewerCertificate.cloudfrontDefaultCertificate")
        return
    version = distribution.get(path, "")
    if known(version) and not str(version).startswith(("TLSv1.2", "TLSv1.3")):
        # A certificate of one's own is what makes a floor hold; which one it is need not be known yet.
        keys = ("acmCertificateArn", "iamCertificateId")
        own = any(not distribution.lacks(f"viewerCertificate.{key}") for key in keys)
        yield Finding("accepts viewers with TLS below 1.2", path, mend="TLSv1.2_2021" if own else None)


@rule(
    "cloudfront-origin-tls",
    title="Distributions reach custom origins by TLS 1.2",
    severity=Severity.HIGH,
    types=[DISTRIBUTION],
    frameworks={
        "FSBP": ("CloudFront.9", "CloudFront.10"),
        "cdk-nag": "AwsSolutions-CFR5",
        "Checkov": "CKV2_AWS_72",
    },
    remedy="Set customOriginConfig.originProtocolPolicy to https-only and originSslProtocols to TLSv1.2.",
    link=_LINK + "using-https-cloudfront-to-custom-origin.html",
)
def origin_tls(distribution: Resource) -> Iterator[Finding]:
    """HTTPS at the edge says nothing about the way from there to the origin."""
    for origin in distribution.blocks("origins"):
        if origin.lacks("customOriginConfig") or origin.unknown("customOriginConfig"):
            continue
        policy = "customOriginConfig.originProtocolPolicy"
        if origin.lacks(policy, "https-only"):
            yield Finding("may reach its origin without TLS", origin.path(policy))
        protocols = "customOriginConfig.originSslProtocols"
        if origin.contains(protocols, "SSLv3", "TLSv1", "TLSv1.1"):
            yield Finding("offers its origin old TLS versions", origin.path(protocols))


@rule(
    "cloudfront-waf",
    title="Distributions stand behind a web ACL",
    severity=Severity.MEDIUM,
    types=[DISTRIBUTION],
    frameworks={
        "FSBP": "CloudFront.6",
        "cdk-nag": "AwsSolutions-CFR2",
        "Checkov": "CKV_AWS_68",
    },
    remedy="Set webAclId to the ARN of a WAFv2 web ACL of scope CLOUDFRONT.",
    link=_LINK + "distribution-web-awswaf.html",
)
def behind_waf(distribution: Resource) -> Iterator[Finding]:
    """Rate limits and managed rules stop the common attacks at the edge."""
    if distribution.lacks("webAclId"):
        yield Finding("has no web ACL", "webAclId")


@stack_rule(
    "cloudfront-access-logs",
    title="Distributions write access logs",
    severity=Severity.MEDIUM,
    types=[DISTRIBUTION],
    frameworks={
        "FSBP": "CloudFront.5",
        "CIS": "4.10",
        "cdk-nag": "AwsSolutions-CFR3",
        "Checkov": "CKV_AWS_86",
    },
    remedy="Deliver standard logs (v2) with a LogDeliverySource for the distribution, or set loggingConfig.",
    link=_LINK + "AccessLogs.html",
    level=Level.MANDATORY_IN_PROD,
)
def access_logs(distribution: Resource, graph: Graph) -> Iterator[Finding]:
    """Only the access log tells afterwards who asked for what. Version 2 is set up outside the distribution."""
    delivered = graph.companions(distribution, DELIVERY_SOURCE, by="resourceArn")
    if distribution.lacks("loggingConfig") and not delivered and not graph.unresolved(DELIVERY_SOURCE, "resourceArn"):
        yield Finding("writes no access log", "loggingConfig")
