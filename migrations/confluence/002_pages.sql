-- The page of record (docs/decisions/0017): the WebSocket service writes it; the product makes pages and reads them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'collaboration') THEN
        CREATE ROLE collaboration LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO collaboration', current_database());
END
$$;

GRANT rds_iam TO collaboration;

CREATE SCHEMA IF NOT EXISTS collaboration;

CREATE TABLE IF NOT EXISTS collaboration.page (
    page_id text PRIMARY KEY CHECK (page_id ~ '^[A-Za-z0-9_.~:/-]{1,200}$'),
    -- A Yjs update of version 1; two zero bytes are a page with nothing in it.
    state bytea NOT NULL CHECK (length(state) >= 2),
    version bigint NOT NULL DEFAULT 1,
    seed uuid,
    changed_at timestamptz NOT NULL DEFAULT now()
);
-- Updates are dense already; PostgreSQL would only try to compress them.
ALTER TABLE collaboration.page ALTER COLUMN state SET STORAGE EXTERNAL;

GRANT USAGE ON SCHEMA collaboration TO collaboration, application;
-- No DELETE: what an editor does never ends a page.
GRANT SELECT, INSERT, UPDATE ON collaboration.page TO collaboration;
-- No UPDATE: a row that is there changes by merging only, which is the service's work.
GRANT SELECT, INSERT, DELETE ON collaboration.page TO application;
