"""MSK: brokers and their storage."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import Line
from analyser.analyses.cost.services.metrics import sent_metrics

_DISK = ("brokerNodeGroupInfo", "storageInfo", "ebsStorageInfo", "volumeSize")
_TARGET = "aws:appautoscaling/target:Target"


def cluster(item: Item) -> Iterator[Line]:
    """Brokers exactly; storage grows by itself, up to the limit of its scaling."""
    kind = item.read("brokerNodeGroupInfo", "instanceType")
    if kind is None:
        raise NoPriceError("which type of machine its brokers are, is not known")
    if item.read(*_DISK) is None:
        raise NoPriceError("how large the disks of its brokers are, is not known")
    brokers = item.number("numberOfBrokerNodes")
    yield item.hours(f"{kind} brokers", f"msk.{kind.removeprefix('kafka.')}", brokers)
    size = item.number(*_DISK)
    targets = [n for n in item.graph.of_type(_TARGET) if n.inputs.get("serviceNamespace") == "kafka"]
    most = max((float(n.inputs.get("maxCapacity") or 0) for n in targets), default=size)
    yield item.scaled(
        "Storage of brokers", "msk.storage", size, low=size, high=most, factor=brokers,
        basis="scaling" if targets else "",
    )  # fmt: skip
    yield from sent_metrics(item)


PRICERS: dict[str, Pricer] = {"aws:msk/cluster:Cluster": cluster}
