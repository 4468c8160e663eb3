"""The service: ``python -m records.server``. On SIGTERM it tells the load balancer, ends what is open, and goes.

Environment: ``settings``, and OTEL_EXPORTER_OTLP_ENDPOINT. It answers on PORT; with PROTOCOL ``HTTPS`` by TLS with a
certificate of its own, which neither load balancer nor kubelet judges.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import uvicorn
from fastapi import FastAPI

from . import cache, certificate, settings, sign_in, spans
from .api import MOST_REQUEST_BYTES, Parts, application
from .database import Databases
from .metrics import Gauge, Metrics, tell
from .middleware import Around
from .outbox import Relay, Stream
from .partitions import stay_ahead
from .settings import Settings
from .signing_keys import SigningKeys
from .store import Store
from .stream import Brokers
from .tenants import Tenants

_DRAIN_SECONDS = 25
_IDLE_SECONDS = 4010
"""Longer than any load balancer's idle time, at most 4,000 s, which else sends a request to a socket that closes:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"""


class Service:
    """The parts of one pod, and what runs beside the requests."""

    def __init__(self, told: Settings, stream: Stream | None = None) -> None:
        self._told = told
        self._databases = Databases(told, sign_in.database_password(told))
        self._cache = cache.connect(told, sign_in.CacheTokens(told) if told.cache_user else None)
        self._stream = stream or (Brokers(told, sign_in.BrokerTokens(told.region)) if told.brokers else None)
        self._relay = Relay(self._databases.primary, self._stream) if self._stream else None
        self._keys = SigningKeys(told.cursor_key, boto3.client("secretsmanager", region_name=told.region))
        self._metrics = Metrics()
        self._ending = False
        parts = Parts(
            store=Store(self._databases, self._cache),
            tenants=Tenants(self._databases),
            cursors=self._keys.cursors,
            ready=self._unready,
            cached_seconds=told.cached_seconds,
        )
        self.app = Around(application(parts, self._lifespan), self._metrics, MOST_REQUEST_BYTES)

    def end(self) -> None:
        """Has ``/ready`` say no from now on."""
        self._ending = True

    def _unready(self) -> str | None:
        if self._ending:
            return "ending"
        return None if self._keys.known else "the cursors' key was not read"

    @asynccontextmanager
    async def _lifespan(self, _app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._databases.running())
            tasks = [asyncio.create_task(task) for task in self._beside()]
            stack.push_async_callback(_end, tasks)
            yield
        if self._cache is not None:
            await self._cache.close()
        if isinstance(self._stream, Brokers):
            await self._stream.close()

    def _beside(self) -> list[Any]:
        tasks: list[Any] = [self._keys.follow(), stay_ahead(self._databases.primary)]
        if self._relay is not None:
            tasks.append(self._relay.run())
        if self._told.metrics_namespace is not None:
            client = boto3.client("cloudwatch", region_name=self._told.region)
            tasks.append(tell(self._metrics, self._gauges, self._told.metrics_namespace, client))
        return tasks

    def _gauges(self) -> dict[str, Gauge]:
        """What is not known is not told: 0 would say that all is well."""
        told = {}
        relay = self._relay
        if relay is not None and relay.behind is not None and relay.waiting is not None:
            told |= {"OutboxBehind": Gauge(relay.behind, "Seconds"), "OutboxWaiting": Gauge(relay.waiting)}
        databases = self._databases
        if databases.readers:
            told["ReadersLeftOut"] = Gauge(len(databases.readers) - len(databases.fit))
        if (lag := databases.greatest_lag) is not None:
            told["ReaderLag"] = Gauge(lag, "Seconds")
        return told


class _Server(uvicorn.Server):
    """Tells the load balancer before it stops listening."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM and Ctrl-C."""
        self._service.end()
        super().handle_exit(sig, frame)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main() -> None:
    """Serves until it is told to end."""
    told = settings.read(os.environ)
    service = Service(told)
    config = uvicorn.Config(
        service.app,
        host="0.0.0.0",  # noqa: S104 -- of a pod, whose network policy says who comes
        port=told.port,
        access_log=False,
        log_level="warning",
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    with spans.sent(os.environ), tempfile.TemporaryDirectory() as folder:
        if os.environ.get("PROTOCOL") == "HTTPS":
            config.ssl_certfile = str(certificate.write(Path(folder)))
        _Server(config, service).run()


if __name__ == "__main__":
    main()
