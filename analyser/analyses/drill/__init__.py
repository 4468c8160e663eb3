"""Drills, and what to do on the day: the commands for a stack, filled in from its graph."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from analyser.analyses.drill.model import Drill, Step
from analyser.analyses.drill.region import region
from analyser.analyses.drill.restore import restore
from analyser.analyses.drill.rotate import rotate
from analyser.analyses.drill.scale import scale
from analyser.analyses.drill.stuck_deployment import stuck
from analyser.analyses.drill.zone import zone
from analyser.graph import Graph

__all__ = ["Drill", "Kind", "Step", "drill"]


class Kind(StrEnum):
    """The scenario of a drill."""

    ZONE = "zone"
    REGION = "region"
    RESTORE = "restore"
    ROTATE = "rotate"
    SCALE = "scale"
    STUCK = "stuck"


_STEPS: Mapping[Kind, Callable[[Graph], list[Step]]] = {
    Kind.ZONE: zone,
    Kind.ROTATE: rotate,
    Kind.SCALE: scale,
    Kind.STUCK: stuck,
}
_ABSENT: Mapping[Kind, str] = {
    Kind.ZONE: "it has nothing that fails over from one zone to another",
    Kind.REGION: "no stack file names it as its home (recovery.home), and it stands by for none",
    Kind.RESTORE: "it has no store that anything brings back",
    Kind.ROTATE: "it has no secret",
    Kind.SCALE: "it has nothing whose size is a number of its own",
    Kind.STUCK: "it has nothing that gets stuck",
}


def drill(graph: Graph, kind: Kind, standby: Graph | None = None) -> Drill:
    """The steps of one kind; ``standby`` is the recovery stack of this one: promoted where the region is lost, else as
    it stands by. Where this one is a recovery stack itself, it is that for the region, and None otherwise."""
    if kind is Kind.RESTORE:
        steps = restore(graph, standby)
    else:
        steps = _STEPS[kind](graph) if kind in _STEPS else region(graph, standby) if standby else []
    return Drill(graph.stack, str(kind), tuple(steps), "" if steps else _ABSENT[kind])
