"""The two forms of a picture, and where things stand on it."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from analyser.faces.picture.flows import Flow
from analyser.faces.picture.layout import lay_out
from analyser.faces.picture.mermaid import mermaid
from analyser.faces.picture.order import ordered
from analyser.faces.picture.router import Point
from analyser.faces.picture.routes import draw
from analyser.faces.picture.scene import Box, Scene
from analyser.faces.picture.svg import svg
from tests.analyser.faces.picture.geometry import faults

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(name="small")
def _small() -> Scene:
    tiers = (
        Box("tier-public", "public", "a 10.0.1.0/24", "tier", (Box("alb", "alb", "balancer", "balancer"),)),
        Box(
            "tier-data",
            "data",
            "a 10.0.2.0/24",
            "tier",
            tuple(Box(f"store-{n}", f"store-{n}", "store", "store") for n in range(20)),
        ),
    )
    region = Box("region", "us-east-1", "region", "region", (Box("vpc", "network", "VPC", "vpc", tiers),))
    internet = Box("internet", "internet", "internet", "internet")
    return Scene("small", (internet, region), (Flow("internet", "alb", (443,), "public", 1), Flow("alb", "store-3")))


def test_things_stand_inside_their_boxes_and_lines_go_around_them(small: Scene) -> None:
    assert faults(draw(small)) == []


def test_a_full_row_goes_on_below(small: Scene) -> None:
    leaves = lay_out(small, 4).leaves()
    assert leaves["store-0"].area.y < leaves["store-19"].area.y


def test_faults_are_seen(small: Scene) -> None:
    """What the geometric test looks for is found where it is put."""
    drawing = draw(small)
    first = drawing.routes[0]
    target = drawing.paper.leaves()["alb"].area
    through = replace(first, line=(first.line[0], (first.line[0][0], target.y + 1), (target.x + 2, target.y + 1)))
    said = " ".join(faults(replace(drawing, routes=(through, *drawing.routes[1:]))))
    assert "does not end at the edge of alb" in said
    assert "runs through alb" in said
    doubled = replace(drawing.routes[1], line=first.line)
    said = " ".join(faults(replace(drawing, routes=(first, doubled))))
    assert "run on top of each other" in said
    region = drawing.paper.boxes[1]
    label = ((region.label.x, region.label.y - 3), (region.label.x, region.label.y + 3))
    assert "crosses the label of region" in " ".join(
        faults(replace(drawing, routes=(replace(first, line=label), *drawing.routes[1:])))
    )


def test_a_line_that_joins_another_has_a_dot_there_and_one_that_crosses_has_none(small: Scene) -> None:
    many = replace(small, flows=(*(Flow(f"store-{n}", "store-19") for n in range(9)), Flow("store-10", "store-11")))
    drawing = draw(many)
    joining = [route for route in drawing.routes if route.joint]
    assert joining
    assert all(route.flow.target == "store-19" for route in joining)
    for route in joining:
        assert sum(_passes(other.line, route.joint) for other in drawing.routes if other.flow.target == "store-19") >= 2
    dots = ElementTree.fromstring(svg(drawing)).findall(f".//{SVG}circle[@data-from]")
    assert sorted(dot.get("data-from", "") for dot in dots) == sorted(route.flow.source for route in joining)


def _passes(line: tuple[Point, ...], point: Point | None) -> bool:
    x, y = point or (-1, -1)
    return any(min(a, c) <= x <= max(a, c) and min(b, d) <= y <= max(b, d) for (a, b), (c, d) in pairwise(line))


def test_things_stand_near_what_they_are_connected_to(small: Scene) -> None:
    """Swapped until its lines are as short as they get; the things of a box stay the same, and so do edge and flows."""
    far = replace(small, flows=tuple(Flow(f"store-{n}", f"store-{7 - n}") for n in range(3)))
    near = ordered(far)
    assert {box.key for box in near.leaves()} == {box.key for box in far.leaves()}
    assert near.flows == far.flows
    assert sum(_apart(near, flow) for flow in far.flows) < sum(_apart(far, flow) for flow in far.flows)
    edge = Box("edge", "Edge", "all regions", "edge", (Box("dns", "name"), Box("guard", "acl"), Box("cdn", "cdn")))
    kept = replace(small, boxes=(edge,), flows=(Flow("dns", "cdn"),))
    assert ordered(kept) == kept


def _apart(scene: Scene, flow: Flow) -> int:
    leaves = lay_out(scene, 4).leaves()
    one, other = leaves[flow.source].area, leaves[flow.target].area
    return abs(one.x - other.x) + abs(one.y - other.y)


def test_the_same_scene_is_drawn_the_same(small: Scene) -> None:
    assert svg(draw(small)) == svg(draw(small))


def test_svg_is_whole_and_asks_nobody_else(small: Scene) -> None:
    text = svg(draw(small))
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert description.text == (
        "Connections that the network lets through, and uses: internet to alb on 443; alb to store-3."
    )
    assert len(root.findall(f".//{SVG}path[@data-from]")) == 2 * len(small.flows)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme: dark" in text


def test_the_picture_alone_has_title_and_legend(small: Scene) -> None:
    said = ["".join(text.itertext()) for text in ElementTree.fromstring(svg(draw(small))).iter(f"{SVG}text")]
    assert said[0] == "Architecture of small"
    assert {"takes requests in", "runs code", "keeps or hands on data", "copies", "way of a request"} <= set(said)


def test_mermaid_nests_and_names_ports(small: Scene) -> None:
    lines = mermaid(small).splitlines()
    assert lines[0] == "flowchart TB"
    assert lines.count("    end") + lines.count("  end") + lines.count("      end") == 4
    assert '  n0 -->|"(1) 443"| n1' in lines
    assert "  n1 --> n5" in lines


def test_names_cannot_break_out_of_a_label() -> None:
    odd = Box("odd", 'a"b<c', "", "store")
    drawn = Scene("odd", (odd,), ())
    assert 'a"b' not in mermaid(drawn)
    assert "a&quot;b" in mermaid(drawn)
    assert ElementTree.fromstring(svg(draw(drawn))).find(f".//{SVG}text") is not None


def test_more_lines_than_a_box_has_room_for_make_it_larger() -> None:
    ends = tuple(Box(f"store-{number}", f"store-{number}", "store", "store") for number in range(33))
    hub = Box("hub", "hub", "function", "function")
    drawn = Scene(
        "star", (hub, Box("region", "here", "region", "region", ends)), tuple(Flow("hub", e.key) for e in ends)
    )
    assert faults(draw(drawn)) == []
