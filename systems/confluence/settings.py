"""Settings of a Confluence stack."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import model_validator

from components.data.bucket import EncryptedBucketSettings
from components.data.log_bucket import LogBucketSettings
from components.data.migration_files import Files, Folder
from components.data.postgres import PostgresSettings
from components.data.redis import RedisSettings
from components.data.search_domain_settings import SearchDomainSettings
from components.edge.origin_secret import OriginSecretSettings
from components.edge.routing_policy import NearestSettings
from components.network.network import NetworkSettings
from components.operations.alarms import AlarmSettings
from components.operations.backup import BackupSettings
from components.operations.budget import BudgetSettings
from components.operations.copy_region import RecoveryRegion
from components.operations.pipeline import PipelineSettings
from components.operations.topic import NoticesSettings
from components.operations.tracing import SamplingRule, TracingSettings
from components.security.github_role import GithubRoleSettings
from components.security.secret import SecretSettings
from components.workloads.migration import MigrationSettings
from settings import Name, Problem, Settings, refuse
from settings.recovery import RecoveryStackSettings
from systems.confluence.firewall_settings import PagesFirewallSettings
from systems.confluence.models import EksModel, LambdaModel, Tables
from systems.eks_platform import without_a_way_out
from systems.public_domain import PublicDomainSettings


class Buckets(Settings):
    """The buckets, with how their objects age."""

    static: EncryptedBucketSettings
    uploads: EncryptedBucketSettings
    backups: EncryptedBucketSettings
    access_logs: LogBucketSettings


class Copies(Settings):
    """What a stack keeps in the region of its recovery stack, whatever becomes of its own."""

    region: RecoveryRegion = "us-west-2"
    """The region of the recovery stack."""
    access_logs: LogBucketSettings
    database: bool = True
    """Whether the recovery stack copies the database; ``false`` while PostgreSQL is raised by a major."""
    images: tuple[Name, ...] = ()
    """Namespaces of repositories whose images are copied. A registry has one such configuration, so that one stack of
    an account and region names all of them."""
    near: NearestSettings | None = None
    """How requests are shared with a recovery stack that serves beside this one; off unless given."""


class UserSettings(MigrationSettings):
    """What makes the application's user; of the Lambda model's function ``folder`` and ``files`` count alone."""

    folder: Folder = "migrations/confluence"
    """The folder of the SQL files."""
    files: Files = ("001_application.sql", "002_pages.sql")


class SystemSettings(PublicDomainSettings):
    """What a stack of the Confluence system is called, which of the two models it is, and how big."""

    model: Literal["eks", "lambda"]
    """What runs the application: pods on EKS, or functions of Lambda."""
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
    recovery: RecoveryStackSettings | None = None
    """Makes this the recovery stack of another, of which it has the names and the secrets, and whose stores it copies.
    It makes no distribution, zone, secret, bucket of data, pipeline or role of GitHub's."""
    github: GithubRoleSettings | None = None
    """Which workflow of GitHub may deploy, and from where drift is looked for at night."""
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
                **self._of_home_alone(),
                **self._images_and_copies(),
            },
            [
                self.backup.conflict(self.database),
                self.zone_problem,
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

    def _of_home_alone(self) -> dict[Problem, bool]:
        """What a recovery stack is told and cannot make."""
        if self.recovery is None:
            return {}
        accelerated = self.functions is not None and self.functions.accelerator is not None
        given = {
            "copies": self.copies is not None,
            "github": self.github is not None,
            "pipeline": self.pipeline is not None,
            "hostedZoneId": self.hosted_zone_id is not None,
            "parentZoneId": self.parent_zone_id is not None,
            "functions.accelerator": accelerated,
        }
        return {Problem(key, "is the home stack's, not its recovery stack's"): wrong for key, wrong in given.items()}

    def _images_and_copies(self) -> dict[Problem, bool]:
        if self.functions is None:
            return {}
        region, tables = self.copies.region if self.copies else None, self.functions.tables
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
