"""How high the B-trees of a partition are, and so how many pages of 8 KiB an answer touches.

A page holds 8,152 bytes of entries: https://www.postgresql.org/docs/15/storage-page-layout.html; an entry is a header
of 8 bytes, its columns, rounded up to 8, and a pointer of 4. Pages above the leaves are filled to 70 %
(``BTREE_NONLEAF_FILLFACTOR`` of src/include/access/nbtree.h).
"""

import math
from dataclasses import dataclass

from systems.records.capacity import measured

PAGE_BYTES = 8_192
_ENTRIES_BYTES, _ABOVE_LEAVES = 8_152, 0.7


@dataclass(frozen=True)
class Tree:
    """One index: what an entry takes up where it is laid down, and what a row takes up in the end, as measured."""

    entry_bytes: int
    row_bytes: int

    @property
    def fan_out(self) -> int:
        """Pages that one page leads to."""
        return int(_ENTRIES_BYTES * _ABOVE_LEAVES / self.entry_bytes)

    @property
    def rows_of_leaf(self) -> float:
        return PAGE_BYTES / self.row_bytes

    def height(self, rows: float) -> int:
        """Levels below the root, of an index of one partition with so many rows."""
        pages, levels = math.ceil(rows / self.rows_of_leaf), 0
        while pages > 1:
            pages, levels = math.ceil(pages / self.fan_out), levels + 1
        return levels


BY_ID = Tree(entry_bytes=8 + 16 + 4, row_bytes=measured.BY_ID_BYTES)
"""A UUID."""
BY_TENANT = Tree(entry_bytes=8 + 24 + 4, row_bytes=measured.BY_TENANT_BYTES)
"""An integer and a UUID, 20 bytes."""


def pages_of_read(partition_rows: float) -> float:
    """That a point read touches: from the root to the leaf, and the row."""
    return BY_ID.height(partition_rows) + 2


@dataclass(frozen=True)
class Laid:
    """How records lie: in so many partitions of so many rows, so many of them on a page of 8 KiB."""

    partitions: int
    partition_rows: float
    rows_of_page: float
    empty: int = 0
    """Partitions that wait for rows; each costs its first page."""


def pages_of_writes(writes: float, tenants: float, laid: Laid) -> float:
    """That records of so many tenants change, made between two checkpoints: a tenant's newest leaf, which small ones
    share, the primary key's last one, and pages of rows and of the outbox, one after the other."""
    leaves = max(laid.partition_rows / BY_TENANT.rows_of_leaf, 1)
    touched = leaves * (1 - (1 - 1 / leaves) ** tenants)
    return touched + writes / BY_ID.rows_of_leaf + 2 * writes / laid.rows_of_page


def pages_of_page(records: float, share: float, laid: Laid) -> float:
    """That a page of a tenant's newest ``records`` touches, when ``share`` of all rows are the tenant's: each partition
    that it needs costs a descent, and then come leaves and rows."""
    above_leaves = _begun(records, share, laid) * BY_TENANT.height(laid.partition_rows)
    return above_leaves + pages_from_disk(records, share, laid) + laid.empty


def pages_from_disk(records: float, share: float, laid: Laid) -> float:
    """The same, without what is above the leaves: one page in some hundred, which always is in memory.

    The rows lie on a page each for a small tenant, on fewer for one whose rows lie beside each other.
    """
    found = min(records, share * laid.partition_rows * laid.partitions)
    with_rows = found * (1 - (1 - share) ** laid.rows_of_page) / (share * laid.rows_of_page)
    return _begun(records, share, laid) + found / BY_TENANT.rows_of_leaf + with_rows


def _begun(records: float, share: float, laid: Laid) -> int:
    """Partitions that are needed."""
    return min(math.ceil(records / (share * laid.partition_rows)), laid.partitions)
