"""What the cluster asks before it admits an object, and the credentials that never end."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule

_GROUP = "kubernetes:admissionregistration.k8s.io/v1"
WEBHOOKS = (
    f"{_GROUP}:ValidatingWebhookConfiguration",
    f"{_GROUP}:MutatingWebhookConfiguration",
)
ADMISSION_POLICY = f"{_GROUP}:ValidatingAdmissionPolicy"


@rule(
    "kubernetes-webhook-fails-closed",
    title="Admission fails closed",
    severity=Severity.MEDIUM,
    types=[*WEBHOOKS, ADMISSION_POLICY],
    frameworks={"Well-Architected": "SEC01-BP06"},
    remedy="Leave failurePolicy at Fail, and exclude the webhook's own namespace by namespaceSelector.",
    link="https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
)
def webhook_fails_closed(configuration: Resource) -> Iterator[Finding]:
    """With Ignore, whoever stops or slows the webhook has every object admitted unchecked."""
    for webhook in configuration.blocks("webhooks"):
        if webhook.has("failurePolicy", "Ignore"):
            yield Finding("admits everything while its webhook does not answer", webhook.path("failurePolicy"))
    if configuration.has("spec.failurePolicy", "Ignore"):
        yield Finding("admits everything while its policy cannot be evaluated", "spec.failurePolicy")


@rule(
    "kubernetes-token-secret",
    title="Tokens of service accounts end",
    severity=Severity.HIGH,
    types=["kubernetes:core/v1:Secret"],
    frameworks={"CIS EKS 1.5": "4.1.6"},
    remedy="Let pods mount the account's own token, or ask for one by the TokenRequest API.",
    link="https://kubernetes.io/docs/concepts/security/service-accounts/#authenticating-credentials",
)
def token_secret(secret: Resource) -> Iterator[Finding]:
    """Kubernetes fills such a secret with a token that holds until somebody deletes it, wherever it was copied."""
    if secret.has("type", "kubernetes.io/service-account-token"):
        yield Finding("holds a token that never ends", "type")
