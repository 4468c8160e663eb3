"""What answers requests and carries events: the REST and the WebSocket API with the functions behind them."""

from collections.abc import Mapping

import pulumi

from components.account import Account
from components.compute.function import Function, FunctionSettings
from components.compute.layer import Layer
from components.data.bucket_rights import CopiedBucket
from components.data.bucket_takeover import BucketTakeover
from components.data.table import Table
from components.data.table_schema import TableSchema
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.certificate import Certificate, CertificateSettings
from components.edge.health_check import HealthCheck, HealthCheckSettings
from components.edge.rest_api import RestApi
from components.edge.rest_routes import CognitoAuthorizer, RestRoute
from components.edge.websocket_api import WebSocketApi
from components.network.network import Network
from components.statements import Grant
from systems.foundation import Keys, Stack
from systems.mdreader.backend import make_backend, make_schema
from systems.mdreader.parts import METRICS, WEBSOCKET_API, Api, Data, Mail, Names, SignIn
from systems.mdreader.settings import SystemSettings

HEALTH = "/health"
_CONNECTIONS = TableSchema(("userId", "S"), ("connectionId", "S"), ttl_attribute="expires")


def make_api(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    data: Data,
    sign_in: SignIn,
    names: Names,
    mail: Mail,
    promoted: bool | None = None,
) -> Api:
    """Both APIs under their public names; callers are users of the pool, except for /health.

    ``promoted`` says of a recovery stack whether functions run. Home asks from outside whether the API
    answers, wherever it does.
    """
    at_home, stands_by = promoted is None, promoted is False
    logging = ApiGatewayLogging("api-logging", account=stack.account) if stack.settings.api_gateway_logging else None
    sockets = _sockets(stack, names=names, logging=logging)
    connections = Table(
        "connections", stack.settings.connections, schema=_CONNECTIONS, account=stack.account, key=stack.keys.data
    )
    makes = _Functions(stack.account, stack.keys, stands_by=stands_by)
    migration = make_schema(stack, network=network, data=data)
    backend = make_backend(
        stack,
        network=network,
        data=data,
        sign_in=sign_in,
        names=names,
        mail=mail,
        sockets=sockets,
        connections=connections,
        clients=clients(stack.settings),
        stands_by=stands_by,
    )
    made = {
        "backend": backend,
        "files": _files(stack.settings, makes, data, promoted=promoted),
        "events": makes.function(
            "events",
            stack.settings.events,
            code="functions/collaboration",
            handler="collaboration.events.handle",
            description="Events between the devices of a user",
            environment={
                "CONNECTIONS_TABLE": connections.table_name,
                "MANAGEMENT_ENDPOINT": sockets.management_endpoint,
                "METRICS_NAMESPACE": METRICS,
            },
            grants=[connections.read_write, sockets.manage_connections],
            layered=True,
        ),
        "authorizer": makes.function(
            "authorizer",
            FunctionSettings(memory_mib=256, timeout_seconds=10),
            code="functions/authorizer",
            handler="authorizer.handlers.sockets",
            description="Who may open a socket for events",
            environment={
                "JWKS_URL": pulumi.Output.concat(sign_in.issuer, "/.well-known/jwks.json"),
                "JWT_ISSUER": sign_in.issuer,
                "JWT_AUDIENCE": sign_in.client_id,
            },
            grants=[],
            layered=True,
        ),
    }
    sockets.route("$connect", made["events"], authorizer=sockets.authorize(made["authorizer"]))
    for route in ("$disconnect", "$default"):
        sockets.route(route, made["events"])
    rest = _rest(stack, sign_in=sign_in, names=names, backend=backend, logging=logging)
    health = HealthCheck("api-health", HealthCheckSettings(domain=names.api, path=HEALTH)) if at_home else None
    return Api(rest, sockets, made, migration, connections, health)


class _Functions:
    """Makes functions outside the network, which reach AWS by its public addresses and nothing of the stack's own."""

    def __init__(self, account: Account, keys: Keys, *, stands_by: bool) -> None:
        self.account = account
        self.stands_by = stands_by
        self.keys = keys
        self._layer = Layer(
            "collaboration-layer",
            archive="dist/collaboration-layer.zip",
            description="Tokens and what else the shared functions need",
        )

    def function(
        self,
        name: str,
        settings: FunctionSettings,
        *,
        code: str,
        handler: str,
        description: str,
        environment: Mapping[str, pulumi.Input[str]],
        grants: list[Grant],
        layered: bool = False,
        asynchronous: bool = False,
    ) -> Function:
        """A function of its own role, with the libraries of the collaboration code where it needs them."""
        return Function(
            name,
            settings,
            account=self.account,
            key=self.keys.secrets,
            log_key=self.keys.logs,
            code=code,
            handler=handler,
            description=f"MDReader: {description}",
            environment=environment,
            grants=grants,
            layers=[self._layer.arn] if layered else [],
            asynchronous=asynchronous,
            stands_by=self.stands_by,
        )


def _files(settings: SystemSettings, makes: _Functions, data: Data, *, promoted: bool | None) -> Function:
    """Looks at every new attachment and tags it with what it is."""
    function = makes.function(
        "file-processing",
        settings.files,
        code="functions/mdreader_files",
        handler="handler.handle",
        description="Looks at every uploaded file and tags it with what it is",
        environment={},
        grants=[data.uploads.tag],
        asynchronous=True,
    )
    if isinstance(data.uploads, CopiedBucket):
        cors = settings.uploads.cors
        BucketTakeover("uploads", bucket=data.uploads, cors=cors, function=function, promoted=bool(promoted))
    else:
        data.uploads.notify(function)
    return function


def _sockets(stack: Stack[SystemSettings], *, names: Names, logging: ApiGatewayLogging | None) -> WebSocketApi:
    api = WebSocketApi(
        "sockets",
        stack.settings.sockets.model_copy(update={"api_name": WEBSOCKET_API, "domain": names.events}),
        account=stack.account,
        log_key=stack.keys.logs,
        certificate=_certificate("events-certificate", domain=names.events, names=names, account=stack.account),
        logging=logging,
    )
    if api.alias_target is not None:
        names.lead(names.events, api.alias_target)
    return api


def _rest(
    stack: Stack[SystemSettings], *, sign_in: SignIn, names: Names, backend: Function, logging: ApiGatewayLogging | None
) -> RestApi:
    """Everything below / goes to the backend; pages of the site and of the desktop clients may call it."""
    site = f"https://{names.domain}"
    update = {"domain": names.api, "cors_origin": site}
    api = RestApi(
        "rest",
        stack.settings.api.model_copy(update=update),
        account=stack.account,
        log_key=stack.keys.logs,
        routes={"all": RestRoute("/", backend), "health": RestRoute(HEALTH, backend, authorized=False)},
        authorizer=CognitoAuthorizer(sign_in.pool_arn),
        certificate=_certificate("api-certificate", domain=names.api, names=names, account=stack.account),
        logging=logging,
        desktop_origins=[origin for origin in clients(stack.settings) if origin != site and "*" not in origin],
    )
    if api.alias_target is not None:
        names.lead(names.api, api.alias_target)
    return api


def clients(settings: SystemSettings) -> tuple[str, ...]:
    """The origins of the pages that upload, and so are clients: the site's own and those of desktop applications."""
    return settings.uploads.cors.origins if settings.uploads.cors else ()


def _certificate(name: str, *, domain: str, names: Names, account: Account) -> Certificate:
    return Certificate(name, CertificateSettings(domain=domain), zone=names.zone, region=account.region)
