"""Application and network load balancers."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, known, rule

LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
_LINK = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
# Families of predefined policies that refuse TLS 1.0 and 1.1: describe-ssl-policies.html. The names with 1-0 or 1-1
# in them admit the older versions again.
_STRONG = (
    "ELBSecurityPolicy-TLS13-1-2",
    "ELBSecurityPolicy-TLS13-1-3",
    "ELBSecurityPolicy-TLS-1-2",
    "ELBSecurityPolicy-FS-1-2",
)


@rule(
    "elb-listener-tls",
    title="HTTP listeners only redirect to HTTPS",
    severity=Severity.HIGH,
    types=[LISTENER],
    frameworks={
        "FSBP": ("ELB.1", "ELB.18"),
        "Checkov": ("CKV_AWS_2", "CKV2_AWS_20"),
    },
    remedy="Make the listener HTTPS with a certificate, or its default action a redirect to HTTPS.",
    link=_LINK + "create-https-listener.html",
)
def listener_tls(listener: Resource) -> Iterator[Finding]:
    """What is forwarded from plain HTTP was readable on the way, cookies included."""
    if not listener.has("protocol", "HTTP"):
        return
    for action in listener.blocks("defaultActions"):
        redirects = action.has("type", "redirect") and not action.lacks("redirect.protocol", "HTTPS")
        if known(action.get("type")) and not redirects and not action.has("type", "fixed-response"):
            yield Finding("serves plain HTTP", action.path("type"))


@rule(
    "elb-tls-policy",
    title="HTTPS and TLS listeners refuse TLS below 1.2",
    severity=Severity.MEDIUM,
    types=[LISTENER],
    frameworks={"FSBP": "ELB.17", "Checkov": "CKV_AWS_103"},
    remedy="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-2021-06 or a stricter one.",
    link=_LINK + "describe-ssl-policies.html",
    mends=["sslPolicy"],
)
def tls_policy(listener: Resource) -> Iterator[Finding]:
    """The policy a listener gets when none is named still speaks TLS 1.0."""
    policy = listener.get("sslPolicy", "")
    if listener.has("protocol", "HTTPS", "TLS") and known(policy) and not str(policy).startswith(_STRONG):
        message = f"accepts old TLS versions with {policy or 'the default policy'}"
        yield Finding(message, "sslPolicy", mend="ELBSecurityPolicy-TLS13-1-2-2021-06")


@rule(
    "elb-drop-invalid-headers",
    title="Application load balancers drop invalid headers",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER],
    frameworks={"FSBP": "ELB.4", "Checkov": "CKV_AWS_131"},
    remedy="Set dropInvalidHeaderFields.",
    link=_LINK + "application-load-balancers.html",
)
def drop_invalid_headers(balancer: Resource) -> Iterator[Finding]:
    """Malformed headers that balancer and application read differently are how requests are smuggled."""
    application = balancer.has("loadBalancerType", "application") or balancer.lacks("loadBalancerType")
    if application and balancer.lacks("dropInvalidHeaderFields", True):
        yield Finding("passes invalid headers on", "dropInvalidHeaderFields")


@rule(
    "elb-access-logs",
    title="Load balancers write access logs",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER],
    frameworks={
        "FSBP": "ELB.5",
        "CIS": "4.10",
        "cdk-nag": "AwsSolutions-ELB2",
        "Checkov": "CKV_AWS_91",
    },
    remedy="Set accessLogs with a bucket and enabled.",
    link=_LINK + "load-balancer-access-logs.html",
    level=Level.MANDATORY_IN_PROD,
)
def access_logs(balancer: Resource) -> Iterator[Finding]:
    """Only the access log tells afterwards who asked for what."""
    if balancer.has("loadBalancerType", "gateway"):
        return
    if balancer.lacks("accessLogs.enabled", True):
        yield Finding("writes no access log", "accessLogs.enabled")


@rule(
    "elb-deletion-protection",
    title="Load balancers are protected from deletion",
    severity=Severity.MEDIUM,
    types=[LOAD_BALANCER],
    frameworks={"FSBP": "ELB.6", "Checkov": "CKV_AWS_150"},
    remedy="Set enableDeletionProtection.",
    link=_LINK + "application-load-balancers.html",
    level=Level.MANDATORY_IN_PROD,
)
def deletion_protection(balancer: Resource) -> Iterator[Finding]:
    """A new balancer has a new address; every client feels its loss."""
    if balancer.lacks("enableDeletionProtection", True):
        yield Finding("can be deleted in one call", "enableDeletionProtection")
