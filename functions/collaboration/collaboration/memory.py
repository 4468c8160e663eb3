"""How much memory a page takes while it is put together, told from its encoding without putting it together.

What takes memory is the number of blocks, not of bytes: text that was typed in a row is one block, characters that were
put in one by one are a block each, with six bytes in the encoding and a few hundred in a document. The encoding names
no total, so blocks are counted one by one: https://github.com/yjs/yjs/blob/main/src/utils/encoding.js
"""

import re
from typing import NamedTuple

from .limits import Limits
from .messages import ProtocolError

A_BLOCK = 400
"""Bytes of memory for each block, whatever it says, and again for one that has a name or others in it; measured
(``tests/bench_memory.py``)."""
A_BYTE = 8
"""Bytes of memory for each byte of a page: its state, as text, in frames, and copies of these."""
A_VALUE = 100
"""Bytes of memory for each value in a list or map, many of which may be one block."""

_SMALL = 65_536
_NUMBER = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
_ORIGIN, _RIGHT_ORIGIN, _KEY, _CONTENT = 0x80, 0x40, 0x20, 0x1F
_DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY, _DOCUMENT = range(1, 10)
_GONE, _SKIP = 0, 10
_NAMED_TYPES = (3, 5)
"""Elements and hooks of XML, which have a name."""
_OF_TEXTS = {_BINARY: 1, _STRING: 1, _EMBED: 1, _FORMAT: 2}
_INTEGER, _TEXT, _OBJECT, _ARRAY, _BYTES = 125, 119, 118, 117, 116
_SIZES = {124: 4, 123: 8, 122: 8, 127: 0, 126: 0, 121: 0, 120: 0}
"""Values of a fixed size: https://github.com/dmonad/lib0/blob/main/encoding.js"""


def _after_origins(content: int) -> bytes:
    """How a block begins that hangs on others and whose content is of this kind."""
    one = bytes(content | flag for flag in (_ORIGIN, _RIGHT_ORIGIN, _ORIGIN | _KEY, _RIGHT_ORIGIN | _KEY))
    both = bytes(content | _ORIGIN | _RIGHT_ORIGIN | flag for flag in (0, _KEY))
    return rb"(?:[%b](?:N){2}|[%b](?:N){4})".replace(b"N", _NUMBER) % (re.escape(one), re.escape(both))


_USUAL = re.compile(
    rb"(?:[%b]N|%bN|%b(N))".replace(b"N", _NUMBER)
    % (re.escape(bytes([_GONE, _SKIP])), _after_origins(_DELETED), _after_origins(_STRING)),
    re.DOTALL,
)
"""What most blocks are, text and what was deleted, in one step; the group is the length of the text."""
_ONE_NUMBER = re.compile(_NUMBER, re.DOTALL)


def needed(state: bytes) -> int:
    """Bytes of memory that a page takes which has this state; of a small one, the most that it could take."""
    if len(state) < _SMALL:
        return A_BYTE * len(state) + A_BLOCK * len(state) // 2
    counted = counts(state)
    return A_BYTE * len(state) + A_BLOCK * (counted.blocks + counted.named) + A_VALUE * counted.values


def has_room(taken: int, limits: Limits) -> bool:
    """Whether a page that takes so much may grow: what is not in its state yet, a fifth, is left to it."""
    return taken <= limits.page_memory * 4 // 5


def is_large(update: bytes, limits: Limits) -> bool:
    """Whether an update is taken into the page's state at once, so that what waits is never much."""
    return len(update) > limits.frame_bytes


def full(operation_id: str) -> ProtocolError:
    """Why an operation is refused; one that only deletes never is."""
    return ProtocolError(
        "pageFull", "the page is as large as can be opened; take something out, or begin another", operation_id
    )


class Counts(NamedTuple):
    """What is in an update."""

    blocks: int
    values: int = 0
    """Those of lists and maps."""
    named: int = 0
    """Blocks that are under a name, as entries of maps are, or have others in them."""


def counts(state: bytes) -> Counts:
    """How many blocks and values an update has, as the library encodes it; never fewer than there are."""
    read = _Reader(state)
    found = begun = 0
    try:
        for _ in range(read.number()):
            of_client = read.number()
            read.numbers(2)
            for _ in range(of_client):
                begun = read.at
                read.block()
                found += 1
    except (IndexError, ValueError, RecursionError):
        # A kind of block that is not known here: from it on, all are as small as can be.
        return Counts(found + (len(state) - begun) // 2, read.values, read.named)
    return Counts(found, read.values, read.named)


class _Reader:
    """Goes over an update block by block. Raises IndexError where it ends, ValueError for what it does not know."""

    def __init__(self, state: bytes) -> None:
        self._state = state
        self.at = 0
        self.values = self.named = 0

    def number(self) -> int:
        found = _ONE_NUMBER.match(self._state, self.at)
        if found is None:
            raise IndexError(self.at)
        self.at = found.end()
        return _value(found[0])

    def numbers(self, count: int) -> None:
        for _ in range(count):
            self.number()

    def text(self) -> None:
        """Any bytes with their length before them."""
        length = self.number()
        self.at += length

    def block(self) -> None:
        usual = _USUAL.match(self._state, self.at)
        if usual is None:
            self._unusual()
            return
        self.at = usual.end()
        if usual.lastindex:
            self.at += _value(usual[1])

    def _unusual(self) -> None:
        info = self._state[self.at]
        self.at += 1
        origins = bool(info & _ORIGIN) + bool(info & _RIGHT_ORIGIN)
        self.numbers(2 * origins)
        self.named += bool(info & _KEY) or info & _CONTENT == _TYPE
        if not origins:
            self._parent(keyed=bool(info & _KEY))
        self._content(info & _CONTENT)

    def _parent(self, *, keyed: bool) -> None:
        if self.number() == 1:
            self.text()
        else:
            self.numbers(2)
        if keyed:
            self.text()

    def _content(self, kind: int) -> None:
        if kind == _DELETED:
            self.number()
        elif kind in _OF_TEXTS:
            for _ in range(_OF_TEXTS[kind]):
                self.text()
        elif kind in (_JSON, _ANY):
            for _ in range(self.number()):
                self.text() if kind == _JSON else self._any()
        elif kind == _TYPE:
            if self.number() in _NAMED_TYPES:
                self.text()
        else:
            self._document(kind)

    def _document(self, kind: int) -> None:
        if kind != _DOCUMENT:
            raise ValueError(kind)
        self.text()
        self._any()

    def _any(self) -> None:
        self.values += 1
        kind = self._state[self.at]
        self.at += 1
        if kind in _SIZES:
            self.at += _SIZES[kind]
        elif kind == _INTEGER:
            self.number()
        elif kind in (_TEXT, _BYTES):
            self.text()
        elif kind in (_OBJECT, _ARRAY):
            for _ in range(self.number()):
                if kind == _OBJECT:
                    self.text()
                self._any()
        else:
            raise ValueError(kind)


def _value(number: bytes) -> int:
    if len(number) == 1:
        return number[0]
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(number))
