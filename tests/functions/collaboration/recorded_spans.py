"""Spans as the servers make them, kept where a test can read them."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any
from unittest import mock

from collaboration import spans
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode


@dataclass(frozen=True)
class Span:
    """What tests ask of a span."""

    name: str
    kind: SpanKind
    attributes: dict[str, Any]
    failed: bool
    identity: int
    parent: int | None


@contextlib.contextmanager
def traced() -> Generator[Callable[[], list[Span]]]:
    """Whatever is traced within the block, in the order in which it ended."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with mock.patch.object(spans, "tracer", return_value=provider.get_tracer("test")):
        yield lambda: [_span(one) for one in kept.get_finished_spans()]


def _span(read: ReadableSpan) -> Span:
    context, parent = read.context, read.parent
    assert context
    return Span(
        read.name,
        read.kind,
        dict(read.attributes or {}),
        read.status.status_code is StatusCode.ERROR,
        context.span_id,
        parent.span_id if parent else None,
    )
