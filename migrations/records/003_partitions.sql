-- Partitions, one for each month of UTC, and who makes and drops them: a user of its own, who signs in by IAM, reads
-- what has left the table, and does the rest by the functions below, as their owner.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maintainer') THEN
        CREATE ROLE maintainer LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO maintainer', current_database());
    EXECUTE format('ALTER ROLE maintainer IN DATABASE %I SET search_path TO records', current_database());
    -- Whoever waits for a lock has others wait behind it.
    EXECUTE format('ALTER ROLE maintainer IN DATABASE %I SET lock_timeout TO ''2s''', current_database());
    -- No request waits longer than this; a connection that was forgotten in a transaction keeps vacuum from its work.
    EXECUTE format('ALTER ROLE application IN DATABASE %I SET statement_timeout TO ''5s''', current_database());
    EXECUTE format('ALTER ROLE application IN DATABASE %I SET lock_timeout TO ''2s''', current_database());
    EXECUTE format(
        'ALTER ROLE application IN DATABASE %I SET idle_in_transaction_session_timeout TO ''10s''', current_database()
    );
END
$$;
GRANT rds_iam TO maintainer;
GRANT USAGE ON SCHEMA records TO maintainer;

-- Makes the partitions that lack from the month of "since" to that of "until", both within; says how many it made.
CREATE FUNCTION records.make_partitions(since timestamptz, until timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = records, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    month timestamptz;
    made integer := 0;
    name text;
BEGIN
    IF until > since + interval '20 years' THEN
        RAISE EXCEPTION 'no more than 20 years of partitions are made at once';
    END IF;
    FOR month IN SELECT generate_series(date_trunc('month', since), until, '1 month') LOOP
        name := to_char(month, '"record_"YYYY_MM');
        CONTINUE WHEN to_regclass('records.' || name) IS NOT NULL;
        -- Rows come and are seldom changed: vacuum after two in a hundred more, so that a month is frozen, and seen as
        -- visible to all, while it is still in memory; a page keeps a tenth free for versions of its own rows.
        EXECUTE format(
            'CREATE TABLE records.%I PARTITION OF records.record FOR VALUES FROM (%L) TO (%L) WITH ('
            'fillfactor = 90, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.02, '
            'autovacuum_analyze_scale_factor = 0.01, autovacuum_freeze_min_age = 1000000)',
            name, records.first_id(month), records.first_id(month + interval '1 month')
        );
        -- Tenants differ by a factor of a million: more of them are known by name. Bodies are never searched.
        EXECUTE format('ALTER TABLE records.%I ALTER tenant_id SET STATISTICS 1000, ALTER body SET STATISTICS 0', name);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;

-- Takes out of the table what is older than "oldest" to the last row, and says what is out and not dropped yet, from the
-- oldest on. From then on nobody changes it: it waits to be copied elsewhere.
CREATE FUNCTION records.retire_partitions(oldest timestamptz) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = records, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'records.record'::regclass
        -- Other tables' names have no time in them, and PostgreSQL may read those first.
        AND to_timestamp(substring(c.relname from '^record_([0-9]{4}_[0-9]{2})$'), 'YYYY_MM') + interval '1 month'
        <= oldest ORDER BY c.relname
    LOOP
        EXECUTE format('ALTER TABLE records.record DETACH PARTITION records.%I', name);
        EXECUTE format('REVOKE ALL ON records.%I FROM application', name);
        EXECUTE format('GRANT SELECT ON records.%I TO maintainer', name);
    END LOOP;
    RETURN QUERY
        SELECT c.relname::text FROM pg_class c
        WHERE c.relnamespace = 'records'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^record_[0-9]{4}_[0-9]{2}$'
        AND NOT c.relispartition ORDER BY c.relname;
END
$$;

-- Drops what is out of the table, once as many rows of it as it has are kept elsewhere.
CREATE FUNCTION records.drop_retired(name text, kept bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = records, pg_temp
AS $$
DECLARE
    there bigint;
BEGIN
    PERFORM FROM pg_class c
    WHERE c.relnamespace = 'records'::regnamespace AND c.relkind = 'r' AND c.relname = name
    AND name ~ '^record_[0-9]{4}_[0-9]{2}$' AND NOT c.relispartition;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is no partition that has left the table', name;
    END IF;
    EXECUTE format('SELECT count(*) FROM records.%I', name) INTO there;
    IF there <> kept THEN
        RAISE EXCEPTION '% has % rows, and % are kept elsewhere', name, there, kept;
    END IF;
    EXECUTE format('DROP TABLE records.%I', name);
END
$$;

-- Forgets batches that were answered before "oldest", as many at once as do not hold up others; says how many.
CREATE FUNCTION records.forget_requests(oldest timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = records, pg_temp
AS $$
DECLARE
    gone integer;
BEGIN
    DELETE FROM records.request WHERE (tenant_id, key) IN (
        SELECT r.tenant_id, r.key FROM records.request r WHERE r.made_at < oldest
        ORDER BY r.made_at LIMIT 10000 FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;

-- How many days from now on rows have a partition to go to.
CREATE FUNCTION records.days_ahead() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = records, pg_temp SET timezone = 'UTC'
AS $$
    SELECT coalesce(extract(day FROM max(
        to_timestamp(substring(c.relname from '^record_([0-9]{4}_[0-9]{2})$'), 'YYYY_MM')
    ) + interval '1 month' - now()), 0)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'records.record'::regclass
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT p.oid::regprocedure::text FROM pg_proc p
        WHERE p.pronamespace = 'records'::regnamespace AND p.prosecdef
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO maintainer', name);
    END LOOP;
END
$$;

-- The pods write from the first moment on, and make the months to come themselves; only the maintainer takes any out.
GRANT EXECUTE ON FUNCTION records.make_partitions(timestamptz, timestamptz) TO application;
SELECT records.make_partitions(now() - interval '1 month', now() + interval '3 months') \g /dev/null
