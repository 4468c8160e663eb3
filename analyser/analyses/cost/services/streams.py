"""Amazon MQ, Kinesis Data Streams, Redshift: what runs all month; data, storage and queries are by use, not counted."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import Line

# https://aws.amazon.com/amazon-mq/pricing/
_BROKERS = {"SINGLE_INSTANCE": 1, "ACTIVE_STANDBY_MULTI_AZ": 2, "CLUSTER_MULTI_AZ": 3}
# https://aws.amazon.com/kinesis/data-streams/pricing/: a day is in the price of a shard
_HOURS_KEPT = 24


def broker(item: Item) -> Iterator[Line]:
    """Each instance of a broker at the price of a single one, which is what AWS asks for two and three."""
    kind, mode = item.text("hostInstanceType"), item.node.inputs.get("deploymentMode", "SINGLE_INSTANCE")
    if mode not in _BROKERS:
        raise NoPriceError("how many instances the broker has, is not known")
    yield item.hours(f"{kind} instances", f"mq.{kind.removeprefix('mq.')}", _BROKERS[mode])


def stream(item: Item) -> Iterator[Line]:
    """The stream on demand, or its shards, which cost more where they keep records for longer than a day."""
    details = item.node.inputs.get("streamModeDetails")
    mode = "PROVISIONED" if details is None else item.read("streamModeDetails", "streamMode")
    if mode == "ON_DEMAND":
        yield item.hours("Stream on demand", "kinesis.on-demand")
        return
    shards = item.number("shardCount")
    if mode != "PROVISIONED" or not shards:
        raise NoPriceError("how many shards the stream has, is not known")
    yield item.hours("Shards", "kinesis.shard", shards)
    if "retentionPeriod" in item.node.inputs and float(item.text("retentionPeriod")) > _HOURS_KEPT:
        yield item.hours("Shards that keep records longer", "kinesis.shard-extended", shards)


def warehouse(item: Item) -> Iterator[Line]:
    """The nodes of a Redshift cluster; one where it does not say how many."""
    kind = item.text("nodeType")
    nodes = float(item.text("numberOfNodes")) if "numberOfNodes" in item.node.inputs else 1
    yield item.hours(f"{kind} nodes", f"redshift.{kind}", nodes)


PRICERS: dict[str, Pricer] = {
    "aws:kinesis/stream:Stream": stream,
    "aws:mq/broker:Broker": broker,
    "aws:redshift/cluster:Cluster": warehouse,
}
