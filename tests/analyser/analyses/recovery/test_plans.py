"""How often AWS Backup copies what, as its schedules and selections say."""

from dataclasses import replace
from typing import Any

import pytest

from analyser.analyses.recovery.model import Loss, Span
from analyser.analyses.recovery.plans import interval
from tests.analyser.analyses.recovery.made import (
    ACCOUNT,
    BUCKET,
    CACHE,
    HOME,
    IMAGES,
    INSTANCE,
    OTHER,
    SEARCH,
    SECRET,
    STREAM,
    USERS,
    arn,
    names,
    node,
    plan,
    versions,
    way,
)  # fmt: skip

HOUR, DAY = 3600, 86400
STORE = node(INSTANCE, "database", {"tags": {"backup": "yes"}})


@pytest.mark.parametrize(
    ("schedule", "seconds"),
    [
        ("cron(0 7 ? * * *)", DAY),
        ("cron(0 7 * * ? *)", DAY),
        ("cron(0 * * * ? *)", HOUR),
        ("cron(0 */6 * * ? *)", 6 * HOUR),
        ("cron(0 1,7 * * ? *)", 18 * HOUR),
        ("cron(0 3/7 * * ? *)", 10 * HOUR),
        ("cron(0 7 ? * 5L *)", None),
        ("cron(0 7 ? * SUN *)", 7 * DAY),
        ("cron(0 7 1 * ? *)", 31 * DAY),
        ("rate(12 hours)", 12 * HOUR),
        ("cron(0 7 ? * MON-FRI *)", None),
        ("cron(0 7 ? 1 * *)", None),
        ("cron(0 7-9 * * ? *)", None),
        ("", None),
    ],
)
def test_the_longest_time_between_two_backups(schedule: str, seconds: float | None) -> None:
    assert interval(schedule) == seconds


def _asked(operator: str, value: str, key: str = "aws:ResourceTag/backup") -> dict[str, Any]:
    return {operator: [{"key": key, "value": value}]}


@pytest.mark.parametrize(
    ("selection", "selected"),
    [
        ({"resources": [arn("database")]}, True),
        ({"resources": ["arn:aws:any:*"]}, True),
        ({"resources": [arn("other")]}, False),
        ({"resources": ["*"], "notResources": [arn("database")]}, False),
        ({"selectionTags": [{"key": "backup", "value": "yes"}]}, True),
        ({"selectionTags": [{"key": "backup", "value": "no"}]}, False),
        ({"resources": ["*"], "conditions": [_asked("stringEquals", "yes")]}, True),
        ({"resources": ["*"], "conditions": [_asked("stringEquals", "no")]}, False),
        ({"resources": ["*"], "conditions": [_asked("stringNotEquals", "yes")]}, False),
        ({"resources": ["*"], "conditions": [_asked("stringLikes", "y*")]}, True),
        ({"resources": ["*"], "conditions": [_asked("stringNotLikes", "n*")]}, True),
        ({"resources": ["*"], "conditions": [_asked("stringEquals", "yes", "aws:ResourceTag/team")]}, False),
    ],
)
def test_what_a_plan_selects(selection: dict[str, Any], *, selected: bool) -> None:
    assert names(STORE, *plan(STORE, **selection)) == (
        {each: {"AWS Backup (daily)"} for each in ("zone", "corruption", "deletion")} if selected else {}
    )


def test_a_daily_backup_may_begin_an_hour_late() -> None:
    assert way(STORE, plan(STORE), Loss.DELETION, "AWS Backup (daily)").loses == Span(
        0, DAY + HOUR, "https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html"
    )


@pytest.mark.parametrize(("late", "hours"), [(180, 3), (None, 8)])
def test_a_backup_may_begin_as_late_as_its_rule_says_or_eight_hours(late: int | None, hours: int) -> None:
    found = way(STORE, plan(STORE, late=late), Loss.DELETION, "AWS Backup (daily)")
    assert found.loses.most == DAY + hours * HOUR


@pytest.mark.parametrize("token", [CACHE, STREAM, SEARCH, USERS, IMAGES, SECRET])
def test_a_tag_backs_nothing_up_that_aws_backup_does_not_take(token: str) -> None:
    store = node(token, "store", {"tags": {"backup": "yes"}})
    found = names(store, *plan(store, selectionTags=[{"key": "backup", "value": "yes"}]))
    assert not any("AWS Backup" in each for ways in found.values() for each in ways)


@pytest.mark.parametrize(
    ("token", "policy", "may"),
    [
        (INSTANCE, "AWSBackupServiceRolePolicyForBackup", True),
        (INSTANCE, "AWSBackupServiceRolePolicyForRestores", False),
        (INSTANCE, None, False),
        (BUCKET, "AWSBackupServiceRolePolicyForBackup", False),
        (BUCKET, "AWSBackupServiceRolePolicyForS3Backup", True),
    ],
)
def test_a_role_without_the_right_backs_nothing_up(token: str, policy: str | None, *, may: bool) -> None:
    store, role = node(token, "store", bucket="store"), node("aws:iam/role:Role", "role")
    plan_, selection = plan(store)
    selection = replace(selection, property_dependencies={"iamRoleArn": (role.urn,)})
    attached = node("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "policy", {"policyArn": str(policy)})
    attached = replace(attached, property_dependencies={"role": (role.urn,)})
    found = names(store, versions("store"), role, plan_, selection, *([attached] if policy else []))
    assert ("AWS Backup (daily)" in found.get("deletion", ())) is may


def test_of_a_bucket_without_versions_aws_backup_takes_nothing() -> None:
    store = node(BUCKET, "store", bucket="store")
    for status, taken in (("Enabled", True), ("Suspended", False)):
        found = names(store, versions("store", status), *plan(store))
        assert ("AWS Backup (daily)" in found.get("deletion", ())) is taken


def test_a_schedule_that_nobody_can_read_bounds_nothing() -> None:
    found = way(STORE, plan(STORE, "cron(0 7 ? * 2#1 *)"), Loss.CORRUPTION, "AWS Backup (daily)")
    assert found.loses.most is None


@pytest.mark.parametrize(
    ("vault", "losses"),
    [
        (arn("vault", OTHER), {"region": {f"AWS Backup (daily), copied to {OTHER}"}}),
        (arn("vault", HOME), {}),
        (arn("vault", HOME, "210987654321"), {"account": {"AWS Backup (daily), copied to 210987654321"}}),
    ],
)
def test_a_copy_saves_from_what_it_is_away_from(vault: str, losses: dict[str, set[str]]) -> None:
    found = names(STORE, *plan(STORE, copies=[vault]))
    assert {loss: ways for loss, ways in found.items() if loss in ("region", "account")} == losses
    assert ACCOUNT in arn("vault")


def test_a_copy_that_is_gone_before_the_next_is_there_is_no_way_back() -> None:
    """A backup of each day may begin an hour late, so that two are 25 hours apart."""
    vault = f"arn:aws:backup:{OTHER}:{ACCOUNT}:backup-vault:copies"
    for days, there in ((1, False), (2, True)):
        made, selection = plan(STORE, copies=[vault])
        (rule,) = made.inputs["rules"]
        copy = {"destinationVaultArn": vault, "lifecycle": {"deleteAfter": days}}
        kept = {**rule, "lifecycle": {"deleteAfter": days}, "copyActions": [copy], "targetVaultName": "vault"}
        found = names(STORE, replace(made, inputs={"rules": [kept]}), selection)
        assert any("AWS Backup" in name for name in found.get("region", ())) is there
        assert any("AWS Backup" in name for name in found.get("corruption", ())) is there
