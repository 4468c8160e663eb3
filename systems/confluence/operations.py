"""Alarms, dashboard, budget, backups and canary releases of the Confluence system."""

from collections.abc import Mapping, Sequence

import pulumi

from components.account import Account
from components.compute.canary import Canary
from components.compute.function import Function
from components.data.bucket import Bucket
from components.data.postgres_recovery import PostgresRecovery
from components.merging import disjoint
from components.operations.alarms import (
    Alarm,
    Alarms,
    aws_backup,
    cloudfront,
    elasticache,
    lambda_functions,
    opensearch,
    rds,
    wafv2,
)
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.metric import Metric
from components.operations.topic import Notices
from components.security.operator_role import OperatorRole
from systems.confluence.functions import LOGICAL
from systems.confluence.parts import Data, Model, metrics_namespace
from systems.confluence.settings import SystemSettings
from systems.foundation import Stack, make_backup, make_notices
from systems.recovery_stack import stands_by


def operate(
    stack: Stack[SystemSettings], *, data: Data, model: Model, edge: Mapping[str, Alarm], operators: OperatorRole
) -> tuple[Alarms, Notices]:
    """Alarms, dashboard and budget; backups of what cannot be recreated. Returns the alarms and where notices go.

    What only stands by is asked nothing that would ring, and its stores alone are watched.
    """
    notices, edge_notices = make_notices(stack, settings=stack.settings.notices, edge=bool(edge))
    waits = stands_by(stack.settings.recovery)
    backup = make_backup(
        stack,
        settings=stack.settings.backup,
        notices=stack.settings.notices,
        operators=operators,
        resources=[data.database.backed_up, *model.backed_up],
        buckets=[data.uploads] if isinstance(data.uploads, Bucket) else [],
    )
    watched = disjoint(
        edge,
        _watched(stack.settings, stack.account, data),
        aws_backup.backups(backup),
        lambda_functions.rotations(data.rotations),
        {} if waits else model.watched,
    )
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    own: Mapping[str, Sequence[Metric]] = {} if waits else model.panels
    panels = disjoint(
        panels_of(watched),
        opensearch.panels(data.search.domain_name, stack.account.id),
        own,
    )
    Dashboard("confluence", panels, account=stack.account, alarms=alarms, business_namespace=metrics_namespace())
    Budget("budget", stack.settings.budget, notices=notices)
    return alarms, notices


def release_by_canary(
    stack: Stack[SystemSettings], *, functions: Mapping[str, Function], alarms: Alarms
) -> Canary | None:
    """CodeDeploy for the functions whose callers move to a new version little by little."""
    moved = {key: function for key, function in functions.items() if function.moved_by_canary}
    if not moved or stack.settings.functions is None:
        return None
    return Canary(
        "canary",
        stack.settings.functions.canary,
        account=stack.account,
        functions=moved,
        alarms={key: alarms.names[f"{LOGICAL.get(key, key)}-errors"] for key in moved},
    )


def watch_edge(settings: SystemSettings, distribution_id: pulumi.Input[str], firewall_name: str) -> dict[str, Alarm]:
    """What rings for the distribution and its firewall."""
    return disjoint(
        cloudfront.distribution(distribution_id, settings.alarms), wafv2.web_acl(firewall_name, settings.alarms)
    )


def _watched(settings: SystemSettings, account: Account, data: Data) -> dict[str, Alarm]:
    alarms, database = settings.alarms, settings.database
    nodes = elasticache.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    return disjoint(
        rds.database(
            data.database.instance_ids,
            alarms,
            instance_class=database.instance_class,
            storage_gib=database.storage_gib,
            replicas=_followers(data),
        ),
        elasticache.cache(nodes, alarms),
        opensearch.domain(
            data.search.domain_name,
            account.id,
            alarms,
            nodes=data.search.nodes,
            volume_gib=data.search.volume_gib,
            has_masters=data.search.has_masters,
        ),
    )


def _followers(data: Data) -> list[str]:
    """The instances that lag behind another."""
    if isinstance(data.database, PostgresRecovery) and data.database.follows:
        return list(data.database.instance_ids)
    return list(data.database.reader_endpoints)
