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
from contextlib import closing
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

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
    """The names of the files that were applied. Raises MigrationError when one cannot be, and what the last try raised
    when the database or its secret does not answer in time."""
    files = [(file["Name"], file["Sql"]) for file in event["Files"]]
    with closing(_connected()) as connection:
        return migrate(connection, files)


def migrate(connection: Connection, files: Sequence[tuple[str, str]]) -> list[str]:
    """Applies what is not applied yet, in one transaction."""
    connection.execute_simple(_OPEN)
    known = dict(connection.run("SELECT file, digest FROM schema_migration") or ())
    applied = []
    for name, sql in files:
        digest = hashlib.sha256(sql.encode()).hexdigest()
        if known.get(name, digest) != digest:
            raise MigrationError(f"{name} has changed since it was applied; add a file instead")
        if name in known:
            continue
        try:
            connection.execute_simple(sql)  # a file has many statements, and colons that are no parameters
        except DatabaseError as error:
            raise MigrationError(f"{name}: {_said(error)}") from error
        connection.run("INSERT INTO schema_migration (file, digest) VALUES (:name, :digest)", name=name, digest=digest)
        applied.append(name)
    connection.run("COMMIT")
    return applied


def _said(error: DatabaseError) -> str:
    """The server's message and code: https://www.postgresql.org/docs/current/protocol-error-fields.html"""
    fields = error.args[0]
    return f"{fields['M']} ({fields['C']})" if isinstance(fields, dict) else str(error)


def _connected() -> Connection:
    left = PATIENCE_SECONDS // PAUSE_SECONDS
    while True:
        try:
            return _connect()
        except (OSError, DatabaseError, InterfaceError, BotoCoreError, ClientError):
            if left == 0:
                raise
        left -= 1
        time.sleep(PAUSE_SECONDS)


def _connect() -> Connection:
    """By TLS, as ``sslmode=require`` has it: what RDS shows is of a root that Lambda does not know."""
    found = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["DATABASE_SECRET_ARN"])
    master = json.loads(found["SecretString"])
    return Connection(
        master["username"],
        host=os.environ["DATABASE_HOST"],
        port=int(os.environ["DATABASE_PORT"]),
        database=os.environ["DATABASE_NAME"],
        password=master["password"],
        ssl_context=True,
        timeout=TIMEOUT_SECONDS,
    )
