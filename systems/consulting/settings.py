"""Settings of a consulting stack."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from components.compute.addons import AddonsSettings
from components.compute.cluster import ClusterSettings
from components.compute.node_settings import NodeGroupSettings
from components.data.application_secret import ApplicationSecretSettings
from components.data.log_bucket import LogBucketSettings
from components.data.migration_files import Files, Folder
from components.data.postgres import PostgresSettings
from components.data.queue import QueueSettings
from components.data.redis import RedisSettings
from components.edge.firewall import FirewallSettings
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.copy_region import RecoveryRegion
from components.operations.deployment_runner import DeploymentRunnerSettings
from components.operations.topic import NoticesSettings
from components.operations.tracing import TracingSettings
from components.security.github_role import GithubRoleSettings
from components.workloads.log_forwarder import LogForwarderSettings
from components.workloads.migration import MigrationSettings
from components.workloads.placement import misplaced
from components.workloads.workload_settings import WorkloadSettings
from settings import Email as EmailAddress
from settings import Name, Problem, Settings, refuse
from settings.services.bedrock import ModelId
from settings.services.edge import BlockedPath
from settings.services.kubernetes import Namespace
from systems.audit import AuditSettings
from systems.eks_platform import without_a_way_out
from systems.public_domain import PublicDomainSettings

APP_SECRETS = "app-secrets"
"""The Kubernetes secret that carries the URLs into pods."""
_SCANNED_FOR = ("/actuator", "/.git", "/.env", "/wp-admin", "/phpmyadmin")


class Resilience(Settings):
    """What the application does when something it needs does not answer; it reads these from its environment."""

    database_max_open: int = Field(default=25, ge=1)
    """The most connections that a pod keeps to the database."""
    database_max_idle: int = Field(default=5, ge=0)
    """How many of them it keeps while they are not used."""
    database_lifetime_minutes: int = Field(default=30, ge=1)
    """After how long a connection is recreated."""
    database_retries: int = Field(default=5, ge=1, le=10)
    """The wait between two tries doubles from one second, so that five take 31 seconds at the most."""
    breaker_failures: int = Field(default=5, ge=1)
    """After how many failures in a row calls are no longer tried."""
    breaker_seconds: int = Field(default=30, ge=1)
    """How long until the first is tried again."""


class TablesSettings(MigrationSettings):
    """What makes the tables."""

    folder: Folder = "migrations/consulting"
    """The folder of the SQL files."""
    files: Files = ("init.sql", "chat_migration.sql", "email_events_migration.sql")


class ServiceFirewallSettings(FirewallSettings):
    """Before the load balancer, as there is no CloudFront; what it blocks stays when another setting of it is given."""

    scope: Literal["CLOUDFRONT", "REGIONAL"] = "REGIONAL"
    """In the region, before the load balancer."""
    blocked_paths: tuple[BlockedPath, ...] = _SCANNED_FOR
    """Paths that are refused, with everything below them."""


class SystemSettings(PublicDomainSettings):
    """What a stack of the consulting system is called and how big it is."""

    balancer: Name = Field(max_length=32)
    """The load balancer's name in AWS."""
    network: NetworkSettings
    cluster: ClusterSettings
    nodes: NodeGroupSettings
    runner: DeploymentRunnerSettings | None = DeploymentRunnerSettings()
    """``null`` where whoever deploys comes by ``cluster.apiClients``."""
    github: GithubRoleSettings | None = None
    """Which workflow of GitHub may deploy."""
    addons: AddonsSettings = AddonsSettings(container_insights=False)
    namespace: Namespace = "cloud-consulting"
    """The Kubernetes namespace of the application."""
    backend: WorkloadSettings
    frontend: WorkloadSettings
    migration: TablesSettings = TablesSettings()
    resilience: Resilience = Resilience()
    database: PostgresSettings
    cache: RedisSettings
    secret: ApplicationSecretSettings
    registry: Name
    """What the names of the image repositories begin with, so that stacks can share an account."""
    sender: EmailAddress
    """The one address that the application sends mail as."""
    mail_fallback: RecoveryRegion = "us-west-2"
    """Where mail is sent from when SES does not answer in the stack's own region."""
    bedrock_model_id: ModelId = "amazon.nova-lite-v1:0"
    """Rights and configuration follow it. When AWS ends it, ``us.amazon.nova-2-lite-v1:0`` is next; look first:
    aws bedrock get-foundation-model --model-identifier amazon.nova-lite-v1:0 --query modelDetails.modelLifecycle"""
    bedrock_api_key: bool = False
    """A secret for an API key of Bedrock, which people put in and replace; the API's SDK takes it instead of its
    role."""
    retries: QueueSettings = QueueSettings()
    firewall: ServiceFirewallSettings = ServiceFirewallSettings()
    access_logs: LogBucketSettings
    container_logs: LogForwarderSettings
    audit: AuditSettings | None
    """``null`` where another stack of the account has trail and recorder, of which an account needs one."""
    notices: NoticesSettings
    alarms: AlarmSettings = AlarmSettings()
    budget: BudgetSettings
    backup: BackupSettings = BackupSettings()
    tracing: TracingSettings | None = None
    """Distributed tracing by X-Ray, with the collectors that send to it; off unless given."""

    @field_validator("backend", "frontend")
    @classmethod
    def _wired_by_the_system(cls, value: WorkloadSettings) -> WorkloadSettings:
        said = "is not to be chosen: the system gives its own"
        given = {"serviceType": "service_type", "secrets": "secrets", "configMap": "config_map"}
        refuse({Problem(key, said): field in value.model_fields_set for key, field in given.items()})
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        refuse(
            [
                self.backup.conflict(self.database),
                self.zone_problem,
                without_a_way_out(self.runner, self.network),
                *misplaced({"backend": self.backend, "frontend": self.frontend}, [self.nodes]),
            ],
            {
                Problem("sender", f"must be an address of {self.domain}"): not self.sender.endswith(f"@{self.domain}"),
                Problem("database.dbName", "is required"): self.database.db_name is None,
                Problem("database.readReplicas", "must be 0: the application knows one URL"): (
                    self.database.read_replicas > 0
                ),
                Problem("cache.authentication", "must be password: the application is told a URL"): (
                    self.cache.authentication != "password"
                ),
                Problem("cache.clusterMode", "must be false: the application's URL names one server"): (
                    self.cache.cluster_mode
                ),
                Problem("firewall.scope", "must be REGIONAL: there is no CloudFront"): self.firewall.scope
                != "REGIONAL",
                Problem("addons.containerInsights", "must be false: Fluent Bit already forwards the logs"): (
                    self.addons.container_insights
                ),
            },
        )
        return self
