"""In which order things stand in their box: near what they are connected to, so that lines are short and few cross."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from analyser.faces.picture.flows import Flow
from analyser.faces.picture.layout import Placed, lay_out
from analyser.faces.picture.scene import Box, Scene

_GAP = 4
"""The room between things that orders are compared at."""
_ROUNDS = 4
"""How often all pairs are tried at most; a round that changes nothing is the last."""
_Places = Mapping[str, Placed]
_NEAR, _AROUND = 40, 40
"""How far apart two things of a row may be, in half steps, before a line goes around what stands between them; and how
much longer it then counts."""


def ordered(scene: Scene) -> Scene:
    """The same scene, with things of a box swapped as long as that makes its lines shorter."""
    best, places = scene, _places(scene)
    length = _length(scene.flows, places)
    pairs = [*_pairs(scene.boxes, {end for flow in scene.flows for end in (flow.source, flow.target)})]
    for _ in range(_ROUNDS):
        before = length
        for one, other in pairs:
            tried, found = best, _exchanged(places, one, other)
            if not found:
                tried = replace(best, boxes=_swapped(best.boxes, one, other))
                found = _places(tried)
            if (shorter := _length(scene.flows, found)) < length:
                best = replace(best, boxes=_swapped(best.boxes, one, other)) if tried is best else tried
                places, length = found, shorter
        if length == before:
            break
    return best


def _pairs(boxes: Sequence[Box], busy: set[str]) -> Iterator[tuple[str, str]]:
    for box in (box for box in boxes if box.kind != "edge"):  # where names are asked for first
        things = [inner.key for inner in box.inside if not inner.inside and inner.key in busy]
        yield from combinations(things, 2)
        yield from _pairs(box.inside, busy)


def _swapped(boxes: Sequence[Box], one: str, other: str) -> tuple[Box, ...]:
    here = {box.key: box for box in boxes}
    if one in here and other in here:
        instead = {one: here[other], other: here[one]}
        return tuple(instead.get(box.key, box) for box in boxes)
    return tuple(replace(box, inside=_swapped(box.inside, one, other)) if box.inside else box for box in boxes)


def _places(scene: Scene) -> _Places:
    return lay_out(scene, _GAP).leaves()


def _exchanged(places: _Places, one: str, other: str) -> _Places:
    """Where things stand once two that the layout takes for alike are swapped; nothing where it has to begin anew."""
    here, there = places[one], places[other]
    if (here.box.kind, here.area.width, here.area.height) != (there.box.kind, there.area.width, there.area.height):
        return {}
    return {**places, one: there, other: here}


def _length(flows: Sequence[Flow], places: _Places) -> int:
    """How long all lines are at least, in half steps; down counts twice, since there is more in the way."""
    return sum(_apart(places, flow.source, flow.target) for flow in flows)


def _apart(leaves: Mapping[str, Placed], source: str, target: str) -> int:
    begin, end = leaves[source].area, leaves[target].area
    across = abs(2 * begin.x + begin.width - 2 * end.x - end.width)
    down = abs(2 * begin.y + begin.height - 2 * end.y - end.height)
    return across + 2 * down + (_AROUND if not down and across > _NEAR else 0)
