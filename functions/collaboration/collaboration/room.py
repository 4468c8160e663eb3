"""What happens on a page in the Lambda model: joining, changing, being present, leaving."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import documents, memory, messages, metrics
from .access import Principal, Right
from .fan_out import FanOut
from .limits import Limits
from .messages import Join, Operation, Presence, ProtocolError, Seed
from .operations import BusyError, Operations
from .presences import Presences
from .sessions import Connection, Sessions

SERVICE = "lambda"


class Told(NamedTuple):
    """How many connections got a message and how many could not be told."""

    delivered: int
    missed: int
    unknown: tuple[str, ...]
    """Closed connections that only their page remembers."""


Departure = tuple[str, str]
"""A page, and the user whose last connection is off it."""


class Room:
    """Each message of a client, and what everybody else hears of it (CONF-APP-04, CONF-APP-05)."""

    def __init__(
        self,
        sessions: Sessions,
        operations: Operations,
        presences: Presences,
        fan_out: FanOut,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self.sessions = sessions
        self.operations = operations
        self.presences = presences
        self._fan_out = fan_out
        self._limits = limits
        self._clock = clock

    def connect(self, connection_id: str, principal: Principal) -> None:
        """Takes a connection whose token is good."""
        self.sessions.connect(connection_id, principal)
        metrics.emit(SERVICE, {"Events": 1}, event="connect", clock=self._clock)

    def disconnect(self, connection_id: str) -> bool:
        """Forgets a connection; tells whether there was one, and does nothing else a second time."""
        connection = self.sessions.find(connection_id)
        if connection is None:
            return False
        if self._forget(connection) and connection.page_id is not None:
            self._leave([(connection.page_id, connection.principal.user_id)])
        return True

    def receive(self, connection_id: str, body: str | None) -> None:
        """Does what a client asks for, or tells it why not."""
        try:
            message = messages.parse(body, self._limits)
            connection = self._allowed(connection_id, message)
            match message:
                case Join():
                    self._join(connection, message)
                case Seed():
                    self._fill(connection, message)
                case Operation():
                    self._change(connection, message)
                case Presence():
                    self._present(connection, message)
        except ProtocolError as error:
            self.tell([connection_id], [messages.encode(error.frame)])
            metrics.emit(SERVICE, {"Events": 1}, event="error", clock=self._clock)

    def tell(self, connection_ids: Sequence[str], frames: Sequence[str], *, vital: bool = False) -> Told:
        """Sends messages. Closed connections are forgotten; one that misses something ``vital`` is closed, so that
        its client joins again and gets what it lacks.
        """
        told, left = self._send(connection_ids, frames, vital=vital)
        self._leave(left)
        return told

    def _send(
        self, connection_ids: Sequence[str], frames: Sequence[str], *, vital: bool = False
    ) -> tuple[Told, list[Departure]]:
        """Sends messages, and forgets closed connections; gives the page and the user of each that was the last."""
        delivery = self._fan_out.send(connection_ids, frames)
        unknown, left = [], []
        for connection_id in delivery.gone:
            connection = self.sessions.find(connection_id)
            if connection is None:
                unknown.append(connection_id)
            elif self._forget(connection) and connection.page_id is not None:
                left.append((connection.page_id, connection.principal.user_id))
        if delivery.missed:
            metrics.emit(SERVICE, {"Missed": len(delivery.missed)}, clock=self._clock)
        if vital:
            self._fan_out.close(delivery.missed)
        return Told(delivery.delivered, len(delivery.missed), tuple(unknown)), left

    def tell_page(
        self, page_id: str, frames: Sequence[str], besides: str | None = None, *, vital: bool = False
    ) -> Told:
        """Sends messages to everybody on a page, but for one connection, and ends those whose token is over."""
        told, left = self.send_page(page_id, frames, besides, vital=vital)
        self._leave(left)
        return told

    def send_page(
        self, page_id: str, frames: Sequence[str], besides: str | None = None, *, vital: bool = False
    ) -> tuple[Told, list[Departure]]:
        """As ``tell_page``, but gives who is found to have left instead of telling it."""
        visitors = list(self.sessions.on_page(page_id))
        users = {one: visitor.user_id for visitor in visitors for one in visitor.connection_ids if not visitor.over}
        told, left = self._send([one for one in users if one != besides], frames, vital=vital)
        for connection_id in told.unknown:
            if self.sessions.drop(page_id, users[connection_id], [connection_id]):
                left.append((page_id, users[connection_id]))
        for visitor in visitors:
            if visitor.over:
                self._fan_out.close(visitor.connection_ids)
                self.sessions.drop(page_id, visitor.user_id, visitor.connection_ids)
        return told, left

    def fold(self, page_id: str, removed: Sequence[bytes] = (), *, least: int = 1) -> None:
        """Makes a new snapshot, and counts what contradicts the page."""
        rejected = self.operations.fold(page_id, removed, least=least)
        if rejected:
            metrics.emit(SERVICE, {"Rejected": rejected}, clock=self._clock)

    def _allowed(self, connection_id: str, message: messages.Message) -> Connection:
        """The sender, if its token still holds and gives it the right it needs."""
        identity = message.operation_id if isinstance(message, Operation) else None
        connection = self.sessions.find(connection_id)
        if connection is None:
            raise ProtocolError("notConnected", "this connection is unknown; connect again", identity)
        if connection.principal.expired(self._clock()):
            raise ProtocolError("tokenExpired", "the token has ended; connect again with a new one", identity)
        right: Right = "write" if isinstance(message, Operation) else "read"
        if not connection.principal.may(right, message.page_id):
            raise ProtocolError("forbidden", f"no {right} permission for {message.page_id}", identity)
        if not isinstance(message, Join) and connection.page_id != message.page_id:
            raise ProtocolError("notJoined", f"join {message.page_id} first", identity)
        return connection

    def _join(self, connection: Connection, message: Join) -> None:
        """First on the list, then the state: what is stored in between reaches the client by one way or both."""
        page_id, principal = message.page_id, connection.principal
        former = connection.page_id
        if former is not None and former != page_id and self.sessions.leave(connection):
            self._leave([(former, principal.user_id)])
        new = self.sessions.join(connection, page_id)
        frames = list(sync(page_id, self.operations.load(page_id), message.state_vector, self._limits))
        here = self.presences.present(page_id)
        self.tell([connection.connection_id], [*frames, *map(messages.encode, here)], vital=True)
        if new:
            joined = self.presences.touch(page_id, principal, "joined")
            self.tell_page(page_id, [messages.encode(joined)], besides=connection.connection_id)
        metrics.emit(SERVICE, {"Events": 1}, event="join", clock=self._clock)
        metrics.emit(SERVICE, {"OnPage": len(here) + new}, clock=self._clock)

    def _change(self, connection: Connection, message: Operation) -> None:
        """Stored first, told afterwards; the acknowledgement says to how many."""
        identity = message.operation_id
        try:
            whole = self.operations.collect(message)
            if whole is None:
                return
            stored = self.operations.append(whole, _author(connection))
        except documents.InvalidUpdateError as error:
            raise ProtocolError("invalidUpdate", "the update is no Yjs update of version 1", identity) from error
        frame = operation_frame(message.page_id, identity, connection.principal.user_id)
        parts = list(messages.in_parts(frame, stored.update, self._limits))
        told = self.tell_page(message.page_id, parts, besides=connection.connection_id, vital=True)
        heard = {"delivered": told.delivered, "missed": told.missed}
        answer = acknowledgement(message, duplicate=stored.duplicate) | heard
        self.tell([connection.connection_id], [messages.encode(answer)])
        counts = {"Events": 1, "Operations": int(not stored.duplicate)}
        metrics.emit(SERVICE, counts, event="operation", clock=self._clock)
        if memory.is_large(whole.update, self._limits):
            with contextlib.suppress(BusyError):  # whoever was quicker has it in a snapshot, or the next one has
                self.fold(message.page_id)

    def _fill(self, connection: Connection, message: Seed) -> None:
        """Stored first, then told to everybody, its sender too; the same when another filled the page."""
        try:
            whole = self.operations.collect(message)
            if whole is None:
                return
            filled = self.operations.seed(whole, _author(connection))
        except documents.InvalidUpdateError as error:
            raise ProtocolError(
                "invalidUpdate", "the update is no Yjs update of version 1", message.operation_id
            ) from error
        if filled is not None:
            frame = operation_frame(filled.page_id, filled.operation_id, connection.principal.user_id)
            self.tell_page(filled.page_id, list(messages.in_parts(frame, filled.update, self._limits)), vital=True)
        if filled is None or filled.operation_id != message.operation_id:
            raise ProtocolError("alreadyFilled", "the page has begun with something else", message.operation_id)
        self.tell([connection.connection_id], [messages.encode(acknowledgement(message, duplicate=False))])
        metrics.emit(SERVICE, {"Events": 1}, event="seed", clock=self._clock)

    def _present(self, connection: Connection, message: Presence) -> None:
        here = self.presences.touch(message.page_id, connection.principal, "here", message.state)
        self.tell_page(message.page_id, [messages.encode(here)], besides=connection.connection_id)
        metrics.emit(SERVICE, {"Events": 1}, event="presence", clock=self._clock)

    def _forget(self, connection: Connection) -> bool:
        """Forgets a connection; tells whether it was the user's last one on its page."""
        last = self.sessions.disconnect(connection)
        metrics.emit(SERVICE, {"Events": 1}, event="disconnect", clock=self._clock)
        return last

    def _leave(self, left: Sequence[Departure]) -> None:
        """Users' last connections are off their pages; whoever goes last leaves a snapshot behind.

        All that are found gone at once are told in one go. That may find more to be gone, who were not told of: each
        connection is found gone once, so that posts grow with the connections, not with their square.
        """
        while left:
            by_page: dict[str, list[str]] = {}
            for page_id, user_id in left:
                by_page.setdefault(page_id, []).append(messages.encode(self.presences.remove(page_id, user_id)))
            left = [one for page_id, frames in by_page.items() for one in self.send_page(page_id, frames)[1]]
            for page_id in by_page:
                # A function with too little memory for the page leaves it to the one that streams call.
                if not self.sessions.connections(page_id) and self.operations.has_room(page_id):
                    self.fold(page_id)


def _author(connection: Connection) -> dict[str, str]:
    return {"userId": connection.principal.user_id, "connectionId": connection.connection_id}


def operation_frame(page_id: str, operation_id: str, user_id: str) -> dict[str, Any]:
    """A change, for everybody but its author; the update is put in by ``messages.in_parts``."""
    return {"action": "operation", "pageId": page_id, "operationId": operation_id, "userId": user_id}


def acknowledgement(operation: Operation, *, duplicate: bool) -> dict[str, Any]:
    """An operation is safe, and was before if it is a duplicate."""
    return {
        "action": "ack",
        "pageId": operation.page_id,
        "operationId": operation.operation_id,
        "duplicate": duplicate,
    }


def sync(page_id: str, state: bytes, vector: bytes | None, limits: Limits) -> list[str]:
    """The messages that bring a client up to date. Raises ProtocolError when its state vector is none."""
    try:
        update = documents.missing(state, vector)
    except documents.InvalidUpdateError as error:
        raise ProtocolError("invalidUpdate", "stateVector is no Yjs state vector") from error
    frame = {"action": "sync", "pageId": page_id, "stateVector": messages.text(documents.vector(state))}
    if len(frame["stateVector"]) > limits.frame_bytes // 4:
        del frame["stateVector"]  # thousands of authors; the client then offers all it has
    return list(messages.in_parts(frame, update, limits))
