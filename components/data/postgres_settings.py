"""What may be said about a PostgreSQL instance."""

from pydantic import Field, ValidationInfo, field_validator

from components.data.gp3 import Gp3Settings
from components.data.postgres_values import DatabaseName, EngineVersion, InstanceClass, MasterUser
from components.data.windows import DailyWindow, WeeklyWindow, overlap
from components.versions import POSTGRES
from settings import Name


class PostgresSettings(Gp3Settings):
    """Identifier, version, size and times of a PostgreSQL instance; windows are in UTC, retention is in days."""

    identifier: Name
    engine_version: EngineVersion = POSTGRES.value
    major_upgrade: bool = False
    """Lets an update raise ``engine_version`` by a major: at once, together with all that waits for the maintenance
    window, and with every replica of the region, all of them out of reach meanwhile. For that one update."""
    instance_class: InstanceClass
    username: MasterUser = "dbadmin"
    secret_name: str | None = Field(default=None, pattern=r"^[a-zA-Z0-9/_+=.@-]{1,200}$", examples=["records/database"])
    """A fixed name for the secret with the master user's password, for a database with replicas, here or elsewhere: the
    secrets that RDS manages for others have names of its own."""
    db_name: DatabaseName | None = None
    multi_az: bool = False
    """A standby in a second zone; an environment that demands one has it either way."""
    read_replicas: int = Field(default=0, ge=0, le=5)
    """How many, each in a zone of its own."""
    backup_days: int | None = Field(default=None, ge=7, le=35)
    """How far back point-in-time recovery reaches; without it, as far as the environment says."""
    backup_window: DailyWindow = "03:00-04:00"
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    apply_immediately: bool = False
    """Whether another class, and whatever else interrupts, is not left to the next ``maintenanceWindow``."""
    password_rotation_days: int = Field(default=30, ge=1, le=90)

    @field_validator("maintenance_window")
    @classmethod
    def _apart_from_backup(cls, value: str, info: ValidationInfo) -> str:
        backup = info.data.get("backup_window")
        if backup is not None and overlap(backup, value):
            raise ValueError(f"{value} overlaps backupWindow ({backup}), which RDS refuses")
        return value
