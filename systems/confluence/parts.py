"""What the parts of the Confluence system hand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.data.bucket import Bucket
from components.data.global_cache import GlobalCache
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.postgres_replica import PostgresReplica
from components.data.redis import Redis
from components.data.search_access import SearchAccess
from components.data.search_domain import SearchDomain
from components.edge.cdn_settings import BehaviorSettings, PathBehaviorSettings
from components.edge.origin_secret import OriginSecret
from components.edge.origins import Origin
from components.edge.zone import Zone
from components.operations.alarms import Alarm
from components.operations.metric import Metric
from components.security.manual_secret import ManualSecret
from components.security.secret import GeneratedSecret
from components.statements import Statement
from systems.recovery_region import Recovery

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
    """The stores that both models share."""

    database: Postgres
    cache: Redis
    search: SearchDomain
    search_access: SearchAccess
    static: Bucket
    uploads: Bucket
    backups: Bucket
    access_logs: LogBucket
    signing_key: GeneratedSecret
    secrets: Mapping[str, ManualSecret]

    @property
    def rotations(self) -> dict[str, pulumi.Output[str]]:
        """The functions that replace secrets, by what they are called."""
        signing = {f"{self.signing_key.name}-rotation": self.signing_key.function.function_name}
        return {**self.database.rotations, **signing}

    @property
    def operate(self) -> list[Statement]:
        """What operators do to the stores of either model."""
        put = [statement for secret in self.secrets.values() for statement in secret.operate]
        return [
            *self.database.operate,
            self.cache.operate,
            *self.signing_key.operate,
            *self.search_access.operate,
            *put,
        ]


@dataclass(frozen=True)
class CopiesMade:
    """What follows the stores in the recovery region."""

    recovery: Recovery
    database: PostgresReplica | None
    cache: GlobalCache

    @property
    def outputs(self) -> dict[str, Any]:
        """Where an operator finds them."""
        database = {} if self.database is None else {"recoveryDatabaseEndpoint": self.database.endpoint}
        return {**database, "recoveryCacheEndpoint": self.cache.endpoint}


@dataclass(frozen=True)
class Model:
    """What a deployment model gives to the edge, to operations and to the user of the stack."""

    origins: Mapping[str, Origin]
    default: BehaviorSettings
    behaviors: Mapping[str, PathBehaviorSettings]
    watched: Mapping[str, Alarm]
    backed_up: Sequence[pulumi.Input[str]]
    outputs: Mapping[str, Any]
    panels: Mapping[str, Sequence[Metric]] = field(default_factory=dict)
    root_object: str | None = None
    """What the bucket answers with when it is asked for ``/``."""


@dataclass(frozen=True)
class Names:
    """The public names and who keeps them."""

    zone: Zone
    domain: str
    origin_secret: OriginSecret
    """What proves to load balancer and API that a request came through the stack's own distribution."""

    def below(self, label: str) -> str:
        """A name below the domain."""
        return f"{label}.{self.domain}"
