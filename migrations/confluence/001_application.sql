-- Whom pods and functions sign in as. The product makes its tables itself, as this user, in the schema of its own.
-- It can be run again: a restored or promoted database may have some of it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'application') THEN
        CREATE ROLE application LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    -- Whoever connects to a database may make temporary tables there, unless told otherwise.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO application', current_database());
END
$$;

-- By this role RDS and its proxy let a user in with a token of IAM, and then with nothing else; application has no password.
GRANT rds_iam TO application;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO application;
