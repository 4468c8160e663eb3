"""Which way the flows of a scene take over the paper."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from analyser.faces.picture.layout import Paper, lay_out
from analyser.faces.picture.order import ordered
from analyser.faces.picture.router import Grid, Point, corners
from analyser.faces.picture.scene import Flow, Scene

_NARROWEST, _WIDEST = 4, 40
"""Between how many steps of room between things a drawing is looked for."""


@dataclass(frozen=True)
class Route:
    """A flow and the line that it is drawn as: its ends and corners; where its number stands, when it has one; where it
    joins another, when it does."""

    flow: Flow
    line: tuple[Point, ...]
    number_at: Point | None = None
    joint: Point | None = None


@dataclass(frozen=True)
class Drawing:
    """A scene with positions and routes."""

    scene: Scene
    paper: Paper
    routes: tuple[Route, ...]


class NoRoomError(Exception):
    """A flow found no way however far the things were moved apart."""


def draw(scene: Scene) -> Drawing:
    """Lays a scene out, with as little room between things as lets every flow find its way.

    Raises NoRoomError.
    """
    scene = ordered(scene)
    for gap in range(_NARROWEST, _WIDEST + 1, 2):
        paper = lay_out(scene, gap)
        found = _routes(scene, paper)
        if found is not None:
            return Drawing(scene, paper, found)
    raise NoRoomError(f"{scene.stack} is too dense to draw: its lines find no way between the boxes")


def _routes(scene: Scene, paper: Paper) -> tuple[Route, ...] | None:
    leaves = paper.leaves()
    leaving = Counter(flow.source for flow in scene.flows)
    if any(lines > sum(1 for _ in leaves[key].area.docks()) for key, lines in leaving.items()):
        return None  # each begins at a point of its own
    grid = _grid(paper)
    found: dict[Flow, list[Point]] = {}
    trunks: dict[str, set[Point]] = {}
    joints: dict[Flow, Point | None] = {}
    for flow in sorted(scene.flows, key=lambda flow: (flow.number or len(scene.flows), _length(flow, paper))):
        bundle = f"{flow.target} {flow.kind} {flow.label}"
        path = grid.route(leaves[flow.source].area, leaves[flow.target].area, bundle)
        if path is None:
            return None
        found[flow] = path
        trunk = trunks.setdefault(bundle, set())
        joints[flow] = next((point for point in path if point in trunk), None)
        trunk.update(path)
    return tuple(
        Route(flow, tuple(corners(found[flow])), _number_at(found[flow], grid) if flow.number else None, joints[flow])
        for flow in scene.flows
    )


def _length(flow: Flow, paper: Paper) -> int:
    leaves = paper.leaves()
    source, target = (leaves[key].area for key in (flow.source, flow.target))
    return abs(source.x - target.x) + abs(source.y - target.y)


def _number_at(path: list[Point], grid: Grid) -> Point:
    """The first point of a way where nothing else is, on a straight part and not beside its ends; else beside a corner,
    else the middle."""
    free = [number for number in range(2, len(path) - 2) if not grid.crossed(path[number])]
    straight = [number for number in free if len(corners(path[number - 2 : number + 3])) == 2]
    return path[next(iter([*straight, *free]), len(path) // 2)]


def _grid(paper: Paper) -> Grid:
    return Grid(
        paper.width,
        paper.height,
        solid=set(_solid(paper)),
        along_x={point for x, y, wide, tall in _outlines(paper) for point in _level(x, wide, (y, y + tall))},
        along_y={point for x, y, wide, tall in _outlines(paper) for point in _upright(y, tall, (x, x + wide))},
    )


def _solid(paper: Paper) -> Iterator[Point]:
    for placed in paper.boxes:
        yield from (placed.label if placed.box.inside else placed.area).points()


def _outlines(paper: Paper) -> Iterator[tuple[int, int, int, int]]:
    for placed in paper.boxes:
        if placed.box.inside:
            yield placed.area.x, placed.area.y, placed.area.width, placed.area.height


def _level(x: int, wide: int, rows: tuple[int, int]) -> Iterator[Point]:
    return ((across, y) for y in rows for across in range(x, x + wide + 1))


def _upright(y: int, tall: int, columns: tuple[int, int]) -> Iterator[Point]:
    return ((x, down) for x in columns for down in range(y, y + tall + 1))
