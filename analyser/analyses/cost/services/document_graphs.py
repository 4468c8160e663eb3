"""DocumentDB and Neptune: the instances of their clusters.

What a cluster stores and reads is paid for by use, of which nobody has assumed anything: it is said not to be priced.
https://aws.amazon.com/documentdb/pricing/ and https://aws.amazon.com/neptune/pricing/
"""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import Line

_OPTIMIZED = "iopt1"
_SERVERLESS = "db.serverless"


def documents(item: Item) -> Iterator[Line]:
    """An instance of DocumentDB, all month."""
    yield from _instance(item, "docdb")


def graphs(item: Item) -> Iterator[Line]:
    """An instance of Neptune, all month."""
    yield from _instance(item, "neptune")


def stored(_item: Item) -> Iterator[Line]:
    """What a cluster stores. Raises NoPriceError for whichever."""
    raise NoPriceError("what it stores, reads and writes is paid for by use, of which nothing is assumed")


def _instance(item: Item, service: str) -> Iterator[Line]:
    kind = item.read("instanceClass")
    if kind is None or kind == _SERVERLESS:
        raise NoPriceError("how large it is, is not known" if kind is None else "no prices of what grows by itself")
    urns = item.node.property_dependencies.get("clusterIdentifier", ())
    clusters = [node for urn in urns if (node := item.graph.get(urn)) is not None]
    if any(node.inputs.get("storageType") == _OPTIMIZED for node in clusters):
        raise NoPriceError("no prices of instances of I/O-Optimized clusters")
    yield item.hours(f"{kind} instance", f"{service}.{kind.removeprefix('db.')}")


PRICERS: dict[str, Pricer] = {
    "aws:docdb/cluster:Cluster": stored,
    "aws:docdb/clusterInstance:ClusterInstance": documents,
    "aws:neptune/cluster:Cluster": stored,
    "aws:neptune/clusterInstance:ClusterInstance": graphs,
}
