"""What PostgreSQL carries: room, disks, processors, connections."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.data.gp3 import BASELINE_IOPS
from resource_types.machine_sizes import MachineSize, machine_size
from systems.records.capacity import measured
from systems.records.capacity.limit import BUSY, Limit
from systems.records.connections import BESIDE, each_pod, most_opened, most_pods, taken
from systems.records.load import LoadSettings

if TYPE_CHECKING:
    from systems.records.settings import SystemSettings

_GIB, _MIB = 1024**3, 1024**2
_FULL = 0.85
"""How full a disk may be: vacuum, new indexes and what a stopped replica keeps want room."""
_CACHE_SHARE = 0.75
"""Of a database's memory: a quarter is RDS's shared_buffers, half the kernel's cache; the rest is the connections' own.
https://docs.aws.amazon.com/prescriptive-guidance/latest/tuning-postgresql-parameters/shared-buffers.html"""
_SMALL_DISK_GIB, _SMALL_DISK_IOPS = 400, 3_000


def row_bytes(load: LoadSettings) -> int:
    """What one record takes up, with its entries in both indexes."""
    return load.body_bytes + measured.ROW_BYTES + measured.BY_ID_BYTES + measured.BY_TENANT_BYTES


def storage(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """Room for the records of a year from now, with storage grown as far as it may."""
    each, grown = row_bytes(load), load.rows * (1 + load.growth_percent / 100)
    gib = max(settings.database.storage_gib, settings.database.max_storage_gib or 0)
    yield Limit(
        "storage",
        needed=grown * each / _GIB,
        available=gib * _FULL,
        unit="GiB",
        setting="database.storageGib or database.maxStorageGib",
        because=f"{grown / 1e9:.2f} billion records in a year x {each} bytes; {gib:,} GiB, {_FULL:.0%} full",
    )


def disks(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """Operations a second of the disks; a reader writes all that the primary does, and reads beside it."""
    database = settings.database
    size = machine_size(database.instance_class)
    if size is None:
        return
    iops, readers = min(_provisioned(settings), size.ebs_iops), max(database.read_replicas, 1)
    there = f"{iops:,} IOPS ({database.instance_class} keeps up {size.ebs_iops:,}), {BUSY:.0%} busy"
    written, missed = load.writes * measured.WRITE_PAGES, not_in_memory(load, size)
    asked = _misses(load) * measured.READ_PAGES + load.pages * measured.PAGE_PAGES
    read = f"{_misses(load):,.0f} reads x {measured.READ_PAGES} and {load.pages:,} pages x {measured.PAGE_PAGES}"
    wrote = f"{load.writes:,} writes x {measured.WRITE_PAGES}"
    yield Limit(
        "disks that are read",
        needed=asked * missed / readers + written,
        available=iops * BUSY,
        unit="IOPS",
        setting="database.readReplicas, database.instanceClass or database.iops",
        because=f"{read}, {missed:.0%} not in memory, over {readers} that read; {wrote} on each; {there}",
    )
    yield Limit(
        "disk that is written",
        needed=written,
        available=iops * BUSY,
        unit="IOPS",
        setting="database.iops or database.instanceClass",
        because=f"{wrote}; {there}",
    )


def processors(settings: "SystemSettings", load: LoadSettings) -> Iterator[Limit]:
    """CPUs of those that read, and of the one that writes."""
    size, readers = machine_size(settings.database.instance_class), max(settings.database.read_replicas, 1)
    if size is None:
        return
    reading = (_misses(load) * measured.READ_CPU_MS + load.pages * measured.PAGE_CPU_MS) / 1000 / readers
    writing = load.writes * measured.WRITE_CPU_MS / 1000
    there = f"{size.vcpus} virtual CPUs, {BUSY:.0%} busy"
    read = (
        f"{_misses(load):,.0f} reads x {measured.READ_CPU_MS} ms and {load.pages:,} pages x {measured.PAGE_CPU_MS} ms"
    )
    alone = settings.database.read_replicas == 0
    yield Limit(
        "processors that read",
        needed=reading + (writing if alone else 0),
        available=size.vcpus * BUSY,
        unit="CPUs",
        setting="database.readReplicas or database.instanceClass",
        because=f"{read} over {readers} that read; {there}",
    )
    yield Limit(
        "processors that write",
        needed=writing,
        available=size.vcpus * BUSY,
        unit="CPUs",
        setting="database.instanceClass",
        because=f"{load.writes:,} writes x {measured.WRITE_CPU_MS} ms; {there}",
    )


def connections(settings: "SystemSettings", _load: LoadSettings) -> Iterator[Limit]:
    """What all pods together may open to one host."""
    pods, each = most_pods(settings), each_pod(settings)
    there, percent = taken(settings), settings.alarms.connections_percent
    yield Limit(
        "connections",
        needed=most_opened(settings),
        available=there * percent / 100,
        unit="connections",
        setting="database.instanceClass, or lower databaseConnections or application.autoscaling.maxReplicas",
        because=f"{pods} pods during a release x {each} and {BESIDE} others; {there:,} are taken, the alarm "
        f"goes off at {percent} %",
    )


def _misses(load: LoadSettings) -> float:
    """Point reads that Redis does not answer."""
    return load.reads * (1 - load.cached_percent / 100)


def _provisioned(settings: "SystemSettings") -> int:
    if settings.database.storage_gib < _SMALL_DISK_GIB:
        return _SMALL_DISK_IOPS
    return settings.database.provisioned[0] or BASELINE_IOPS


def not_in_memory(load: LoadSettings, size: MachineSize) -> float:
    """The part of what is read that comes from disk: of the month that most is asked of, and of all before it."""
    memory = size.memory_mib * _MIB * _CACHE_SHARE
    month = load.rows / load.months * row_bytes(load)
    older = month * (load.months - 1)
    recent = load.recent_percent / 100
    return recent * (1 - min(1, memory / month)) + (1 - recent) * (1 - min(1, max(memory - month, 0) / older))
