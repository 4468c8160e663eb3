"""Pages in Redis: their state, the operations since, who is present, and how much each user sends.

===================  ========  =====================================================================================
key                  kind      what
===================  ========  =====================================================================================
crdt:<page>          string    base64 of the document's state (CONF-APP-03)
operations:<page>    list      operations not yet in the state, as JSON, newest first (CONF-APP-02)
memory:<page>        number    bytes of memory that it takes to put the page together, as its state stands
unrecorded           hash      page → a number that each change raises; gone when all of the page is in the record
recording:<page>     string    a server is taking the page into the record
presence:<page>      hash      user → milliseconds when last seen (CONF-APP-01)
who:<page>           hash      user → name and state of the presence, as JSON
sessions:<page>      hash      connection → epoch second when it counts as lost, and its user
rate:<user>:<second> number    messages of a user in one second
===================  ========  =====================================================================================

As in DynamoDB, an operation is stored first; a new state replaces exactly the one that it was made from, and
afterwards exactly the operations that are in it leave the list. Each step touches one key, so nothing depends on
where a cluster keeps a page's keys.

Redis may lose what it holds; the record (``record.py``) does not. A page is marked as unrecorded before it changes.
Only a state that is in the record as it stands has an end; a page that is gone begins with what the record has, and
with nothing else while the record is out of reach. Without a record no page ends.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from . import documents, memory, messages, redis_scripts
from .limits import Limits
from .messages import Operation
from .operations import BusyError
from .record import Record, RecordAwayError
from .redis_values import decoded, encoded, hashed, update_of

_TRIES = 50

_UNRECORDED = "unrecorded"
_RECORDING_SECONDS = 60
"""A server that ends in the middle of recording a page holds up the others for so long, at most."""
_RATE_SECONDS = 2
"""How long a second's count is kept: until no server's clock is in that second."""


class Here(NamedTuple):
    """A user on a page: until which epoch second, under which name, and with what state."""

    expires: int
    name: str | None
    state: Any


class Seeded(NamedTuple):
    """Whether it was this operation that filled the page, now or before; and what the record has of it."""

    filled: bool
    recorded: bytes | None


_UNSHOWN = "[null, null]"


@dataclass(frozen=True)
class Queued:
    """An operation is safe: ``length`` operations wait to be folded, none if it was there already."""

    length: int

    @property
    def duplicate(self) -> bool:
        """Whether it was there already."""
        return self.length == 0


class RedisPages:
    """What the WebSocket servers share. ``redis`` is an asyncio client that gives bytes, of a node or a cluster."""

    def __init__(self, redis: Any, limits: Limits, clock: Callable[[], float], record: Record | None = None) -> None:
        self._redis = redis
        self._limits = limits
        self._clock = clock
        self._record = record

    async def append(self, operation: Operation, user_id: str) -> Queued:
        """Stores an operation. Raises InvalidUpdateError, and ProtocolError when the page may not grow; nothing is
        stored then.
        """
        documents.check(operation.update)
        if not documents.only_deletes(operation.update) and not await self._has_room(operation.page_id):
            raise memory.full(operation.operation_id)
        value = {
            "operationId": operation.operation_id,
            "userId": user_id,
            "update": messages.text(operation.update),
        }
        await self.mark(operation.page_id)
        return Queued(
            await self._redis.eval(redis_scripts.APPEND, 1, f"operations:{operation.page_id}", messages.encode(value))
        )

    async def mark(self, page_id: str) -> None:
        """Notes that a page is about to have what the record lacks. Before the change: no end of a server in between
        leaves a change that nobody takes into the record."""
        if self._record is not None:
            await self._redis.hincrby(_UNRECORDED, page_id, 1)

    async def load(self, page_id: str) -> bytes:
        """The page as it is now: operations are read first, so what left the list is in the state.

        Raises RecordAwayError when the page is only in the record and that is out of reach.
        """
        operations = await self._operations(page_id)
        return documents.join(decoded(await self._stored(page_id)), map(update_of, operations)).state

    async def fold(self, page_id: str) -> int:
        """Takes the waiting operations into the state; gives how many contradicted it and were dropped.

        Raises BusyError when other servers were quicker every time, and RecordAwayError as ``load`` does.
        """
        for _ in range(_TRIES):
            operations = await self._operations(page_id)
            if not operations:
                return 0
            before = await self._stored(page_id)
            state, rejected = documents.join(decoded(before), map(update_of, operations))
            if await self._replace(page_id, before, state):
                await self._redis.eval(redis_scripts.REMOVE, 1, f"operations:{page_id}", *operations)
                return len(rejected)
        raise BusyError(page_id)

    async def keep(self, page_id: str) -> None:
        """Puts off the end of a page that somebody looks at, however long nobody changes it, if it has an end."""
        await self._redis.expire(f"crdt:{page_id}", self._limits.operation_seconds, xx=True)
        await self._redis.expire(f"memory:{page_id}", self._limits.operation_seconds)

    async def catch_up(self, page_id: str) -> bytes | None:
        """Takes into a page what only the record has of it, and gives that; None when it has nothing more.

        After a failover Redis may hold less than the record does. While that is out of reach, what Redis has will do.
        """
        if self._record is None:
            return None
        try:
            recorded = await self._record.read(page_id)
        except RecordAwayError:
            await self.mark(page_id)  # for the next try to record it, which looks as well
            return None
        return None if recorded is None else await self._take_in(page_id, recorded)

    async def unrecorded(self) -> list[str]:
        """The pages that the record may lack something of."""
        return [page.decode() for page in await self._redis.hkeys(_UNRECORDED)]

    async def record(self, page_id: str) -> bytes | None:
        """Takes a page into the record, unless another server is at it; gives what only the record had of it.

        Raises RecordAwayError, and BusyError when others were quicker every time; the page then stays unrecorded.
        """
        mark = await self._redis.hget(_UNRECORDED, page_id)
        if self._record is None or mark is None:
            return None
        if not await self._redis.set(f"recording:{page_id}", 1, nx=True, ex=_RECORDING_SECONDS):
            return None
        try:
            more = await self.catch_up(page_id)
            await self.fold(page_id)
            state = decoded(await self._stored(page_id))
            # A row for nothing would be in the way of whoever makes the page with its content.
            kept = await self._record.add(page_id, state) if state != documents.EMPTY else state
            if (later := await self._take_in(page_id, kept)) is not None:
                more = documents.join(more or documents.EMPTY, [later]).state
            seconds = self._limits.operation_seconds
            await self._redis.eval(redis_scripts.END_LATER, 1, f"crdt:{page_id}", hashed(encoded(kept)), seconds)
            await self._redis.eval(redis_scripts.FORGET, 1, _UNRECORDED, page_id, mark)
        finally:
            await self._redis.delete(f"recording:{page_id}")
        return more

    async def seed(self, operation: Operation) -> Seeded:
        """Fills a page that holds nothing, in the record first; at most one operation ever fills a page.

        Raises InvalidUpdateError, and RecordAwayError when nobody can tell.
        """
        documents.check(operation.update)
        if self._record is None:
            raise RecordAwayError("this server has no record to fill a page in")
        await self.mark(operation.page_id)
        empty = await self.load(operation.page_id) == documents.EMPTY
        filled = await self._record.seed(operation, empty=empty)
        # Also when another did: the server that took it may have ended before anybody heard of it.
        recorded = await self._record.read(operation.page_id)
        if recorded is not None:
            await self._take_in(operation.page_id, recorded)
        return Seeded(filled, recorded)

    async def enter(self, page_id: str, connection_id: str, user_id: str) -> bool:
        """Notes a connection on a page, or that it is still there; tells whether the user is new."""
        expiry = int(self._clock()) + self._limits.presence_seconds
        await self._redis.hset(f"sessions:{page_id}", connection_id, f"{expiry} {user_id}")
        await self._redis.expire(f"who:{page_id}", self._limits.operation_seconds)
        await self._redis.expire(f"sessions:{page_id}", self._limits.operation_seconds)
        new = await self._redis.hset(f"presence:{page_id}", user_id, int(self._clock() * 1000))
        await self._redis.expire(f"presence:{page_id}", self._limits.operation_seconds)
        return bool(new)

    async def leave(self, page_id: str, connection_id: str, user_id: str) -> bool:
        """Takes a connection off a page; tells whether it was the user's last one there, on any server."""
        key, now = f"sessions:{page_id}", int(self._clock())
        last = bool(await self._redis.eval(redis_scripts.LEAVE, 1, key, connection_id, user_id, now))
        if last:
            await self._redis.hdel(f"presence:{page_id}", user_id)
            await self._redis.hdel(f"who:{page_id}", user_id)
        return last

    async def show(self, page_id: str, user_id: str, name: str, state: Any = None) -> None:
        """Notes how a user is shown on a page, after ``enter``: a name, and any state as JSON."""
        await self._redis.hset(f"who:{page_id}", user_id, json.dumps([name, state]))

    async def present(self, page_id: str) -> dict[str, Here]:
        """The users on a page."""
        seen = await self._redis.hgetall(f"presence:{page_id}")
        shown = await self._redis.hgetall(f"who:{page_id}")
        here = {
            user.decode(): Here(int(at) // 1000 + self._limits.presence_seconds, *json.loads(shown.get(user, _UNSHOWN)))
            for user, at in seen.items()
        }
        return {user: one for user, one in here.items() if one.expires > self._clock()}

    async def sweep(self, page_id: str) -> list[str]:
        """Removes users whose server vanished without saying so; gives the ones that nobody removed before."""
        oldest = (self._clock() - self._limits.presence_seconds) * 1000
        gone = []
        for user, at in (await self._redis.hgetall(f"presence:{page_id}")).items():
            if int(at) <= oldest and await self._redis.eval(redis_scripts.FORGET, 1, f"presence:{page_id}", user, at):
                await self._redis.hdel(f"who:{page_id}", user)
                gone.append(user.decode())
        now = int(self._clock())
        sessions = await self._redis.hgetall(f"sessions:{page_id}")
        lost = [field for field, value in sessions.items() if int(value.split(b" ", 1)[0]) <= now]
        if lost:
            await self._redis.hdel(f"sessions:{page_id}", *lost)
        return gone

    async def within_rate(self, user_id: str) -> bool:
        """Counts a message; tells whether the user may send it."""
        key = f"rate:{user_id}:{int(self._clock())}"
        return (
            int(await self._redis.eval(redis_scripts.COUNT, 1, key, _RATE_SECONDS)) <= self._limits.operations_a_second
        )

    async def _has_room(self, page_id: str) -> bool:
        return memory.has_room(int(await self._redis.get(f"memory:{page_id}") or 0), self._limits)

    async def _operations(self, page_id: str) -> list[bytes]:
        """Oldest first."""
        return list(reversed(await self._redis.lrange(f"operations:{page_id}", 0, -1)))

    async def _stored(self, page_id: str) -> bytes | None:
        """The state as Redis has it. One that is gone is the record's again; that has an end, for it is recorded."""
        key = f"crdt:{page_id}"
        found = await self._redis.get(key)
        if found is not None or self._record is None:
            return found
        recorded = await self._record.read(page_id)
        if recorded is None:
            return None
        # Another server may have been quicker, and gone on from there.
        await self._redis.set(key, encoded(recorded), nx=True, ex=self._limits.operation_seconds)
        await self._measure(page_id, recorded)
        return await self._redis.get(key)

    async def _take_in(self, page_id: str, recorded: bytes) -> bytes | None:
        """Adds to the state what only the record has, and gives that."""
        for _ in range(_TRIES):
            before = await self._redis.get(f"crdt:{page_id}")
            state = decoded(before)
            joined = documents.join(state, [recorded]).state
            if joined == state:
                return None
            await self.mark(page_id)  # until it is recorded as it then stands, it has no end
            if await self._replace(page_id, before, joined):
                return documents.missing(joined, documents.vector(state))
        raise BusyError(page_id)

    async def _replace(self, page_id: str, before: bytes | None, state: bytes) -> bool:
        expected = hashed(before) if before is not None else ""
        if not await self._redis.eval(redis_scripts.REPLACE, 1, f"crdt:{page_id}", expected, encoded(state)):
            return False
        await self._measure(page_id, state)
        return True

    async def _measure(self, page_id: str, state: bytes) -> None:
        seconds = self._limits.operation_seconds
        await self._redis.set(f"memory:{page_id}", memory.needed(state), ex=seconds)
