"""The WebSocket API of the collaboration platform and its functions.

API Gateway keeps the clients' connections. The functions, which are the library functions/collaboration, write to the
state table and tell the servers on Fargate over Redis; the servers answer HTTP and do what takes longer.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.account import Account
from components.compute.function import Function, FunctionSettings
from components.compute.layer import Layer
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.certificate import Certificate, ExistingCertificate
from components.edge.websocket_api import WebSocketApi
from components.network.network import Network
from components.statements import Grant
from systems.collaboration.application import metrics_namespace
from systems.collaboration.parts import Data, Sockets
from systems.collaboration.settings import SystemSettings
from systems.foundation import Keys
from systems.slow_readers import reader_seconds

HANDLER, STREAMS, AUTHORIZER = "websocket", "websocket-streams", "websocket-authorizer"
ROUTES = ("$disconnect", "$default", "join", "operation", "presence")


def make_sockets(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    network: Network,
    data: Data,
    certificate: Certificate | ExistingCertificate,
    *,
    stands_by: bool = False,
) -> Sockets:
    """The API with a stage named after the environment; who may connect is for tokens that the signing key made.

    Where another region may take its place it has a name, which ``certificate`` holds.
    """
    logging = ApiGatewayLogging("api-logging", account=account) if settings.api_gateway_logging else None
    named = settings.sockets.model_copy(
        update={
            "stage_name": settings.sockets.stage_name or settings.prefix(account.environment),
            "domain": settings.sockets_domain,
        }
    )
    api = WebSocketApi(
        "sockets",
        named,
        account=account,
        log_key=keys.logs,
        certificate=certificate if settings.sockets_domain else None,
        keeps_path=True,
        logging=logging,
    )
    functions = _Functions(settings, account, keys, network, data, api, stands_by=stands_by).make()
    api.route("$connect", functions[HANDLER], authorizer=api.authorize(functions[AUTHORIZER]))
    for route in ROUTES:
        api.route(route, functions[HANDLER])
    consumer = functions[STREAMS].consume("state", data.state)
    return Sockets(api, functions, consumer.failures_name)


class _Functions:
    """Makes the functions, each with a role that opens its own things only."""

    def __init__(
        self,
        settings: SystemSettings,
        account: Account,
        keys: Keys,
        network: Network,
        data: Data,
        api: WebSocketApi,
        *,
        stands_by: bool,
    ) -> None:
        self._stands_by = stands_by
        self._settings = settings
        self._account = account
        self._keys = keys
        self._network = network
        self._data = data
        self._api = api
        self._layer = Layer(
            "collaboration-layer",
            archive="dist/collaboration-layer.zip",
            description="Documents that merge, tokens and clients of the collaboration code",
        )

    def make(self) -> dict[str, Function]:
        """By what they do; both that push to clients call a public address, so they stand where NAT is."""
        return {
            HANDLER: self._collaborating(HANDLER, "sockets", "Messages of clients"),
            STREAMS: self._collaborating(STREAMS, "streams", "What became of the state, by its stream"),
            AUTHORIZER: self._function(
                AUTHORIZER,
                FunctionSettings(memory_mib=256, timeout_seconds=10),
                "functions/authorizer",
                "authorizer.handlers.sockets",
                "Who may connect",
                None,
                {"JWT_SECRET_ARN": self._data.signing_key.arn},
                [self._data.signing_key.read, self._data.secrets_key(self._keys).decrypt],
            ),
        }

    def _collaborating(self, name: str, handler: str, purpose: str) -> Function:
        data, settings = self._data, self._settings
        function = self._function(
            name,
            settings.socket_function,
            "functions/collaboration",
            f"collaboration.handlers.{handler}",
            purpose,
            self._network,
            {
                "STATE_TABLE": data.state.table_name,
                "REDIS_SECRET_ARN": data.cache_secret.arn,
                "MANAGEMENT_ENDPOINT": self._api.management_endpoint,
                "METRICS_NAMESPACE": metrics_namespace(settings, self._account),
                "READER_SECONDS": str(reader_seconds(settings.socket_function)),
            },
            [
                data.state.read_write,
                data.cache_secret.read,
                self._keys.secrets.decrypt,
                self._api.manage_connections,
            ],
        )
        data.cache.allow(function)
        if function.security_group is not None:
            function.security_group.allow_egress("https", "0.0.0.0/0", 443, "The management API of sockets, and AWS")
        return function

    def _function(
        self,
        name: str,
        size: FunctionSettings,
        code: str,
        handler: str,
        purpose: str,
        network: Network | None,
        environment: Mapping[str, pulumi.Input[str]],
        grants: Sequence[Grant],
    ) -> Function:
        return Function(
            name,
            size,
            account=self._account,
            key=self._keys.secrets,
            log_key=self._keys.logs,
            code=code,
            handler=handler,
            description=f"Collaboration: {purpose}",
            function_name=f"{self._settings.prefix(self._account.environment)}-{name}",
            environment=environment,
            grants=grants,
            network=network,
            layers=[self._layer.arn],
            stands_by=self._stands_by,
        )
