"""What fails is traced, whether or not X-Ray chose to trace the request."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from collaboration import handlers
from collaboration.traces import Traces

from .api import Api
from .support import operation_body, principal, written_by


class Xray:
    """Keeps the segments it is sent, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.segments: list[dict[str, Any]] = []
        self._error = error

    def put_trace_segments(self, *, TraceSegmentDocuments: list[str]) -> None:
        if self._error:
            raise self._error
        self.segments += map(json.loads, TraceSegmentDocuments)


def test_a_failure_joins_the_trace_of_its_request_even_when_that_is_not_sampled() -> None:
    xray = Xray()
    header = "Root=1-65f0a1b2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0;Lineage=1:a:0"
    Traces(xray, lambda: 12.5).failed("lambda", "route failed", ValueError("no"), header)
    (segment,) = xray.segments
    assert segment["trace_id"] == "1-65f0a1b2-0123456789abcdef01234567"
    assert segment["parent_id"] == "0123456789abcdef"
    assert (segment["start_time"], segment["end_time"], segment["fault"]) == (12.5, 12.5, True)
    assert segment["annotations"] == {"service": "collaboration", "model": "lambda"}
    (cause,) = segment["cause"]["exceptions"]
    assert (cause["type"], cause["message"]) == ("ValueError", "route failed: no")
    assert len(segment["id"]) == len(cause["id"]) == 16


@pytest.mark.parametrize("header", [None, "", "Self=1-2-3"])
def test_without_a_request_it_gets_a_trace_of_its_own(header: str | None) -> None:
    xray = Xray()
    traces = Traces(xray, lambda: 0x65F0A1B2 + 0.5)
    for _ in range(2):
        traces.failed("server", "sweep failed", OSError(), header)
    first, second = (segment["trace_id"] for segment in xray.segments)
    assert first.startswith("1-65f0a1b2-")
    assert len(first) == 35
    assert first != second
    assert "parent_id" not in xray.segments[0]


@pytest.mark.parametrize(
    "error",
    [ClientError({"Error": {"Code": "ThrottledException"}}, "PutTraceSegments"), ConnectTimeoutError(endpoint_url="x")],
)
def test_a_trace_that_cannot_be_sent_fails_nothing(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    Traces(Xray(error)).failed("lambda", "route failed", ValueError())
    assert json.loads(capsys.readouterr().out)["message"] == "failure not traced"


def test_it_goes_to_the_region_of_the_environment_or_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr("boto3.client", lambda name, **options: made.append((name, options["region_name"])) or Xray())
    Traces.from_environment({}).failed("lambda", "route failed", ValueError())
    assert made == []
    Traces.from_environment({"AWS_REGION": "us-east-1"}).failed("lambda", "route failed", ValueError())
    assert made == [("xray", "us-east-1")]


def test_a_route_that_fails_is_traced(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    xray = Xray()
    monkeypatch.setattr(handlers, "tracing", lambda: Traces(xray))
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-65f0a1b2-0123456789abcdef01234567;Sampled=0")
    (operation,) = written_by("a")
    api.join("a", principal())

    def fail(*_: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")

    monkeypatch.setattr(api.room.operations, "append", fail)
    assert api.say("a", operation_body(operation)) == {"statusCode": 500}
    (segment,) = xray.segments
    assert segment["trace_id"] == "1-65f0a1b2-0123456789abcdef01234567"
