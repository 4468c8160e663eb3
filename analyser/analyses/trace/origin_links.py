"""Links behind the edge: from load balancers to registered targets, from APIs to functions."""

from collections.abc import Iterator

from analyser.analyses.reach.balancers import LISTENER
from analyser.analyses.reach.edge import QUICK
from analyser.analyses.reach.graph_view import text
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.targets import Member
from analyser.analyses.trace.edge import rules_of
from analyser.analyses.trace.model import Link, found, missing, shown
from analyser.analyses.trace.survey import Survey
from policy.model import Resource

GROUP = "aws:lb/targetGroup:TargetGroup"
_PERMISSION = "aws:lambda/permission:Permission"
_CALLS = (
    ("aws:apigateway/integration:Integration", "restApi", "uri"),
    ("aws:apigatewayv2/integration:Integration", "apiId", "integrationUri"),
    ("aws:apigateway/authorizer:Authorizer", "restApi", "authorizerUri"),
    ("aws:apigatewayv2/authorizer:Authorizer", "apiId", "authorizerUri"),
)
_STAGES = (("aws:apigateway/stage:Stage", "restApi"), ("aws:apigatewayv2/stage:Stage", "apiId"))


def listens(s: Survey, balancer: Resource) -> Link:
    """The load balancer answers in TLS."""
    listeners = s.companions(balancer, LISTENER, "loadBalancerArn")
    secure = [one for one in listeners if one.has("protocol", "HTTPS", "TLS")]
    return shown("listener", f"{balancer.name} answers in TLS", secure, "it has no listener for HTTPS")


def groups_of(s: Survey, balancer: Resource) -> list[Resource]:
    """The target groups that a load balancer forwards to, each once."""
    listeners = s.companions(balancer, LISTENER, "loadBalancerArn")
    named = [group for one in listeners for group in s.refers(one, "defaultActions", GROUP)]
    named += [group for rule in rules_of(s, balancer) for group in s.refers(rule, "actions", GROUP)]
    return list(dict.fromkeys(named))


def is_forwarded_to(s: Survey, group: Resource, balancer: Resource) -> Link:
    """A listener or a rule hands requests to the target group."""
    listeners = s.companions(balancer, LISTENER, "loadBalancerArn")
    senders = [one for one in listeners if group in s.refers(one, "defaultActions", GROUP)]
    senders += [rule for rule in rules_of(s, balancer) if group in s.refers(rule, "actions", GROUP)]
    return shown("rule", f"{balancer.name} forwards requests to {group.name}", senders, "no rule forwards to it")


def members_answer(s: Survey, group: Resource, balancer: Resource) -> Iterator[Link]:
    """Something registers itself with the target group, and the load balancer reaches it."""
    source = s.place(balancer)
    members = list(s.reach.relays.targets.members(group))
    if not members or source is None:
        yield missing("target", f"{group.name} has targets", "nothing registers any", [group])
        return
    for member in members:
        way = s.reach.relays.targets.to_member(source, member)
        evidence = [s.view.resources.by_urn[urn] for urn in member.urns]
        yield s.along("target", f"{balancer.name} reaches {member.place.name} on {member.port}", way, evidence)
        yield health_is_answered(s, group, member)


def health_is_answered(s: Survey, group: Resource, member: Member) -> Link:
    """The load balancer asks for health by a port that the target answers on, in the protocol that it speaks."""
    says = f"{member.place.name} answers the load balancer's question at {text(group.get('healthCheck.path')) or '/'}"
    port = group.get("healthCheck.port")
    asked = int(port) if isinstance(port, int) or (isinstance(port, str) and port.isdigit()) else member.port
    evidence = [group, *s.at(member.place)]
    if asked in (*member.place.ports, member.port):
        return found("health", says, evidence)
    return missing("health", says, f"it is asked on port {asked} and answers on {member.place.ports}", evidence)


def api_is_staged(s: Survey, api: Resource) -> Link:
    """The API is deployed, so that somebody answers at its address."""
    stages = [stage for token, by in _STAGES for stage in s.companions(api, token, by)]
    return shown("stage", f"{api.name} is deployed", stages or _quick(api), "it has no stage")


def api_calls(s: Survey, api: Resource, place: Place) -> Iterator[Link]:
    """The API calls functions, which let it; or answers by itself."""
    ways = [way for way in s.reach.passed_on(place) if way.target.kind is Kind.FUNCTION]
    calls = [one for token, by, _ in _CALLS for one in s.companions(api, token, by)]
    if not ways:
        answers = [one for one in calls if one.has("type", "MOCK")]
        by_itself = answers or ([api] if api.given("body") else _quick(api))
        yield shown("call", f"{api.name} answers by itself", by_itself, "nothing answers its requests")
        return
    for way in dict.fromkeys(ways):
        (function,) = s.at(way.target)
        callers = [
            one for token, by, path in _CALLS for one in s.companions(api, token, by) if _calls(s, one, path, function)
        ]
        permissions = s.companions(function, _PERMISSION, "function")
        yield s.along("call", f"{api.name} calls {way.target.name}", way, [*callers, *permissions])


def _quick(api: Resource) -> list[Resource]:
    return [api] if api.given(QUICK) else []


def _calls(s: Survey, call: Resource, path: str, function: Resource) -> bool:
    named = s.refers(call, path)
    aliased = [one for alias in named for one in s.refers(alias, "functionName")]
    return function in [*named, *aliased]
