"""What fails in a function is traced, whether or not X-Ray chose to trace the request."""

import json
from typing import Any

import pytest
from authorizer import failures, handlers
from botocore.exceptions import ClientError, ConnectTimeoutError

from tests.stacks import ROOT

from .events import judged_request

HEADER = "Root=1-65f0a1b2-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0;Lineage=1:a:0"


class Xray:
    """Keeps the segments it is sent, or fails."""

    def __init__(self, error: Exception | None = None) -> None:
        self.segments: list[dict[str, Any]] = []
        self._error = error

    def put_trace_segments(self, *, TraceSegmentDocuments: list[str]) -> None:
        if self._error:
            raise self._error
        self.segments += map(json.loads, TraceSegmentDocuments)


@pytest.fixture
def xray(monkeypatch: pytest.MonkeyPatch) -> Xray:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", HEADER)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "confluence-authorizer")
    kept = Xray()
    monkeypatch.setattr(failures, "_xray", lambda: kept)
    return kept


@pytest.mark.parametrize("handler", [handlers.rest, handlers.sockets])
def test_a_failure_joins_the_trace_of_its_request_even_when_that_is_not_sampled(
    handler: failures.Handler, xray: Xray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise ConnectTimeoutError(endpoint_url="https://keys.example.com/?secret")

    monkeypatch.setattr(handlers, "verifier", away)
    with pytest.raises(ConnectTimeoutError):
        handler(judged_request({"Authorization": "Bearer x"}), None)
    (segment,) = xray.segments
    assert segment["trace_id"] == "1-65f0a1b2-0123456789abcdef01234567"
    assert (segment["parent_id"], segment["fault"]) == ("0123456789abcdef", True)
    assert segment["name"] == "confluence-authorizer"
    assert segment["cause"]["exceptions"][0]["type"] == "ConnectTimeoutError"
    assert "secret" not in json.dumps(segment)  # what an error says may hold what nobody shall read


def test_a_refusal_is_no_failure(xray: Xray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "a secret of at least thirty-two bytes")
    monkeypatch.setattr(handlers, "verifier", handlers.Verifier.from_environment)
    answer = handlers.rest(judged_request({"Authorization": "Bearer nonsense"}), None)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    assert xray.segments == []


def test_without_a_request_it_gets_a_trace_of_its_own(xray: Xray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Self=1-2-3")
    monkeypatch.setattr(failures.time, "time", lambda: 0x65F0A1B2 + 0.5)
    for _ in range(2):
        failures.failed(OSError())
    first, second = (segment["trace_id"] for segment in xray.segments)
    assert first.startswith("1-65f0a1b2-")
    assert len(first) == 35
    assert first != second
    assert "parent_id" not in xray.segments[0]


@pytest.mark.parametrize(
    "error",
    [ClientError({"Error": {"Code": "Throttled"}}, "PutTraceSegments"), ConnectTimeoutError(endpoint_url="x")],
)
def test_a_trace_that_cannot_be_sent_fails_nothing(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    failures.failed(ValueError(), Xray(error))
    assert "failure not traced" in capsys.readouterr().out


def test_what_sends_waits_for_nobody_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = failures._xray()
    assert client.meta.service_model.service_name == "xray"
    assert (client.meta.config.connect_timeout, client.meta.config.read_timeout) == (1, 1)
    assert client.meta.config.retries["total_max_attempts"] == 1


def test_every_function_has_the_same() -> None:
    """Each is a folder of its own, so the text stands in both."""
    texts = {file.read_text(encoding="utf-8") for file in (ROOT / "functions").glob("*/*/failures.py")}
    assert len(list((ROOT / "functions").glob("*/*/failures.py"))) == 2
    assert len(texts) == 1
