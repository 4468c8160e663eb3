"""The commands of the runbooks, each with its place and who runs it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.awscli import calls
from tests.docs.code import OPEN, PAGES, Code, codes, inner, simple

_RUNBOOKS = ("docs/runbooks/", "docs/deploying.md")


@dataclass(frozen=True)
class Step:
    """One command of a page."""

    code: Code
    words: list[str]

    @property
    def place(self) -> str:
        """Page, line and what to type."""
        return f"{self.code.page}:{self.code.line}: {' '.join(self.words)[:70]}"

    @property
    def said(self) -> set[str]:
        """The words that name something by itself."""
        parts = {part for word in self.words for part in re.split(r"[=\s]", word)}
        return {part for part in parts if part and not OPEN.search(part)}


def pieces() -> list[Code]:
    """All code of the runbooks."""
    return [code for page in PAGES for code in codes(page) if code.page.startswith(_RUNBOOKS)]


def aws_steps() -> Iterator[Step]:
    """Every command of the AWS CLI, also one that a sentence names without its options."""
    for code in pieces():
        for words in calls(code.text):
            if len(words) > 2:
                yield Step(code, words)


def kubectl_steps() -> Iterator[Step]:
    """Every command of kubectl."""
    for code in pieces():
        if code.whole or re.match(r"kubectl [a-z-]", code.text):
            for text in (code.text, *inner(code.text)):
                yield from (Step(code, words) for words in simple(text) if words[0] == "kubectl" and len(words) > 1)
