"""What bounds every role that a stack makes: the services that its roles use, and no way to more rights.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from typing import Final

from analyser.analyses.deployment_rights.documents import Document
from analyser.analyses.deployment_rights.names import made_up, without_made_up
from analyser.analyses.deployment_rights.others import deployment_roles
from analyser.analyses.deployment_rights.roles import ROLE
from analyser.analyses.deployment_rights.statements import allow
from analyser.analyses.deployment_rights.table import operations
from analyser.analyses.reach.graph_view import View
from analyser.analyses.rights.attached_policies import ROLES, attached
from analyser.graph import Graph
from policy.iam import Document as Policy

_NEVER: Final = frozenset({"account", "iam", "organizations", "sts"})
"""Services whose actions a role has one by one, or not at all."""
_MANY: Final = 40
"""A policy about more services than that is for looking at all that an account has; the stack's are enough of those."""
ESCALATES: Final = (
    "iam:AddUserToGroup", "iam:Attach*", "iam:CreateAccessKey", "iam:CreateGroup", "iam:CreateLoginProfile",
    "iam:CreatePolicy*",
    "iam:CreateRole", "iam:CreateUser", "iam:DeletePolicy*", "iam:DeleteRole*", "iam:DeleteUser*", "iam:Detach*",
    "iam:Put*", "iam:SetDefaultPolicyVersion", "iam:Update*", "organizations:*", "account:*",
)  # fmt: skip
"""https://pathfinding.cloud · https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/"""


def boundary_of(graph: Graph) -> Document:
    """The document of a stack's boundary.

    It gives nothing by itself: a role has what this and its own policies both allow.
    """
    services, single = _used(graph)
    made = made_up(graph)
    statements = [allow("Services", {f"{service}:*" for service in services}, ["*"])]
    by_resources: dict[tuple[str, ...], set[str]] = {}
    for action, resources in single:
        by_resources.setdefault(tuple(without_made_up(one, made) for one in resources), set()).add(action)
    for number, (resources, actions) in enumerate(sorted(by_resources.items()), 1):
        statements.append(allow(f"Single{number}", actions, resources))
    statements.append({"Sid": "NoMoreRights", "Effect": "Deny", "Action": list(ESCALATES), "Resource": ["*"]})
    statements.append(
        {"Sid": "NotDeploying", "Effect": "Deny", "Action": ["iam:PassRole"], "Resource": deployment_roles(graph)}
    )
    return {"Version": "2012-10-17", "Statement": statements}


def _used(graph: Graph) -> tuple[set[str], set[tuple[str, tuple[str, ...]]]]:
    """The services whose actions the stack's roles have, and actions of IAM's kind with their resources."""
    view = View(graph)
    documents = [source.document for role in view.of(ROLE) for source in attached(view, role, ROLES)[0]]
    narrow = [document for document in documents if len(_services(document)) <= _MANY]
    single = {
        (action, tuple(sorted(map(str, statement.resources))))
        for document in narrow
        for statement in document.allowing()
        for action in statement.known_actions()
        if _service(action) in _NEVER
    }
    made = {
        action.partition(":")[0]
        for token in graph.counts
        if token in operations()
        for action in operations()[token].every
    }
    used = {service for document in narrow for service in _services(document)}
    return (used | made) - _NEVER - {"*"}, single


def _services(policy: Policy) -> set[str]:
    return {_service(action) for statement in policy.allowing() for action in statement.known_actions()}


def _service(action: str) -> str:
    return action.partition(":")[0].lower()
