"""The place of a service that is not written yet."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from .events import rest

HANDLER = Path(__file__).parents[2] / "functions" / "service" / "handler.py"


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("SERVICE", "pages")
    spec = importlib.util.spec_from_file_location("service_handler", HANDLER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.handle


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/pages/health", 200),
        ("GET", "/api/pages/health/", 200),
        ("POST", "/api/pages/health", 501),
        ("GET", "/api/pages/7", 501),
        ("GET", None, 501),
    ],
)
def test_it_is_there_and_does_nothing_yet(handle: Any, method: str, path: str | None, status: int) -> None:
    answer = handle(rest(method, path), None)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["service"]) == (status, "pages")
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert status == 200 or "functions/service/handler.py" in body["message"]
