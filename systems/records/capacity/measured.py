"""What ``make bench-records`` measured of the service and its tables, and the model of capacity counts with.

Measured on PostgreSQL 15 with bodies of 250 bytes; docs/systems/records.md has the machine and the figures. The bench
holds each of them to within a quarter of what it measures anew.
"""

ROW_BYTES = 123
"""Of a row beside its body: header, columns, a share of its page's head and of the tenth that is left free."""
BY_ID_BYTES = 33
BY_TENANT_BYTES = 63
"""Of a row in each index."""
READ_PAGES = 2
"""That a point read takes from disk when nothing of it is in memory: the leaf of the index and the row. What is above
the leaves, one page in some 300, always is in memory."""
PAGE_PAGES = 55
"""The same of a page of 50: the rows lie where their time put them, each on a page of its own, and a few leaves."""
WRITE_PAGES = 4
"""That a record makes PostgreSQL write in the end: a share of a page of rows and of the primary key's last leaf, a leaf
of the tenant's index, the outbox and its going, and the log, several records of which are flushed at once."""
READ_CPU_MS, PAGE_CPU_MS, WRITE_CPU_MS = 0.15, 1.6, 0.6
"""Of PostgreSQL, for one of each."""
REQUEST_CPU_MS = 1.6
"""Of the service, for one request that Redis or PostgreSQL answers."""
CACHED_BYTES = 250
"""Of a record in Redis beside its body: key, hash, expiry, and the answer's other fields."""
EVENT_BYTES = 250
"""Of a record's event in Kafka beside its body."""
