"""The two forms of a picture, and where things stand on it."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from analyser.faces.picture.flows import Flow
from analyser.faces.picture.layout import lay_out
from analyser.faces.picture.mermaid import mermaid
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
