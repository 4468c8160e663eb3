import json

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.account import Account
from components.data.bucket import Bucket, BucketSettings
from components.operations.backup import Backup, BackupSettings
from components.security.key import Key
from tests.support import ACCOUNT, DEV_ACCOUNT, record, record_once, unequal_when_unknown

DATABASE = "arn:aws:rds:us-east-1:123456789012:db:prod-postgres"
VAULT = "aws:backup/vault:Vault"
FULL = BackupSettings(copy_to_region="us-west-2", locked=True)


def backup(settings: BackupSettings | None = None, account: Account = ACCOUNT) -> None:
    key = Key("backups", account=account, purpose="test")
    Backup("backups", settings or BackupSettings(), account=account, key=key, notice_key=key, resources=[DATABASE])


def rule(graph: Graph) -> dict[str, object]:
    (found,) = graph.only("aws:backup/plan:Plan").inputs["rules"]
    return found


@pytest.mark.parametrize(("account", "days"), [(ACCOUNT, 35), (DEV_ACCOUNT, 7)])
def test_a_backup_a_day_kept_as_long_as_the_environment_says(account: Account, days: int) -> None:
    graph = record(lambda: backup(account=account))
    found = rule(graph)
    assert found["schedule"] == "cron(0 7 ? * * *)"
    assert found["lifecycle"] == {"deleteAfter": days}
    assert found["targetVaultName"] == graph.only(VAULT).outputs["name"]
    assert "enableContinuousBackup" not in found


def test_takes_what_it_is_given() -> None:
    graph = record_once(backup)
    selection = graph.only("aws:backup/selection:Selection").inputs
    assert selection["resources"] == [DATABASE]
    assert selection["iamRoleArn"] == graph.only("aws:iam/role:Role").outputs["arn"]
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert sorted(n.inputs["policyArn"].rsplit("/", 1)[-1] for n in attached) == [
        "AWSBackupServiceRolePolicyForBackup",
        "AWSBackupServiceRolePolicyForRestores",
    ]


def with_bucket() -> None:
    key = Key("data", account=ACCOUNT, purpose="test")
    bucket = Bucket("uploads", BucketSettings(bucket="uploads"), account=ACCOUNT, key=key)
    Backup(
        "backups", BackupSettings(), account=ACCOUNT, key=key, notice_key=key, resources=[DATABASE], buckets=[bucket]
    )


def test_a_bucket_is_backed_up_with_rights_of_its_own_and_says_what_is_new() -> None:
    graph = record_once(with_bucket)
    bucket = graph.only("aws:s3/bucket:Bucket")
    assert graph.only("aws:backup/selection:Selection").inputs["resources"] == [DATABASE, bucket.outputs["arn"]]
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
    graph = record_once(backup)
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


def test_copies_go_to_a_vault_with_a_key_of_its_region() -> None:
    graph = record(lambda: backup(FULL))
    vault = graph.only(VAULT, "backups-copy-vault")
    key = graph.only("aws:kms/key:Key", "backups-copy-key-key")
    assert vault.inputs["region"] == key.inputs["region"] == "us-west-2"
    assert vault.inputs["kmsKeyArn"] == key.outputs["arn"]
    assert rule(graph)["copyActions"] == [
        {"destinationVaultArn": vault.outputs["arn"], "lifecycle": {"deleteAfter": 35}}
    ]
    locks = graph.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert [(n.inputs["minRetentionDays"], n.inputs.get("region")) for n in locks] == [(35, None), (35, "us-west-2")]


def test_without_settings_nothing_is_locked_or_copied() -> None:
    graph = record_once(backup)
    assert not graph.of_type("aws:backup/vaultLockConfiguration:VaultLockConfiguration")
    assert not rule(graph).get("copyActions")


def test_a_copy_in_the_home_region_is_refused() -> None:
    with pytest.raises(ValidationError, match="us-east-1 is the home region"):
        BackupSettings.model_validate({"copyToRegion": "us-east-1"}, context={"region": "us-east-1"})


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(lambda: backup(FULL)) == []
