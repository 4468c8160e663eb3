"""The values that the parts of the records system pass to each other."""

from dataclasses import dataclass

import pulumi

from components.data.aurora import Aurora
from components.data.bucket import Bucket
from components.data.bucket_rights import CopiedBucket
from components.data.kafka import Kafka
from components.data.kafka_topic import KafkaTopic
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.postgres_primary import PostgresPrimary
from components.data.redis import Redis
from components.edge.cdn import Cdn
from components.edge.firewall import Firewall
from components.edge.load_balancer import LoadBalancer
from components.edge.origin_secret import OriginSecret
from components.edge.zone import Zone

APPLICATION = "microservice"
BUSINESS_METRICS = "Records/Business"


def standby(domain: str) -> str:
    """The name of what answers while the home region does not."""
    return f"standby.{domain}"


def taken_over(domain: str) -> str:
    """The domain at which the recovery region signals that it has taken over."""
    return f"promoted.{domain}"


@dataclass(frozen=True)
class Stores:
    """What pods sign in to, at home or in a recovery region."""

    database: PostgresPrimary | Aurora
    """What is read and written."""
    cache: Redis
    stream: Kafka
    topic: KafkaTopic
    access_logs: LogBucket
    logs: Bucket
    archives: Bucket | CopiedBucket

    @property
    def databases(self) -> list[PostgresPrimary | Aurora]:
        """All there are, the one that is used and what it copies or once copied."""
        return [self.database]


@dataclass(frozen=True)
class Data(Stores):
    instance: Postgres | None
    aurora: Aurora | None
    backups: Bucket
    archives: Bucket

    @property
    def databases(self) -> list[PostgresPrimary | Aurora]:
        """All there are, the one that is used and what it copies or once copied."""
        return [one for one in (self.instance, self.aurora) if one is not None]


@dataclass(frozen=True)
class Edge:
    zone: Zone
    secret: OriginSecret
    balancer: LoadBalancer
    cdn: Cdn
    firewall: Firewall
    served_check_id: pulumi.Output[str]
    """Well while the platform can be reached, in whichever region."""
