"""Functions that the public or another account may invoke by Lambda's API."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.invocations import PERMISSION
from analyser.analyses.reach.place import Check, Link, Place, not_known
from policy.iam import account_of
from policy.model import Resource

_ACTIONS = ("lambda:InvokeFunction", "lambda:*", "lambda:Invoke*", "*")


def invoked_by_strangers(view: View, function: Resource, place: Place, internet: Place) -> Iterator[Link]:
    """A link from the internet for each permission that names everybody or another account.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    home = view.home
    for permission in view.resources.companions(function, PERMISSION, by="function"):
        if (
            permission.given("functionUrlAuthType")
            or permission.given("sourceArn")
            or permission.given("sourceAccount")
        ):
            continue
        if permission.unknown("principal"):
            yield Link(internet, place, None, (not_known(f"whom permission {permission.name} names is not known yet"),))
        principal, action = text(permission.get("principal")), text(permission.get("action"))
        account = account_of(principal)
        if action not in _ACTIONS or (principal != "*" and (not account or account in home)):
            continue
        who = f"principals of account {account}" if account else "anybody with an account of AWS"
        if permission.given("principalOrgId"):
            who = f"principals of {text(permission.get('principalOrgId')) or 'an organisation'}"
        says = f"permission {permission.name} lets {who} invoke it"
        yield Link(internet, place, None, (Check(ok=True, says=says, urns=(permission.urn,)),))
