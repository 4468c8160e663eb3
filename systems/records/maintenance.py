"""The daily job that creates and archives partitions of the records table."""

from collections.abc import Sequence

import pulumi
from pydantic import Field

from components.account import Account
from components.data.registry import Registry
from components.merging import disjoint
from components.operations.metric import put_metrics
from components.security.pod_role import PodRole
from components.workloads.namespace import Namespace
from components.workloads.network_policy import Destination
from components.workloads.pod import image_reference
from components.workloads.quantity import Amount, Resources
from components.workloads.scheduled_job import ScheduledJob, ScheduledJobSettings
from settings import Problem
from settings.services.containers import ImageTag
from systems.eks_platform import Compute
from systems.records.load import LoadSettings
from systems.records.parts import APPLICATION, BUSINESS_METRICS, Stores
from systems.records.store_access import database_environment

NAME = "maintenance"
MAINTAINER_USER = "maintainer"
"""The PostgreSQL user of migrations/records/003_partitions.sql."""


class MaintenanceSettings(ScheduledJobSettings):
    """How long records are kept in the database, and what takes older ones out of it."""

    retention_months: int = Field(default=36, ge=2, le=240)
    """A month whose last record is older is copied to the archives and dropped; raising it brings nothing back."""
    tag: ImageTag | None = None
    """The tag of an image with ``records.maintenance``, where ``application.tag`` is a team's own without it."""
    resources: Resources = Resources(
        requests=Amount(cpu="250m", memory="256Mi"), limits=Amount(cpu="1", memory="512Mi")
    )


def retention_problem(maintenance: MaintenanceSettings, load: LoadSettings | None) -> Problem | None:
    """Why the load would not be what is kept."""
    if load is None or load.months == maintenance.retention_months:
        return None
    said = (
        f"{load.months} months are kept, says the load; maintenance.retentionMonths is {maintenance.retention_months}"
    )
    return Problem("load.months", f"{said}: one of them has to follow the other")


def maintainer(account: Account, *, data: Stores, compute: Compute, namespace: Namespace) -> PodRole:
    """What the daily job may do: sign in as the maintainer, add to the archives, say how it went, and no more."""
    return PodRole(
        f"{NAME}-pods",
        account=account,
        cluster=compute.cluster,
        namespace=namespace.namespace,
        service_account=NAME,
        grants=[
            data.database.connect_to_primary(MAINTAINER_USER),
            data.archives.write,
            put_metrics(BUSINESS_METRICS),
        ],
    )


def keep_partitions(
    settings: MaintenanceSettings,
    *,
    account: Account,
    data: Stores,
    compute: Compute,
    namespace: Namespace,
    registry: Registry,
    role: PodRole,
    application_tag: str,
    stores: Sequence[pulumi.Input[str]],
    after: Sequence[pulumi.Resource],
) -> None:
    """The daily job, as the ``maintainer``.

    ``stores`` are the CIDRs of the database; ``after`` is the migration, which makes the maintainer.
    """
    ScheduledJob(
        NAME,
        settings,
        cluster=compute.cluster,
        namespace=namespace,
        image=image_reference(registry.repository_url(APPLICATION), settings.tag or application_tag),
        command=["python", "-m", "records.maintenance"],
        pod_role=role,
        config=disjoint(
            {"AWS_REGION": account.region},
            database_environment(data, MAINTAINER_USER),
            {
                "ARCHIVES_BUCKET": data.archives.bucket_name,
                "METRICS_NAMESPACE": BUSINESS_METRICS,
                "RETENTION_MONTHS": str(settings.retention_months),
            },
        ),
        destinations={
            "database": Destination(data.database.port, stores),
            "aws": Destination(443, ["0.0.0.0/0"]),
        },
        after=after,
    )
