"""Where the boxes of a scene stand: things in rows inside their box, boxes below each other, all in pixels."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from preview.picture.scene import Box, Scene

LETTER = 7.2
"""How wide a letter is at most, on the average of a text, at 12 pixels."""
_HEIGHT, _HEAD, _GAP, _MARGIN = 44, 30, 22, 16
_ROW = 1120
_NARROW = {"services": 420}
"""How wide a row of things may become before the next one begins; in some boxes less."""
_LAST = ("proxy", "store", "service", "build")
"""Kinds that begin a row of their own below what uses them."""
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
    parts = [_place(box, 0) for box in scene.boxes]
    width = max((part[0].width for part in parts), default=0)
    boxes: list[Placed] = []
    y = float(_MARGIN)
    for part in parts:
        x = _MARGIN + (width - part[0].width) / 2
        boxes += [placed.moved(x, y) for placed in part]
        y += part[0].height + _GAP * 2
    return Paper(tuple(boxes), width + 2 * _MARGIN, y - 2 * _GAP + _MARGIN)


def _place(box: Box, depth: int) -> list[Placed]:
    """A box and all in it, its own corner at the origin."""
    head = max(len(box.title), len(box.note)) * LETTER + 2 * _MARGIN
    if not box.inside:
        return [Placed(box, 0, 0, max(head, 90), _HEIGHT, depth)]
    ordered = sorted(box.inside, key=_rank)
    rows = list(_rows([_place(inner, depth + 1) for inner in ordered], _NARROW.get(box.kind, _ROW)))
    inside: list[Placed] = []
    y = float(_HEAD + _MARGIN)
    width = len(f"{box.title}  {box.note}") * LETTER + 2 * _MARGIN
    for row in rows:
        x = float(_MARGIN)
        for part in row:
            inside += [placed.moved(x, y) for placed in part]
            x += part[0].width + _GAP
        width = max(width, x - _GAP + _MARGIN)
        y += max(part[0].height for part in row) + _GAP
    height = y - _GAP + _MARGIN
    return [Placed(box, 0, 0, width, height, depth), *_stretched(inside, box, width, depth + 1)]


def _rows(parts: list[list[Placed]], limit: float) -> Iterator[list[list[Placed]]]:
    """Things side by side until the row is full; boxes with something in them below each other."""
    row: list[list[Placed]] = []
    for part in parts:
        placed = part[0]
        alone = bool(placed.box.inside) and placed.box.kind not in _BESIDE
        full = sum(other[0].width + _GAP for other in row) + placed.width > limit and not placed.box.inside
        begins = bool(row) and _rank(placed.box) > _rank(row[-1][0].box)
        if row and (alone or full or begins):
            yield row
            row = []
        row.append(part)
    if row:
        yield row


def _rank(box: Box) -> int:
    return _LAST.index(box.kind) + 1 if box.kind in _LAST else 0


def _stretched(inside: list[Placed], box: Box, width: float, depth: int) -> Iterator[Placed]:
    """Boxes that stand alone in their row become as wide as the box around them, so that tiers line up."""
    rows = [placed for placed in inside if placed.depth == depth and placed.box.inside]
    beside = {one.y for one, other in pairwise(rows) if one.y == other.y}
    for placed in inside:
        if placed.depth == depth and placed.box.inside and placed.y not in beside and box.kind in ("vpc", "region"):
            yield Placed(placed.box, placed.x, placed.y, width - 2 * _MARGIN, placed.height, placed.depth)
        else:
            yield placed
