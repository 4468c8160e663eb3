"""RDS for PostgreSQL, and Aurora."""

from collections.abc import Iterator, Mapping

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.price_snapshot import NoPriceError
from analyser.analyses.cost.result import HOURS, Line
from analyser.analyses.cost.services.support import extended
from analyser.analyses.databases import engine_of
from analyser.graph import Node

STRIPED_GIB = 400
FREE_IOPS, FREE_MIBPS = 12_000, 500
"""From 400 GiB on, what gp3 storage of PostgreSQL has for nothing; below it cannot have more than 3,000 and 125.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage"""
_VCPUS = {"xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}
_LEAST_VCPUS = 2
"""Of every smaller class, and the least that a proxy is paid for: https://aws.amazon.com/rds/proxy/pricing/"""
EXTENDED: Mapping[int, str] = {0: "rds.extended", 2: "rds.extended-year3", 3: ""}
"""By the vCPU, of the standby of Multi-AZ as well; dearer in the third year, which is the last:
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-charges.html"""
_NO_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"
_SAME = ("gp2", "gp3")
"""Storage of one price: https://aws.amazon.com/rds/postgresql/pricing/"""
_CLUSTER = "aws:rds/cluster:Cluster"
_INSTANCE = "aws:rds/instance:Instance"


def instance(item: Item) -> Iterator[Line]:
    """Instance and storage, twice with Multi-AZ; its share of the backups, when it is no replica."""
    kind = item.text("instanceClass")
    source = _source(item)
    _of_postgres(item)
    factor = 2 if item.read("multiAz") else 1
    yield item.hours(f"{kind}{' Multi-AZ' if factor == 2 else ''}", f"rds.{kind.removeprefix('db.')}", factor)
    yield from _extended(item, source or item.node, vcpus(kind) * factor)
    disk = item.read("storageType", default="gp3")
    if disk not in _SAME:
        raise NoPriceError(f"no prices of RDS storage of type {disk}")
    size = item.number("allocatedStorage") or _of(source, "allocatedStorage")
    most = max(size, item.number("maxAllocatedStorage"))
    basis = "maxAllocatedStorage" if most > size else ""
    yield item.scaled(f"{disk} storage", "rds.gp3", size, low=size, high=most, factor=factor, basis=basis)
    if disk == "gp3" and size >= STRIPED_GIB:
        iops = item.number("iops") or _of(source, "iops")
        if iops > FREE_IOPS:
            yield item.fixed(f"IOPS above {FREE_IOPS:,}", "rds.gp3-iops", iops - FREE_IOPS, factor=factor)
        throughput = item.number("storageThroughput") or _of(source, "storageThroughput")
        if throughput > FREE_MIBPS:
            above = throughput - FREE_MIBPS
            yield item.fixed(f"Throughput above {FREE_MIBPS} MiB/s", "rds.gp3-throughput", above, factor=factor)
    if item.read("manageMasterUserPassword"):
        yield item.fixed("Secret of the master user", "secretsmanager.secret", 1)
    if source is None:
        yield item.used("Automated backups", "rds.backup", "database_backup_gb", share=_share(item))


def _of_postgres(item: Item) -> None:
    """Raises NoPriceError for an engine that is paid otherwise: the prices of machines are those of PostgreSQL."""
    name = engine_of(item.graph, item.node, "PostgreSQL")
    if name != "PostgreSQL":
        raise NoPriceError(f"prices of machines of RDS are PostgreSQL's, and this is {name}")


def cluster(item: Item) -> Iterator[Line]:
    """What is stored, read and written; backups, and the secret of the master user, once it copies nothing."""
    yield item.used("Aurora storage", "rds.aurora-storage", "aurora_gb")
    yield item.used("Reads and writes of storage", "rds.aurora-io", "aurora_io_millions")
    if item.read("manageMasterUserPassword"):
        yield item.fixed("Secret of the master user", "secretsmanager.secret", 1)
    if item.read("replicationSourceIdentifier") is None:
        yield item.used("Automated backups", "rds.aurora-backup", "database_backup_gb", share=_share(item))


def _share(item: Item) -> float:
    """What is backed up is shared by all that copies nothing, of whichever engine."""
    copies = ((_INSTANCE, "replicateSourceDb"), (_CLUSTER, "replicationSourceIdentifier"))
    return 1 / sum(not node.inputs.get(key) for token, key in copies for node in item.graph.of_type(token))


def cluster_instance(item: Item) -> Iterator[Line]:
    """Capacity by the hour, between the bounds that its cluster has."""
    bounds = next(iter(_bounds(item)), None)
    kind = item.read("instanceClass")
    if kind != "db.serverless":
        raise NoPriceError(f"no price of Aurora's {kind}" if kind else "which class of machine it is, is not known")
    if bounds is None:
        raise NoPriceError("between which bounds its capacity moves, is not known")
    low, high = (HOURS * float(bounds[key]) for key in ("minCapacity", "maxCapacity"))
    basis = "serverlessv2ScalingConfiguration"
    yield item.scaled("Aurora capacity", "rds.aurora-acu", (low + high) / 2, low=low, high=high, basis=basis)


def _bounds(item: Item) -> Iterator[dict[str, float]]:
    """The scaling configuration of the cluster that an instance is of."""
    wanted = item.read("clusterIdentifier")
    for node in item.graph.of_type(_CLUSTER):
        if wanted in (node.inputs.get("clusterIdentifier"), node.id):
            bounds = node.inputs.get("serverlessv2ScalingConfiguration")
            yield from [bounds] if isinstance(bounds, dict) else []


def _source(item: Item) -> Node | None:
    wanted = item.read("replicateSourceDb")
    if wanted is None:
        return None
    for node in item.graph.of_type(_INSTANCE):
        if wanted in (node.inputs.get("identifier"), node.id, node.outputs.get("arn"), node.outputs.get("identifier")):
            return node
    return item.node


def _of(node: Node | None, key: str) -> float:
    value = node.inputs.get(key) if node is not None else None
    return float(value) if isinstance(value, int | float) else 0.0


def backup_copy(item: Item) -> Iterator[Line]:
    """Automated backups kept in a second region, the first of them as large as the database."""
    arn = str(item.read("sourceDbInstanceArn", default=""))
    sources = [n for n in item.graph.of_type(_INSTANCE) if n.outputs.get("arn") == arn]
    yield item.fixed("Copy of the database", "rds.backup", _of(sources[0], "allocatedStorage") if sources else 0)
    yield item.used("Copies of automated backups", "rds.backup", "database_backup_gb", share=1 / item.of_same_type())


def proxy(item: Item) -> Iterator[Line]:
    """By the vCPUs of the database behind it."""
    classes = [str(n.inputs.get("instanceClass", "")) for n in item.graph.of_type(_INSTANCE)]
    yield item.hours("RDS Proxy", "rds.proxy", max(map(vcpus, classes), default=_LEAST_VCPUS))


def vcpus(kind: str) -> int:
    """The vCPUs of an instance class."""
    return _VCPUS.get(kind.rpartition(".")[2], _LEAST_VCPUS)


def _extended(item: Item, source: Node, number: int) -> Iterator[Line]:
    """What PostgreSQL costs beyond its support, by the vCPU; a replica has its source's version."""
    version = item.read("engineVersion") or source.inputs.get("engineVersion")
    if item.read("engineLifecycleSupport") != _NO_EXTENDED_SUPPORT and isinstance(version, str):
        yield from extended(item, "PostgreSQL on RDS", version, number, EXTENDED)


PRICERS: dict[str, Pricer] = {
    _INSTANCE: instance,
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": backup_copy,
    _CLUSTER: cluster,
    "aws:rds/clusterInstance:ClusterInstance": cluster_instance,
    "aws:rds/proxy:Proxy": proxy,
}
