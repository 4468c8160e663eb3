"""A page's life in the Lambda model, drawn by chance: editors, two regions, and what happens to them."""

import os
import random
from collections.abc import Callable, Generator
from contextlib import contextmanager

from collaboration.limits import Limits

from ..support import PAGE, Clock, body, principal
from ..tables_in_memory import tables_in_memory
from .editors import JsonEditor, Ledger, text_of
from .regions import Region

_HOUR = 3_600
_EDITORS = 4
_FEW_VANISHING, _VANISHING = 12, 30
_FOLD = 15
_LATE = 4_000_000_000
_SHORT, _LONG = 60, 1_500
_STEPS = (
    *["write"] * 10,
    *["erase"] * 2,
    *["send"] * 10,
    *["deliver"] * 3,
    "broken",
    "presence",
    "vanish",
    "leave",
    "kill",
    *["return"] * 8,
    "replicate",
    "expire",
    "wait",
)


class FunctionsSoak:
    """One history. Its seed decides everything but how many vanish at once."""

    def __init__(self, seed: int, vanishing: int, say: Callable[[str], None]) -> None:
        self._vanishing = vanishing
        self._chance = random.Random(seed)
        self._say = say
        self._clock = Clock()
        self._ledger = Ledger()
        limits = Limits(fold_operations=_FOLD)
        self._home, self._other = (
            Region(name, self._clock, self._chance, limits) for name in ("us-east-1", "us-west-2")
        )
        self._born = 0
        self._connections = 0
        self._editors: dict[str, tuple[JsonEditor, str]] = {}
        """By name: the editor, and its connection, empty without one."""
        for _ in range(_EDITORS):
            self._bear()

    def run(self, steps: int) -> list[str]:
        """What went wrong; the longer, the more is tried."""
        self._home.unsteady.rate = 0.02
        for number in range(steps):
            self._step(self._chance.choice(_STEPS))
            if number % 100 == 99:
                self._say(f"{number + 1} of {steps} steps, {len(self._ledger.written)} marks acknowledged")
        self._home.unsteady.rate = 0.0
        faults = self._nobody_is_there_when_time_runs_out()
        faults += self._functions_are_away_for_a_day()
        faults += self._many_vanish_at_once()
        faults += self._another_region_takes_over()
        faults += self._the_end()
        raised = self._home.failures | self._other.failures
        return faults + [f"records of a stream that were never taken: {one}" for one in sorted(raised)]

    def _step(self, kind: str) -> None:
        name = self._chance.choice(list(self._editors))
        editor, connection = self._editors[name]
        match kind:
            case "write":
                editor.write()
            case "erase":
                editor.erase()
            case "send":
                self._say_all(connection, editor.messages(0.6))
            case "broken":
                self._say_all(connection, [editor.broken()])
            case "presence":
                self._say_all(connection, [body("presence", state={"cursor": self._chance.random()})])
            case "return":
                self._return(name)
            case "vanish" | "leave" | "kill":
                self._go(kind, name)
            case _:
                self._happen(kind)

    def _happen(self, kind: str) -> None:
        """What clients have no part in."""
        match kind:
            case "deliver":
                self._home.deliver(self._chance.randrange(1, 20))
            case "replicate":
                self._home.replicate(self._other)
                self._other.replicate(self._home)
            case "expire":
                self._chance.choice((self._home, self._other)).expire()
            case "wait":
                # No longer than streams are read late, or nobody could keep what time to live removes.
                self._home.deliver()
                self._clock.now += self._chance.choice((1, 100, _HOUR, 13 * _HOUR, 25 * _HOUR))

    def _go(self, kind: str, name: str) -> None:
        editor, connection = self._editors[name]
        self._home.sockets.pop(connection, None)
        if kind == "leave" and connection:
            self._home.route("$disconnect", connection)
        self._editors[name] = (editor, "")
        if kind == "kill":
            del self._editors[name]
            self._bear()

    def _bear(self) -> None:
        self._born += 1
        name = f"e{self._born}"
        self._editors[name] = (JsonEditor(name, self._chance, self._ledger, self._clock), "")

    def _return(self, name: str) -> None:
        """Connects anew, gets what is missing, and sends what waits."""
        editor, connection = self._editors[name]
        if connection in self._home.sockets:
            return
        self._connections += 1
        connection = f"c{self._connections}"
        if self._home.connect(connection, principal(name, expires=_LATE), editor.hear):
            self._editors[name] = (editor, connection)
            self._say_all(connection, [editor.join(), *editor.messages()])

    def _say_all(self, connection: str, texts: list[str]) -> None:
        for text in texts:
            self._home.say(connection, text)

    def _everybody(self, kind: str) -> None:
        for name in list(self._editors):
            self._return(name) if kind == "return" else self._go(kind, name)

    def _settle(self) -> None:
        """Everybody is connected, and everything acknowledged."""
        for _ in range(3):
            self._everybody("return")
            for editor, connection in self._editors.values():
                self._say_all(connection, editor.messages())
        self._home.deliver()

    def _few_more(self) -> None:
        """Operations that are too few for a snapshot."""
        self._settle()
        self._home.room.fold(PAGE)
        for editor, connection in list(self._editors.values()):
            editor.write()
            self._say_all(connection, editor.messages())

    def _nobody_is_there_when_time_runs_out(self) -> list[str]:
        self._few_more()
        self._everybody("vanish")
        self._home.deliver()
        self._clock.now += 25 * _HOUR
        self._home.expire()
        self._home.deliver()
        return self._compared("after time to live")

    def _functions_are_away_for_a_day(self) -> list[str]:
        """What the streams tell while they are away is lost, and what nobody has folded is still there."""
        self._few_more()
        self._everybody("vanish")
        self._clock.now += 25 * _HOUR
        self._home.expire()
        self._home.forget_streams()
        return self._compared("after a day without functions")

    def _many_vanish_at_once(self) -> list[str]:
        """Their number of posts, not its square."""
        self._settle()
        for number in range(self._vanishing):
            connection = f"v{number}"
            self._home.connect(connection, principal(f"v{number}", expires=_LATE), lambda _: None)
            self._home.say(connection, body("join"))
        for number in range(self._vanishing):
            self._home.sockets.pop(f"v{number}")
        before = self._home.posts
        editor, connection = next(iter(self._editors.values()))
        editor.write()
        self._say_all(connection, editor.messages(1.0)[:1])
        # The change to everybody, then to each editor who is still there one message about each that is not.
        posts, most = self._home.posts - before, (self._vanishing + 2) * (_EDITORS + 2)
        return [f"{posts} posts for {self._vanishing} vanished connections"] if posts > most else []

    def _another_region_takes_over(self) -> list[str]:
        """Planned: everything is replicated, and functions run in one region at a time, as both would fold.

        Time to live goes on where there are none any more.
        """
        self._few_more()
        self._everybody("vanish")
        self._home.deliver()
        self._home.replicate(self._other)
        self._other.forget_streams()
        self._clock.now += 25 * _HOUR
        self._home.expire()
        self._home.replicate(self._other)
        self._home, self._other = self._other, self._home
        self._home.deliver()
        return self._compared("after another region took over")

    def _the_end(self) -> list[str]:
        self._settle()
        faults = self._compared("at the end")
        for name, (editor, _) in self._editors.items():
            faults += [f"at the end: {name} lacks {mark}" for mark in self._ledger.lost(str(editor.text))]
        self._everybody("leave")
        self._home.deliver()
        self._clock.now += 72 * _HOUR
        self._home.expire()
        self._home.deliver()
        self._home.replicate(self._other)
        faults += self._compared("three days later")
        self._home, self._other = self._other, self._home
        return faults + self._compared("three days later, in the other region")

    def _compared(self, when: str) -> list[str]:
        text = text_of(self._home.room.operations.load(PAGE))
        return [f"{when}: {mark}" for mark in self._ledger.lost(text)]


@contextmanager
def in_memory() -> Generator[None]:
    """Tables that are gone afterwards."""
    before = dict(os.environ)
    os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", FOLD_OPERATIONS=str(_FOLD))
    try:
        with tables_in_memory():
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def play(seed: int, short: bool, say: Callable[[str], None]) -> list[str]:
    """What one history shows to be lost."""
    with in_memory():
        soak = FunctionsSoak(seed, _FEW_VANISHING if short else _VANISHING, say)
        faults = soak.run(_SHORT if short else _LONG)
        say(f"{len(soak._ledger.written)} marks acknowledged, {soak._ledger.refused} refused; {len(faults)} faults")
        return faults
