"""What tests of components share: a recorded run and two accounts."""

import functools
from collections.abc import Callable
from typing import Any

from analyser.graph import Graph, Node
from analyser.run.contents import HASH
from analyser.run.mock_cloud import ACCOUNT_ID
from analyser.run.program import run_program
from components.account import Account
from policy.unknown import UNKNOWN
from settings import Environment

REGION = "us-east-1"
ACCOUNT = Account(ACCOUNT_ID, REGION, Environment.PROD)
DEV_ACCOUNT = Account(ACCOUNT_ID, REGION, Environment.DEV)


def record(program: Callable[[], Any], *, known: bool = True, stack: str = "test", region: str = REGION) -> Graph:
    """The graph of what a program registers; with ``known=False`` no computed output has a value."""

    def run() -> None:
        program()

    return run_program(run, stack=stack, config={"aws:region": region}, known=known)


@functools.cache
def record_once(program: Callable[[], Any], *, known: bool = True, region: str = REGION) -> Graph:
    """As ``record``, once a process: for a module's function that makes the same each time. Tests only read it."""
    return record(program, known=known, region=region)


def once(make: Callable[..., Graph]) -> Callable[..., Graph]:
    """Makes a graph once for the same arguments, as long as they are hashable. Tests only read it."""
    made = functools.cache(make)

    @functools.wraps(make)
    def graph(*args: Any, **more: Any) -> Graph:
        try:
            hash((*args, *more.values()))
        except TypeError:
            return make(*args, **more)
        return made(*args, **more)

    return graph


def without_digests(value: Any) -> Any:
    """A function's code as the program gives it; the digests that the preview adds are what the files have today."""
    if not isinstance(value, dict):
        return value
    return {key: without_digests(member) for key, member in value.items() if key != HASH}


def id_of(node: Node) -> str:
    """The id that the recorder answered a resource with."""
    return node.id


def unequal_when_unknown(program: Callable[[], Any]) -> list[str]:
    """What differs between a run with and a run without computed outputs."""
    return differences_when_unknown(record(program), record(program, known=False))


def differences_when_unknown(known: Graph, unknown: Graph) -> list[str]:
    """URNs in one run only, and inputs that are known in both runs and not the same."""
    urns = {node.urn for node in known} ^ {node.urn for node in unknown}
    differences = [f"only in one run: {urn}" for urn in sorted(urns)]
    for node in unknown:
        other = known.get(node.urn)
        if other is not None:
            differences += _differences(node.name, node.inputs, other.inputs)
    return differences


def _differences(path: str, left: Any, right: Any) -> list[str]:
    if left is UNKNOWN or right is UNKNOWN:
        return []
    if isinstance(left, dict) and isinstance(right, dict):
        found = [f"{path}.{key}: in one run only" for key in sorted(set(left) ^ set(right))]
        return found + [
            d for key in left.keys() & right.keys() for d in _differences(f"{path}.{key}", left[key], right[key])
        ]
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        return [d for i, pair in enumerate(zip(left, right, strict=True)) for d in _differences(f"{path}[{i}]", *pair)]
    return [] if left == right else [f"{path}: {left!r} without and {right!r} with outputs"]
