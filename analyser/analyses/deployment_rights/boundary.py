"""What bounds every role that a stack makes: what its roles use, no other stack's things, and no way to more rights.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from analyser.analyses.deployment_rights.documents import LARGEST, Document, TooLargeError, size
from analyser.analyses.deployment_rights.names import fewer, filled, made_up
from analyser.analyses.deployment_rights.roles import ROLE
from analyser.analyses.deployment_rights.state_and_lookups import deployment_roles
from analyser.analyses.deployment_rights.statements import Statement, allow, is_read, no_other_stack
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.deployment_rights.used_arns import Used, fewer_and_wider
from analyser.analyses.reach.graph_view import view_of
from analyser.analyses.rights.attached_policies import ROLES, attached
from analyser.graph import Graph
from analyser.run.mock_cloud import ACCOUNT_ID
from policy.iam import Document as Policy
from policy.iam.actions import Action, expand

NEVER: Final = frozenset({"account", "iam", "organizations", "sts"})
"""Services whose actions a role has one by one, or not at all."""
MANY: Final = 40
"""A policy about more services than that is for looking at all that an account has; the stack's are enough of those."""
ESCALATES: Final = (
    "iam:Add*", "iam:Attach*", "iam:CreateAccessKey", "iam:CreateGroup", "iam:CreateLoginProfile", "iam:CreatePolicy*",
    "iam:CreateRole", "iam:CreateUser", "iam:Delete*", "iam:Detach*", "iam:Put*", "iam:Set*", "iam:Update*",
    "organizations:*", "account:*",
)  # fmt: skip
"""https://pathfinding.cloud · https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"""
_OF_AWS: Final = "AWS-managed "
_WHO: Final = "aws:PrincipalArn"
_ROLES: Final = (8, 4, 2)
"""So many roles with policies of AWS's own are listed where there is no room for all; of more, what they begin with."""
_HARMLESS: Final = frozenset({"iam:CreateServiceLinkedRole"})


@dataclass
class _Uses:
    """What the policies of a stack's roles are about."""

    own: set[str] = field(default_factory=set)
    """ARNs of this account, and of buckets."""
    owned: set[str] = field(default_factory=set)
    """The services of the actions on them: ``kafka-cluster`` is about ARNs of ``kafka``."""
    anywhere: set[str] = field(default_factory=set)
    """Actions that policies of the stack give on everything, as AWS lets nobody name a resource for them."""
    services: set[str] = field(default_factory=set)
    """Those that policies of AWS's own are about, on everything."""
    by_aws: set[str] = field(default_factory=set)
    """The roles that have such policies."""
    looked: set[str] = field(default_factory=set)
    """Actions of IAM's kind that only read, and the making of roles that services have for themselves."""
    single: dict[tuple[str, tuple[str, ...]], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Each other action of IAM's kind with its resources, and the roles that have it."""


def boundary_of(graph: Graph, companions: Iterable[str] = ()) -> Document:
    """The document of a stack's boundary; it gives nothing by itself: a role has what this and its own policies allow.

    ``companions`` are stacks whose things the roles may touch: the home of a recovery stack, or what stands by for it.
    Raises TooLargeError for what no policy holds.
    """
    uses = _uses(graph)
    always = [*_rest(uses), *_denying(graph, companions)]
    for own, who in _narrowest_first(uses):
        statements = [*_own(uses, own), *_of_aws(uses, who), *always]
        document = {"Version": "2012-10-17", "Statement": statements}
        if size(document) <= LARGEST:
            return document
    raise TooLargeError(f"the boundary takes {size(document):,} characters, and a policy has {LARGEST:,}")


def _narrowest_first(uses: _Uses) -> Iterator[tuple[list[str], list[str]]]:
    """The ARNs of ``Own`` and the roles with policies of AWS's own, ever fewer; the ARNs first."""
    arns: list[str] = []
    who = _who(uses.by_aws)
    for arns in fewer_and_wider(uses.own):
        yield arns, who
    for most in _ROLES:
        yield arns, fewer(who, most)


def _own(uses: _Uses, arns: list[str]) -> Iterator[Statement]:
    if arns:
        yield allow("Own", {f"{service}:*" for service in uses.owned}, arns)


def _of_aws(uses: _Uses, who: list[str]) -> Iterator[Statement]:
    if uses.services:
        yield allow("PoliciesOfAws", {f"{service}:*" for service in uses.services}, ["*"], _only(who))


def _rest(uses: _Uses) -> Iterator[Statement]:
    if uses.anywhere:
        yield allow("Anywhere", _by_service(uses.anywhere), ["*"])
    if uses.looked:
        yield allow("Looking", uses.looked, ["*"])
    by_roles: dict[tuple[tuple[str, ...], tuple[str, ...]], set[str]] = defaultdict(set)
    for (action, resources), roles in uses.single.items():
        by_roles[resources, tuple(sorted(roles))].add(action)
    for number, ((resources, roles), actions) in enumerate(sorted(by_roles.items()), 1):
        yield allow(f"Single{number}", actions, resources, _only(_who(roles)))


def _by_service(actions: set[str]) -> set[str]:
    """All of a service of which AWS lets nobody name a resource; of others what is used."""
    whole = {service for service in map(_service, actions) if not any(map(_names_resources, expand(f"{service}:*")))}
    return {f"{_service(action)}:*" if _service(action) in whole else action for action in actions}


def _names_resources(action: Action) -> bool:
    return action.resource_level


def _who(roles: Iterable[str]) -> list[str]:
    """What tells these roles; a boundary is of none outside its account."""
    return sorted(f"*/{arn.rpartition('/')[2]}" for arn in roles)


def _only(who: list[str]) -> dict[str, dict[str, list[str]]]:
    return {"StringLike": {_WHO: who}}


def _denying(graph: Graph, companions: Iterable[str]) -> Iterator[Statement]:
    yield {"Sid": "NoMoreRights", "Effect": "Deny", "Action": list(ESCALATES), "Resource": ["*"]}
    yield {"Sid": "NotDeploying", "Effect": "Deny", "Action": ["iam:PassRole"], "Resource": deployment_roles(graph)}
    yield no_other_stack(graph, companions)


def _uses(graph: Graph) -> _Uses:
    view, made, used, found = view_of(graph), made_up(graph), Used(graph), _Uses()
    form = operations()[ROLE].arns[0]
    made_services = {action.partition(":")[0] for action in _made(graph)}
    for role, node in zip(view.of(ROLE), graph.of_type(ROLE), strict=True):
        name = filled(graph, node, form, made)
        for source in attached(view, role, ROLES)[0]:
            of_aws = source.where.startswith(_OF_AWS)
            only = made_services if of_aws and len(_services(source.document)) > MANY else None
            for statement in source.document.allowing():
                resources = tuple(sorted(used.shown(str(one)) for one in statement.resources))
                _add(found, name, resources, statement.known_actions(), of_aws=of_aws, only=only)
    return found


def _add(
    found: _Uses, role: str, resources: tuple[str, ...], given: Iterable[str], *, of_aws: bool, only: set[str] | None
) -> None:
    actions = {action for action in given if only is None or _service(action) in only}
    for action in actions:
        if _service(action) in NEVER and (action in _HARMLESS or all(is_read(one.name) for one in expand(action))):
            found.looked.add(action)
        elif _service(action) in NEVER:
            found.single[action, resources].add(role)
    plain = {action for action in actions if _service(action) not in NEVER}
    if not plain:
        return
    if own := {one for one in resources if _is_own(one)}:
        found.own |= own
        found.owned.update(_service(action) for action in plain)
    if all(_is_own(one) for one in resources):
        return
    if of_aws:
        found.services.update(_service(action) for action in plain)
        found.by_aws.add(role)
    else:
        found.anywhere.update(plain)


def _is_own(resource: str) -> bool:
    bucket = resource.removeprefix("arn:aws:s3:::")
    return f":{ACCOUNT_ID}:" in resource or (bucket != resource and not bucket.startswith("*"))


def _made(graph: Graph) -> Iterator[str]:
    for token in graph.counts:
        if token in operations():
            yield from operations()[token].every


def _services(policy: Policy) -> set[str]:
    return {_service(action) for statement in policy.allowing() for action in statement.known_actions()}


def _service(action: str) -> str:
    return action.partition(":")[0].lower()
