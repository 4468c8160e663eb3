"""Alarms, dashboard, budget and backups of the consulting system, and the account's audit trail."""

from dataclasses import replace

import pulumi

from components.merging import disjoint
from components.operations import data_alarms, delivery_alarms, edge_alarms
from components.operations.alarms import Alarm, Alarms
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.metric import Metric
from systems.consulting.parts import BACKEND_TARGETS, FRONTEND_TARGETS, Data, Edge
from systems.consulting.settings import SystemSettings
from systems.eks_platform import Compute
from systems.foundation import Stack, make_backup, make_notices


def operate(stack: Stack[SystemSettings], *, data: Data, compute: Compute, edge: Edge) -> None:
    """Alarms, dashboard and budget; backups that outlive the database."""
    notices, edge_notices = make_notices(stack, settings=stack.settings.notices)
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=compute.operators,
        resources=[data.database.backed_up],
    )
    watched = disjoint(_watched(stack, data=data, edge=edge), delivery_alarms.backups(backup))
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    balancer = {"LoadBalancer": edge.balancer.arn_suffix}
    cache_node = pulumi.Output.concat(data.cache.replication_group_id, "-001")
    overview = [
        Metric("AWS/ApplicationELB", "RequestCount", balancer, "Sum"),
        Metric("AWS/ApplicationELB", "TargetResponseTime", balancer),
        Metric("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": data.database.identifier}),
        Metric("AWS/ElastiCache", "CPUUtilization", {"CacheClusterId": cache_node}),
        Metric("AWS/EKS", "apiserver_request_total_5XX", {"ClusterName": compute.cluster.cluster_name}, "Sum"),
    ]
    Dashboard(
        "consulting",
        panels_of(watched),
        account=stack.account,
        alarms=alarms,
        overview=("Application Performance", overview),
    )
    Budget("budget", stack.settings.budget, notices=notices)


def _watched(stack: Stack[SystemSettings], *, data: Data, edge: Edge) -> dict[str, Alarm]:
    alarms = stack.settings.alarms
    nodes = data_alarms.cache_nodes(
        data.cache.replication_group_id,
        shards=stack.settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=stack.settings.cache.cluster_mode,
    )
    keys = (BACKEND_TARGETS, FRONTEND_TARGETS)
    watched = disjoint(
        edge_alarms.load_balancer(
            edge.balancer.arn_suffix, {key: edge.balancer.target_group(key).arn_suffix for key in keys}, alarms
        ),
        edge_alarms.web_acl(edge.firewall.metric_name, alarms, region=stack.account.region),
        edge_alarms.health_check(edge.health.health_check_id),
        data_alarms.database(
            data.database.instance_ids,
            alarms,
            instance_class=stack.settings.database.instance_class,
            storage_gib=stack.settings.database.storage_gib,
        ),
        data_alarms.cache(nodes, alarms),
        delivery_alarms.reputation(),
        delivery_alarms.dead_letters("mail-retries", data.retries.dead_letters_name),
        delivery_alarms.function_errors("secret-rotation", data.secret.function.function_name),
        delivery_alarms.rotations(data.database.rotations),
    )
    for key, name in {"primary-cpu": "HighCPUUtilization", "target-errors": "HighErrorRate"}.items():
        watched[key] = replace(watched[key], name=name if stack.account.is_prod else f"{pulumi.get_stack()}-{name}")
    return watched
