"""The values that the parts of the collaboration platform pass to each other."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.compute.fargate_service import FargateService
from components.compute.function import Function
from components.data.bucket import Bucket
from components.data.cache_secret import CacheSecret
from components.data.log_bucket import LogBucket
from components.data.redis import Redis
from components.data.registry import Registry
from components.data.table import Table
from components.data.table_rights import CopiedTable
from components.data.table_schema import TableSchema
from components.edge.cdn import Cdn
from components.edge.firewall import Firewall
from components.edge.load_balancer import LoadBalancer
from components.edge.origin_secret import OriginSecret
from components.edge.websocket_api import WebSocketApi
from components.edge.zone import Zone
from components.operations.deployment_failures import DeploymentFailures
from components.security.key import ExistingKey, Key
from components.security.manual_secret import ManualSecret
from components.security.secret import CopiedSecret, GeneratedSecret
from components.statements import Grant
from systems.foundation import Keys

SERVER = "server"
"""The target group of the service, and what is called by it."""
STATE = TableSchema(("pk", "S"), ("sk", "S"), ttl_attribute="ttl", stream=True)
"""Keys that any kind of item fits; those of sockets are the library's: functions/collaboration, state_table.py."""
STATIC_PATH = "/static/*"


@dataclass(frozen=True)
class Data:
    """The stores and the secrets."""

    state: Table | CopiedTable
    cache: Redis
    cache_secret: CacheSecret
    signing_key: GeneratedSecret | CopiedSecret
    secrets: Mapping[str, ManualSecret | CopiedSecret]
    access_logs: LogBucket
    copied_secrets_key: ExistingKey | None = None
    """What opens those of the secrets that are copies."""

    def secrets_key(self, keys: Keys) -> Key | ExistingKey:
        """The key that the secrets are encrypted with: the copies' own, or the stack's."""
        return self.copied_secrets_key or keys.secrets

    @property
    def operate(self) -> Grant:
        """What operators do to cache and secrets; copies are their home's."""
        own = [self.signing_key, *self.secrets.values()]
        return Grant(
            self.cache.operate,
            self.cache_secret.operate,
            *(secret.operate for secret in own if not isinstance(secret, CopiedSecret)),
        )


@dataclass(frozen=True)
class Files:
    """The bucket of static files, and its replica in the second region."""

    static: Bucket
    copy: Bucket | None


@dataclass(frozen=True)
class Application:
    """The service on Fargate and the load balancer before it."""

    balancer: LoadBalancer
    service: FargateService
    registry: Registry
    health_path: str
    failures: DeploymentFailures

    @property
    def operate(self) -> Grant:
        """What operators do to the service and its images."""
        return Grant(self.service.operate, self.failures.operate, self.registry.operate)


@dataclass(frozen=True)
class Sockets:
    """The WebSocket API and the functions behind it, by what they do."""

    api: WebSocketApi
    functions: Mapping[str, Function]
    given_up: pulumi.Output[str]
    """The queue that names the changes of the state which could not be worked off."""

    @property
    def operate(self) -> Grant:
        """What operators do to the functions."""
        return Grant(*(function.operate for function in self.functions.values()))


@dataclass(frozen=True)
class Edge:
    """How users get in."""

    cdn: Cdn
    firewall: Firewall
    zone: Zone | None
    origin_secret: OriginSecret
