"""The values that the parts of the consulting system pass to each other."""

from dataclasses import dataclass

from components.data.application_secret import ApplicationSecret
from components.data.postgres import Postgres
from components.data.queue import Queue
from components.data.redis import Redis
from components.edge.email import Email
from components.edge.firewall import Firewall
from components.edge.health_check import HealthCheck
from components.edge.load_balancer import LoadBalancer
from components.edge.zone import Zone
from components.security.manual_secret import ManualSecret

BACKEND, FRONTEND = "backend", "frontend"
IMAGES = {workload: f"cloud-consulting-{workload}" for workload in (BACKEND, FRONTEND)}
BEDROCK_KEY = "bedrock-api-key"
BACKEND_TARGETS, FRONTEND_TARGETS = "backend-tg", "frontend-tg"


@dataclass(frozen=True)
class Data:
    database: Postgres
    cache: Redis
    secret: ApplicationSecret
    retries: Queue
    bedrock_key: ManualSecret | None


@dataclass(frozen=True)
class Edge:
    zone: Zone
    balancer: LoadBalancer
    firewall: Firewall
    email: Email
    health: HealthCheck
