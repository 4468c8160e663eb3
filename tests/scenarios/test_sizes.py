"""The sizes of one stack, raised all at once and lowered all at once; ``every_size.py`` takes each of all stacks."""

import pytest

from tests.scenarios.sized import sized, surprises
from tests.scenarios.sizes import STACKS, of_all, sizes

STACK = "prod"
APART = ("database.readReplicas",)
"""More replicas than the network has zones is refused."""


@pytest.mark.parametrize("way", ["up", "down"])
def test_nothing_with_data_goes_for_a_size(way: str) -> None:
    changed = of_all(STACK, way, without=APART if way == "up" else ())
    assert len(changed) > 50
    found = sized(STACK, changed)
    assert surprises(found, changed, lowered=way == "down") == []
    assert len(found.of("updated")) > 30


def test_sizes_of_every_kind_are_found() -> None:
    paths = {size.path for size in sizes(STACK)}
    assert paths >= {
        "nodes.instanceTypes.0", "nodes.maxSize", "database.instanceClass", "database.storageGib", "topic.partitions",
        "buckets.backups.transitions.0.days", "application.autoscaling.minReplicas", "cache.nodeType",
    }  # fmt: skip
    assert not {path for path in paths if path.endswith(("port", "userId", "hour"))}
    assert len(STACKS) == 6
