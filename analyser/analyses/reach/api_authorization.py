"""Whether an API asks its callers for a signature, which no stranger has.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
"""

from analyser.analyses.reach.graph_view import View, text
from analyser.analyses.reach.place import Check, Kind, Place
from policy.model import Resource

_METHOD = "aws:apigateway/method:Method"
_ROUTE = "aws:apigatewayv2/route:Route"
_KEY, _SIGNED = "authorizationType", "AWS_IAM"


def signature(view: View, api: Resource, call: Resource, *, lets_others: bool) -> Check | None:
    """What keeps strangers from an integration; None for nothing.

    ``lets_others`` says whether a policy of the API lets in accounts besides its own, whose signature will do.
    """
    asking = _asking(view, api, call)
    if lets_others or not asking or not all(one.has(key, _SIGNED) for one, key in asking):
        return None
    names = ", ".join(one.name for one, _ in asking)
    return Check(ok=False, says=f"{names} of {view.owner(api)} takes requests signed by AWS principals only")


def for_client(client: Place, check: Check | None) -> tuple[Check, ...]:
    """The same for one client: what is of the account may have a signature, which is for rights to judge."""
    return (check,) if check and client.kind is Kind.INTERNET else ()


def _asking(view: View, api: Resource, call: Resource) -> list[tuple[Resource, str]]:
    """The methods or routes by which requests come to an integration, and where each says what it asks for."""
    if api.type.startswith("aws:apigateway/"):
        methods = view.resources.companions(api, _METHOD, by="restApi")
        return [(one, "authorization") for one in methods if _is_of(call, one)]
    routes = view.resources.companions(api, _ROUTE, by="apiId")
    opening = [one for one in routes if one.has("routeKey", "$connect")]
    target = f"integrations/{view.id_of(call)}"
    mine = [one for one in routes if text(one.get("target")) == target or call in view.refers(one, "target")]
    return [(one, _KEY) for one in opening or mine]


def _is_of(call: Resource, method: Resource) -> bool:
    return all(text(call.get(key)) == text(method.get(key)) for key in ("resourceId", "httpMethod"))
