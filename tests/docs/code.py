"""The code of pages: blocks that are for a shell, spans that name commands, and the simple commands in them."""

import functools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from analyser.graph import Node
from settings.stackfile import read
from tests.stacks import ROOT, STACKS, stack_graph

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
_BLOCK = re.compile(r"^ *```(?P<kind>\w*)\n(?P<block>.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`(?P<span>[^`\n]+)`")
_SEPARATORS = {"|", "||", "&&", ";", "&", "(", ")", "{", "}", "\n", "then", "do", "else", "!", "if", "while", "|&"}
_ASSIGNED = re.compile(r"^[A-Za-z_]\w*=")
_REDIRECTED = re.compile(r"^\d?[<>]")
_SAID = re.compile(r"Pulumi\.\w+\.yaml:")
OPEN = re.compile(r"[<>$…*\[\]{}]")
"""What stands for something that the reader puts in."""
OPERATOR = "operator"
"""Who does what no mark says otherwise of."""
_ROLE = re.compile(r"\bas (?P<role>deployer|eraser)\b", re.IGNORECASE)
"""The mark of what another role does than operators do; it holds for what follows it in its heading's section, row,
item or paragraph, with the block after that. Everything else in a runbook is done by operators."""
_BEGINS = re.compile(r"\n[ ]*\n|\n(?=[ ]*(?:- |\d+\. |\|))")


@dataclass(frozen=True)
class Code:
    """A piece of code of a page; ``whole`` for one that is meant to be run as it stands."""

    page: str
    text: str
    whole: bool
    line: int = 0
    role: str = OPERATOR
    """Who the page says does this."""

    @property
    def stacks(self) -> list[str]:
        """The stacks that it is about: those that it names, else those of the page's system, else all."""
        named = [stack for stack in STACKS if re.search(rf"(?<![\w.-]){re.escape(stack)}(?![\w.-])", self.text)]
        about = [stack for stack in STACKS if _system(stack) in self.page]
        return about or named or STACKS

    def names(self) -> set[str]:
        """Every name of a resource in the stacks that it is about, in AWS and in Kubernetes."""
        return {name for stack in self.stacks for name in names_of(stack)}


@functools.cache
def _system(stack: str) -> str:
    return read(ROOT, stack).config["strata:system"]


def is_shell(code: Code) -> bool:
    """Whether a block is for a shell: neither a drawing nor what a command says."""
    return code.whole and not re.search(r"[─►│]", code.text) and not _SAID.match(code.text)


@functools.cache
def names_of(stack: str) -> frozenset[str]:
    """The names that resources of a stack have or are given."""
    return frozenset(name for node in stack_graph(stack).resources for name in given_names(node))


def given_names(node: Node) -> set[str]:
    """The names that a resource has or is given."""
    metadata = node.inputs.get("metadata")
    values = [node.inputs, node.outputs, metadata if isinstance(metadata, dict) else {}]
    return {value for one in values for key in _NAMES if isinstance(value := one.get(key), str)}


_NAMES = (
    "name", "identifier", "replicationGroupId", "clusterName", "domainName", "bucket", "namespace", "functionName",
    "policyName", "userId", "targetGroupName", "userPoolId", "nodeGroupName", "roleName",
)  # fmt: skip


@functools.cache
def codes(page: Path) -> tuple[Code, ...]:
    """Every piece of code of a page, but for samples of what commands print, which are checked as such."""
    name, text = page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")
    blocks = [
        _code(name, text, dedent(found["block"]), found.start("block"), whole=True)
        for found in _BLOCK.finditer(text)
        if not found["kind"] and not found["block"].startswith("$ ")
    ]
    prose = _BLOCK.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    spans = [_code(name, text, found["span"], found.start(), whole=False) for found in _SPAN.finditer(prose)]
    return (*blocks, *spans)


def _code(page: str, text: str, code: str, start: int, *, whole: bool) -> Code:
    """A piece of code with its place, and who runs it."""
    return Code(page, code, whole, text.count("\n", 0, start) + 1, role(text, start))


def role(text: str, start: int) -> str:
    """Who a page says does what stands at a place."""
    if not _marked(text):
        return OPERATOR
    before = text[:start]
    headings = [found for level in ("#", "##") for found in re.findall(rf"^{level} .*$", before, re.MULTILINE)[-1:]]
    begins = [found.end() for found in _BEGINS.finditer(before.rstrip("`\n "))]
    passage = before[begins[-1] if begins else 0 :]
    said = [found["role"].lower() for part in (*headings, passage) for found in _ROLE.finditer(part)]
    return said[-1] if said else OPERATOR


@functools.cache
def _marked(text: str) -> bool:
    return bool(_ROLE.search(text))


def simple(text: str) -> Iterator[list[str]]:
    """The simple commands of a piece of shell, without assignments and redirections before them.

    What stands in ``$(…)`` or in quotes is a word of its command; ``inner`` takes it apart.
    """
    words: list[str] = []
    for word in _words(text):
        if word in _SEPARATORS:
            yield from [words] if words else []
            words = []
        elif words or not (_ASSIGNED.match(word) or _REDIRECTED.match(word)):
            words.append(word)
    yield from [words] if words else []


def _words(text: str) -> Iterator[str]:
    """Words and separators; raises ValueError where quotes do not end."""
    for line in _whole_lines(text.replace("\\\n", " ")):
        lexer = shlex.shlex(_hidden(line), posix=True, punctuation_chars="|&;()")
        lexer.whitespace_split = True
        lexer.commenters = ""
        for word in lexer:
            if word.startswith("#"):
                break
            yield word
        yield "\n"


def _whole_lines(text: str) -> Iterator[str]:
    """Lines, joined where a quote or a substitution goes on."""
    waiting = ""
    for line in text.splitlines():
        if line.startswith("> "):  # typed into the program before it
            continue
        waiting = f"{waiting}\n{line}" if waiting else line
        bare = re.sub(r"\\.", "", waiting)
        if bare.count("'") % 2 == 0 and bare.count('"') % 2 == 0 and bare.count("$(") <= bare.count(")"):
            yield waiting
            waiting = ""
    yield from [waiting] if waiting else []


def _hidden(line: str) -> str:
    """The line with substitutions as single words."""
    return re.sub(r"\$\((?:[^()]|\([^()]*\))*\)", "$SUBSTITUTED", line)


def inner(text: str) -> Iterator[str]:
    """What substitutions of a piece of shell run."""
    yield from re.findall(r"\$\(((?:[^()]|\([^()]*\))*)\)", text)
