"""Spans of the servers, which OpenTelemetry sends to a collector: what clients ask for, and what stores are asked.

Every span is sent and the collector decides, once it has the whole of a trace, whether anybody sees it: what failed
always (CONF-OBS-10, J-CONF-08). Nothing of what is written on a page is in one.

Environment: OTEL_EXPORTER_OTLP_ENDPOINT (``http://…:4318``), without which nobody is told, and what else the SDK reads:
https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import contextlib
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer

SERVICE = "collaboration"


@contextlib.contextmanager
def sent(environment: Mapping[str, str]) -> Generator[None]:
    """Has spans sent until the block ends, and then what is still waiting."""
    endpoint = environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    if endpoint is None:
        yield
        return
    # Only here: where nobody listens the SDK would be loaded for nothing.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


@contextlib.contextmanager
def handling(name: str, model: str, path: str | None = None) -> Generator[None]:
    """One thing that a client asks for; what escapes the block makes it a failure."""
    where = {} if path is None else {"url.path": path}
    attributes = {"service": SERVICE, "model": model, **where}
    with tracer().start_as_current_span(name, kind=SpanKind.SERVER, attributes=attributes):
        yield


@contextlib.contextmanager
def asking(store: str, operation: str, statement: str | None = None) -> Generator[None]:
    """One question to a store; the statement has no values in it.

    https://opentelemetry.io/docs/specs/semconv/database/database-spans/
    """
    text = {} if statement is None else {"db.query.text": " ".join(statement.split())}
    attributes = {"db.system.name": store, "db.operation.name": operation, "peer.service": store, **text}
    with tracer().start_as_current_span(f"{store} {operation}", kind=SpanKind.CLIENT, attributes=attributes):
        yield


def failed(error: Exception) -> None:
    """Makes what is being handled a failure, though the client gets its answer."""
    span = trace.get_current_span()
    span.record_exception(error)
    span.set_status(Status(StatusCode.ERROR, repr(error)))


def of_redis(client: Any) -> Any:
    """The same client, each of whose commands is a question of its own."""
    ask: Callable[..., Awaitable[Any]] = client.execute_command

    async def execute_command(*arguments: Any, **options: Any) -> Any:
        with asking("redis", str(arguments[0])):
            return await ask(*arguments, **options)

    client.execute_command = execute_command
    return client


def tracer() -> Tracer:
    """Makes spans, and no-ops before ``sent`` and without a collector."""
    return trace.get_tracer(SERVICE)
