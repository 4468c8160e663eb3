"""The handler of a WebSocket API for JSON events that belong to users, not to pages: three routes and no document.

A user's devices hear of each other (``notify``), and a backend that may read the table and manage connections pushes to
all of them: it queries ``userId`` and posts to each ``connectionId``.

Environment: CONNECTIONS_TABLE (partition key ``userId``, sort key ``connectionId``, time to live ``expires``),
MANAGEMENT_ENDPOINT (``https://…/<stage>``), and what ``limits.Limits`` and ``metrics.emit`` read.

============ ===============================================================================================
from client
``ping``     → ``pong``; keeps a connection open, which API Gateway closes after ten idle minutes
``notify``   event (any JSON) → ``event`` to the user's other connections, ``ack`` with how many to the sender
from server
``event``    event, and from: the connection it came from
``error``    code, message
============ ===============================================================================================
"""

import functools
import json
import os
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from . import fan_out, metrics, subprotocol, tables
from .access import Principal
from .limits import Limits
from .messages import ProtocolError, encode, read
from .tables import Table

Event = dict[str, Any]
SERVICE = "events"


class Connections(Table):
    """The open connections, by whose they are."""

    _page_key = "userId"


class Switchboard:
    """Who is connected, and what they say to each other."""

    def __init__(self, table: Connections, sender: fan_out.FanOut, limits: Limits, clock: Callable[[], float]) -> None:
        self._table = table
        self._sender = sender
        self._limits = limits
        self._clock = clock

    def connect(self, connection_id: str, principal: Principal) -> None:
        """Remembers a connection for as long as one can last."""
        expires = int(self._clock()) + self._limits.session_seconds
        self._table.put({"userId": principal.user_id, "connectionId": connection_id, "expires": expires})
        metrics.emit(SERVICE, {"Events": 1}, event="connect", clock=self._clock)

    def disconnect(self, connection_id: str, principal: Principal) -> None:
        """Forgets a connection, if it is not forgotten already."""
        self._table.delete(principal.user_id, connection_id)
        metrics.emit(SERVICE, {"Events": 1}, event="disconnect", clock=self._clock)

    def receive(self, connection_id: str, principal: Principal, body: str | None) -> None:
        """Does what a client asks for, or tells it why not."""
        try:
            if principal.expired(self._clock()):
                raise ProtocolError("tokenExpired", "the token has ended; connect again with a new one")
            answer = self._answer(connection_id, principal, _parsed(body, self._limits))
        except ProtocolError as error:
            answer = error.frame
        self._sender.send([connection_id], [encode(answer)])
        metrics.emit(SERVICE, {"Events": 1}, event=answer["action"], clock=self._clock)

    def _answer(self, connection_id: str, principal: Principal, frame: Event) -> Event:
        match frame.get("action"):
            case "ping":
                return {"action": "pong"}
            case "notify":
                told = encode({"action": "event", "event": frame.get("event"), "from": connection_id})
                if len(told) > self._limits.frame_bytes:
                    # JSON has six letters for one that is none of ASCII.
                    raise ProtocolError("tooLarge", f"an event may have {self._limits.frame_bytes} bytes as it is sent")
                return {"action": "ack", "delivered": self._tell_others(connection_id, principal.user_id, told)}
            case action:
                raise ProtocolError("unknownAction", f"action {action!r} is none of ping, notify")

    def _tell_others(self, connection_id: str, user_id: str, message: str) -> int:
        known = [item["connectionId"] for item in self._table.query(user_id)]
        delivery = self._sender.send([one for one in known if one != connection_id], [message])
        for gone in delivery.gone:
            self._table.delete(user_id, gone)
        return delivery.delivered


@functools.cache
def switchboard() -> Switchboard:
    """Made once and kept while the function stays warm."""
    return Switchboard(
        Connections(tables.client(), os.environ["CONNECTIONS_TABLE"], "connectionId"),
        fan_out.FanOut(fan_out.client(os.environ["MANAGEMENT_ENDPOINT"])),
        Limits.from_environment(),
        time.time,
    )


def handle(event: Event, _context: object) -> Event:
    """A route of the API: $connect, $disconnect, $default. Whose connection it is, the authorizer has found out.

    Status 401 refuses a connection; 500 tells API Gateway, and the alarms, that the table did not answer.
    """
    request = event["requestContext"]
    connection_id, route = request["connectionId"], request["routeKey"]
    try:
        principal = Principal.from_fields(request.get("authorizer") or {})
    except (KeyError, ValueError):
        metrics.emit(SERVICE, {"Refused": 1})
        return {"statusCode": 401}
    try:
        if route == "$connect":
            switchboard().connect(connection_id, principal)
            return {"statusCode": 200, **subprotocol.accept(event)}
        if route == "$disconnect":
            switchboard().disconnect(connection_id, principal)
        else:
            switchboard().receive(connection_id, principal, event.get("body"))
    except (ClientError, BotoCoreError) as error:
        print(json.dumps({"level": "ERROR", "message": "route failed", "error": repr(error), "routeKey": route}))
        return {"statusCode": 500}
    return {"statusCode": 200}


def _parsed(body: str | None, limits: Limits) -> Event:
    if body is None or len(body.encode()) > limits.frame_bytes:
        raise ProtocolError("tooLarge", f"a message may have 1 to {limits.frame_bytes} bytes")
    return read(body)
