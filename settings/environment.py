"""The safeguards of each environment (standby, protection, retention): the only place where they differ."""

from dataclasses import dataclass
from enum import StrEnum


class Environment(StrEnum):
    """How much a stack must be protected."""

    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"

    @property
    def safeguards(self) -> "Safeguards":
        """The protection that this environment gives its data."""
        return _SAFEGUARDS[self]


@dataclass(frozen=True)
class Safeguards:
    """Protection that no setting of a component can take away; durations in days."""

    deletion_protection: bool
    """What bears data or identity is not deleted: Pulumi protects it, and AWS refuses where it can."""
    keeps_data: bool
    """What is deleted leaves its data: final snapshots and their keys stay, and buckets, repositories and vaults that
    hold something refuse."""
    multi_az: bool
    """Stateful services run a standby or a replica in a second availability zone."""
    nat_per_az: bool
    """Each availability zone leaves through a NAT gateway of its own."""
    backup_days: int
    """How long automated backups and snapshots are kept and point-in-time recovery reaches back (RDS and DynamoDB
    allow 35 at the most)."""
    copies_backups: bool
    """Backups have copies in a second region."""
    tests_restores: bool
    """Backups are restored every week to see that they can be."""
    log_days: int
    """How long log groups keep their events (a retention that CloudWatch Logs offers)."""
    key_deletion_days: int
    """How long a deleted KMS key or secret can be brought back (KMS: 7 to 30)."""


_SAFEGUARDS = {
    Environment.DEV: Safeguards(
        deletion_protection=False,
        keeps_data=False,
        multi_az=False,
        nat_per_az=False,
        backup_days=7,
        copies_backups=False,
        tests_restores=False,
        log_days=30,
        key_deletion_days=7,
    ),
    Environment.STAGING: Safeguards(
        deletion_protection=False,
        keeps_data=False,
        multi_az=True,
        nat_per_az=True,
        backup_days=14,
        copies_backups=False,
        tests_restores=False,
        log_days=90,
        key_deletion_days=7,
    ),
    Environment.PROD: Safeguards(
        deletion_protection=True,
        keeps_data=True,
        multi_az=True,
        nat_per_az=True,
        backup_days=35,
        copies_backups=True,
        tests_restores=True,
        log_days=365,
        key_deletion_days=30,
    ),
}
