"""What a page says, read from its HTML."""

from html.parser import HTMLParser

_VOID = {"meta", "link", "br", "hr", "input", "img"}


class Element:
    """An element with all text in it."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.inside: list[Element] = []
        self._texts: list[str] = []

    @property
    def text(self) -> str:
        """All text in it, blanks squeezed."""
        return " ".join("".join(self._texts).split())

    def all(self, tag: str = "", **attributes: str) -> "list[Element]":
        """Every element below it of a tag, with these attributes; ``class_`` asks for one class among others."""
        kind = attributes.pop("class_", "")
        return [
            found
            for found in self._below()
            if (not tag or found.tag == tag)
            and (not kind or kind in found.attributes.get("class", "").split())
            and all(found.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> "Element":
        """The only such element."""
        (found,) = self.all(tag, **attributes)
        return found

    def _below(self) -> "list[Element]":
        return [each for child in self.inside for each in (child, *child._below())]

    def hear(self, text: str) -> None:
        """Takes text that stands in it."""
        self._texts.append(text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.hear(data)


def read(text: str) -> Element:
    """The page; fails on tags that do not close in order."""
    reader = _Reader()
    reader.feed(text)
    assert len(reader._open) == 1, f"<{reader._open[-1].tag}> is never closed"
    return reader.root
