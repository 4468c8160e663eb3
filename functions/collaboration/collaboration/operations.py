"""Operations and snapshots of pages in DynamoDB, so that no operation is ever lost.

Items of the table, which has ``pageId`` and the number ``timestamp`` as its key:

=================================  ==================================================================================
pageId, timestamp                  what
=================================  ==================================================================================
``<page>``, order of the id        one operation. It has no ``ttl``, the epoch second after which DynamoDB may remove an
                                   item, until a snapshot was made without it because it contradicts the page
``<page>``, 0                      the head: which snapshot stands, by ``version``, ``stamp`` and ``chunks``, and how
                                   much ``memory`` it takes to be put together
``<page>#snapshot``, v·10²⁴+…      a chunk of a snapshot for version v; snapshots have no ``ttl``
``<page>#<operation id>``, part    a part of an operation that came in several
``<page>#seed``, 0                 the operation that filled the page when it held nothing; whoever finds it stores it
=================================  ==================================================================================

A page is its snapshot and every operation beside it. A new snapshot holds the former one and the operations that were
read; it takes over by one conditional write to the head, and then exactly those operations are removed. Writers need
not wait: what they add meanwhile is not among the removed. Whoever reads, reads operations first and the head
afterwards, so what was removed before is in the snapshot that the head names.

Nothing that is acknowledged depends on a stream: what no snapshot has judged yet is removed by nobody.
"""

import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from . import documents, memory, messages
from .limits import Limits
from .messages import Operation
from .tables import ConditionError, Item, Table

FIRST_ORDER = 10**23
"""No operation comes before; the head does."""
_CHUNK_BYTES = 350_000
_VERSION = 10**24
_TRIES = 8
_PART_SECONDS = 3_600


class BusyError(Exception):
    """A page changed under each of several tries; the same call may well go through later."""


@dataclass(frozen=True)
class Stored:
    """An operation that is safe, and whether it was before."""

    update: bytes
    duplicate: bool


class Operations:
    """The operations table (CONF-DDB-02, CONF-APP-05, CONF-APP-06)."""

    def __init__(self, table: Table, limits: Limits, clock: Callable[[], float]) -> None:
        self._table = table
        self._limits = limits
        self._clock = clock

    def append(self, operation: Operation, author: dict[str, str]) -> Stored:
        """Stores an operation unless its id is stored already. Raises InvalidUpdateError, and ProtocolError when the
        page may not grow or the id is another's; nothing is stored then.
        """
        documents.check(operation.update)
        if not documents.only_deletes(operation.update) and not self.has_room(operation.page_id):
            raise memory.full(operation.operation_id)
        return self._store(operation, author)

    def has_room(self, page_id: str) -> bool:
        """Whether this function has the memory for more of a page than its snapshot holds."""
        head = self._table.get(page_id, 0)
        return head is None or memory.has_room(head.get("memory", 0), self._limits)

    def _store(self, operation: Operation, author: dict[str, str]) -> Stored:
        item: Item = {
            "pageId": operation.page_id,
            "timestamp": messages.order(operation.operation_id),
            "operationId": operation.operation_id,
            "operation": operation.update,
            "createdAt": int(self._clock() * 1000),
            **author,
        }
        try:
            self._table.put(item, "attribute_not_exists(pageId)")
        except ConditionError as error:
            if (error.item or item)["operation"] != operation.update:
                message = "another operation has this operationId; each change has one of its own"
                raise messages.ProtocolError("invalidMessage", message, operation.operation_id) from error
            return Stored(operation.update, duplicate=True)
        return Stored(operation.update, duplicate=False)

    def seed(self, operation: Operation, author: dict[str, str]) -> Operation | None:
        """Fills a page that holds nothing; gives what it was filled with, now or before, None if it was not.

        One conditional write decides, so of any number of calls one fills a page. What it decided on is stored again
        each time: the function that was first may have ended before it did so. Raises InvalidUpdateError.
        """
        documents.check(operation.update)
        key = (f"{operation.page_id}#seed", 0)
        if self.load(operation.page_id) == documents.EMPTY:
            item = {"operationId": operation.operation_id, "operation": operation.update}
            with contextlib.suppress(ConditionError):
                self._table.put(
                    {"pageId": key[0], "timestamp": key[1], **item, **author}, "attribute_not_exists(pageId)"
                )
        found = self._table.get(*key)
        if found is None:
            return None
        filled = Operation(operation.page_id, found["operationId"], found["operation"])
        self._store(filled, author)
        return filled

    def collect(self, operation: Operation) -> Operation | None:
        """Keeps a part; once all of them are here, the operation they make, otherwise None."""
        if operation.parts == 1:
            return operation
        partition = f"{operation.page_id}#{operation.operation_id}"
        expiry = self._in(_PART_SECONDS)
        self._table.put(
            {"pageId": partition, "timestamp": operation.part, "operation": operation.update, "ttl": expiry}
        )
        pieces = {item["timestamp"]: item["operation"] for item in self._table.query(partition)}
        if set(pieces) != set(range(1, operation.parts + 1)):
            return None
        update = b"".join(pieces[part] for part in sorted(pieces))
        if len(update) > self._limits.update_bytes:
            raise messages.ProtocolError(
                "tooLarge", f"an update may have {self._limits.update_bytes} bytes", operation.operation_id
            )
        return Operation(operation.page_id, operation.operation_id, update)

    def load(self, page_id: str) -> bytes:
        """The page as it is now, from its snapshot and all operations since."""
        updates = [item["operation"] for item in self._waiting(page_id)]
        return documents.join(self._standing(page_id)[0], updates).state

    def fold(self, page_id: str, removed: Iterable[bytes] = (), *, least: int = 1) -> int:
        """Makes a new snapshot of at least so many operations, or of any that were removed and are in no snapshot.

        ``removed`` are operations that are no longer there, whoever removed them. Gives how many were rejected; raises
        BusyError when other snapshots were quicker every time.
        """
        lost = list(removed)
        for _ in range(_TRIES):
            waiting = list(self._waiting(page_id))
            due = len(waiting) >= max(least, 1)
            if not due and not lost:
                return 0
            snapshot, head = self._standing(page_id)
            if not due and documents.covers(snapshot, lost):
                return 0
            joined = documents.join(snapshot, [*(item["operation"] for item in waiting), *lost])
            nothing_new = len(joined.rejected) == len(waiting) + len(lost)
            if nothing_new or self._switch(page_id, head, joined.state):
                kept = set(joined.rejected)
                self._set_aside(waiting[position] for position in kept if position < len(waiting))
                folded = [item["timestamp"] for position, item in enumerate(waiting) if position not in kept]
                self._table.delete_all((page_id, order) for order in folded)
                return len(kept)
        raise BusyError(page_id)

    def _set_aside(self, rejected: Iterable[Item]) -> None:
        """Operations that contradict their page stay for a day, for whoever wants to know why."""
        for item in rejected:
            if "ttl" not in item:
                with contextlib.suppress(ConditionError):  # it is gone, or another set it aside
                    self._table.put(
                        item | {"ttl": self._in(self._limits.operation_seconds)}, "attribute_exists(pageId)"
                    )

    def _waiting(self, page_id: str) -> Iterator[Item]:
        """The operations that are not in the snapshot yet."""
        return self._table.query(page_id, first=FIRST_ORDER)

    def _standing(self, page_id: str) -> tuple[bytes, Item]:
        """The snapshot that stands, and its head. To be read after the operations that are joined to it."""
        for _ in range(_TRIES):
            head = self._table.get(page_id, 0) or {"version": 0, "chunks": 0}
            snapshot = self._snapshot(page_id, head)
            if snapshot is not None:
                return snapshot, head
        raise BusyError(page_id)

    def _snapshot(self, page_id: str, head: Item) -> bytes | None:
        """The snapshot that the head names; None when a newer one has replaced it meanwhile."""
        pieces = [self._table.get(f"{page_id}#snapshot", head["stamp"] + number) for number in range(head["chunks"])]
        found = [piece["state"] for piece in pieces if piece]
        if len(found) != len(pieces):
            return None
        return b"".join(found) or documents.EMPTY

    def _switch(self, page_id: str, head: Item, state: bytes) -> bool:
        """Puts a snapshot beside the one that stands and lets it take over; False when another did first."""
        version, partition = head["version"] + 1, f"{page_id}#snapshot"
        # The version keeps a late cleaner from removing a later snapshot; the rest keeps two rivals apart.
        stamp = version * _VERSION + secrets.randbelow(10**12) * 10**6
        pieces = [state[start : start + _CHUNK_BYTES] for start in range(0, len(state), _CHUNK_BYTES)]
        for number, piece in enumerate(pieces):
            self._table.put({"pageId": partition, "timestamp": stamp + number, "state": piece})
        new: dict[str, Any] = {"pageId": page_id, "timestamp": 0, "version": version, "stamp": stamp}
        new["memory"] = memory.needed(state)
        try:
            self._table.put(
                new | {"chunks": len(pieces)},
                "attribute_not_exists(pageId) OR version = :before",
                before=head["version"],
            )
        except ConditionError as error:
            # The SDK sends a write again when its answer gets lost; then what stands in its way is this very head.
            if (error.item or {}).get("stamp") != stamp:
                self._table.delete_all((partition, stamp + number) for number in range(len(pieces)))
                return False
        older = list(self._table.query(partition, before=version * _VERSION))
        self._table.delete_all((partition, item["timestamp"]) for item in older)
        return True

    def _in(self, seconds: int) -> int:
        return int(self._clock()) + seconds
