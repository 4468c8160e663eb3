"""IAM: what a role may do by all of its policies together."""

from collections.abc import Iterator

from policy.iam import IDENTITY, Document, documents, expand_all, named_patterns
from policy.iam.pass_role import paths
from policy.model import Finding, Graph, Level, Resource, Severity, stack_rule

ROLE = "aws:iam/role:Role"
INLINE = "aws:iam/rolePolicy:RolePolicy"
MANAGED = "aws:iam/policy:Policy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
EXCLUSIVE = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
SHARED = "aws:iam/policyAttachment:PolicyAttachment"
# Resource that gives a role policies, by which input it names the role, and by which the policies.
_GIVING = ((ATTACHMENT, "role", "policyArn"), (EXCLUSIVE, "roleName", "policyArns"), (SHARED, "roles", "policyArn"))
_LINK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
_BEST = "Well-Architected"
_NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy")
# What kubelet, the CNI, image pulls, the Systems Manager agent and log shippers of a node need.
_NODE_SERVICES = frozenset(
    {"ec2", "ec2messages", "ecr", "ecr-public", "eks", "eks-auth", "ssm", "ssmmessages", "cloudwatch", "logs", "xray"}
)


def policies_of(role: Resource, graph: Graph) -> list[Document]:
    """The identity policies of a role, inline and attached, as far as they are part of the stack."""
    holders = [role, *graph.companions(role, INLINE, by="role"), *graph.refers(role, "managedPolicyArns", MANAGED)]
    for token, by, names in _GIVING:
        for giving in graph.companions(role, token, by=by):
            holders += graph.refers(giving, names, MANAGED)
    unique = {holder.urn: holder for holder in holders}
    return [document for holder in unique.values() for document in documents(holder, IDENTITY)]


def attached_names(role: Resource, graph: Graph) -> set[str]:
    """The names of the managed policies that the role is given, as far as known."""
    arns = list(role.list("managedPolicyArns"))
    for token, by, names in _GIVING:
        arns += [arn for giving in graph.companions(role, token, by=by) for arn in giving.list(names)]
    return {str(arn).rpartition("/")[2] for arn in arns}


@stack_rule(
    "iam-no-combined-escalation",
    title="A role's policies together do not let code run under any role",
    severity=Severity.CRITICAL,
    types=[ROLE],
    frameworks={_BEST: "SEC03-BP02", "Checkov": "CKV_AWS_286"},
    remedy="Name the roles that may be passed, or give the two rights to different roles.",
    link=_LINK + "id_roles_use_passrole.html",
)
def combined_escalation(role: Resource, graph: Graph) -> Iterator[Finding]:
    """Policies that are harmless one by one escalate in combination: one passes any role, another starts code."""
    found = policies_of(role, graph)
    alone = {action for document in found for action in paths([document], [document])}
    together = [action for action in paths(found, found) if action not in alone]
    if together:
        yield Finding(f"may pass every role by one policy and {', '.join(together)} by another")


@stack_rule(
    "iam-role-has-rights",
    title="Every role may do something",
    severity=Severity.LOW,
    types=[ROLE],
    frameworks={_BEST: "SEC03-BP04"},
    remedy="Remove the role, or give it the policy it was made for.",
    link=_LINK + "best-practices.html#remove-credentials",
    level=Level.ADVISORY,
)
def has_rights(role: Resource, graph: Graph) -> Iterator[Finding]:
    """A role without rights is a leftover, and a place to put rights unnoticed."""
    given = role.has("inlinePolicies") or role.unknown("inlinePolicies")
    given = given or role.has("managedPolicyArns") or role.unknown("managedPolicyArns")
    for token, by in ((INLINE, "role"), *((token, by) for token, by, _ in _GIVING)):
        given = given or bool(graph.companions(role, token, by=by)) or graph.unresolved(token, by)
    if not given:
        yield Finding("has no policy at all")


@stack_rule(
    "iam-node-role-bare",
    title="Roles of EKS nodes have no rights of applications",
    severity=Severity.HIGH,
    types=[ROLE],
    frameworks={_BEST: "SEC03-BP02"},
    remedy="Give the rights to the service account that needs them, by Pod Identity.",
    link="https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
)
def node_role_bare(role: Resource, graph: Graph) -> Iterator[Finding]:
    """Every pod that reaches the node's metadata has the node's role."""
    if attached_names(role, graph).isdisjoint(_NODE_POLICIES):
        return
    for document in policies_of(role, graph):
        for statement in document.allowing():
            actions = expand_all(named_patterns(tuple(statement.known_actions())))
            services = {action.name.partition(":")[0] for action in actions} - _NODE_SERVICES
            if services:
                yield Finding(f"{statement.label} lets every pod of the node use {', '.join(sorted(services))}")
