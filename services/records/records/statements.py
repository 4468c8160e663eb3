"""The SQL of every path, each with the index that serves it (migrations/records)."""

READ = """
SELECT tenant_id, version, kind, updated_at, body::text AS body FROM record WHERE id = $1
"""
"""By the primary key of the one partition that the id lies in."""

PAGE = """
SELECT id, version, kind, updated_at, body::text AS body FROM record
WHERE tenant_id = (SELECT $1::integer) AND id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4
"""
"""By ``record_by_tenant``, partition by partition from the newest on, until the page is full; never sorted.

PostgreSQL is not to know whose page it is when it plans: for a tenant with a large share of all rows it would go
through everybody's by the primary key, which takes as long as others have written since that one last did.
"""

WRITE = """
WITH written AS (
    INSERT INTO record (id, tenant_id, kind, body)
    SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::jsonb[])
    RETURNING id, version, kind, updated_at, body
), told AS (
    INSERT INTO outbox (record_id, tenant, version, event, body)
    SELECT id, $5, version, 'created', jsonb_build_object('kind', kind, 'body', body) FROM written
)
SELECT id, version, kind, updated_at, body::text AS body FROM written
"""
"""Rows and what Kafka is to be told of them, by one statement: both or neither."""

REPLACE = """
WITH written AS (
    UPDATE record SET kind = $4, body = $5::jsonb, version = version + 1, updated_at = now()
    WHERE id = $1 AND tenant_id = $2 AND version = $3
    RETURNING id, version, kind, updated_at, body
), told AS (
    INSERT INTO outbox (record_id, tenant, version, event, body)
    SELECT id, $6, version, 'replaced', jsonb_build_object('kind', kind, 'body', body) FROM written
)
SELECT id, version, kind, updated_at, body::text AS body FROM written
"""

VERSION = "SELECT version FROM record WHERE id = $1 AND tenant_id = $2"

CLAIM = """
INSERT INTO request (tenant_id, key, digest) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true
"""
"""The right to answer a batch: whoever comes second waits until the first is done, and then has no row."""
ANSWERED = "SELECT digest, answer::text AS answer FROM request WHERE tenant_id = $1 AND key = $2"
ANSWER = "UPDATE request SET answer = $3::jsonb WHERE tenant_id = $1 AND key = $2"

TENANT = "SELECT tenant_id, name, key, public FROM tenant WHERE name = $1"

RELAY = "SELECT pg_try_advisory_lock(hashtext('records.outbox'))"
"""One pod at a time tells Kafka, so that what is said of one record stays in order."""
WAITING = """
SELECT position, record_id, tenant, version, event, body::text AS body, written_at FROM outbox
ORDER BY position LIMIT $1
"""
TOLD = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"
BEHIND = """
SELECT extract(epoch FROM clock_timestamp() - written_at)::float8 AS seconds,
(SELECT max(position) FROM outbox) - position + 1 AS rows FROM outbox ORDER BY position LIMIT 1
"""
"""Both ends of the primary key; positions that a transaction gave up are counted as well."""

AHEAD = "SELECT records.make_partitions(now(), now() + interval '3 months')"
