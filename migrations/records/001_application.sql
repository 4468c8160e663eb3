-- Whom the pods sign in as, and where they may work. Whoever runs this is the master user and owns schema and tables.
-- It can be run again: a restored or promoted database may have some of it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'application') THEN
        CREATE ROLE application LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    -- Whoever connects to a database may make temporary tables there, unless told otherwise.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO application', current_database());
    EXECUTE format('ALTER ROLE application IN DATABASE %I SET search_path TO records', current_database());
END
$$;

-- By this role RDS lets a user in with a token of IAM, and then with nothing else; application has no password.
GRANT rds_iam TO application;

CREATE SCHEMA IF NOT EXISTS records;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA records TO application;

-- For the tables of later files: rows are the application's, their form is not.
ALTER DEFAULT PRIVILEGES IN SCHEMA records GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO application;
ALTER DEFAULT PRIVILEGES IN SCHEMA records GRANT USAGE, SELECT ON SEQUENCES TO application;
