-- What loadtests/records.js asks for: tenants load-0 and so on, and their records over the months behind. As the master
-- user, by psql; each run adds records. Of a thousand million it takes hours, so run it in portions:
--
--   psql -v key=$KEY -v tenants=100 -v rows=1000000 -v months=12 -f loadtests/records.sql
--
-- Afterwards nobody signs in as them any more with: UPDATE records.tenant SET key = NULL WHERE name LIKE 'load-%'
\set ON_ERROR_STOP on
INSERT INTO records.tenant (name, key)
SELECT 'load-' || n, sha256(convert_to(:'key' || '-' || n, 'UTF8')) FROM generate_series(0, :tenants - 1) n
ON CONFLICT (name) DO UPDATE SET key = excluded.key;

SELECT records.make_partitions(now() - make_interval(months => :months), now()) \g /dev/null

-- From the oldest on, as they would have come. An id is a UUID of version 7: its time, and chance.
INSERT INTO records.record (id, tenant_id, kind, body)
SELECT (
    lpad(to_hex(((extract(epoch FROM now() - make_interval(months => :months)) + n * step) * 1000)::bigint), 12, '0')
    || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15)
)::uuid, whose[1 + n % :tenants], 'reading',
jsonb_build_object('device', n, 'value', random(), 'unit', 'kWh', 'note', repeat(md5(random()::text), 7))
FROM generate_series(0, :rows - 1) n, (
    SELECT array_agg(tenant_id ORDER BY tenant_id) AS whose,
    extract(epoch FROM make_interval(months => :months)) / :rows AS step
    FROM records.tenant WHERE name LIKE 'load-%'
) t;
ANALYZE records.record;
