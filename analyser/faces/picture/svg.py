"""The picture as SVG: one file, no fonts or scripts from elsewhere, light or dark as the reader's screen is."""

from collections.abc import Mapping
from xml.etree import ElementTree

from analyser.faces.picture.icons import ICONS
from analyser.faces.picture.layout import PITCH, Placed
from analyser.faces.picture.legend import HEIGHT, legend
from analyser.faces.picture.router import Area, Point
from analyser.faces.picture.routes import Drawing, Route
from analyser.faces.picture.scene import Scene
from analyser.faces.picture.style import STYLE

_TITLE = 30
"""How many pixels the title takes above the paper."""
_CLASSES = {
    **dict.fromkeys(("store", "proxy", "service"), "data"),
    **dict.fromkeys(("function", "pods", "tasks", "nodes", "instance", "build"), "code"),
    **dict.fromkeys(("internet", "cloudfront", "balancer", "api", "site", "dns"), "entry"),
    "firewall": "guard",
}
"""Which colour a kind of thing has."""
_ROUND = 5
NUMBER = 8
"""The radius of what a number stands on, in pixels."""
_JOINT = "3"
"""The radius of the dot where a line joins another; where two cross there is none."""


def svg(drawing: Drawing) -> str:
    """A drawing with title, legend, and a description for who cannot see it."""
    scene = drawing.scene
    width, height = drawing.paper.width * PITCH, _TITLE + drawing.paper.height * PITCH
    root = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height + HEIGHT}",
        width=str(width),
        height=str(height + HEIGHT),
        role="img",
    )
    root.set("class", "architecture")
    root.set("aria-labelledby", "architecture-title")
    root.set("aria-describedby", "architecture-description")
    ElementTree.SubElement(root, "title", id="architecture-title").text = f"Architecture of {scene.stack}"
    ElementTree.SubElement(root, "desc", id="architecture-description").text = _described(scene)
    ElementTree.SubElement(root, "style").text = STYLE
    _text(root, 20, 24, f"Architecture of {scene.stack}", "name")
    _drawn(ElementTree.SubElement(root, "g", transform=f"translate(0 {_TITLE})"), drawing)
    legend(ElementTree.SubElement(root, "g", transform=f"translate(20 {height})"))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _described(scene: Scene) -> str:
    verbs = {"use": " may use ", "check": " asks ", "copy": " is copied to "}
    titles = {box.key: box.title for box in scene.leaves()}
    flows = (
        f"{titles[flow.source]}{verbs.get(flow.kind, ' to ')}{titles[flow.target]}"
        f"{f' on {flow.label}' if flow.ports else ''}"
        for flow in scene.flows
    )
    return f"Connections that the network lets through, and uses: {'; '.join(flows)}."


def _drawn(root: ElementTree.Element, drawing: Drawing) -> None:
    boxes = drawing.paper.boxes
    titles = {box.key: box.title for box in drawing.scene.leaves()}
    for placed in boxes:
        if placed.box.inside:
            _rectangle(root, placed.area, placed.box.kind)
            _heading(root, placed)
    for route in sorted(drawing.routes, key=lambda route: route.flow.number > 0):
        _flow(root, route, titles)
    for placed in boxes:
        if not placed.box.inside:
            _thing(root, placed)
    for route in drawing.routes:
        if route.number_at:
            _number(root, route.number_at, route.flow.number)


def _rectangle(parent: ElementTree.Element, area: Area, kind: str) -> None:
    x, y, width, height = (str(PITCH * number) for number in (area.x, area.y, area.width, area.height))
    ElementTree.SubElement(parent, "rect", x=x, y=y, width=width, height=height, rx="6").set("class", kind)


def _thing(root: ElementTree.Element, placed: Placed) -> None:
    box, area = placed.box, placed.area
    group = ElementTree.SubElement(root, "g")
    group.set("class", f"thing {_CLASSES.get(box.kind, 'other')}")
    group.set("data-name", box.key)
    _rectangle(group, area, box.kind)
    x, y = area.x * PITCH, area.y * PITCH
    if box.icon:
        icon = ElementTree.SubElement(group, "path", d=ICONS[box.icon], transform=f"translate({x + 8} {y + 17})")
        icon.set("class", "icon")
    alone = box.note in ("", box.title)
    _text(group, x + 32, y + (29 if alone else 22), box.title, "")
    if not alone:
        _text(group, x + 32, y + 38, box.note, "note")


def _heading(root: ElementTree.Element, placed: Placed) -> None:
    area = placed.label
    title = _text(root, area.x * PITCH, area.y * PITCH + 10, placed.box.title, "heading")
    note = ElementTree.SubElement(title, "tspan", dx="8")
    note.set("class", "note")
    note.text = placed.box.note


def _text(parent: ElementTree.Element, x: int, y: int, text: str, kind: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, "text", x=str(x), y=str(y))
    if kind:
        element.set("class", kind)
    element.text = text
    return element


def _flow(root: ElementTree.Element, route: Route, titles: Mapping[str, str]) -> None:
    flow, points = route.flow, [(x * PITCH, y * PITCH) for x, y in route.line]
    way = " on-way" if flow.number else ""
    line = ElementTree.SubElement(root, "path", d=_line(points))
    line.set("class", f"flow {flow.kind}{way}")
    arrow = ElementTree.SubElement(root, "path", d=_arrow(points[-2], points[-1]))
    arrow.set("class", f"arrow {flow.kind}")
    parts = [line, arrow]
    if route.joint:
        x, y = route.joint
        parts.append(ElementTree.SubElement(root, "circle", cx=str(x * PITCH), cy=str(y * PITCH), r=_JOINT))
        parts[-1].set("class", f"arrow {flow.kind}")
    for part in parts:
        part.set("data-from", flow.source)
        part.set("data-to", flow.target)
    said = f"{titles[flow.source]} → {titles[flow.target]}{f':{flow.label}' if flow.ports else ''}"
    ElementTree.SubElement(line, "title").text = said


def _line(points: list[Point]) -> str:
    """A line with its corners rounded."""
    drawn = [f"M{points[0][0]} {points[0][1]}"]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        begin, end = _towards(point, before, _ROUND), _towards(point, after, _ROUND)
        drawn.append(f"L{begin[0]} {begin[1]}Q{point[0]} {point[1]} {end[0]} {end[1]}")
    last = _towards(points[-1], points[-2], _ROUND)
    return "".join([*drawn, f"L{last[0]} {last[1]}"])


def _arrow(before: Point, end: Point) -> str:
    x, y = _towards(end, before, 7)
    across, down = (4, 0) if x == end[0] else (0, 4)
    return f"M{end[0]} {end[1]}L{x - across} {y - down}L{x + across} {y + down}z"


def _towards(point: Point, other: Point, far: int) -> Point:
    """The point that is so far from one on the way to another, which is straight above, below or beside it."""
    across, down = other[0] - point[0], other[1] - point[1]
    return point[0] + far * ((across > 0) - (across < 0)), point[1] + far * ((down > 0) - (down < 0))


def _number(root: ElementTree.Element, point: Point, number: int) -> None:
    x, y = point[0] * PITCH, point[1] * PITCH
    group = ElementTree.SubElement(root, "g")
    group.set("class", "number")
    ElementTree.SubElement(group, "circle", cx=str(x), cy=str(y), r=str(NUMBER))
    _text(group, x, y + 4, str(number), "")
