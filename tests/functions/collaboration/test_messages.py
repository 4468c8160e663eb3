"""What clients may say, and what they hear when they say it wrong."""

import json
import uuid
from typing import Any

import pytest
from authorizer.handlers import context_of
from collaboration import messages, metrics
from collaboration.access import Principal
from collaboration.limits import Limits
from collaboration.messages import Join, Operation, Presence, ProtocolError
from hypothesis import given
from hypothesis import strategies as st

from .support import LIMITS, NOW, PAGE, body, identities, principal

IDENTITY = next(identities())


def test_the_three_messages() -> None:
    assert messages.parse(body("join"), LIMITS) == Join(PAGE, None)
    assert messages.parse(body("join", stateVector="AQEC"), LIMITS) == Join(PAGE, b"\1\1\2")
    assert messages.parse(body("presence", state={"cursor": 3, "x": 0.5}), LIMITS) == Presence(
        PAGE, {"cursor": 3, "x": 0.5}
    )
    given_twice = body("operation", operationId=IDENTITY.upper(), update="AAA=", part=2, parts=3)
    assert messages.parse(given_twice.encode(), LIMITS) == Operation(PAGE, IDENTITY, b"\0\0", 2, 3)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (None, "tooLarge"),
        (" " * 32_769, "tooLarge"),
        ("é" * 20_000, "tooLarge"),
        ("", "invalidMessage"),
        ("[" * 20_000, "invalidMessage"),
        ("[]", "invalidMessage"),
        ("{}", "unknownAction"),
        (body("delete"), "unknownAction"),
        (body("join", pageId=""), "invalidMessage"),
        (body("join", pageId="a#snapshot"), "invalidMessage"),
        (body("join", pageId=7), "invalidMessage"),
        (body("join", stateVector="a"), "invalidMessage"),
        (body("join", stateVector=7), "invalidMessage"),
        (body("join", stateVector="AQI="), "invalidUpdate"),
        (body("presence", state="x" * 5_000), "tooLarge"),
        (body("presence", state=float("nan")), "invalidMessage"),
        (body("presence", state=[float("-inf")]), "invalidMessage"),
        (body("presence", state=0).replace("0", "1e999"), "invalidMessage"),
        (body("operation", update="AAA="), "invalidMessage"),
        (body("operation", operationId="x", update="AAA="), "invalidMessage"),
        (body("operation", operationId=str(uuid.UUID(int=4 << 76 | 1 << 63)), update="AAA="), "invalidMessage"),
        (body("operation", operationId=str(uuid.UUID(int=7 << 76 | 1 << 63)), update="AAA="), "invalidMessage"),
        (body("operation", operationId=IDENTITY), "invalidMessage"),
        (body("operation", operationId=IDENTITY, update="AAA=", part=2), "invalidMessage"),
        (body("operation", operationId=IDENTITY, update="AAA=", part=True), "invalidMessage"),
        (body("operation", operationId=IDENTITY, update="AAA=", part="1"), "invalidMessage"),
        (body("operation", operationId=IDENTITY, update="AAA=", parts=65), "invalidMessage"),
    ],
)
def test_what_is_wrong_is_named(sent: str | None, code: str) -> None:
    with pytest.raises(ProtocolError) as raised:
        messages.parse(sent, LIMITS)
    assert raised.value.code == code
    frame = raised.value.frame
    assert (frame["action"], frame["code"], frame["message"]) == ("error", code, str(raised.value))
    assert ("operationId" in frame) == (sent is not None and IDENTITY in sent)


def test_an_update_may_not_be_larger_than_a_page_takes() -> None:
    sent = body("operation", operationId=IDENTITY, update="AAAAAAAAAAAA")
    with pytest.raises(ProtocolError, match="may have 8 bytes"):
        messages.parse(sent, Limits(update_bytes=8))


def test_places_follow_time_and_fit_a_number_of_dynamodb() -> None:
    source = identities()
    places = [messages.order(next(source)) for _ in range(100)]
    assert places == sorted(set(places))
    last = messages.order(str(uuid.UUID(int=(1 << 128) - 1)))
    assert len(str(last)) <= 38
    assert last // 10**23 == (1 << 48) - 1, "the random bits never reach the milliseconds"


@given(st.binary(max_size=5_000), st.integers(1_100, 3_000))
def test_an_update_in_parts_is_the_same_update(update: bytes, frame_bytes: int) -> None:
    limits = Limits(frame_bytes=frame_bytes)
    frames = list(messages.in_parts({"action": "sync", "pageId": PAGE}, update, limits))
    assert all(len(frame) <= frame_bytes for frame in frames)
    parsed = [json.loads(frame) for frame in frames]
    assert [frame["part"] for frame in parsed] == list(range(1, len(parsed) + 1))
    assert {frame["parts"] for frame in parsed} <= {len(parsed)}
    pieces = [
        messages.parse(body("operation", operationId=IDENTITY, update=frame["update"]), LIMITS) for frame in parsed
    ]
    assert b"".join(piece.update for piece in pieces if isinstance(piece, Operation)) == update


@pytest.mark.parametrize(
    ("permission", "reads", "writes"),
    [
        ("page:docs/plan:write", True, True),
        ("page:docs/plan:read", True, False),
        ("space:docs:write", True, True),
        ("space:docs:read", True, False),
        ("space:doc:write", False, False),
        ("page:docs:write", False, False),
        ("page:docs/plan:admin", False, False),
    ],
)
def test_permissions(permission: str, reads: bool, writes: bool) -> None:
    user = Principal.from_fields(context_of({"sub": "ada", "exp": NOW, "permissions": [permission]}, "permissions"))
    assert (user.may("read", PAGE), user.may("write", PAGE)) == (reads, writes)


def test_a_space_is_no_page_of_itself() -> None:
    assert not principal("ada", "space:plan:write").may("read", "plan")
    assert principal("ada", "page:plan:read").may("read", "plan")


def test_a_principal_survives_what_an_authorizer_passes_on() -> None:
    claims = {"sub": "ada", "exp": NOW + 1, "name": "Ada L.", "groups": "page:a:read space:b:write nonsense"}
    user = Principal.from_fields(context_of(claims, "groups"))
    assert user.permissions == {"page:a:read", "space:b:write"}
    assert Principal.from_fields({name: str(value) for name, value in user.fields.items()}) == user
    assert not user.expired(NOW)
    assert user.expired(NOW + 1)


def test_limits_from_the_environment() -> None:
    assert Limits.from_environment({}) == LIMITS
    assert Limits.from_environment({"PRESENCE_SECONDS": "30"}).presence_seconds == 30
    for wrong in ("0", "-1", "soon", ""):
        with pytest.raises(ValueError, match="PRESENCE_SECONDS is"):
            Limits.from_environment({"PRESENCE_SECONDS": wrong})


def test_metrics_are_lines_that_cloudwatch_understands(capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_NAMESPACE", "Confluence")
    metrics.emit("server", {"Connections": 3}, clock=lambda: NOW)
    metrics.emit("server", {"Events": 1}, event="join", clock=lambda: NOW)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["_aws"] == {
        "Timestamp": NOW * 1000,
        "CloudWatchMetrics": [
            {
                "Namespace": "Confluence",
                "Dimensions": [["Service"]],
                "Metrics": [{"Name": "Connections", "Unit": "Count"}],
            }
        ],
    }
    assert (first["Service"], first["Connections"]) == ("server", 3)
    assert second["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Service", "Event"]]
    assert second["Event"] == "join"
