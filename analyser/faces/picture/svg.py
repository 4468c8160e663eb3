"""The picture as SVG: one file, no fonts or scripts from elsewhere, light or dark as the reader's screen is."""

from collections.abc import Iterable
from xml.etree import ElementTree

from analyser.faces.picture.layout import Placed, lay_out
from analyser.faces.picture.routes import Route, routes
from analyser.faces.picture.scene import Scene

STYLE = """
.architecture {
  --paper: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #8c959f; --flow: #0550ae; --open: #bc4c00;
  --data: #1a7f37; --code: #8250df; --tier: #eff1f3;
  background: var(--paper); font: 12px system-ui, sans-serif;
}
@media screen and (prefers-color-scheme: dark) {
  .architecture {
    --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #656d76; --flow: #79c0ff; --open: #ffa657;
    --data: #56d364; --code: #d2a8ff; --tier: #1b2129;
  }
}
.architecture rect { fill: var(--paper); stroke: var(--line); }
.architecture rect.region, .architecture rect.edge { stroke-dasharray: 6 4; }
.architecture rect.tier { stroke: none; fill: var(--tier); }
.architecture :is(.store, .proxy) { stroke: var(--data); stroke-width: 1.6; }
.architecture :is(.function, .pods, .tasks, .nodes) { stroke: var(--code); stroke-width: 1.6; }
.architecture :is(.internet, .cloudfront, .balancer, .api) { stroke: var(--open); stroke-width: 1.6; }
.architecture text { fill: var(--ink); text-anchor: start; }
.architecture .middle { text-anchor: middle; }
.architecture .heading { font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.architecture .heading.tier { stroke: var(--tier); }
.architecture .note { fill: var(--soft); font-size: 11px; font-weight: 400; }
.architecture .flow { fill: none; stroke: var(--flow); stroke-width: 1.4; opacity: .8; }
.architecture .from-internet { stroke: var(--open); }
.architecture.chosen .flow:not(.lit) { opacity: .1; }
.architecture .arrow { fill: var(--flow); }
.architecture .arrow-internet { fill: var(--open); }
"""
_LINE = 18


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
    root.set("class", "architecture")
    root.set("aria-labelledby", "architecture-title")
    root.set("aria-describedby", "architecture-description")
    ElementTree.SubElement(root, "title", id="architecture-title").text = f"Architecture of {scene.stack}"
    ElementTree.SubElement(root, "desc", id="architecture-description").text = _described(scene)
    ElementTree.SubElement(root, "style").text = STYLE
    _arrowheads(root)
    outer = [placed for placed in paper.boxes if placed.box.inside]
    # Flows run below the things and the headings, so that nothing that is read is crossed out.
    for placed in outer:
        _rectangle(root, placed)
    _flows(root, routes(scene, paper))
    for placed in paper.boxes:
        if not placed.box.inside:
            _thing(root, placed)
    for placed in outer:
        _heading(root, placed)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _described(scene: Scene) -> str:
    flows = (f"{flow.source} to {flow.target}{f' on {flow.port}' if flow.port else ''}" for flow in scene.flows)
    return f"Connections that the network lets through: {'; '.join(flows)}."


def _arrowheads(root: ElementTree.Element) -> None:
    defs = ElementTree.SubElement(root, "defs")
    for name in ("arrow", "arrow-internet"):
        marker = ElementTree.SubElement(
            defs, "marker", id=name, viewBox="0 0 8 8", refX="7", refY="4", markerWidth="6", markerHeight="6"
        )
        marker.set("orient", "auto-start-reverse")
        marker.set("class", name)
        ElementTree.SubElement(marker, "path", d="M0 0 8 4 0 8z")


def _rectangle(parent: ElementTree.Element, placed: Placed) -> None:
    rectangle = ElementTree.SubElement(
        parent,
        "rect",
        x=f"{placed.x:.0f}",
        y=f"{placed.y:.0f}",
        width=f"{placed.width:.0f}",
        height=f"{placed.height:.0f}",
        rx="6",
    )
    rectangle.set("class", placed.box.kind)


def _thing(root: ElementTree.Element, placed: Placed) -> None:
    box = placed.box
    group = ElementTree.SubElement(root, "g")
    group.set("data-name", box.key)
    _rectangle(group, placed)
    alone = box.note == box.title
    _text(group, placed.middle, placed.y + _LINE + (8 if alone else 0), box.title, "middle")
    if not alone:
        _text(group, placed.middle, placed.y + 2 * _LINE - 2, box.note, "middle note")


def _heading(root: ElementTree.Element, placed: Placed) -> None:
    title = _text(root, placed.x + 10, placed.y + _LINE, placed.box.title, f"heading {placed.box.kind}")
    note = ElementTree.SubElement(title, "tspan", dx="8")
    note.set("class", "note")
    note.text = placed.box.note


def _text(parent: ElementTree.Element, x: float, y: float, text: str, kind: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, "text", x=f"{x:.0f}", y=f"{y:.0f}")
    element.set("class", kind)
    element.text = text
    return element


def _flows(root: ElementTree.Element, found: Iterable[Route]) -> None:
    for route in found:
        drawn = ElementTree.SubElement(root, "path", d=route.line)
        drawn.set("class", "flow from-internet" if route.public else "flow")
        drawn.set("marker-end", f"url(#{'arrow-internet' if route.public else 'arrow'})")
        flow = route.flow
        drawn.set("data-from", flow.source)
        drawn.set("data-to", flow.target)
        port = f":{flow.port}" if flow.port else ""
        ElementTree.SubElement(drawn, "title").text = f"{flow.source} → {flow.target}{port}"
