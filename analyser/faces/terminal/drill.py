"""A drill in the terminal: what to do, the commands, what to see and how to go back."""

import textwrap
from collections.abc import Iterable, Iterator

from analyser.analyses.drill import Drill, Step
from analyser.faces.terminal.lines import Whole


def lines(found: Drill) -> Iterator[str]:
    """The whole drill, as text that commands can be copied from."""
    if found.absent:
        yield f"{found.stack}: no drill {found.kind}: {found.absent}"
        return
    yield f"{found.stack}: drill {found.kind}, {len(found.steps)} steps. Write down what each took."
    yield from numbered(found.steps)


def numbered(steps: Iterable[Step]) -> Iterator[str]:
    """Steps in order, an empty line before each."""
    for number, step in enumerate(steps, 1):
        yield ""
        yield f"{number}. {step.what} (as {step.role})"
        yield from _step(step)


def _step(step: Step) -> Iterator[str]:
    for command in step.commands:
        yield Whole(textwrap.indent(command, "   "))
    if step.see:
        yield f"   see:  {step.see}"
    if step.back:
        yield f"   back: {step.back}"
