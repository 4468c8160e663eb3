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
    Case("backup-plan-covers-data", [TABLE, PLAN, SELECTION], [Without("selection", "resources")]),
]


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
