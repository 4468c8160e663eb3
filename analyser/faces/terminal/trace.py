"""The chains of a stack, in a terminal or a pipe: one story after another, each read from top to bottom."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.text import Text

from analyser.analyses.trace import Chain, Link, State
from analyser.faces.terminal.lines import Lines

_MARKS = {State.FOUND: ("✓", "green"), State.MISSING: ("✗", "bold red"), State.NOT_KNOWN: ("?", "yellow")}
_WORDS = {State.MISSING: "MISSING", State.NOT_KNOWN: "NOT KNOWN"}
_NAMED = 4
"""How many resources a link shows by name; JSON has all."""


def show(chains: Sequence[Chain]) -> None:
    """Prints every chain, and what they come to."""
    console = Lines()
    for line in _lines(chains):
        console.print(line)


def _lines(chains: Sequence[Chain]) -> Iterator[Text]:
    for story, told in groupby(chains, key=lambda chain: chain.story):
        yield Text(story.value.capitalize(), "bold")
        for chain in told:
            yield Text(f"  {chain.title}", "bold")
            for link in chain.links:
                yield _line(link)
        yield Text("")
    yield Text(_summary(chains))


def _line(link: Link) -> Text:
    mark, style = _MARKS[link.state]
    line = Text(f"    {mark} ", style).append(link.says, "none")
    if link.state in _WORDS:
        line.append(f"  {_WORDS[link.state]}: {link.because}", style)
    return line.append(_evidence(link), "dim")


def _evidence(link: Link) -> str:
    names = [urn.rpartition("::")[2] for urn in link.urns]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"  [{', '.join(names[:_NAMED])}{more}]" if names else ""


def _summary(chains: Sequence[Chain]) -> str:
    states = Counter(link.state for chain in chains for link in chain.links)
    counted = ", ".join(f"{states[state]} {state.value}" for state in State)
    return f"{len(chains)} chains, {sum(states.values())} links: {counted}"
