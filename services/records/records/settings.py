"""What the service reads from its environment: what the stack tells the pods (``systems/records/store_access.py``)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

_Value = TypeVar("_Value")


class SettingError(ValueError):
    """A variable is missing or means nothing; the message names it."""


@dataclass(frozen=True)
class Settings:
    """Where the stores are, and how much of each one pod takes."""

    region: str
    database_host: str
    database_readers: tuple[str, ...]
    database_port: int
    database_name: str
    database_user: str
    database_tls: str
    """How a connection is secured, by libpq's names: https://www.postgresql.org/docs/current/libpq-ssl.html"""
    database_authorities: str | None
    """A file with the authorities that the database is believed by."""
    database_connections: int
    """The most that one pod opens to each host."""
    cache_host: str | None
    """None has every read go to the database."""
    cache_port: int
    cache_user: str | None
    """Signs in by IAM where there is one."""
    cache_tls: bool
    cache_cluster: bool
    cache_group: str
    brokers: str | None
    """None has nobody told of what is written; the outbox then grows."""
    topic: str
    cursor_key: str
    """The ARN of the secret that cursors are signed with, or ``literal:`` and the key itself."""
    metrics_namespace: str | None
    port: int
    most_lag_seconds: float
    """A reader further behind than this is not asked."""
    cached_seconds: int
    """How long a record stays in the cache, and a page of a public tenant at the edge."""


def read(environment: Mapping[str, str]) -> Settings:
    """Raises SettingError."""
    found = _Reader(environment)
    return Settings(
        region=found.text("AWS_REGION"),
        database_host=found.text("DATABASE_HOST"),
        database_readers=found.of("DATABASE_READERS", _hosts, "[]"),
        database_port=found.of("DATABASE_PORT", int, "5432"),
        database_name=found.text("DATABASE_NAME"),
        database_user=found.text("DATABASE_USER"),
        database_tls=found.text("DATABASE_SSLMODE", "verify-full"),
        database_authorities=environment.get("PGSSLROOTCERT"),
        database_connections=found.of("DATABASE_CONNECTIONS", int, "8"),
        cache_host=environment.get("CACHE_ENDPOINT"),
        cache_port=found.of("CACHE_PORT", int, "6379"),
        cache_user=environment.get("CACHE_USER"),
        cache_tls=found.text("CACHE_TLS", "true") == "true",
        cache_cluster=found.text("CACHE_CLUSTER", "false") == "true",
        cache_group=found.text("CACHE_REPLICATION_GROUP", ""),
        brokers=environment.get("BOOTSTRAP_BROKERS"),
        topic=found.text("TOPIC", "records"),
        cursor_key=found.text("CURSOR_KEY_ARN"),
        metrics_namespace=environment.get("METRICS_NAMESPACE"),
        port=found.of("PORT", int, "8080"),
        most_lag_seconds=found.of("MOST_LAG_SECONDS", float, "1"),
        cached_seconds=found.of("CACHED_SECONDS", int, "300"),
    )


class _Reader:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, otherwise: str | None = None) -> str:
        """A variable as it stands."""
        value = self._environment.get(name, otherwise)
        if value is None:
            raise SettingError(f"{name} is not set")
        return value

    def of(self, name: str, kind: Callable[[str], _Value], otherwise: str | None = None) -> _Value:
        """A variable read as something else."""
        value = self.text(name, otherwise)
        try:
            return kind(value)
        except ValueError:
            raise SettingError(f"{name} is {value!r}, which cannot be read") from None


def _hosts(text: str) -> tuple[str, ...]:
    hosts = json.loads(text)
    if not isinstance(hosts, list):
        raise ValueError(text)
    return tuple(str(host) for host in hosts)
