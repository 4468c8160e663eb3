"""Settings of an MDReader stack."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from components.compute.canary import CanarySettings
from components.compute.code_archive import PythonCode, PythonRuntime
from components.compute.fargate_cluster import FargateClusterSettings
from components.compute.fargate_service import FargateServiceSettings
from components.compute.function import FunctionSettings
from components.data.application_secret import ApplicationSecretSettings
from components.data.bucket import BucketSettings
from components.data.log_bucket import LogBucketSettings
from components.data.migration_files import Files, Folder, MigrationFiles
from components.data.postgres import PostgresSettings
from components.data.redis import RedisSettings
from components.data.table import TableSettings
from components.edge.amplify_app import AmplifyAppSettings
from components.edge.firewall import FirewallSettings, InnerFirewallSettings
from components.edge.rest_api_settings import RestApiSettings
from components.edge.websocket_api import WebSocketApiSettings
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.alarms.lambda_functions import FunctionAlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.cost_anomaly import CostAnomalySettings
from components.operations.pipeline import PipelineSettings
from components.operations.topic import NoticesSettings
from components.operations.tracing import TracingSettings
from components.security.github_role import GithubRoleSettings
from components.security.identity_providers import IdentityProvidersSettings
from components.security.user_pool import UserPoolSettings
from components.security.user_pool_client import UserPoolClientSettings
from components.security.user_pool_domain import UserPoolDomainSettings
from components.versions import MDREADER_RUNTIME
from settings import Email as EmailAddress
from settings import MisfitError, Name, Problem, Settings, refuse
from settings.recovery import RecoveryStackSettings
from settings.services.edge import AclName, BlockedPath, PublicKey
from settings.services.functions import Handler
from systems.audit import AuditSettings
from systems.copies import CopiesSettings, of_the_home
from systems.public_domain import PublicDomainSettings

SHIPPED_BACKEND = "functions/mdreader_backend"
SHIPPED_RUNTIME: PythonRuntime = MDREADER_RUNTIME
"""What its libraries are built for (``make packages``)."""


class BackendSettings(FunctionSettings):
    """The API's function: 1,024 MiB and 30 s are the plan's.

    ``package`` is a folder of this project with Python files, or a zip, named from the project's root, that was built
    for ``runtime`` on arm64 with FastAPI and Mangum in it; ``handler`` is in either. Python 3.11 is the plan's.
    """

    memory_mib: int = Field(default=1024, ge=128, le=10240)
    """Memory in MiB, with which a function's share of processors grows."""
    package: PythonCode = SHIPPED_BACKEND
    """A folder of this project with Python files, or a zip that a build leaves, from the project's root."""
    handler: Handler = "app.main.handler"
    """What Lambda calls."""
    runtime: PythonRuntime = SHIPPED_RUNTIME
    """The Python that the package is built for."""

    @model_validator(mode="after")
    def _has_its_libraries(self) -> Self:
        if self.package == SHIPPED_BACKEND and self.runtime != SHIPPED_RUNTIME:
            said = f"{self.runtime} is for a package of your own: {SHIPPED_RUNTIME} is what this has"
            raise MisfitError(Problem("runtime", said))
        return self


class Identity(Settings):
    """Who signs users in, where they are sent back to, and what the sign-in pages are called."""

    pool: UserPoolSettings = UserPoolSettings()
    client: UserPoolClientSettings
    pages: UserPoolDomainSettings
    providers: IdentityProvidersSettings = IdentityProvidersSettings()
    """Each takes its secret from the stack's configuration, such as ``mdreader:googleSecret``."""

    @field_validator("pages")
    @classmethod
    def _cognito_s_own_name(cls, value: UserPoolDomainSettings) -> UserPoolDomainSettings:
        if value.prefix is None:
            said = "is required: a name of one's own waits for the site's record, which Amplify makes"
            raise MisfitError(Problem("prefix", said))
        return value


class Thresholds(Settings):
    """The figures of the plan's alarms: how long an answer may take on the average, and open connections."""

    api_latency_ms: int = Field(default=5000, ge=1)
    """How long an answer may take on average, in milliseconds."""
    database_connections: int = Field(default=80, ge=1)
    """Open connections to the database."""
    slow_queries: int = Field(default=20, ge=0)
    """Statements that took more than a second, in 5 minutes."""


DOCUMENTS = ("/api/documents",)
"""Where documents are saved, which are Markdown with HTML in it, and are about anything."""


class SiteFirewallSettings(FirewallSettings):
    """Before site, files and API: the plan's name, rate and rule; documents are saved whole, and many exceed 8 KB.

    The plan's rule stops SQL in every body. The application saves documents at the API's own host, before which it
    does not stand.
    """

    acl_name: AclName | None = "MDReaderWAF"
    rate_limit: int = Field(default=1000, ge=10, le=2_000_000_000)
    """How many requests one address may send in five minutes."""
    sqli_body_rule: bool = True
    """Whether a rule of its own stops SQL in every body."""
    large_bodies: bool = True
    """Whether bodies above 8 KB are let in, of which the part after the inspection limit is not looked at."""
    document_paths: tuple[BlockedPath, ...] = DOCUMENTS
    """Where what is saved may hold HTML, paths, addresses or SQL as its text."""


class ApiFirewallSettings(InnerFirewallSettings):
    """Before the API and the load balancer."""

    document_paths: tuple[BlockedPath, ...] = DOCUMENTS
    """Where what is saved may hold HTML, paths, addresses or SQL as its text."""


class BackendUserSettings(MigrationFiles):
    """What makes the database user of the API."""

    folder: Folder = "migrations/mdreader"
    """The folder of the SQL files."""
    files: Files = ("001_backend.sql",)


_OF_THE_HOME = (
    *("hosted_zone_id", "parent_zone_id", "web", "amplify", "identity", "copies"),
    *("audit", "github", "pipeline"),
)


class SystemSettings(PublicDomainSettings):
    """What a stack of the MDReader system is called and how big it is."""

    frontend: Literal["s3", "amplify"]
    """Who serves the web build: a bucket behind CloudFront, or Amplify, which also builds it."""
    web: BucketSettings | None = None
    amplify: AmplifyAppSettings | None = None
    network: NetworkSettings
    identity: Identity | None = None
    """Who signs in; a recovery stack leaves it to its home."""
    database: PostgresSettings
    migration: BackendUserSettings = BackendUserSettings()
    """What makes the API's database user; the product's own migrations make its tables."""
    cache: RedisSettings
    secret: ApplicationSecretSettings
    uploads: BucketSettings
    file_signers: dict[Name, PublicKey] = Field(min_length=1, max_length=5)
    """The public keys of who may sign addresses of attachments; two of them while they change."""
    file_signer: Name
    """Which of them belongs to the private key that the backend signs with."""
    access_logs: LogBucketSettings
    backend: BackendSettings = BackendSettings()
    files: FunctionSettings = FunctionSettings()
    events: FunctionSettings = FunctionSettings()
    canary: CanarySettings = CanarySettings()
    """How those of the three functions whose ``release`` is ``canary`` come to run a new version."""
    connections: TableSettings
    api: RestApiSettings = RestApiSettings()
    sockets: WebSocketApiSettings = WebSocketApiSettings()
    api_gateway_logging: bool = True
    """Whether this stack sets the role by which API Gateway logs; one stack of an account and region must."""
    cluster: FargateClusterSettings
    hocuspocus: FargateServiceSettings
    registry: Name
    """What the names of the image repositories begin with."""
    sender: EmailAddress
    """The one address that the application sends mail as."""
    firewall: SiteFirewallSettings = SiteFirewallSettings()
    regional_firewall: ApiFirewallSettings = ApiFirewallSettings()
    """Before the API and the load balancer. One address there may be an edge location with all its users behind it."""
    tracing: TracingSettings | None = TracingSettings()
    """What X-Ray keeps of the traces of the API, and the collectors beside Hocuspocus; ``null`` for neither."""
    audit: AuditSettings | None
    """``null`` where another stack of the account has trail and recorder, of which an account needs one."""
    github: GithubRoleSettings | None = None
    pipeline: PipelineSettings | None = None
    recovery: RecoveryStackSettings | None = None
    """Whose place the stack takes; without it, it takes nobody's."""
    copies: CopiesSettings | None = None
    """What a recovery stack goes on with: database, secrets, attachments, pages and images, in a second region."""
    notices: NoticesSettings
    alarms: AlarmSettings = AlarmSettings(latency_ms=5000)
    function_alarms: FunctionAlarmSettings = FunctionAlarmSettings()
    thresholds: Thresholds = Thresholds()
    budget: BudgetSettings
    anomalies: CostAnomalySettings
    backup: BackupSettings = BackupSettings()

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        wanted, other = ("web", "amplify") if self.frontend == "s3" else ("amplify", "web")
        refuse(
            [
                self.backup.conflict(self.database),
                self.zone_problem,
                self.database.uncopied("copies") if self.copies else None,
            ],
            {
                Problem(wanted, f"is required by frontend {self.frontend}"): (
                    self.recovery is None and getattr(self, wanted) is None
                ),
                Problem("identity", "is required"): self.recovery is None and self.identity is None,
                **of_the_home(self.recovery, self, *_OF_THE_HOME),
                Problem(other, f"is not for frontend {self.frontend}"): getattr(self, other) is not None,
                Problem("fileSigner", f"must be one of fileSigners: {', '.join(self.file_signers)}"): (
                    self.file_signer not in self.file_signers
                ),
                Problem("sender", f"must be an address of {self.domain}"): not self.sender.endswith(f"@{self.domain}"),
                Problem("database.dbName", "is required"): self.database.db_name is None,
                Problem("cache.authentication", "must be password: Hocuspocus is told a URL"): (
                    self.cache.authentication != "password"
                ),
                Problem("cache.clusterMode", "must be false: Hocuspocus's URL names one server"): (
                    self.cache.cluster_mode
                ),
                Problem("firewall.scope", "must be CLOUDFRONT"): self.firewall.scope != "CLOUDFRONT",
                Problem("api.domain", "is not to be chosen: it is made from domain"): self.api.domain is not None,
                Problem("sockets.domain", "is not to be chosen: it is made from domain"): (
                    self.sockets.domain is not None
                ),
                Problem("api.cacheGib", "there is no route whose answers a cache may keep"): (
                    self.api.cache_gib is not None
                ),
                Problem("connections.replicaRegion", "sockets are of one region"): (
                    self.connections.replica_region is not None
                ),
            },
        )
        return self
