"""Who asks: a role of the stack with its policies, or an AWS service."""

import re
from dataclasses import dataclass
from typing import Any

from analyser.analyses.reach.view import View, text, texts
from analyser.analyses.rights import managed
from analyser.analyses.rights.names import UnknownNameError, suggest
from analyser.analyses.rights.sessions import ASSOCIATION, role_tags, session_policies
from analyser.analyses.rights.source import Source
from policy.iam import IDENTITY, account_of, documents, parse
from policy.model import Resource, known

ROLE = "aws:iam/role:Role"
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
_SHARED_ATTACHMENT = "aws:iam/policyAttachment:PolicyAttachment"
_ONLY_INLINE = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
_ONLY_ATTACHED = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
_POLICY = "aws:iam/policy:Policy"
_TASK = "aws:ecs/taskDefinition:TaskDefinition"
# The input by which each kind of resource names the role that its own code runs with.
_RUNS_AS = ("role", "taskRoleArn", "serviceRole", "roleArn", "nodeRoleArn", "serviceRoleArn", "iamRoleArn")
_SERVICE_SUFFIX = ".amazonaws.com"
_OTHERS = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/.+)")


@dataclass(frozen=True)
class Principal:
    """Who asks, with all policies that bear on them."""

    name: str
    arn: str
    policies: tuple[Source, ...] = ()
    boundary: tuple[Source, ...] | None = None
    """What bounds the role; None for no boundary, empty for one whose content is not known."""
    unread: tuple[str, ...] = ()
    """Policies that apply and whose content is not known."""
    tags: tuple[tuple[str, str], ...] = ()
    """The role's own tags, and those of its sessions that are known."""
    all_tags: bool = False
    """Whether its sessions have no other tags."""
    sessions: tuple[Source, ...] = ()
    """What all of its sessions are limited to; empty where some are not."""

    @property
    def is_service(self) -> bool:
        """Whether this is an AWS service."""
        return self.arn.endswith(_SERVICE_SUFFIX)

    @property
    def is_role(self) -> bool:
        """Whether this is a role, whose sessions do what it may."""
        return ":role/" in self.arn

    @property
    def account(self) -> str:
        """The account that it is of; nothing for a service."""
        return account_of(self.arn)


def principal(view: View, name: str) -> Principal:
    """The role that a name means: its own name, the component it is for, or the code that runs with it.

    A name that ends in ``.amazonaws.com`` is an AWS service, and an ARN of IAM that the stack does not make is
    somebody else, of whom nothing else is known. Raises UnknownNameError for a name that means no role, or several.
    """
    if name.endswith(_SERVICE_SUFFIX):
        return Principal(name, name)
    roles = _roles(view, name)
    if not roles and _OTHERS.fullmatch(name):
        return Principal(name, name, unread=(f"the policies of {name}",))
    if len(roles) > 1:
        choices = ", ".join(sorted(view.owner(role) for role in roles))
        raise UnknownNameError(f"{view.graph.stack}: {name!r} means several roles: {choices}")
    if not roles:
        names = {view.owner(role) for role in view.of(ROLE)}
        raise UnknownNameError(f"{view.graph.stack}: no role is called {name!r}; {suggest(name, names)}")
    return _of_role(view, roles[0])


def _roles(view: View, name: str) -> list[Resource]:
    for found in (
        [role for role in view.of(ROLE) if name in (role.name, view.id_of(role), text(role.outputs.get("arn")))],
        [role for role in view.of(ROLE) if view.owner(role) == name],
        _of_pods(view, name),
        _running_as(view, [one for one in view.resources if view.owner(one) == name or one.name == name]),
        _running_as(view, [one for one in _below(view, name) if not one.type.startswith("aws:iam/")]),
        [one for one in _below(view, name) if one.type == ROLE],
    ):
        if found:
            return list(dict.fromkeys(found))
    return []


def _below(view: View, name: str) -> list[Resource]:
    return [one for one in view.resources if any(above.name == name for above in view.lineage(one))]


def _running_as(view: View, resources: list[Resource]) -> list[Resource]:
    return [role for found in resources for path in _RUNS_AS for role in view.refers(found, path, ROLE)]


def _of_pods(view: View, name: str) -> list[Resource]:
    """By EKS Pod Identity: the role of the service account that a workload's pods run under."""
    accounts = {
        (text(found.get("metadata.namespace")), text(found.get("spec.template.spec.serviceAccountName")))
        for found in view.resources
        if found.type.startswith(("kubernetes:apps/", "kubernetes:batch/")) and name in (view.owner(found), found.name)
    }
    associations = view.of(ASSOCIATION)
    fitting = [one for one in associations if (text(one.get("namespace")), text(one.get("serviceAccount"))) in accounts]
    return _running_as(view, fitting)


def _of_role(view: View, role: Resource) -> Principal:
    inline, unread = _inline(view, role)
    arns, contradicted = _attached(view, role)
    read_in = {arn: _managed(view, arn) for arn in arns}
    partly = [arn for arn, sources in read_in.items() if not all(source.document.whole for source in sources)]
    boundary = role.get("permissionsBoundary")
    tags, all_tags = role_tags(view, role)
    return Principal(
        name=view.owner(role),
        arn=text(role.outputs.get("arn")),
        policies=(*inline, *(source for sources in read_in.values() for source in sources)),
        boundary=None if boundary in (None, "") else tuple(_managed(view, boundary)),
        unread=(*unread, *contradicted, *(arn for arn, sources in read_in.items() if not sources), *partly),
        tags=tags,
        all_tags=all_tags,
        sessions=session_policies(view, role),
    )


def _inline(view: View, role: Resource) -> tuple[list[Source], list[str]]:
    """Inline policies, and the names of those that cannot be read; an exclusive list takes the others away."""
    found = [Source(f"role {role.name}", document) for document in documents(role, IDENTITY)]
    unread = [f"a policy of role {role.name}"] if _has_unread_inline(role, len(found)) else []
    lists = view.resources.companions(role, _ONLY_INLINE, by="roleName")
    only = {name for each in lists for name in texts(each.list("policyNames"))}
    untold = any(each.untold("policyNames") for each in lists)
    for policy in view.resources.companions(role, _ROLE_POLICY, by="role"):
        if lists and not only & {text(policy.get("name")), text(policy.outputs.get("name"))}:
            unread += [f"inline policy {policy.name}, which a list that is not known may keep"] * untold
            continue
        if _has_own_list(role, "inlinePolicies"):
            unread.append(f"inline policy {policy.name}, which the role's own list takes away")
            continue
        said, lacking = read(policy, IDENTITY, f"inline policy {policy.name}")
        found, unread = [*found, *said], [*unread, *lacking]
    return found, unread


def _has_unread_inline(role: Resource, read_in: int) -> bool:
    """Whether the role's own list holds a policy that cannot be read."""
    if role.unknown("inlinePolicies") or role.untold("inlinePolicies", "policy"):
        return True
    return sum(block.given("policy") for block in role.blocks("inlinePolicies")) > read_in


def _has_own_list(role: Resource, path: str) -> bool:
    """Whether the role says in one list all that it has of a kind, so that the next update takes the rest away.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role#inline_policy
    """
    return role.get(path) is not None


def read(policy: Resource, kind: str, where: str) -> tuple[list[Source], list[str]]:
    """The documents of a policy, and its name where they cannot be read as a whole."""
    written = documents(policy, kind)
    whole = bool(written) and all(document.whole for document in written)
    return [Source(where, document) for document in written], [] if whole else [where]


def _attached(view: View, role: Resource) -> tuple[list[str], list[str]]:
    """ARNs of attached policies, and what is said of those of which two resources say different things."""
    exclusive = view.resources.companions(role, _ONLY_ATTACHED, by="roleName")
    if exclusive:
        untold = any(each.untold("policyArns") for each in exclusive)
        given = [arn for each in exclusive for arn in texts(each.list("policyArns"))]
        return given, ["a policy whose ARN is not known"] * untold
    own = role.list("managedPolicyArns")
    arns = [attached.get("policyArn") for attached in view.resources.companions(role, _ATTACHMENT, by="role")]
    mine = {text(role.get("name")), text(role.outputs.get("name")), view.id_of(role)}
    shared = {text(each.get("policyArn")): set(texts(each.list("roles"))) for each in view.of(_SHARED_ATTACHMENT)}
    lost = {arn for arn in (*arns, *own) if known(arn) and arn in shared and not mine & shared[arn]}
    arns += [arn for arn, roles in shared.items() if mine & roles]
    if _has_own_list(role, "managedPolicyArns"):
        lost |= {arn for arn in arns if known(arn) and arn not in own}
    arns += own
    hidden = any(not known(arn) for arn in arns) or role.untold("managedPolicyArns")
    unknown = ["a policy whose ARN is not known"] * hidden
    said = [f"{arn}, which another attachment takes from the role" for arn in sorted(lost)]
    return [text(arn) for arn in dict.fromkeys(arns) if known(arn) and arn not in lost], [*unknown, *said]


def _managed(view: View, arn: Any) -> list[Source]:
    """A managed policy, of the stack or of AWS."""
    for policy in view.of(_POLICY):
        if arn in (text(policy.outputs.get("arn")), view.id_of(policy)):
            return [Source(f"policy {policy.name}", document) for document in documents(policy, IDENTITY)]
    content = managed.content(text(arn))
    document = parse(content, IDENTITY, "") if content else None
    return [Source(f"AWS-managed {text(arn).rpartition('/')[2]}", document)] if document else []
