"""What came of the steps, as a table."""

from collections.abc import Mapping, Sequence

from tests.engine.steps import STEPS, Step

_COLUMNS = ("stack", *STEPS, "resources")


def table(results: Mapping[str, Sequence[Step]]) -> str:
    """A line a stack: seconds of each step, or that it failed, and how many resources `up` left; then what failed."""
    rows = [_COLUMNS, *(_row(stack, steps) for stack, steps in results.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [_line(row, widths) for row in rows]
    steps = [(stack, step) for stack, done in results.items() for step in done]
    failed = [f"{stack} {step.name}: {step.problem}" for stack, step in steps if not step.ok]
    return "\n".join([*lines, *failed])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    (stack, *cells), (first, *others) = row, widths
    return "  ".join([stack.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, others, strict=True))])


def _row(stack: str, steps: Sequence[Step]) -> tuple[str, ...]:
    done = {step.name: step for step in steps}
    cells = [_cell(done[name]) if name in done else "-" for name in STEPS]
    return stack, *cells, done["up"].changes if "up" in done else "-"


def _cell(step: Step) -> str:
    return f"ok {step.seconds:.0f} s" if step.ok else f"failed {step.seconds:.0f} s"
