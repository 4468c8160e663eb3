"""The two forms of a picture, and where things stand on it."""

from itertools import combinations
from xml.etree import ElementTree

import pytest

from analyser.faces.picture.layout import Placed, lay_out
from analyser.faces.picture.mermaid import mermaid
from analyser.faces.picture.scene import Box, Flow, Scene
from analyser.faces.picture.svg import svg

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
    return Scene("small", (internet, region), (Flow("internet", "alb", 443), Flow("alb", "store-3", None)))


def _holds(outer: Placed, inner: Placed) -> bool:
    across = outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
    return across and outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


def _apart(one: Placed, other: Placed) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_things_stand_inside_their_boxes_and_beside_each_other(small: Scene) -> None:
    paper = lay_out(small)
    where = {placed.box.key: placed for placed in paper.boxes}
    for placed in paper.boxes:
        for inner in placed.box.inside:
            assert _holds(placed, where[inner.key]), inner.key
    for one, other in combinations(paper.leaves().values(), 2):
        assert _apart(one, other), (one.box.key, other.box.key)
    assert max(placed.x + placed.width for placed in paper.boxes) <= paper.width
    assert max(placed.y + placed.height for placed in paper.boxes) <= paper.height


def test_a_full_row_goes_on_below(small: Scene) -> None:
    leaves = lay_out(small).leaves()
    assert leaves["store-0"].y < leaves["store-19"].y


def test_svg_is_whole_and_asks_nobody_else(small: Scene) -> None:
    text = svg(small)
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title") is not None
    description = root.find(f"{SVG}desc")
    assert description is not None
    assert description.text == "Connections that the network lets through: internet to alb on 443; alb to store-3."
    assert len(root.findall(f".//{SVG}path[@class]")) == len(small.flows)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "prefers-color-scheme: dark" in text


def test_mermaid_nests_and_names_ports(small: Scene) -> None:
    lines = mermaid(small).splitlines()
    assert lines[0] == "flowchart TB"
    assert lines.count("    end") + lines.count("  end") + lines.count("      end") == 4
    assert '  n0 -->|"443"| n1' in lines
    assert "  n1 --> n5" in lines


def test_names_cannot_break_out_of_a_label() -> None:
    odd = Box("odd", 'a"b<c', "", "store")
    drawn = Scene("odd", (odd,), ())
    assert 'a"b' not in mermaid(drawn)
    assert "a&quot;b" in mermaid(drawn)
    assert ElementTree.fromstring(svg(drawn)).find(f".//{SVG}text") is not None
