"""Every size of every system, raised and lowered, each alone: ``make soak``. Half an hour."""

import pytest

from analyser.run.program import ProgramError
from tests.scenarios.sized import sized, surprises
from tests.scenarios.sizes import STACKS, of_all, other, sizes

ALL = [(stack, size.path) for stack in STACKS for size in sizes(stack)]
BOUND = {("consulting-prod", "cache.nodes"), ("consulting-prod", "cache.shards")}
"""Sizes that nothing but another setting frees: a group of one node."""
BOUND_BY_ZONES = ("database.readReplicas",)
ZONES = "abc"


@pytest.mark.parametrize(("stack", "path"), ALL, ids=[f"{stack}-{path}" for stack, path in ALL])
def test_a_size_changes_in_place(stack: str, path: str) -> None:
    ways = {way: value for way in ("up", "down") if (value := other(stack, path, way)) is not None}
    assert ways or (stack, path) in BOUND
    for way, value in ways.items():
        if path in BOUND_BY_ZONES and isinstance(value, int) and value > len(ZONES):
            with pytest.raises(ProgramError, match="zones"):
                sized(stack, {path: value})
            continue
        found = sized(stack, {path: value})
        assert surprises(found, {path: value}, lowered=way == "down") == [], f"{path} from {value}"


@pytest.mark.parametrize("way", ["up", "down"])
@pytest.mark.parametrize("stack", STACKS)
def test_all_sizes_change_together(stack: str, way: str) -> None:
    changed = of_all(stack, way, without=BOUND_BY_ZONES if way == "up" else ())
    assert surprises(sized(stack, changed), changed, lowered=way == "down") == []
