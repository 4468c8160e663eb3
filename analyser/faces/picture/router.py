"""Finds orthogonal ways over a grid: around boxes and labels, never along a border, never two on top of each other.

A* over the points of a grid, one line after the other. A point is passed by one line, or crossed straight by a second
one; lines that lead to the same end on the same port may join. Whole numbers only, ties broken by the order of what is
asked, so that the same question has the same answer everywhere.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

Point = tuple[int, int]
Step = tuple[int, int]

_STEPS: tuple[Step, ...] = ((0, 1), (1, 0), (0, -1), (-1, 0))
_TURNS = {step: tuple(turn for turn in _STEPS if turn != (-step[0], -step[1])) for step in _STEPS}
"""Which way a line may go on after a step: any but back."""
_BEND, _CROSSING, _OFF_MIDDLE = 6, 8, 1
"""What a bend, a crossing, and a point's distance from the middle of its side count, in steps."""


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

    def docks(self) -> Iterator[tuple[Point, Step, int]]:
        """Where a line may touch it: the point, the way out, how far from the middle of the side; corners excepted."""
        for x in range(self.x + 1, self.x + self.width):
            off = abs(2 * x - 2 * self.x - self.width)
            yield (x, self.y + self.height), (0, 1), off
            yield (x, self.y), (0, -1), off
        for y in range(self.y + 1, self.y + self.height):
            off = abs(2 * y - 2 * self.y - self.height)
            yield (self.x + self.width, y), (1, 0), off
            yield (self.x, y), (-1, 0), off


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
        joints = frozenset(point for point in trunk if not self.crossed(point))
        return _Search(self, ends, joints).path(source) if ends or joints else None

    def price(
        self, point: Point, there: Point, turn: Step, ends: Mapping[Point, Step], joints: Set[Point]
    ) -> int | None:
        """What the step from a point to the one beside it costs, towards these ends and joints; None where it may not
        be taken."""
        level = turn[0] != 0
        borders = self.along_x if level else self.along_y
        if not (0 <= there[0] <= self.width and 0 <= there[1] <= self.height) or point in borders or there in borders:
            return None
        if there in self.solid:
            return 1 if ends.get(there) == turn else None
        line = self._lines.get(there)
        if line is None:
            return 1
        passes = line[1]
        if passes is None or passes is level:
            return None
        return 1 if there in joints else 1 + _CROSSING

    def free(self, point: Point) -> bool:
        """Whether no line passes here."""
        return point not in self._lines

    def joins(self, point: Point, step: Step) -> bool:
        """Whether a line that comes this way would meet the one that is here across, not along it."""
        return self._lines[point][1] is not (step[0] != 0)

    def _take(self, path: list[Point], bundle: str, *, crossing_ends: bool) -> None:
        for number, point in enumerate(path):
            inner = 0 < number < len(path) - 1
            straight = inner and _level(path[number - 1], point) is _level(point, path[number + 1])
            crossed = point in self._lines
            passes = _level(path[number - 1], point) if straight and not crossed else None
            self._lines[point] = (bundle, passes)
        if crossing_ends:
            self._lines[path[-1]] = (bundle, None)

    def crossed(self, point: Point) -> bool:
        """Whether a line turns, ends, is joined or is crossed here."""
        return self._lines.get(point, ("", None))[1] is None


class _Search:
    """One look for the cheapest way to any of the ends, or of the joints with lines of the same bundle."""

    def __init__(self, grid: Grid, ends: Mapping[Point, Step], joints: Set[Point]) -> None:
        self._grid, self._ends, self._joints = grid, ends, joints
        self._bounds = _bounds([*ends, *joints])
        self._queue: list[tuple[int, int, Point, Step]] = []
        self._cost: dict[tuple[Point, Step], int] = {}
        self._before: dict[tuple[Point, Step], tuple[Point, Step] | None] = {}

    def path(self, source: Area) -> list[Point] | None:
        """Every point of the way, from the edge of the source on; None where there is none."""
        for point, step, off in source.docks():
            if self._grid.free(point):
                self._note((point, step), off * _OFF_MIDDLE, None)
        done: set[tuple[Point, Step]] = set()
        while self._queue:
            _, _, point, step = heapq.heappop(self._queue)
            state = (point, step)
            if state in done:
                continue
            done.add(state)
            if self._arrived(state):
                return _walked(state, self._before)
            self._go_on(state)
        return None

    def _go_on(self, state: tuple[Point, Step]) -> None:
        point, step = state
        straight = self._before[state] is None or not self._grid.free(point)
        cost = self._cost[state]
        for turn in (step,) if straight else _TURNS[step]:
            there = (point[0] + turn[0], point[1] + turn[1])
            price = self._grid.price(point, there, turn, self._ends, self._joints)
            if price is not None:
                self._note((there, turn), cost + price + (0 if turn == step else _BEND), state)

    def _note(self, state: tuple[Point, Step], cost: int, before: tuple[Point, Step] | None) -> None:
        known = self._cost.get(state)
        if known is None or cost < known:
            self._cost[state] = cost
            self._before[state] = before
            # Of ways that promise the same, the newest goes on, which is the nearest to the end.
            heapq.heappush(self._queue, (cost + _far(state[0], self._bounds), -len(self._cost), *state))

    def _arrived(self, state: tuple[Point, Step]) -> bool:
        point, step = state
        there = self._ends.get(point) == step or (point in self._joints and self._grid.joins(point, step))
        return there and self._before[state] is not None


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


def _bounds(points: Sequence[Point]) -> tuple[int, int, int, int]:
    across, down = [point[0] for point in points], [point[1] for point in points]
    return min(across), min(down), max(across), max(down)


def _far(point: Point, bounds: tuple[int, int, int, int]) -> int:
    """How many steps it takes at least to come between the bounds."""
    x, y = point
    left, top, right, bottom = bounds
    across = left - x if x < left else x - right if x > right else 0
    return across + (top - y if y < top else y - bottom if y > bottom else 0)


def _walked(state: tuple[Point, Step], before: dict[tuple[Point, Step], tuple[Point, Step] | None]) -> list[Point]:
    path: list[Point] = []
    found: tuple[Point, Step] | None = state
    while found is not None:
        path.append(found[0])
        found = before[found]
    return path[::-1]
