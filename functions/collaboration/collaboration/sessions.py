"""Who is connected to which page, in DynamoDB.

The table has ``pageId`` and ``userId`` as its key (CONF-DDB-01) and two kinds of items; in both, ``lastSeen`` is the
epoch second after which DynamoDB may remove them (J-CONF-07):

==========================  ==========================================================================================
pageId                      what
==========================  ==========================================================================================
``<page>``                  a user on a page, with the set of their connections to it: several tabs, one item, which
                            ends with the token that lasts longest
``connection#<id>``         a connection, with what its token said and the page it joined; found at disconnect by
                            its partition alone
==========================  ==========================================================================================
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .access import Principal
from .limits import Limits
from .tables import ConditionError, Item, Table


@dataclass(frozen=True)
class Connection:
    """An open socket: whose it is and which page it shows."""

    connection_id: str
    principal: Principal
    page_id: str | None


@dataclass(frozen=True)
class Visitor:
    """A user on a page, with the connections to it."""

    user_id: str
    connection_ids: tuple[str, ...]
    over: bool
    """Whether the last of the user's tokens has ended, or all of the connections must have."""


class Sessions:
    """The sessions table."""

    def __init__(self, table: Table, limits: Limits, clock: Callable[[], float]) -> None:
        self._table = table
        self._limits = limits
        self._clock = clock

    def connect(self, connection_id: str, principal: Principal) -> None:
        """Remembers a connection until it is closed, or as long as one can last."""
        self._table.put(self._connection_item(connection_id, principal, None))

    def find(self, connection_id: str) -> Connection | None:
        """The connection, or None when it was closed or is unknown."""
        for item in self._table.query(_connection(connection_id)):
            return Connection(connection_id, Principal.from_fields(item), item.get("joined"))
        return None

    def join(self, connection: Connection, page_id: str) -> bool:
        """Puts a connection on a page, having left the one before; tells whether the user is new there."""
        principal = connection.principal
        self._table.put(self._connection_item(connection.connection_id, principal, page_id))
        expiry = min(self._expiry(), principal.expires)
        values: dict[str, Any] = {"connections": {connection.connection_id}, "expiry": expiry}
        user, add = principal.user_id, "ADD connectionIds :connections SET lastSeen = "
        try:
            longer = "attribute_not_exists(lastSeen) OR lastSeen < :expiry"
            session = self._table.update(page_id, user, f"{add}:expiry", longer, **values)
        except ConditionError:  # another tab's token lasts longer
            session = self._table.update(page_id, user, f"{add}if_not_exists(lastSeen, :expiry)", **values)
        return session["connectionIds"] == {connection.connection_id}

    def leave(self, connection: Connection) -> bool:
        """Takes a connection off its page; tells whether it was the user's last one there."""
        if connection.page_id is None:
            return False
        return self.drop(connection.page_id, connection.principal.user_id, [connection.connection_id])

    def drop(self, page_id: str, user_id: str, connection_ids: Iterable[str]) -> bool:
        """Takes a user's connections off a page; tells whether they were the last ones there."""
        session = self._table.update(
            page_id, user_id, "DELETE connectionIds :connections", connections=set(connection_ids)
        )
        if session.get("connectionIds"):
            return False
        try:
            # A tab that was opened since then keeps the item.
            self._table.delete(page_id, user_id, "attribute_not_exists(connectionIds)")
        except ConditionError:
            return False
        return True

    def disconnect(self, connection: Connection) -> bool:
        """Forgets a connection; tells whether it was the user's last one on its page."""
        last = self.leave(connection)
        self._table.delete(_connection(connection.connection_id), connection.principal.user_id)
        return last

    def on_page(self, page_id: str) -> Iterator[Visitor]:
        """Everybody on a page."""
        now = self._clock()
        for item in self._table.query(page_id):
            if item.get("connectionIds"):
                ids = tuple(sorted(item["connectionIds"]))
                yield Visitor(item["userId"], ids, over=item.get("lastSeen", 0) <= now)

    def connections(self, page_id: str) -> list[str]:
        """The connections of everybody on a page who may still hear of it."""
        return [one for visitor in self.on_page(page_id) if not visitor.over for one in visitor.connection_ids]

    def _connection_item(self, connection_id: str, principal: Principal, page_id: str | None) -> Item:
        joined = {"joined": page_id} if page_id else {}
        return {"pageId": _connection(connection_id), **principal.fields, **joined, "lastSeen": self._expiry()}

    def _expiry(self) -> int:
        return int(self._clock()) + self._limits.session_seconds


def _connection(connection_id: str) -> str:
    return f"connection#{connection_id}"
