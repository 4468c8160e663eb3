"""Kubernetes RBAC: what roles allow, and to whom they are bound."""

from collections.abc import Iterator

from policy.model import Block, Finding, Resource, Severity, rule

ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
CLUSTER_ROLE_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
_ROLES = (ROLE, CLUSTER_ROLE)
_BINDINGS = (ROLE_BINDING, CLUSTER_ROLE_BINDING)
_LINK = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"
_PRACTICES = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"
_CIS = "CIS EKS 1.5"
_READING = ("get", "list", "watch", "*")
_ACTING = ("create", "get", "patch", "update", "*")
_RAISING = ("bind", "escalate", "impersonate")
_ENTERING = ("pods/attach", "pods/exec", "pods/ephemeralcontainers", "nodes/proxy")
# Groups that hold everybody, or every service account: https://kubernetes.io/docs/reference/access-authn-authz/rbac/
_EVERYBODY = ("system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts")


@rule(
    "kubernetes-rbac-wildcard",
    title="Roles name verbs, resources and API groups",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_CIS: "4.1.3", "Checkov": "CKV_K8S_49"},
    remedy="List the verbs, resources and apiGroups that are needed.",
    link=_PRACTICES,
)
def wildcard(role: Resource) -> Iterator[Finding]:
    """`*` also covers secrets, and every kind that is installed later."""
    for entry in role.blocks("rules"):
        for key in ("verbs", "resources", "apiGroups"):
            if entry.contains(key, "*"):
                yield Finding(f"allows every one of its {key}", entry.path(key))


@rule(
    "kubernetes-rbac-secrets",
    title="Secrets are not readable at large",
    severity=Severity.HIGH,
    types=[CLUSTER_ROLE],
    frameworks={_CIS: "4.1.2", "Checkov": "CKV2_K8S_5"},
    remedy="Use a Role in the namespace, with resourceNames.",
    link=_PRACTICES,
)
def secrets(role: Resource) -> Iterator[Finding]:
    """Secrets of all namespaces include the tokens of service accounts with more rights."""
    for entry in role.blocks("rules"):
        reads = entry.contains("resources", "secrets") and entry.contains("verbs", *_READING)
        if reads and entry.lacks("resourceNames"):
            yield Finding("reads the secrets of every namespace", entry.path("resources"))


@rule(
    "kubernetes-rbac-escalation",
    title="Roles cannot raise their own rights",
    severity=Severity.CRITICAL,
    types=_ROLES,
    frameworks={_CIS: "4.1.8", "Checkov": ("CKV_K8S_157", "CKV_K8S_158")},
    remedy="Leave out bind, escalate and impersonate, or limit them by resourceNames.",
    link=_PRACTICES,
)
def escalation(role: Resource) -> Iterator[Finding]:
    """With one of these verbs a role gives itself, or becomes, any other."""
    for entry in role.blocks("rules"):
        verbs = [verb for verb in _RAISING if entry.contains("verbs", verb)]
        if verbs and entry.lacks("resourceNames"):
            yield Finding(f"may {', '.join(verbs)}", entry.path("verbs"))


@rule(
    "kubernetes-rbac-exec",
    title="Roles do not enter other pods",
    severity=Severity.HIGH,
    types=_ROLES,
    frameworks={_CIS: "4.1.4"},
    remedy="Leave these resources out; debug by a role that is given for an hour.",
    link=_PRACTICES,
)
def entering(role: Resource) -> Iterator[Finding]:
    """A shell in a pod has its credentials; the kubelet's API, by nodes/proxy, is not even audited."""
    for entry in role.blocks("rules"):
        acts = entry.contains("verbs", *_ACTING)
        for resource in _ENTERING:
            if acts and entry.contains("resources", resource):
                yield Finding(f"may use {resource}", entry.path("resources"))


@rule(
    "kubernetes-rbac-cluster-admin",
    title="Nobody is bound to cluster-admin",
    severity=Severity.HIGH,
    types=_BINDINGS,
    frameworks={_CIS: ("4.1.1", "4.1.7")},
    remedy="Bind a role with the rights that are needed; administrators come in by EKS access entries.",
    link=_LINK + "#user-facing-roles",
)
def cluster_admin(binding: Resource) -> Iterator[Finding]:
    """cluster-admin may do everything; the group system:masters even where RBAC says no."""
    if binding.has("roleRef.name", "cluster-admin"):
        yield Finding("binds cluster-admin", "roleRef.name")
    for subject in binding.blocks("subjects"):
        if subject.has("name", "system:masters"):
            yield Finding("binds the group system:masters", subject.path("name"))


@rule(
    "kubernetes-rbac-not-public",
    title="Roles are bound to somebody in particular",
    severity=Severity.CRITICAL,
    types=_BINDINGS,
    frameworks={_CIS: "4.1.1"},
    remedy="Bind the role to the service account or group that needs it.",
    link=_LINK + "#default-roles-and-role-bindings",
)
def not_public(binding: Resource) -> Iterator[Finding]:
    """These groups take in every pod of the cluster, or whoever reaches its API."""
    for subject in binding.blocks("subjects"):
        name = subject.get("name")
        if isinstance(name, str) and name in _EVERYBODY and subject.has("kind", "Group", "User"):
            yield Finding(f"gives its rights to {name}", subject.path("name"))


@rule(
    "kubernetes-default-service-account",
    title="Default service accounts are given nothing",
    severity=Severity.HIGH,
    types=[*_BINDINGS, POD_IDENTITY],
    frameworks={_CIS: "4.1.5", "Checkov": "CKV_K8S_42"},
    remedy="Give the workload a service account of its own, and bind that.",
    link="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
)
def default_service_account(resource: Resource) -> Iterator[Finding]:
    """Every pod that names no account runs as it, whoever puts it into the namespace."""
    if resource.has("serviceAccount", "default"):
        yield Finding("gives an IAM role to the default service account", "serviceAccount")
    for subject in resource.blocks("subjects"):
        if _is_default(subject):
            yield Finding("gives its rights to a default service account", subject.path("name"))


def _is_default(subject: Block) -> bool:
    return subject.has("kind", "ServiceAccount") and subject.has("name", "default")
