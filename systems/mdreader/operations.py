"""Alarms and dashboards of four subjects, budget, cost anomalies and backups of the MDReader system."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pulumi

from components.compute.canary import Canary
from components.data.postgres_primary import PRIMARY
from components.edge.firewall import Firewall
from components.edge.load_balancer import LoadBalancer
from components.merging import disjoint
from components.operations.alarms import (
    Alarm,
    Alarms,
    api_gateway,
    aws_backup,
    cloudfront,
    dynamodb,
    ecs,
    lambda_functions,
    rds,
    route53,
    ses,
    sqs,
    wafv2,
)
from components.operations.backup import BackedUpBucket, Backup
from components.operations.budget import Budget
from components.operations.cost_anomaly import PUBLISHER, CostAnomaly
from components.operations.dashboard import COST, Dashboard, panels_of
from components.operations.log_metric import LogMetric, cold_starts
from components.operations.metric import Halved, Metric
from components.operations.topic import Notices
from components.security.operator_role import OperatorRole
from systems.foundation import Stack, make_backup, make_notices
from systems.mdreader import shared_alarms
from systems.mdreader.parts import (
    CONNECTIONS_ALARM,
    HOCUSPOCUS,
    LATENCY_ALARM,
    METRICS,
    Api,
    Data,
    Realtime,
    Site,
    Watched,
)
from systems.mdreader.settings import SystemSettings

_SLOW = '"duration:"'
"""What PostgreSQL writes of a statement that took longer than ``log_min_duration_statement``."""
_SERVICES = ("AmazonCloudFront", "AmazonECS", "AmazonElastiCache", "AmazonRDS", "AmazonS3", "AWSLambda")


def operate(
    stack: Stack[SystemSettings],
    *,
    data: Data,
    buckets: Sequence[BackedUpBucket],
    api: Api,
    realtime: Realtime,
    site: Site,
    firewalls: Mapping[str, Firewall],
    operators: OperatorRole,
) -> tuple[Canary | None, Notices]:
    """Four subjects, each with its alarms and its page; what a month may cost; backups of what cannot be recreated.

    Returns what moves callers to a new version of a function, if the settings ask for it, and where notices go.
    """
    notices, edge_notices = make_notices(stack, settings=stack.settings.notices, name="alert", also=(PUBLISHER,))
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=operators,
        resources=[data.database.backed_up],
        buckets=buckets,
    )
    subjects = {
        "api-performance": _api(stack, api=api, site=site, firewalls=firewalls),
        "database": _stores(stack.settings, data=data, api=api, backup=backup),
        "websocket": _sockets(stack.settings, api, realtime),
        "cost": _cost(stack.settings),
    }
    names: dict[str, pulumi.Output[str]] = {}
    for subject, watched in subjects.items():
        alarms = Alarms(f"{subject}-alarms", watched.alarms, notices=notices, edge_notices=edge_notices)
        names |= alarms.names
        Dashboard(
            subject,
            disjoint(
                panels_of(watched.alarms),
                watched.panels,
            ),
            account=stack.account,
            alarms=alarms,
            business_namespace=METRICS if subject == "websocket" else None,
        )
    Budget("budget", stack.settings.budget, notices=notices)
    CostAnomaly("cost-anomalies", stack.settings.anomalies, notices=notices)
    moved = {key: function for key, function in api.functions.items() if function.moved_by_canary}
    if not moved:
        return None, notices
    watched = {key: names[f"{key}-errors"] for key in moved}
    canary = Canary("canary", stack.settings.canary, account=stack.account, functions=moved, alarms=watched)
    return canary, notices


def _api(stack: Stack[SystemSettings], *, api: Api, site: Site, firewalls: Mapping[str, Firewall]) -> Watched:
    """Latency and errors on the way of a request: distributions, firewalls, the REST API and the functions."""
    backend, rest = api.functions["backend"], api.rest
    throttled = _throttled("rest", rest.access_log_group_name)
    alarms = disjoint(
        lambda_functions.latency(
            "backend", backend.function_name, stack.settings.thresholds.api_latency_ms, name=LATENCY_ALARM
        ),
        api_gateway.rest_api("rest", rest.api_name, rest.stage_name, stack.settings.alarms, throttled=throttled),
        route53.health_check(api.health.health_check_id) if api.health else {},
        ses.reputation(),
    )
    for key, function in api.functions.items():
        alarms = disjoint(
            alarms,
            lambda_functions.function(
                key,
                function.function_name,
                stack.settings.function_alarms,
                timeout_seconds=function.settings.timeout_seconds,
                reserved_concurrency=function.settings.reserved_concurrency,
                cold_start=cold_starts(f"{key}-cold-starts", function.log_group_name).metric,
            ),
        )
    files = api.functions["files"]
    alarms = disjoint(alarms, sqs.dead_letters("files", files.dead_letter_queue_name))
    alarms = disjoint(alarms, lambda_functions.undelivered("files", files.function_name))
    for key, cdn in site.distributions.items():
        alarms = disjoint(alarms, _prefixed(key, cloudfront.distribution(cdn.distribution_id, stack.settings.alarms)))
    for key, firewall in firewalls.items():
        region = stack.account.region if key == "regional" else None
        alarms = disjoint(
            alarms, _prefixed(key, wafv2.web_acl(firewall.metric_name, stack.settings.alarms, region=region))
        )
    return Watched(alarms, api_gateway.rest_panels("REST", rest.api_name, rest.stage_name))


def _stores(settings: SystemSettings, *, data: Data, api: Api, backup: Backup) -> Watched:
    """Connections, slow statements and room of the database; cache, secret, table of sockets, and backups."""
    limit = settings.thresholds.database_connections
    alarms = disjoint(
        rds.database(
            data.database.instance_ids,
            settings.alarms,
            instance_class=settings.database.instance_class,
            storage_gib=settings.database.storage_gib,
            replicas=list(data.database.reader_endpoints),
        ),
        shared_alarms.cache_and_secrets(settings, data),
        dynamodb.table("connections", api.connections.table_name),
        aws_backup.backups(backup),
    )
    connections = f"{PRIMARY}-connections"
    alarms[connections] = replace(
        alarms[connections],
        threshold=limit,
        name=CONNECTIONS_ALARM,
        description=f"More than {limit} connections to the database are open",
    )
    slow = LogMetric(
        "slow-queries",
        # By way of the instance, which is made after its log group.
        log_group_name=pulumi.Output.format("/aws/rds/instance/{}/postgresql", data.database.instance_ids[PRIMARY]),
        pattern=_SLOW,
        metric_name="SlowQueries",
    ).metric
    said = "The database answers unusually many statements slowly"
    return Watched({**alarms, "slow-queries": Alarm(slow, settings.thresholds.slow_queries, said)})


def _sockets(settings: SystemSettings, api: Api, realtime: Realtime) -> Watched:
    """Who is connected, to Hocuspocus and to the events, and whether the tasks bear it."""
    sockets, service, balancer = api.sockets, realtime.service, realtime.balancer
    alarms = disjoint(
        shared_alarms.hocuspocus(settings, realtime),
        api_gateway.websocket_api(
            "events-api",
            sockets.api_id,
            sockets.stage_name,
            settings.alarms,
            throttled=_throttled("events-api", sockets.access_log_group_name),
        ),
    )
    return Watched(
        alarms,
        disjoint(
            {
                "Active users": [_sockets_of(balancer, name="ActiveConnectionCount", label="open", period=60)],
                "New users": [_sockets_of(balancer, name="NewConnectionCount", label="opened", period=300)],
            },
            ecs.panels(HOCUSPOCUS, service.cluster_name, service.service_name),
            api_gateway.websocket_panels("Events", sockets.api_id, sockets.stage_name),
        ),
    )


def _sockets_of(balancer: LoadBalancer, *, name: str, label: str, period: int) -> Halved:
    """Sockets of users: the load balancer counts its own connection to the task as well, one for each.

    What is open is counted once a minute, and so is summed over a minute.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    whole = {"LoadBalancer": balancer.arn_suffix}
    return Halved("AWS/ApplicationELB", name, whole, "Sum", period=period, label=f"Sockets {label}")


def _cost(settings: SystemSettings) -> Watched:
    """The month's charges against the budget, and what they are for; published with billing alerts switched on."""
    limit = settings.budget.monthly_usd
    by_service = [replace(COST, dimensions={**COST.dimensions, "ServiceName": service}) for service in _SERVICES]
    alarm = Alarm(COST, limit, f"The account's month costs more than {limit} USD", periods=1)
    return Watched({"charges": alarm}, {"Charges by service": by_service})


def _throttled(key: str, log_group_name: pulumi.Input[str]) -> Metric:
    return LogMetric(
        f"{key}-refused", log_group_name=log_group_name, pattern=api_gateway.THROTTLED, metric_name="Throttled"
    ).metric


def _prefixed(key: str, alarms: Mapping[str, Alarm]) -> dict[str, Alarm]:
    return {f"{key}-{name}": alarm for name, alarm in alarms.items()}
