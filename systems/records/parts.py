"""What the parts of the records system hand to each other."""

from dataclasses import dataclass

from components.data.aurora import Aurora
from components.data.bucket import Bucket
from components.data.kafka import Kafka
from components.data.kafka_topic import KafkaTopic
from components.data.log_bucket import LogBucket
from components.data.postgres import Postgres
from components.data.redis import Redis
from components.edge.cdn import Cdn
from components.edge.firewall import Firewall
from components.edge.health_check import HealthCheck
from components.edge.load_balancer import LoadBalancer
from components.edge.zone import Zone

APPLICATION = "microservice"
BUSINESS_METRICS = "Records/Business"


@dataclass(frozen=True)
class Data:
    database: Postgres | Aurora
    """What is read and written."""
    instance: Postgres | None
    aurora: Aurora | None
    cache: Redis
    stream: Kafka
    topic: KafkaTopic
    access_logs: LogBucket
    backups: Bucket
    logs: Bucket
    archives: Bucket

    @property
    def databases(self) -> list[Postgres | Aurora]:
        """All there are, the one that is used and what it copies or once copied."""
        return [one for one in (self.instance, self.aurora) if one is not None]


@dataclass(frozen=True)
class Edge:
    zone: Zone
    balancer: LoadBalancer
    cdn: Cdn
    firewall: Firewall
    health: HealthCheck
