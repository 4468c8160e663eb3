"""Short histories of the Lambda model, each aimed at one way of losing something, which it always shows."""

import random
from collections.abc import Callable
from typing import Any

from collaboration.limits import Limits
from collaboration.operations import FIRST_ORDER

from ..support import OPERATIONS, PAGE, Clock, principal
from .editors import JsonEditor, Ledger, text_of
from .functions import in_memory
from .regions import Region

_LATE = 4_000_000_000


class _Built:
    """Two regions, and an editor who is connected to the first."""

    def __init__(self) -> None:
        chance, clock = random.Random(1), Clock()
        limits = Limits(fold_operations=100)
        self.home, self.other = (Region(name, clock, chance, limits) for name in ("us-east-1", "us-west-2"))
        self.ledger = Ledger()
        self.editor = JsonEditor("a", chance, self.ledger, clock)
        self.home.connect("a", principal("a", expires=_LATE), self.editor.hear)
        self.home.say("a", self.editor.join())

    def write(self) -> None:
        """One mark, which is acknowledged."""
        self.editor.write()
        for text in self.editor.messages():
            self.home.say("a", text)

    def lost(self, region: Region) -> list[str]:
        """What was acknowledged and the region lacks."""
        return self.ledger.lost(text_of(region.room.operations.load(PAGE)))


def _removed_elsewhere(built: _Built) -> list[str]:
    """The other region hears that an operation is removed; home is lost before the snapshot that holds it comes."""
    built.write()
    built.home.replicate(built.other)
    for order in _orders(built.other):
        built.other.take({"pageId": {"S": PAGE}, "timestamp": {"N": str(order)}}, None)
    built.other.deliver()
    return built.lost(built.other)


def _came_meanwhile(built: _Built) -> list[str]:
    """An operation is kept after the fold has read what waits, and before it removes that."""
    built.write()
    operations: Any = built.home.room.operations
    switch = operations._switch

    def late(*arguments: Any) -> Any:
        operations._switch = switch
        built.write()
        return switch(*arguments)

    operations._switch = late
    built.home.room.fold(PAGE)
    return built.lost(built.home)


def _refused(built: _Built) -> list[str]:
    """An update of Yjs' version 2 is not kept, so it is not acknowledged."""
    built.write()
    built.home.say("a", built.editor.broken())
    return built.lost(built.home)


HISTORIES: dict[str, Callable[[_Built], list[str]]] = {
    "removed elsewhere": _removed_elsewhere,
    "came meanwhile": _came_meanwhile,
    "refused by a function": _refused,
}


def _orders(region: Region) -> list[int]:
    found = region.client.scan(TableName=OPERATIONS)["Items"]
    return [order for item in found if (order := int(item["timestamp"]["N"])) >= FIRST_ORDER]


def play(name: str) -> list[str]:
    """What one of them shows to be lost."""
    with in_memory():
        built = _Built()
        faults = HISTORIES[name](built)
        return faults if built.ledger.written else ["nothing was acknowledged"]
