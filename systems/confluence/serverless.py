"""The Lambda model: a REST and a WebSocket API before functions, with the state of collaboration in DynamoDB."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.compute.function import Function
from components.data.database_migration import DatabaseMigration
from components.data.dax import Accelerator
from components.data.migration_files import read_files
from components.data.search_access import SearchRole
from components.data.table import Table
from components.data.table_rights import TableRights
from components.data.table_schema import TableIndex, TableSchema
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.firewall import Firewall
from components.edge.origins import Origin
from components.edge.rest_api import RestApi
from components.edge.websocket_api import WebSocketApi
from components.merging import disjoint
from components.network.network import Network
from components.operations.alarms import Alarm, api_gateway, dynamodb, lambda_functions, sqs, wafv2
from components.operations.log_metric import LogMetric, cold_starts
from components.operations.metric import Metric
from components.statements import Grant
from systems.confluence.apis import HEALTH, lead_to_apis, make_rest, make_sockets, route_messages
from systems.confluence.edge import HOME, site_behavior, uncached
from systems.confluence.functions import LOGICAL, Functions
from systems.confluence.models import SERVICES, LambdaModel
from systems.confluence.parts import SEARCH_INDICES, Data, Model, Names
from systems.confluence.settings import SystemSettings
from systems.foundation import Stack
from systems.recovery_region import SecondRegion
from systems.recovery_stack import stands_by

PAGE, USER = ("pageId", "S"), ("userId", "S")
SCHEMAS = {
    "sessions": TableSchema(
        PAGE, USER, ttl_attribute="lastSeen", indexes={"userId-index": TableIndex(USER)}, stream=True
    ),
    "operations": TableSchema(PAGE, ("timestamp", "N"), ttl_attribute="ttl", stream=True),
    "presence": TableSchema(PAGE, USER, ttl_attribute="lastSeen", stream=True),
}
_API = "api"


@dataclass(frozen=True)
class Serverless:
    """What the Lambda model made beside what every model gives."""

    model: Model
    functions: Mapping[str, Function]
    migration: DatabaseMigration

    @property
    def operate(self) -> Grant:
        """What operators do to the functions."""
        asked = [function.operate for function in self.functions.values()]
        return Grant(*asked, self.migration.operate)


def make_tables(stack: Stack[SystemSettings], *, model: LambdaModel, recovery: SecondRegion | None) -> dict[str, Table]:
    """The state of collaboration, with replicas in the second region."""
    return {
        key: Table(
            key,
            getattr(model.tables, key),
            schema=schema,
            account=stack.account,
            key=stack.keys.data,
            replica_key=recovery.key if recovery else None,
        )
        for key, schema in SCHEMAS.items()
    }


def run_on_lambda(
    stack: Stack[SystemSettings],
    *,
    model: LambdaModel,
    network: Network,
    data: Data,
    names: Names,
    tables: Mapping[str, TableRights],
) -> Serverless:
    """APIs and functions; the REST API as the distribution's origin."""
    migration = DatabaseMigration(
        "migration",
        read_files(stack.settings.migration),
        account=stack.account,
        network=network,
        key=stack.keys.secrets,
        log_key=stack.keys.logs,
        database=data.database,
        database_key=stack.keys.data,
    )
    logging = ApiGatewayLogging("api-logging", account=stack.account) if model.api_gateway_logging else None
    sockets = make_sockets(stack, model=model, names=names, logging=logging)
    functions = Functions(stack, model=model, network=network, data=data, stand_by=stands_by(stack.settings.recovery))
    made = {
        **{service: functions.service(service) for service in SERVICES},
        **functions.collaboration(tables, sockets),
    }
    writers, readers = ([made[service].role.arn] for service in ("document", "search"))
    roles = {
        "document": SearchRole.writer(SEARCH_INDICES, writers),
        "search": SearchRole.reader(SEARCH_INDICES, readers),
    }
    data.search_access.map(data.search, roles)
    route_messages(sockets, made)
    if model.accelerator is not None:
        own = {key: table for key, table in tables.items() if isinstance(table, Table)}
        accelerator = Accelerator("accelerator", model.accelerator, account=stack.account, network=network, tables=own)
        accelerator.allow(made["collaboration"])
    rest = make_rest(stack, model=model, names=names, functions=made, logging=logging)
    firewall = Firewall(
        "api-firewall",
        model.firewall,
        account=stack.account,
        log_key=stack.keys.logs,
        origin_secret=names.origin_secret,
        # At the name that both regions answer at, paths begin with the resource.
        stage_path="" if names.fails_over else rest.origin_path,
    )
    firewall.protect("api", rest.stage_arn)
    watched, panels = _watched(
        stack, model=model, functions=made, rest=rest, sockets=sockets, firewall=firewall, tables=tables
    )
    for key, queue in functions.given_up.items():
        watched = disjoint(watched, sqs.dead_letters(f"{key}-changes", queue))
    watched = disjoint(watched, lead_to_apis(names, rest, sockets))
    home = names.origin(rest.domain_name, rest.origin_path)
    origins: dict[str, Origin] = {_API: home}
    behaviors = {"api": uncached("/api/*", _API), "auth": uncached("/auth/*", _API)}
    if names.fails_over:
        origins = {_API: names.origin(names.serving), HOME: home}
        behaviors = {"health": uncached(HEALTH, HOME), **behaviors}
    return Serverless(
        Model(
            origins=origins,
            default=site_behavior(),
            behaviors=behaviors,
            watched=watched,
            # A replica is restored from its own continuous backup, by its home's settings.
            backed_up=[table.backed_up for table in tables.values() if isinstance(table, Table)],
            outputs={
                "webSocketUrl": sockets.endpoint,
                "restUrl": rest.invoke_url,
                "healthUrl": f"https://{stack.settings.domain}{HEALTH}",
            },
            panels=panels,
            root_object="index.html",
        ),
        made,
        migration,
    )


def _watched(
    stack: Stack[SystemSettings],
    *,
    model: LambdaModel,
    functions: Mapping[str, Function],
    rest: RestApi,
    sockets: WebSocketApi,
    firewall: Firewall,
    tables: Mapping[str, TableRights],
) -> tuple[dict[str, Alarm], dict[str, list[Metric]]]:
    refused = {
        key: LogMetric(
            f"{key}-refused", log_group_name=group, pattern=api_gateway.THROTTLED, metric_name="Throttled"
        ).metric
        for key, group in (("rest", rest.access_log_group_name), ("sockets", sockets.access_log_group_name))
    }
    blocked = wafv2.web_acl(firewall.metric_name, stack.settings.alarms, region=stack.account.region)
    watched = disjoint(
        api_gateway.rest_api("rest", rest.api_name, rest.stage_name, stack.settings.alarms, throttled=refused["rest"]),
        api_gateway.websocket_api(
            "sockets", sockets.api_id, sockets.stage_name, stack.settings.alarms, throttled=refused["sockets"]
        ),
        {f"api-{key}": alarm for key, alarm in blocked.items()},
        lambda_functions.stream("collaboration", functions["collaboration"].function_name, model.alarms),
    )
    for key, table in tables.items():
        region = getattr(model.tables, key).replica_region
        watched = disjoint(watched, dynamodb.table(key, table.table_name, replica_region=region))
    for key, function in functions.items():
        watched = disjoint(
            watched,
            lambda_functions.function(
                LOGICAL.get(key, key),
                function.function_name,
                model.alarms,
                timeout_seconds=function.settings.timeout_seconds,
                reserved_concurrency=function.settings.reserved_concurrency,
                cold_start=cold_starts(f"{key}-cold-starts", function.log_group_name).metric,
            ),
        )
    panels = disjoint(
        api_gateway.rest_panels("REST", rest.api_name, rest.stage_name),
        api_gateway.websocket_panels("WebSocket", sockets.api_id, sockets.stage_name),
        {"Tables": [metric for table in tables.values() for metric in dynamodb.capacity(table.table_name)]},
    )
    return watched, panels
