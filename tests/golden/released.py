"""What the last release deployed: every resource of every stack by its URN, and what would replace what bears data.

``python -m tests.golden.released`` writes it, at a release and at no other time: until the next one, what a stack had
then is what a deployed stack may still have.
"""

import gzip
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analyser.analyses.changes.changes import changes
from analyser.analyses.changes.edits import hidden
from analyser.analyses.changes.forcing import forcing
from analyser.analyses.changes.pairing import key, pairs
from analyser.analyses.report import compared, inputs
from analyser.graph import Graph, Node
from resource_types.bearing import bearing
from tests.stacks import STACKS, stack_graph

FILE = Path(__file__).with_name("released.json.gz")
ALLOWED = Path(__file__).with_name("allowed.toml")
"""URNs that may vanish or be replaced all the same, each with the reason."""


def released() -> dict[str, dict[str, dict[str, Any]]]:
    """Stack -> URN without the stack -> the inputs that would force a replacement."""
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(gzip.decompress(FILE.read_bytes()))
    return found


def allowed() -> dict[str, dict[str, str]]:
    """Stack -> URN without the stack -> why it may go or be replaced."""
    return tomllib.loads(ALLOWED.read_text(encoding="utf-8"))


def resources(graph: Graph) -> dict[str, dict[str, Any]]:
    """What a release holds of a graph without outputs."""
    return {key(node.urn): _forcing(node) for node in graph.resources}


def lost(stack: str, before: Mapping[str, Mapping[str, Any]], graph: Graph) -> Iterator[str]:
    """URNs without the stack that vanished without an alias, or bear data or identity and would be replaced."""
    now = _document(graph)
    old = {"stack": stack, "resources": [_entry(stack, urn, given) for urn, given in before.items()]}
    for change in changes(pairs(old, now), one_stack=True):
        if change.kind == "removed" or (change.kind == "replaced" and change.bearing):
            yield key(change.former or change.urn)


def _document(graph: Graph) -> dict[str, Any]:
    """The JSON form with what a release holds of the inputs."""
    found = compared(graph)
    for one in found["resources"]:
        one["inputs"] = _forcing(graph[one["urn"]])
    return found


def _forcing(node: Node) -> dict[str, Any]:
    """The inputs that may force a replacement of what bears data or identity, each with what it comes from."""
    known = forcing(node.type)
    if bearing(node.type) is None or known is None:
        return {}
    names = {path.removesuffix("[]").split(".")[0] for path in (*known.always, *known.when, *known.may)}
    given = inputs(node)
    sources = {name: [key(urn) for urn in urns] for name, urns in node.property_dependencies.items() if urns}
    return {
        name: [*sources[name], _told(given[name])] if name in sources else _told(given[name])
        for name in sorted(names & given.keys())
    }


def _told(value: Any) -> Any:
    """A value with a mark for what is not known, which is the same as long as its source is."""
    if hidden(value):
        return "?"
    if isinstance(value, Mapping):
        return {name: _told(member) for name, member in value.items()}
    return [_told(item) for item in value] if isinstance(value, list) else value


def _entry(stack: str, urn: str, given: Mapping[str, Any]) -> dict[str, Any]:
    token = urn.split("::")[1].rsplit("$", 1)[-1]
    return {
        "urn": f"urn:pulumi:{stack}::{urn}",
        "type": token,
        "name": urn.rsplit("::", 1)[1],
        "parent": "",
        "component": False,
        "protect": False,
        "ignoreChanges": [],
        "options": {},
        "inputs": dict(given),
        "propertyDependencies": {},
    }


def main() -> None:
    """Writes the file."""
    found = {stack: resources(stack_graph(stack, known=False)) for stack in STACKS}
    text = json.dumps(found, sort_keys=True, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
