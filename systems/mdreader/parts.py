"""The fixed names of the MDReader system, and the values that its parts pass to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.compute.fargate_service import FargateService
from components.compute.function import Function
from components.compute.task_definition import SecretReference
from components.data.application_secret import ApplicationSecret
from components.data.bucket import Bucket
from components.data.bucket_rights import CopiedBucket
from components.data.database_migration import DatabaseMigration
from components.data.log_bucket import LogBucket
from components.data.postgres_primary import PostgresPrimary
from components.data.redis import Redis
from components.data.registry import Registry
from components.data.table import Table
from components.edge.cdn import Cdn
from components.edge.health_check import HealthCheck
from components.edge.load_balancer import LoadBalancer
from components.edge.rest_api import RestApi
from components.edge.websocket_api import WebSocketApi
from components.edge.zone import AliasTarget, Zone
from components.operations.alarms import Alarm
from components.operations.deployment_failures import DeploymentFailures
from components.operations.metric import Metric
from components.security.identity_pool import IdentityPool
from components.security.key import ExistingKey
from components.security.manual_secret import ManualSecret
from components.security.secret import CopiedSecret
from components.security.user_pool import UserPool
from components.security.user_pool_client import UserPoolClient
from components.security.user_pool_domain import UserPoolDomain
from components.statements import Grant
from systems.copies import Half

# The plan's names, each unique in an account and region: a stack has an account of its own.
USER_POOL = "MDReaderUsers"
BACKEND_FUNCTION = "MDReaderBackend"
WEBSOCKET_API = "MDReaderWebSocket"
AMPLIFY_APP = "MDReaderWeb"
LATENCY_ALARM = "MDReader-API-Latency"
CONNECTIONS_ALARM = "MDReader-DB-Connections"

HOCUSPOCUS = "hocuspocus"
BACKEND_USER = "mdreader_backend"
"""The PostgreSQL user that the backend signs in as by IAM."""
METRICS = "MDReader"
"""The namespace of the metrics that the functions and Hocuspocus publish."""
ATTACHMENTS, PAGES = "uploads", "web"
"""What the buckets are called."""
USERS_PREFIX = "users"
"""Below it each user has a folder of objects of their own, by the identity of the identity pool."""
ATTACHMENTS_PREFIX = "documents"
"""Below it is what the API signs uploads for, in a folder for each user by the user pool's ``sub``:
functions/mdreader_backend/app/uploads.py."""


@dataclass(frozen=True)
class Names:
    """The public names and who keeps them."""

    zone: Zone
    domain: str
    half: Half | None = None
    """Which region this is, where another may take its place under the names of API and sockets."""

    def lead(self, name: str, target: AliasTarget) -> None:
        """Has one of the names of API and sockets lead to ``target``, while this region is the one that serves."""
        if self.half is None:
            self.zone.alias(name, target)
        else:
            self.half.lead(self.zone, name, target)

    @property
    def api(self) -> str:
        """The URL of the REST API for desktop clients and proxies."""
        return f"api.{self.domain}"

    @property
    def websocket(self) -> str:
        """Where Hocuspocus is."""
        return f"websocket.{self.domain}"

    @property
    def events(self) -> str:
        """Where the WebSocket API is."""
        return f"events.{self.domain}"

    @property
    def files(self) -> str:
        """Where attachments are read."""
        return f"files.{self.domain}"


@dataclass(frozen=True)
class SignIn:
    """Who signs users in, which is one pool for both regions; ``signer_id`` is how CloudFront knows the backend."""

    pool_id: pulumi.Input[str]
    pool_arn: pulumi.Input[str]
    issuer: pulumi.Input[str]
    client_id: pulumi.Input[str]
    signer_id: pulumi.Input[str]


@dataclass(frozen=True)
class Mail:
    """Whom mail comes from, how it is counted, and who may send it."""

    sender: str
    configuration_set: pulumi.Input[str]
    send: Grant


@dataclass(frozen=True)
class Data:
    """The stores and the secrets."""

    database: PostgresPrimary
    cache: Redis
    secret: ApplicationSecret
    uploads: Bucket | CopiedBucket
    file_signing_key: ManualSecret | CopiedSecret
    access_logs: LogBucket
    copied_secrets_key: ExistingKey | None = None
    """What opens the file signing key where that is a copy."""

    @property
    def database_url(self) -> SecretReference:
        """The URL with user and password, in the secret that a function puts together."""
        return SecretReference(self.secret.arn, "database-url")

    @property
    def cache_url(self) -> SecretReference:
        """The same for the cache."""
        return SecretReference(self.secret.arn, "redis-url")


@dataclass(frozen=True)
class Files:
    """The buckets that distributions read, and their copies in the second region by the same names."""

    uploads: Bucket
    web: Bucket | None
    """The pages, where they are not Amplify's."""
    copies: Mapping[str, Bucket]


@dataclass(frozen=True)
class Users:
    """Who signs in and how."""

    pool: UserPool
    client: UserPoolClient
    pages: UserPoolDomain
    identities: IdentityPool


@dataclass(frozen=True)
class Api:
    """What answers requests and carries events."""

    rest: RestApi
    sockets: WebSocketApi
    functions: Mapping[str, Function]
    migration: DatabaseMigration
    connections: Table
    """Who is connected to the WebSocket API."""
    health: HealthCheck | None
    """Whether the REST API answers from outside; the home stack asks for both regions."""

    @property
    def operate(self) -> Grant:
        """What operators do to the functions."""
        asked = [function.operate for function in self.functions.values()]
        return Grant(*asked, self.migration.operate)


@dataclass(frozen=True)
class Realtime:
    """Hocuspocus behind its load balancer."""

    service: FargateService
    balancer: LoadBalancer
    registry: Registry
    off_peak_tasks: int
    failures: DeploymentFailures

    @property
    def operate(self) -> Grant:
        """What operators do to the service."""
        return Grant(self.service.operate, self.failures.operate)


@dataclass(frozen=True)
class Site:
    """The distributions, by name, and what the front end adds to the stack's outputs."""

    distributions: Mapping[str, Cdn]
    outputs: Mapping[str, Any]


@dataclass(frozen=True)
class Watched:
    """Alarms and panels of one subject, which gets a dashboard of its own."""

    alarms: Mapping[str, Alarm]
    panels: Mapping[str, Sequence[Metric]] = field(default_factory=dict)
