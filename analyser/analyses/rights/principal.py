"""Who asks: a role or a user of the stack with its policies, an AWS service, or an identity provider."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.workloads import pod_template
from analyser.analyses.rights.attached_policies import ROLES, attached, managed_policy
from analyser.analyses.rights.policy_source import Source
from analyser.analyses.rights.sessions import ASSOCIATION, role_tags, session_policies
from analyser.analyses.rights.tags import tags_of
from analyser.analyses.rights.unknown_name import UnknownNameError, suggest
from analyser.analyses.rights.users import USER, name_of, policies_of_user
from policy.iam import account_of
from policy.model import Resource

ROLE = ROLES.token
_TASK = "aws:ecs/taskDefinition:TaskDefinition"
# The input by which each kind of resource names the role that its own code runs with.
_RUNS_AS = ("role", "taskRoleArn", "serviceRole", "roleArn", "nodeRoleArn", "serviceRoleArn", "iamRoleArn")
_SERVICE_SUFFIX = ".amazonaws.com"
_OTHERS = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(root|(role|user)/.+)")
_PROVIDERS = ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws:iam/samlProvider:SamlProvider")
_FEDERATED = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(oidc|saml)-provider/.+")
# Identity providers that trust policies name without a provider of the account.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_WEB = ("accounts.google.com", "graph.facebook.com", "www.amazon.com")


@dataclass(frozen=True)
class Principal:
    """The caller: a role, user, AWS service or identity provider, with all policies that apply to it."""

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

    user_name: str = ""
    """Of an IAM user, what ``aws:username`` says."""

    @property
    def is_federated(self) -> bool:
        """Whether this is an identity provider, whose users become roles and do nothing else."""
        return bool(_FEDERATED.fullmatch(self.arn)) or self.arn in _WEB

    @property
    def is_user(self) -> bool:
        """Whether this is an IAM user."""
        return ":user/" in self.arn

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


@lru_cache(maxsize=512)
def principal(view: View, name: str) -> Principal:
    """The role that a name means: its own name, the component it is for, or the code that runs with it.

    A name that ends in ``.amazonaws.com`` is an AWS service, and an ARN of IAM that the stack does not make is
    somebody else, of whom nothing else is known. Raises UnknownNameError for a name that means no role, or several.
    """
    if name.endswith(_SERVICE_SUFFIX):
        return Principal(name, name)
    if provider := _provider(view, name):
        return Principal(name, provider)
    roles = _users(view, name) or _roles(view, name)
    if not roles and _OTHERS.fullmatch(name):
        return Principal(name, name, unread=(f"the policies of {name}",))
    if len(roles) > 1:
        choices = ", ".join(sorted(view.owner(role) for role in roles))
        raise UnknownNameError(f"{view.graph.stack}: {name!r} means several roles: {choices}")
    if not roles:
        names = {view.owner(role) for role in view.of(ROLE, USER)}
        raise UnknownNameError(f"{view.graph.stack}: no role or user is called {name!r}; {suggest(name, names)}")
    return _of_role(view, roles[0]) if roles[0].type == ROLE else _of_user(view, roles[0])


def _provider(view: View, name: str) -> str:
    """The ARN of an identity provider, or the name that trust policies know it by; nothing for anything else."""
    if _FEDERATED.fullmatch(name) or name in _WEB:
        return name
    mine = [one for one in view.of(*_PROVIDERS) if name in (one.name, view.owner(one))]
    return text(mine[0].outputs.get("arn")) if len(mine) == 1 else ""


def _users(view: View, name: str) -> list[Resource]:
    """Users, unless a role goes by the same name."""
    every = view.of(USER)
    exact = [one for one in every if name in (one.name, view.id_of(one), text(one.outputs.get("arn")))]
    found = exact or [one for one in every if view.owner(one) == name]
    return [*found, *_roles(view, name)] if found else []


def runners(view: View) -> dict[str, list[Resource]]:
    """What runs with each role, by the role's ARN: all that names it as the role of its code."""
    found: dict[str, list[Resource]] = {}
    for one in view.resources:
        if not one.type.startswith("aws:iam/"):
            for arn in dict.fromkeys(map(_arn, _running_as(view, [one]))):
                found.setdefault(arn, []).append(one)
    return found


def _arn(found: Resource) -> str:
    return text(found.outputs.get("arn"))


def _roles(view: View, name: str) -> list[Resource]:
    return next((list(dict.fromkeys(found)) for found in _meant(view, name) if found), [])


def _meant(view: View, name: str) -> Iterator[list[Resource]]:
    """What a name may mean, nearest first; whoever has found some looks no further."""
    yield [role for role in view.of(ROLE) if name in (role.name, view.id_of(role), text(role.outputs.get("arn")))]
    yield [role for role in view.of(ROLE) if view.owner(role) == name]
    yield _of_pods(view, name)
    yield _running_as(view, [one for one in view.resources if view.owner(one) == name or one.name == name])
    below = [one for one in view.resources if any(above.name == name for above in view.lineage(one))]
    yield _running_as(view, [one for one in below if not one.type.startswith("aws:iam/")])
    yield [one for one in below if one.type == ROLE]


def _running_as(view: View, resources: list[Resource]) -> list[Resource]:
    # What says nothing by any of these names, as most do, names no role: the whole stack is asked.
    asked = [found for found in resources if not found.seen or any(path in found.inputs for path in _RUNS_AS)]
    return [role for found in asked for path in _RUNS_AS for role in view.refers(found, path, ROLE)]


def _of_pods(view: View, name: str) -> list[Resource]:
    """By EKS Pod Identity: the role of the service account that a workload's pods run under."""
    accounts = {
        (text(found.get("metadata.namespace")), text(found.get(f"{pod_template(found)}.spec.serviceAccountName")))
        for found in view.resources
        if found.type.startswith(("kubernetes:apps/", "kubernetes:batch/")) and name in (view.owner(found), found.name)
    }
    associations = view.of(ASSOCIATION)
    fitting = [one for one in associations if (text(one.get("namespace")), text(one.get("serviceAccount"))) in accounts]
    return _running_as(view, fitting)


def _of_role(view: View, role: Resource) -> Principal:
    policies, unread = attached(view, role, ROLES)
    tags, all_tags = role_tags(view, role)
    return Principal(
        name=view.owner(role),
        arn=text(role.outputs.get("arn")),
        policies=policies,
        boundary=_boundary(view, role),
        unread=unread,
        tags=tags,
        all_tags=all_tags,
        sessions=session_policies(view, role),
    )


def _of_user(view: View, user: Resource) -> Principal:
    policies, unread = policies_of_user(view, user)
    tags, all_tags = tags_of(view, user)
    return Principal(
        name=view.owner(user),
        arn=text(user.outputs.get("arn")),
        policies=policies,
        boundary=_boundary(view, user),
        unread=unread,
        tags=tuple(tags.items()),
        all_tags=all_tags,
        user_name=name_of(user),
    )


def _boundary(view: View, found: Resource) -> tuple[Source, ...] | None:
    boundary = found.get("permissionsBoundary")
    return None if boundary in (None, "") else tuple(managed_policy(view, boundary))
