"""Kubernetes RBAC: rights over what the cluster itself trusts, by CIS 5.1.9 and 5.1.11 to 5.1.13."""

from collections.abc import Iterator

from policy.model import Finding, Resource, Severity, rule
from policy.rules.kubernetes_rbac import CLUSTER_ROLE, ROLE

_CIS = "CIS Kubernetes 1.10"
_PRACTICES = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_CHANGING = ("create", "update", "patch", "delete", "deletecollection", "*")
_WEBHOOKS = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")


@rule(
    "kubernetes-rbac-volumes",
    title="Roles make no persistent volumes",
    severity=Severity.HIGH,
    types=[CLUSTER_ROLE],
    frameworks={_CIS: "5.1.9"},
    remedy="Let claims make volumes through a StorageClass; give create on persistentvolumes to its driver alone.",
    link=_PRACTICES + "#persistent-volume-creation",
)
def volumes(role: Resource) -> Iterator[Finding]:
    """A volume may be any directory of the node: whoever makes one reads and writes there."""
    # Names cannot narrow `create`: the object has none yet when the right is asked for.
    for entry in role.blocks("rules"):
        if entry.contains("resources", "persistentvolumes") and entry.contains("verbs", "create", "*"):
            yield Finding("may make persistent volumes", entry.path("resources"))


@rule(
    "kubernetes-rbac-certificates",
    title="Roles approve no certificates of the cluster",
    severity=Severity.CRITICAL,
    types=[CLUSTER_ROLE],
    frameworks={_CIS: "5.1.11"},
    remedy="Leave certificatesigningrequests/approval out, or approve for one signer of your own by resourceNames.",
    link=_PRACTICES + "#csrs-and-certificate-issuing",
)
def certificates(role: Resource) -> Iterator[Finding]:
    """Whoever may approve requests gets a client certificate for any user and group of the cluster."""
    for entry in role.blocks("rules"):
        if not entry.lacks("resourceNames"):
            continue
        approval = entry.contains("resources", "certificatesigningrequests/approval")
        if approval and entry.contains("verbs", "update", "patch", "*"):
            yield Finding("may approve certificates for anybody", entry.path("resources"))
        if entry.contains("resources", "signers") and entry.contains("verbs", "approve", "sign", "*"):
            yield Finding("may approve for every signer", entry.path("resources"))


@rule(
    "kubernetes-rbac-webhooks",
    title="Roles change no admission webhooks",
    severity=Severity.CRITICAL,
    types=[CLUSTER_ROLE],
    frameworks={_CIS: "5.1.12"},
    remedy="Leave create and delete out; a controller changes its own configuration alone, by resourceNames.",
    link=_PRACTICES + "#control-admission-webhooks",
)
def webhooks(role: Resource) -> Iterator[Finding]:
    """A webhook reads and may change every object that is admitted, secrets included; without one, none is checked."""
    for entry in role.blocks("rules"):
        # Names cannot narrow `create`, here as above.
        narrowed = not entry.lacks("resourceNames") and not entry.contains("verbs", "create")
        if not narrowed and entry.contains("resources", *_WEBHOOKS) and entry.contains("verbs", *_CHANGING):
            yield Finding("may change what admits objects to the cluster", entry.path("resources"))


@rule(
    "kubernetes-rbac-tokens",
    title="Roles make no tokens of service accounts",
    severity=Severity.HIGH,
    types=[ROLE, CLUSTER_ROLE],
    frameworks={_CIS: "5.1.13"},
    remedy="Leave serviceaccounts/token out, or name the accounts by resourceNames.",
    link=_PRACTICES + "#token-request",
)
def tokens(role: Resource) -> Iterator[Finding]:
    """With a token of another account its holder has that account's rights."""
    for entry in role.blocks("rules"):
        creates = entry.contains("resources", "serviceaccounts/token") and entry.contains("verbs", "create", "*")
        if creates and entry.lacks("resourceNames"):
            yield Finding("may make tokens of any service account", entry.path("resources"))
