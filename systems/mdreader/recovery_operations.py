"""Alarms, budget and backups of the MDReader system's recovery stack."""

from components.data.postgres_recovery import PostgresRecovery
from components.merging import disjoint
from components.operations.alarms import Alarm, Alarms, api_gateway, aws_backup, dynamodb, lambda_functions, rds
from components.operations.budget import Budget
from components.operations.cost_anomaly import PUBLISHER, CostAnomaly
from components.operations.dashboard import Dashboard, panels_of
from components.security.operator_role import OperatorRole
from systems.foundation import Stack, make_backup, make_notices
from systems.mdreader import shared_alarms
from systems.mdreader.parts import METRICS, Api, Data, Realtime
from systems.mdreader.settings import SystemSettings


def watch(
    stack: Stack[SystemSettings], *, data: Data, api: Api, realtime: Realtime, operators: OperatorRole, promoted: bool
) -> None:
    """Spending, the database and its backups from the beginning; what serves, once the stack is promoted."""
    notices, _ = make_notices(stack, settings=stack.settings.notices, name="alert", also=(PUBLISHER,), edge=False)
    Budget("budget", stack.settings.budget, notices=notices)
    CostAnomaly("cost-anomalies", stack.settings.anomalies, notices=notices)
    database = data.database
    watched = rds.database(
        database.instance_ids,
        stack.settings.alarms,
        instance_class=stack.settings.database.instance_class,
        storage_gib=stack.settings.database.storage_gib,
        replicas=database.lagging if isinstance(database, PostgresRecovery) else [],
    )
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=operators,
        resources=[database.backed_up],
    )
    watched = disjoint(watched, dynamodb.table("connections", api.connections.table_name), aws_backup.backups(backup))
    if promoted:
        watched = disjoint(watched, _serving(stack.settings, data=data, api=api, realtime=realtime))
    alarms = Alarms("alarms", watched, notices=notices)
    Dashboard("recovery", panels_of(watched), account=stack.account, alarms=alarms, business_namespace=METRICS)


def _serving(settings: SystemSettings, *, data: Data, api: Api, realtime: Realtime) -> dict[str, Alarm]:
    watched = disjoint(
        shared_alarms.cache_and_secrets(settings, data),
        shared_alarms.hocuspocus(settings, realtime),
        api_gateway.rest_api("rest", api.rest.api_name, api.rest.stage_name, settings.alarms),
        api_gateway.websocket_api("events-api", api.sockets.api_id, api.sockets.stage_name, settings.alarms),
    )
    for key, function in api.functions.items():
        watched = disjoint(
            watched,
            lambda_functions.function(
                key,
                function.function_name,
                settings.function_alarms,
                timeout_seconds=function.settings.timeout_seconds,
                reserved_concurrency=function.settings.reserved_concurrency,
            ),
        )
    return watched
