"""Makes the PostgreSQL user that the API signs in as by IAM: without ``rds_iam`` a token is a wrong password.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html

Pulumi calls it with ``{"User": "name"}`` as the stack comes up. Environment: DATABASE_URL, the ARN of a secret and the
key in it, whose user is the master.
"""

from typing import Any
from urllib.parse import unquote, urlsplit

from pg8000.native import Connection, identifier

from app.database import PORT, connection
from app.references import reference


def handler(event: dict[str, Any], _context: object) -> None:
    """Makes the user, unless he is there; he may connect, and what else he may is for the product's migrations."""
    user: str = event["User"]
    master = _master()
    try:
        if not master.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=user):
            master.run(f"CREATE ROLE {identifier(user)} LOGIN")
        master.run(f"GRANT rds_iam TO {identifier(user)}")
    finally:
        master.close()


def _master() -> Connection:
    url = urlsplit(reference("DATABASE_URL"))
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return connection(url.hostname or "", url.port or PORT, url.path.lstrip("/"), user, password)
