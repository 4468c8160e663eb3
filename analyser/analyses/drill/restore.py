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
    steps += _volumes(graph) if steps else ()
    before = (region_of(graph), reader(graph))
    first = [Step("speak to the stack's region, and read ids from its state", before)]
    if graph.of_type(CLUSTER) and deployed(graph):
        first.insert(0, entered(graph))
    return [*first, *steps] if steps else []


def _volumes(graph: Graph) -> Iterator[Step]:
    claims = [node.inputs["metadata"] for node in graph.of_type("kubernetes:core/v1:PersistentVolumeClaim")]
    if graph.of_type(CLUSTER):
        told = ", ".join(f"{each['namespace']}/{each['name']}" for each in claims) or "none that the program makes"
        yield Step(
            f"volumes of pods ({told})",
            (
                "aws ec2 describe-snapshots --owner-ids self --query "
                "'Snapshots[].[SnapshotId,VolumeId,StartTime,Description]' --output table",
                "kubectl get pvc --all-namespaces",
            ),
            see="claims on EFS are restored with their file system, above; a volume of EBS is restored by a claim "
            "whose dataSource is a snapshot of it, under another name, to which its workload then points",
            back="the workload points to the former claim, which stays",
        )
