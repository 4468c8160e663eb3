"""The table of the pages of record in a real PostgreSQL, and what the product's BFF does with it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres
from tests.postgres import Server

DATABASE = "confluence"
_MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations" / "confluence"


@contextmanager
def migrated() -> Generator[Server]:
    """A database with what Confluence's migrations make in it."""
    with postgres.server() as running:
        running.database(DATABASE)
        for file in sorted(_MIGRATIONS.iterdir()):
            running.run(f"--file={file}", "--set=ON_ERROR_STOP=1", user=postgres.MASTER, database=DATABASE)
        yield running


class PagesOfRecord:
    """One database: where servers find it, and what is in it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.certificate = server.certificate
        self.url = f"postgresql://collaboration@127.0.0.1:{server.port}/{DATABASE}?sslmode=require"

    def sql(self, statement: str, *, user: str = "postgres") -> str:
        return self._server.psql(statement, user=user, database=DATABASE)

    def state(self, page_id: str) -> bytes | None:
        found = self.sql(f"SELECT encode(state, 'hex') FROM collaboration.page WHERE page_id = '{page_id}'")
        return bytes.fromhex(found) if found else None

    def make(self, page_id: str, state: bytes) -> None:
        """What the product does when it makes a page with its content."""
        values = f"('{page_id}', '\\x{state.hex()}')"
        self.sql(f"INSERT INTO collaboration.page (page_id, state) VALUES {values}", user="application")
