"""What AWS Backup keeps of a resource: how often, and copies of that in other regions and accounts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from analyser.graph import Graph, Node

PLAN = "aws:backup/plan:Plan"
_HOUR, _DAY, _WEEK, _MONTH = 3600.0, 86400.0, 7 * 86400.0, 31 * 86400.0
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_UNITS = {"minute": 60.0, "hour": _HOUR, "day": _DAY}
_EVERY = ("*", "?")
_ARN_PARTS = 6
_START_MINUTES = 8 * 60
"""How late a backup may begin unless its rule says otherwise:
https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html"""
_TAKEN = frozenset(
    {
        "aws:dynamodb/table:Table",
        "aws:ebs/volume:Volume",
        "aws:efs/fileSystem:FileSystem",
        "aws:eks/cluster:Cluster",
        "aws:rds/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:s3/bucket:Bucket",
    }
)
"""What AWS Backup takes, whatever else has the tag of a selection:
https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html"""


@dataclass(frozen=True)
class Kept:
    """One rule of a plan that holds for a resource."""

    rule: str
    interval: float | None
    """Seconds from one backup to the next at the most, each as late as it may begin; None where the schedule is not
    read."""
    copies: tuple[str, ...]
    """ARNs of the vaults that it copies to, and in which there is one at any time."""
    lasts: bool = True
    """Whether one is there until the next is made."""


def kept(graph: Graph, node: Node) -> Iterator[Kept]:
    """The rules of all plans that select a resource of a type that AWS Backup takes."""
    if node.type not in _TAKEN:
        return
    plans = {plan.id: plan for plan in graph.of_type(PLAN)}
    for selection in graph.of_type("aws:backup/selection:Selection"):
        plan = plans.get(str(selection.inputs.get("planId")))
        if plan is not None and _selects(selection.inputs, node) and _may(graph, selection, node):
            for rule in plan.inputs.get("rules") or ():
                short = dict(too_short(rule))
                vaults = (copy.get("destinationVaultArn") for copy in rule.get("copyActions") or ())
                yield Kept(
                    str(rule.get("ruleName")),
                    apart(rule),
                    tuple(vault for vault in vaults if isinstance(vault, str) and vault not in short),
                    str(rule.get("targetVaultName")) not in short,
                )


def kept_for(rule: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Each vault that a rule puts backups into, its own by name and others by ARN, and for how many days."""
    copies = [(copy.get("destinationVaultArn"), copy.get("lifecycle")) for copy in rule.get("copyActions") or ()]
    for vault, lifecycle in ((rule.get("targetVaultName"), rule.get("lifecycle")), *copies):
        days = (lifecycle or {}).get("deleteAfter")
        if isinstance(days, (int, float)):
            yield str(vault), float(days)


def too_short(rule: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Those that delete a backup before the next is there, so that for a time there is none."""
    between = apart(rule)
    yield from ((vault, days) for vault, days in kept_for(rule) if between is not None and days * _DAY < between)


def _may(graph: Graph, selection: Node, node: Node) -> bool:
    """Whether a selection's role may back a resource up, where the graph has that role.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
    """
    roles = {urn for urn in selection.property_dependencies.get("iamRoleArn", ()) if _is_role(graph, urn)}
    word = "S3Backup" if node.type == "aws:s3/bucket:Bucket" else "PolicyForBackup"
    attached = (
        str(one.inputs.get("policyArn"))
        for one in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if roles & set(one.property_dependencies.get("role", ()))
    )
    return not roles or any(word in policy for policy in attached)


def _is_role(graph: Graph, urn: str) -> bool:
    node = graph.get(urn)
    return node is not None and node.type == "aws:iam/role:Role"


def apart(rule: Mapping[str, Any]) -> float | None:
    """Seconds from one backup to the next at the most; None where the schedule is not read."""
    between = interval(str(rule.get("schedule")))
    return None if between is None else between + 60 * float(rule.get("startWindow") or _START_MINUTES)


def _selects(inputs: Mapping[str, Any], node: Node) -> bool:
    arn = node.outputs.get("arn")
    if not isinstance(arn, str) or _matches(inputs.get("notResources") or (), arn):
        return False
    tags = node.outputs.get("tagsAll") or node.inputs.get("tags") or {}
    if not all(_meets(operator, asked, tags) for operator, asked in _conditions(inputs)):
        return False
    wanted = inputs.get("selectionTags") or ()
    return _matches(inputs.get("resources") or (), arn) or any(tags.get(tag["key"]) == tag["value"] for tag in wanted)


_OPERATORS = ("stringEquals", "stringLikes", "stringNotEquals", "stringNotLikes")


def _conditions(inputs: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What has to hold of the tags besides, all of it:
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
    """
    for condition in inputs.get("conditions") or ():
        for operator in _OPERATORS:
            yield from ((operator, asked) for asked in condition.get(operator) or ())


def _meets(operator: str, asked: Mapping[str, Any], tags: Mapping[str, Any]) -> bool:
    value, wanted = tags.get(str(asked.get("key")).removeprefix("aws:ResourceTag/")), str(asked.get("value"))
    found = isinstance(value, str) and (fnmatchcase(value, wanted) if "Like" in operator else value == wanted)
    return found is not ("Not" in operator)


def _matches(patterns: Sequence[Any], arn: str) -> bool:
    return any(isinstance(pattern, str) and fnmatchcase(arn, pattern) for pattern in patterns)


def interval(schedule: str) -> float | None:
    """Seconds between two backups at the most; None for a schedule that is not read.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    """
    if rate := _RATE.fullmatch(schedule):
        return int(rate[1]) * _UNITS[rate[2]]
    cron = _CRON.fullmatch(schedule)
    if cron is None or cron[4] != "*" or cron[6] != "*":
        return None
    hours, day, weekday = cron[2], cron[3], cron[5]
    if day in _EVERY and weekday in _EVERY:
        return _between_hours(hours)
    if weekday in _EVERY and (day.isdigit() or day == "L"):
        return _MONTH
    return _WEEK if day in _EVERY and re.fullmatch(r"[A-Z]{3}|[1-7]", weekday) else None


def _between_hours(hours: str) -> float | None:
    if hours == "*":
        return _HOUR
    if every := re.fullmatch(r"(\*|\d+)/(\d+)", hours):
        hours = ",".join(map(str, range(0 if every[1] == "*" else int(every[1]), 24, int(every[2]))))
    if not re.fullmatch(r"\d+(,\d+)*", hours):
        return None
    at = sorted(int(hour) for hour in hours.split(","))
    return max(later - earlier for earlier, later in zip(at, [*at[1:], at[0] + 24], strict=True)) * _HOUR


def region_and_account(arn: str) -> tuple[str, str]:
    """Of an ARN; both empty for what is none."""
    parts = arn.split(":")
    return (parts[3], parts[4]) if len(parts) >= _ARN_PARTS else ("", "")
