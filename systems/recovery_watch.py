"""What a recovery stack watches: spending, its store and its backups from the beginning, what serves once promoted."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from components.merging import disjoint
from components.operations.alarms import Alarm, Alarms, aws_backup
from components.operations.backup import BackupSettings
from components.operations.budget import Budget, BudgetSettings
from components.operations.cost_anomaly import PUBLISHER, CostAnomaly, CostAnomalySettings
from components.operations.dashboard import Dashboard, panels_of
from components.operations.metric import Metric
from components.operations.protected_resource import ProtectedResource
from components.operations.topic import Notices, NoticesSettings
from components.security.operator_role import OperatorRole
from systems.foundation import Stack, make_backup, make_notices


class Watchable(Protocol):
    """What the settings of a system have where its recovery stack watches by this module."""

    @property
    def notices(self) -> NoticesSettings: ...

    @property
    def budget(self) -> BudgetSettings: ...

    @property
    def backup(self) -> BackupSettings: ...


def watch_from_the_beginning(
    stack: Stack[Watchable],
    *,
    store: ProtectedResource,
    operators: OperatorRole,
    anomalies: tuple[str, CostAnomalySettings],
    notices_name: str = "notices",
) -> tuple[Notices, dict[str, Alarm]]:
    """Budget, cost anomalies and the backups of ``store``: the topic that is told, and the backups' alarms.

    ``anomalies`` are logical name and settings; the system's keys have to know ``PUBLISHER`` as one of notices.
    """
    settings = stack.settings
    notices, _ = make_notices(stack, settings=settings.notices, name=notices_name, also=(PUBLISHER,), edge=False)
    Budget("budget", settings.budget, notices=notices)
    name, limits = anomalies
    CostAnomaly(name, limits, notices=notices)
    backup = make_backup(
        stack, settings=settings.backup, notices=settings.notices, operators=operators, resources=[store]
    )
    return notices, aws_backup.backups(backup)


def raise_alarms(
    stack: Stack[object],
    watched: Mapping[str, Alarm],
    *,
    notices: Notices,
    dashboard: str,
    namespace: str,
    panels: Mapping[str, Sequence[Metric]] = MappingProxyType({}),
) -> None:
    """The alarms, and a dashboard of ``panels``, of what they watch and of the application's own ``namespace``."""
    Dashboard(
        dashboard,
        disjoint(panels, panels_of(watched)),
        account=stack.account,
        alarms=Alarms("alarms", watched, notices=notices),
        business_namespace=namespace,
    )
