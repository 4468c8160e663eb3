"""Services that AWS hosts under its own names: Amplify, AppSync, Transfer Family and others."""

from collections.abc import Iterator

from analyser.analyses.reach.graph_view import View, names, text, texts
from analyser.analyses.reach.network import flag
from analyser.analyses.reach.place import Interface, Kind, Place
from policy.model import Resource

APP_RUNNER = "aws:apprunner/service:Service"
GRAPHQL = "aws:appsync/graphQLApi:GraphQLApi"
TRANSFER = "aws:transfer/server:Server"
_WEB = (443,)
_RUNNER_INGRESS = "networkConfiguration.ingressConfiguration.isPubliclyAccessible"
# https://docs.aws.amazon.com/transfer/latest/userguide/create-server-in-vpc.html and create-server-as2.html
_TRANSFER_PORTS = {"SFTP": 22, "FTPS": 21, "FTP": 21, "AS2": 5080}


def hosted(view: View) -> Iterator[Place]:
    """One place for each hosted service."""
    for found in view.of(APP_RUNNER):
        public = flag(found, _RUNNER_INGRESS, True)
        yield _place(view, found, _WEB, public, "it answers VPC ingress connections alone", "apprunner.requests")
    for found in view.of(GRAPHQL):
        public = None if found.unknown("visibility") else not found.has("visibility", "PRIVATE")
        yield _by_signature(view, found, _place(view, found, _WEB, public, "it is a private API", "appsync-api"))
    for found in view.of(TRANSFER):
        yield _transfer(view, found)


def _place(view: View, found: Resource, ports: tuple[int, ...], public: bool | None, shut: str, inside: str) -> Place:
    closed = "" if public else shut if public is False else f"whether {found.name} is public is not known yet"
    return Place(
        name=view.owner(found),
        kind=Kind.SITE,
        urns=(found.urn,),
        ports=ports,
        words=frozenset({found.type.partition("/")[0].removeprefix("aws:")}),
        region=view.region_of(found),
        closed=closed,
        unsure=public is None,
        private_service="" if public else inside,
    )


def _by_signature(view: View, found: Resource, place: Place) -> Place:
    """An API that every caller has to sign for is open to no stranger.

    https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
    """
    more = [text(one.get("authenticationType")) for one in found.blocks("additionalAuthenticationProviders")]
    kinds = {text(found.get("authenticationType")), *more}
    if place.closed or kinds != {"AWS_IAM"}:
        return place
    closed = f"{view.owner(found)} answers requests signed by AWS principals only"
    return Place(place.name, place.kind, place.urns, ports=place.ports, words=place.words, closed=closed)


def _transfer(view: View, found: Resource) -> Place:
    """On addresses of AWS, or on those of a VPC: https://docs.aws.amazon.com/transfer/latest/userguide/create-server-in-vpc.html"""
    ports = tuple(_TRANSFER_PORTS.get(one, 22) for one in names(found, "protocols")) or (22,)
    if found.lacks("endpointType", "VPC", "VPC_ENDPOINT"):
        public = None if found.unknown("endpointType") else True
        return _place(view, found, ports, public, "", "")
    block = next(iter(found.blocks("endpointDetails")), None)
    groups = texts(block.list("securityGroupIds")) if block else ()
    subnets = names(block, "subnetIds") if block else ()
    public = bool(block and block.given("addressAllocationIds"))
    interface = Interface(subnets, groups, public=public)
    return Place(
        view.owner(found), Kind.STORE, (found.urn,), (interface,), ports,
        words=frozenset({"transfer", "sftp"}), region=view.region_of(found),
    )  # fmt: skip
