"""Colours: enough contrast for text, light and dark. https://www.w3.org/TR/WCAG22/#contrast-minimum"""

import re

import pytest

from analyser.faces.page.document import _HERE
from analyser.faces.picture.style import STYLE

PAGE = (_HERE / "assets" / "page.css").read_text(encoding="utf-8")
TEXTS = ("ink", "soft", "link", "good", "bad", "warn", "yes")
BACKS = {"good": "good-back", "bad": "bad-back", "warn": "warn-back", "yes": "yes-back"}


def palettes(style: str) -> list[dict[str, str]]:
    """The light colours, and the dark ones."""
    light, dark = style.split("prefers-color-scheme: dark", 1)
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", palettes(PAGE), ids=["light", "dark"])
def test_text_on_the_page_can_be_read(palette: dict[str, str]) -> None:
    for name in TEXTS:
        assert contrast(palette[name], palette["paper"]) >= 4.5, name
        assert contrast(palette[name], palette[BACKS.get(name, "raised")]) >= 4.5, name


@pytest.mark.parametrize("palette", palettes(PAGE), ids=["light", "dark"])
def test_bars_stand_out(palette: dict[str, str]) -> None:
    for name in ("fixed", "critical", "range"):
        assert contrast(palette[name], palette["paper"]) >= 3, name
    assert contrast(palette["critical"], palette["other"]) >= 1.5


@pytest.mark.parametrize("palette", palettes(STYLE), ids=["light", "dark"])
def test_text_in_the_diagram_can_be_read(palette: dict[str, str]) -> None:
    for name in ("ink", "soft"):
        for back in ("paper", "tier"):
            assert contrast(palette[name], palette[back]) >= 4.5, (name, back)


@pytest.mark.parametrize("palette", palettes(STYLE), ids=["light", "dark"])
def test_lines_and_edges_in_the_diagram_stand_out(palette: dict[str, str]) -> None:
    """Of what is no text, 3 to 1: https://www.w3.org/TR/WCAG22/#non-text-contrast"""
    for name in ("inner", "public", "store", "code", "guard", "soft"):
        for back in ("paper", "tier"):
            assert contrast(palette[name], palette[back]) >= 3, (name, back)


def test_paper_is_light_whatever_the_screen_is() -> None:
    assert re.findall(r"@media [^{]*dark[^{]*", STYLE) == ["@media screen and (prefers-color-scheme: dark) "]


@pytest.mark.parametrize(
    "kinds",
    [("entry", "code", "data", "guard"), ("public", "connection", "use", "check", "copy")],
    ids=["things", "lines"],
)
def test_kinds_in_the_diagram_differ_by_more_than_their_colour(kinds: tuple[str, ...]) -> None:
    plain = re.sub(r"--[a-z]+: [^;]+;", "", STYLE)
    forms = [frozenset(re.findall(rf"\.{kind}(?: rect)? {{ *([^}}]*?) *}}", plain)) - {""} for kind in kinds]
    assert len(set(forms)) == len(kinds)
