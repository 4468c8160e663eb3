"""PostgreSQL on RDS: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""

from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form
from settings.services.machines import known

_MAJORS = ("14", "15", "16", "17", "18")

_RESERVED_WORDS = frozenset(
    (
        *("all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast"),
        *("check", "collate", "column", "constraint", "create", "current_catalog", "current_date", "current_role"),
        *("current_time", "current_timestamp", "current_user", "default", "deferrable", "desc", "distinct", "do"),
        *("else", "end", "except", "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in"),
        *("initially", "intersect", "into", "lateral", "leading", "limit", "localtime", "localtimestamp", "not"),
        *("null", "offset", "on", "only", "or", "order", "placing", "primary", "references", "returning", "select"),
        *("session_user", "some", "symmetric", "table", "then", "to", "trailing", "true", "union", "unique"),
        *("user", "using", "variadic", "when", "where", "window", "with"),
    )
)
"""What PostgreSQL lets nothing be called unless it is quoted:
https://github.com/postgres/postgres/blob/master/src/include/parser/kwlist.h"""

_USERS = frozenset({"admin", "public", "none", "rds_superuser", "rds_replication", "rds_password", "rds_iam"})
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html"""
_RESERVED_STARTS = ("pg_", "rdsadmin", "rdsrepladmin", "rdsproxyadmin", "rdstopmgr")
_DATABASES = frozenset({"rdsadmin", "template0", "template1"})
"""Those that every instance has already, beside ``postgres``, which RDS takes for the one it makes anyway."""


def _version(value: str) -> str:
    if value not in _MAJORS:
        raise ValueError(
            f"{shown(value)} is not a major version that RDS still creates: {', '.join(_MAJORS)}; RDS chooses the "
            "minor, and raises it by itself"
        )
    return value


def _user(value: str) -> str:
    if value in _RESERVED_WORDS | _USERS or value.startswith(_RESERVED_STARTS):
        raise ValueError(f"{shown(value)} is reserved by PostgreSQL or RDS; another name, such as dbadmin")
    return value


def _database(value: str) -> str:
    if value.lower() in _RESERVED_WORDS | _DATABASES or value.lower().startswith("pg_"):
        raise ValueError(f"{shown(value)} is reserved by PostgreSQL or RDS; another name, such as records")
    return value


EngineVersion = Annotated[str, AfterValidator(_version), Field(examples=["15"])]
"""A major version that RDS still creates, of which RDS chooses the minor: the newest at first, then in a maintenance
window whichever it has approved since. A minor that was given would soon be one that RDS refuses to go back to.

https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
"""

AuroraVersion = Annotated[str, Form(r"\d{2}\.\d{1,2}", "a version of Aurora PostgreSQL with its minor", "15.17")]

MasterUser = Annotated[
    str,
    Form("[a-z][a-z0-9_]{0,62}", "the name of a user: up to 63 lower-case letters, digits and _", "dbadmin"),
    AfterValidator(_user),
]
"""A name that RDS lets the master user have."""

DatabaseName = Annotated[
    str,
    Form("[A-Za-z_][A-Za-z0-9_]{0,62}", "the name of a database: up to 63 letters, digits and _", "records"),
    AfterValidator(_database),
]
"""A database that RDS creates together with the instance."""

InstanceClass = Annotated[str, AfterValidator(lambda name: known(name, "rds")), Field(examples=["db.r5.2xlarge"])]
"""What an instance runs on, by RDS's name for it."""


def family(version: str) -> str:
    """The parameter-group family of an engine version."""
    return f"postgres{version}"


def major(version: str) -> str:
    """The major version of one that names a minor as well."""
    return version.partition(".")[0]
