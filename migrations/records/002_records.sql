-- The records themselves: docs/systems/records.md says why they are kept in this form.

-- Whose records they are. "key" is the SHA-256 of what a tenant's programs show; without one, nobody signs in as it.
CREATE TABLE records.tenant (
    tenant_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    key bytea UNIQUE CHECK (octet_length(key) = 32),
    public boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN records.tenant.public IS 'Whether anybody may read the records, and caches may keep them';
-- Who the tenants are is for the platform to say: the application learns it and changes nothing.
REVOKE INSERT, UPDATE, DELETE ON records.tenant FROM application;

-- An id is a UUID of version 7: its first 48 bits are milliseconds since 1970. So one column is key, time and partition:
-- whoever has an id reads one partition, and pages by time go through partitions from the newest on until they are full.
-- No foreign key: it would lock the tenant's row at each insert, and a tenant with records is never deleted.
CREATE TABLE records.record (
    id uuid NOT NULL,
    tenant_id integer NOT NULL,
    version integer NOT NULL DEFAULT 1,
    kind text NOT NULL,
    body jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX record_by_tenant ON records.record (tenant_id, id);

-- What Kafka has still to be told, written with the rows that it is about. Whoever relays deletes what the brokers have.
CREATE TABLE records.outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id uuid NOT NULL,
    tenant text NOT NULL,
    version integer NOT NULL,
    event text NOT NULL,
    body jsonb NOT NULL,
    written_at timestamptz NOT NULL DEFAULT now()
) WITH (
    -- A queue: small, and all of it dead within seconds. Vacuum by count, at once, without rests.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000
);

-- What was answered to a batch, under the key that its sender chose, so that sending it again changes nothing.
CREATE TABLE records.request (
    tenant_id integer NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    digest bytea NOT NULL,
    answer jsonb,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
CREATE INDEX request_by_time ON records.request (made_at);

-- The lowest id of a moment.
CREATE FUNCTION records.first_id(moment timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;

-- When a record was made.
CREATE FUNCTION records.made_at(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN to_timestamp(('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0);
