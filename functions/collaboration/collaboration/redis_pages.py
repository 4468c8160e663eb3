"""Pages in Redis: their state, the operations since, who is present, and how much each user sends.

===================  ========  =====================================================================================
key                  kind      what
===================  ========  =====================================================================================
crdt:<page>          string    base64 of the document's state (CONF-APP-03)
operations:<page>    list      operations not yet in the state, as JSON, newest first (CONF-APP-02)
presence:<page>      hash      user → milliseconds when last seen (CONF-APP-01)
sessions:<page>      hash      connection → epoch second when it counts as lost, and its user
rate:<user>:<second> number    messages of a user in one second
===================  ========  =====================================================================================

As in DynamoDB, an operation is stored first; a new state replaces exactly the one that it was made from, and
afterwards exactly the operations that are in it leave the list. Each step touches one key, so nothing depends on
where a cluster keeps a page's keys.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import documents, messages
from .limits import Limits
from .messages import Operation
from .operations import BusyError

_TRIES = 50

_RATE_SECONDS = 2
"""How long a second's count is kept: until no server's clock is in that second."""

_APPEND = """
if redis.call('LPOS', KEYS[1], ARGV[1]) then return 0 end
local length = redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return length
"""
_REPLACE = """
local before = redis.call('GET', KEYS[1])
if before and redis.sha1hex(before) ~= ARGV[1] or not before and ARGV[1] ~= '' then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""
_REMOVE = """
for _, operation in ipairs(ARGV) do redis.call('LREM', KEYS[1], -1, operation) end
return redis.call('LLEN', KEYS[1])
"""
_LEAVE = """
redis.call('HDEL', KEYS[1], ARGV[1])
for _, session in ipairs(redis.call('HVALS', KEYS[1])) do
  local space = string.find(session, ' ', 1, true)
  if string.sub(session, space + 1) == ARGV[2] and tonumber(string.sub(session, 1, space)) > tonumber(ARGV[3]) then
    return 0
  end
end
return 1
"""
_FORGET = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
"""
_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


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

    def __init__(self, redis: Any, limits: Limits, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._limits = limits
        self._clock = clock

    async def append(self, operation: Operation, user_id: str) -> Queued:
        """Stores an operation. Raises InvalidUpdateError; nothing is stored then."""
        documents.check(operation.update)
        value = {
            "operationId": operation.operation_id,
            "userId": user_id,
            "update": messages.text(operation.update),
        }
        key, seconds = f"operations:{operation.page_id}", self._limits.operation_seconds
        return Queued(await self._redis.eval(_APPEND, 1, key, messages.encode(value), seconds))

    async def load(self, page_id: str) -> bytes:
        """The page as it is now: operations are read first, so what left the list is in the state."""
        operations = await self._operations(page_id)
        return documents.join(await self._state(page_id), map(_update, operations)).state

    async def fold(self, page_id: str) -> int:
        """Takes the waiting operations into the state; gives how many contradicted it and were dropped.

        Raises BusyError when other servers were quicker every time.
        """
        for _ in range(_TRIES):
            operations = await self._operations(page_id)
            if not operations:
                return 0
            before = await self._redis.get(f"crdt:{page_id}")
            state, rejected = documents.join(_decoded(before), map(_update, operations))
            if await self._replace(page_id, before, state):
                await self._redis.eval(_REMOVE, 1, f"operations:{page_id}", *operations)
                return len(rejected)
        raise BusyError(page_id)

    async def keep(self, page_id: str) -> None:
        """Puts off the end of a page that somebody looks at, however long nobody changes it."""
        for key in (f"crdt:{page_id}", f"operations:{page_id}"):
            await self._redis.expire(key, self._limits.operation_seconds)

    async def enter(self, page_id: str, connection_id: str, user_id: str) -> bool:
        """Notes a connection on a page, or that it is still there; tells whether the user is new."""
        expiry = int(self._clock()) + self._limits.presence_seconds
        await self._redis.hset(f"sessions:{page_id}", connection_id, f"{expiry} {user_id}")
        await self._redis.expire(f"sessions:{page_id}", self._limits.operation_seconds)
        new = await self._redis.hset(f"presence:{page_id}", user_id, int(self._clock() * 1000))
        await self._redis.expire(f"presence:{page_id}", self._limits.operation_seconds)
        return bool(new)

    async def leave(self, page_id: str, connection_id: str, user_id: str) -> bool:
        """Takes a connection off a page; tells whether it was the user's last one there, on any server."""
        key, now = f"sessions:{page_id}", int(self._clock())
        last = bool(await self._redis.eval(_LEAVE, 1, key, connection_id, user_id, now))
        if last:
            await self._redis.hdel(f"presence:{page_id}", user_id)
        return last

    async def present(self, page_id: str) -> dict[str, int]:
        """The users on a page, with the epoch second until which they count as present."""
        seen = await self._redis.hgetall(f"presence:{page_id}")
        expiries = {user.decode(): int(at) // 1000 + self._limits.presence_seconds for user, at in seen.items()}
        return {user: expiry for user, expiry in expiries.items() if expiry > self._clock()}

    async def sweep(self, page_id: str) -> list[str]:
        """Removes users whose server vanished without saying so; gives the ones that nobody removed before."""
        oldest = (self._clock() - self._limits.presence_seconds) * 1000
        gone = []
        for user, at in (await self._redis.hgetall(f"presence:{page_id}")).items():
            if int(at) <= oldest and await self._redis.eval(_FORGET, 1, f"presence:{page_id}", user, at):
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
        return int(await self._redis.eval(_COUNT, 1, key, _RATE_SECONDS)) <= self._limits.operations_a_second

    async def _operations(self, page_id: str) -> list[bytes]:
        """Oldest first."""
        return list(reversed(await self._redis.lrange(f"operations:{page_id}", 0, -1)))

    async def _state(self, page_id: str) -> bytes:
        return _decoded(await self._redis.get(f"crdt:{page_id}"))

    async def _replace(self, page_id: str, before: bytes | None, state: bytes) -> bool:
        # Not a secret: the hash only tells whether the state is still the one that was read.
        expected = hashlib.sha1(before, usedforsecurity=False).hexdigest() if before is not None else ""
        seconds = self._limits.operation_seconds
        return bool(await self._redis.eval(_REPLACE, 1, f"crdt:{page_id}", expected, base64.b64encode(state), seconds))


def _decoded(stored: bytes | None) -> bytes:
    return base64.b64decode(stored) if stored else documents.EMPTY


def _update(operation: bytes) -> bytes:
    return base64.b64decode(json.loads(operation)["update"])
