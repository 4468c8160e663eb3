"""What is watched where work is done later: mail, queues, rotations, backups."""

from collections.abc import Mapping

import pulumi

from components.operations.alarms import Alarm
from components.operations.backup import Backup
from components.operations.metric import Metric

_HOUR = 3600
_DAY = 24 * _HOUR


def reputation() -> dict[str, Alarm]:
    """Bounces and complaints of the account's mail in the stack's region, well before SES stops sending.

    SES reviews an account at 5 % bounces or 0.1 % complaints:
    https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
    """
    limits = {"bounces": ("Reputation.BounceRate", 0.04), "complaints": ("Reputation.ComplaintRate", 0.0008)}
    return {
        f"mail-{key}": Alarm(
            Metric("AWS/SES", name, {}, period=_HOUR), limit, f"Mail draws too many {key}", periods=1, missing="missing"
        )
        for key, (name, limit) in limits.items()
    }


def backups(backup: Backup) -> dict[str, Alarm]:
    """Backups and copies of them that failed, and days on which fewer backups were taken than the plan has.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
    """
    vault = {"BackupVaultName": backup.vault_name}
    failed = Metric("AWS/Backup", "NumberOfBackupJobsFailed", vault, "Sum")
    taken = Metric("AWS/Backup", "NumberOfBackupJobsCompleted", vault, "Sum", period=_DAY)
    copies = {}
    if backup.copy_failures is not None:
        metric = Metric("AWS/Events", "TriggeredRules", {"RuleName": backup.copy_failures.rule_name}, "Sum")
        copies = {"backup-copy-failed": Alarm(metric, 0, "A copy of a backup failed", periods=1)}
    return {
        **copies,
        "backup-failed": Alarm(failed, 0, "A backup failed", periods=1),
        "backup-missing": Alarm(
            taken,
            backup.each_day,
            f"Fewer than {backup.each_day} backups were taken in a day",
            below=True,
            periods=1,
            missing="breaching",
        ),
    }


def dead_letters(key: str, queue_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """Messages that were tried until nobody tries them any more."""
    metric = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": queue_name}, "Maximum")
    return {f"{key}-dead-letters": Alarm(metric, 0, f"Messages of {key} could not be worked off", periods=1)}


def rotations(functions: Mapping[str, pulumi.Input[str]]) -> dict[str, Alarm]:
    """Secrets that their functions could not replace, by what these are called."""
    return {name: alarm for key, one in functions.items() for name, alarm in function_errors(key, one).items()}


def function_errors(key: str, function_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """Calls of a Lambda function that failed."""
    metric = Metric("AWS/Lambda", "Errors", {"FunctionName": function_name}, "Sum")
    return {f"{key}-errors": Alarm(metric, 0, f"The function {key} fails", periods=1)}
