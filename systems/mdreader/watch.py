"""What watches the recovery stack of the MDReader system."""

from components.account import Account
from components.data.postgres_primary import PRIMARY
from components.data.postgres_recovery import PostgresRecovery
from components.merging import disjoint
from components.operations import (
    api_alarms,
    data_alarms,
    delivery_alarms,
    edge_alarms,
    function_alarms,
    service_alarms,
    table_alarms,
)
from components.operations.alarms import Alarm, Alarms
from components.operations.budget import Budget
from components.operations.cost_anomaly import PUBLISHER, CostAnomaly
from components.operations.dashboard import Dashboard, panels_of
from components.security.operator_role import OperatorRole
from systems.foundation import Keys, make_backup, make_notices
from systems.mdreader.parts import HOCUSPOCUS, METRICS, Api, Data, Realtime
from systems.mdreader.settings import SystemSettings


def watch(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    data: Data,
    api: Api,
    realtime: Realtime,
    operators: OperatorRole,
    *,
    promoted: bool,
) -> None:
    """Spending, the database and its backups from the beginning; what serves, once the stack is promoted."""
    notices, _ = make_notices(settings.notices, account, keys, name="alert", also=(PUBLISHER,), edge=False)
    Budget("budget", settings.budget, notices=notices)
    CostAnomaly("cost-anomalies", settings.anomalies, notices=notices)
    database = data.database
    follows = isinstance(database, PostgresRecovery) and database.follows
    watched = data_alarms.database(
        database.instance_ids,
        settings.alarms,
        instance_class=settings.database.instance_class,
        storage_gib=settings.database.storage_gib,
        replicas=[PRIMARY] if follows else [],
    )
    backup = make_backup(settings.backup, account, keys, operators, settings.notices, resources=[database.backed_up])
    watched = disjoint(
        watched, table_alarms.table("connections", api.connections.table_name), delivery_alarms.backups(backup)
    )
    if promoted:
        watched = disjoint(watched, _serving(settings, data, api, realtime))
    alarms = Alarms("alarms", watched, notices=notices)
    Dashboard("recovery", panels_of(watched), account=account, alarms=alarms, business_namespace=METRICS)


def _serving(settings: SystemSettings, data: Data, api: Api, realtime: Realtime) -> dict[str, Alarm]:
    service, balancer = realtime.service, realtime.balancer
    nodes = data_alarms.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    watched = disjoint(
        data_alarms.cache(nodes, settings.alarms),
        delivery_alarms.function_errors("secret-rotation", data.secret.function.function_name),
        delivery_alarms.rotations(data.database.rotations),
        service_alarms.service(
            HOCUSPOCUS,
            service.cluster_name,
            service.service_name,
            settings.alarms,
            min_count=realtime.off_peak_tasks,
        ),
        service_alarms.deployments(HOCUSPOCUS, realtime.failures.rule_name),
        edge_alarms.load_balancer(
            balancer.arn_suffix, {HOCUSPOCUS: balancer.target_group(HOCUSPOCUS).arn_suffix}, settings.alarms
        ),
        api_alarms.rest_api("rest", api.rest.api_name, api.rest.stage_name, settings.alarms),
        api_alarms.websocket_api("events-api", api.sockets.api_id, api.sockets.stage_name, settings.alarms),
    )
    for key, function in api.functions.items():
        watched = disjoint(
            watched,
            function_alarms.function(
                key,
                function.function_name,
                settings.function_alarms,
                timeout_seconds=function.settings.timeout_seconds,
                reserved_concurrency=function.settings.reserved_concurrency,
            ),
        )
    return watched
