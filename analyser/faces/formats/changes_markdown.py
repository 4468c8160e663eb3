"""What changes as Markdown, for a comment on a pull request."""

import re
from collections.abc import Iterator, Sequence

from analyser.analyses.changes.changes import Change
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
    unpriced,
    widenings,
)

_MOST = 60_000
"""Characters: GitHub refuses a comment of more than 65,536."""


def changes_markdown(found: Difference, time: UpdateTime | None) -> str:
    """A summary, what would be lost, and what changes in blocks that GitHub colours; cut where a comment must end."""
    return _cut("\n".join(_document(found, time)) + "\n")


def _cut(text: str) -> str:
    if len(text) <= _MOST:
        return text
    cut = text[:_MOST].rsplit("\n", 1)[0]
    fence = "\n```" if cut.count("```") % 2 else ""
    return f"{cut}{fence}\n\nThe rest is too long for a comment: `strata diff` prints it.\n"


def _document(found: Difference, time: UpdateTime | None) -> Iterator[str]:
    yield f"## {_escaped(found.before)} to {_escaped(found.after)}"
    yield ""
    parts = [f"{len(found.of(kind))} {title.lower()}" for kind, title in SECTIONS.items()]
    known = f"{found.total.usd:+,.2f} USD a month, to {found.total.after:,.2f}"
    yield f"{', '.join(parts)}; {known if found.total_is_known else 'what it costs is not known'}"
    if told := list(unpriced(found)):
        yield from ("", *(f"- {_escaped(line)}" for line in told))
    if losing := [change for change in found.changes if change.loses and found.one_stack]:
        yield from ("", "### Data and identity", "", *(f"- **{_escaped(fate(change))}**" for change in losing))
    if told := refusals(found):
        yield from ("", "### Refused by the service", "", *(f"- **{_escaped(line)}**" for line in told))
    if told := takes(time) if time else []:
        yield from ("", f"Update: {_escaped(told[0])}", "", *(f"- {_escaped(line)}" for line in told[1:]))
    yield from _widened(found)
    if told := of_tags(found):
        yield from ("", f"### {TAGS}", "", *(f"- {_escaped(line)}" for line in told))
    for kind, title in SECTIONS.items():
        members = [change for change in found.of(kind) if change.tells]
        if members:
            yield from _section(title, members)


def _widened(found: Difference) -> Iterator[str]:
    for kind, title in TITLES.items():
        groups = widenings(found, kind)
        if groups:
            yield from ("", f"### {title}", "")
        for what, members in groups:
            token, names_of_all = shown(members[0].type).replace("`", ""), named([one.name for one in members])
            words = _escaped("; ".join(what))
            yield f"- `{token}` {_escaped(names_of_all)}: {words}"


def security_markdown(found: Difference) -> str:
    """What widens alone."""
    told = "\n".join(_widened(found)) or "\nNothing widens."
    return _cut(f"## {_escaped(found.before)} to {_escaped(found.after)}\n{told}\n")


def _escaped(text: str) -> str:
    """A text that says itself and nothing else: no link, image, mention or element that a file put there."""
    found = re.sub(r"([\\`*_\[\]<>#|~@&!])", r"\\\1", shown(text))
    return found.replace(r"\`pulumi up\`", "`pulumi up`")


def _fenced(text: str) -> str:
    return shown(text).replace("```", "` ` `")


def _section(title: str, members: Sequence[Change]) -> Iterator[str]:
    yield from ("", f"<details{' open' if title == 'Replaced' else ''}><summary>{title}: {len(members)}</summary>", "")
    yield "```diff"
    for group in alike(members):
        first = group[0]
        sign = SIGNS[first.kind].replace("±", "!").replace("~", "!")
        yield _fenced(f"{sign} {first.type} {names(group)}")
        yield from (f"    {_fenced(line)}" for line in (*lines(first), *asides(first)))
    yield from ("```", "", "</details>")
