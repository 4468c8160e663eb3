"""Applies SQL files to a database, each once, in order, and all of them or none: what the Job does in a cluster.

Pulumi calls it with ``Files``, a list of ``Name`` and ``Sql``. What was applied is kept in the database's table
schema_migration, in the form of components/workloads/migration_script.py. It signs in as the master user,
whose password it reads from Secrets Manager for each try: the first one may just be replaced.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3

from database_migration.postgres import Connection, PostgresError

PAUSE_SECONDS = 10
PATIENCE_SECONDS = 300
TIMEOUT_SECONDS = 30
_OPEN = """
SET client_min_messages = warning;
BEGIN;
SELECT pg_advisory_xact_lock(hashtext('schema_migration'));
CREATE TABLE IF NOT EXISTS schema_migration (
    file text PRIMARY KEY, digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
);
"""


class MigrationError(Exception):
    """A migration cannot be applied; the message names the file."""


def handle(event: Mapping[str, Any], _context: object) -> list[str]:
    """The names of the files that were applied. Raises MigrationError when one cannot be, and OSError when the database
    does not answer in time."""
    files = [(file["Name"], file["Sql"]) for file in event["Files"]]
    with _connected() as connection:
        return migrate(connection, files)


def migrate(connection: Connection, files: Sequence[tuple[str, str]]) -> list[str]:
    """Applies what is not applied yet, in one transaction."""
    connection.run(_OPEN)
    known = {str(name): digest for name, digest in connection.run("SELECT file, digest FROM schema_migration")}
    applied = []
    for name, sql in files:
        digest = hashlib.sha256(sql.encode()).hexdigest()
        if known.get(name, digest) != digest:
            raise MigrationError(f"{name} has changed since it was applied; add a file instead")
        if name in known:
            continue
        try:
            connection.run(sql)
        except PostgresError as error:
            raise MigrationError(f"{name}: {error}") from error
        connection.run(f"INSERT INTO schema_migration (file, digest) VALUES ('{name}', '{digest}')")  # noqa: S608
        applied.append(name)
    connection.run("COMMIT")
    return applied


def _connected() -> Connection:
    left = PATIENCE_SECONDS // PAUSE_SECONDS
    while True:
        try:
            return _connect()
        except (OSError, PostgresError):
            if left == 0:
                raise
        left -= 1
        time.sleep(PAUSE_SECONDS)


def _connect() -> Connection:
    found = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DATABASE_SECRET_ARN"])
    master = json.loads(found["SecretString"])
    return Connection(
        os.environ["DATABASE_HOST"],
        int(os.environ["DATABASE_PORT"]),
        user=master["username"],
        password=master["password"],
        database=os.environ["DATABASE_NAME"],
        timeout=TIMEOUT_SECONDS,
    )
