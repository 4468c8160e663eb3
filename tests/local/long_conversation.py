"""A long conversation over real sockets at what ``make local`` runs: many editors, cut off and back, and late readers.

``make soak`` holds it, a page a seed: what was acknowledged is on the page, once, for whoever comes late and for the
server, however often its writer was cut off.
"""

import random
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.local.editor import Editor
from tests.local.test_conversation import served
from tests.stacks import stack_graph
from tools.local.place import Place, running

_EDITORS, _STEPS = 9, 150
_DEEDS = ("write", "write", "write", "look", "cut", "leave")


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with running(stack_graph("local")) as started:
        yield started


class Conversation:
    """A page with those who have it open, each on a connection that may be their tenth."""

    def __init__(self, place: Place, page: str, stack: ExitStack) -> None:
        self.place, self.page, self._stack = place, page, stack
        self.acknowledged: list[str] = []
        self.reconnected = 0
        self.open = {f"user{number}": self._opened(f"user{number}") for number in range(_EDITORS)}

    def _opened(self, user: str, before: Editor | None = None) -> Editor:
        document = before.document if before else None
        editor = self._stack.enter_context(Editor(self.place, user, self.page, document=document))
        editor.join()
        return editor

    def step(self, user: str, deed: str) -> None:
        editor = self.open[user]
        if deed == "write":
            mark = f"[{user}.{len(self.acknowledged)}]"
            editor.write(mark)
            self.acknowledged.append(mark)
        elif deed == "look":
            editor.join()
        else:
            # Cut off with what others wrote unheard; or gone, and back with nothing.
            editor.cut()
            self.reconnected += 1
            self.open[user] = self._opened(user, editor if deed == "cut" else None)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_that_was_acknowledged_is_lost(place: Place, seed: int) -> None:
    chosen = random.Random(seed)
    page = f"docs/long-{seed}"
    with ExitStack() as stack:
        talk = Conversation(place, page, stack)
        for _ in range(_STEPS):
            talk.step(chosen.choice([*talk.open]), chosen.choice(_DEEDS))
        assert len(talk.acknowledged) > _STEPS / 3
        assert talk.reconnected > _STEPS / 6
        texts = {}
        for user, editor in talk.open.items():
            editor.join()
            texts[user] = str(editor.text)
        with Editor(place, "late", page) as late:
            late.join()
            texts["late"] = str(late.text)
    texts["the server"] = served(place, page)
    assert len(set(texts.values())) == 1, texts
    assert sorted(texts["late"].replace("]", "] ").split()) == sorted(talk.acknowledged)
