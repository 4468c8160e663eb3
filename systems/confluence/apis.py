"""The APIs of the Lambda model: REST before the services, WebSockets before the collaboration functions."""

from collections.abc import Mapping

from components.account import Account
from components.compute.function import Function
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.rest_api import RestApi
from components.edge.rest_routes import LambdaAuthorizer, RestRoute
from components.edge.websocket_api import WebSocketApi
from systems.confluence.parts import Names
from systems.confluence.settings import LambdaModel
from systems.foundation import Keys


def make_sockets(
    model: LambdaModel, account: Account, keys: Keys, names: Names, logging: ApiGatewayLogging | None
) -> WebSocketApi:
    """The WebSocket API, under a name of its own."""
    domain = names.below("ws")
    certificate = Certificate(
        "websocket-certificate", CertificateSettings(domain=domain), zone=names.zone, region=account.region
    )
    api = WebSocketApi(
        "sockets",
        model.sockets.model_copy(update={"domain": domain}),
        account=account,
        log_key=keys.logs,
        certificate=certificate,
        logging=logging,
    )
    if api.alias_target is not None:
        names.zone.alias(domain, api.alias_target)
    return api


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
    model: LambdaModel,
    account: Account,
    keys: Keys,
    functions: Mapping[str, Function],
    logging: ApiGatewayLogging | None,
) -> RestApi:
    """The REST API with a route for each service; who signs in has no token yet, and all others need one."""
    routes = {
        "auth": RestRoute("/auth", functions["auth"], authorized=False),
        "users": RestRoute("/api/users", functions["user"]),
        "spaces": RestRoute("/api/spaces", functions["document"]),
        "pages": RestRoute("/api/pages", functions["document"]),
        "search": RestRoute("/api/search", functions["search"], cached=("q", "space", "page", "size")),
    }
    return RestApi(
        "rest",
        model.rest,
        account=account,
        log_key=keys.logs,
        routes=routes,
        authorizer=LambdaAuthorizer(functions["authorizer-rest"]),
        logging=logging,
    )
