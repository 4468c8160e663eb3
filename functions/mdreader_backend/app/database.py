"""A connection to PostgreSQL that is signed in by IAM, and kept from call to call.

Environment: DATABASE_HOST, DATABASE_NAME, DATABASE_USER.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError
from pg8000.exceptions import DatabaseError, InterfaceError
from pg8000.native import Connection

from app import traces
from app.references import client

PORT = 5432
PATIENCE_SECONDS = 3
AWAY = (DatabaseError, InterfaceError, OSError, BotoCoreError)
"""What pg8000 raises when the database is away, refuses whoever signs in, or has hung up, and boto3 when it has nothing
to sign with."""


def signed_in() -> Connection:
    """A new connection as DATABASE_USER. The token is signed here, asks nobody, and is needed to connect alone.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
    """
    host, user = os.environ["DATABASE_HOST"], os.environ["DATABASE_USER"]
    token = client("rds").generate_db_auth_token(DBHostname=host, Port=PORT, DBUsername=user)
    return connection(host, PORT, os.environ["DATABASE_NAME"], user, token)


def connection(host: str, port: int, name: str, user: str, password: str) -> Connection:
    """A connection by TLS, as ``sslmode=require`` has it: what RDS shows is of a root that Lambda does not know."""
    return Connection(
        user, host=host, port=port, database=name, password=password, ssl_context=True, timeout=PATIENCE_SECONDS
    )


class Database:
    """Keeps one connection: a function answers one request at a time."""

    def __init__(self, connect: Callable[[], Connection] = signed_in) -> None:
        self._connect = connect
        self._kept: Connection | None = None

    def run(self, statement: str, **values: Any) -> list[Any]:
        """What a statement yields; may be sent again by a new connection when the kept one turns out to be gone.

        Raises one of ``AWAY`` when the database does not answer, or refuses the statement.
        """
        with traces.asking("postgresql", statement):
            return self._run(statement, **values)

    def _run(self, statement: str, **values: Any) -> list[Any]:
        if self._kept is not None:
            try:
                return list(self._kept.run(statement, **values) or ())
            except AWAY:
                self._close()
        self._kept = self._connect()
        return list(self._kept.run(statement, **values) or ())

    def _close(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(*AWAY):
                kept.close()
