"""A deployment plan, and what must be true for it, as a shell script that somebody reads and copies from."""

from collections.abc import Iterator, Sequence

from analyser.analyses.prerequisites import Prerequisite, Step
from analyser.analyses.prerequisites.model import ACCOUNT, SET_ACCOUNT


def plan_lines(stack: str, steps: Sequence[Step]) -> Iterator[str]:
    """The plan; comments say what and why, everything else can be pasted into a shell."""
    yield f"# How {stack} comes into an empty account; docs/deploying.md explains the steps"
    for number, step in enumerate(steps, 1):
        yield ""
        yield f"## {number}. {step.title}"
        yield f"# {step.why}"
        yield from step.commands
        for one in step.prerequisites:
            yield ""
            yield from _lines(one)


def prerequisite_lines(found: Sequence[Prerequisite]) -> Iterator[str]:
    """Prerequisites by the time when they have to hold; before them what their commands take."""
    if any(ACCOUNT in line for one in found for line in (one.check, *one.make)):
        yield SET_ACCOUNT
        yield ""
    when = None
    for one in found:
        if one.when is not when:
            when = one.when
            yield f"## {when.value.capitalize()}"
            yield ""
        yield from _lines(one)
        yield ""


def _lines(one: Prerequisite) -> Iterator[str]:
    yield f"# {one.title}: {one.why}"
    yield f"{one.check}    # {one.good}"
    yield from (line if line.startswith("#") else f"#   {line}" for line in one.make)
