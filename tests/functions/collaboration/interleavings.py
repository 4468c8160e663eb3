"""Generated histories of several editors on one page, and the driver that runs them on a store.

A history is a list of actions. The driver does them one after the other, except that the store's client is
wrapped: before some of the store's own calls the next action is done right there, in the middle of the one under
way, as another process would. Whoever reconnects must find all that was stored before. When a history is over,
everything that was not sent is sent, and the page must hold what all editors wrote.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from collaboration import documents
from collaboration.messages import Operation
from hypothesis import strategies as st

from .support import Editor, identities, text_of

_DEPTH = 3


class Action(NamedTuple):
    """What to do, by which editor, and a number to choose with."""

    kind: str
    editor: int
    choice: int


KINDS = ("insert", "insert", "remove", *["send"] * 4, "resend", "reconnect", "reconnect", *["fold"] * 3)
HISTORIES = st.tuples(
    st.lists(st.builds(Action, st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 50)), min_size=5, max_size=16),
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), max_size=20),
)


class Interrupted:
    """A client of DynamoDB before whose calls another process may act."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.exceptions = client.exceptions
        self.before: Any = lambda: None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            self.before()
            return method(*arguments, **keywords)

        return call


@dataclass
class History:
    """One run: the editors, what is to do, and after how many calls of the store how many actions come between."""

    actions: list[Action]
    gaps: list[tuple[int, int]]
    stored: list[bytes] = field(default_factory=list)
    editors: list[Editor] = field(default_factory=list)
    interruptions: int = 0
    _depth: int = 0

    def __post_init__(self) -> None:
        source = identities()
        self.editors = [Editor(number, source) for number in range(3)]

    def interruptions_now(self) -> int:
        """How many actions other processes take before the call that is about to be made."""
        if not self.gaps or self._depth >= _DEPTH:
            return 0
        calls, actions = self.gaps.pop(0)
        if calls > 0:
            self.gaps.insert(0, (calls - 1, actions))
            return 0
        self.interruptions += 1
        return actions

    def next(self) -> Action | None:
        """The next action; ``None`` when it is done with the editor alone, or there is none."""
        if not self.actions:
            return None
        action = self.actions.pop(0)
        editor = self.editors[action.editor]
        if action.kind == "insert" or (action.kind == "send" and not editor.outbox):
            editor.insert(action.choice, chr(ord("A") + (len(editor.made) * 3 + action.editor) % 58))
        if action.kind == "insert":
            return None
        if action.kind == "remove":
            editor.remove(action.choice)
            return None
        return action

    def outgoing(self, action: Action) -> Operation | None:
        """The operation to send: any of those that wait, not the oldest first; or again one that was sent."""
        editor = self.editors[action.editor]
        source = editor.outbox if action.kind == "send" else editor.made
        if not source:
            return None
        operation = source[action.choice % len(source)]
        if operation in editor.outbox:
            editor.outbox.remove(operation)
        return operation

    def check(self, stored: list[bytes], loaded: bytes) -> None:
        """What was stored before a load began is in what was loaded."""
        assert text_of(documents.join(loaded, stored).state) == text_of(loaded)

    def deeper(self) -> Any:
        """Counts how many processes are in the middle of something."""
        history = self

        class Depth:
            def __enter__(self) -> None:
                history._depth += 1

            def __exit__(self, *_: object) -> None:
                history._depth -= 1

        return Depth()

    @property
    def unsent(self) -> list[Operation]:
        """What is left when the actions are over."""
        return [operation for editor in self.editors for operation in editor.outbox]
