"""Finds orthogonal ways over a grid: around boxes and labels, never along a border, never two on top of each other.

A* over the points of a grid, one line after the other. A point is passed by one line, or crossed straight by a second
one; lines that lead to the same end on the same port may join. Whole numbers only, ties broken by the order of what is
asked, so that the same question has the same answer everywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from analyser.faces.picture.search import Dock, Ground, Point, cheapest


@dataclass(frozen=True)
class Area:
    """A rectangle of grid points, its edges included."""

    x: int
    y: int
    width: int
    height: int

    def points(self) -> Iterator[Point]:
        """Every point in it and on its edges."""
        for y in range(self.y, self.y + self.height + 1):
            for x in range(self.x, self.x + self.width + 1):
                yield x, y

    def docks(self) -> Iterator[Dock]:
        """Where a line may touch it, corners excepted."""
        for x in range(self.x + 1, self.x + self.width):
            off = abs(2 * x - 2 * self.x - self.width)
            yield Dock((x, self.y + self.height), (0, 1), off)
            yield Dock((x, self.y), (0, -1), off)
        for y in range(self.y + 1, self.y + self.height):
            off = abs(2 * y - 2 * self.y - self.height)
            yield Dock((self.x + self.width, y), (1, 0), off)
            yield Dock((self.x, y), (-1, 0), off)


@dataclass
class Grid:
    """The drawing grid: occupied cells and the lines routed so far."""

    width: int
    height: int
    solid: set[Point] = field(default_factory=set)
    """Points of boxes and of labels."""
    along_x: set[Point] = field(default_factory=set)
    """Points of borders that run from left to right, on which no line does."""
    along_y: set[Point] = field(default_factory=set)
    _lines: dict[Point, tuple[str, bool | None]] = field(default_factory=dict)
    """By which bundle a point is taken and whether its line passes from left to right; None where it turns, ends or is
    crossed."""
    _trunks: dict[str, dict[Point, list[Point]]] = field(default_factory=dict)
    """Of each bundle, every point of its lines with the way from there to their end."""

    def route(self, source: Area, target: Area, bundle: str) -> list[Point] | None:
        """The corners of a line from one box to another, which is then taken; None where there is no way."""
        trunk = self._trunks.setdefault(bundle, {})
        found = self._search(source, target, trunk)
        if found is None:
            return None
        joined = trunk.get(found[-1])
        whole = found + joined[1:] if joined else found
        self._take(found, bundle, crossing_ends=bool(joined))
        for number, point in enumerate(whole):
            trunk.setdefault(point, whole[number:])
        return whole

    def _search(self, source: Area, target: Area, trunk: dict[Point, list[Point]]) -> list[Point] | None:
        ends = {point: (-step[0], -step[1]) for point, step, _ in target.docks() if point not in self._lines}
        joints = {point: self._lines[point][1] is True for point in trunk if not self.crossed(point)}
        starts = [dock for dock in source.docks() if dock[0] not in self._lines]
        return cheapest(self._ground, starts, ends, joints) if ends or joints else None

    @cached_property
    def _ground(self) -> Ground:
        """What is in the way as the first line is looked for, and every line since."""
        return Ground(self.width, self.height, self.solid, self.along_x, self.along_y)

    def _take(self, path: list[Point], bundle: str, *, crossing_ends: bool) -> None:
        for number, point in enumerate(path):
            inner = 0 < number < len(path) - 1
            straight = inner and _level(path[number - 1], point) is _level(point, path[number + 1])
            crossed = point in self._lines
            passes = _level(path[number - 1], point) if straight and not crossed else None
            self._pass(point, bundle, passes)
        if crossing_ends:
            self._pass(path[-1], bundle, None)

    def _pass(self, point: Point, bundle: str, level: bool | None) -> None:
        self._lines[point] = (bundle, level)
        self._ground.take(point, level)

    def crossed(self, point: Point) -> bool:
        """Whether a line turns, ends, is joined or is crossed here."""
        return self._lines.get(point, ("", None))[1] is None


def corners(path: list[Point]) -> list[Point]:
    """The ends of a way and the points where it turns."""
    inner = (
        point
        for before, point, after in zip(path, path[1:], path[2:], strict=False)
        if _level(before, point) is not _level(point, after)
    )
    return [path[0], *inner, path[-1]]


def _level(one: Point, other: Point) -> bool:
    return one[1] == other[1]
