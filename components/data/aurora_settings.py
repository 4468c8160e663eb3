"""Settings of an Aurora PostgreSQL Serverless v2 cluster."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from components.data.postgres_settings import PostgresSettings
from settings import MisfitError, Problem, Settings
from settings.services.rds import AuroraVersion, major

Role = Literal["follower", "primary", "sole"]

_SUFFIX = "-aurora"
_LONGEST = 40
"""Names of the cluster's instances, and of what is derived from them, stay within RDS's 63 characters."""


def _half_steps(value: float) -> float:
    if value * 2 != int(value * 2):
        raise ValueError(f"{value:g} is no multiple of 0.5, in which Aurora counts capacity")
    return value


Capacity = Annotated[float, AfterValidator(_half_steps)]
"""Aurora capacity units, each of about 2 GiB of memory with the processor to it."""


class AuroraServerlessSettings(Settings):
    """Who is written to, between what bounds each instance moves, and which version the cluster begins at.

    A ``follower`` copies the database's instance; as ``primary`` it is promoted, and whoever used the instance uses it
    instead; as ``sole`` the instance is gone. Capacity never falls to 0: a cluster that replicates does not pause, nor
    does one that pods keep connections to.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
    """

    role: Role = "follower"
    """Whether the cluster copies the instance, has been promoted, or is alone."""
    minimum_capacity: Capacity = Field(default=2, ge=0.5, le=256)
    """Two units are the least that AWS advises with Performance Insights, which is on."""
    maximum_capacity: Capacity = Field(ge=1, le=256)
    """The most capacity of each instance, in units of about 2 GiB of memory."""
    engine_version: AuroraVersion
    """Major and minor, not older than the instance's, to begin at; RDS raises the minor by itself afterwards:
    aws rds describe-db-engine-versions --engine aurora-postgresql."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_capacity > self.maximum_capacity:
            said = f"{self.minimum_capacity:g} is above maximumCapacity ({self.maximum_capacity:g})"
            raise MisfitError(Problem("minimumCapacity", said))
        return self

    def conflict(self, database: PostgresSettings) -> dict[Problem, bool]:
        """Why no cluster could follow this database, and whether it is so."""
        own, theirs = self.engine_version, database.engine_version
        following = self.role == "follower"
        here = "auroraServerless"
        return {
            Problem(
                f"{here}.engineVersion", f"{own} is no minor of database.engineVersion {theirs}, which it follows"
            ): (following and major(own) != theirs),
            Problem(
                here,
                "RDS takes a follower along into no major: take it away before database.majorUpgrade, and make it anew",
            ): following and database.major_upgrade,
            Problem(
                here,
                "database.manageMasterUserPassword must be false first: RDS copies none whose password it manages",
            ): self.role != "sole" and database.manage_master_user_password,
            Problem("database.identifier", f"is longer than {_LONGEST} characters with {_SUFFIX}"): (
                len(cluster_identifier(database)) > _LONGEST
            ),
        }


def cluster_identifier(database: PostgresSettings) -> str:
    """The name of the cluster beside an instance."""
    return f"{database.identifier}{_SUFFIX}"
