"""Values that PostgreSQL on RDS limits."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from resource_types.machines import known

_MAJORS = ("14", "15", "16", "17", "18")
_RESERVED_USERS = {"admin", "public", "rdsadmin", "rdsrepladmin", "rds_superuser"}


def _version(value: str) -> str:
    if value not in _MAJORS:
        raise ValueError(
            f"{value!r} is not a major version that RDS still creates: {', '.join(_MAJORS)}; RDS chooses the minor, "
            "and raises it by itself"
        )
    return value


def _user(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", value) or value.startswith("pg_") or value in _RESERVED_USERS:
        raise ValueError(f"{value!r} cannot be a master user: lower-case letters, digits and _, and not reserved")
    return value


EngineVersion = Annotated[str, AfterValidator(_version), Field(examples=["15"])]
"""A major version that RDS still creates, of which RDS chooses the minor: the newest at first, then in a maintenance
window whichever it has approved since. A minor that was given would soon be one that RDS refuses to go back to.

https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
"""

MasterUser = Annotated[str, AfterValidator(_user)]
"""A name that RDS lets the master user have."""

DatabaseName = Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]{0,62}$", examples=["records"])]
"""A database that RDS creates together with the instance."""


InstanceClass = Annotated[str, AfterValidator(lambda name: known(name, "rds")), Field(examples=["db.r5.2xlarge"])]
"""What an instance runs on, by RDS's name for it."""


def family(version: str) -> str:
    """The parameter-group family of an engine version."""
    return f"postgres{version}"


def major(version: str) -> str:
    """The major version of one that names a minor as well."""
    return version.partition(".")[0]
