"""OpenSearch Service: data nodes, dedicated masters, storage."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import Line


def domain(item: Item) -> Iterator[Line]:
    """All by the hour or the GB; gp3 storage at the IOPS that it has for nothing."""
    nodes = item.number("clusterConfig", "instanceCount", default=1)
    kind = item.read("clusterConfig", "instanceType")
    if kind is None:
        raise NoPriceError("which type of machine its nodes are, is not known")
    yield item.hours(f"{kind} nodes", f"opensearch.{kind.removesuffix('.search')}", nodes)
    if item.read("clusterConfig", "dedicatedMasterEnabled"):
        master = str(item.read("clusterConfig", "dedicatedMasterType", default=""))
        number = item.number("clusterConfig", "dedicatedMasterCount")
        yield item.hours(f"{master} masters", f"opensearch.{master.removesuffix('.search')}", number)
    if item.read("ebsOptions", "ebsEnabled"):
        yield item.fixed("gp3 storage", "opensearch.gp3", item.number("ebsOptions", "volumeSize"), factor=nodes)


PRICERS: dict[str, Pricer] = {"aws:opensearch/domain:Domain": domain}
