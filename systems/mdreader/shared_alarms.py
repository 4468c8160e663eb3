"""Alarms that the MDReader system has in its home stack and in its recovery stack, once that serves."""

from components.merging import disjoint
from components.operations.alarms import Alarm, ecs, elasticache, elb, lambda_functions
from systems.mdreader.parts import HOCUSPOCUS, Data, Realtime
from systems.mdreader.settings import SystemSettings


def cache_and_secrets(settings: SystemSettings, data: Data) -> dict[str, Alarm]:
    """Load and memory of every cache node, and failed rotations."""
    nodes = elasticache.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    return disjoint(
        elasticache.cache(nodes, settings.alarms),
        lambda_functions.errors("secret-rotation", data.secret.function.function_name),
        lambda_functions.rotations(data.database.rotations),
    )


def hocuspocus(settings: SystemSettings, realtime: Realtime) -> dict[str, Alarm]:
    """The ECS service, its deployments, and its load balancer."""
    service, balancer = realtime.service, realtime.balancer
    return disjoint(
        ecs.service(
            HOCUSPOCUS,
            service.cluster_name,
            service.service_name,
            settings.alarms,
            min_count=realtime.off_peak_tasks,
        ),
        ecs.deployments(HOCUSPOCUS, realtime.failures.rule_name),
        elb.load_balancer(
            balancer.arn_suffix, {HOCUSPOCUS: balancer.target_group(HOCUSPOCUS).arn_suffix}, settings.alarms
        ),
    )
