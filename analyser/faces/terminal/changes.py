"""What changes, in a terminal or a pipe: what is lost first, then resource by resource."""

from collections.abc import Sequence
from typing import IO

from rich.text import Text

from analyser.analyses.changes.changes import Change, Kind
from analyser.analyses.changes.difference import Difference
from analyser.analyses.changes.widening import TITLES
from analyser.analyses.update_time import UpdateTime
from analyser.faces.changes_text import (
    SECTIONS,
    SIGNS,
    TAGS,
    alike,
    asides,
    fate,
    lines,
    named,
    names,
    of_tags,
    refusals,
    shown,
    takes,
    widenings,
)
from analyser.faces.terminal.lines import Lines

_MOST = 20
"""Lines of one resource, such as a dashboard of which every widget moved."""
_STYLES: dict[Kind, str] = {"replaced": "yellow", "removed": "red", "updated": "default", "added": "green"}


def show_changes(found: Difference, *, file: IO[str] | None = None) -> None:
    """Prints what loses data or identity in words, and then each change with what differs in it."""
    console = Lines(file)
    if found.one_stack:
        _fates(console, [change for change in found.changes if change.loses])
    if told := refusals(found):
        console.print(Text("\nRefused by the service"))
        for line in told:
            console.print(Text(f"  {shown(line)}", "red"))
    show_widened(found, file=file)
    _tags(console, of_tags(found))
    for kind, title in SECTIONS.items():
        members = [change for change in found.of(kind) if change.tells]
        if members or (kind == "replaced" and found.one_stack):
            _section(console, title if found.one_stack or kind != "updated" else "Different", members)
    not_known = sum(len(change.not_known) for change in found.changes)
    if not_known:
        console.print(Text(f"\nNot compared: {not_known} values that are secret or known only after up", "dim"))


def show_time(time: UpdateTime | None, *, file: IO[str] | None = None) -> None:
    """Prints how long the update takes; nothing between two stacks."""
    console = Lines(file)
    if told := takes(time) if time else []:
        console.print(Text(f"\nUpdate: {told[0]}"))
        for line in told[1:]:
            console.print(Text(f"  {shown(line)}"))


def show_widened(found: Difference, *, file: IO[str] | None = None) -> None:
    """Prints what a change opens or loosens, by kind."""
    console = Lines(file)
    for kind, title in TITLES.items():
        groups = widenings(found, kind)
        if groups:
            console.print(Text(f"\n{title}: {sum(len(members) for _, members in groups)}"))
        for what, members in groups:
            console.print(Text(f"  {members[0].type} {shown(named([one.name for one in members]))}", "magenta"))
            for line in what:
                console.print(Text(f"      {shown(line)}"))


def _tags(console: Lines, told: Sequence[str]) -> None:
    if told:
        console.print(Text(f"\n{TAGS}: {len(told)}"))
    for line in told:
        console.print(Text(f"  {shown(line)}"))


def _fates(console: Lines, losing: Sequence[Change]) -> None:
    if losing:
        console.print(Text("\nData and identity"))
    for change in losing:
        console.print(Text(f"  {shown(fate(change))}", "red"))


def _section(console: Lines, title: str, members: Sequence[Change]) -> None:
    console.print(Text(f"\n{title}: {len(members)}"))
    for group in alike(members):
        first = group[0]
        count = f"{len(group)}x " if len(group) > 1 else ""
        console.print(
            Text.assemble(
                ("  " + SIGNS[first.kind], _STYLES[first.kind]), f" {count}{shown(first.type)} {shown(names(group))}"
            )
        )
        told = [*lines(first), *asides(first)]
        if len(told) > _MOST:
            told[_MOST:] = [f"and {len(told) - _MOST} more, which --json says"]
        for line in told:
            console.print(Text(f"      {shown(line)}"))
