"""Clients of the y-websocket protocol in the room of the JSON ones: each message is put into the other's words.

Such a client is on one page, which its path names, from its connection on. It is sent what the page holds for the state
vector that it sends first.

============================ ===================================== ======================================
y-websocket                  JSON                                  so that
============================ ===================================== ======================================
state vector                 join, and its ``sync``                both get the same page by the same way
answer, update               operation with an id made here        kept first, then told, as any other
awareness, own               presence; as it is to its own kind    each sees the other's cursors
auth, or a close 4401, 4403  error                                 the reason gets into the console
============================ ===================================== ======================================

The protocol has no acknowledgement, and its clients send nothing again but when they connect; so whoever sends more
than the rate allows is read more slowly instead of being refused. Awareness of a JSON client is told under an id made
of the user's, and again while it lasts, since y-websocket forgets after 30 seconds what is not said again.
"""

import base64
import json
import uuid
import zlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, Protocol

from . import documents, messages, metrics, yjs_messages
from .access import Principal
from .awareness import AwarenessStates, Known
from .hub import Member
from .limits import Limits
from .live import SERVICE, LiveRoom
from .messages import Arrival, Join, Operation, Presence, ProtocolError
from .redis_pages import RedisPages
from .yjs_messages import Awareness, Entry, Query, Update, Vector

_NOTHING_KNOWN = b"\0"
"""The state vector of an empty document."""
_BEAT_SECONDS = 15
"""y-websocket closes a socket that brings it nothing for 30 seconds."""
_AGAIN_SECONDS = 0.2
_MOST_HELD = 4 * 1024 * 1024
"""Bytes that may wait for a client that a page is being sent to."""
_CLOSED = {"forbidden": 4403, "tokenExpired": 4401}
"""y-websocket (from 3.1) connects no more by itself after a code from 4400 to 4499."""


class Socket(Protocol):
    """What a client is connected by."""

    def send(self, message: bytes) -> None:
        """Queues a message without waiting."""

    async def stream(self, message: bytes) -> None:
        """Sends a message of any size as fast as it is read."""

    def close(self, code: int, reason: str) -> None:
        """Begins to close it."""


class Parts(NamedTuple):
    """What all clients of a server share."""

    room: LiveRoom
    pages: RedisPages
    states: AwarenessStates
    limits: Limits
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]


class YjsClient:
    """One client: a member of the room that hears JSON and passes on what its own kind understands."""

    def __init__(self, parts: Parts, socket: Socket, page_id: str, principal: Principal) -> None:
        self._parts = parts
        self._socket = socket
        self._page_id = page_id
        self._member = Member(
            uuid.uuid4().hex,
            principal,
            send=self._hear,
            stream=self._take_in,
            close=lambda code, reason: socket.close(_CLOSED["tokenExpired"] if code == 1008 else code, reason),
            aware=self._hear_of,
        )
        self._said: Entry | None = None
        self._others: dict[str, tuple[Any, int]] = {}
        self._foreign: set[int] = set()
        self._own_kind: set[str] = set()
        self._pieces: list[bytes] = []
        self._held: list[bytes] | None = None

    async def arrive(self) -> None:
        """Shows the client's user on its page, or tells it why not."""
        try:
            await self._do(Arrival(self._page_id))
        except ProtocolError as error:
            self._refuse(error)

    async def receive(self, body: str | bytes) -> None:
        """Does what the client asks for, or tells it why not."""
        try:
            if isinstance(body, str):
                raise ProtocolError("invalidMessage", "the y-websocket protocol has no messages of text")
            match yjs_messages.parse(body):
                case Vector() as known:
                    await self._do(Join(self._page_id, known.vector))
                case Update() as brought:
                    await self._keep(brought)
                case Awareness() as said:
                    await self._present(said)
                case Query():
                    await self._tell_who_is_here()
        except ProtocolError as error:
            self._refuse(error)

    async def leave(self) -> None:
        """Takes the client off its page, and its cursor out of the others' sight."""
        await self._parts.room.leave(self._member)
        if self._said is not None and self._said.state is not None:
            await self._parts.states.drop(self._page_id, self._member.connection_id)
            gone = yjs_messages.encoded([self._said._replace(state=None)])
            await self._parts.room.tell_aware(self._member, self._page_id, gone)

    async def beat(self) -> None:
        """Says now and then that the server is there, and where JSON clients still are; until cancelled."""
        while True:
            await self._parts.sleep(_BEAT_SECONDS)
            now = self._parts.clock()
            self._others = {user: one for user, one in self._others.items() if one[1] > now}
            self._out(yjs_messages.NOBODY)
            for user, (state, _) in self._others.items():
                self._tell_of(user, state)

    async def _do(self, message: messages.Message | Arrival) -> None:
        """Has the room do it; beyond the rate, later."""
        while True:
            try:
                return await self._parts.room.do(self._member, message)
            except ProtocolError as error:
                if error.code != "rateLimited":
                    raise
            await self._parts.sleep(_AGAIN_SECONDS)

    async def _keep(self, brought: Update) -> None:
        """Stores what the client wrote; what it answers with is mostly what the page holds already."""
        update = brought.update
        try:
            documents.check(update)
        except documents.InvalidUpdateError as error:
            raise ProtocolError("invalidUpdate", "the update is no Yjs update of version 1") from error
        if update == documents.EMPTY or (brought.answer and await self._held_already(update)):
            return
        if len(update) > self._parts.limits.update_bytes:
            raise ProtocolError("tooLarge", f"an update may have {self._parts.limits.update_bytes} bytes")
        await self._do(Operation(self._page_id, messages.new_id(self._parts.clock()), update))

    async def _held_already(self, update: bytes) -> bool:
        return documents.covers(await self._parts.pages.load(self._page_id), [update])

    async def _present(self, said: Awareness) -> None:
        """Passes on what the client says of itself, not what it repeats of others."""
        if self._said is None:
            mine = [one for one in said.entries if one.client not in self._foreign and one.state is not None]
        else:
            mine = [entry for entry in said.entries if entry.client == self._said.client]
        if not mine:
            return
        entry = mine[0]
        messages.check_state(entry.state, self._parts.limits)
        update = yjs_messages.encoded([entry])
        if self._member.page_id is not None:
            # First for those who join later, then for those who are here: who joins in between hears it twice.
            await self._remember(entry, update)
        await self._do(Presence(self._page_id, entry.state, update))

    async def _remember(self, entry: Entry, update: bytes) -> None:
        self._said = entry
        if entry.state is None:
            await self._parts.states.drop(self._page_id, self._member.connection_id)
        else:
            known = Known(self._member.principal.user_id, update)
            await self._parts.states.put(self._page_id, self._member.connection_id, known)

    async def _take_in(self, texts: Sequence[str]) -> None:
        """The page, from the messages that carry it: asks for what the server lacks, then tells what the client lacks.

        What is told meanwhile waits: a message that is sent in pieces lets no other between.
        """
        frames = [json.loads(text) for text in texts]
        vector = base64.b64decode(frames[0].get("stateVector", "")) or _NOTHING_KNOWN
        update = b"".join(base64.b64decode(frame["update"]) for frame in frames)
        self._held = []
        await self._socket.stream(yjs_messages.vector(vector))
        await self._socket.stream(yjs_messages.answer(update))
        held, self._held = self._held, None
        for message in held:
            self._socket.send(message)
        await self._tell_who_is_here()

    async def _tell_who_is_here(self) -> None:
        known = await self._parts.states.on_page(self._page_id)
        known.pop(self._member.connection_id, None)
        self._own_kind = {one.user_id for one in known.values()}
        for one in known.values():
            self._hear_of(one.update, one.user_id)

    def _hear_of(self, update: bytes, user_id: str | None = None) -> None:
        """Another client of its own kind, or itself before its server died or the line broke: it keeps its id then."""
        if user_id != self._member.principal.user_id:
            there = (entry for entry in yjs_messages.entries_of(update) if entry.state is not None)
            self._foreign.update(entry.client for entry in there)
        self._out(yjs_messages.awareness(update))

    def _hear(self, text: str) -> None:
        """What everybody on the page is told. Acknowledgements have no counterpart."""
        frame = json.loads(text)
        match frame["action"]:
            case "operation":
                self._hear_part(frame)
            case "presence":
                self._hear_presence(frame)

    def _hear_part(self, frame: dict[str, Any]) -> None:
        """Parts of an update come one after the other, from one publication."""
        piece = base64.b64decode(frame["update"])
        self._pieces = [piece] if frame["part"] == 1 else [*self._pieces, piece]
        if frame["part"] == frame["parts"]:
            self._out(yjs_messages.changed(b"".join(self._pieces)))
            self._pieces = []

    def _hear_presence(self, frame: dict[str, Any]) -> None:
        """Where a JSON client is. One without a state has no cursor to show."""
        user, state = frame["userId"], frame.get("state")
        if frame["event"] == "left":
            if self._others.pop(user, None):
                self._tell_of(user, None)
        elif state is not None and user not in self._own_kind:
            named = {"user": {"name": frame.get("name", user)}}
            shown = {**named, **state} if isinstance(state, dict) else {**named, "state": state}
            self._others[user] = shown, frame["expires"]
            self._tell_of(user, shown)

    def _tell_of(self, user_id: str, state: Any) -> None:
        """A JSON client by an id and a clock that it has not; the milliseconds of the server only grow."""
        entry = Entry(zlib.crc32(user_id.encode()), int(self._parts.clock() * 1000), state)
        self._foreign.add(entry.client)
        self._out(yjs_messages.awareness(yjs_messages.encoded([entry])))

    def _out(self, message: bytes) -> None:
        if self._held is None:
            self._socket.send(message)
            return
        self._held.append(message)
        if sum(map(len, self._held)) > _MOST_HELD:
            self._socket.close(1013, "reading too slowly")

    def _refuse(self, error: ProtocolError) -> None:
        """Says why. Whoever may not even read, or whose token has ended, is closed; nobody else need connect again."""
        self._out(yjs_messages.denied(f"{error.code}: {error}"))
        if error.code == "tokenExpired" or (error.code == "forbidden" and self._member.page_id is None):
            self._socket.close(_CLOSED[error.code], str(error))
        metrics.emit(SERVICE, {"Events": 1}, event="error", clock=self._parts.clock)
