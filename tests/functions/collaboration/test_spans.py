"""What the servers tell of what they do, and whom."""

import asyncio
import http.server
import threading
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import EndpointConnectionError
from collaboration import spans, web
from collaboration.record import PostgresRecord, RecordAwayError
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import SpanKind

from .pods import Pods
from .recorded_spans import traced
from .support import PAGE
from .test_web import ask, container, environment, listening  # noqa: F401 -- fixtures

TAKEN: list[tuple[str, bytes]] = []


class Collector(http.server.BaseHTTPRequestHandler):
    """Takes what an exporter of OpenTelemetry posts."""

    def do_POST(self) -> None:
        TAKEN.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
        """Nothing."""


def test_spans_are_posted_to_the_collector_before_the_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "websocket")
    collector = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    TAKEN.clear()
    thread = threading.Thread(target=collector.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    providers: list[Any] = []
    monkeypatch.setattr(trace, "set_tracer_provider", providers.append)
    endpoint = f"http://127.0.0.1:{collector.server_address[1]}"
    with spans.sent({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}), providers[0].get_tracer("test").start_span("message"):
        pass
    collector.shutdown()
    collector.server_close()
    thread.join()
    ((path, body),) = TAKEN
    assert path == "/v1/traces"
    (of_resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    names = {one.key: one.value.string_value for one in of_resource.resource.attributes}
    assert names["service.name"] == "websocket"
    assert [span.name for scope in of_resource.scope_spans for span in scope.spans] == ["message"]


def test_without_a_collector_nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "set_tracer_provider", lambda _: pytest.fail("nobody listens"))
    with spans.sent({}), spans.handling("message", "server"):
        pass


def test_a_message_is_a_trace_with_what_it_asks_of_redis(play: Any) -> None:
    async def scenario(pods: Pods) -> None:
        _, port = await pods.start()
        await pods.browser(port)
        await pods.stop()

    with traced() as found:
        play(scenario)
    connect, *_ = (span for span in found() if span.name == "connect")
    assert connect.kind is SpanKind.SERVER
    message = next(span for span in found() if span.name == "message")
    assert message.attributes == {"service": "collaboration", "model": "server", "url.path": "/ws"}
    asked = {span.attributes.get("db.operation.name") for span in found() if span.parent == message.identity}
    assert {"HSET", "HGETALL"} <= asked
    assert not [span for span in found() if PAGE in str(span.attributes)], "keys of Redis are in no span"


def test_a_statement_is_part_of_a_trace_and_its_failure_a_failure() -> None:
    record = PostgresRecord("postgresql://nobody@127.0.0.1:1/none")
    with traced() as found, pytest.raises(RecordAwayError), spans.handling("message", "server"):
        asyncio.run(record.read("page"))
    statement, message = found()
    assert statement.attributes["db.system.name"] == "postgresql"
    assert statement.attributes["db.query.text"] == "SELECT state, version FROM collaboration.page WHERE page_id = $1"
    assert statement.parent == message.identity
    assert statement.failed
    assert message.failed


def test_a_page_that_cannot_be_read_is_a_failure_though_it_is_answered(environment: dict[str, str]) -> None:  # noqa: F811 - a fixture
    away = EndpointConnectionError(endpoint_url="https://dynamodb")
    with traced() as found:
        with mock.patch.object(web.Operations, "load", side_effect=away), listening(environment) as port:
            assert ask(port, "/pages/docs%2Fplan", "page:docs/plan:read")[0] == 503
        with listening(environment) as port:
            assert ask(port, "/pages/docs%2Fplan", "page:docs/plan:read")[0] == 200
    names = [(span.name, span.failed) for span in found()]
    question, page = "aws.dynamodb Query", "GET /pages/{page}"
    assert names == [(question, True), (page, True), (question, False), (page, False)]
