import json
from typing import Any

import pytest

from policy.levels import project_config
from policy.model import UNKNOWN
from policy.pack import all_rules
from policy.rules import backup
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource, verdict


def _policy(**changes: Any) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["backup:DeleteRecoveryPoint"],
        "Resource": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/backup"}},
    }
    return json.dumps({"Statement": [statement | changes]})


VAULT = resource(backup.VAULT, "vault", kmsKeyArn="arn:aws:kms:key")
POLICY = resource(
    backup.VAULT_POLICY, "policy", refers={"backupVaultName": VAULT}, backupVaultName=UNKNOWN, policy=_policy()
)
LOCK = resource(backup.VAULT_LOCK, "lock", refers={"backupVaultName": VAULT}, backupVaultName=UNKNOWN)
PLAN = resource(
    backup.PLAN,
    "plan",
    rules=[{"lifecycle": {"deleteAfter": 35}, "copyActions": [{"lifecycle": {"deleteAfter": 35}}]}],
)
COPIED = resource(
    backup.PLAN, "plan", rules=[{"copyActions": [{"destinationVaultArn": "arn:aws:backup:us-west-2:1:v"}]}]
)
ALARM = resource(backup.METRIC_ALARM, "alarm", namespace="AWS/Backup")
AWAY = resource(backup.VAULT, "away", kmsKeyArn="arn:aws:kms:key", region="us-west-2")
AWAY_ALARM = resource(backup.METRIC_ALARM, "alarm", namespace="AWS/Backup", region="us-west-2")
OTHER = resource(backup.METRIC_ALARM, "other", namespace="AWS/RDS")
RULE = resource(backup.EVENT_RULE, "rule", eventPattern='{"source": ["aws.backup"]}')
NOTICES = resource(backup.VAULT_NOTIFICATIONS, "notices", refers={"backupVaultName": VAULT}, backupVaultName=UNKNOWN)
DAILY = resource(backup.PLAN, "daily", rules=[{"schedule": "cron(0 7 ? * * *)"}])
DATABASE = resource(
    "aws:rds/instance:Instance", "db", maintenanceWindow="sun:04:30-sun:05:30", backupWindow="03:00-04:00"
)
TAKES = resource(
    backup.SELECTION,
    "takes",
    refers={"planId": DAILY, "resources": DATABASE},
    planId=UNKNOWN,
    resources=[UNKNOWN],
)
TABLE = resource("aws:dynamodb/table:Table", "table")
SELECTION = resource(backup.SELECTION, "selection", refers={"resources": TABLE}, resources=[UNKNOWN])
CASES = [
    Case("backup-vault-customer-key", [VAULT], [Set("kmsKeyArn")]),
    Case("backup-vault-keeps-backups", [VAULT, LOCK], [Without("lock", "backupVaultName")]),
    Case(
        "backup-vault-keeps-backups",
        [VAULT, POLICY],
        [
            Without("policy", "backupVaultName"),
            Set("policy", _policy(Effect="Allow"), on="policy"),
            Set("policy", _policy(Action="backup:StartBackupJob"), on="policy"),
            Set("policy", _policy(Principal={"AWS": "arn:aws:iam::123456789012:role/app"}), on="policy"),
        ],
    ),
    Case(
        "backup-plan-retention",
        [PLAN],
        [Set("rules[0].lifecycle.deleteAfter", 6), Set("rules[0].copyActions[0].lifecycle.deleteAfter", 1)],
    ),
    Case("backup-plan-copies-elsewhere", [COPIED], [Set("rules[0].copyActions"), Set("rules[0].copyActions", [])]),
    Case("backup-vault-watched", [VAULT, ALARM], [Set("namespace", "AWS/RDS", on="alarm")]),
    Case("backup-vault-watched", [VAULT, RULE], [Set("eventPattern", '{"source": ["aws.rds"]}', on="rule")]),
    Case(
        "backup-vault-watched",
        [AWAY, AWAY_ALARM],
        [Set("region", "us-east-1", on="alarm"), Set("region", on="alarm"), Set("region", "eu-west-1")],
    ),
    Case("backup-vault-watched", [VAULT, NOTICES, OTHER], [Without("notices", "backupVaultName")]),
    Case(
        "backup-plan-meets-no-window",
        [DAILY, DATABASE, TAKES],
        [
            Set("rules[0].schedule", "cron(0 5 ? * * *)"),
            Set("rules[0].schedule", "cron(30 3 * * ? *)"),
            Set("rules[0].schedule", "cron(15 2 ? * * *)"),
            Set("maintenanceWindow", "sun:07:30-sun:08:30", on="db"),
            Set("maintenanceWindow", "sat:23:30-sun:07:30", on="db"),
            Set("backupWindow", "06:30-07:01", on="db"),
        ],
    ),
    Case("backup-plan-covers-data", [TABLE, PLAN, SELECTION], [Without("selection", "resources")]),
]


def test_a_program_without_alarms_is_not_asked_who_is_told() -> None:
    assert not check("backup-vault-watched", VAULT)


def test_least_days_are_a_threshold() -> None:
    assert not check("backup-plan-retention", PLAN, minimum_days=35)
    assert len(check("backup-plan-retention", PLAN, minimum_days=36)) == 2


def test_backups_that_are_kept_for_ever_are_kept_for_long_enough() -> None:
    assert not check("backup-plan-retention", resource(backup.PLAN, rules=[{"ruleName": "daily"}]))


@pytest.mark.parametrize(
    "inputs",
    [
        {"selectionTags": [{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}]},
        {"resources": ["arn:aws:dynamodb:*:*:table/*"]},
        {"resources": UNKNOWN},
        {"conditions": UNKNOWN},
    ],
)
def test_a_selection_by_tag_or_pattern_may_take_it(inputs: dict[str, Any]) -> None:
    assert not check("backup-plan-covers-data", TABLE, resource(backup.SELECTION, "by-tag", **inputs))


def test_a_selection_of_others_does_not_take_it() -> None:
    other = resource("aws:dynamodb/table:Table", "other")
    selection = resource(backup.SELECTION, "selection", refers={"resources": other}, resources=[UNKNOWN])
    assert check("backup-plan-covers-data", TABLE, other, selection) == ["table: is in no backup plan"]


@pytest.mark.parametrize("source", ["db", UNKNOWN])
def test_replicas_need_no_plan(source: Any) -> None:
    def told(token: str, **inputs: Any) -> list[str]:
        return check("backup-plan-covers-data", resource(token, **inputs), without_plan=True)

    assert not told("aws:rds/instance:Instance", replicateSourceDb=source)
    assert not told("aws:rds/cluster:Cluster", replicationSourceIdentifier=source)
    assert told("aws:rds/cluster:Cluster", replicateSourceDb=source)


def test_a_program_without_any_plan_is_asked_where_it_says_so() -> None:
    """Whoever runs the account may back it up by tag, from a program of his own."""
    assert not check("backup-plan-covers-data", TABLE)
    assert check("backup-plan-covers-data", TABLE, without_plan=True) == ["table: is in no backup plan"]
    assert check("backup-plan-covers-data", TABLE, PLAN) == ["table: is in no backup plan"]


def test_this_project_says_so() -> None:
    found = verdict(TABLE, config=project_config(all_rules()))
    assert [each.blocks for each in found if each.rule is backup.plan_covers_data] == [True]
