"""A graph as text that a reviewer can read: one line a resource, so that a change of identity shows as a diff."""

import hashlib
import json
from typing import Any

from analyser.analyses.report import plain
from analyser.graph import Graph, Node
from analyser.run.contents import HASH
from analyser.run.property_bags import Asset
from policy.unknown import UNKNOWN

_LONGEST = 60
_UNKNOWN = "?"
_UNKNOWN_MEMBER = json.dumps(plain(UNKNOWN), separators=(",", ":"))


def compact(graph: Graph) -> str:
    """Resources by the path of names that leads to each, with their type, options and inputs.

    Short values are written out, others as the first digits of their hash; what is not known yet is a question mark.
    Meant for a graph with outputs unknown, which holds no stand-ins for what AWS would answer.
    """
    return "".join(f"{line}\n" for line in sorted(_line(graph, node) for node in graph))


def _line(graph: Graph, node: Node) -> str:
    path = _path(graph, node)
    told = [f"{key}={_value(value)}" for key, value in sorted(node.inputs.items())]
    return "  ".join((path, node.type, *_options(graph, node), *told))


def _path(graph: Graph, node: Node) -> str:
    above = graph.get(node.parent)
    return f"{_path(graph, above)}/{node.name}" if above else node.name


def _options(graph: Graph, node: Node) -> list[str]:
    provider = graph.get(node.provider.rpartition("::")[0])
    found = [f"provider:{provider.name}"] if provider else []
    found += ["protect"] if node.protect else []
    found += [f"ignore:{','.join(node.ignore_changes)}"] if node.ignore_changes else []
    return found + [f"{key}:{_value(value)}" for key, value in sorted(node.options.items()) if key != "aliases"]


def _value(value: Any) -> str:
    if value is UNKNOWN:
        return _UNKNOWN
    text = value if isinstance(value, str) else json.dumps(plain(_named(value)), separators=(",", ":"))
    text = text.replace(_UNKNOWN_MEMBER, _UNKNOWN)
    if len(text) <= _LONGEST and "\n" not in text:
        return text
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _named(value: Any) -> Any:
    """A value without digests of what assets hold: whoever changes a function's code does not renew every stack."""
    if isinstance(value, Asset):
        return {key: _named(member) for key, member in value.items() if key != HASH}
    return {key: _named(member) for key, member in value.items()} if isinstance(value, dict) else value
