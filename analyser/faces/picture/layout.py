"""Where the boxes of a scene stand: things in rows inside their box, boxes below each other, all in pixels."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

from analyser.faces.picture.scene import Box, Scene

LETTER = 7.2
"""How wide a letter is at most, on the average of a text, at 12 pixels."""
_HEIGHT, _HEAD, _GAP, _MARGIN = 44, 30, 22, 16
_ROWS_APART = 38
"""Between rows of things, where flows turn."""
_EDGE = 0.08
"""How far from the left the edge stands, so that what the internet reaches without it has a way of its own."""
_ROW = 640
_NARROW = {"services": 330}
"""How wide a row of things may become before the next one begins; in some boxes less."""
_FIRST = ("balancer", "api")
"""Kinds that take in what comes from outside, above what they hand it to."""
_LAST = ("proxy", "store", "service", "build")
"""Kinds that begin a row of their own below what uses them."""
_QUIET = len(_LAST) + 1
"""Rank of what no flow concerns."""
_BESIDE = {"services"}
"""Boxes that stand beside the one before them, not below it."""


@dataclass(frozen=True)
class Placed:
    """A box with its corner and its size."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    depth: int

    @property
    def middle(self) -> float:
        """The horizontal middle."""
        return self.x + self.width / 2

    def moved(self, x: float, y: float) -> "Placed":
        """The same, somewhere else."""
        return Placed(self.box, self.x + x, self.y + y, self.width, self.height, self.depth)


@dataclass(frozen=True)
class Paper:
    """Every box in its place, outer ones first, and how big the paper is."""

    boxes: tuple[Placed, ...]
    width: float
    height: float

    def leaves(self) -> dict[str, Placed]:
        """Where each thing stands."""
        return {placed.box.key: placed for placed in self.boxes if not placed.box.inside}


def lay_out(scene: Scene) -> Paper:
    """Places a scene, the internet on top, the home region below the edge."""
    busy = {end for flow in scene.flows for end in (flow.source, flow.target)}
    parts = [_place(box, 0, busy) for box in scene.boxes]
    width = max((part[0].width for part in parts), default=0)
    boxes: list[Placed] = []
    y = float(_MARGIN)
    for part in parts:
        x = _MARGIN + (width - part[0].width) * (_EDGE if part[0].box.kind == "edge" else 0.5)
        boxes += [placed.moved(x, y) for placed in part]
        y += part[0].height + _GAP * 2
    return Paper(tuple(boxes), width + 2 * _MARGIN, y - 2 * _GAP + _MARGIN)


def _place(box: Box, depth: int, busy: Set[str]) -> list[Placed]:
    """A box and all in it, its own corner at the origin."""
    head = max(len(box.title), len(box.note)) * LETTER + 2 * _MARGIN
    if not box.inside:
        return [Placed(box, 0, 0, max(head, 90), _HEIGHT, depth)]
    ranks = {inner.key: _rank(inner, box, busy) for inner in box.inside}
    ordered = sorted(box.inside, key=lambda inner: (ranks[inner.key], inner.key not in busy))
    rows = list(_rows([_place(inner, depth + 1, busy) for inner in ordered], _NARROW.get(box.kind, _ROW), ranks))
    wide = [sum(part[0].width + _GAP for part in row) - _GAP + 2 * _MARGIN for row in rows]
    width = max(len(f"{box.title}  {box.note}") * LETTER + 2 * _MARGIN, *wide)
    inside: list[Placed] = []
    y = float(_HEAD + _MARGIN)
    for row, own in zip(rows, wide, strict=True):
        x = _MARGIN + (0 if row[0][0].box.inside else (width - own) / 2)
        for part in row:
            inside += [placed.moved(x, y) for placed in part]
            x += part[0].width + _GAP
        turns = not row[0][0].box.inside and ranks[row[0][0].box.key] < _QUIET
        apart = _ROWS_APART if turns else _GAP
        y += max(part[0].height for part in row) + apart
    height = y - apart + _MARGIN
    return [Placed(box, 0, 0, width, height, depth), *_stretched(inside, box, width, depth + 1)]


def _rows(parts: list[list[Placed]], limit: float, ranks: Mapping[str, int]) -> Iterator[list[list[Placed]]]:
    """Things side by side until the row is full; boxes with something in them below each other."""
    row: list[list[Placed]] = []
    for part in parts:
        placed = part[0]
        alone = bool(placed.box.inside) and placed.box.kind not in _BESIDE
        full = sum(other[0].width + _GAP for other in row) + placed.width > limit and not placed.box.inside
        begins = bool(row) and ranks[placed.box.key] > ranks[row[-1][0].box.key]
        if row and (alone or full or begins):
            yield row
            row = []
        row.append(part)
    if row:
        yield row


def _rank(box: Box, around: Box, busy: Set[str]) -> int:
    """Which rows a thing goes to; outside of networks, what no flow concerns is out of the way below all others."""
    if around.kind == "services" and box.key not in busy:
        return _QUIET
    if box.kind in _FIRST:
        return -1
    return _LAST.index(box.kind) + 1 if box.kind in _LAST else 0


def _stretched(inside: list[Placed], box: Box, width: float, depth: int) -> Iterator[Placed]:
    """Boxes that stand alone in their row become as wide as the box around them, so that tiers line up."""
    rows = [placed for placed in inside if placed.depth == depth and placed.box.inside]
    beside = {one.y for one, other in pairwise(rows) if one.y == other.y}
    gained = 0.0
    for placed in inside:
        if placed.depth > depth:
            yield placed.moved(gained / 2, 0)  # what stands in it stays in its middle
            continue
        alone = placed.box.inside and placed.y not in beside and box.kind in ("vpc", "region")
        gained = width - 2 * _MARGIN - placed.width if alone else 0.0
        yield Placed(placed.box, placed.x, placed.y, placed.width + gained, placed.height, placed.depth)
