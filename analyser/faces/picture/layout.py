"""Where the boxes of a scene stand: things in rows inside their box, boxes below each other, all on the grid that lines
run on."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace

from analyser.faces.picture.router import Area
from analyser.faces.picture.scene import Box, Scene

PITCH = 10
"""How many pixels lie between two points of the grid."""
LETTER, _BOLD = 6.8, 7.6
"""How wide letters are at most, on the average of a text, at 12 pixels."""
ICON = 34
"""How many pixels of a thing's width its icon takes, with what is around it."""
_TALL, _HEAD, _PAD = 5, 3, 3
_USUAL = 4
"""The gap at which things are as large as their text; beyond it they grow, so that more lines may end at them."""
_MARGIN = 2
_ROW, _BESIDE_ROW, _ACROSS = 66, 36, 112
"""How wide a row of things may become before the next one begins; what stands beside others has less, or what they
leave of the whole."""
_FIRST = ("balancer", "api")
"""Kinds that take in what comes from outside, above what they hand it to."""
_LAST = ("firewall", "proxy", "store", "build")
"""Kinds that begin a row of their own below what uses them."""
_BESIDE = {"services"}
"""Boxes that stand beside the one before them, not below it."""


@dataclass(frozen=True)
class Placed:
    """A box with its corner and its size, in steps of the grid."""

    box: Box
    area: Area
    depth: int

    @property
    def label(self) -> Area:
        """Where the heading of a box around others stands; what a thing says is in the thing."""
        return Area(self.area.x + 1, self.area.y + 1, _heading(self.box), 1)


@dataclass(frozen=True)
class Paper:
    """Every box in its place, outer ones first, and how big the paper is, in steps."""

    boxes: tuple[Placed, ...]
    width: int
    height: int

    def leaves(self) -> dict[str, Placed]:
        """Where each thing stands."""
        return {placed.box.key: placed for placed in self.boxes if not placed.box.inside}


@dataclass(frozen=True)
class _Sized:
    """A box with what it needs, and its rows."""

    box: Box
    width: int
    height: int
    rows: tuple[tuple["_Sized", ...], ...] = ()


def lay_out(scene: Scene, gap: int) -> Paper:
    """Places a scene, the internet on top, the home region below the edge; ``gap`` steps between things."""
    busy = {end for flow in scene.flows for end in (flow.source, flow.target)}
    parts = [_sized(box, busy, gap, _ACROSS) for box in scene.boxes]
    width = max((part.width for part in parts), default=0)
    boxes: list[Placed] = []
    y = _MARGIN
    for part in parts:
        wide = width if part.rows else part.width
        x = _MARGIN + (width - wide) // 2
        boxes += _placed(part, x, y, wide, 0, gap)
        y += part.height + gap
    return Paper(tuple(boxes), width + 2 * _MARGIN, y - gap + _MARGIN)


def _steps(pixels: float) -> int:
    return -int(-pixels // PITCH)


def _heading(box: Box) -> int:
    return _steps(len(box.title) * _BOLD + 8 + len(box.note) * LETTER)


def _sized(box: Box, busy: Set[str], gap: int, room: int = _ROW) -> _Sized:
    if not box.inside:
        text = max(len(box.title) * _BOLD, len(box.note) * LETTER)
        more = max(gap - _USUAL, 0)
        return _Sized(box, max(_steps(text + ICON + 6), 13) + more, _TALL + more)
    ranks = {inner.key: _rank(inner, box) for inner in box.inside}
    ordered = sorted(box.inside, key=lambda inner: (ranks[inner.key], inner.key not in busy))
    parts: list[_Sized] = []
    for inner in ordered:
        left = room - sum(part.width + gap for part in parts) if inner.kind in _BESIDE else _ROW
        parts.append(_sized(inner, busy, gap, max(left - 2 * _PAD, _BESIDE_ROW)))
    rows = tuple(_rows(parts, room, ranks, gap))
    width = max(_heading(box) + 2, *(_across(row, gap) + 2 * _PAD for row in rows))
    height = _HEAD + gap // 2 + sum(max(part.height for part in row) + gap for row in rows) - gap + _PAD
    return _Sized(box, width, height, rows)


def _across(row: tuple[_Sized, ...], gap: int) -> int:
    return sum(part.width + gap for part in row) - gap


def _rows(parts: list[_Sized], limit: int, ranks: Mapping[str, int], gap: int) -> Iterator[tuple[_Sized, ...]]:
    """Things side by side until the row is full; boxes with something in them below each other, but for some."""
    row: list[_Sized] = []
    for part in parts:
        alone = bool(part.rows) and part.box.kind not in _BESIDE
        full = not part.rows and _across((*row, part), gap) > limit
        begins = bool(row) and ranks[part.box.key] > ranks[row[-1].box.key]
        if row and (alone or full or begins):
            yield tuple(row)
            row = []
        row.append(part)
    if row:
        yield tuple(row)


def _rank(box: Box, around: Box) -> int:
    if around.kind == "edge":
        return 0
    if box.kind in _FIRST:
        return -1
    return _LAST.index(box.kind) + 1 if box.kind in _LAST else 0


def _placed(part: _Sized, x: int, y: int, width: int, depth: int, gap: int) -> Iterator[Placed]:
    """A box and all in it; a box that stands alone in its row becomes as wide as there is room."""
    yield Placed(part.box, Area(x, y, width, part.height), depth)
    top = y + _HEAD + gap // 2
    for row in part.rows:
        room = width - 2 * _PAD
        stretched = [replace(row[0], width=row[0].width + room - _across(row, gap)), *row[1:]] if row[0].rows else row
        left = x + _PAD + (room - _across(tuple(stretched), gap)) // 2
        for inner in stretched:
            yield from _placed(inner, left, top, inner.width, depth + 1, gap)
            left += inner.width + gap
        top += max(inner.height for inner in row) + gap
