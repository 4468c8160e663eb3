"""What editors do reaches whoever listens to Redis, and Redis stops no editor."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from collaboration import handlers
from collaboration.announcements import Announcements, AnnouncingRoom, announcements
from collaboration.room import Room, Told
from redis import Redis
from redis.exceptions import AuthenticationError
from redis.exceptions import TimeoutError as AwayError

from tools.redis_server import PATIENCE

from .api import Api
from .support import PAGE, operation_body, principal, written_by


class Server:
    """Redis that wants a password, or is away."""

    def __init__(self) -> None:
        self.password = "first"
        self.away = False
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.connected: list[str] = []

    def connect(self, url: str) -> Any:
        self.connected.append(url)
        server = self

        class Client:
            def publish(self, channel: str, text: str) -> None:
                if server.away:
                    raise AwayError
                if url != server.password:
                    raise AuthenticationError
                server.heard.append((channel, json.loads(text)))

        return Client()


def test_messages_go_to_the_channel_of_their_page() -> None:
    server = Server()
    made = Announcements(lambda: server.password, server.connect)
    made.publish(PAGE, ["one", "two"])
    made.publish(PAGE, ["three"])
    assert server.heard[0] == (f"page:{PAGE}", {"besides": None, "frames": ["one", "two"]})
    assert len(server.heard) == 2
    assert server.connected == ["first"]


def test_a_rotated_password_is_read_again() -> None:
    server = Server()
    made = Announcements(lambda: server.password, server.connect)
    made.publish(PAGE, ["one"])
    server.password = "second"
    made.publish(PAGE, ["two"])
    assert server.connected == ["first", "second"]
    assert len(server.heard) == 2


def test_nobody_waits_for_a_redis_that_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    server = Server()
    server.away = True
    Announcements(lambda: server.password, server.connect).publish(PAGE, ["one"])
    assert json.loads(capsys.readouterr().out)["Missed"] == 1


@pytest.mark.parametrize(
    "failure",
    [
        ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="x"),
    ],
)
def test_nobody_waits_for_a_secret_that_is_not_to_be_had(
    failure: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def away() -> str:
        raise failure

    server = Server()
    made = Announcements(away, server.connect)
    made.publish(PAGE, ["one"])
    assert json.loads(capsys.readouterr().out)["Missed"] == 1


def test_an_operation_is_acknowledged_while_the_secret_is_not_to_be_had(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> str:
        raise EndpointConnectionError(endpoint_url="x")

    room = AnnouncingRoom.__new__(AnnouncingRoom)
    vars(room).update(vars(api.room))
    room.announcements = Announcements(away, Server().connect)
    monkeypatch.setattr(handlers, "room", lambda: room)
    api.join("a", principal("ada"))
    api.told("a")
    (operation,) = written_by("x")
    assert api.say("a", operation_body(operation)) == {"statusCode": 200}
    assert [frame["action"] for frame in api.told("a")] == ["ack"]


def test_a_room_tells_its_connections_and_then_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    room = AnnouncingRoom.__new__(AnnouncingRoom)
    told = Told(1, 0, ())
    monkeypatch.setattr(Room, "send_page", lambda *_, **__: order.append("connections") or (told, []))
    server = Server()
    room.announcements = Announcements(lambda: server.password, server.connect)
    assert room.tell_page(PAGE, ["one"]) is told
    assert order == ["connections"]
    assert server.heard[0][1]["frames"] == ["one"]


def test_the_url_comes_from_the_secret(redis_url: str) -> None:
    class Manager:
        def get_secret_value(self, SecretId: str) -> dict[str, str]:
            assert SecretId == "arn"
            return {"SecretString": json.dumps({"redis-url": redis_url})}

    listener = Redis.from_url(redis_url).pubsub()
    listener.subscribe(f"page:{PAGE}")
    assert listener.get_message(timeout=PATIENCE)["type"] == "subscribe"
    announcements("arn", Manager()).publish(PAGE, ["one"])
    assert json.loads(listener.get_message(timeout=PATIENCE)["data"])["frames"] == ["one"]
    listener.close()
