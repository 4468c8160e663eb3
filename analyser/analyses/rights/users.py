"""What IAM users may do: their own policies and those of their groups."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, names, text
from analyser.analyses.rights.attached_policies import GROUPS, USERS, attached, names_of
from analyser.analyses.rights.policy_source import Source
from policy.model import Resource

USER, GROUP = USERS.token, GROUPS.token
_OF_USER = "aws:iam/userGroupMembership:UserGroupMembership"
_OF_GROUP = "aws:iam/groupMembership:GroupMembership"


def policies_of_user(view: View, user: Resource) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """All policies that bear on a user, and the names of those whose content is not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html
    """
    policies, unread = attached(view, user, USERS)
    for name, group in dict.fromkeys(_memberships(view, user)):
        said, lacking = attached(view, group, GROUPS) if group is not None else ((), (f"the policies of group {name}",))
        policies, unread = (*policies, *said), (*unread, *lacking)
    return policies, unread


def _memberships(view: View, user: Resource) -> Iterator[tuple[str, Resource | None]]:
    """The groups of a user by name; None for one that the stack does not make."""
    for found in view.resources.companions(user, _OF_USER, by="user"):
        for name in names(found, "groups"):
            yield name, _group(view, name)
    mine = names_of(view, user)
    for found in view.of(_OF_GROUP):
        if mine & set(names(found, "users")) or user in view.refers(found, "users"):
            for name in names(found, "group"):
                yield name, _group(view, name)


def _group(view: View, name: str) -> Resource | None:
    return next((one for one in view.of(GROUP) if name in names_of(view, one)), None)


def name_of(user: Resource) -> str:
    """What policy variables know a user by."""
    return text(user.get("name")) or text(user.outputs.get("name"))
