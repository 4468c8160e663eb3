"""The commands of Pulumi's CLI that pages name, taken apart as a shell would."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CLI: dict[str, Any] = json.loads(Path(__file__).with_name("pulumi_cli.json").read_text(encoding="utf-8"))
"""Flags of each command, those that take a value apart, from the help of the version that it names."""
_CODE = re.compile(r"```[a-z]*\n(?P<block>.*?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
_START = re.compile(r"(?<![\w./-])pulumi (?=[a-z])")
_END = re.compile(r"[\n`|;#]|&&|(?<=\S)\)")


@dataclass
class Command:
    """One command, as a page has it."""

    page: str
    text: str
    name: str = ""
    arguments: list[str] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def given(self, *names: str) -> list[str]:
        """The values of an option, which may have several names."""
        return [value for name, value in self.options if name in names]

    @property
    def stack(self) -> str:
        """The stack that it names; empty where it names none, or a variable."""
        named = self.given("-s", "--stack")
        if self.name in ("stack select", "stack init"):
            named += self.arguments
        return next((name for name in named if "$" not in name), "")


def commands(page: Path) -> Iterator[Command]:
    """The commands in a page's code: in blocks, in spans and inside `$(…)`; in a script, all of it is code."""
    text = page.read_text(encoding="utf-8")
    code = [text] if page.suffix != ".md" else [found["block"] or found["span"] for found in _CODE.finditer(text)]
    for part in code:
        joined = part.replace("\\\n", " ")
        for start in _START.finditer(joined):
            rest = joined[start.end() :]
            end = _END.search(_without_quoted(rest))
            yield parse(str(page.relative_to(ROOT)), rest[: end.start()] if end else rest)


def parse(page: str, text: str) -> Command:
    """A command without its first word, `pulumi`."""
    command = Command(page, " ".join(text.split()))
    words = shlex.split(command.text)
    length = next((n for n in (3, 2, 1) if " ".join(words[:n]) in CLI["commands"]), 0)
    if not length:
        command.problems.append("there is no such command")
        return command
    command.name = " ".join(words[:length])
    _take(command, words[length:])
    return command


def _take(command: Command, words: list[str]) -> None:
    known = CLI["commands"][command.name]
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            command.arguments.append(word)
            continue
        option, _, value = word.partition("=")
        if option in (*known["options"], *CLI["every"]["options"]):
            command.options.append((option, value or next(rest, "")))
        elif option in (*known["flags"], *CLI["every"]["flags"]):
            command.options.append((option, ""))
        else:
            command.problems.append(f"it has no {option}")


def _without_quoted(text: str) -> str:
    """The same with what is quoted, and what is asked in it of another command, made harmless."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|<[^>]*>", lambda found: "_" * len(found[0]), text)


def pattern(text: str) -> re.Pattern[str]:
    """The URNs that `--target` means: `**` is anything, `*` anything without a colon."""
    parts = (re.escape(part).replace(r"\*", "[^:]*") for part in text.split("**"))
    return re.compile(".*".join(parts))
