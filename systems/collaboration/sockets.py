"""The WebSocket API of the collaboration platform and its functions.

API Gateway keeps the clients' connections. The functions, which are the library functions/collaboration, write to the
state table and tell the servers on Fargate over Redis; the servers answer HTTP and do what takes longer.
"""

from collections.abc import Mapping, Sequence

import pulumi

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
from systems.foundation import Stack
from systems.reader_timeout import reader_seconds

HANDLER, STREAMS, AUTHORIZER = "websocket", "websocket-streams", "websocket-authorizer"
ROUTES = ("$disconnect", "$default", "join", "operation", "presence")


def make_sockets(
    stack: Stack[SystemSettings],
    *,
    network: Network,
    data: Data,
    certificate: Certificate | ExistingCertificate,
    stands_by: bool = False,
) -> Sockets:
    """The API with a stage named after the environment; who may connect is for tokens that the signing key made.

    Where another region may take its place it has a name, which ``certificate`` holds.
    """
    logging = ApiGatewayLogging("api-logging", account=stack.account) if stack.settings.api_gateway_logging else None
    named = stack.settings.sockets.model_copy(
        update={
            "stage_name": stack.settings.sockets.stage_name or stack.settings.prefix(stack.account.environment),
            "domain": stack.settings.sockets_domain,
        }
    )
    api = WebSocketApi(
        "sockets",
        named,
        account=stack.account,
        log_key=stack.keys.logs,
        certificate=certificate if stack.settings.sockets_domain else None,
        keeps_path=True,
        logging=logging,
    )
    functions = _Functions(stack, network=network, data=data, api=api, stands_by=stands_by).make()
    api.route("$connect", functions[HANDLER], authorizer=api.authorize(functions[AUTHORIZER]))
    for route in ROUTES:
        api.route(route, functions[HANDLER])
    consumer = functions[STREAMS].consume("state", data.state)
    return Sockets(api, functions, consumer.failures_name)


class _Functions:
    """Makes the functions, each with a role that opens its own things only."""

    def __init__(
        self, stack: Stack[SystemSettings], *, network: Network, data: Data, api: WebSocketApi, stands_by: bool
    ) -> None:
        self._stands_by = stands_by
        self._settings = stack.settings
        self._account = stack.account
        self._keys = stack.keys
        self._network = network
        self._data = data
        self._api = api
        self._layer = Layer(
            "collaboration-layer",
            archive="dist/collaboration-layer.zip",
            description="Documents that merge, tokens and clients of the collaboration code",
        )

    def make(self) -> dict[str, Function]:
        """The functions by purpose; the two that call the management API run in subnets with NAT."""
        return {
            HANDLER: self._collaborating(HANDLER, "sockets", "Messages of clients"),
            STREAMS: self._collaborating(STREAMS, "streams", "What became of the state, by its stream"),
            AUTHORIZER: self._function(
                AUTHORIZER,
                size=FunctionSettings(memory_mib=256, timeout_seconds=10),
                code="functions/authorizer",
                handler="authorizer.handlers.sockets",
                purpose="Who may connect",
                network=None,
                environment={"JWT_SECRET_ARN": self._data.signing_key.arn},
                grants=[self._data.signing_key.read, self._data.secrets_key(self._keys).decrypt],
            ),
        }

    def _collaborating(self, name: str, handler: str, purpose: str) -> Function:
        data, settings = self._data, self._settings
        function = self._function(
            name,
            size=settings.socket_function,
            code="functions/collaboration",
            handler=f"collaboration.handlers.{handler}",
            purpose=purpose,
            network=self._network,
            environment={
                "STATE_TABLE": data.state.table_name,
                "REDIS_SECRET_ARN": data.cache_secret.arn,
                "MANAGEMENT_ENDPOINT": self._api.management_endpoint,
                "METRICS_NAMESPACE": metrics_namespace(settings, self._account),
                "READER_SECONDS": str(reader_seconds(settings.socket_function)),
            },
            grants=[
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
        *,
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
