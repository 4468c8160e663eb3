"""The function that applies migrations, against a real PostgreSQL over TLS, as the master user."""

import json
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from database_migration import handler
from moto import mock_aws
from pg8000.exceptions import DatabaseError
from pg8000.native import Connection

from tests.postgres import MASTER, PASSWORD, Server, server
from tests.stacks import ROOT

FILES = [
    ("001_a.sql", "CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2);"),
    ("002_b.sql", "ALTER TABLE a ADD b text"),
]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    with server() as running:
        yield running


@contextmanager
def connect(postgres: Server, database: str = "postgres", password: str = PASSWORD) -> Generator[Connection]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        value = json.dumps({"username": MASTER, "password": password})
        arn = boto3.client("secretsmanager").create_secret(Name="master", SecretString=value)["ARN"]
        environment = {"SECRET_ARN": arn, "HOST": "127.0.0.1", "PORT": str(postgres.port), "NAME": database}
        for part, found in environment.items():
            patch.setenv(f"DATABASE_{part}", found)
        with closing(handler._connect()) as connection:
            yield connection


def test_a_connection_is_by_tls_and_a_wrong_password_gets_none(postgres: Server) -> None:
    with connect(postgres) as connection:
        assert connection.run("SELECT ssl, current_user FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [
            [True, MASTER]
        ]
    with pytest.raises(DatabaseError, match="password authentication failed"):
        _ = connect(postgres, password="wrong").__enter__()


def test_files_are_applied_once_and_a_later_one_after_them(postgres: Server) -> None:
    postgres.database("once")
    for files, applied in ((FILES[:1], ["001_a.sql"]), (FILES, ["002_b.sql"]), (FILES, [])):
        with connect(postgres, "once") as connection:
            assert handler.migrate(connection, files) == applied
    assert postgres.psql("SELECT count(*), count(b) FROM a", database="once") == "2|0"


def test_all_of_an_update_or_none(postgres: Server) -> None:
    postgres.database("half")
    bad = [*FILES, ("003_c.sql", "CREATE TABLE b (id int); SELECT * FROM nothing")]
    with connect(postgres, "half") as connection, pytest.raises(handler.MigrationError, match=r"003_c\.sql: relation"):
        handler.migrate(connection, bad)
    assert postgres.psql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database="half") == "0"


def test_an_applied_file_stays_as_it_was(postgres: Server) -> None:
    postgres.database("changed")
    with connect(postgres, "changed") as connection:
        handler.migrate(connection, FILES)
    with (
        connect(postgres, "changed") as connection,
        pytest.raises(handler.MigrationError, match=r"001_a\.sql has changed"),
    ):
        handler.migrate(connection, [("001_a.sql", "SELECT 1")])


def test_confluence_s_user_is_made_by_the_password_of_the_secret(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.database("confluence")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        value = json.dumps({"username": MASTER, "password": PASSWORD})
        arn = boto3.client("secretsmanager").create_secret(Name="master", SecretString=value)["ARN"]
        environment = {"SECRET_ARN": arn, "HOST": "127.0.0.1", "PORT": str(postgres.port), "NAME": "confluence"}
        for part, found in environment.items():
            monkeypatch.setenv(f"DATABASE_{part}", found)
        sql = (ROOT / "migrations/confluence/001_application.sql").read_text(encoding="utf-8")
        event = {"Files": [{"Name": "001_application.sql", "Sql": sql}]}
        assert handler.handle(event, None) == ["001_application.sql"]
        assert handler.handle(event, None) == []
    assert postgres.psql("SELECT current_user", user="application", database="confluence") == "application"
    assert postgres.psql("SELECT pg_has_role('application', 'rds_iam', 'MEMBER')") == "t"


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionRefusedError("not yet"),
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="https://secretsmanager"),
    ],
    ids=lambda failure: type(failure).__name__,
)
def test_a_database_or_a_secret_that_does_not_answer_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    pauses: list[int] = []

    def refuse() -> Connection:
        raise failure

    monkeypatch.setattr(handler.time, "sleep", pauses.append)
    monkeypatch.setattr(handler, "_connect", refuse)
    with pytest.raises(type(failure)):
        handler.handle({"Files": []}, None)
    assert sum(pauses) == handler.PATIENCE_SECONDS
