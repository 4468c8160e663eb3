"""Which data a stack keeps: where, under which key, how long, and how it is erased. A function of the graph."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from analyser.analyses.inventory.backups import Backups
from analyser.analyses.inventory.keys import Keys
from analyser.analyses.inventory.purposes import FILE, of
from analyser.analyses.inventory.result import Inventory, Logs, Purpose, Store, UnexplainedError
from analyser.analyses.inventory.stores import ENCRYPTION, READERS
from analyser.graph import Graph, Node
from policy.unknown import wholly_known
from settings.stack import PROJECT

NOT_KNOWN = "not known"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

__all__ = ["Inventory", "UnexplainedError", "inventory"]


def inventory(graph: Graph, known: Sequence[Purpose]) -> Inventory:
    """The inventory of a stack that was run with its outputs known.

    Raises UnexplainedError when a store has no purpose among ``known``.
    """
    whole, graph = graph, graph.without_unknowns()
    keys, backups = Keys(graph), Backups(graph)
    found = [node for node in graph.resources if node.type in READERS]
    silent = sorted(node.name for node in found if of(node.name, known) is None)
    if silent:
        place = f"add it to {FILE.as_posix()}"
        raise UnexplainedError(
            "\n".join(f"{graph.stack}: nobody has written down what {name} holds; {place}" for name in silent)
        )
    stores = [_store(graph, node, keys, backups, known) for node in found]
    stores = [replace(store, key=NOT_KNOWN) if _unsaid(whole[store.urn]) else store for store in stores]
    return Inventory(
        stack=graph.stack,
        system=graph.config.get(f"{PROJECT}:system", ""),
        environment=graph.config.get(f"{PROJECT}:environment", ""),
        stores=tuple(sorted(stores, key=lambda store: (store.kind, store.name))),
        logs=_logs(graph, keys),
    )


def _store(graph: Graph, node: Node, keys: Keys, backups: Backups, known: Sequence[Purpose]) -> Store:
    reading = READERS[node.type](graph, node)
    purpose = of(node.name, known)
    assert purpose is not None
    backed_up = backups.of(node)
    kept = [days for days in (reading.remains_days, backed_up.days if backed_up else None) if days is not None]
    return Store(
        urn=node.urn,
        kind=reading.kind,
        name=node.name,
        region=_region(graph, node),
        key=keys.said(reading.key) if reading.key else reading.encrypted_otherwise,
        retention=(*reading.retention, *([backed_up.said] if backed_up else [])),
        remains_days=max(kept, default=None),
        purpose=purpose,
    )


def _unsaid(node: Node) -> bool:
    """Whether something of a store's encryption is given that is not known yet."""
    return any(not wholly_known(node.inputs[name]) for name in ENCRYPTION & node.inputs.keys())


def _logs(graph: Graph, keys: Keys) -> tuple[Logs, ...]:
    groups = Counter(
        (_region(graph, node), keys.said(node.inputs.get("kmsKeyId")), node.inputs.get("retentionInDays"))
        for node in graph.of_type(_LOG_GROUP)
    )
    listed = [Logs(region, key, days, count) for (region, key, days), count in groups.items()]
    return tuple(sorted(listed, key=lambda logs: (logs.region, logs.key, logs.days or 0)))


def _region(graph: Graph, node: Node) -> str:
    return str(node.inputs.get("region") or graph.region)
