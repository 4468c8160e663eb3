"""Who is connected to which page, in DynamoDB.

The table has ``pageId`` and ``userId`` as its key (CONF-DDB-01) and two kinds of items; in both, ``lastSeen`` is the
epoch second after which DynamoDB may remove them (J-CONF-07):

==========================  ==========================================================================================
pageId                      what
==========================  ==========================================================================================
``<page>``                  a user on a page, with the set of their connections to it: several tabs, one item
``connection#<id>``         a connection, with what its token said and the page it joined; found at disconnect by
                            its partition alone
==========================  ==========================================================================================
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .access import Principal
from .limits import Limits
from .tables import ConditionError, Item, Table


@dataclass(frozen=True)
class Connection:
    """An open socket: whose it is and which page it shows."""

    connection_id: str
    principal: Principal
    page_id: str | None


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
        session = self._table.update(
            page_id,
            principal.user_id,
            "ADD connectionIds :connections SET lastSeen = :expiry",
            connections={connection.connection_id},
            expiry=self._expiry(),
        )
        return session["connectionIds"] == {connection.connection_id}

    def leave(self, connection: Connection) -> bool:
        """Takes a connection off its page; tells whether it was the user's last one there."""
        if connection.page_id is None:
            return False
        user = connection.principal.user_id
        session = self._table.update(
            connection.page_id, user, "DELETE connectionIds :connections", connections={connection.connection_id}
        )
        if session.get("connectionIds"):
            return False
        try:
            # A tab that was opened since then keeps the item.
            self._table.delete(connection.page_id, user, "attribute_not_exists(connectionIds)")
        except ConditionError:
            return False
        return True

    def disconnect(self, connection: Connection) -> bool:
        """Forgets a connection; tells whether it was the user's last one on its page."""
        last = self.leave(connection)
        self._table.delete(_connection(connection.connection_id), connection.principal.user_id)
        return last

    def connections(self, page_id: str) -> Iterator[str]:
        """The connections of everybody on a page."""
        now = self._clock()
        for item in self._table.query(page_id):
            if item.get("lastSeen", 0) > now:
                yield from sorted(item.get("connectionIds", ()))

    def _connection_item(self, connection_id: str, principal: Principal, page_id: str | None) -> Item:
        joined = {"joined": page_id} if page_id else {}
        return {"pageId": _connection(connection_id), **principal.fields, **joined, "lastSeen": self._expiry()}

    def _expiry(self) -> int:
        return int(self._clock()) + self._limits.session_seconds


def _connection(connection_id: str) -> str:
    return f"connection#{connection_id}"
