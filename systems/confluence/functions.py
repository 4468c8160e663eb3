"""The functions of the Lambda model, each with a role and a security group that open its own things only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi

from components.compute.function import Function, FunctionSettings, FunctionTier
from components.compute.function_code import CodeSettings
from components.compute.layer import Layer
from components.data.database_proxy import DatabaseProxy
from components.data.table_rights import TableRights
from components.edge.websocket_api import WebSocketApi
from components.network.network import Network
from components.statements import Grant, Statement
from systems.confluence.data import cache_variables, database_url
from systems.confluence.models import LambdaModel
from systems.confluence.parts import Data, metrics_namespace, variable_of
from systems.eks_schema import APPLICATION_USER
from systems.foundation import Stack
from systems.reader_timeout import reader_seconds

LOGICAL = {"document": "pages", "search": "query"}
"""Logical names that are not those of the stores behind them, as in the names of security groups."""
_INSTRUMENTED = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument", "OTEL_AWS_APPLICATION_SIGNALS_ENABLED": "false"}
"""Traces alone: Application Signals would want a log group and rights of its own."""


@dataclass(frozen=True)
class _Own:
    """What one service has beside the database and the cache, and where its code finds it."""

    rights: Sequence[Grant]
    environment: Mapping[str, pulumi.Input[str]]
    searches: bool = False
    stores_files: bool = False
    outside: Mapping[str, int] = field(default_factory=dict)
    """What it calls outside AWS: a purpose and the port. It then stands where NAT is."""


class Functions:
    """Creates the functions, each with its own least-privilege role; while the stack stands by, none is invoked."""

    def __init__(
        self, stack: Stack[object], *, model: LambdaModel, network: Network, data: Data, stand_by: bool
    ) -> None:
        self._model = model
        self._account = stack.account
        self._keys = stack.keys
        self._network = network
        self._data = data
        self._stand_by = stand_by
        self.given_up: Mapping[str, pulumi.Output[str]] = {}
        """The queues that name the changes of tables which the collaboration function failed on for good."""
        self._layer = Layer(
            "collaboration-layer",
            archive="dist/collaboration-layer.zip",
            description="Documents that merge, tokens and clients of the collaboration code",
        )
        self._pool = DatabaseProxy(
            "connection-pool",
            model.proxy,
            account=stack.account,
            network=network,
            database=data.database,
            log_key=stack.keys.logs,
        )

    def service(self, service: str) -> Function:
        """A service of the product: it reaches the database, the cache and what is its own.

        Only those that call others' servers, for OAuth and mail, stand in the private tier, which has a way out, unless
        the settings say otherwise; in the data tier they call nobody.
        """
        data, own = self._data, self._own(service)
        tier = self._model.subnets.get(service, "private" if own.outside else "data")
        function = self._make(
            service,
            getattr(self._model, service),
            code=self._model.code_of(service),
            tier=tier,
            environment={
                "SERVICE": service,
                "DATABASE_URL": database_url(data, self._pool.endpoint),
                **cache_variables(data),
                **own.environment,
            },
            grants=[self._pool.connect(APPLICATION_USER), data.cache.connect, *own.rights],
        )
        for store in (self._pool, data.cache, *([data.search] if own.searches else [])):
            store.allow(function)
        self._network.endpoints.allow(function, 443, f"Secrets for {service}")
        if own.stores_files:
            self._network.allow_gateway(function, "s3")
        if function.security_group is not None and tier == "private":
            for purpose, port in own.outside.items():
                function.security_group.allow_egress(purpose, "0.0.0.0/0", port, f"Outside AWS: {purpose}")
        return function

    def collaboration(self, tables: Mapping[str, TableRights], sockets: WebSocketApi) -> dict[str, Function]:
        """The functions that this project brings the code of: who may connect, sockets, and what streams tell.

        Those that push to sockets call API Gateway's public address, so they stand where NAT is.
        """
        environment = {
            "SESSIONS_TABLE": tables["sessions"].table_name,
            "OPERATIONS_TABLE": tables["operations"].table_name,
            "PRESENCE_TABLE": tables["presence"].table_name,
            "MANAGEMENT_ENDPOINT": sockets.management_endpoint,
            "METRICS_NAMESPACE": metrics_namespace(),
        }
        rights = [*(table.read_write for table in tables.values()), sockets.manage_connections]
        made = {}
        for name in ("websocket", "collaboration"):
            made[name] = function = self._make(
                name,
                getattr(self._model, name),
                code=CodeSettings(folder="functions/collaboration", handler="collaboration.handlers.handle"),
                tier="private",
                environment={**environment, "READER_SECONDS": str(reader_seconds(getattr(self._model, name)))},
                grants=rights,
                layers=[self._layer.arn],
            )
            if function.security_group is not None:
                function.security_group.allow_egress(
                    "https", "0.0.0.0/0", 443, "The management API of sockets, and AWS"
                )
        collaboration = made["collaboration"]
        consumers = {
            "sessions": collaboration.consume("sessions", tables["sessions"], changes=["REMOVE"]),
            "presence": collaboration.consume("presence", tables["presence"], changes=["REMOVE"]),
            "operations": collaboration.consume("operations", tables["operations"]),
        }
        self.given_up = {key: consumer.failures_name for key, consumer in consumers.items()}
        for judge in ("rest", "sockets"):
            made[f"authorizer-{judge}"] = self._make(
                f"authorizer-{judge}",
                FunctionSettings(memory_mib=256, timeout_seconds=10),
                code=CodeSettings(folder="functions/authorizer", handler=f"authorizer.handlers.{judge}"),
                tier=None,
                environment={"JWT_SECRET_ARN": self._data.signing_key.arn},
                grants=[self._data.signing_key.read, self._data.open_secrets],
                layers=[self._layer.arn],
            )
        return made

    def _own(self, service: str) -> "_Own":
        data = self._data
        secrets = {"auth": "oauth-client-secrets", "user": "smtp-credentials", "document": "encryption-keys"}
        own = {
            "auth": _Own([data.signing_key.read], {"JWT_SECRET": data.signing_key.arn}, outside={"oauth": 443}),
            # Submission over TLS from the start: https://www.rfc-editor.org/rfc/rfc8314#section-3.3
            "user": _Own([], {}, outside={"mail": 465}),
            "document": _Own(
                [data.uploads.read_write, data.backups.write, data.search.read_write],
                {
                    "UPLOADS_BUCKET": data.uploads.bucket_name,
                    "BACKUPS_BUCKET": data.backups.bucket_name,
                    "SEARCH_ENDPOINT": data.search.endpoint,
                },
                searches=True,
                stores_files=True,
            ),
            "search": _Own([data.search.search], {"SEARCH_ENDPOINT": data.search.endpoint}, searches=True),
        }[service]
        if service not in secrets:
            return own
        name = secrets[service]
        environment = {**own.environment, variable_of(name): data.secrets[name].arn}
        rights = [*own.rights, data.secrets[name].read, data.open_secrets]
        return replace(own, rights=rights, environment=environment)

    def _make(
        self,
        name: str,
        settings: FunctionSettings,
        *,
        code: CodeSettings,
        tier: FunctionTier | None,
        environment: Mapping[str, pulumi.Input[str]],
        grants: Sequence[Grant],
        layers: Sequence[pulumi.Input[str]] = (),
    ) -> Function:
        inside: dict[str, Any] = {}
        if tier is not None:
            # The design names it; it would let a function write every log group, but for the refusal.
            policy = self._account.managed_policy("service-role/AWSLambdaVPCAccessExecutionRole")
            inside = {"network": self._network, "tier": tier, "managed_policies": [policy]}
            grants = [*grants, self._own_logs_only(name)]
        layers = [*layers, *code.layers]
        # Whoever is outside the network asks no store.
        if tier is not None and (instrumentation := self._instrumentation(code)):
            layers = [*layers, instrumentation]
            environment = {**environment, **_INSTRUMENTED}
        return Function(
            LOGICAL.get(name, name),
            settings,
            account=self._account,
            key=self._keys.secrets,
            log_key=self._keys.logs,
            code=None if code.image else code.folder,
            handler=None if code.image else code.handler,
            runtime=code.runtime,
            architecture=code.architecture,
            image=code.image,
            description=f"Confluence: {name}",
            function_name=f"{self._model.prefix}-{name}",
            environment=environment,
            grants=grants,
            layers=layers,
            stands_by=self._stand_by,
            **inside,
        )

    def _instrumentation(self, code: CodeSettings) -> str | None:
        """The layer for the function's language; an image takes none."""
        return code.instrumentation or (self._model.instrumentation if code.is_python else None)

    def _own_logs_only(self, name: str) -> Grant:
        own = self._account.arn("logs", f"log-group:/aws/lambda/{self._model.prefix}-{name}:*")
        actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
        return Statement("RefuseOtherLogs", actions, [], effect="Deny", all_but=[own])
