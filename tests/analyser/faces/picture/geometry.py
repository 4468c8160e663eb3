"""What a drawing does that it must not: lines over boxes, labels and each other, things over things."""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from analyser.faces.picture.layout import PITCH, Placed
from analyser.faces.picture.router import Area, Point
from analyser.faces.picture.routes import Drawing, Route
from analyser.faces.picture.svg import NUMBER

Segment = tuple[Point, Point]


def segments(route: Route) -> list[Segment]:
    """The straight parts of a line, from its source to its target."""
    return list(pairwise(route.line))


def faults(drawing: Drawing) -> list[str]:
    """Everything that is wrong, in words."""
    return [*_things(drawing), *_lines(drawing), *_pairs(drawing), *_numbers(drawing)]


def _things(drawing: Drawing) -> Iterator[str]:
    leaves = drawing.paper.leaves()
    whole = Area(0, 0, drawing.paper.width, drawing.paper.height)
    for one, other in combinations(leaves.values(), 2):
        if _meet(one.area, other.area):
            yield f"{one.box.key} and {other.box.key} meet"
    yield from (f"{p.box.key} leaves the paper" for p in drawing.paper.boxes if not _within(p.area, whole))
    for outer in (placed for placed in drawing.paper.boxes if placed.box.inside):
        if not _within(outer.label, outer.area):
            yield f"the label of {outer.box.key} leaves it"
        for leaf in outer.box.leaves():
            if not _within(leaves[leaf.key].area, outer.area):
                yield f"{leaf.key} is not in {outer.box.key}"
            if _meet(leaves[leaf.key].area, outer.label):
                yield f"{leaf.key} is on the label of {outer.box.key}"


def _lines(drawing: Drawing) -> Iterator[str]:
    leaves = drawing.paper.leaves()
    around = [placed for placed in drawing.paper.boxes if placed.box.inside]
    solid = [*((f"the label of {placed.box.key}", placed.label) for placed in around)]
    solid += [(key, placed.area) for key, placed in leaves.items()]
    for route in drawing.routes:
        yield from _ends(route, leaves)
        ends = {route.flow.source, route.flow.target}
        for part in segments(route):
            if part[0][0] != part[1][0] and part[0][1] != part[1][1]:
                yield f"{route.flow} runs aslant"
            yield from (
                f"{route.flow} crosses {name}" for name, area in solid if name not in ends and _touches(part, area)
            )
            yield from (
                f"{route.flow} runs along the border of {placed.box.key}"
                for placed in around
                if _along(part, placed.area)
            )


def _ends(route: Route, leaves: Mapping[str, Placed]) -> Iterator[str]:
    for key, point in ((route.flow.source, route.line[0]), (route.flow.target, route.line[-1])):
        if not _on_edge(point, leaves[key].area):
            yield f"{route.flow} does not end at the edge of {key}"
        if any(_inner(part, leaves[key].area) for part in segments(route)):
            yield f"{route.flow} runs through {key}"


def _pairs(drawing: Drawing) -> Iterator[str]:
    """Only lines to the same end, of the same kind and ports, may share a part of their way."""
    for one, other in combinations(drawing.routes, 2):
        a, b = one.flow, other.flow
        if (a.target, a.kind, a.ports) == (b.target, b.kind, b.ports):
            continue
        if any(_overlap(part, others) for part in segments(one) for others in segments(other)):
            yield f"{a} and {b} run on top of each other"


def _numbers(drawing: Drawing) -> Iterator[str]:
    for route in drawing.routes:
        if not route.flow.number:
            continue
        if route.number_at is None:
            yield f"{route.flow} shows no number"
            continue
        if route.number_at in route.line:
            yield f"number {route.flow.number} is on a corner or an end of its line"
        x, y = (PITCH * value for value in route.number_at)
        for placed in drawing.paper.leaves().values():
            area = placed.area
            left, top = area.x * PITCH - NUMBER, area.y * PITCH - NUMBER
            if left < x < left + area.width * PITCH + 2 * NUMBER and top < y < top + area.height * PITCH + 2 * NUMBER:
                yield f"number {route.flow.number} is on {placed.box.key}"


def _meet(one: Area, other: Area) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not beside and one.y < other.y + other.height and other.y < one.y + one.height


def _within(inner: Area, outer: Area) -> bool:
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


def _spread(part: Segment) -> Area:
    (x, y), (to_x, to_y) = part
    return Area(min(x, to_x), min(y, to_y), abs(x - to_x), abs(y - to_y))


def _touches(part: Segment, area: Area) -> bool:
    line = _spread(part)
    across = line.x <= area.x + area.width and area.x <= line.x + line.width
    return across and line.y <= area.y + area.height and area.y <= line.y + line.height


def _inner(part: Segment, area: Area) -> bool:
    return _touches(part, Area(area.x + 1, area.y + 1, area.width - 2, area.height - 2))


def _on_edge(point: Point, area: Area) -> bool:
    x, y = point
    level = area.x < x < area.x + area.width and y in (area.y, area.y + area.height)
    return level or (area.y < y < area.y + area.height and x in (area.x, area.x + area.width))


def _along(part: Segment, area: Area) -> bool:
    line = _spread(part)
    sides = (
        Area(area.x, area.y, area.width, 0),
        Area(area.x, area.y + area.height, area.width, 0),
        Area(area.x, area.y, 0, area.height),
        Area(area.x + area.width, area.y, 0, area.height),
    )
    return any(_long(line, side) for side in sides)


def _overlap(one: Segment, other: Segment) -> bool:
    return _long(_spread(one), _spread(other))


def _long(one: Area, other: Area) -> bool:
    """Whether two straight parts of the same direction have more than a point in common."""
    if one.height == other.height == 0 and one.y == other.y:
        return min(one.x + one.width, other.x + other.width) > max(one.x, other.x)
    if one.width == other.width == 0 and one.x == other.x:
        return min(one.y + one.height, other.y + other.height) > max(one.y, other.y)
    return False
