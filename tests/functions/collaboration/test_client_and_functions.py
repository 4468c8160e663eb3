"""The TypeScript client and the Lambda handlers, with an API Gateway on loopback between them."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from authorizer import handlers as authorizer
from collaboration import handlers
from collaboration.limits import Limits

from tools.redis_server import PATIENCE

from .api import Api
from .gateway import Gateway
from .pods import SECRET, token
from .soak.browsers import Browsers
from .support import PAGE

pytestmark = pytest.mark.no_cover  # as of large pages


class Scene:
    """The gateway, and clients in a Node."""

    def __init__(self, gateway: Gateway, browsers: Browsers) -> None:
        self.gateway = gateway
        self.browsers = browsers
        self.opened: list[str] = []

    def open(self, name: str, page: str = PAGE, **more: str) -> None:
        url = f"ws://127.0.0.1:{self.gateway.port}"
        self.browsers("provider", name=name, url=url, page=page, **{"token": token(name), **more})
        self.opened.append(name)

    def close(self, name: str) -> None:
        self.browsers("kill", name=name)
        self.opened.remove(name)

    def write(self, name: str, mark: str) -> None:
        self.browsers("write", name=name, mark=mark, at=0)

    def until(self, name: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What a client shows, once it is as wanted."""
        end = time.monotonic() + PATIENCE
        while not holds(look := self.browsers("look", name=name)):
            assert time.monotonic() < end, look
            time.sleep(0.02)
        return look

    def until_saved(self, name: str, text: str) -> None:
        self.until(name, lambda look: look["text"] == text and look["synced"] and look["saved"])


@pytest.fixture(scope="module")
def browsers() -> Iterator[Browsers]:
    started = Browsers()
    yield started
    started.close()


@pytest.fixture
def scene(browsers: Browsers, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    authorizer.verifier.cache_clear()
    gateway = Gateway()
    api = Api(dynamodb, time.time, Limits(), gateway)
    monkeypatch.setattr(handlers, "room", lambda: api.room)
    with gateway.running():
        built = Scene(gateway, browsers)
        yield built
        for name in list(built.opened):
            built.close(name)
    authorizer.verifier.cache_clear()


def test_what_one_writes_is_kept_and_the_others_have_it(scene: Scene) -> None:
    scene.open("ada")
    scene.open("bob")
    scene.until("bob", lambda look: look["synced"])
    scene.write("ada", "[hello]")
    scene.until_saved("ada", "[hello]")
    scene.until_saved("bob", "[hello]")
    scene.write("bob", "x" * 100_000)
    scene.until_saved("bob", "x" * 100_000 + "[hello]")
    scene.open("eve")
    scene.until_saved("eve", "x" * 100_000 + "[hello]")
    scene.until_saved("ada", "x" * 100_000 + "[hello]")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_that_ends_before_the_answer_costs_nothing(scene: Scene, when: str) -> None:
    scene.open("ada")
    scene.open("bob")
    scene.until_saved("ada", "")
    scene.until_saved("bob", "")
    scene.gateway.breaking.append(("operation", when))
    scene.write("ada", "[kept]")
    scene.until_saved("ada", "[kept]")
    scene.until_saved("bob", "[kept]")
    assert scene.gateway.breaking == []


def test_each_sees_where_the_others_are_until_they_are_gone(scene: Scene) -> None:
    scene.open("ada")
    scene.open("bob")
    scene.until_saved("bob", "")
    scene.browsers("state", name="ada", state={"cursor": 7})
    seen = {"user": {"name": "Ada"}, "cursor": 7}
    scene.until("bob", lambda look: seen in look["states"].values())
    scene.open("eve")
    scene.until("eve", lambda look: seen in look["states"].values())
    scene.close("ada")
    scene.until("bob", lambda look: seen not in look["states"].values())


def test_two_that_would_fill_an_empty_page_fill_it_once(scene: Scene) -> None:
    scene.gateway.breaking.append(("seed", "after"))
    scene.open("ada", "docs/new", seed="template")
    scene.open("bob", "docs/new", seed="template")
    scene.until_saved("ada", "template")
    scene.until_saved("bob", "template")
    scene.write("ada", "[more]")
    scene.until_saved("bob", scene.until("ada", lambda look: "[more]" in look["text"])["text"])
    assert scene.browsers("look", name="bob")["said"] == []


def test_a_token_that_is_none_gets_nobody_in(scene: Scene) -> None:
    scene.open("eve", token="none")
    scene.write("eve", "[lost]")
    scene.until("eve", lambda look: look["status"] == "disconnected")
    assert scene.gateway.refused == 1
    assert not scene.browsers("look", name="eve")["saved"]
