"""Alarms of AWS Backup: failed or missing backups, copies and restore tests, and changes of vaults and plans."""

from collections.abc import Mapping
from dataclasses import replace

import pulumi

from components.operations.alarms import Alarm
from components.operations.backup import Backup
from components.operations.failed_events import FailedEvents
from components.operations.metric import Metric

_HOUR = 3600


def backups(backup: Backup) -> dict[str, Alarm]:
    """Backups, copies and weekly restores that failed, days without the backups that the plan has, and changes of what
    keeps them.

    Each type of resource is counted by itself, and copies of each store: a backup of a cluster is one of each of its
    volumes as well. A day and a half leaves room for one that takes longer than the day before.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    """
    vault = {"BackupVaultName": backup.vault_name}
    alarms = {
        "backup-failed": _any(Metric("AWS/Backup", "NumberOfBackupJobsFailed", vault, "Sum"), "A backup failed"),
        "backup-changed": _any(_triggered(backup.changes), "A vault, its lock, a backup in it or the plan was changed"),
    }
    if backup.copy_failures is not None and backup.copies_made is not None:
        alarms["backup-copy-failed"] = _any(_triggered(backup.copy_failures), "A copy of a backup failed")
        for store, rule in backup.copies_made.rule_names.items():
            made = replace(_matched(rule), period=36 * _HOUR)
            said = f"copies of backups of {store} were made"
            alarms[f"backup-copy-missing-{store}"] = _fewer(made, backup.copies_each_day, said)
    if backup.tested:
        failed = Metric("AWS/Backup", "NumberOfRestoreJobsFailed", vault, "Sum")
        alarms["restore-failed"] = _any(failed, "A backup could not be restored")
    alarms["backup-missing"] = _missing(backup.each_day.total(), vault)
    if len(backup.each_day) > 1:
        for kind, count in backup.each_day.items():
            alarms[f"backup-missing-{kind.lower()}"] = _missing(count, {**vault, "ResourceType": kind}, f" of {kind}")
    return alarms


def copied(vault_name: pulumi.Input[str], changes: FailedEvents) -> dict[str, Alarm]:
    """The vault of copies, in its own region: changes of what keeps them, and restores from it that failed."""
    failed = Metric("AWS/Backup", "NumberOfRestoreJobsFailed", {"BackupVaultName": vault_name}, "Sum")
    return {
        "changed": _any(_triggered(changes), "The vault of copies, its lock or a copy in it was changed"),
        "restore-failed": _any(failed, "A copy of a backup could not be restored"),
    }


def _missing(count: int, dimensions: Mapping[str, pulumi.Input[str]], of: str = "") -> Alarm:
    taken = Metric("AWS/Backup", "NumberOfBackupJobsCompleted", dimensions, "Sum", period=36 * _HOUR)
    return _fewer(taken, count, f"backups{of} were taken")


def _fewer(metric: Metric, count: int, what: str) -> Alarm:
    said = f"Fewer than {count} {what} in a day and a half"
    return Alarm(metric, count, said, below=True, periods=1, missing="breaching")


def _any(metric: Metric, description: str) -> Alarm:
    return Alarm(metric, 0, description, periods=1)


def _triggered(events: FailedEvents) -> Metric:
    return _matched(events.rule_name)


def _matched(rule_name: pulumi.Input[str]) -> Metric:
    return Metric("AWS/Events", "TriggeredRules", {"RuleName": rule_name}, "Sum")
