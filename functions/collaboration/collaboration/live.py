"""What happens on a page in the EKS model: as in ``room``, with this process's sockets and Redis behind them."""

from collections.abc import Callable

from . import documents, messages, metrics
from .access import Right
from .hub import Hub, Member
from .limits import Limits
from .messages import Join, Operation, Presence, ProtocolError
from .presences import frame as presence_frame
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
        try:
            message = messages.parse(body, self._limits)
            await self._allow(member, message)
            match message:
                case Join():
                    await self._join(member, message)
                case Operation():
                    await self._change(member, message)
                case Presence():
                    await self._present(member, message)
        except ProtocolError as error:
            member.send(messages.encode(error.frame))
            metrics.emit(SERVICE, {"Events": 1}, event="error", clock=self._clock)

    async def leave(self, member: Member) -> None:
        """Takes a socket off its page; whoever is the last on this server folds what is waiting."""
        page_id, user = member.page_id, member.principal.user_id
        if page_id is None:
            return
        await self._hub.remove(member)
        if await self._pages.leave(page_id, member.connection_id, user):
            await self._hub.publish(page_id, [messages.encode(presence_frame("left", page_id, user))])
        if page_id not in self._hub.pages:
            await self.fold(page_id)

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

    def _report(self, connections: int, present: int) -> None:
        """Says how many there are once a minute, however often it is asked, so that a minute's sum is right."""
        minute = int(self._clock() // 60)
        if minute != self._reported:
            self._reported = minute
            metrics.emit(SERVICE, {"Connections": connections, "Present": present}, clock=self._clock)

    async def _allow(self, member: Member, message: messages.Message) -> None:
        identity = message.operation_id if isinstance(message, Operation) else None
        right: Right = "write" if isinstance(message, Operation) else "read"
        if member.principal.expired(self._clock()):
            raise ProtocolError("tokenExpired", "the token has ended; connect again with a new one", identity)
        if not await self._pages.within_rate(member.principal.user_id):
            a_second = self._limits.operations_a_second
            raise ProtocolError("rateLimited", f"more than {a_second} messages in a second; send it again", identity)
        if not member.principal.may(right, message.page_id):
            raise ProtocolError("forbidden", f"no {right} permission for {message.page_id}", identity)
        if not isinstance(message, Join) and member.page_id != message.page_id:
            raise ProtocolError("notJoined", f"join {message.page_id} first", identity)

    async def _join(self, member: Member, message: Join) -> None:
        """First on the channel, then the state: what is stored in between reaches the client by one way or both."""
        page_id, user = message.page_id, member.principal
        if member.page_id not in (None, page_id):
            await self.leave(member)
        await self._hub.add(page_id, member)
        await self._pages.keep(page_id)
        new = await self._pages.enter(page_id, member.connection_id, user.user_id)
        await member.stream(sync(page_id, await self._pages.load(page_id), message.state_vector, self._limits))
        present = await self._pages.present(page_id)
        for user_id, expires in present.items():
            if user_id != user.user_id:
                member.send(messages.encode(presence_frame("here", page_id, user_id, expires=expires)))
        if new:
            joined = presence_frame("joined", page_id, user.user_id, name=user.name, expires=self._expiry())
            await self._hub.publish(page_id, [messages.encode(joined)], besides=member.connection_id)
        metrics.emit(SERVICE, {"Events": 1}, event="join", clock=self._clock)

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
        if queued.length >= self._limits.fold_operations:
            await self.fold(message.page_id)

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
        here = presence_frame(
            "here", message.page_id, user.user_id, name=user.name, state=message.state, expires=self._expiry()
        )
        await self._hub.publish(message.page_id, [messages.encode(here)], besides=member.connection_id)
        metrics.emit(SERVICE, {"Events": 1}, event="presence", clock=self._clock)

    def _expiry(self) -> int:
        return int(self._clock()) + self._limits.presence_seconds
