"""Editors with documents of their own, the three tables, and a management API that only keeps what it is told."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from collaboration import documents, messages
from collaboration.access import Principal
from collaboration.limits import Limits
from collaboration.messages import Operation
from pycrdt import Doc, Text, TransactionEvent

NOW = 1_800_000_000
PAGE = "docs/plan"
LIMITS = Limits()
OPERATIONS, SESSIONS, PRESENCE = "crdt-operations", "collaboration-sessions", "user-presence"


class Clock:
    """Time that only moves when told."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


class Editor:
    """A client: a document, and the updates it has made and not yet sent."""

    def __init__(self, number: int, identities: Iterator[str]) -> None:
        self.document: Doc = Doc(client_id=number + 1)
        self.text = self.document.get("text", type=Text)
        self.made: list[Operation] = []
        self.outbox: list[Operation] = []
        self._identities = identities
        self._subscription = self.document.observe(self._note)

    def insert(self, position: int, what: str) -> None:
        self.text.insert(position % (len(self.text) + 1), what)

    def append(self, what: str) -> None:
        self.insert(len(self.text), what)

    def remove(self, position: int) -> None:
        if len(self.text):
            start = position % len(self.text)
            del self.text[start : start + 1]

    def learn(self, update: bytes) -> None:
        """Takes in what another one wrote, which is nothing of its own to send."""
        sending, self._identities = self._identities, iter(())
        self.document.apply_update(update)
        self._identities = sending

    def _note(self, event: TransactionEvent) -> None:
        identity = next(self._identities, None)
        if identity is not None:
            operation = Operation(PAGE, identity, event.update)
            self.made.append(operation)
            self.outbox.append(operation)


def identities(start: int = NOW * 1000) -> Iterator[str]:
    """Version 7 ids, one a millisecond."""
    number = 0
    while True:
        number += 1
        yield str(uuid.UUID(int=(start + number) << 80 | 7 << 76 | number % 4096 << 64 | 2 << 62 | number * 7919))


def written_by(*letters: str) -> list[Operation]:
    editor = Editor(0, identities())
    for letter in letters:
        editor.append(letter)
    return editor.made


def text_of(update: bytes) -> str:
    document: Doc = Doc()
    text = document.get("text", type=Text)
    document.apply_update(update)
    return str(text)


def written(*editors: Editor) -> str:
    """The text that everything the editors made adds up to."""
    return text_of(documents.join(documents.EMPTY, [made.update for one in editors for made in one.made]).state)


def contradicting() -> tuple[Editor, bytes]:
    """An editor that wrote ``hello``, and an update that puts a letter inside its ``h``, as if that were a map."""
    editor = Editor(0, iter(()))
    editor.insert(0, "hello")
    one_client, one_block, client, clock = 1, 1, 9, 0
    string, parent_is_a_block = 4, 0
    header = bytes([one_client, one_block, client, clock, string, parent_is_a_block])
    return editor, header + bytes([1, 0]) + b"\x01z" + b"\0"


def principal(user: str = "ada", *permissions: str, expires: int = NOW + 3600) -> Principal:
    return Principal(user, user.title(), frozenset(permissions or ("space:docs:write",)), expires)


def body(action: str, **fields: Any) -> str:
    return json.dumps({"action": action, "pageId": PAGE, **fields})


def operation_body(operation: Operation) -> str:
    return body("operation", operationId=operation.operation_id, update=messages.text(operation.update))


def create_tables(client: Any, *, streams: bool = False) -> None:
    for name, sort, kind in ((OPERATIONS, "timestamp", "N"), (SESSIONS, "userId", "S"), (PRESENCE, "userId", "S")):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={
                "StreamEnabled": streams,
                **({"StreamViewType": "NEW_AND_OLD_IMAGES"} if streams else {}),
            },
            KeySchema=[{"AttributeName": "pageId", "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pageId", "AttributeType": "S"},
                {"AttributeName": sort, "AttributeType": kind},
            ],
        )


class GoneError(Exception):
    """What the management API raises for a closed connection."""


class LimitExceededError(Exception):
    """What the management API raises while a client's buffer is full."""


class Management:
    """The management API: keeps what each connection was told; ``closed`` ones are gone, ``broken`` ones fail.

    ``hung_up`` are those that the handlers themselves closed.
    """

    def __init__(self) -> None:
        self.told: dict[str, list[dict[str, Any]]] = {}
        self.closed: set[str] = set()
        self.hung_up: list[str] = []
        self.broken: dict[str, Exception] = {}
        self.on_post: Callable[[str], None] = lambda _: None
        self.exceptions = type(
            "Exceptions", (), {"GoneException": GoneError, "LimitExceededException": LimitExceededError}
        )

    def post_to_connection(self, **call: Any) -> None:
        connection_id, data = call["ConnectionId"], call["Data"]
        assert len(data) <= 32_768, "API Gateway takes no larger frame"
        self.on_post(connection_id)
        if connection_id in self.closed:
            raise GoneError
        if connection_id in self.broken:
            raise self.broken[connection_id]
        self.told.setdefault(connection_id, []).append(json.loads(data))

    def delete_connection(self, **call: Any) -> None:
        connection_id = call["ConnectionId"]
        self.hung_up.append(connection_id)
        if connection_id in self.closed:
            raise GoneError
        if connection_id in self.broken:
            raise self.broken[connection_id]

    def actions(self, connection_id: str) -> list[str]:
        return [frame["action"] for frame in self.told.get(connection_id, [])]
