"""AWS's edge as places: the internet, CloudFront, load balancers, APIs, hosted sites, services."""

from collections.abc import Iterator

from analyser.analyses.reach.accelerators import accelerators
from analyser.analyses.reach.balancers import balancers
from analyser.analyses.reach.classic_load_balancers import classic_balancers
from analyser.analyses.reach.client_access import doors
from analyser.analyses.reach.data_planes import Door, by_policy, door, policies_of
from analyser.analyses.reach.graph_view import View
from analyser.analyses.reach.hosted_services import hosted
from analyser.analyses.reach.kubernetes_edge import kubernetes_balancers
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.node_ports import node_ports
from analyser.analyses.reach.place import Kind, Place
from analyser.analyses.reach.private_link import PrivateLinks
from policy.model import Resource
from resource_types import fact

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
REST_API = "aws:apigateway/restApi:RestApi"
API = "aws:apigatewayv2/api:Api"
QUICK = "target"
"""What an HTTP API is made with that calls it on a route and a stage of its own ("quick create").

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop.html
"""
_DOMAINS = {REST_API: "aws:apigateway/basePathMapping:BasePathMapping", API: "aws:apigatewayv2/apiMapping:ApiMapping"}
_FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"
AMPLIFY = "aws:amplify/app:App"
_WEB = (443,)
INTERNET = Place("internet", Kind.INTERNET, ports=_WEB)
# The order in which people read them; whatever else has a public API comes after, by its type.
_ORDER = (
    "s3", "dynamodb", "sqs", "sns", "kinesis-streams", "secretsmanager", "ecr.dkr", "states", "cognito-idp", "es",
)  # fmt: skip


def edge(view: View) -> Iterator[Place]:
    """Everything of the stack that AWS answers for, the internet first."""
    yield INTERNET
    for found in view.of(DISTRIBUTION):
        yield _hosted(view, found, Kind.CLOUDFRONT, (443, 80), "cdn")
    yield from balancers(view)
    yield from classic_balancers(view)
    yield from node_ports(view)
    yield from kubernetes_balancers(view)
    yield from accelerators(view)
    yield from PrivateLinks(view).places()
    yield from hosted(view)
    yield from doors(view)
    for found in view.of(REST_API, API):
        yield _api(view, found)
    for found in view.of(_FUNCTION_URL):
        yield _hosted(view, found, Kind.API, _WEB, "function-url")
    for found in view.of(AMPLIFY):
        yield _hosted(view, found, Kind.SITE, _WEB, "amplify")


def services(view: View) -> Iterator[Place]:
    """Every resource behind the public API of an AWS service. What IAM says of it is another question."""
    grouped: dict[tuple[str, str], list[Resource]] = {}
    for service, token in _public_apis(view):
        for found in view.of(token):
            if not found.has("vpcOptions"):  # a search domain in a VPC is a store
                grouped.setdefault((view.owner(found), service), []).append(found)
    for (name, service), members in grouped.items():
        barred = door(view, members[0])
        yield Place(
            name=name,
            kind=Kind.SERVICE,
            urns=tuple(member.urn for member in members),
            ports=_WEB,
            words=frozenset({service, members[0].type.rsplit(":", 1)[-1].lower()}),
            service=service,
            region=view.region_of(members[0]),
            # A user pool's sign-in takes requests without credentials of AWS.
            closed="" if service == "cognito-idp" else barred.closed,
            unsure=barred.unsure,
            admits=barred.admits,
        )


def _public_apis(view: View) -> list[tuple[str, str]]:
    """The services behind whose public API resources of the stack are, with the types of these."""
    found = [(api["service"], token) for token in sorted(view.graph.counts) if (api := fact(token, "public_api"))]
    return sorted(found, key=lambda pair: _ORDER.index(pair[0]) if pair[0] in _ORDER else len(_ORDER))


def _hosted(view: View, found: Resource, kind: Kind, ports: tuple[int, ...], word: str) -> Place:
    on = flag(found, "enabled", True)
    off = None if on is None else not on
    return Place(
        name=view.owner(found),
        kind=kind,
        urns=(found.urn,),
        ports=ports,
        words=frozenset({word}),
        region=view.region_of(found),
        closed=f"{view.owner(found)} is {'perhaps ' if off is None else ''}switched off" if off is not False else "",
        unsure=off is None,
    )


def _api(view: View, found: Resource) -> Place:
    private = found.has("endpointConfiguration.types", "PRIVATE")
    mapped = view.resources.companions(found, _DOMAINS[found.type], by=_api_key(found))
    hidden = found.has("disableExecuteApiEndpoint", True) and not mapped
    closed = "it is a private API" if private else "its own address is off and no domain leads to it" if hidden else ""
    barred = Door(closed) if closed else _by_own_policy(view, found)
    sockets = found.has("protocolType", "WEBSOCKET")
    return Place(
        name=view.owner(found),
        kind=Kind.API,
        urns=(found.urn,),
        ports=_WEB,
        words=frozenset({"websocket-api" if sockets else "http-api"}),
        region=view.region_of(found),
        closed=barred.closed,
        unsure=barred.unsure,
        admits=barred.admits,
        private_service="execute-api" if private else "",
    )


def _by_own_policy(view: View, found: Resource) -> Door:
    """Whom the policy of a REST API lets in; without one it asks nobody who he is.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
    """
    held, unread = policies_of(view, found)
    return (
        by_policy(view, found, f"the policy of {view.owner(found)} lets no stranger in") if held or unread else Door()
    )


def _api_key(found: Resource) -> str:
    return "restApi" if found.type == REST_API else "apiId"
