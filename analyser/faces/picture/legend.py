"""What the colours and lines of a picture mean, on the picture itself."""

from xml.etree import ElementTree

_THINGS = (
    ("entry", "takes requests in"),
    ("code", "runs code"),
    ("data", "keeps or hands on data"),
    ("guard", "inspects requests"),
)
_LINES = (
    ("public", "connection from the internet"),
    ("connection", "connection inside"),
    ("use", "use that a role allows"),
    ("check", "request is checked"),
    ("copy", "copies"),
)
_ROW, _COLUMN = 22, 220
HEIGHT = 4 * _ROW + 12
"""How many pixels it takes from top to bottom."""


def legend(root: ElementTree.Element) -> None:
    """Draws the legend with its corner where the group's is: things, lines, and what numbers and dots mean."""
    for number, (kind, said) in enumerate(_THINGS):
        x, y = _at(number)
        key = ElementTree.SubElement(root, "g")
        key.set("class", f"thing {kind}")
        ElementTree.SubElement(key, "rect", x=str(x), y=str(y), width="24", height="12", rx="3")
        _said(root, x, y, said)
    for number, (kind, said) in enumerate(_LINES, len(_THINGS)):
        x, y = _at(number)
        ElementTree.SubElement(root, "path", d=f"M{x} {y + 6}h18").set("class", f"flow {kind}")
        ElementTree.SubElement(root, "path", d=f"M{x + 24} {y + 6}l-7 -4v8z").set("class", f"arrow {kind}")
        _said(root, x, y, said)
    x, y = _at(len(_THINGS) + len(_LINES))
    for place, number in enumerate("12"):
        group = ElementTree.SubElement(root, "g")
        group.set("class", "number")
        ElementTree.SubElement(group, "circle", cx=str(x + 8 + 18 * place), cy=str(y + 6), r="8")
        ElementTree.SubElement(group, "text", x=str(x + 8 + 18 * place), y=str(y + 10)).text = number
    _said(root, x + 8, y, "way of a request")
    x, y = _at(len(_THINGS) + len(_LINES) + 1)
    ElementTree.SubElement(root, "path", d=f"M{x} {y + 6}h24M{x + 12} {y + 6}v8").set("class", "flow connection")
    ElementTree.SubElement(root, "circle", cx=str(x + 12), cy=str(y + 6), r="3").set("class", "arrow connection")
    _said(root, x, y, "lines that join; others cross")


def _at(number: int) -> tuple[int, int]:
    return number // 4 * _COLUMN, 12 + number % 4 * _ROW


def _said(root: ElementTree.Element, x: int, y: int, said: str) -> None:
    text = ElementTree.SubElement(root, "text", x=str(x + 32), y=str(y + 10))
    text.set("class", "note")
    text.text = said
