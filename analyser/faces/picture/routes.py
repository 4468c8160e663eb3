"""Which way the flows of a scene take over the paper."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.faces.picture.layout import Paper, Placed
from analyser.faces.picture.scene import Flow, Scene

_INSET = 16
"""How far from a corner an end may touch its box."""
_ARC = 16


@dataclass(frozen=True)
class Route:
    """A flow and the line that it is drawn as."""

    flow: Flow
    line: str
    public: bool
    """Whether it begins at the internet."""


def routes(scene: Scene, paper: Paper) -> Iterator[Route]:
    """Every flow; ends at the same edge of a box are spread along it, in the order of where they lead."""
    leaves = paper.leaves()
    pairs = [(flow, leaves[flow.source], leaves[flow.target]) for flow in scene.flows]
    ends: dict[tuple[str, str], list[tuple[float, Flow]]] = {}
    for flow, source, target in pairs:
        leaving, arriving = _edges(source, target)
        ends.setdefault((flow.source, leaving), []).append((target.middle, flow))
        ends.setdefault((flow.target, arriving), []).append((source.middle, flow))
    places = {
        (key, flow): _spread(leaves[key[0]], number, len(found))
        for key, found in ends.items()
        for number, (_, flow) in enumerate(sorted(found, key=lambda end: end[0]))
    }
    for flow, source, target in pairs:
        leaving, arriving = _edges(source, target)
        begin, finish = places[(flow.source, leaving), flow], places[(flow.target, arriving), flow]
        yield Route(flow, _line(source, target, begin, finish), source.box.kind == "internet")


def _edges(source: Placed, target: Placed) -> tuple[str, str]:
    """The edges that the line leaves and arrives by: beside each other, over what stands between."""
    if abs(source.y - target.y) < source.height:
        return "top", "top"
    return ("bottom", "top") if source.y < target.y else ("top", "bottom")


def _spread(box: Placed, number: int, count: int) -> float:
    room = box.width - 2 * _INSET
    return box.x + _INSET + room * (number + 1) / (count + 1)


def _line(source: Placed, target: Placed, x: float, to_x: float) -> str:
    leaving, arriving = _edges(source, target)
    y = source.y + (source.height if leaving == "bottom" else 0)
    to_y = target.y + (target.height if arriving == "bottom" else 0)
    bends = (min(y, to_y) - _ARC,) * 2 if leaving == arriving else _bends(y, to_y, down=leaving == "bottom")
    return f"M{x:.0f} {y:.0f} C{x:.0f} {bends[0]:.0f} {to_x:.0f} {bends[1]:.0f} {to_x:.0f} {to_y:.0f}"


def _bends(y: float, to_y: float, *, down: bool) -> tuple[float, float]:
    """Where the line turns at its two ends; it leaves and arrives upright however near they are."""
    turn = max(_ARC, abs(to_y - y) / 2) * (1 if down else -1)
    return y + turn, to_y - turn
