"""What happens on a page in the EKS model: as in ``room``, with this process's sockets and Redis behind them."""

import contextlib
import uuid
from collections.abc import Callable

from redis.exceptions import OutOfMemoryError

from . import documents, memory, messages, metrics, spans
from .access import Right
from .hub import Hub, Member
from .limits import Limits
from .messages import Arrival, Join, Operation, Presence, ProtocolError, Seed
from .operations import BusyError
from .presences import frame as presence_frame
from .record import RecordAwayError
from .redis_pages import RedisPages
from .room import acknowledgement, operation_frame, sync

SERVICE = "server"


class LiveRoom:
    """Each message of a client, and what everybody else hears of it (CONF-APP-01, CONF-APP-02)."""

    def __init__(self, pages: RedisPages, hub: Hub, limits: Limits, clock: Callable[[], float]) -> None:
        self._pages = pages
        self._hub = hub
        self._limits = limits
        self._clock = clock
        self._reported: int | None = None

    async def receive(self, member: Member, body: str | bytes) -> None:
        """Does what a client asks for, or tells it why not."""
        identity = None
        try:
            message = messages.parse(body, self._limits)
            identity = message.operation_id if isinstance(message, Operation) else None
            await self.do(member, message)
        except ProtocolError as error:
            self.refuse(member, error)
        except OutOfMemoryError as error:
            spans.failed(error)
            full = ProtocolError("unavailable", "not done, for the store is full; send it again later", identity)
            self.refuse(member, full)
            metrics.emit(SERVICE, {"Failed": 1}, clock=self._clock)

    async def do(self, member: Member, message: messages.Message | Arrival) -> None:
        """Does what a client asks for. Raises ProtocolError."""
        await self._allow(member, message)
        match message:
            case Arrival(page_id):
                await self._enter(member, page_id)
            case Join():
                await self._join(member, message)
            case Seed():
                await self._fill(member, message)
            case Operation():
                await self._change(member, message)
            case Presence():
                await self._present(member, message)

    async def arrive(self, member: Member, page_id: str) -> None:
        """Shows a user on the page that their connection names, or tells them why not."""
        try:
            await self.do(member, Arrival(page_id))
        except ProtocolError as error:
            self.refuse(member, error)

    def refuse(self, member: Member, error: ProtocolError) -> None:
        """Tells a client why not."""
        member.send(messages.encode(error.frame))
        metrics.emit(SERVICE, {"Events": 1}, event="error", clock=self._clock)

    async def tell_aware(self, member: Member, page_id: str, awareness: bytes) -> None:
        """Tells the clients of the y-websocket protocol on a page of one of them, and nobody else."""
        await self._hub.publish(page_id, [], member.connection_id, awareness)

    async def leave(self, member: Member) -> None:
        """Takes a socket off its page; whoever is the last on this server folds what waits and records the page."""
        page_id, user = member.page_id, member.principal.user_id
        if page_id is None:
            return
        await self._hub.remove(member)
        if await self._pages.leave(page_id, member.connection_id, user):
            await self._hub.publish(page_id, [messages.encode(presence_frame("left", page_id, user))])
        if page_id not in self._hub.pages:
            await self.fold(page_id)
            await self._record(page_id)

    async def fold(self, page_id: str) -> None:
        """Takes waiting operations into the state, and counts what contradicts it."""
        rejected = await self._pages.fold(page_id)
        if rejected:
            metrics.emit(SERVICE, {"Rejected": rejected}, clock=self._clock)

    async def sweep(self) -> None:
        """Says again who is here and which pages are open, removes who is not, and reports both.

        To be called a few times a presence.

        A ping of the WebSocket protocol keeps finding out which sockets still live.
        """
        connections = present = 0
        for page_id, members in self._hub.pages.items():
            for member in members:
                if member.principal.expired(self._clock()):
                    member.close(1008, "the token has ended")
                await self._pages.enter(page_id, member.connection_id, member.principal.user_id)
            await self._pages.keep(page_id)
            for user in await self._pages.sweep(page_id):
                await self._hub.publish(page_id, [messages.encode(presence_frame("left", page_id, user))])
            connections += len(members)
            present += len({member.principal.user_id for member in members})
        self._report(connections, present)

    async def begin_anew(self) -> None:
        """Has everybody join again, after Redis may have lost what was acknowledged, and the marks of it as well."""
        for page_id in self._hub.pages:
            await self._pages.mark(page_id)
        self._hub.begin_anew()

    def _report(self, connections: int, present: int) -> None:
        """Says how many there are once a minute, however often it is asked, so that a minute's sum is right."""
        minute = int(self._clock() // 60)
        if minute != self._reported:
            self._reported = minute
            metrics.emit(SERVICE, {"Connections": connections, "Present": present}, clock=self._clock)

    async def record(self) -> None:
        """Takes every page that has changed into the record: this server's, and those whose server is gone.

        To be called as often as ``sweep``. A page that others are quicker with comes again.
        """
        for page_id in await self._pages.unrecorded():
            with contextlib.suppress(BusyError):
                await self._record(page_id)

    async def _record(self, page_id: str) -> None:
        await self._tell_more(page_id, await self._pages.record(page_id))

    async def _tell_more(self, page_id: str, more: bytes | None) -> None:
        """Tells a page what came into it from the record, as a change by nobody."""
        if more is not None:
            frame = operation_frame(page_id, str(uuid.uuid4()), "")
            await self._hub.publish(page_id, list(messages.in_parts(frame, more, self._limits)))

    async def _allow(self, member: Member, message: messages.Message | Arrival) -> None:
        identity = message.operation_id if isinstance(message, Operation) else None
        right: Right = "write" if isinstance(message, Operation) else "read"
        if member.principal.expired(self._clock()):
            raise ProtocolError("tokenExpired", "the token has ended; connect again with a new one", identity)
        if not await self._pages.within_rate(member.principal.user_id):
            a_second = self._limits.operations_a_second
            raise ProtocolError("rateLimited", f"more than {a_second} messages in a second; send it again", identity)
        if not member.principal.may(right, message.page_id):
            raise ProtocolError("forbidden", f"no {right} permission for {message.page_id}", identity)
        if not isinstance(message, Arrival | Join) and member.page_id != message.page_id:
            raise ProtocolError("notJoined", f"join {message.page_id} first", identity)

    async def _join(self, member: Member, message: Join) -> None:
        """First on the channel, then the state: what is stored in between reaches the client by one way or both."""
        page_id, user = message.page_id, member.principal
        if member.page_id not in (None, page_id):
            await self.leave(member)
        await self._enter(member, page_id)
        await self._tell_more(page_id, await self._pages.catch_up(page_id))
        await member.stream(sync(page_id, await self._pages.load(page_id), message.state_vector, self._limits))
        for user_id, here in (await self._pages.present(page_id)).items():
            if user_id != user.user_id:
                member.send(messages.encode(presence_frame("here", page_id, user_id, **here._asdict())))
        metrics.emit(SERVICE, {"Events": 1}, event="join", clock=self._clock)

    async def _enter(self, member: Member, page_id: str) -> None:
        """Puts a socket on a page, and tells the others of a user who is new there; what is on it comes with a join."""
        user = member.principal
        await self._hub.add(page_id, member)
        await self._pages.keep(page_id)
        if not await self._pages.enter(page_id, member.connection_id, user.user_id):
            return
        await self._pages.show(page_id, user.user_id, user.name)
        joined = presence_frame("joined", page_id, user.user_id, name=user.name, expires=self._expiry())
        await self._hub.publish(page_id, [messages.encode(joined)], besides=member.connection_id)

    async def _change(self, member: Member, message: Operation) -> None:
        """Stored first, told afterwards."""
        whole = self._collect(member, message)
        if whole is None:
            return
        try:
            queued = await self._pages.append(whole, member.principal.user_id)
        except documents.InvalidUpdateError as error:
            raise ProtocolError(
                "invalidUpdate", "the update is no Yjs update of version 1", message.operation_id
            ) from error
        frame = operation_frame(message.page_id, message.operation_id, member.principal.user_id)
        parts = list(messages.in_parts(frame, whole.update, self._limits))
        await self._hub.publish(message.page_id, parts, besides=member.connection_id)
        member.send(messages.encode(acknowledgement(message, duplicate=queued.duplicate)))
        metrics.emit(
            SERVICE, {"Events": 1, "Operations": int(not queued.duplicate)}, event="operation", clock=self._clock
        )
        if queued.length >= self._limits.fold_operations or memory.is_large(whole.update, self._limits):
            await self.fold(message.page_id)

    async def _fill(self, member: Member, message: Seed) -> None:
        """In the record first, then to everybody on the page, its sender too; the same when another filled it."""
        whole = self._collect(member, message)
        if whole is None:
            return
        try:
            seeded = await self._pages.seed(whole)
        except RecordAwayError as error:
            raise ProtocolError("unavailable", f"not done: {error}", message.operation_id) from error
        except documents.InvalidUpdateError as error:
            raise ProtocolError(
                "invalidUpdate", "the update is no Yjs update of version 1", message.operation_id
            ) from error
        await self._tell_more(message.page_id, seeded.recorded)
        if not seeded.filled:
            raise ProtocolError("alreadyFilled", "the page has begun with something else", message.operation_id)
        member.send(messages.encode(acknowledgement(message, duplicate=False)))
        metrics.emit(SERVICE, {"Events": 1}, event="seed", clock=self._clock)

    def _collect(self, member: Member, message: Operation) -> Operation | None:
        """An operation whose parts are all here; a connection may have one in the making."""
        if message.parts == 1:
            return message
        pieces = member.parts.setdefault(message.operation_id, {})
        member.parts = {message.operation_id: pieces}
        pieces[message.part] = message.update
        if set(pieces) != set(range(1, message.parts + 1)):
            return None
        member.parts = {}
        update = b"".join(pieces[part] for part in sorted(pieces))
        if len(update) > self._limits.update_bytes:
            most = self._limits.update_bytes
            raise ProtocolError("tooLarge", f"an update may have {most} bytes", message.operation_id)
        return Operation(message.page_id, message.operation_id, update)

    async def _present(self, member: Member, message: Presence) -> None:
        user = member.principal
        await self._pages.enter(message.page_id, member.connection_id, user.user_id)
        await self._pages.show(message.page_id, user.user_id, user.name, message.state)
        here = presence_frame(
            "here", message.page_id, user.user_id, name=user.name, state=message.state, expires=self._expiry()
        )
        await self._hub.publish(message.page_id, [messages.encode(here)], member.connection_id, message.awareness)
        metrics.emit(SERVICE, {"Events": 1}, event="presence", clock=self._clock)

    def _expiry(self) -> int:
        return int(self._clock()) + self._limits.presence_seconds
