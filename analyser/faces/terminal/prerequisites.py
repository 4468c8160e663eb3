"""A deployment plan, and what must be true for it, as a shell script that somebody reads and copies from."""

from collections.abc import Iterable, Iterator, Sequence

from analyser.analyses.prerequisites import Prerequisite, Step


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


def prerequisite_lines(found: Iterable[Prerequisite]) -> Iterator[str]:
    """Prerequisites by the time when they have to hold."""
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
