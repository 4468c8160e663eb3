"""The function that maps roles, against a security API of the test's own over HTTP on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from functions.map_search_roles import handler

MASTER = "arn:aws:iam::123456789012:role/search-master"
DEFINITION = {
    "cluster_permissions": ["cluster_composite_ops"],
    "index_permissions": [{"index_patterns": ["pages*"], "allowed_actions": ["crud"]}],
}
MEMBERS = ["arn:aws:iam::123456789012:role/b", "arn:aws:iam::123456789012:role/a"]


class Api(BaseHTTPRequestHandler):
    """As OpenSearch answers: CREATED for what is new, OK for what was there, and what ``refuses`` says first.

    https://docs.opensearch.org/latest/security/access-control/api/#create-role
    """

    server: Any

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append((self.command, self.path, json.loads(body), dict(self.headers)))
        if self.server.refuses:
            status, said = self.server.refuses.pop(0)
        else:
            new = self.path not in self.server.there
            status, said = (201, {"status": "CREATED"}) if new else (200, {"status": "OK"})
            self.server.there.add(self.path)
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_PUT = do_PATCH = _answer  # noqa: N815 -- the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Keeps the test's output clean."""


@pytest.fixture
def domain() -> Iterator[Any]:
    server: Any = HTTPServer(("127.0.0.1", 0), Api)
    server.asked, server.there, server.refuses = [], set(), []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made: list[int] = []
    monkeypatch.setattr(handler.time, "sleep", made.append)
    with mock_aws():
        yield made


def told(domain: Any) -> dict[str, Any]:
    return {
        "Endpoint": f"http://127.0.0.1:{domain.server_port}",
        "MasterRoleArn": MASTER,
        "Roles": {"application": {"Definition": DEFINITION, "BackendRoles": MEMBERS}},
    }


def test_a_role_is_made_then_mapped_and_the_audit_log_switched_on(domain: Any, pauses: list[int]) -> None:
    handler.handle(told(domain), None)
    assert [asked[:3] for asked in domain.asked] == [
        ("PUT", "/_plugins/_security/api/roles/application", DEFINITION),
        ("PUT", "/_plugins/_security/api/rolesmapping/application", {"backend_roles": sorted(MEMBERS)}),
        ("PATCH", "/_plugins/_security/api/audit", [{"op": "add", "path": "/config/enabled", "value": True}]),
    ]
    handler.handle(told(domain), None)
    assert len(domain.asked) == 6
    assert pauses == []


def test_requests_are_signed_as_the_master_role(domain: Any, pauses: list[int]) -> None:
    handler.handle(told(domain), None)
    for _, _, _, headers in domain.asked:
        found = {name.lower(): value for name, value in headers.items()}
        assert found["authorization"].startswith("AWS4-HMAC-SHA256 Credential=ASIA"), "not a role's credentials"
        assert "/us-east-1/es/aws4_request" in found["authorization"]
        assert "x-amz-security-token" in found["authorization"].lower()
        assert found["x-amz-security-token"]


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_domain_that_is_not_ready_is_asked_again(domain: Any, pauses: list[int], status: int) -> None:
    domain.refuses = [(status, {"message": "OpenSearch Security not initialized"})] * 3
    handler.handle(told(domain), None)
    assert pauses == [10] * 3
    assert len(domain.there) == 3


def test_what_the_domain_refuses_for_good_is_an_error_at_once(domain: Any, pauses: list[int]) -> None:
    domain.refuses = [(400, {"status": "error", "reason": "Invalid configuration"})]
    with pytest.raises(handler.MappingError, match=r"PUT roles/application: 400 .*Invalid configuration"):
        handler.handle(told(domain), None)
    assert pauses == []


def test_patience_ends(domain: Any, pauses: list[int]) -> None:
    domain.refuses = [(503, {"message": "starting"})] * 1000
    with pytest.raises(handler.MappingError, match="503"):
        handler.handle(told(domain), None)
    assert sum(pauses) == handler.PATIENCE_SECONDS


def test_nobody_listening_is_waited_for(pauses: list[int]) -> None:
    with pytest.raises(handler.MappingError, match="503 ConnectionRefusedError"):
        handler.handle({"Endpoint": "http://127.0.0.1:9", "MasterRoleArn": MASTER, "Roles": {}}, None)
    assert sum(pauses) == handler.PATIENCE_SECONDS


@pytest.mark.parametrize(
    "refusal",
    [
        ClientError({"Error": {"Code": "AccessDenied"}}, "AssumeRole"),
        EndpointConnectionError(endpoint_url="https://sts"),
    ],
    ids=lambda refusal: type(refusal).__name__,
)
def test_a_role_that_iam_has_not_spread_or_cannot_be_asked_for_yet_is_waited_for(
    domain: Any, pauses: list[int], monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    real, refusals = boto3.Session, [refusal] * 2

    class Sts:
        def assume_role(self, **call: str) -> Any:
            if refusals:
                raise refusals.pop()
            return real().client("sts").assume_role(**call)

    def session(*credentials: str) -> Any:
        return real(*credentials) if credentials else SimpleNamespace(client=lambda _: Sts(), region_name="us-east-1")

    monkeypatch.setattr(handler.boto3, "Session", session)
    handler.handle(told(domain), None)
    assert pauses == [10] * 2
    assert len(domain.there) == 3
