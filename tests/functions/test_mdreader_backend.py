"""What stands in for MDReader's API, and how it finds the stores."""

import importlib.util
import json
import socket
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from .events import rest

CODE = Path(__file__).parents[2] / "functions" / "mdreader_backend" / "app" / "main.py"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:mdreader/app-a1b2c3"


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ENVIRONMENT", "dev")
    spec = importlib.util.spec_from_file_location("mdreader_main", CODE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which secrets were read."""
    read: list[str] = []

    def get(SecretId: str) -> dict[str, str]:
        read.append(SecretId)
        return {"SecretString": json.dumps({"database-url": "postgresql://u:p@db:5432/mdreader", "other": "x"})}

    monkeypatch.setattr(boto3, "client", lambda _service: SimpleNamespace(get_secret_value=get))
    return read


def get(
    main: Any, path: str | None, method: str = "GET", authorizer: dict[str, Any] | None = None
) -> tuple[int, dict[str, Any]]:
    answer = main.handler(rest(method, path, authorizer=authorizer), None)
    assert answer["headers"]["Cache-Control"] == "no-store"
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("path", ["/health", "/health/"])
def test_it_says_that_it_is_there_and_touches_no_store(main: Any, asked: list[str], path: str) -> None:
    assert get(main, path) == (200, {"status": "ok", "environment": "dev"})
    assert asked == []


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/health"), ("GET", "/api/documents"), ("GET", None), ("DELETE", "/api/me")]
)
def test_everything_else_waits_for_the_product(main: Any, method: str, path: str | None) -> None:
    status, body = get(main, path, method)
    assert status == 501
    assert "backend.package" in body["message"]


def test_who_asks_is_who_the_token_names(main: Any) -> None:
    claims = {"sub": "ada", "email": "ada@example.org"}
    assert get(main, "/api/me", authorizer={"claims": claims}) == (200, {"userId": "ada", "email": "ada@example.org"})


def test_a_url_is_read_from_its_secret_once(main: Any, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{SECRET}:database-url::")
    monkeypatch.setenv("PLAIN", "rediss://cache:6379")
    assert main.reference("DATABASE_URL") == main.reference("DATABASE_URL") == "postgresql://u:p@db:5432/mdreader"
    assert main.reference("PLAIN") == "rediss://cache:6379"
    assert asked == [SECRET]
    monkeypatch.setenv("DATABASE_URL", f"{SECRET}:missing::")
    with pytest.raises(KeyError):
        main.reference("DATABASE_URL")


def test_stores_are_within_reach_or_not(main: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def connect(place: tuple[str, int], timeout: int) -> Any:
        called.append((*place, timeout))
        if place[0] == "away":
            raise TimeoutError
        return SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db/mdreader")
    monkeypatch.setenv("REDIS_URL", "rediss://u:p@cache:7000")
    assert get(main, "/api/stores") == (200, {"database": True, "redis": True})
    assert called == [("db", 5432, 3), ("cache", 7000, 3)]
    monkeypatch.setenv("REDIS_URL", "rediss://u:p@away")
    assert get(main, "/api/stores") == (503, {"database": True, "redis": False})
