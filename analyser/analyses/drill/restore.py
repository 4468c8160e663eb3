"""Every store restored beside itself, and made the stack's without losing the protected one."""

from collections.abc import Callable, Iterator, Mapping

from analyser.analyses.drill.kubernetes import deployed, entered
from analyser.analyses.drill.model import Step
from analyser.analyses.drill.names import (
    BUCKET,
    CLUSTER,
    FILES,
    KAFKA,
    REDIS,
    SEARCH,
    TABLE,
    mine,
    primaries,
    reader,
    region_of,
)  # fmt: skip
from analyser.analyses.drill.restore_cache import cache
from analyser.analyses.drill.restore_database import database
from analyser.analyses.drill.restore_search import search
from analyser.analyses.drill.restore_stores import bucket, files, stream, table
from analyser.analyses.drill.restore_volumes import volumes
from analyser.graph import Graph, Node

_EACH: Mapping[str, Callable[[Graph, Node], Iterator[Step]]] = {
    TABLE: table,
    BUCKET: bucket,
    FILES: files,
    SEARCH: search,
    KAFKA: stream,
}


def restore(graph: Graph, standby: Graph | None = None) -> list[Step]:
    """Databases first, then caches and the other stores; of the stack that stands by, what copies them."""
    steps = [step for node in primaries(graph) for step in database(graph, node, standby)]
    steps += [step for node in mine(graph, REDIS) for step in cache(graph, node, standby)]
    steps += [step for token, each in _EACH.items() for node in mine(graph, token) for step in each(graph, node)]
    steps += volumes(graph) if steps else ()
    before = (region_of(graph), reader(graph))
    first = [Step("speak to the stack's region, and read ids from its state", before)]
    if graph.of_type(CLUSTER) and deployed(graph):
        first.insert(0, entered(graph))
    return [*first, *steps] if steps else []
