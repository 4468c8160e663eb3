"""Spans of requests, sent to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; without one nobody is told.

What else the SDK reads: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

import contextlib
from collections.abc import Generator, Mapping, MutableMapping
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

_SERVICE = "records"


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
def handling(scope: MutableMapping[str, Any]) -> Generator[Span]:
    """One request, as part of the trace that its sender began."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    tracer = trace.get_tracer(_SERVICE)
    with tracer.start_as_current_span(
        scope["method"], context=propagate.extract(headers), kind=SpanKind.SERVER
    ) as span:
        yield span


def name(span: Span, method: str, path: str, status: int) -> None:
    """Says what the request was, once that is known: https://opentelemetry.io/docs/specs/semconv/http/http-spans/"""
    span.update_name(f"{method} {path}")
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(Status(StatusCode.ERROR))
