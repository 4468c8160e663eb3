"""The cheapest way over a grid, by A*.

Most of the time that a picture takes is spent here, in a million steps, so a point is one whole number, and so is a
state: a point and the step by which it was come to. At a step nothing is made but the number that waits in the queue.
"""

import heapq
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

Point = tuple[int, int]
Step = tuple[int, int]

_STEPS: tuple[Step, ...] = ((-1, 0), (0, -1), (0, 1), (1, 0))
"""In order, which breaks ties; a state is four times its point and the number of its step."""
_LEVEL, _UPRIGHT = (0, 3), (1, 2)
_TURNS = tuple(tuple(turn for turn in (2, 3, 1, 0) if turn != 3 - step) for step in range(4))
"""Which way a line may go on after a step: any but back."""
_BEND, _CROSSING, _OFF_MIDDLE = 6, 8, 1
"""What a bend, a crossing, and a point's distance from the middle of its side count, in steps."""
_ON_LEVEL, _ON_UPRIGHT, _SOLID, _TAKEN = 1, 2, 4, 8
_LEAVES = (_ON_LEVEL, _ON_UPRIGHT, _ON_UPRIGHT, _ON_LEVEL)
"""The border on which a step may not be taken."""
_FAR = 1 << 30


class Dock(NamedTuple):
    """Where a line may touch a box: the point, the way out, how far from the middle of the side."""

    point: Point
    step: Step
    off: int


class Ground:
    """What a step to each point costs, by which way it goes: 0 where it may not be taken."""

    def __init__(self, width: int, height: int, solid: Set[Point], along_x: Set[Point], along_y: Set[Point]) -> None:
        self.width, self.height = width, height
        self.column = height + 3  # there is a point more on each side, to which no step may lead
        inside = bytes([0, *[1] * (height + 1), 0]) * (width + 1)
        self.costs = tuple(bytearray(bytes(self.column) + inside + bytes(self.column)) for _ in _STEPS)
        self.here = bytearray(len(self.costs[0]))
        """What is at a point: borders, a box or label, a line."""
        for mark, points, steps in (
            (_ON_LEVEL, along_x, _LEVEL),
            (_ON_UPRIGHT, along_y, _UPRIGHT),
            (_SOLID, solid, range(4)),
        ):
            for number in map(self.number, points):
                self.here[number] |= mark
                for step in steps:
                    self.costs[step][number] = 0

    def number(self, point: Point) -> int:
        """The point's: from left to right, each column from its top."""
        return (point[0] + 1) * self.column + point[1] + 1

    def take(self, point: Point, level: bool | None) -> None:
        """For a line that passes from left to right, or down; None where it turns, ends, or is joined or crossed."""
        number = self.number(point)
        self.here[number] |= _TAKEN
        along, across = (_LEVEL, _UPRIGHT) if level else (_UPRIGHT, _LEVEL)
        for step in along:
            self.costs[step][number] = 0
        for step in across:
            if self.costs[step][number]:
                self.costs[step][number] = 0 if level is None else 1 + _CROSSING


def cheapest(
    ground: Ground, starts: Iterable[Dock], ends: Mapping[Point, Step], joints: Mapping[Point, bool]
) -> list[Point] | None:
    """Every point of the way from a start to an end, come to by its step, or to a joint, come to across its line, which
    passes from left to right or does not; None where there is none."""
    costs, goals = _towards(ground, ends, joints)
    across, down = _distances(ground, [*ends, *joints])
    here, column = ground.here, ground.column
    moves = (-column, -1, 1, column)
    states = 4 * len(here)
    cheap, before = [_FAR] * states, dict[int, int]()
    queue: list[int] = []
    for point, way, off in starts:
        state = 4 * ground.number(point) + _STEPS.index(way)
        cheap[state], before[state] = off * _OFF_MIDDLE, -1
        promised = cheap[state] + across[point[0] + 1] + down[point[1] + 1]
        queue.append((promised * states + states - len(before)) * states + state)
    heapq.heapify(queue)
    done = bytearray(states)
    while queue:
        state = heapq.heappop(queue) % states
        if done[state]:
            continue
        done[state] = 1
        if state in goals and before[state] >= 0:
            return _walked(ground, state, before)
        number, step = state >> 2, state & 3
        marks = here[number]
        x, y = divmod(number, column)
        for turn in (step,) if marks >= _TAKEN or before[state] < 0 else _TURNS[step]:
            there = number + moves[turn]
            cost = costs[turn][there]
            if not cost or marks & _LEAVES[turn]:
                continue
            cost += cheap[state] if turn == step else cheap[state] + _BEND
            following = there << 2 | turn
            if cost < cheap[following]:
                cheap[following], before[following] = cost, state
                right, under = _STEPS[turn]
                promised = cost + across[x + right] + down[y + under]
                # Of ways that promise the same, the newest goes on, which is the nearest to the end.
                heapq.heappush(queue, (promised * states + states - len(before)) * states + following)
    return None


def _towards(
    ground: Ground, ends: Mapping[Point, Step], joints: Mapping[Point, bool]
) -> tuple[tuple[bytearray, ...], set[int]]:
    """What steps cost on the way to these, and the states at which it is over."""
    costs = tuple(bytearray(each) for each in ground.costs)
    goals = set()
    for point, way in ends.items():
        number, step = ground.number(point), _STEPS.index(way)
        goals.add(4 * number + step)
        if ground.here[number] & _SOLID and not ground.here[number] & _LEAVES[step]:
            costs[step][number] = 1
    for point, level in joints.items():
        number = ground.number(point)
        for step in _UPRIGHT if level else _LEVEL:
            goals.add(4 * number + step)
            costs[step][number] = min(costs[step][number], 1)
    return costs, goals


def _distances(ground: Ground, points: Iterable[Point]) -> tuple[list[int], list[int]]:
    """How many steps it takes at least from each column, and from each row, to come to where these points are."""
    across, down = zip(*points, strict=True)
    return _apart(ground.width, across), _apart(ground.height, down)


def _apart(size: int, wanted: Iterable[int]) -> list[int]:
    nearest, farthest = min(wanted), max(wanted)
    return [max(nearest - at, at - farthest, 0) for at in range(-1, size + 2)]


def _walked(ground: Ground, state: int, before: Mapping[int, int]) -> list[Point]:
    path: list[Point] = []
    while state >= 0:
        x, y = divmod(state >> 2, ground.column)
        path.append((x - 1, y - 1))
        state = before[state]
    return path[::-1]
