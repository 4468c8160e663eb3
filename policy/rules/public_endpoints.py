"""Other services that answer the internet: function URLs, Amplify, SES, Global Accelerator."""

from collections.abc import Iterator

from policy.credentials import is_credential
from policy.exposure import ACCELERATOR
from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule

FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"
AMPLIFY_APP = "aws:amplify/app:App"
AMPLIFY_BRANCH = "aws:amplify/branch:Branch"
SES_CONFIGURATION_SET = "aws:ses/configurationSet:ConfigurationSet"
SESV2_CONFIGURATION_SET = "aws:sesv2/configurationSet:ConfigurationSet"
SESV2_IDENTITY = "aws:sesv2/emailIdentity:EmailIdentity"
SES_DOMAIN = "aws:ses/domainIdentity:DomainIdentity"
SES_DKIM = "aws:ses/domainDkim:DomainDkim"


@rule(
    "lambda-url-authorized",
    title="Function URLs ask who is calling",
    severity=Severity.CRITICAL,
    types=[FUNCTION_URL],
    frameworks={"Checkov": "CKV_AWS_258"},
    remedy="Set authorizationType to AWS_IAM, and let CloudFront sign with an origin access control.",
    link="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
)
def function_url_authorized(url: Resource) -> Iterator[Finding]:
    """The address is public and cannot stand behind a web ACL; everybody may run the function and its bill up."""
    if url.has("authorizationType", "NONE"):
        yield Finding("lets everybody call the function", "authorizationType")


@stack_rule(
    "amplify-branch-protected",
    title="Branches of Amplify apps that are not in production ask for a password",
    severity=Severity.LOW,
    types=[AMPLIFY_BRANCH],
    frameworks={"Well-Architected": "SEC05-BP01"},
    remedy="Set enableBasicAuth and basicAuthCredentials of the branch or the app.",
    link="https://docs.aws.amazon.com/amplify/latest/userguide/access-control.html",
    level=Level.ADVISORY,
)
def branch_protected(branch: Resource, graph: Graph) -> Iterator[Finding]:
    """Half-done features and test data stand under an address that certificate logs give away."""
    if not branch.has("stage", "DEVELOPMENT", "BETA", "EXPERIMENTAL", "PULL_REQUEST"):
        return
    covering = [branch, *graph.refers(branch, "appId", AMPLIFY_APP)]
    if all(subject.lacks("enableBasicAuth", True) for subject in covering):
        yield Finding("shows unfinished work to everybody", "enableBasicAuth")


@rule(
    "amplify-no-plain-secrets",
    title="Builds of Amplify apps are given no credentials in clear",
    severity=Severity.HIGH,
    types=[AMPLIFY_APP, AMPLIFY_BRANCH],
    frameworks={"Well-Architected": "SEC02-BP03"},
    remedy="Keep the credential as a secret of the branch, and read it while building.",
    link="https://docs.aws.amazon.com/amplify/latest/userguide/environment-secrets.html",
)
def amplify_plain_secrets(subject: Resource) -> Iterator[Finding]:
    """Variables of a build are read by everybody who may look at the app, and bundlers carry them to the browser."""
    variables = subject.get("environmentVariables", {})
    for name, value in (variables if isinstance(variables, dict) else {}).items():
        if is_credential(name, value):
            yield Finding(f"is given a credential in {name}", f"environmentVariables.{name}")


@rule(
    "ses-tls",
    title="Mail leaves encrypted or not at all",
    severity=Severity.MEDIUM,
    types=[SES_CONFIGURATION_SET, SESV2_CONFIGURATION_SET],
    frameworks={"FSBP": "SES.3", "Checkov": "CKV_AWS_365"},
    remedy="Set deliveryOptions.tlsPolicy to REQUIRE.",
    link="https://docs.aws.amazon.com/ses/latest/dg/security-protocols.html",
)
def ses_tls(configuration: Resource) -> Iterator[Finding]:
    """By default SES sends in the clear when the other side does not offer TLS, or somebody hides that it does."""
    if configuration.lacks("deliveryOptions.tlsPolicy", "REQUIRE", "Require"):
        yield Finding("may send mail in the clear", "deliveryOptions.tlsPolicy")


@stack_rule(
    "ses-dkim",
    title="Mail of own domains is signed with DKIM keys of 2,048 bits",
    severity=Severity.MEDIUM,
    types=[SES_DOMAIN, SESV2_IDENTITY],
    frameworks={"Well-Architected": "SEC09-BP01"},
    remedy="Add a DomainDkim for the domain, or set nextSigningKeyLength of an EmailIdentity to RSA_2048_BIT.",
    link="https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim.html",
)
def ses_dkim(identity: Resource, graph: Graph) -> Iterator[Finding]:
    """Without a signature everybody can write in the domain's name and its own mail ends as spam."""
    path = "dkimSigningAttributes.nextSigningKeyLength"
    if identity.type == SESV2_IDENTITY and identity.has(path, "RSA_1024_BIT"):
        yield Finding("is signed with a short key", path)
    if identity.type == SES_DOMAIN:
        domain = identity.get("domain")
        unsure = not known(domain) and bool(graph.of(SES_DKIM))
        same = [key for key in graph.of(SES_DKIM) if key.unknown("domain") or key.has("domain", domain)]
        if not same and not unsure:
            yield Finding("is not signed with DKIM", "domain")


@rule(
    "globalaccelerator-flow-logs",
    title="Accelerators write flow logs",
    severity=Severity.LOW,
    types=[ACCELERATOR],
    frameworks={"Checkov": "CKV_AWS_75"},
    remedy="Set attributes.flowLogsEnabled with flowLogsS3Bucket and flowLogsS3Prefix.",
    link="https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html",
    level=Level.ADVISORY,
)
def accelerator_flow_logs(accelerator: Resource) -> Iterator[Finding]:
    """Who connected, before the balancers and their logs, is answered by nothing else."""
    if accelerator.lacks("attributes.flowLogsEnabled", True):
        yield Finding("writes no flow log", "attributes.flowLogsEnabled")
