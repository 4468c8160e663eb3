-- Whom the API signs in as. The product's own migrations make its tables and say what this user may do with them.
-- It can be run again: a restored or promoted database may have some of it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mdreader_backend') THEN
        CREATE ROLE mdreader_backend LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO mdreader_backend', current_database());
END
$$;

-- By this role RDS lets a user in with a token of IAM, and then with nothing else; mdreader_backend has no password.
GRANT rds_iam TO mdreader_backend;
