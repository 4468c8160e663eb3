"""How long an update takes: what comes, goes, is recreated or is changed in place, in the engine's order.

Pulumi's engine makes and changes everything in the order of dependencies, and then deletes, in the opposite order, what
is no longer there and what was recreated before it went (``deleteBeforeReplace`` goes at once):
https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_executor.go. How long changing in place takes is
the section ``update`` of ``resource_types``. What nobody has timed is not known, and not counted: never nothing.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from analyser.analyses.changes.changes import Change
from analyser.analyses.changes.difference import Difference
from analyser.analyses.timeline.awaits import awaits
from analyser.analyses.timeline.parallel import PARALLEL, within
from analyser.analyses.timeline.schedule import Chains, Link
from analyser.analyses.timeline.times import NOTHING, Duration, deletion, duration, is_timed, is_timed_to_go, updating
from analyser.analyses.timeline.waits import Waits, turned, waits
from analyser.graph import Graph, Node

_BESIDE = ("tags", "tagsAll", "options")
"""What is changed by a call of its own, whatever the resource, or by none."""


@dataclass(frozen=True)
class UpdateTime:
    """Seconds of an update with as many at once as the engine takes, of all that somebody has timed."""

    typical: float
    worst: float
    path: tuple[Link, ...]
    """The chains that the end waits for, by typical times: of what is made and changed, then of what goes."""
    not_known: tuple[str, ...]
    """What nobody has timed, a line each: a resource, and the inputs of it that change, or what happens to it."""


@dataclass(frozen=True)
class _Timed:
    """What was found of the changes: durations by URN, and the changes that have none."""

    made: dict[str, Duration]
    gone: dict[str, Duration]
    not_known: list[str]


def update_time(before: Mapping[str, Any], after: Mapping[str, Any], found: Difference) -> UpdateTime | None:
    """From one preview of a stack to another, in their JSON form; None for two stacks."""
    if not found.one_stack:
        return None
    old, new = _graph(before), _graph(after)
    timed = _Timed({}, {}, [])
    for change in found.changes:
        if change.tells:
            _time(change, old, new, timed)
    made, forth = _phase(new, waits(new), timed.made, _awaited(new, timed.made))
    gone, back = _phase(old, turned(waits(old)), timed.gone, {})
    return UpdateTime(
        made[0] + gone[0],
        made[1] + gone[1],
        (*forth, *(Link(link.node, link.start + made[0], link.finish + made[0], link.why) for link in back)),
        tuple(timed.not_known),
    )


def _time(change: Change, old: Graph, new: Graph, timed: _Timed) -> None:
    node = new.get(change.urn) or old[change.urn]
    name = f"{node.kind} {node.name}"
    if change.replaced and not change.replaced.certain:
        timed.not_known.append(f"{name}: may be made anew")
        return
    if change.kind in ("added", "replaced"):
        timed.made[node.urn] = duration(node)
        if not is_timed(node.type):
            timed.not_known.append(f"{name}: made")
    if change.kind in ("removed", "replaced") and not change.retained:
        _time_going(change, old[change.former or change.urn], name, timed)
    if change.kind == "updated":
        _time_change(change, node, name, timed)


def _time_going(change: Change, node: Node, name: str, timed: _Timed) -> None:
    goes = deletion(node)
    if not is_timed_to_go(node.type):
        timed.not_known.append(f"{name}: deleted")
    if change.deleted_first:
        comes = timed.made[change.urn]
        timed.made[change.urn] = Duration(goes.typical + comes.typical, goes.worst + comes.worst, comes.source)
    else:
        timed.gone[node.urn] = goes


def _time_change(change: Change, node: Node, name: str, timed: _Timed) -> None:
    if all(edit.plain_path.startswith("options.") for edit in change.edits):
        return  # of which no provider is told
    paths = sorted({edit.plain_path for edit in change.edits if edit.plain_path.split(".")[0] not in _BESIDE})
    known, unknown = updating(node, paths)
    timed.made[node.urn] = known
    if unknown:
        timed.not_known.append(f"{name}: {', '.join(unknown)}")


def _awaited(graph: Graph, made: Collection[str]) -> dict[str, tuple[str, ...]]:
    """What objects of Kubernetes that are made wait for, of what is made as well."""
    asked = awaits(graph, waits(graph))
    return {one.node.urn: tuple(node.urn for node in one.on) for one in asked if one.node.urn in made}


def _phase(
    graph: Graph, by: Waits, durations: Mapping[str, Duration], on: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[float, float], tuple[Link, ...]]:
    """Typical and worst seconds, and the chain by typical ones."""
    every = {node.urn: durations.get(node.urn, NOTHING) for node in graph}
    order = tuple(TopologicalSorter({urn: (*of, *on.get(urn, ())) for urn, of in by.items()}).static_order())
    usual = Chains(graph, order, by, on, every, lambda known: known.typical)
    slow = Chains(graph, order, by, on, every, lambda known: known.worst)
    took = [within(PARALLEL, {u: c.finish[u] - c.start[u] for u in c.finish}, by) for c in (usual, slow)]
    return (took[0], took[1]), usual.longest()


def _graph(document: Mapping[str, Any]) -> Graph:
    """A preview's resources with what they wait for; earlier releases wrote less of it."""
    entries = document["resources"]
    remote = {entry.get("within") for entry in entries}
    return Graph("", document["stack"], (_node(entry, remote) for entry in entries), {})


def _node(entry: Mapping[str, Any], remote: Collection[str]) -> Node:
    taken: Mapping[str, Iterable[str]] = entry["propertyDependencies"]
    return Node(
        urn=entry["urn"],
        type=entry["type"],
        name=entry["name"],
        inputs=entry["inputs"],
        outputs={},
        parent=entry["parent"],
        custom=not entry["component"],
        remote=entry["urn"] in remote,
        provider=entry.get("provider", ""),
        dependencies=tuple(entry.get("dependencies", ())),
        property_dependencies={key: tuple(urns) for key, urns in taken.items()},
        options=entry["options"],
        within=entry.get("within", ""),
    )


def update_document(found: UpdateTime) -> dict[str, Any]:
    """The same as JSON data."""
    return {
        "typicalSeconds": found.typical,
        "worstSeconds": found.worst,
        "parallel": PARALLEL,
        "criticalPath": [{"urn": one.node.urn, "start": one.start, "finish": one.finish} for one in found.path],
        "notKnown": list(found.not_known),
    }
