"""Capacity of the cache, the brokers and the pods."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from components.data.kafka import REPLICAS
from components.workloads.quantity import millicores
from resource_types.machine_sizes import machine_size
from systems.records.capacity import measured
from systems.records.capacity.limit import BUSY, Limit
from systems.records.load import LoadSettings

if TYPE_CHECKING:
    from systems.records.settings import SystemSettings

_GIB, _MB = 1024**3, 10**6
_FULL = 0.85
"""AWS's own alarm for a broker's disk: https://docs.aws.amazon.com/msk/latest/developerguide/bestpractices.html"""
_REDIS_SHARE = 0.6
"""Of a node's machine: a quarter is reserved for replication, and some is Redis's and the system's own.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html"""
_KEPT_SECONDS = 300
"""How long the service has Redis keep a record."""


def cache(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """Memory for what was read from the database, or written, lately."""
    node = machine_size(settings.cache.node_type)
    if node is None:
        return
    each, shards = load.body_bytes + measured.CACHED_BYTES, settings.cache.shards
    kept = (load.reads * (1 - load.cached_percent / 100) + load.writes) * _KEPT_SECONDS
    gib = node.memory_mib / 1024
    yield Limit(
        "memory of the cache",
        needed=kept * each / _GIB,
        available=gib * shards * _REDIS_SHARE,
        unit="GiB",
        setting="cache.nodeType or cache.shards",
        because=f"{kept:,.0f} records read or written in {_KEPT_SECONDS} s x {each} bytes; "
        f"{shards} x {gib:g} GiB, {_REDIS_SHARE:.0%} for data",
    )


def brokers(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """What each broker writes: its own partitions, and copies of the others'."""
    stream = settings.stream
    broker = machine_size(stream.instance_type)
    if broker is None:
        return
    each = load.body_bytes + measured.EVENT_BYTES
    yield Limit(
        "brokers",
        needed=load.writes * each * REPLICAS / stream.brokers / _MB,
        available=broker.ebs_mbps * BUSY,
        unit="MB/s",
        setting="stream.instanceType or stream.brokers",
        because=f"{load.writes:,} events x {each} bytes x {REPLICAS} copies over {stream.brokers} brokers; "
        f"{stream.instance_type} writes {broker.ebs_mbps:g} MB/s, {BUSY:.0%} busy",
    )


def brokers_storage(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """Room on each broker for what the topic keeps, with storage grown as far as it may: as if all hours were as busy
    as the busiest."""
    stream, hours = settings.stream, settings.topic.retention_hours
    each = load.body_bytes + measured.EVENT_BYTES
    yield Limit(
        "storage of the brokers",
        needed=load.writes * each * hours * 3600 * REPLICAS / stream.brokers / _GIB,
        available=stream.max_storage_gib * _FULL,
        unit="GiB",
        setting="stream.maxStorageGib or stream.brokers, or lower topic.retentionHours",
        because=f"{load.writes:,} events x {each} bytes x {hours} hours x {REPLICAS} copies over {stream.brokers} "
        f"brokers; {stream.max_storage_gib:,} GiB, {_FULL:.0%} full",
    )


def pods(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """CPU of all pods that there may be."""
    application = settings.application
    most, hits = most_pods(settings), load.cached_percent / 100
    asked = (
        (load.reads * hits, "reads of Redis", measured.CACHED_REQUEST_CPU_MS),
        (load.reads * (1 - hits), "reads of PostgreSQL", measured.READ_REQUEST_CPU_MS),
        (load.pages, "pages", measured.PAGE_REQUEST_CPU_MS),
        (load.writes, "writes", measured.WRITE_REQUEST_CPU_MS),
    )
    cpus = millicores(application.resources.requests.cpu) / 1000
    busy = application.autoscaling.cpu_percent / 100 if application.autoscaling else BUSY
    yield Limit(
        "pods",
        needed=sum(requests * ms for requests, _, ms in asked) / 1000,
        available=most * cpus * busy,
        unit="CPUs",
        setting="application.autoscaling.maxReplicas or application.resources.requests.cpu",
        because=f"{_listed(asked)}; {most} pods of {cpus:g} CPUs, {busy:.0%} busy",
    )


def _listed(asked: Iterable[tuple[float, str, float]]) -> str:
    return ", ".join(f"{requests:,.0f} {what} x {ms} ms" for requests, what, ms in asked)


def most_pods(settings: "SystemSettings") -> int:
    """As many as autoscaling lets there be."""
    bounds = settings.application.autoscaling
    return bounds.max_replicas if bounds is not None else settings.application.replicas
