"""Previews of several stacks, one after the other in one process, which imports the SDK once."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from analyser.analyses.report import Report


@dataclass(frozen=True)
class Outcome:
    """What came of one stack: its report, or why there is none."""

    stack: str
    seconds: float
    report: Report | None = None
    problem: str = ""


def every(
    stacks: Iterable[str], preview: Callable[[str], Report], *, broken: tuple[type[Exception], ...]
) -> Iterator[Outcome]:
    """Previews each stack; one that raises one of ``broken`` does not stop the others."""
    for stack in stacks:
        begun = time.perf_counter()
        try:
            report = preview(stack)
        except broken as error:
            yield Outcome(stack, time.perf_counter() - begun, problem=str(error))
        else:
            yield Outcome(stack, time.perf_counter() - begun, report)
