"""The WebSocket API in front of the Lambda handlers, with its clients."""

import json
from collections.abc import Callable
from typing import Any

from collaboration import handlers
from collaboration.access import Principal
from collaboration.fan_out import FanOut
from collaboration.limits import Limits
from collaboration.operations import Operations
from collaboration.presences import Presences
from collaboration.room import Room
from collaboration.sessions import Sessions
from collaboration.tables import Table

from ..events import socket
from .support import OPERATIONS, PRESENCE, SESSIONS, Management, body


class Api:
    """The WebSocket API: turns what clients do into events for the handler."""

    def __init__(self, dynamodb: Any, clock: Callable[[], float], limits: Limits, management: Any = None) -> None:
        self.management = management or Management()
        self.room = Room(
            Sessions(Table(dynamodb, SESSIONS, "userId"), limits, clock),
            Operations(Table(dynamodb, OPERATIONS, "timestamp"), limits, clock),
            Presences(Table(dynamodb, PRESENCE, "userId"), limits, clock),
            FanOut(self.management),
            limits,
            clock,
        )

    def event(self, route: str, connection_id: str, **more: Any) -> dict[str, Any]:
        return handlers.handle(socket(route, connection_id, **more), None)

    def connect(self, connection_id: str, user: Principal, **headers: str) -> dict[str, Any]:
        return handlers.handle(socket("$connect", connection_id, authorizer=user.fields, headers=headers), None)

    def say(self, connection_id: str, text: str) -> dict[str, Any]:
        return self.event(json.loads(text).get("action", "$default"), connection_id, body=text)

    def told(self, connection_id: str) -> list[dict[str, Any]]:
        """What a connection was told since the last look."""
        return self.management.told.pop(connection_id, [])

    def join(self, connection_id: str, user: Principal) -> None:
        self.connect(connection_id, user)
        self.say(connection_id, body("join"))
