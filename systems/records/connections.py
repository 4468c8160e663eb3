"""Connections to the database by client, and whether they fit ``max_connections``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.data.postgres_connections import max_connections, max_connections_serverless
from components.workloads.workload import SURGE_PERCENT
from settings import Problem

if TYPE_CHECKING:
    from systems.records.settings import SystemSettings

_BESIDE_THE_POOL = 1
"""Of each pod: who holds the outbox at the primary, who watches the lag at a reader."""
BESIDE = 25
"""For all others: the migration's Job, the maintainer's, RDS's own with its monitoring, whoever copies the database,
and people, who would else be refused just when they have to look."""


def most_pods(settings: "SystemSettings") -> int:
    """As many as there ever are at once: autoscaling's most, and those that start while others still end."""
    application = settings.application
    bounds = application.autoscaling
    running = bounds.max_replicas if bounds is not None else application.replicas
    return running + -(-running * SURGE_PERCENT // 100)


def each_pod(settings: "SystemSettings") -> int:
    """The most that one pod opens to one host."""
    return settings.database_connections + _BESIDE_THE_POOL


def most_opened(settings: "SystemSettings") -> int:
    """The most that one host, the primary or a reader, is ever asked for."""
    return most_pods(settings) * each_pod(settings) + BESIDE


def taken(settings: "SystemSettings") -> int:
    """How many a host takes: an instance of the class, or of Aurora once pods sign in there."""
    aurora = settings.aurora_serverless
    if aurora is not None and aurora.role != "follower":
        return max_connections_serverless(aurora.minimum_capacity, aurora.maximum_capacity)
    return max_connections(settings.database.instance_class)


def connections_problems(settings: "SystemSettings") -> Iterator[Problem]:
    """Why some pods would be refused by the database at the busiest time."""
    opened, there = most_opened(settings), taken(settings)
    if opened > there:
        sum_of = f"{most_pods(settings)} pods (a release's among them) x {each_pod(settings)}"
        said = f"{sum_of} + {BESIDE} others are {opened:,} connections; the database takes {there:,}"
        yield Problem("databaseConnections", f"{said}: lower this or application.autoscaling.maxReplicas")
