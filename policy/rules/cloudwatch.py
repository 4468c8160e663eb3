"""CloudWatch log groups and alarms."""

from collections.abc import Iterator

from pydantic import Field

from policy.model import Finding, Graph, Resource, RuleConfig, Severity, rule, stack_rule

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
_LINK = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"


class Retention(RuleConfig):
    """How long logs are kept."""

    minimum_days: int = Field(7, ge=1, le=3653, description="Least days that log events are kept")


@rule(
    "cloudwatch-log-retention",
    title="Log groups say how long they keep events",
    severity=Severity.LOW,
    types=[LOG_GROUP],
    frameworks={"Security Hub": "CloudWatch.16", "Checkov": "CKV_AWS_66"},
    remedy="Set retentionInDays.",
    link=_LINK + "Working-with-log-groups-and-streams.html",
    config=Retention,
)
def retention(group: Resource, config: Retention) -> Iterator[Finding]:
    """Without a figure events are kept, and paid for, for ever; too short a one loses the trace of an incident."""
    if group.lacks("retentionInDays") or group.has("retentionInDays", 0):
        yield Finding("keeps events for ever", "retentionInDays")
    elif group.below("retentionInDays", config.minimum_days):
        yield Finding(f"keeps events for less than {config.minimum_days} days", "retentionInDays")


@rule(
    "cloudwatch-log-customer-key",
    title="Log groups are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[LOG_GROUP],
    frameworks={"Checkov": "CKV_AWS_158"},
    remedy="Set kmsKeyId to a key whose policy lets the logs service of the region use it for this group.",
    link=_LINK + "encrypt-log-data-kms.html",
)
def customer_key(group: Resource) -> Iterator[Finding]:
    """Logs repeat what the systems handle; a key of one's own makes reading them a second permission."""
    if group.lacks("kmsKeyId"):
        yield Finding("is encrypted with the key that AWS manages", "kmsKeyId")


@stack_rule(
    "cloudwatch-alarm-actions",
    title="Alarms tell somebody",
    severity=Severity.MEDIUM,
    types=[ALARM, COMPOSITE_ALARM],
    frameworks={"Security Hub": ("CloudWatch.15", "CloudWatch.17"), "Checkov": "CKV_AWS_319"},
    remedy="Set alarmActions, and leave actionsEnabled on.",
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html",
)
def alarm_actions(alarm: Resource, graph: Graph) -> Iterator[Finding]:
    """An alarm that goes nowhere is a graph nobody looks at. Alarms that only feed a composite one are spared."""
    if alarm.has("actionsEnabled", False):
        yield Finding("has its actions switched off", "actionsEnabled")
    feeds = graph.companions(alarm, COMPOSITE_ALARM, by="alarmRule")
    if alarm.lacks("alarmActions") and not feeds and not graph.unresolved(COMPOSITE_ALARM, "alarmRule"):
        yield Finding("tells nobody", "alarmActions")
