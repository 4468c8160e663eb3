"""What watches the Confluence system: alarms, dashboard, budget and backups; and what delivers it."""

from collections.abc import Mapping

from components.account import Account
from components.compute.canary import Canary
from components.compute.function import Function
from components.edge.cdn import Cdn
from components.edge.firewall import Firewall
from components.merging import disjoint
from components.operations import data_alarms, delivery_alarms, edge_alarms, search_alarms
from components.operations.alarms import Alarm, Alarms
from components.operations.budget import Budget
from components.operations.dashboard import Dashboard, panels_of
from components.operations.topic import Notices
from components.security.operator_role import OperatorRole
from systems.confluence.functions import LOGICAL
from systems.confluence.parts import CopiesMade, Data, Model, metrics_namespace
from systems.confluence.settings import SystemSettings
from systems.foundation import Keys, make_backup, make_notices


def operate(
    settings: SystemSettings,
    account: Account,
    keys: Keys,
    data: Data,
    model: Model,
    cdn: Cdn,
    firewall: Firewall,
    operators: OperatorRole,
) -> Alarms:
    """Alarms, dashboard and budget; backups of what cannot be made anew."""
    notices, edge_notices = make_notices(settings.notices, account, keys)
    backup = make_backup(settings.backup, account, keys, operators, resources=[data.database.arn, *model.backed_up])
    watched = disjoint(
        _watched(settings, account, data, cdn, firewall),
        delivery_alarms.backups(backup),
        delivery_alarms.rotations(data.rotations),
        model.watched,
    )
    alarms = Alarms("alarms", watched, notices=notices, edge_notices=edge_notices)
    panels = disjoint(
        panels_of(watched),
        search_alarms.search_panels(data.search.domain_name, account.id),
        model.panels,
    )
    Dashboard("confluence", panels, account=account, alarms=alarms, business_namespace=metrics_namespace())
    Budget("budget", settings.budget, notices=notices)
    return alarms


def watch_copies(settings: SystemSettings, copies: CopiesMade) -> None:
    """Alarms beside the copies, on what is lost when the home region goes: how far they are behind."""
    recovery, alarms = copies.recovery, settings.alarms
    notices = Notices(
        "recovery-notices",
        settings.notices,
        account=recovery.account,
        key=recovery.log_key,
        opts=recovery.options,
    )
    nodes = data_alarms.cache_nodes(
        copies.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=copies.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    databases = {}
    if copies.database is not None:
        databases = data_alarms.database(
            copies.database.instance_ids,
            alarms,
            instance_class=copies.database.settings.instance_class,
            storage_gib=settings.database.storage_gib,
            replicas=list(copies.database.instance_ids),
        )
    watched = disjoint(databases, data_alarms.cache(nodes, alarms))
    Alarms("recovery-alarms", watched, notices=notices, opts=recovery.options)


def release_by_canary(
    settings: SystemSettings, account: Account, functions: Mapping[str, Function], alarms: Alarms
) -> Canary | None:
    """CodeDeploy for the functions whose callers move to a new version little by little."""
    moved = {key: function for key, function in functions.items() if function.moved_by_canary}
    if not moved or settings.functions is None:
        return None
    return Canary(
        "canary",
        settings.functions.canary,
        account=account,
        functions=moved,
        alarms={key: alarms.names[f"{LOGICAL.get(key, key)}-errors"] for key in moved},
    )


def _watched(settings: SystemSettings, account: Account, data: Data, cdn: Cdn, firewall: Firewall) -> dict[str, Alarm]:
    alarms, database = settings.alarms, settings.database
    nodes = data_alarms.cache_nodes(
        data.cache.replication_group_id,
        shards=settings.cache.shards,
        nodes_per_shard=data.cache.nodes_per_shard,
        cluster_mode=settings.cache.cluster_mode,
    )
    return disjoint(
        edge_alarms.distribution(cdn.distribution_id, alarms),
        edge_alarms.web_acl(firewall.metric_name, alarms),
        data_alarms.database(
            data.database.instance_ids,
            alarms,
            instance_class=database.instance_class,
            storage_gib=database.storage_gib,
            replicas=list(data.database.reader_endpoints),
        ),
        data_alarms.cache(nodes, alarms),
        search_alarms.search(
            data.search.domain_name,
            account.id,
            alarms,
            nodes=data.search.nodes,
            volume_gib=data.search.volume_gib,
            has_masters=data.search.has_masters,
        ),
    )
