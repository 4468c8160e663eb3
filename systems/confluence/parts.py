"""The values that the parts of the Confluence system pass to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.data.bucket import Bucket
from components.data.bucket_rights import CopiedBucket
from components.data.global_cache import GlobalCache
from components.data.postgres import Postgres
from components.data.postgres_recovery import PostgresRecovery
from components.data.redis import Redis
from components.data.search_access import SearchAccess
from components.data.search_domain import SearchDomain
from components.edge.cdn_settings import BehaviorSettings, PathBehaviorSettings
from components.edge.health_check import HealthCheck
from components.edge.origin_secret import ExistingOriginHeader, OriginSecret
from components.edge.origins import HttpsOrigin, Origin
from components.edge.routing_policy import Near
from components.edge.zone import Zone
from components.operations.alarms import Alarm
from components.operations.metric import Metric
from components.operations.protected_resource import ProtectedResource
from components.security.manual_secret import ManualSecret
from components.security.secret import CopiedSecret, GeneratedSecret
from components.statements import Grant

FRONTEND, BFF, WEBSOCKET = "frontend", "bff", "websocket"
"""The workloads of the EKS model, and the repositories of their images."""
PAGES_USER = "collaboration"
"""The PostgreSQL user of the WebSocket service, which writes the pages of record and reaches no other table."""
SEARCH_INDICES = ("pages*",)
"""The indices that the product may make and use."""
MANUAL_SECRETS = {
    "encryption-keys": "Encrypts what the application encrypts by itself",
    "oauth-client-secrets": "What the identity providers gave to this client",
    "smtp-credentials": "Signs in to the mail provider",
}


def metrics_namespace() -> str:
    """The namespace of the metrics that the collaboration code and the product publish, the stack's own."""
    return f"Confluence/{pulumi.get_stack()}"


def variable_of(secret: str) -> str:
    """The environment variable that holds the ARN of a secret, such as ``SMTP_CREDENTIALS_ARN``."""
    return f"{secret.upper().replace('-', '_')}_ARN"


@dataclass(frozen=True)
class Data:
    """The stores that both models share; in a recovery stack, copies of those of its home."""

    database: Postgres | PostgresRecovery
    cache: Redis | GlobalCache
    search: SearchDomain
    search_access: SearchAccess
    static: Bucket | CopiedBucket
    uploads: Bucket | CopiedBucket
    backups: Bucket | CopiedBucket
    signing_key: GeneratedSecret | CopiedSecret
    secrets: Mapping[str, ManualSecret | CopiedSecret]
    open_secrets: Grant
    """Lets a role decrypt what it may read of the secrets."""

    @property
    def rotations(self) -> dict[str, pulumi.Output[str]]:
        """The functions that replace secrets, by what they are called."""
        if isinstance(self.signing_key, CopiedSecret):
            return self.database.rotations
        signing = {f"{self.signing_key.name}-rotation": self.signing_key.function.function_name}
        return {**self.database.rotations, **signing}

    @property
    def operate(self) -> Grant:
        """What operators do to the stores of either model; secrets are put in and replaced at home."""
        secrets = (self.signing_key, *self.secrets.values())
        put = [secret.operate for secret in secrets if not isinstance(secret, CopiedSecret)]
        return Grant(self.database.operate, self.cache.operate, self.search_access.operate, *put)


def stores_of(data: Data) -> dict[str, Any]:
    """Where the stores are, by the names of stack outputs."""
    return {
        "uploadsBucket": data.uploads.bucket_name,
        "databaseEndpoint": data.database.endpoint,
        "databaseSecretArn": data.database.secret_arn,
        "cacheEndpoint": data.cache.endpoint,
        "searchEndpoint": data.search.endpoint,
    }


@dataclass(frozen=True)
class Model:
    """What a deployment model gives to the edge, to operations and to the user of the stack."""

    origins: Mapping[str, Origin]
    default: BehaviorSettings
    behaviors: Mapping[str, PathBehaviorSettings]
    watched: Mapping[str, Alarm]
    backed_up: Sequence[ProtectedResource]
    outputs: Mapping[str, Any]
    panels: Mapping[str, Sequence[Metric]] = field(default_factory=dict)
    root_object: str | None = None
    """What the bucket answers with when it is asked for ``/``."""


@dataclass(frozen=True)
class Names:
    """The public names and who keeps them."""

    zone: Zone
    domain: str
    origin_secret: OriginSecret | ExistingOriginHeader
    """What proves to load balancer and API that a request came through the stack's own distribution."""
    fails_over: bool = False
    """Whether a second region may come to answer in the place of the first."""
    taken_over: HealthCheck | None = None
    """Of a recovery stack: passes once it is promoted."""
    near: Near | None = None
    """This region's half of what leads to the nearest, where requests may be shared."""

    def below(self, label: str) -> str:
        """A name below the domain."""
        return f"{label}.{self.domain}"

    def origin(self, domain: pulumi.Input[str], path: pulumi.Input[str] | None = None) -> HttpsOrigin:
        """What answers at a name, as the distribution calls it; a recovery stack has none."""
        secret = self.origin_secret if isinstance(self.origin_secret, OriginSecret) else None
        return HttpsOrigin(domain, secret, path)

    @property
    def home(self) -> str:
        """The name of what answers in the home region, whichever region serves."""
        return self.below("origin")

    @property
    def serving(self) -> str:
        """The name of what answers in the region that serves."""
        return self.below("active") if self.fails_over else self.home

    @property
    def takeover(self) -> str:
        """The domain at which the recovery stack signals that it has taken over."""
        return self.below("recovery")

    @property
    def certified(self) -> tuple[str, ...]:
        """The names of what answers here, the first of which is the certificate's own."""
        if self.taken_over is not None:
            return (self.serving,)
        return tuple(dict.fromkeys((self.home, self.serving)))
