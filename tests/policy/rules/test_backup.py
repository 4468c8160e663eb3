import json
from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import backup
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource


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
    Case("backup-plan-covers-data", [TABLE, SELECTION], [Without("selection", "resources")]),
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
    assert not check("backup-plan-covers-data", resource("aws:rds/instance:Instance", replicateSourceDb=source))
    cluster = "aws:rds/cluster:Cluster"
    assert not check("backup-plan-covers-data", resource(cluster, replicationSourceIdentifier=source))
    assert check("backup-plan-covers-data", resource(cluster, replicateSourceDb=source))
