"""The APIs of the Lambda model: REST before the services, WebSockets before the collaboration functions."""

from collections.abc import Mapping

from components.compute.function import Function
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.rest_api import RestApi
from components.edge.rest_routes import LambdaAuthorizer, RestRoute
from components.edge.websocket_api import WebSocketApi
from components.edge.zone import AliasTarget
from components.operations.alarms import Alarm
from systems.confluence.edge import lead_here
from systems.confluence.models import LambdaModel
from systems.confluence.parts import Names
from systems.foundation import Stack

HEALTH = "/auth/health"


def make_sockets(
    stack: Stack[object], *, model: LambdaModel, names: Names, logging: ApiGatewayLogging | None
) -> WebSocketApi:
    """The WebSocket API, under a name of its own."""
    domain = names.below("ws")
    certificate = Certificate(
        "websocket-certificate", CertificateSettings(domain=domain), zone=names.zone, region=stack.account.region
    )
    return WebSocketApi(
        "sockets",
        model.sockets.model_copy(update={"domain": domain}),
        account=stack.account,
        log_key=stack.keys.logs,
        certificate=certificate,
        logging=logging,
    )


def route_messages(sockets: WebSocketApi, functions: Mapping[str, Function]) -> None:
    """Operations change documents, and who joins is sent one of any size, which takes the memory and the time of the
    collaboration function."""
    handler = functions["websocket"]
    sockets.route("$connect", handler, authorizer=sockets.authorize(functions["authorizer-sockets"]))
    for route in ("$disconnect", "$default", "presence"):
        sockets.route(route, handler)
    for route in ("join", "operation"):
        sockets.route(route, functions["collaboration"])


def make_rest(
    stack: Stack[object],
    *,
    model: LambdaModel,
    names: Names,
    functions: Mapping[str, Function],
    logging: ApiGatewayLogging | None,
) -> RestApi:
    """The REST API with a route for each service; who signs in has no token yet, and all others need one.

    Where regions take each other's place it has a name that both of them answer at, in the recovery region no other.
    """
    settings, only, shared = model.rest, None, {}
    if names.fails_over:
        named = CertificateSettings(domain=names.serving)
        certificate = Certificate("rest-certificate", named, zone=names.zone, region=stack.account.region)
        if names.taken_over is None:
            shared = {names.serving: certificate}
        else:
            settings, only = model.rest.model_copy(update={"domain": names.serving}), certificate
    routes = {
        "auth": RestRoute("/auth", functions["auth"], authorized=False),
        "users": RestRoute("/api/users", functions["user"]),
        "spaces": RestRoute("/api/spaces", functions["document"]),
        "pages": RestRoute("/api/pages", functions["document"]),
        "search": RestRoute("/api/search", functions["search"], cached=("q", "space", "page", "size")),
    }
    return RestApi(
        "rest",
        settings,
        account=stack.account,
        log_key=stack.keys.logs,
        routes=routes,
        authorizer=LambdaAuthorizer(functions["authorizer-rest"]),
        certificate=only,
        also=shared,
        logging=logging,
    )


def lead_to_apis(names: Names, rest: RestApi, sockets: WebSocketApi) -> dict[str, Alarm]:
    """The names of both, and what watches that they are answered here while this region serves."""
    if sockets.alias_target is None:
        raise ValueError("sockets are under a name of the system's own")
    domain = names.below("ws")
    if not names.fails_over:
        names.zone.alias(domain, sockets.alias_target)
        return {}
    served = names.below("sockets")
    watched = lead_here(names, {names.serving: rest.target_of(names.serving), served: sockets.alias_target}, HEALTH)
    if names.taken_over is None:
        # The public name stays as it is: one of two answers could not take the place of a single one without a gap.
        names.zone.alias(domain, AliasTarget(served, names.zone.zone_id))
    return watched
