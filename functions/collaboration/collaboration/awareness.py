"""What clients of the y-websocket protocol said last of themselves, in Redis, for those who join later.

One hash a page, ``awareness:<page>``: connection → when it ends, whose it is and the encoded awareness update. What a
client does not say again ends: y-websocket says it every 15 seconds and forgets others after 30.
https://github.com/yjs/y-protocols/blob/master/awareness.js
"""

import base64
from collections.abc import Callable
from typing import Any, NamedTuple

_SECONDS = 45


class Known(NamedTuple):
    """A client's last awareness update, and whose it is."""

    user_id: str
    update: bytes


class AwarenessStates:
    """What was said last, connection by connection. ``redis`` is an asyncio client that gives bytes."""

    def __init__(self, redis: Any, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._clock = clock

    async def put(self, page_id: str, connection_id: str, known: Known) -> None:
        """Keeps what a connection said, in place of what it said before."""
        expiry = int(self._clock()) + _SECONDS
        said = f"{expiry} {known.user_id} {base64.b64encode(known.update).decode()}"
        await self._redis.hset(_key(page_id), connection_id, said)
        await self._redis.expire(_key(page_id), _SECONDS)

    async def drop(self, page_id: str, connection_id: str) -> None:
        """Forgets a connection."""
        await self._redis.hdel(_key(page_id), connection_id)

    async def on_page(self, page_id: str) -> dict[str, Known]:
        """What was said and has not ended, by connection; what has ended is removed."""
        found = {key.decode(): value.decode() for key, value in (await self._redis.hgetall(_key(page_id))).items()}
        ended = [key for key, value in found.items() if int(value.partition(" ")[0]) <= self._clock()]
        if ended:
            await self._redis.hdel(_key(page_id), *ended)
        return {key: _known(value) for key, value in found.items() if key not in ended}


def _key(page_id: str) -> str:
    return f"awareness:{page_id}"


def _known(value: str) -> Known:
    _, user_and_update = value.split(" ", 1)
    user_id, update = user_and_update.rsplit(" ", 1)
    return Known(user_id, base64.b64decode(update))
