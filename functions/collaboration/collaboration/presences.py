"""Who is looking at a page and where their cursor is, in DynamoDB."""

import json
from collections.abc import Callable
from typing import Any

from .access import Principal
from .limits import Limits
from .tables import Item, Table


def frame(event: str, page_id: str, user_id: str, **more: Any) -> Item:
    """The message about a user: ``event`` is joined, here or left."""
    return {"action": "presence", "event": event, "pageId": page_id, "userId": user_id, **more}


class Presences:
    """The presence table (CONF-DDB-03): ``pageId``, ``userId``, and ``lastSeen``, the epoch second it ends.

    DynamoDB may take days to remove what has ended, so readers go by ``lastSeen`` themselves:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """

    def __init__(self, table: Table, limits: Limits, clock: Callable[[], float]) -> None:
        self._table = table
        self._limits = limits
        self._clock = clock

    def touch(self, page_id: str, principal: Principal, event: str, state: Any = None) -> Item:
        """Marks a user as present for a while, and gives the message that says so."""
        expires = int(self._clock()) + self._limits.presence_seconds
        encoded = json.dumps(state)
        self._table.put(
            {
                "pageId": page_id,
                "userId": principal.user_id,
                "name": principal.name,
                "state": encoded,
                "lastSeen": expires,
            }
        )
        return frame(event, page_id, principal.user_id, name=principal.name, state=state, expires=expires)

    def remove(self, page_id: str, user_id: str) -> Item:
        """Forgets a user, and gives the message that says so."""
        self._table.delete(page_id, user_id)
        return frame("left", page_id, user_id)

    def present(self, page_id: str) -> list[Item]:
        """A message about everybody who is on a page."""
        now = self._clock()
        return [
            frame(
                "here",
                page_id,
                item["userId"],
                name=item["name"],
                state=json.loads(item["state"]),
                expires=item["lastSeen"],
            )
            for item in self._table.query(page_id)
            if item["lastSeen"] > now
        ]
