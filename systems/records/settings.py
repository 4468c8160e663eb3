"""Settings of a records stack."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic.alias_generators import to_camel

from components.compute.addons import AddonsSettings
from components.compute.cluster import ClusterSettings
from components.compute.node_settings import NodeGroupSettings
from components.compute.self_managed_nodes import SelfManagedNodesSettings
from components.data.aurora_settings import AuroraServerlessSettings
from components.data.bucket import BucketSettings
from components.data.kafka import ZONES, KafkaSettings
from components.data.kafka_topic import TopicSettings
from components.data.log_bucket import LogBucketSettings
from components.data.migration_files import Files, Folder
from components.data.postgres import PostgresSettings
from components.data.redis import RedisSettings
from components.data.registry import RegistrySettings
from components.edge.firewall import FirewallSettings
from components.edge.global_accelerator import GlobalAcceleratorSettings
from components.edge.origin_secret import OriginSecretSettings
from components.edge.routing_policy import NearestSettings
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.copy_region import RecoveryRegion
from components.operations.deployment_runner import DeploymentRunnerSettings
from components.operations.snapshots import SnapshotsSettings
from components.operations.topic import NoticesSettings
from components.operations.tracing import TracingSettings
from components.security.github_role import GithubRoleSettings
from components.workloads.migration import MigrationSettings
from components.workloads.node_pool import NodePoolSettings
from components.workloads.placement import misplaced
from components.workloads.pod import Probe
from components.workloads.storage_class import StorageClassSettings
from components.workloads.workload_settings import WorkloadSettings
from settings import Name, Problem, Settings, refuse
from settings.recovery import RecoveryStackSettings
from settings.services.edge import UrlPath
from settings.services.kubernetes import Namespace
from settings.services.msk import TopicName
from settings.services.s3 import Days
from systems.eks_platform import without_a_way_out
from systems.public_domain import PublicDomainSettings
from systems.records.capacity import limits
from systems.records.connections import connections_problems
from systems.records.event_function import EventsSettings, events_problem
from systems.records.fargate import FargateName, FargateSettings, fargate_problems
from systems.records.load import LoadSettings
from systems.records.maintenance import MaintenanceSettings, retention_problem
from systems.records.parts import APPLICATION

_OF_HOME = (
    *("hosted_zone_id", "parent_zone_id", "global_accelerator", "aurora_serverless", "copies", "events", "fargate"),
    *("load", "github"),
)
"""Settings that a stack with ``recovery`` refuses."""


class ExportBucketSettings(BucketSettings):
    """Where every night's snapshot is exported to, the whole database, for no longer than ``expire_days``; ``null``
    keeps exports for ever, which grows without end."""

    expire_days: Days | None = 90
    """After how many days an export is deleted; ``null`` keeps them for ever."""


class Buckets(Settings):
    """The names of the buckets, before account and region are appended."""

    backups: ExportBucketSettings
    logs: BucketSettings
    archives: BucketSettings
    access_logs: LogBucketSettings


class CopiesSettings(Settings):
    """The second region, and what is copied there beside backups and archives.

    The page that stands in for the platform lives there too, and a stack with ``recovery`` can stand by there.
    """

    region: RecoveryRegion = "us-west-2"
    """The region of the recovery stack."""
    access_logs: LogBucketSettings
    """Requests to the copies."""
    images: tuple[Name, ...] = ()
    """Namespaces of the registry whose images are copied too. An account has one such rule for each of its regions, so
    one stack names those of all others as well."""
    near: NearestSettings | None = None
    """How requests are shared with a recovery stack that serves beside this one; off unless given."""


class RecordsTopicSettings(TopicSettings):
    """The topic of the records."""

    name: TopicName = "records"
    """The topic's name."""


class SchemaSettings(MigrationSettings):
    """What makes the application's user and schema; tables are files more."""

    folder: Folder = "migrations/records"
    """The folder of the SQL files."""
    files: Files = ("001_application.sql", "002_records.sql", "003_partitions.sql")


class Readiness(Probe):
    """Whether requests may come: the service says no while it ends, which its life is no reason to say."""

    path: UrlPath = "/ready"
    period_seconds: int = Field(default=5, ge=1, le=300)
    """Seconds between two questions."""


class ApplicationSettings(WorkloadSettings):
    """The microservice: the reference service of services/records, until a team puts its own in its place."""

    readiness: Readiness = Readiness()


class SystemSettings(PublicDomainSettings):
    """What a stack of the records system is called, how big it is, and how it may be reached."""

    network: NetworkSettings = NetworkSettings()
    cluster: ClusterSettings
    addons: AddonsSettings = AddonsSettings(efs=True)
    nodes: NodeGroupSettings
    self_managed_nodes: SelfManagedNodesSettings | None = None
    """A second group, whose Auto Scaling group the stack makes itself, with every metric of it declared."""
    runner: DeploymentRunnerSettings | None = DeploymentRunnerSettings()
    """``null`` where whoever deploys comes by ``cluster.apiClients``."""
    github: GithubRoleSettings | None = None
    """Which workflow of GitHub may deploy."""
    autoscaler: Literal["clusterAutoscaler", "karpenter", "bothSeparated"] = "clusterAutoscaler"
    """Cluster Autoscaler for the managed group, Karpenter for a pool that ``application.nodePool`` names, or both side
    by side."""
    node_pool: NodePoolSettings = NodePoolSettings()
    database_volumes: StorageClassSettings = StorageClassSettings(name="gp3-database", iops=16000, throughput_mib=1000)
    """The storage class for databases in the cluster, beside the default one of plain gp3."""
    namespace: Namespace = "records"
    """The Kubernetes namespace of the service."""
    application: ApplicationSettings
    topic: RecordsTopicSettings = RecordsTopicSettings()
    """The Kafka topic that the application writes and reads."""
    migration: SchemaSettings = SchemaSettings()
    """What makes the application's database user, its schema and what is in it."""
    maintenance: MaintenanceSettings = MaintenanceSettings()
    """What takes records out of the database that are too old for it, and into the archives' bucket."""
    database: PostgresSettings
    database_connections: int = Field(default=8, ge=1, le=100)
    """The most that one pod opens to the database, and to each reader."""
    load: LoadSettings | None = None
    """What the stack is meant to carry; settings that cannot are refused."""
    aurora_serverless: AuroraServerlessSettings | None = None
    """A cluster of Aurora Serverless v2 that copies the database until it is promoted, and then takes its place."""
    cache: RedisSettings
    stream: KafkaSettings = KafkaSettings()
    events: EventsSettings | None = None
    """A function that reads the topic beside the application."""
    fargate: dict[FargateName, FargateSettings] = Field(default_factory=dict)
    """Namespaces whose pods run on Fargate, by name: a place for batch jobs and the like."""
    registry: RegistrySettings
    buckets: Buckets
    firewall: FirewallSettings = FirewallSettings()
    idle_timeout: int = Field(default=3600, ge=60, le=4000)
    """Seconds that a WebSocket may stay silent at the load balancer."""
    origin_secret: OriginSecretSettings = OriginSecretSettings()
    global_accelerator: GlobalAcceleratorSettings | None = None
    """Fixed addresses between CloudFront and the load balancers of one or more regions."""
    notices: NoticesSettings
    alarms: AlarmSettings = AlarmSettings()
    budget: BudgetSettings
    snapshots: SnapshotsSettings = SnapshotsSettings()
    backup: BackupSettings = BackupSettings()
    tracing: TracingSettings | None = None
    """Distributed tracing by X-Ray, with the collectors that send to it; off unless given."""
    copies: CopiesSettings | None = None
    """What is kept in a second region."""
    recovery: RecoveryStackSettings | None = None
    """Makes this the stack that stands by for another one in its region, which names it in ``copies``."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        pool = self.node_pool.name
        refuse(
            [
                self.backup.conflict(self.database),
                self.zone_problem,
                events_problem(self.events, self.network),
                without_a_way_out(self.runner, self.network),
                self.database.more_replicas_than(self.network.zones),
                *self._pool_problems(pool),
                *self._recovery_problems(),
                *self._places(),
                *self._overloaded(),
                *connections_problems(self),
                retention_problem(self.maintenance, self.load),
                *fargate_problems(self.fargate, self.namespace, self.network),
            ],
            self.aurora_serverless.conflict(self.database) if self.aurora_serverless else {},
        )
        return self

    def _overloaded(self) -> Iterator[Problem]:
        for limit in limits(self, self.load) if self.load is not None else ():
            if limit.used > 1:
                yield Problem("load", limit.exceeded)

    def _pool_problems(self, pool: str) -> Iterator[Problem]:
        if self.autoscaler != "clusterAutoscaler" and self.application.node_pool != pool:
            said = f"{self.autoscaler} makes a pool that nobody uses; application.nodePool: {pool}"
            yield Problem("autoscaler", said)
        if self.autoscaler == "clusterAutoscaler" and self.application.node_pool is not None:
            said = "needs autoscaler: karpenter or bothSeparated, which make the pool"
            yield Problem("application.nodePool", said)
        elif self.application.node_pool is None:
            groups = [self.nodes, *([self.self_managed_nodes] if self.self_managed_nodes else [])]
            yield from misplaced({"application": self.application}, groups)

    def _recovery_problems(self) -> Iterator[Problem]:
        if self.copies is not None and self.aurora_serverless is not None:
            yield Problem("copies", "RDS makes no copy elsewhere of an instance that Aurora copies: without the other")
        if self.recovery is None:
            return
        for field in _OF_HOME:
            if getattr(self, field):
                yield Problem(to_camel(field), "belongs to the home stack; a recovery stack has none of its own")

    def _places(self) -> Iterator[Problem]:
        if APPLICATION not in self.registry.repositories:
            yield Problem("registry.repositories", f"lacks {APPLICATION}, which the application's image is in")
        if len(self.network.zones) < ZONES:
            yield Problem("network.data", f"has {len(self.network.zones)} zones; Kafka stands in {ZONES}")
