"""Editors, and the marks that they write: each is in a text once, so that whoever finds it gone knows whose it was."""

import base64
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from collaboration import documents, messages
from collaboration.limits import Limits
from pycrdt import Doc, Text, TransactionEvent, get_update, merge_updates

from ..support import PAGE, body
from ..test_documents import YJS

_VERSION_2 = bytes.fromhex(YJS["hello"][1])
LIMITS = Limits()


@dataclass
class Ledger:
    """What was acknowledged: marks that were written, and marks that were taken out again."""

    written: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    """Marks whose erasure was begun; until it is acknowledged they may be there or not."""
    refused: int = 0

    def lost(self, text: str) -> list[str]:
        """What a text lacks or holds against what was acknowledged."""
        missing = sorted(mark for mark in self.written - self.erased - self.unsure if mark not in text)
        back = sorted(f"{mark} is back" for mark in self.erased if mark in text)
        return missing + back


class JsonEditor:
    """A client of the JSON protocol: sends what is not acknowledged in any order, some of it twice."""

    def __init__(
        self, name: str, chance: random.Random, ledger: Ledger, clock: Callable[[], float], page: str = PAGE
    ) -> None:
        self.name = name
        self._page = page
        self.document: Doc = Doc(client_id=chance.getrandbits(31))
        self.text = self.document.get("text", type=Text)
        self.outbox: dict[str, tuple[bytes, str, str]] = {}
        """By operation: the update, the mark, and the set of the ledger that it belongs to."""
        self._chance = chance
        self._ledger = ledger
        self._clock = clock
        self._number = 0
        self._own: list[str] = []
        self._order: list[tuple[str, str, str]] = []
        self._kept: set[str] = set()
        self._made: bytes = b""
        self._parts: dict[str, dict[int, bytes]] = {}
        self._subscription = self.document.observe(self._note)

    def write(self) -> None:
        """Puts a mark somewhere between others."""
        self._number += 1
        mark = f"[{self.name}.{self._number}]"
        places = [0, *(index + 1 for index, letter in enumerate(str(self.text)) if letter == "]")]
        self.text.insert(self._chance.choice(places), mark)
        self._keep(mark, "written")

    def erase(self) -> None:
        """Takes out one of its own marks that is known to be kept."""
        kept = [mark for mark in self._own if mark in str(self.text)]
        if not kept:
            return
        mark = self._chance.choice(kept)
        self._own.remove(mark)
        start = str(self.text).index(mark)
        self._ledger.unsure.add(mark)
        del self.text[start : start + len(mark)]
        self._keep(mark, "erased")

    def messages(self, share: float = 1.0) -> list[str]:
        """What is to be sent, or some of it, shuffled; a fifth of it twice."""
        chosen = [one for one in self.outbox if self._chance.random() < share]
        chosen += [one for one in chosen if self._chance.random() < 0.2]
        self._chance.shuffle(chosen)
        return [operation_text(one, self.outbox[one][0], self._page) for one in chosen]

    def broken(self) -> str:
        """An update of Yjs' version 2, under a mark that counts when the server says that it is kept."""
        identity = messages.new_id(self._clock())
        self._number += 1
        self.outbox[identity] = (_VERSION_2, f"[{self.name}.v2.{self._number}]", "written")
        return operation_text(identity, _VERSION_2, self._page)

    def join(self) -> str:
        """Asks for what it lacks."""
        self._parts = {}
        return body("join", pageId=self._page, stateVector=messages.text(self.document.get_state()))

    def hear(self, text: str) -> dict[str, Any]:
        """Takes in what the server says."""
        frame = json.loads(text)
        match frame["action"]:
            case "sync" | "operation":
                self._take(frame)
            case "ack":
                self._acknowledged(frame["operationId"])
            case "error" if frame["code"] in ("invalidUpdate", "tooLarge"):
                self._ledger.refused += 1
                self.outbox.pop(frame.get("operationId", ""), None)
        return frame

    def _take(self, frame: dict[str, Any]) -> None:
        pieces = self._parts.setdefault(frame.get("operationId", "sync"), {})
        pieces[frame["part"]] = base64.b64decode(frame["update"])
        if len(pieces) == frame["parts"]:
            del self._parts[frame.get("operationId", "sync")]
            update = b"".join(pieces[number] for number in sorted(pieces))
            self.document.apply_update(update)
            if frame["action"] == "sync" and "stateVector" in frame:
                self._offer(base64.b64decode(frame["stateVector"]), update)

    def _offer(self, vector: bytes, synced: bytes) -> None:
        """As the protocol wants it: what the server lacks goes to it as one more operation, deletions too."""
        lacking = self.document.get_update(vector)
        deleted_there = get_update(synced, self.document.get_state())
        if lacking[0] or merge_updates(deleted_there, lacking) != merge_updates(deleted_there, deleted_there):
            self.outbox[messages.new_id(self._clock())] = (lacking, "", "written")

    def _acknowledged(self, identity: str) -> None:
        """What is kept counts once everything that it builds on is kept as well: the editor may be killed before."""
        update, mark, kind = self.outbox.pop(identity, (b"", "", ""))
        if update == _VERSION_2:
            self._ledger.written.add(mark)
        self._kept.add(identity)
        while self._order and self._order[0][0] in self._kept:
            _, mark, kind = self._order.pop(0)
            getattr(self._ledger, kind).add(mark)
            if kind == "erased":
                self._ledger.unsure.discard(mark)
            else:
                self._own.append(mark)

    def _keep(self, mark: str, kind: str) -> None:
        identity = messages.new_id(self._clock())
        self.outbox[identity] = (self._made, mark, kind)
        self._order.append((identity, mark, kind))

    def _note(self, event: TransactionEvent) -> None:
        self._made = event.update


def operation_text(identity: str, update: bytes, page: str) -> str:
    """An operation as it is sent; all of these fit one frame."""
    assert uuid.UUID(identity).version == 7
    return body("operation", pageId=page, operationId=identity, update=messages.text(update))


def text_of(state: bytes) -> str:
    """The text of a state."""
    document: Doc = Doc()
    text = document.get("text", type=Text)
    document.apply_update(documents.join(documents.EMPTY, [state]).state)
    return str(text)


__all__ = ["LIMITS", "PAGE", "JsonEditor", "Ledger", "operation_text", "text_of"]
