"""The graphs of the real stacks, each run once however many processes ask for it."""

import fcntl
import functools
import os
import pickle
from collections.abc import Callable
from pathlib import Path

from analyser.graph import Graph
from analyser.run.program import run_stack
from settings import stackfile
from settings.recovery import recovery_of
from settings.stackfile import stack_names
from tests.sharing import Graphs

ROOT = Path(__file__).resolve().parent.parent
STACKS = stack_names(ROOT)
EVERY_STACK = "STRATA_EVERY_STACK" in os.environ
"""``make soak``: what is tried with some stacks is tried with all."""
RUN_ANEW = STACKS if EVERY_STACK else ("prod", "confluence-lambda", "mdreader-prod-dr", "collaboration-prod")
"""What tests run or judge once more, changed: one on a cluster, of functions, that stands by for another, of tasks."""
SEALED = frozenset(
    {
        "aws:backup/restoreTestingPlan:RestoreTestingPlan",
        "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "aws:backup/vaultPolicy:VaultPolicy",
        "strata:operations:CopyFailures",
        "strata:operations:RestoreTests",
    }
)
"""What only production has of its backups."""


def stack_graph(stack: str, *, known: bool = True, promoted: bool = False) -> Graph:
    """What a stack registers; without ``known``, as on an empty account; a recovery stack standing by or promoted."""
    return _stack_graph(stack, known, promoted)


@functools.cache  # which holds what is left out and what is said apart
def _stack_graph(stack: str, known: bool, promoted: bool) -> Graph:
    name = f"{stack}.{'known' if known else 'unknown'}{'.promoted' if promoted else ''}"
    return shared(name, lambda: run_stack(ROOT, stack, known=known, promoted=promoted, standby=stack_graph))


@functools.cache
def home_of(stack: str) -> str | None:
    """The stack that a recovery stack stands by for; None for any other."""
    recovery = recovery_of(stackfile.read(ROOT, stack).config)
    return recovery.home if recovery else None


def serving(stack: str) -> Graph:
    """What a stack registers that has pods and rotations: a recovery stack once it is promoted."""
    return stack_graph(stack, promoted=home_of(stack) is not None)


def around(stack: str) -> Graph:
    """The same with its home stack, where other sides of what a recovery stack names are."""
    graph, home = serving(stack), home_of(stack)
    if home is None:
        return graph
    nodes = [*graph.nodes, *stack_graph(home).nodes]
    return Graph(graph.project, graph.stack, nodes, graph.exports, region=graph.region, config=graph.config)


def shared(name: str, make: Callable[[], Graph]) -> Graph:
    """A graph that the first process that asks for it makes, by a name of its own. Tests only read it."""
    if Graphs.folder is None:
        return make()
    file = Graphs.folder / name
    with file.open("a+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # whoever comes second waits for the first one's
        if file.stat().st_size == 0:
            file.write_bytes(pickle.dumps(make()))
        return pickle.loads(file.read_bytes())
