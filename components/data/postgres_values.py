"""Values that PostgreSQL on RDS limits."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_FIRST_MINORS = {14: 18, 15: 13, 16: 9, 17: 5, 18: 0}
_RESERVED_USERS = {"admin", "public", "rdsadmin", "rdsrepladmin", "rds_superuser"}


def _version(value: str) -> str:
    match = re.fullmatch(r"(\d+)(?:\.(\d+))?", value)
    first = _FIRST_MINORS.get(int(match[1])) if match else None
    if match is None or first is None or (match[2] is not None and int(match[2]) < first):
        offered = ", ".join(f"{major}.{minor}" for major, minor in _FIRST_MINORS.items())
        raise ValueError(f"{value!r} is not a version that RDS still creates; {offered} or a later minor of these")
    return value


def _user(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", value) or value.startswith("pg_") or value in _RESERVED_USERS:
        raise ValueError(f"{value!r} cannot be a master user: lower-case letters, digits and _, and not reserved")
    return value


EngineVersion = Annotated[str, AfterValidator(_version), Field(examples=["15.19"])]
"""A version that RDS still creates, or a major alone, of which RDS then chooses the minor.

https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
"""

MasterUser = Annotated[str, AfterValidator(_user)]
"""A name that RDS lets the master user have."""

DatabaseName = Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
"""A database that RDS creates together with the instance."""


InstanceClass = Annotated[str, Field(pattern=r"^db\.[a-z][a-z0-9]*\.[a-z0-9]+$", examples=["db.r5.2xlarge"])]
"""What an instance runs on, by RDS's name for it."""


def family(version: str) -> str:
    """The parameter-group family of an engine version."""
    return f"postgres{version.split('.')[0]}"
