"""What the model of capacity says of a bench's records, beside what was measured, and whether the two agree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from systems.records.capacity import measured, trees
from tests.bench_records.data import BODY_BYTES, HOT, MONTHS, NOTE_BYTES, Known, share
from tests.bench_records.paths import HOT_PAGE, MISSED, OLD_PAGE, PAGE, READ, WRITE, Cost, Measured
from tests.bench_records.plans import Plan
from tests.bench_records.sizes import Sizes
from tests.bench_records.writes import Writes

CLOSE = 0.25
"""How far what is measured may lie from what the model says: either way, but for CPU, which may always be less."""
_MANY = 1_000_000
NEIGHBOURS = 0.1
"""The most of a machine that other programs may have while milliseconds are judged: who shares its caches with
others takes longer for the same work."""
_PAGE = 50


@dataclass(frozen=True)
class Compared:
    """One figure."""

    name: str
    predicted: float
    measured: float
    bound: bool = False
    """Whether the model takes the most that there may be, so that less is no fault of it."""

    @property
    def deviation(self) -> float:
        return self.measured / self.predicted - 1

    @property
    def close(self) -> bool:
        return self.deviation <= CLOSE and (self.bound or self.deviation >= -CLOSE)


@dataclass(frozen=True)
class Found:
    """What one number of rows showed."""

    rows: int
    sizes: Sizes
    empty: int
    """Partitions without rows."""
    sampled: Sequence[Known]
    """Whose records were asked for."""
    warm: Sequence[Plan]
    cold: Sequence[Plan]
    """With buffers that hold a hundredth of the data."""
    paths: Sequence[Measured]
    writes: Writes
    cached_bytes: float
    event_bytes: float
    connections: int
    """The most that the service had open to PostgreSQL."""
    yardstick: float
    others: float = 0.0
    """The part of the machine that other programs had meanwhile."""

    def cost(self, path: str) -> Cost:
        """Of one answer, as the machine that the model's figures come from would have it."""
        scale = measured.YARDSTICK_MS / self.yardstick
        costs = [one.cost for one in self.paths if one.path == path and one.concurrency > 1]
        return Cost(*(scale * min(getattr(cost, whose) for cost in costs) for whose in ("service", "database")))


def compared(found: Found) -> list[Compared]:
    """Every figure that the model counts with, and that any machine shows alike."""
    return [*_bytes(found), *_pages(found)]


def undisturbed(found: Found) -> list[Compared]:
    """The same of CPU and of what a write changes, which only a machine that does nothing else shows.

    Of fewer than a million rows a few pages that every write changes, such as the outbox's, outweigh the records'.
    """
    return [*_milliseconds(found), *([pages_of_write(found)] if found.rows >= _MANY else [])]


def _bytes(found: Found) -> Iterator[Compared]:
    yield Compared("bytes of a row", BODY_BYTES + measured.ROW_BYTES, found.sizes.row)
    yield Compared("bytes of an entry by id", measured.BY_ID_BYTES, found.sizes.by_id)
    yield Compared("bytes of an entry by tenant", measured.BY_TENANT_BYTES, found.sizes.by_tenant)
    yield Compared("bytes in Redis", BODY_BYTES + measured.CACHED_BYTES, found.cached_bytes)
    yield Compared("bytes in Kafka", BODY_BYTES + measured.EVENT_BYTES, found.event_bytes)
    yield Compared("bytes of log a write", measured.LOG_BYTES, found.writes.log_bytes)


def _pages(found: Found) -> Iterator[Compared]:
    rows_of_page = trees.PAGE_BYTES / (BODY_BYTES + measured.ROW_BYTES)
    newest = trees.Laid(MONTHS, found.rows / MONTHS, rows_of_page, found.empty)
    amid = trees.Laid(MONTHS, found.rows / MONTHS, rows_of_page)
    yield Compared("levels by id", trees.BY_ID.height(newest.partition_rows), found.sizes.id_height)
    yield Compared("levels by tenant", trees.BY_TENANT.height(newest.partition_rows), found.sizes.tenant_height)
    said = {
        READ: trees.pages_of_read(newest.partition_rows),
        PAGE: fmean(trees.pages_of_page(_PAGE, share(known.tenant), newest) for known in found.sampled),
        HOT_PAGE: trees.pages_of_page(_PAGE, share(HOT), amid),
    }
    for plan in found.warm:
        if plan.path in said:
            yield Compared(f"pages of a {plan.path}", said[plan.path], plan.pages)
    from_disk = {READ: measured.READ_PAGES, OLD_PAGE: fmean(_amid(known, amid, found.rows) for known in found.sampled)}
    for plan in found.cold:
        if plan.path in from_disk:
            yield Compared(f"cold pages of a {plan.path}", from_disk[plan.path], plan.missed)


def pages_of_write(found: Found) -> Compared:
    """Pages that a write changes; what empties the outbox and vacuums meanwhile changes more, the longer it takes."""
    made, rows_of_page = found.writes.made, trees.PAGE_BYTES / (NOTE_BYTES + measured.ROW_BYTES)
    laid = trees.Laid(MONTHS, found.rows / MONTHS, rows_of_page)
    return Compared(
        "pages changed by a write", trees.pages_of_writes(made, found.writes.tenants, laid) / made, found.writes.pages
    )


def _amid(known: Known, laid: trees.Laid, rows: int) -> float:
    """Pages from disk of a page that begins anywhere in its tenant's records: one in so many ends with the oldest."""
    own = share(known.tenant) * rows
    return trees.pages_from_disk(_PAGE - _PAGE**2 / 2 / own if own > _PAGE else own / 2, share(known.tenant), laid)


def _milliseconds(found: Found) -> Iterator[Compared]:
    database = {MISSED: measured.READ_CPU_MS, PAGE: measured.PAGE_CPU_MS, WRITE: measured.WRITE_CPU_MS}
    service = {
        READ: measured.CACHED_REQUEST_CPU_MS,
        MISSED: measured.READ_REQUEST_CPU_MS,
        PAGE: measured.PAGE_REQUEST_CPU_MS,
        WRITE: measured.WRITE_REQUEST_CPU_MS,
    }
    for path, said in database.items():
        yield Compared(f"CPU ms of PostgreSQL, {path}", said, found.cost(path).database, bound=True)
    for path, said in service.items():
        yield Compared(f"CPU ms of the service, {path}", said, found.cost(path).service, bound=True)
