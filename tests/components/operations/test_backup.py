import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from botocore import session
from pydantic import ValidationError

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.account import Account
from components.data.bucket import Bucket, BucketSettings
from components.operations import vault_changes
from components.operations.alarms import Alarm, aws_backup
from components.operations.backup import Backup, BackupSettings
from components.operations.backup_vault import ComplianceSettings
from components.operations.copies_watched import CopiesWatched
from components.operations.protected_resource import ProtectedResource
from components.operations.topic import NoticesSettings
from components.security.key import Key
from settings import Environment, MisfitError
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

ARN = "arn:aws:rds:us-east-1:123456789012:db:prod-postgres"
GROUPS = {"dbSubnetGroupName": "data", "vpcSecurityGroupIds": '["sg-1"]'}
DATABASE = ProtectedResource("postgres", "RDS", ARN, GROUPS)
CLUSTER = ProtectedResource("eks", "EKS", "arn:aws:eks:us-east-1:123456789012:cluster/prod")
VAULT = "aws:backup/vault:Vault"
PLAIN = BackupSettings(copy_to_region=None, locked=False, restore_tests=False)
COPY = "backups-copy-vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
TEST = "aws:backup/restoreTestingSelection:RestoreTestingSelection"


def backup(
    settings: BackupSettings | None = None,
    account: Account = ACCOUNT,
    resources: Sequence[ProtectedResource] = (DATABASE,),
) -> None:
    key = Key("backups", account=account, purpose="test")
    Backup("backups", settings or BackupSettings(), account=account, key=key, notice_key=key, resources=resources)


def plain() -> None:
    backup(PLAIN)


def rule(graph: Graph) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = graph.only("aws:backup/plan:Plan").inputs["rules"]
    return found


@pytest.mark.parametrize(("account", "days"), [(ACCOUNT, 35), (DEV_ACCOUNT, 7)])
def test_a_backup_a_day_kept_as_long_as_the_environment_says(account: Account, days: int) -> None:
    graph = record(lambda: backup(account=account))
    found = rule(graph)
    assert (found["schedule"], found["startWindow"]) == ("cron(0 7 ? * * *)", 60)
    assert found["lifecycle"] == {"deleteAfter": days}
    assert found["targetVaultName"] == graph.only(VAULT, "backups-vault").outputs["name"]
    assert "enableContinuousBackup" not in found


def test_takes_what_it_is_given() -> None:
    graph = record_once(plain)
    selection = graph.only("aws:backup/selection:Selection").inputs
    assert selection["resources"] == [ARN]
    assert selection["iamRoleArn"] == graph.only("aws:iam/role:Role").outputs["arn"]
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert sorted(n.inputs["policyArn"].rsplit("/", 1)[-1] for n in attached) == [
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
    ]


def with_bucket() -> None:
    key = Key("data", account=ACCOUNT, purpose="test")
    bucket = Bucket("uploads", BucketSettings(bucket="uploads"), account=ACCOUNT, key=key)
    Backup("backups", PLAIN, account=ACCOUNT, key=key, notice_key=key, resources=[DATABASE], buckets=[bucket])


def test_a_bucket_is_backed_up_with_rights_of_its_own_and_says_what_is_new() -> None:
    graph = record_once(with_bucket)
    bucket = graph.only("aws:s3/bucket:Bucket")
    assert graph.only("aws:backup/selection:Selection").inputs["resources"] == [ARN, bucket.outputs["arn"]]
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {n.inputs["policyArn"].removeprefix("arn:aws:iam::aws:policy/") for n in attached} == {
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "service-role/AWSBackupServiceRolePolicyForRestores",
        "AWSBackupServiceRolePolicyForS3Backup",
        "AWSBackupServiceRolePolicyForS3Restore",
    }
    assert graph.only("aws:s3/bucketNotification:BucketNotification").inputs["eventbridge"] is True
    assert unequal_when_unknown(with_bucket) == []


def test_nobody_deletes_backups_in_prod_by_hand() -> None:
    graph = record_once(plain)
    assert graph.only(VAULT).inputs["kmsKeyArn"] == graph.only("aws:kms/key:Key").outputs["arn"]
    assert graph.only(VAULT).inputs["forceDestroy"] is False
    (deny,) = json.loads(graph.only("aws:backup/vaultPolicy:VaultPolicy").inputs["policy"])["Statement"]
    assert (deny["Effect"], deny["Principal"], deny["Resource"]) == ("Deny", "*", ["*"])
    assert deny["Action"] == [
        "backup:DeleteRecoveryPoint",
        "backup:DisassociateRecoveryPoint",
        "backup:UpdateRecoveryPointLifecycle",
    ]
    # AWS Backup ends the life of old backups by one of these.
    assert deny["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] == [
        "arn:aws:iam::123456789012:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
        graph.only("aws:iam/role:Role").outputs["arn"],
    ]


def test_unprotected_environments_can_be_torn_down() -> None:
    graph = record(lambda: backup(account=DEV_ACCOUNT))
    assert graph.only(VAULT).inputs["forceDestroy"] is True
    assert not graph.of_type("aws:backup/vaultPolicy:VaultPolicy")


def test_production_copies_to_a_locked_vault_with_a_key_of_its_region() -> None:
    graph = record_once(backup)
    vault = graph.only(VAULT, COPY)
    key = graph.only("aws:kms/key:Key", "backups-copy-key-key")
    assert vault.inputs["region"] == key.inputs["region"] == "us-west-2"
    assert vault.inputs["kmsKeyArn"] == key.outputs["arn"]
    assert rule(graph)["copyActions"] == [
        {"destinationVaultArn": vault.outputs["arn"], "lifecycle": {"deleteAfter": 35}}
    ]
    locks = [(n.inputs["minRetentionDays"], n.inputs.get("region")) for n in graph.of_type(LOCK)]
    assert locks == [(35, None), (35, "us-west-2")]
    assert not any("changeableForDays" in n.inputs for n in graph.of_type(LOCK))


def test_neither_settings_nor_a_small_environment_lock_copy_and_restore() -> None:
    for settings, account in ((PLAIN, ACCOUNT), (BackupSettings(), DEV_ACCOUNT)):
        graph = record(lambda settings=settings, account=account: backup(settings, account))
        assert not graph.of_type(LOCK)
        assert not graph.of_type(TEST)
        assert not rule(graph).get("copyActions")


def test_what_is_about_to_go_is_not_locked_unless_for_ever() -> None:
    going = replace(ACCOUNT, deletable=True)
    assert not BackupSettings().locks(going)
    assert not BackupSettings(locked=True).locks(going)
    assert FOR_EVER.locks(going)


FOR_EVER = BackupSettings(compliance=ComplianceSettings(changeable_for_days=14, for_ever=True))


def test_a_lock_for_ever_can_be_changed_for_as_long_as_it_says() -> None:
    locks = record(lambda: backup(FOR_EVER)).of_type(LOCK)
    assert [n.inputs["changeableForDays"] for n in locks] == [14, 14]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"compliance": {"changeableForDays": 14}}, "forEver"),
        ({"compliance": {"changeableForDays": 14, "forEver": False}}, "forEver"),
        ({"compliance": {"changeableForDays": 2, "forEver": True}}, "changeableForDays"),
        ({"compliance": {"changeableForDays": 14, "forEver": True}, "locked": False}, "contradicts"),
    ],
)
def test_a_lock_for_ever_is_said_in_so_many_words(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        BackupSettings.model_validate(given)


def test_what_is_taken_down_one_day_is_not_locked_for_ever() -> None:
    given = {"compliance": {"changeableForDays": 14, "forEver": True}}
    with pytest.raises(ValidationError, match="staging could not be taken down"):
        BackupSettings.model_validate(given, context={"environment": Environment.STAGING})
    assert BackupSettings.model_validate(given, context={"environment": Environment.PROD}).compliance


def test_a_copy_in_the_home_region_is_refused() -> None:
    with pytest.raises(ValidationError, match="us-east-1 is the home region"):
        BackupSettings.model_validate({"copyToRegion": "us-east-1"}, context={"region": "us-east-1"})


def test_copies_that_nobody_asked_for_stay_in_the_country() -> None:
    assert BackupSettings().copies_to(replace(ACCOUNT, region="us-west-2"), "backup") == "us-east-1"
    with pytest.raises(MisfitError, match=r"backup\.copyToRegion: prod copies its backups out of eu-west-1"):
        BackupSettings().copies_to(replace(ACCOUNT, region="eu-west-1"), "backup")
    assert BackupSettings(copy_to_region=None).copies_to(replace(ACCOUNT, region="eu-west-1"), "backup") is None


def test_backups_are_restored_every_week_where_they_belong() -> None:
    graph = record(lambda: backup(resources=[DATABASE, CLUSTER]))
    plan = graph.only("aws:backup/restoreTestingPlan:RestoreTestingPlan").inputs
    assert plan["scheduleExpression"] == "cron(0 11 ? * WED *)"
    assert plan["recoveryPointSelection"]["includeVaults"] == [graph.only(VAULT, "backups-vault").outputs["arn"]]
    test = graph.only(TEST).inputs
    assert (test["protectedResourceType"], test["protectedResourceArns"]) == ("RDS", [ARN])
    assert test["restoreMetadataOverrides"] == GROUPS
    assert test["restoreTestingPlanName"] == plan["name"]
    for name in (plan["name"], test["name"]):
        assert re.fullmatch(r"\w{1,50}", name)


def test_changes_of_vault_lock_and_plan_are_told() -> None:
    graph = record_once(plain)
    rule = graph.only("aws:cloudwatch/eventRule:EventRule", "backups-changes-changed")
    told = json.loads(rule.inputs["eventPattern"])
    vault, plan, call = told["$or"]
    assert vault["detail"]["backupVaultName"] == [graph.only(VAULT).outputs["name"]]
    assert plan["detail"]["backupPlanId"] == [graph.only("aws:backup/plan:Plan").id]
    assert call["detail"]["requestParameters"] == {"backupVaultName": vault["detail"]["backupVaultName"]}


@pytest.mark.parametrize("name", ["BackupVaultAccessPolicy", "BackupVaultLockConfiguration", "RecoveryPoint"])
def test_the_calls_that_are_told_are_calls_of_aws_backup(name: str) -> None:
    client = session.get_session().get_service_model("backup")
    assert set(vault_changes.CALLS) <= set(client.operation_names)
    assert f"Delete{name}" in vault_changes.CALLS


ABROAD = "arn:aws:backup:us-east-1:210987654321:backup-vault:copies"


def test_a_vault_of_another_account_takes_copies_as_well() -> None:
    graph = record(lambda: backup(BackupSettings(copy_to_region=None, copy_to_vault=ABROAD)))
    assert rule(graph)["copyActions"] == [{"destinationVaultArn": ABROAD, "lifecycle": {"deleteAfter": 35}}]
    assert len(graph.of_type(VAULT)) == 1
    failed = json.loads(
        graph.only("aws:cloudwatch/eventRule:EventRule", "backups-copies-failed").inputs["eventPattern"]
    )
    assert failed["detail"] == {
        "sourceBackupVaultArn": [graph.only(VAULT).outputs["arn"]],
        "state": ["FAILED", "PARTIAL"],
    }
    both = record(lambda: backup(BackupSettings(copy_to_vault=ABROAD)))
    assert [copy["destinationVaultArn"] for copy in rule(both)["copyActions"]] == [
        both.only(VAULT, COPY).outputs["arn"],
        ABROAD,
    ]


def test_the_other_account_may_use_the_keys_of_what_it_copies_and_nobody_else_s() -> None:
    use, grants = BackupSettings(copy_to_vault=ABROAD).key_users
    assert use.principals == grants.principals == {"AWS": ["arn:aws:iam::210987654321:root"]}
    assert {"kms:Decrypt", "kms:DescribeKey"} <= set(use.actions)
    assert grants.conditions == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert BackupSettings().key_users == []


@pytest.mark.parametrize(
    ("vault", "said"),
    [
        ("arn:aws:backup:us-west-2:210987654321:backup-vault:copies", "lies outside us-east-1"),
        ("arn:aws:backup:us-east-9:210987654321:backup-vault:copies", "us-east-9"),
        ("arn:aws:backup:us-east-1:210987654321:vault:copies", "ARN of a vault"),
    ],
)
def test_a_vault_that_takes_no_copies_is_refused(vault: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        BackupSettings.model_validate({"copyToVault": vault}, context={"region": "us-east-1"})


def test_a_vault_of_the_stacks_own_account_is_refused() -> None:
    own = BackupSettings(copy_to_vault=ABROAD.replace("210987654321", ACCOUNT.id))
    with pytest.raises(ProgramError, match=r"backup\.copyToVault: is of 123456789012, the stack's own account"):
        record(lambda: backup(own))


def test_copies_of_each_store_that_were_not_made_ring() -> None:
    rang: dict[str, Alarm] = {}

    def program() -> None:
        key = Key("backups", account=ACCOUNT, purpose="test")
        made = Backup(
            "backups", BackupSettings(copy_to_vault=ABROAD), account=ACCOUNT, key=key, notice_key=key,
            resources=[DATABASE, CLUSTER],
        )  # fmt: skip
        rang.update(aws_backup.backups(made))

    graph = record(program)
    assert "backup-copy-missing" not in rang
    (vault,) = [one for one in graph.of_type(VAULT) if "region" not in one.inputs]
    for store in (DATABASE, CLUSTER):
        alarm = rang[f"backup-copy-missing-{store.name}"]
        # One for the second region and one for the other account.
        assert (alarm.threshold, alarm.below, alarm.missing, alarm.metric.period) == (2, True, "breaching", 36 * 3600)
        rule = graph.only("aws:cloudwatch/eventRule:EventRule", f"backups-copied-{store.name}-made")
        assert json.loads(rule.inputs["eventPattern"])["detail"] == {
            "sourceBackupVaultArn": [vault.outputs["arn"]],
            "state": ["COMPLETED"],
            "resourceArn": [store.arn],
        }
        target = graph.only("aws:cloudwatch/eventTarget:EventTarget", f"backups-copied-{store.name}-target")
        assert target.inputs["rule"] == rule.outputs["name"]
    policy = json.loads(graph.only("aws:sqs/queuePolicy:QueuePolicy", "backups-copied-policy").inputs["policy"])
    sources = policy["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert len(sources) == 2


def watched() -> None:
    key = Key("backups", account=ACCOUNT, purpose="test")
    made = Backup("backups", BackupSettings(), account=ACCOUNT, key=key, notice_key=key, resources=[DATABASE])
    assert made.copies is not None
    notices = NoticesSettings(emails=("a@example.com",))
    CopiesWatched("watched", notices, account=ACCOUNT, region="us-west-2", vault=made.copies)


def test_the_vault_of_copies_is_watched_where_it_is() -> None:
    graph = record_once(watched)
    mine = [node for node in graph.resources if node.name.startswith("watched-")]
    assert {node.inputs.get("region") for node in mine} == {"us-west-2"}
    vault = graph.only(VAULT, COPY).outputs["name"]
    events = json.loads(
        graph.only("aws:cloudwatch/eventRule:EventRule", "watched-changes-changed").inputs["eventPattern"]
    )
    state, call = events["$or"]
    assert state["detail"]["backupVaultName"] == call["detail"]["requestParameters"]["backupVaultName"] == [vault]
    alarms = {node.name: node.inputs for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    assert alarms.keys() == {"watched-alarms-changed", "watched-alarms-restore-failed"}
    assert alarms["watched-alarms-restore-failed"]["dimensions"] == {"BackupVaultName": vault}
    topic = graph.only("aws:sns/topic:Topic")
    assert {tuple(each["alarmActions"]) for each in alarms.values()} == {(topic.outputs["arn"],)}
    said = json.loads(graph.only("aws:kms/key:Key", "watched-key-key").inputs["policy"])["Statement"]
    users = [each["Principal"]["Service"] for each in said if "Service" in each["Principal"]]
    assert users == [["cloudwatch.amazonaws.com", "events.amazonaws.com"]]
    told = json.loads(graph.only("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])["Statement"]
    assert [each["Principal"] for each in told if each["Effect"] == "Allow"] == [
        {"Service": ["cloudwatch.amazonaws.com"]}
    ]


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(backup) == []
