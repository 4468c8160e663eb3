"""Alarms, dashboard, saved queries, budget and backups of the collaboration platform."""

from collections.abc import Iterator, Mapping

import pulumi

from components.account import Account
from components.merging import disjoint
from components.operations.alarms import (
    Alarm,
    Alarms,
    api_gateway,
    aws_backup,
    cloudfront,
    dynamodb,
    ecs,
    elasticache,
    elb,
    lambda_functions,
    sqs,
    wafv2,
)
from components.operations.budget import Budget
from components.operations.cost_anomaly import PUBLISHER, CostAnomaly
from components.operations.dashboard import Dashboard, panels_of
from components.operations.log_metric import LogMetric, cold_starts
from components.operations.metric import Metric
from components.operations.saved_queries import SavedQueries, error_rate, errors, slow_calls
from components.security.operator_role import OperatorRole
from components.security.secret import CopiedSecret
from systems.collaboration.application import metrics_namespace
from systems.collaboration.parts import SERVER, Application, Data, Edge, Sockets
from systems.collaboration.settings import SystemSettings
from systems.collaboration.sockets import STREAMS
from systems.foundation import Stack, make_backup, make_notices
from systems.recovery_watch import raise_alarms, watch_from_the_beginning


def operate(
    stack: Stack[SystemSettings],
    *,
    data: Data,
    application: Application,
    sockets: Sockets,
    edge: Edge,
    operators: OperatorRole,
) -> Dashboard:
    """Alarms and what they notify; one dashboard; queries to all logs; spending; a daily backup of the state."""
    notices, edge_notices = make_notices(stack, settings=stack.settings.notices, also=[PUBLISHER])
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=operators,
        resources=[data.state.backed_up],
    )
    nodes = _cache_nodes(data)
    watched = disjoint(
        _watched_service(stack.settings, stack.account, application),
        ecs.deployments(SERVER, application.failures.rule_name),
        cloudfront.distribution(edge.cdn.distribution_id, stack.settings.alarms),
        wafv2.web_acl(edge.firewall.metric_name, stack.settings.alarms),
        elasticache.cache(nodes, stack.settings.alarms),
        dynamodb.table(
            "state",
            data.state.table_name,
            replica_region=stack.settings.table(stack.account.environment).replica_region,
        ),
        *_rotated(data),
        aws_backup.backups(backup),
        _watched_sockets(stack.settings, sockets),
    )
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    dashboard = Dashboard(
        "collaboration",
        disjoint(
            _panels(data, application=application, sockets=sockets, nodes=nodes),
            panels_of(watched),
        ),
        account=stack.account,
        alarms=alarms,
        business_namespace=metrics_namespace(stack.settings, stack.account),
    )
    functions = [function.log_group_name for function in sockets.functions.values()]
    everything = [application.service.log_group_name, *functions]
    SavedQueries(
        "queries",
        {"errors": errors(everything), "error-rate": error_rate(everything), "slow-functions": slow_calls(functions)},
    )
    Budget("budget", stack.settings.budget, notices=notices)
    CostAnomaly("cost-anomaly", stack.settings.cost_anomaly, notices=notices)
    return dashboard


def watch(
    stack: Stack[SystemSettings],
    *,
    data: Data,
    application: Application,
    sockets: Sockets,
    operators: OperatorRole,
    promoted: bool,
) -> None:
    """Spending and backups are watched from the beginning, and what serves once the stack is promoted."""
    notices, backed_up = watch_from_the_beginning(
        stack,
        store=data.state.backed_up,
        operators=operators,
        anomalies=("cost-anomaly", stack.settings.cost_anomaly),
    )
    if not promoted:
        Alarms("alarms", backed_up, notices=notices)
        return
    nodes = _cache_nodes(data)
    watched = disjoint(
        backed_up,
        _watched_service(stack.settings, stack.account, application),
        ecs.deployments(SERVER, application.failures.rule_name),
        elasticache.cache(nodes, stack.settings.alarms),
        dynamodb.table("state", data.state.table_name),
        *_rotated(data),
        _watched_sockets(stack.settings, sockets),
    )
    raise_alarms(
        stack,
        watched,
        notices=notices,
        dashboard="collaboration",
        namespace=metrics_namespace(stack.settings, stack.account),
        panels=_panels(data, application=application, sockets=sockets, nodes=nodes),
    )


def _cache_nodes(data: Data) -> dict[str, pulumi.Output[str]]:
    return elasticache.cache_nodes(
        data.cache.replication_group_id, shards=1, nodes_per_shard=data.cache.nodes_per_shard, cluster_mode=False
    )


def _rotated(data: Data) -> Iterator[dict[str, Alarm]]:
    """The functions that replace secrets of this region; copies are replaced in their own."""
    for name, secret in {"redis-secret": data.cache_secret, "jwt-secret": data.signing_key}.items():
        if not isinstance(secret, CopiedSecret):
            yield lambda_functions.errors(f"{name}-rotation", secret.function.function_name)


def _watched_service(settings: SystemSettings, account: Account, application: Application) -> dict[str, Alarm]:
    balancer, service = application.balancer, application.service
    targets = {SERVER: balancer.target_group(SERVER).arn_suffix}
    return disjoint(
        elb.load_balancer(balancer.arn_suffix, targets, settings.alarms),
        ecs.service(
            SERVER,
            service.cluster_name,
            service.service_name,
            settings.alarms,
            min_count=settings.service(account.environment).scaling.min_count,
        ),
    )


def _watched_sockets(settings: SystemSettings, sockets: Sockets) -> dict[str, Alarm]:
    api, functions = sockets.api, sockets.functions
    refused = LogMetric(
        "sockets-refused",
        log_group_name=api.access_log_group_name,
        pattern=api_gateway.THROTTLED,
        metric_name="Throttled",
    )
    watched = disjoint(
        api_gateway.websocket_api("sockets", api.api_id, api.stage_name, settings.alarms, throttled=refused.metric),
        lambda_functions.stream(STREAMS, functions[STREAMS].function_name, settings.function_alarms),
        sqs.dead_letters("state-changes", sockets.given_up),
    )
    for key, function in functions.items():
        watched = disjoint(
            watched,
            lambda_functions.function(
                key,
                function.function_name,
                settings.function_alarms,
                timeout_seconds=function.settings.timeout_seconds,
                reserved_concurrency=function.settings.reserved_concurrency,
                cold_start=cold_starts(f"{key}-cold-starts", function.log_group_name).metric,
            ),
        )
    return watched


def _panels(
    data: Data, *, application: Application, sockets: Sockets, nodes: Mapping[str, pulumi.Input[str]]
) -> dict[str, list[Metric]]:
    """What is looked at beside what alarms watch: load and number of tasks, requests, capacity, network."""
    balancer = {"LoadBalancer": application.balancer.arn_suffix}
    network = ("NetworkBytesIn", "NetworkBytesOut")
    return disjoint(
        ecs.panels(SERVER, application.service.cluster_name, application.service.service_name),
        {
            "ApplicationELB requests": [Metric("AWS/ApplicationELB", "RequestCount", balancer, "Sum")],
            "DynamoDB capacity": dynamodb.capacity(data.state.table_name),
            "Redis network": [
                Metric("AWS/ElastiCache", name, {"CacheClusterId": node}, "Sum")
                for node in nodes.values()
                for name in network
            ],
        },
        api_gateway.websocket_panels("WebSocket", sockets.api.api_id, sockets.api.stage_name),
    )
