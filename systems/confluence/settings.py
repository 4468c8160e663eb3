"""What a stack of the Confluence system can be told."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from components.compute.addons import AddonsSettings
from components.compute.canary import CanarySettings
from components.compute.cluster import ClusterSettings
from components.compute.code import CodeSettings
from components.compute.function import FunctionSettings, FunctionTier
from components.compute.node_settings import NodeGroupSettings
from components.data.accelerator import AcceleratorSettings
from components.data.bucket import EncryptedBucketSettings
from components.data.database_proxy import DatabaseProxySettings
from components.data.file_system import FileSystemSettings
from components.data.global_cache import GlobalCacheSettings
from components.data.log_bucket import LogBucketSettings
from components.data.migration_files import Files, Folder
from components.data.postgres import PostgresSettings
from components.data.postgres_replica import PostgresReplicaSettings
from components.data.redis import RedisSettings
from components.data.search_domain_settings import SearchDomainSettings
from components.data.table import TableSettings
from components.edge.origin_secret import OriginSecretSettings
from components.edge.rest_api_settings import RestApiSettings
from components.edge.websocket_api import WebSocketApiSettings
from components.edge.zone import delegation_problem
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.deployment_runner import DeploymentRunnerSettings
from components.operations.function_alarms import FunctionAlarmSettings
from components.operations.pipeline import PipelineSettings
from components.operations.topic import NoticesSettings
from components.operations.tracing import SamplingRule, TracingSettings
from components.security.secret import SecretSettings
from components.workloads.log_forwarder import LogForwarderSettings
from components.workloads.migration import MigrationSettings
from components.workloads.workload_settings import WorkloadSettings
from settings import MisfitError, Name, Problem, Settings, refuse
from settings.services.acm import CertifiedDomain
from settings.services.dns import ZoneId
from settings.services.functions import LayerArn
from settings.services.kubernetes import Namespace
from systems.confluence.firewall_settings import ApiFirewallSettings, PagesFirewallSettings
from systems.eks_platform import without_a_way_out
from systems.recovery_region import RecoverySettings

SHARED = "shared"
"""The folder of the shared file system that pods of the BFF mount."""
SERVICES = ("auth", "user", "document", "search")
"""The functions of the Lambda model whose code belongs to the product, not to this project."""
PUSHING = ("collaboration", "websocket")
"""The functions that push to sockets."""


class Buckets(Settings):
    """The buckets, with how their objects age."""

    static: EncryptedBucketSettings
    uploads: EncryptedBucketSettings
    backups: EncryptedBucketSettings
    access_logs: LogBucketSettings


class EksModel(Settings):
    """Pods on EKS: persistent WebSockets, and the lowest latency between editors."""

    cluster: ClusterSettings
    groups: dict[Name, NodeGroupSettings] = Field(min_length=1)
    runner: DeploymentRunnerSettings | None = DeploymentRunnerSettings()
    """``null`` where whoever deploys comes by ``cluster.apiClients``."""
    addons: AddonsSettings = AddonsSettings(container_insights=False, efs=True)
    namespace: Namespace = "confluence"
    frontend: WorkloadSettings
    bff: WorkloadSettings
    websocket: WorkloadSettings
    files: FileSystemSettings = FileSystemSettings()
    logs: LogForwarderSettings
    sticky_seconds: int = Field(default=86400, ge=1, le=604800)
    """How long the load balancer sends a browser's new connections to the same node."""

    @field_validator("addons")
    @classmethod
    def _has_the_file_driver(cls, value: AddonsSettings) -> AddonsSettings:
        if not value.efs:
            raise MisfitError(Problem("efs", "must be true: pods of the BFF mount the shared file system"))
        return value

    @field_validator("files")
    @classmethod
    def _has_the_shared_folder(cls, value: FileSystemSettings) -> FileSystemSettings:
        if SHARED not in value.access_points:
            raise MisfitError(Problem("accessPoints", f"must hold {SHARED}, which pods of the BFF mount"))
        return value

    @field_validator("websocket")
    @classmethod
    def _reached_as_designed(cls, value: WorkloadSettings) -> WorkloadSettings:
        said = "is not to be chosen: a NodePort with affinity is the design"
        given = {"serviceType": "service_type", "sticky": "sticky"}
        refuse({Problem(key, said): field in value.model_fields_set for key, field in given.items()})
        return value


class Tables(Settings):
    """The state of collaboration in DynamoDB."""

    sessions: TableSettings
    operations: TableSettings
    presence: TableSettings


class LambdaModel(Settings):
    """Functions behind API Gateway: nothing runs while nobody reads."""

    prefix: Name
    """What the functions' names begin with."""
    auth: FunctionSettings
    user: FunctionSettings
    document: FunctionSettings
    search: FunctionSettings
    collaboration: FunctionSettings
    websocket: FunctionSettings
    code: dict[Name, CodeSettings] = Field(default_factory=dict)
    """The product's own code for a service; without it the function says that it has none yet."""
    subnets: dict[Name, FunctionTier] = Field(default_factory=dict)
    """The tier of a function where it is not to be the design's: the data tier for what calls nobody outside, the
    private tier, which has NAT, for sign-in, mail and what pushes to sockets."""
    rest: RestApiSettings = RestApiSettings()
    sockets: WebSocketApiSettings = WebSocketApiSettings()
    api_gateway_logging: bool = True
    """Whether this stack sets the role by which API Gateway logs; one stack of an account and region must."""
    tables: Tables
    accelerator: AcceleratorSettings | None = None
    proxy: DatabaseProxySettings
    instrumentation: LayerArn | None = None
    """AWS's layer of OpenTelemetry for Python, in the stack's region: calls to DynamoDB, PostgreSQL and Redis become
    part of the traces of functions in Python, at the price of a longer cold start; ``code`` names others' own.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Application-Signals-Enable-LambdaMain.html"""
    canary: CanarySettings = CanarySettings()
    alarms: FunctionAlarmSettings = FunctionAlarmSettings()
    firewall: ApiFirewallSettings = ApiFirewallSettings()
    """Before the REST API."""

    @field_validator("sockets")
    @classmethod
    def _named_by_the_system(cls, value: WebSocketApiSettings) -> WebSocketApiSettings:
        if value.domain is not None:
            raise MisfitError(Problem("domain", "is not to be chosen: sockets are at ws. below the stack's domain"))
        return value

    @field_validator("code")
    @classmethod
    def _of_services(cls, value: dict[str, CodeSettings]) -> dict[str, CodeSettings]:
        if unknown := sorted(set(value) - set(SERVICES)):
            raise ValueError(f"there is no service {', '.join(unknown)}; there are: {', '.join(SERVICES)}")
        return value

    @field_validator("subnets")
    @classmethod
    def _have_a_way(cls, value: dict[str, FunctionTier]) -> dict[str, FunctionTier]:
        if unknown := sorted(set(value) - {*SERVICES, *PUSHING}):
            there = ", ".join((*SERVICES, *PUSHING))
            raise ValueError(f"there is no function {', '.join(unknown)}; there are: {there}")
        if stuck := [name for name in PUSHING if value.get(name) == "data"]:
            # https://repost.aws/knowledge-center/api-gateway-vpc-connections
            raise ValueError(
                f"{' and '.join(stuck)} must be private: no VPC endpoint leads to a WebSocket API, and data has no NAT"
            )
        return value

    def images_of(self, namespace: str) -> list[str]:
        """The services whose image is in a repository below ``namespace``."""
        images = {service: code.image for service, code in self.code.items() if code.image}
        return sorted(service for service, image in images.items() if image.split("/")[1] == namespace)

    def code_of(self, service: str) -> CodeSettings:
        """Where a service's code is."""
        return self.code.get(service, CodeSettings())


class Copies(Settings):
    """The second region and what stands by there."""

    region: RecoverySettings = RecoverySettings()
    access_logs: LogBucketSettings
    database: PostgresReplicaSettings | None = None
    """``null`` for backups alone, as while PostgreSQL is raised by a major."""
    cache: GlobalCacheSettings


class UserSettings(MigrationSettings):
    """What makes the application's user; of the Lambda model's function ``folder`` and ``files`` count alone."""

    folder: Folder = "migrations/confluence"
    files: Files = ("001_application.sql", "002_pages.sql")


class SystemSettings(Settings):
    """What a stack of the Confluence system is called, which of the two models it is, and how big."""

    model: Literal["eks", "lambda"]
    domain: CertifiedDomain
    """The public name; the stack makes a hosted zone of it, which has to be delegated once."""
    hosted_zone_id: ZoneId | None = None
    """An existing zone that holds ``domain``, in place of one of the stack's own."""
    parent_zone_id: ZoneId | None = None
    """The zone above ``domain``, in the same account, which then delegates to the stack's own by itself."""
    network: NetworkSettings
    eks: EksModel | None = None
    functions: LambdaModel | None = None
    database: PostgresSettings
    migration: UserSettings = UserSettings()
    """What makes the application's database user; the product makes its tables itself."""
    cache: RedisSettings
    search: SearchDomainSettings
    buckets: Buckets
    registry: Name
    """What the names of the image repositories begin with, so that stacks can share an account."""
    secrets: Name
    """What the names of the secrets begin with."""
    signing_key: SecretSettings = SecretSettings()
    """Signs the tokens of users; the one before it goes on being accepted until the next rotation."""
    firewall: PagesFirewallSettings = PagesFirewallSettings()
    origin_secret: OriginSecretSettings = OriginSecretSettings()
    tracing: TracingSettings | None = TracingSettings(
        rules={
            "default": SamplingRule(rate=0.01, priority=9000),
            "busy": SamplingRule(rate=0.001, priority=100, url_path="/api/pages/*"),
        },
        groups={"collaboration": 'annotation.service = "collaboration"'},
    )
    """What X-Ray keeps of traces and, in the EKS model, the collectors that send them; ``null`` for neither."""
    copies: Copies | None = None
    """``null`` for a stack that can be lost with its region."""
    pipeline: PipelineSettings | None = None
    notices: NoticesSettings
    alarms: AlarmSettings = AlarmSettings()
    budget: BudgetSettings
    backup: BackupSettings = BackupSettings()

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        wanted, other = ("eks", "functions") if self.model == "eks" else ("functions", "eks")
        refuse(
            {
                Problem(wanted, f"is required by model {self.model}"): getattr(self, wanted) is None,
                Problem(other, f"is not for model {self.model}"): getattr(self, other) is not None,
                Problem("database.dbName", "is required"): self.database.db_name is None,
                Problem("database.readReplicas", "must be 0 in model lambda, whose pool leads to the primary"): (
                    self.functions is not None and self.database.read_replicas > 0
                ),
                Problem("cache.authentication", "must be iam: roles sign in"): self.cache.authentication != "iam",
                Problem("firewall.scope", "must be CLOUDFRONT"): self.firewall.scope != "CLOUDFRONT",
                **self._bodies_pass_both(),
                **self._images_and_copies(),
            },
            [
                self.backup.conflict(self.database),
                delegation_problem(self.hosted_zone_id, self.parent_zone_id),
                self.search.uneven_over(len(self.network.data), "search."),
                self.database.more_replicas_than(self.network.zones),
                *self._copied(),
                without_a_way_out(self.eks.runner, self.network, "eks.") if self.eks else None,
            ],
        )
        return self

    def _copied(self) -> Iterator[Problem | None]:
        if self.copies and self.copies.database:
            yield self.database.uncopied("copies.database")
        if self.copies and (bound := self.cache.bound_to_one_region):
            yield Problem(f"cache.{bound.path}", f"{bound.what}; or leave out copies")

    def _images_and_copies(self) -> dict[Problem, bool]:
        if self.functions is None:
            return {}
        region, tables = self.copies.region.region if self.copies else None, self.functions.tables
        early = f"is in a repository below {self.registry}, which are empty when this stack is made; push it elsewhere"
        where = f"must be that of copies ({region or 'none'})"
        replicas = {key: getattr(tables, key).replica_region for key in Tables.model_fields}
        return {
            **{Problem(f"functions.code.{key}.image", early): True for key in self.functions.images_of(self.registry)},
            **{Problem(f"functions.tables.{key}.replicaRegion", where): at != region for key, at in replicas.items()},
        }

    def _bodies_pass_both(self) -> dict[Problem, bool]:
        """What is wrong where one web ACL takes bodies that the other one refuses, and whether it is."""
        inner = self.functions.firewall if self.functions else self.firewall
        return {
            Problem(f"functions.firewall.{key}", f"must be as firewall.{key}: a body passes both"): differs
            for key, differs in (
                ("largeBodies", inner.large_bodies != self.firewall.large_bodies),
                ("documentPaths", set(inner.document_paths) != set(self.firewall.document_paths)),
            )
        }
