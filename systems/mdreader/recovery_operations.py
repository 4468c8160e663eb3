"""Alarms, budget and backups of the MDReader system's recovery stack."""

from components.data.postgres_recovery import PostgresRecovery
from components.merging import disjoint
from components.operations.alarms import Alarm, api_gateway, dynamodb, lambda_functions, rds, ses, sqs
from components.security.operator_role import OperatorRole
from systems.foundation import Stack
from systems.mdreader import shared_alarms
from systems.mdreader.parts import METRICS, Api, Data, Realtime
from systems.mdreader.settings import SystemSettings
from systems.recovery_watch import raise_alarms, watch_from_the_beginning


def watch(
    stack: Stack[SystemSettings], *, data: Data, api: Api, realtime: Realtime, operators: OperatorRole, promoted: bool
) -> None:
    """Spending, the database and its backups from the beginning; what serves, once the stack is promoted."""
    settings = stack.settings
    notices, backed_up = watch_from_the_beginning(
        stack,
        store=data.database.backed_up,
        operators=operators,
        anomalies=("cost-anomalies", settings.anomalies),
        notices_name="alert",
    )
    database = data.database
    watched = rds.database(
        database.instance_ids,
        settings.alarms,
        instance_class=settings.database.instance_class,
        storage_gib=settings.database.storage_gib,
        replicas=database.lagging if isinstance(database, PostgresRecovery) else [],
    )
    watched = disjoint(watched, dynamodb.table("connections", api.connections.table_name), backed_up)
    if promoted:
        watched = disjoint(watched, _serving(settings, data=data, api=api, realtime=realtime))
    raise_alarms(stack, watched, notices=notices, dashboard="recovery", namespace=METRICS)


def _serving(settings: SystemSettings, *, data: Data, api: Api, realtime: Realtime) -> dict[str, Alarm]:
    files = api.functions["files"]
    watched = disjoint(
        ses.reputation(),  # of the region that mail goes out of from then on
        sqs.dead_letters("files", files.dead_letter_queue_name),
        lambda_functions.undelivered("files", files.function_name),
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
