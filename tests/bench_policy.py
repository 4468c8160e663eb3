"""Measures the policy pack: how long its process takes to start, and what a rule costs on large graphs.

python -m tests.bench_policy
"""

import datetime
import itertools
import sys
import time
from collections.abc import Iterator

from analyser.analyses.policies.verdict import policy_graph
from analyser.graph import Graph as PreviewGraph
from policy.evaluate import RuleIndex, evaluate
from policy.levels import read_config
from policy.model import Graph, Resource
from policy.pack import all_rules
from tests.policy.engine.process import pack_process
from tests.stacks import stack_graph

SIZES = (1000, 5000)
MOST_MICROSECONDS = 25
MOST_START_SECONDS = 1.5
_TODAY = datetime.date(2026, 1, 1)


def replicas(graph: PreviewGraph, size: int) -> Graph:
    """A graph of ``size`` resources: the stack's own again and again, every copy with its own references."""
    stack, *originals = policy_graph(graph)
    return Graph([stack, *itertools.islice(_copies(originals), size)])


def _copies(originals: list[Resource]) -> Iterator[Resource]:
    for number in itertools.count():
        mark = f"-{number}"
        for one in originals:
            yield Resource(
                urn=one.urn + mark,
                type=one.type,
                name=one.name + mark,
                inputs=one.inputs,
                parent=one.parent and one.parent + mark,
                options=one.options,
                dependencies=[urn + mark for urn in one.dependencies],
                property_dependencies={key: [u + mark for u in us] for key, us in one.property_dependencies.items()},
            )


def seconds_to_start() -> float:
    """From starting the pack's process to its first answer."""
    begun = time.perf_counter()
    with pack_process():
        return time.perf_counter() - begun


def microseconds_per_pair(graph: Graph, index: RuleIndex) -> tuple[float, int]:
    """What one rule costs on one resource that it concerns, and how many such pairs there were."""
    config = read_config({}, index.rules)
    pairs = sum(len(index.concerning(resource.type)) for resource in graph)
    begun = time.perf_counter()
    evaluate(graph, index, config, (), today=_TODAY)
    return (time.perf_counter() - begun) / pairs * 1e6, pairs


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> int:
    """Prints the figures; 1 when the pack costs more than it should."""
    index = RuleIndex(all_rules())
    start = min(seconds_to_start() for _ in range(3))
    _say(f"pack of {len(index.rules)} rules: {start:.2f} s to start (aim: {MOST_START_SECONDS})")
    graph, costs = stack_graph("prod"), []
    for size in SIZES:
        large = replicas(graph, size)
        best, pairs = min(microseconds_per_pair(large, index) for _ in range(3))
        costs.append(best)
        _say(f"{size:>6,} resources: {best:5.1f} µs a rule and resource, {pairs:,} pairs (aim: {MOST_MICROSECONDS})")
    _say(f"growth of the cost a pair from {SIZES[0]:,} to {SIZES[-1]:,}: {costs[-1] / costs[0]:.2f}")
    return int(start > MOST_START_SECONDS or max(costs) > MOST_MICROSECONDS)


if __name__ == "__main__":
    sys.exit(main())
