"""Load balancers: whom they face, what stands before them and behind them."""

from collections.abc import Iterator

from policy.exposure import behind_cloudfront
from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule, wholly_known
from policy.rules.elb import LOAD_BALANCER

TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"
CLASSIC = "aws:elb/loadBalancer:LoadBalancer"
WEB_ACL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_LINK = "https://docs.aws.amazon.com/elasticloadbalancing/latest/"


def _application(balancer: Resource) -> bool:
    return balancer.has("loadBalancerType", "application") or balancer.lacks("loadBalancerType")


@rule(
    "elb-scheme-stated",
    title="Load balancers say whether they face the internet",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER, CLASSIC],
    frameworks={"Well-Architected": "SEC05-BP01"},
    remedy="Set internal to true, or to false where the balancer is meant for the internet.",
    link=_LINK + "userguide/how-elastic-load-balancing-works.html",
)
def scheme_stated(balancer: Resource) -> Iterator[Finding]:
    """What is left out means internet-facing, which should be somebody's decision."""
    gateway = balancer.has("loadBalancerType", "gateway")
    if not gateway and balancer.lacks("internal", True, False):
        yield Finding("faces the internet by default", "internal")


@rule(
    "elb-desync",
    title="Application load balancers stop ambiguous requests",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER],
    frameworks={"FSBP": "ELB.12", "Checkov": "CKV_AWS_328"},
    remedy="Set desyncMitigationMode to defensive or strictest.",
    link=_LINK + "application/application-load-balancers.html",
)
def desync(balancer: Resource) -> Iterator[Finding]:
    """Requests that balancer and application delimit differently are smuggled past every rule before them."""
    if _application(balancer) and balancer.has("desyncMitigationMode", "monitor"):
        yield Finding("passes ambiguous requests on", "desyncMitigationMode")


@rule(
    "elb-zones",
    title="Load balancers stand in two zones or more",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER],
    frameworks={"FSBP": "ELB.13"},
    remedy="Name a subnet in each of two zones or more.",
    link=_LINK + "application/application-load-balancers.html",
    level=Level.MANDATORY_IN_PROD,
)
def zones(balancer: Resource) -> Iterator[Finding]:
    """With one zone the loss of that zone is the loss of the service."""
    for path in ("subnets", "subnetMappings"):
        subnets = balancer.get(path)
        if isinstance(subnets, list) and len(subnets) == 1:
            yield Finding("stands in one zone", path)


@stack_rule(
    "elb-waf",
    title="Public application load balancers stand behind a web ACL",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER],
    frameworks={"Security Hub": "ELB.16", "Checkov": "CKV2_AWS_28"},
    remedy="Add a WebAclAssociation with a web ACL of scope REGIONAL, or serve the balancer through CloudFront.",
    link="https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html",
)
def behind_waf(balancer: Resource, graph: Graph) -> Iterator[Finding]:
    """Rate limits and managed rules belong before the first thing that the internet reaches."""
    if not _application(balancer) or balancer.unknown("internal") or balancer.has("internal", True):
        return
    if not graph.may_have(balancer, WEB_ACL_ASSOCIATION, by="resourceArn") and not behind_cloudfront(balancer, graph):
        yield Finding("has no web ACL before it")


@rule(
    "elb-target-health",
    title="Target groups ask their targets for a page of their own",
    severity=Severity.LOW,
    types=[TARGET_GROUP],
    frameworks={"Checkov": "CKV_AWS_261", "Well-Architected": "REL11-BP01"},
    remedy="Set healthCheck.path to what the application answers when it can work.",
    link=_LINK + "application/target-group-health-checks.html",
    level=Level.ADVISORY,
)
def target_health(group: Resource) -> Iterator[Finding]:
    """The front page often answers while what it needs is gone, and requests go on to a target that fails them."""
    if not group.has("protocol", "HTTP", "HTTPS"):
        return
    if group.has("healthCheck.enabled", False) or group.lacks("healthCheck"):
        yield Finding("does not say how it knows healthy targets", "healthCheck")
    elif wholly_known(group.get("healthCheck")) and group.lacks("healthCheck.path"):
        yield Finding("asks its targets for the front page", "healthCheck.path")


@rule(
    "elb-classic-tls",
    title="Classic load balancers speak HTTPS or TLS only",
    severity=Severity.HIGH,
    types=[CLASSIC],
    frameworks={
        "FSBP": ("ELB.2", "ELB.3"),
        "cdk-nag": ("AwsSolutions-ELB1", "AwsSolutions-ELB5"),
        "Checkov": ("CKV_AWS_127", "CKV_AWS_376"),
    },
    remedy="Replace it by an application or network load balancer; at the least, set lbProtocol to https or ssl.",
    link=_LINK + "classic/elb-create-https-ssl-load-balancer.html",
)
def classic_tls(balancer: Resource) -> Iterator[Finding]:
    """A listener in the clear shows sessions to everybody on the way."""
    for listener in balancer.blocks("listeners"):
        if listener.lacks("lbProtocol", "https", "ssl", "HTTPS", "SSL"):
            yield Finding("listens without TLS", listener.path("lbProtocol"))
