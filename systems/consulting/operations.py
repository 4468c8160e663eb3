"""Alarms, dashboard, budget and backups of the consulting system, and the account's audit trail."""

from dataclasses import replace

import pulumi

from components.merging import disjoint
from components.operations.alarms import (
    Alarm,
    Alarms,
    aws_backup,
    elasticache,
    elb,
    lambda_functions,
    rds,
    route53,
    ses,
    sqs,
    wafv2,
)
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
    watched = disjoint(_watched(stack, data=data, edge=edge), aws_backup.backups(backup))
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
    nodes = elasticache.cache_nodes(
        data.cache.replication_group_id,
        shards=stack.settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=stack.settings.cache.cluster_mode,
    )
    keys = (BACKEND_TARGETS, FRONTEND_TARGETS)
    watched = disjoint(
        elb.load_balancer(
            edge.balancer.arn_suffix, {key: edge.balancer.target_group(key).arn_suffix for key in keys}, alarms
        ),
        wafv2.web_acl(edge.firewall.metric_name, alarms, region=stack.account.region),
        route53.health_check(edge.health.health_check_id),
        rds.database(
            data.database.instance_ids,
            alarms,
            instance_class=stack.settings.database.instance_class,
            storage_gib=stack.settings.database.storage_gib,
        ),
        elasticache.cache(nodes, alarms),
        ses.reputation(),
        sqs.dead_letters("mail-retries", data.retries.dead_letters_name),
        lambda_functions.errors("secret-rotation", data.secret.function.function_name),
        lambda_functions.rotations(data.database.rotations),
    )
    for key, name in {"primary-cpu": "HighCPUUtilization", "target-errors": "HighErrorRate"}.items():
        watched[key] = replace(watched[key], name=name if stack.account.is_prod else f"{pulumi.get_stack()}-{name}")
    return watched
