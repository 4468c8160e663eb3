"""What ``make bench-records`` measured of the service and its tables, and the model of capacity counts with.

Measured with bodies of 250 bytes on MACHINE; docs/systems/records.md has the figures. Bytes and pages are the same on
every machine, and the bench holds each of them to within a quarter of what it measures again. Milliseconds are this
machine's: the bench brings its own here by what both need for the same work (``YARDSTICK_MS``), and holds them where
other programs have less than a tenth of it.
"""

MACHINE = "2 virtual CPUs of an AMD EPYC that eight others use as well, Python 3.11, PostgreSQL 15, Valkey 8"
YARDSTICK_MS = 6.9
"""Of CPU, for a thousand records read and written as JSON (tests/bench_records/cpu.py)."""

ROW_BYTES = 123
"""Of a row beside its body: header, columns, a share of its page's head and of the tenth that is left free."""
BY_ID_BYTES = 33
BY_TENANT_BYTES = 63
"""Of a row in each index."""
READ_PAGES = 2
"""That a point read takes from disk when nothing of it is in memory: the leaf of the index and the row. What is above
the leaves, one page in some 300, always is in memory."""
PAGE_PAGES = 52
"""The same of a page of 50: the rows lie where their time put them, each on a page of its own, and a few leaves."""
WRITE_PAGES = 4
"""That a record makes PostgreSQL write, at worst: a leaf of the tenant's index, the same leaf whole in the log, a flush
of it, and shares of the pages of rows, of the outbox and its going, and of the primary key. It is less the more
records of a tenant, or of one flush, there are between two checkpoints (``trees.pages_of_writes``)."""
LOG_BYTES = 660
"""Of the log, for a record that is made; the pages that it holds whole after each checkpoint come on top."""
READ_CPU_MS, PAGE_CPU_MS, WRITE_CPU_MS = 0.3, 0.5, 0.4
"""Of PostgreSQL, for one of each. These and the next are upper bounds: others had most of the machine meanwhile."""
CACHED_REQUEST_CPU_MS, READ_REQUEST_CPU_MS, PAGE_REQUEST_CPU_MS, WRITE_REQUEST_CPU_MS = 0.9, 0.9, 1.3, 1.2
"""Of the service, for one request: a record that Redis has, one that PostgreSQL has, a page, a write."""
CACHED_BYTES = 250
"""Of a record in Redis beside its body: key, hash, expiry, and the answer's other fields."""
EVENT_BYTES = 250
"""Of a record's event in Kafka beside its body."""
