"""Load balancers and CloudFront."""

from policy.model import UNKNOWN
from policy.rules import cloudfront, elb
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

HTTPS = resource(elb.LISTENER, "https", protocol="HTTPS", sslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")
REDIRECT = resource(
    elb.LISTENER, "http", protocol="HTTP", defaultActions=[{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]
)
BALANCER = resource(
    elb.LOAD_BALANCER,
    "balancer",
    loadBalancerType="application",
    dropInvalidHeaderFields=True,
    accessLogs={"bucket": "logs", "enabled": True},
    enableDeletionProtection=True,
)
CDN = resource(
    cloudfront.DISTRIBUTION,
    "cdn",
    defaultCacheBehavior={"viewerProtocolPolicy": "redirect-to-https"},
    orderedCacheBehaviors=[{"viewerProtocolPolicy": "https-only"}],
    viewerCertificate={"acmCertificateArn": "arn:aws:acm", "minimumProtocolVersion": "TLSv1.2_2021"},
    origins=[{"customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}}],
    webAclId="arn:aws:wafv2",
    loggingConfig={"bucket": "logs"},
)
BARE = resource(cloudfront.DISTRIBUTION, "bare")
DELIVERY = resource(cloudfront.DELIVERY_SOURCE, "delivery", refers={"resourceArn": BARE}, resourceArn=UNKNOWN)
CASES = [
    Case(
        "elb-listener-tls",
        [REDIRECT],
        [Set("defaultActions[0].type", "forward"), Set("defaultActions[0].redirect.protocol", "HTTP")],
    ),
    Case("elb-tls-policy", [HTTPS], [Set("sslPolicy", "ELBSecurityPolicy-TLS13-1-1-2021-06"), Set("sslPolicy")]),
    Case(
        "elb-drop-invalid-headers", [BALANCER], [Set("dropInvalidHeaderFields", False), Set("dropInvalidHeaderFields")]
    ),
    Case("elb-access-logs", [BALANCER], [Set("accessLogs.enabled", False), Set("accessLogs")]),
    Case(
        "elb-deletion-protection", [BALANCER], [Set("enableDeletionProtection"), Set("enableDeletionProtection", False)]
    ),
    Case(
        "cloudfront-viewer-https",
        [CDN],
        [
            Set("defaultCacheBehavior.viewerProtocolPolicy", "allow-all"),
            Set("orderedCacheBehaviors[0].viewerProtocolPolicy", "allow-all"),
        ],
    ),
    Case(
        "cloudfront-tls-version",
        [CDN],
        [
            Set("viewerCertificate.minimumProtocolVersion", "TLSv1.1_2016"),
            Set("viewerCertificate.minimumProtocolVersion"),
            Set("viewerCertificate.cloudfrontDefaultCertificate", True),
        ],
    ),
    Case(
        "cloudfront-origin-tls",
        [CDN],
        [
            Set("origins[0].customOriginConfig.originProtocolPolicy", "match-viewer"),
            Set("origins[0].customOriginConfig.originSslProtocols", ["TLSv1.2", "TLSv1.1"]),
        ],
    ),
    Case("cloudfront-waf", [CDN], [Set("webAclId"), Set("webAclId", "")]),
    Case("cloudfront-access-logs", [CDN], [Set("loggingConfig")]),
    Case("cloudfront-access-logs", [BARE, DELIVERY], [Without("delivery", "resourceArn")]),
]


def test_network_balancers_have_no_headers_to_drop() -> None:
    assert check("elb-drop-invalid-headers", resource(elb.LOAD_BALANCER, loadBalancerType="network")) == []


def test_old_names_of_the_types_are_judged_too() -> None:
    assert check("elb-tls-policy", resource("aws:alb/listener:Listener", "old", protocol="HTTPS"))


def test_bucket_origins_have_no_custom_configuration() -> None:
    origin = {"domainName": "b.s3.amazonaws.com", "originAccessControlId": "E1"}
    assert check("cloudfront-origin-tls", resource(cloudfront.DISTRIBUTION, origins=[origin])) == []
