"""The graphs of the real stacks, each run once a process."""

import functools
from pathlib import Path

from analyser.graph import Graph
from analyser.run.program import run_stack
from settings.stackfile import stack_names

ROOT = Path(__file__).resolve().parent.parent
STACKS = stack_names(ROOT)


@functools.cache
def stack_graph(stack: str, *, known: bool = True) -> Graph:
    """What a stack registers; without ``known``, as on an empty account."""
    return run_stack(ROOT, stack, known=known)
