"""The migrations of every system against a real PostgreSQL, run as the master user, by the script that the Job runs."""

import functools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.migrations.job import run_job, texts_of
from tests.postgres import Server
from tests.stacks import ROOT

FOLDERS = {
    "records": ("001_application.sql", "002_records.sql", "003_partitions.sql"),
    "confluence": ("001_application.sql", "002_pages.sql"),
    "mdreader": ("001_backend.sql",),
    "consulting": ("init.sql", "chat_migration.sql", "email_events_migration.sql"),
}
Migrate = Callable[..., str]
Migrated = Callable[[str], tuple[str, str]]


@pytest.fixture
def migrate(postgres: Server, tmp_path: Path) -> Migrate:
    """Makes a database and runs a system's files there, and files of the test's own after them."""

    def run(system: str, database: str, **more: str) -> str:
        if not postgres.psql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):
            postgres.database(database)
        texts = texts_of(system, FOLDERS[system]) | {f"{name}.sql": text for name, text in more.items()}
        return run_job(postgres, database, texts, tmp_path)

    return run


@pytest.fixture(scope="module")
def migrated(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    """A system's database after its migrations, which are run once, and what they said: making one takes as long as
    fifty statements."""

    @functools.cache
    def made(system: str) -> tuple[str, str]:
        database = f"migrated_{system}"
        postgres.database(database)
        return database, run_job(postgres, database, texts_of(system, FOLDERS[system]), tmp_path_factory.mktemp(system))

    return made


def applied(server: Server, database: str) -> list[str]:
    return server.psql("SELECT file FROM schema_migration ORDER BY applied_at, file", database=database).splitlines()


def refused(server: Server, sql: str, database: str, user: str = "application") -> str:
    with pytest.raises(subprocess.CalledProcessError) as error:
        server.psql(sql, user=user, database=database)
    return str(error.value.stderr)


@pytest.mark.parametrize("system", FOLDERS)
def test_every_file_is_applied_once(postgres: Server, migrate: Migrate, migrated: Migrated, system: str) -> None:
    assert set(FOLDERS[system]) == {file.name for file in (ROOT / "migrations" / system).iterdir()}
    database, said = migrated(system)
    assert said.splitlines() == [f"applying {file}" for file in FOLDERS[system]]
    assert migrate(system, database) == ""
    assert set(applied(postgres, database)) == set(FOLDERS[system])


@pytest.mark.parametrize("system", ["records", "confluence", "mdreader"])
def test_a_database_that_has_some_of_it_is_no_obstacle(
    postgres: Server, migrate: Migrate, migrated: Migrated, system: str
) -> None:
    """Roles belong to the server: another database of it, or a restored one, may have brought them already."""
    migrated(system)
    migrate(system, f"second_{system}")
    assert applied(postgres, f"second_{system}") == list(FOLDERS[system])


@pytest.mark.parametrize(
    ("system", "user"), [("records", "application"), ("confluence", "application"), ("mdreader", "mdreader_backend")]
)
def test_the_application_signs_in_by_iam_and_rules_nothing(
    postgres: Server, migrated: Migrated, system: str, user: str
) -> None:
    database, _ = migrated(system)
    flags = "rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolpassword IS NULL"
    assert postgres.psql(f"SELECT {flags} FROM pg_authid WHERE rolname = '{user}'") == "t|f|f|f|f|f|t"
    member = f"pg_has_role('{user}', 'rds_iam', 'MEMBER'), pg_has_role('{user}', 'dbadmin', 'MEMBER')"
    assert postgres.psql(f"SELECT {member}") == "t|f"
    assert "permission denied" in refused(postgres, "CREATE ROLE another", database, user)


def test_nobody_else_connects(postgres: Server, migrated: Migrated) -> None:
    postgres.psql("CREATE ROLE stranger LOGIN")
    for system in ("records", "confluence"):
        database, _ = migrated(system)
        assert postgres.psql(f"SELECT has_database_privilege('stranger', '{database}', 'CONNECT')") == "f"
        assert postgres.psql("SELECT current_user", user="application", database=database) == "application"


def test_records_changes_rows_of_later_tables_and_not_their_form(postgres: Server, migrate: Migrate) -> None:
    later = "CREATE TABLE records.entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);"
    migrate("records", "later")
    assert migrate("records", "later", **{"009_entries": later}) == "applying 009_entries.sql"
    rows = "INSERT INTO entries (body) VALUES ('a') RETURNING id; UPDATE entries SET body = 'b'; DELETE FROM entries"
    assert postgres.psql(rows, user="application", database="later") == "1"
    for form in (
        "CREATE TABLE other (id int)",
        "CREATE TABLE public.other (id int)",
        "CREATE TEMPORARY TABLE t (i int)",
    ):
        assert "permission denied" in refused(postgres, form, "later"), form
    for form in ("DROP TABLE entries", "ALTER TABLE entries ADD COLUMN more text"):
        assert "must be owner" in refused(postgres, form, "later"), form
    assert "permission denied" in refused(postgres, "TRUNCATE entries", "later")


def test_confluence_s_product_makes_its_own_tables(postgres: Server, migrated: Migrated) -> None:
    database, _ = migrated("confluence")
    made = "CREATE TABLE pages (id int PRIMARY KEY); INSERT INTO pages VALUES (7) RETURNING id; DROP TABLE pages"
    assert postgres.psql(made, user="application", database=database) == "7"
    assert "permission denied" in refused(postgres, "CREATE SCHEMA other", database)
