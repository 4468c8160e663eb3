"""MDReader's API as Lambda calls it: FastAPI behind Mangum, asked by API Gateway's own events."""

import asyncio
import inspect
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from pg8000.core import CoreConnection
from pg8000.exceptions import DatabaseError, InterfaceError
from redis import Redis

from tools.redis_server import redis_server

from .events import rest

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mdreader/app-a1b2c3"
SITE, DESKTOP = "https://mdreader.app", "tauri://localhost"
ADA = {"claims": {"sub": "ada", "email": "ada@example.org"}}
ENVIRONMENT = {
    "ENVIRONMENT": "dev",
    "CORS_ORIGINS": f"{SITE},{DESKTOP}",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_SESSION_TOKEN": "session",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "UPLOADS_BUCKET": "mdreader-uploads",
    "DATABASE_HOST": "db.example.org",
    "DATABASE_NAME": "mdreader",
    "DATABASE_USER": "mdreader_backend",
    "DATABASE_URL": f"{SECRET}:database-url::",
    "REDIS_URL": f"{SECRET}:redis-url::",
}


class Secrets:
    """Secrets Manager, and how often it was asked."""

    def __init__(self) -> None:
        self.value = {"database-url": "postgresql://own%2Fer:p%40ss@db.example.org:5432/mdreader?sslmode=require"}
        self.asked: list[str] = []
        self.away: Exception | None = None

    def get_secret_value(self, SecretId: str) -> dict[str, str]:
        self.asked.append(SecretId)
        if self.away:
            raise self.away
        return {"SecretString": json.dumps(self.value)}


class Postgres:
    """Stands where PostgreSQL does; takes what pg8000's own connection takes."""

    def __init__(self) -> None:
        self.opened: list[dict[str, Any]] = []
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.gone = self.refuses = self.lost = False
        self.closed = 0

    def __call__(self, *given: Any, **named: Any) -> "Postgres":
        bound = inspect.signature(CoreConnection.__init__).bind(None, *given, **named)
        if self.refuses:
            raise DatabaseError({"M": "PAM authentication failed for user"})
        self.opened.append(dict(bound.arguments))
        return self

    def run(self, statement: str, **values: Any) -> list[Any]:
        if self.gone:
            self.gone, self.lost = False, True
            raise InterfaceError("network error")
        self.said.append((statement, values))
        return [[1]]

    def close(self) -> None:
        self.closed += 1
        if self.lost:
            raise InterfaceError("connection is closed")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Secrets]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    from app import references, uploads

    found, real = Secrets(), boto3.client

    def client(service: str, **options: Any) -> Any:
        return found if service == "secretsmanager" else real(service, **options)

    monkeypatch.setattr(boto3, "client", client)
    yield found
    for cached in (references.client, references._secret, uploads._client):
        cached.cache_clear()


@pytest.fixture
def postgres(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    from app import database

    stand_in = Postgres()
    monkeypatch.setattr(database, "Connection", stand_in)
    return stand_in


@pytest.fixture
def loop() -> Iterator[None]:
    """Of the event loop that Mangum takes from its thread, or makes and leaves there, other tests find nothing."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    yield
    asyncio.set_event_loop(None)
    made.close()


@pytest.fixture
def main(loop: None, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Any:
    from app import cache, database, main

    monkeypatch.setattr(main, "_database", database.Database())
    monkeypatch.setattr(main, "_cache", cache.Cache())
    return main


@pytest.fixture
def xray(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The segments that X-Ray is sent."""
    from app import failures

    kept: list[dict[str, Any]] = []

    class Xray:
        def put_trace_segments(self, TraceSegmentDocuments: list[str]) -> None:
            kept.extend(map(json.loads, TraceSegmentDocuments))

    monkeypatch.setattr(failures, "_xray", Xray)
    return kept


@pytest.fixture
def redis(secrets: Secrets, tmp_path: Path) -> Iterator[Redis]:
    """A server whose one user has a password, which the secret holds."""
    with redis_server(tmp_path) as port, Redis(port=port) as admin:
        admin.execute_command("ACL", "SETUSER", "app", "on", ">first", "~*", "+@all")
        secrets.value["redis-url"] = f"redis://app:first@127.0.0.1:{port}"
        yield admin


def ask(main: Any, method: str, path: str, **event: Any) -> tuple[int, Any, dict[str, str]]:
    answer = main.handler(rest(method, path, **event), None)
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["isBase64Encoded"] is False
    return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None, answer["headers"]


def test_it_says_that_it_is_there_and_touches_no_store(main: Any, secrets: Secrets, postgres: Postgres) -> None:
    assert ask(main, "GET", "/health")[:2] == (200, {"status": "ok", "environment": "dev"})
    assert (secrets.asked, postgres.opened) == ([], [])


def test_head_is_answered_as_get_without_a_body(main: Any) -> None:
    found = ask(main, "GET", "/health")
    assert ask(main, "HEAD", "/health") == (200, None, found[2])
    assert found[2]["content-length"] == str(len('{"status":"ok","environment":"dev"}'))


@pytest.mark.parametrize(("method", "path"), [("POST", "/health"), ("GET", "/api/documents"), ("DELETE", "/api/me")])
def test_everything_else_waits_for_the_product(main: Any, method: str, path: str) -> None:
    status, body, _ = ask(main, method, path)
    assert status == 501
    assert "backend.package" in body["message"]


@pytest.mark.parametrize("origin", [SITE, DESKTOP])
def test_pages_of_the_site_and_of_the_desktop_may_read_what_is_answered(main: Any, origin: str) -> None:
    headers = ask(main, "GET", "/health", headers={"Origin": origin})[2]
    assert (headers["access-control-allow-origin"], headers["vary"]) == (origin, "Origin")
    refused = ask(main, "GET", "/api/documents", headers={"Origin": origin})
    assert (refused[0], refused[2]["access-control-allow-origin"]) == (501, origin)


def test_pages_of_others_may_not(main: Any) -> None:
    assert (
        "access-control-allow-origin" not in ask(main, "GET", "/health", headers={"Origin": "https://evil.example"})[2]
    )


def test_who_asks_is_who_the_token_names(main: Any) -> None:
    found = ask(main, "GET", "/api/me", authorizer=ADA)
    assert found[:2] == (200, {"userId": "ada", "email": "ada@example.org"})


def test_the_database_is_signed_in_to_by_iam_and_never_by_password(
    main: Any, postgres: Postgres, secrets: Secrets, redis: Redis
) -> None:
    assert ask(main, "GET", "/api/stores")[:2] == (200, {"database": True, "redis": True})
    (opened,) = postgres.opened
    assert (opened["user"], opened["host"], opened["port"], opened["database"]) == (
        "mdreader_backend",
        "db.example.org",
        5432,
        "mdreader",
    )
    assert opened["ssl_context"] is True
    token = urlsplit(f"https://{opened['password']}")
    query = parse_qs(token.query)
    assert token.netloc == "db.example.org:5432"
    assert (query["Action"], query["DBUser"]) == (["connect"], ["mdreader_backend"])
    assert query["X-Amz-Credential"][0].endswith("/us-east-1/rds-db/aws4_request")


def test_connections_are_kept_from_call_to_call(main: Any, postgres: Postgres, secrets: Secrets, redis: Redis) -> None:
    before = redis.info("stats")["total_connections_received"]
    for _ in range(3):
        assert ask(main, "GET", "/api/stores")[0] == 200
    assert len(postgres.opened) == 1
    assert redis.info("stats")["total_connections_received"] == before + 1
    assert secrets.asked == [SECRET]


def test_a_connection_that_is_gone_is_opened_anew(main: Any, postgres: Postgres, redis: Redis) -> None:
    ask(main, "GET", "/api/stores")
    postgres.gone = True
    assert ask(main, "GET", "/api/stores")[0] == 200
    assert (len(postgres.opened), postgres.closed) == (2, 1)


def test_a_password_that_was_replaced_is_read_again(main: Any, secrets: Secrets, redis: Redis) -> None:
    ask(main, "GET", "/api/stores")
    redis.execute_command("ACL", "SETUSER", "app", "resetpass", ">second")
    secrets.value["redis-url"] = secrets.value["redis-url"].replace("first", "second")
    redis.execute_command("CLIENT", "KILL", "USER", "app")
    assert ask(main, "GET", "/api/stores")[:2] == (200, {"database": True, "redis": True})
    assert secrets.asked == [SECRET, SECRET]


def test_stores_that_are_away_or_refuse_are_told_of_and_say_nothing_of_themselves(
    main: Any, postgres: Postgres, secrets: Secrets, xray: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    postgres.refuses = True
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        secrets.value["redis-url"] = f"redis://app:hidden@127.0.0.1:{taken.getsockname()[1]}"
        assert ask(main, "GET", "/api/stores")[:2] == (503, {"database": False, "redis": False})
    said = capsys.readouterr().out
    assert [json.loads(line)["error"] for line in said.splitlines()] == ["DatabaseError", "ConnectionError"]
    assert [one["cause"]["exceptions"][0]["type"] for one in xray] == ["DatabaseError", "ConnectionError"]
    assert "hidden" not in said + json.dumps(xray)


def test_what_nobody_expected_is_traced_even_when_its_request_is_not_sampled(
    main: Any, xray: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_asking: str, _wanted: Any) -> None:
        raise LookupError("hidden")

    monkeypatch.setattr(main.uploads, "signed", broken)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", f"{TRACE};Sampled=0")
    body = json.dumps({"type": "image/avif", "size": 1})
    json_ = {"Content-Type": "application/json"}
    status, said, _ = ask(main, "POST", "/api/uploads", body=body, authorizer=ADA, headers=json_)
    assert (status, said) == (500, {"message": "internal error"})
    (segment,) = xray
    assert segment["trace_id"] in TRACE
    assert (segment["fault"], segment["cause"]["exceptions"][0]["type"]) == (True, "LookupError")


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="https://secretsmanager"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_store_whose_secret_is_not_to_be_had_is_away(main: Any, secrets: Secrets, failure: Exception) -> None:
    secrets.away = failure
    assert ask(main, "GET", "/api/stores")[:2] == (503, {"database": True, "redis": False})


def test_a_secret_is_not_waited_for_longer_than_api_gateway_waits(secrets: Secrets) -> None:
    from app import references

    config = references.client("rds").meta.config
    assert config.retries["total_max_attempts"] * (config.connect_timeout + config.read_timeout) < 29 / 2


@pytest.mark.parametrize("authorizer", [None, {}, {"claims": None}, {"claims": {"email": "ada@example.org"}}])
@pytest.mark.parametrize(("method", "path"), [("GET", "/api/me"), ("POST", "/api/uploads")])
def test_whom_no_token_names_is_refused(main: Any, method: str, path: str, authorizer: Any) -> None:
    body = json.dumps({"type": "image/png", "size": 1})
    assert ask(main, method, path, authorizer=authorizer, body=body)[0] == 401


def test_a_reference_is_a_value_or_a_key_of_a_secret(secrets: Secrets, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.references import reference

    monkeypatch.setenv("PLAIN", "rediss://cache:6379")
    assert reference("PLAIN") == "rediss://cache:6379"
    monkeypatch.setenv("DATABASE_URL", f"{SECRET}:missing::")
    with pytest.raises(KeyError):
        reference("DATABASE_URL")


@pytest.mark.parametrize("size", [1234, 0])
def test_an_upload_is_signed_for_the_host_of_the_region_by_version_4(main: Any, size: int) -> None:
    wanted = json.dumps({"type": "image/avif", "size": size})
    status, body, _ = ask(
        main, "POST", "/api/uploads", authorizer=ADA, body=wanted, headers={"Content-Type": "application/json"}
    )
    url = urlsplit(body["url"])
    query = parse_qs(url.query)
    assert (status, body["method"], body["headers"]) == (201, "PUT", {"Content-Type": "image/avif"})
    assert (url.scheme, url.netloc) == ("https", "mdreader-uploads.s3.us-east-1.amazonaws.com")
    assert url.path == f"/{body['key']}"
    assert body["key"].startswith("documents/ada/")
    assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["900"])
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host"]
    again = ask(main, "POST", "/api/uploads", authorizer=ADA, body=wanted, headers={"Content-Type": "application/json"})
    assert again[1]["key"] != body["key"]


@pytest.mark.parametrize(
    "wanted", [{"type": "image/png", "size": -1}, {"type": "image/png\r\nx: y", "size": 1}, {"size": 1}]
)
def test_nothing_is_signed_for_what_s3_would_refuse(main: Any, wanted: dict[str, Any]) -> None:
    asked = {"body": json.dumps(wanted), "headers": {"Content-Type": "application/json"}, "authorizer": ADA}
    assert ask(main, "POST", "/api/uploads", **asked)[0] == 422


def test_every_route_that_may_have_a_body_has_a_model_of_it(main: Any) -> None:
    """API Gateway has one route of every method, and so no model: bodies are judged here."""
    routes = [route for route in main.app.routes if getattr(route, "dependant", None)]
    writing = [route for route in routes if set(route.methods) & {"POST", "PUT", "PATCH", "DELETE"}]
    assert [(route.path, route.body_field is not None) for route in writing] == [
        ("/api/uploads", True),
        ("/{rest:path}", False),  # answers 501, whatever is sent
    ]
    assert not any("Request" in str(inspect.signature(route.endpoint)) for route in routes)


def test_no_password_is_sent_to_a_database_without_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        from app.database import connection

        def plain() -> None:
            peer, _ = server.accept()
            peer.recv(8)
            peer.sendall(b"N")
            peer.close()

        thread = threading.Thread(target=plain)
        thread.start()
        with pytest.raises(InterfaceError, match="SSL"):
            connection("127.0.0.1", server.getsockname()[1], "mdreader", "somebody", "secret")
        thread.join()


TRACE = "Root=1-65f0a1b2-0123456789ab;Parent=53995c3f42cd8ad8"


@pytest.fixture
def daemon(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Stands where X-Ray's daemon does beside a function."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.setenv(
            "_X_AMZN_TRACE_ID", "Root=1-65f0a1b2-0123456789ab;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a:0"
        )
        yield listening


def told(daemon: socket.socket) -> dict[str, Any]:
    header, document = daemon.recv(65536).decode().split("\n")
    assert json.loads(header) == {"format": "json", "version": 1}
    return json.loads(document)


def test_a_statement_is_a_part_of_the_function_s_trace(postgres: Postgres, daemon: socket.socket) -> None:
    from app.database import Database

    Database().run("SELECT :one", one="a value")
    document = told(daemon)
    assert (document["trace_id"], document["parent_id"]) == ("1-65f0a1b2-0123456789ab", "53995c3f42cd8ad8")
    assert (document["type"], document["name"], document["namespace"]) == ("subsegment", "postgresql", "remote")
    assert document["sql"] == {"database_type": "postgresql", "sanitized_query": "SELECT :one"}
    assert document["start_time"] <= document["end_time"]
    assert document["fault"] is False
    assert "a value" not in json.dumps(document)


def test_what_a_store_refuses_is_a_fault_of_its_part(postgres: Postgres, daemon: socket.socket) -> None:
    from app.database import Database

    postgres.refuses = True
    with pytest.raises(DatabaseError):
        Database().run("SELECT 1")
    assert told(daemon)["fault"] is True


def test_what_the_cache_is_asked_is_a_part_too(redis: Redis, daemon: socket.socket) -> None:
    from app.cache import Cache

    assert Cache().run(lambda cache: cache.ping()) is True
    assert told(daemon)["name"] == "redis"


@pytest.mark.parametrize("header", [f"{TRACE};Sampled=0", TRACE, ""])
def test_of_a_trace_that_nobody_keeps_nothing_is_told(
    postgres: Postgres, daemon: socket.socket, monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    from app.database import Database

    monkeypatch.setenv("_X_AMZN_TRACE_ID", header)
    Database().run("SELECT 1")
    with pytest.raises(BlockingIOError):
        daemon.recv(65536)


def test_a_daemon_that_is_away_fails_no_request(
    postgres: Postgres, daemon: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import traces
    from app.database import Database

    class Away(socket.socket):
        def sendto(self, *_: Any) -> int:
            raise ConnectionRefusedError

    monkeypatch.setattr(traces.socket, "socket", Away)
    assert Database().run("SELECT 1") == [[1]]
    with pytest.raises(BlockingIOError):
        daemon.recv(65536)
