"""Settings of an RDS for PostgreSQL instance."""

from collections.abc import Collection

from pydantic import Field, ValidationInfo, field_validator

from components.data.gp3 import Gp3Settings
from components.versions import POSTGRES
from settings import Name, Problem
from settings.services.rds import DatabaseName, EngineVersion, InstanceClass, MasterUser
from settings.services.secrets import SecretName
from settings.services.windows import DailyWindow, WeeklyWindow, overlap

_MANAGED = "RDS copies no instance whose master password it manages"


class PostgresSettings(Gp3Settings):
    """Identifier, version, size and times of a PostgreSQL instance; windows are in UTC, retention is in days."""

    identifier: Name
    """The instance's name in AWS, unique in account and region."""
    engine_version: EngineVersion = POSTGRES.value
    """The version; only a higher one can follow, a major one with ``upgrade`` as the page on upgrades says."""
    major_upgrade: bool = False
    """Lets an update raise ``engine_version`` by a major: at once, together with all that waits for the maintenance
    window, and with every replica of the region, all of them out of reach meanwhile. For that one update."""
    instance_class: InstanceClass
    """The class of the instance and, unless they say otherwise, of its replicas."""
    username: MasterUser = "dbadmin"
    """The master user, whose password Secrets Manager keeps; another one replaces the instance."""
    manage_master_user_password: bool = True
    """Whether RDS keeps and rotates the master user's password. ``false`` has the stack keep it in a secret of its own,
    rotated by a function, as a database with replicas needs, here or elsewhere: RDS copies no instance whose password
    it manages. An update of its own, before the first replica or after the last."""
    secret_name: SecretName | None = None
    """A fixed name for the stack's own secret with the master user's password; RDS names those that it manages."""
    db_name: DatabaseName | None = None
    """The database that is made in it; another one replaces the instance."""
    multi_az: bool = False
    """A standby in a second zone; an environment that requires one has it either way."""
    read_replicas: int = Field(default=0, ge=0, le=5)
    """How many, each in a zone of its own."""
    replicas_deletable: bool = False
    """Whether the replicas, and they alone, are protected from deletion no more: an update before they go."""
    backup_days: int | None = Field(default=None, ge=7, le=35)
    """How far back point-in-time recovery reaches; without it, as far as the environment says."""
    backup_window: DailyWindow = "03:00-04:00"
    """When the daily snapshot starts, in UTC; it may not overlap with maintenance."""
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    """When AWS may work on it, in UTC."""
    apply_immediately: bool = False
    """Whether another class, and whatever else interrupts, is not left to the next ``maintenanceWindow``."""
    password_rotation_days: int = Field(default=30, ge=1, le=90)
    """After how many days the master user's password is replaced."""

    @field_validator("secret_name")
    @classmethod
    def _named_by_the_stack(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("manage_master_user_password"):
            raise ValueError("RDS names the secrets that it manages; a name needs manageMasterUserPassword: false")
        return value

    @field_validator("read_replicas")
    @classmethod
    def _replicable(cls, value: int, info: ValidationInfo) -> int:
        if value and info.data.get("manage_master_user_password"):
            raise ValueError(f"{_MANAGED}; first manageMasterUserPassword: false, in an update of its own")
        return value

    @field_validator("maintenance_window")
    @classmethod
    def _apart_from_backup(cls, value: str, info: ValidationInfo) -> str:
        backup = info.data.get("backup_window")
        if backup is not None and overlap(backup, value):
            raise ValueError(f"{value} overlaps backupWindow ({backup}), which RDS refuses")
        return value

    def uncopied(self, copy: str) -> Problem | None:
        """Why RDS would not make, or not keep, the copy elsewhere that the setting ``copy`` asks for; None where it
        does."""
        if self.manage_master_user_password:
            return Problem(copy, f"needs database.manageMasterUserPassword: false: {_MANAGED}")
        if self.major_upgrade:
            said = "goes before database.majorUpgrade, which would leave it behind, and is made anew afterwards"
            return Problem(copy, f"{said} (docs/upgrading.md)")
        return None

    def more_replicas_than(self, zones: Collection[str]) -> Problem | None:
        """Why no zone is left for a replica; None where each has one of its own."""
        if self.read_replicas <= len(zones):
            return None
        said = f"{self.read_replicas} need as many zones; the network has {', '.join(zones)}"
        return Problem("database.readReplicas", said)
