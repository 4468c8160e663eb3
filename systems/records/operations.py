"""Alarms, dashboard, budget, snapshots, backups and exports of the records system."""

from collections.abc import Mapping
from typing import Any

from components.data.snapshot_export import SnapshotExport, SnapshotExportSettings
from components.merging import disjoint
from components.operations.alarms import (
    Alarm,
    Alarms,
    aws_backup,
    cloudfront,
    eks,
    elasticache,
    elb,
    lambda_functions,
    msk,
    rds,
    route53,
    wafv2,
)
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.protected_resource import ProtectedResource
from components.operations.snapshots import Snapshots
from systems.eks_platform import Compute
from systems.foundation import Stack, make_backup, make_notices
from systems.records.cluster import snapshot_tags
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Data, Edge
from systems.records.service_alarms import GAUGES, of_the_service, panels
from systems.records.settings import SystemSettings


def operate(
    stack: Stack[SystemSettings], *, data: Data, compute: Compute, edge: Edge, later: Mapping[str, Alarm]
) -> None:
    """Alarms, dashboard, budget; snapshots, backups and exports. ``later`` are the alarms of what settings add."""
    notices, edge_notices = make_notices(stack, settings=stack.settings.notices)
    export = SnapshotExport(
        "snapshot-export",
        SnapshotExportSettings(),
        account=stack.account,
        identifier=data.database.identifier,
        bucket=data.backups,
        key=stack.keys.data,
        database_key=stack.keys.data,
        log_key=stack.keys.logs,
        cluster=data.database is data.aurora,
    )
    compute.operators.grant("exports", export.operate)
    compute.operators.grant("export-failures", export.failures.operate)
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=compute.operators,
        resources=_backed_up(data),
    )
    watched = disjoint(
        _watched(stack.settings, data=data, compute=compute, edge=edge),
        rds.snapshot_export(export.state_machine_arn, export.failures.rule_name),
        aws_backup.backups(backup),
        of_the_service(stack.settings.alarms, readers=_has_readers(data)),
        later,
    )
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    Dashboard(
        "records",
        {**panels(readers=_has_readers(data)), **panels_of(watched)},
        account=stack.account,
        alarms=alarms,
        business_namespace=BUSINESS_METRICS,
        business_gauges=GAUGES,
    )
    Budget("budget", stack.settings.budget, notices=notices)
    Snapshots(
        "snapshots",
        stack.settings.snapshots,
        account=stack.account,
        key=compute.volumes_key,
        target_tags=snapshot_tags(compute),
    )


def _has_readers(data: Data) -> bool:
    return bool(data.database.reader_endpoints)


def _backed_up(data: Data) -> list[ProtectedResource]:
    """Whatever has rows of its own: an instance for as long as it is there, a cluster once it no longer follows."""
    following = data.aurora if data.aurora is not None and data.aurora.follows else None
    return [one.backed_up for one in data.databases if one is not following]


def _watched(settings: SystemSettings, *, data: Data, compute: Compute, edge: Edge) -> dict[str, Any]:
    alarms = settings.alarms
    nodes = elasticache.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    target_groups = {APPLICATION: edge.balancer.target_group(APPLICATION).arn_suffix}
    watched = disjoint(
        elb.load_balancer(edge.balancer.arn_suffix, target_groups, alarms),
        cloudfront.distribution(edge.cdn.distribution_id, alarms),
        route53.health_check(edge.served_check_id),
        wafv2.web_acl(edge.firewall.metric_name, alarms),
        _databases(settings, data),
        elasticache.cache(nodes, alarms),
        msk.kafka(data.stream.cluster_name, data.stream.brokers, alarms),
    )
    if settings.addons.container_insights:
        watched = disjoint(watched, eks.cluster(compute.cluster.cluster_name, alarms))
    return watched


def _databases(settings: SystemSettings, data: Data) -> dict[str, Alarm]:
    """The instance with its replicas, and Aurora's instances, as far as they are there."""
    database, wanted, alarms = settings.database, settings.aurora_serverless, settings.alarms
    watched = {}
    if data.instance is not None:
        watched |= rds.database(
            data.instance.instance_ids,
            alarms,
            instance_class=database.instance_class,
            storage_gib=database.storage_gib,
            replicas=list(data.instance.reader_endpoints),
        )
        watched |= lambda_functions.rotations(data.instance.rotations)
    if data.aurora is not None and wanted is not None:
        watched |= rds.aurora(
            data.aurora.instance_ids,
            alarms,
            minimum_capacity=wanted.minimum_capacity,
            maximum_capacity=wanted.maximum_capacity,
            follows=data.aurora.follows,
        )
    return watched
