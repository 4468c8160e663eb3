"""The picture as SVG: one file, no fonts or scripts from elsewhere, light or dark as the reader's screen is."""

from xml.etree import ElementTree

from preview.picture.layout import Paper, Placed, lay_out
from preview.picture.scene import Flow, Scene

_STYLE = """
:root { --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #8c959f; --flow: #0550ae; --open: #bc4c00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #656d76; --flow: #79c0ff; --open: #ffa657; }
}
svg { background: var(--paper); font-family: system-ui, sans-serif; font-size: 12px; }
rect { fill: var(--paper); stroke: var(--line); }
rect.region, rect.edge { stroke-dasharray: 6 4; }
rect.tier { stroke: none; fill: color-mix(in srgb, var(--line) 14%, var(--paper)); }
rect.store, rect.proxy { stroke: #1a7f37; stroke-width: 2; }
rect.function, rect.pods, rect.tasks, rect.nodes { stroke: #8250df; stroke-width: 2; }
rect.internet, rect.cloudfront, rect.balancer, rect.api { stroke: var(--open); stroke-width: 2; }
text { fill: var(--ink); } text.note { fill: var(--soft); font-size: 11px; }
path.flow { fill: none; stroke: var(--flow); stroke-width: 1.4; opacity: .75; }
path.from-internet { stroke: var(--open); }
text.port { fill: var(--soft); font-size: 10px; }
"""
_HEAD = 18


def svg(scene: Scene) -> str:
    """The picture of a scene, with a title and a description for who cannot see it."""
    paper = lay_out(scene)
    root = ElementTree.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {paper.width:.0f} {paper.height:.0f}",
        width=f"{paper.width:.0f}",
        height=f"{paper.height:.0f}",
        role="img",
    )
    ElementTree.SubElement(root, "title").text = f"Architecture of {scene.stack}"
    ElementTree.SubElement(root, "desc").text = _described(scene)
    ElementTree.SubElement(root, "style").text = _STYLE
    _arrowheads(root)
    for placed in paper.boxes:
        _draw_box(root, placed)
    for flow in scene.flows:
        _draw_flow(root, paper, flow)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _described(scene: Scene) -> str:
    flows = (f"{flow.source} to {flow.target}{f' on {flow.port}' if flow.port else ''}" for flow in scene.flows)
    return f"Connections that the network lets through: {'; '.join(flows)}."


def _arrowheads(root: ElementTree.Element) -> None:
    defs = ElementTree.SubElement(root, "defs")
    for name, colour in (("head", "--flow"), ("head-internet", "--open")):
        marker = ElementTree.SubElement(
            defs, "marker", id=name, viewBox="0 0 8 8", refX="7", refY="4", markerWidth="7", markerHeight="7"
        )
        marker.set("orient", "auto-start-reverse")
        ElementTree.SubElement(marker, "path", d="M0 0 8 4 0 8z", style=f"fill: var({colour})")


def _draw_box(root: ElementTree.Element, placed: Placed) -> None:
    box = placed.box
    group = ElementTree.SubElement(root, "g")
    rectangle = ElementTree.SubElement(
        group,
        "rect",
        x=f"{placed.x:.0f}",
        y=f"{placed.y:.0f}",
        width=f"{placed.width:.0f}",
        height=f"{placed.height:.0f}",
        rx="6",
    )
    rectangle.set("class", box.kind)
    if box.inside:
        title = _text(group, placed.x + 10, placed.y + _HEAD, box.title)
        note = ElementTree.SubElement(title, "tspan", dx="8")
        note.set("class", "note")
        note.text = box.note
        note.set("style", "fill: var(--soft)")
    else:
        alone = box.note == box.title
        _text(group, placed.middle, placed.y + (_HEAD + 8 if alone else _HEAD), box.title, anchor="middle")
        if not alone:
            _text(group, placed.middle, placed.y + 2 * _HEAD - 2, box.note, anchor="middle", kind="note")


def _text(
    parent: ElementTree.Element, x: float, y: float, text: str, *, anchor: str = "start", kind: str = ""
) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, "text", x=f"{x:.0f}", y=f"{y:.0f}")
    element.set("text-anchor", anchor)
    if kind:
        element.set("class", kind)
    element.text = text
    return element


def _draw_flow(root: ElementTree.Element, paper: Paper, flow: Flow) -> None:
    leaves = paper.leaves()
    source, target = leaves[flow.source], leaves[flow.target]
    line = _path(source, target)
    internet = source.box.kind == "internet"
    drawn = ElementTree.SubElement(root, "path", d=line)
    drawn.set("class", "flow from-internet" if internet else "flow")
    drawn.set("marker-end", f"url(#{'head-internet' if internet else 'head'})")
    port = f":{flow.port}" if flow.port else ""
    ElementTree.SubElement(drawn, "title").text = f"{flow.source} → {flow.target}{port}"


def _path(source: Placed, target: Placed) -> str:
    """A curve from the lower edge of one to the upper of the other; beside each other, over what stands between."""
    if abs(source.y - target.y) >= source.height:
        down = source.y < target.y
        begin = source.y + (source.height if down else 0)
        finish = target.y + (0 if down else target.height)
        return _curve(source.middle, begin, target.middle, finish, (begin + finish) / 2)
    right = source.x < target.x
    start = source.x + (source.width if right else 0)
    end = target.x + (0 if right else target.width)
    if abs(end - start) < source.width:
        return f"M{start:.0f} {source.y + source.height / 2:.0f} L{end:.0f} {target.y + target.height / 2:.0f}"
    return _curve(source.middle, source.y, target.middle, target.y, source.y - _HEAD)


def _curve(x: float, y: float, to_x: float, to_y: float, bend: float) -> str:
    return f"M{x:.0f} {y:.0f} C{x:.0f} {bend:.0f} {to_x:.0f} {bend:.0f} {to_x:.0f} {to_y:.0f}"
