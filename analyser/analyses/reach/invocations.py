"""Whether a service of AWS may invoke a function: by a permission that names it."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.place import Check, not_known
from policy.model import Resource

PERMISSION = "aws:lambda/permission:Permission"


def may_invoke(view: View, function: Resource, principal: str, who: str, sources: Iterable[str]) -> Check:
    """Whether ``principal`` may, for one of the sources, whose ARNs or ids these are.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    named = list(sources)
    permissions = view.resources.companions(function, PERMISSION, by="function")
    for permission in permissions:
        source = text(permission.get("sourceArn"))
        if permission.has("principal", principal) and (not source or any(_is(source, one) for one in named if one)):
            return Check(ok=True, says=f"permission {permission.name} lets {who} invoke it", urns=(permission.urn,))
    for permission in permissions:
        if permission.unknown("principal"):
            return not_known(f"whom permission {permission.name} names is not known yet")
    return Check(ok=False, says=f"no permission lets {who} invoke {view.owner(function)}")


def _is(source: str, named: str) -> bool:
    """An ARN pattern that means this ARN, or one with this id in it."""
    return fnmatchcase(named, source) if named.startswith("arn:") else named in source
