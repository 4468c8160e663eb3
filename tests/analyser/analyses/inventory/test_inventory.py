"""What an inventory says of stores, and what it refuses to leave unsaid."""

from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest

from analyser.analyses.inventory import UnexplainedError, inventory
from analyser.analyses.inventory.purposes import FILE, of, purposes
from analyser.analyses.inventory.result import Inventory, Purpose, Store
from analyser.analyses.inventory.stores import READERS
from analyser.faces.commands import cli
from analyser.faces.inventory_page import page
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN
from settings.stack import PROJECT
from tests.analyser.project import write_project
from tests.stacks import ROOT, STACKS, stack_graph
from tests.support import record

ANY = [Purpose("*", "Things", personal=True, erasure="Somebody deletes them")]


def stores(program: Any) -> dict[str, Store]:
    return {store.name: store for store in inventory(record(program), ANY).stores}


def bucket(name: str, **lifecycle: Any) -> aws.s3.Bucket:
    made = aws.s3.Bucket(name, bucket=name)
    aws.s3.BucketLifecycleConfiguration(
        f"{name}-lifecycle",
        bucket=made.bucket,
        rules=[{"id": "age", "status": "Enabled", "transitions": [], **lifecycle}],
    )
    return made


def test_a_bucket_s_key_and_ages_are_its_own() -> None:
    def program() -> None:
        key = aws.kms.Key("data-key")
        keyed = bucket("keyed", expiration={"days": 10}, noncurrent_version_expiration={"noncurrent_days": 5})
        bucket("plain", transitions=[{"days": 30, "storage_class": "GLACIER_IR"}])
        aws.s3.BucketServerSideEncryptionConfiguration(
            "keyed-encryption",
            bucket=keyed.bucket,
            rules=[
                {"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn}}
            ],
        )

    found = stores(program)
    assert found["keyed"].key == "customer key `data`"
    assert found["keyed"].retention == ("objects for 10 days", "old versions for 5 days")
    assert found["keyed"].remains_days == 15
    assert found["plain"].key == "AES-256, S3's own keys"
    assert found["plain"].retention == (
        "objects until they are deleted",
        "from day 30 in GLACIER_IR",
    )


def test_a_locked_bucket_keeps_what_is_asked_to_go() -> None:
    def program() -> None:
        made = bucket("locked", noncurrent_version_expiration={"noncurrent_days": 5})
        aws.s3.BucketObjectLockConfiguration(
            "lock", bucket=made.bucket, rule={"default_retention": {"mode": "GOVERNANCE", "days": 90}}
        )

    locked = stores(program)["locked"]
    assert "no deletion before day 90" in locked.retention
    assert locked.remains_days == 90


def database(name: str, **more: Any) -> aws.rds.Instance:
    return aws.rds.Instance(name, instance_class="db.t3.micro", **more)


def test_the_longest_copy_decides_when_something_is_gone() -> None:
    def program() -> None:
        primary = database("primary", backup_retention_period=7)
        database("replica", replicate_source_db=primary.identifier)
        vault = aws.backup.Vault("far", region="us-west-2")
        plan = aws.backup.Plan(
            "plan",
            rules=[
                {
                    "rule_name": "daily",
                    "target_vault_name": "home",
                    "lifecycle": {"delete_after": 35},
                    "copy_actions": [{"destination_vault_arn": vault.arn}],
                }
            ],
        )
        aws.backup.Selection("selection", plan_id=plan.id, iam_role_arn="arn:role", resources=[primary.arn])

    found = stores(program)
    assert found["primary"].retention == (
        "rows until they are deleted; point-in-time recovery, 7 days",
        "daily in AWS Backup, 35 days, with copies in us-west-2",
    )
    assert found["primary"].remains_days == 35
    assert found["replica"].retention == ("follows its primary",)
    assert found["replica"].remains_days is None


def test_backups_that_follow_to_another_region_count() -> None:
    def program() -> None:
        primary = database("primary", backup_retention_period=7)
        aws.rds.InstanceAutomatedBackupsReplication(
            "copies", source_db_instance_arn=primary.arn, retention_period=14, region="us-west-2"
        )

    primary = stores(program)["primary"]
    assert primary.retention[1] == "the same in us-west-2, 14 days"
    assert primary.remains_days == 14


def test_tables_queues_caches_and_secrets() -> None:
    def program() -> None:
        aws.dynamodb.Table(
            "sessions",
            attributes=[{"name": "id", "type": "S"}],
            hash_key="id",
            ttl={"attribute_name": "expires", "enabled": True},
            point_in_time_recovery={"enabled": True, "recovery_period_in_days": 1},
            replicas=[{"region_name": "us-west-2"}],
        )
        aws.sqs.Queue("later", message_retention_seconds=300)
        aws.sqs.Queue("usual")
        aws.elasticache.ReplicationGroup("cache", description="test", snapshot_retention_limit=3)
        aws.secretsmanager.Secret("secret", recovery_window_in_days=7)
        aws.cognito.UserPool("users")

    found = stores(program)
    assert found["sessions"].retention == (
        "items until the time in `expires`",
        "point-in-time recovery, 1 day",
        "a replica in us-west-2",
    )
    assert found["later"].retention == ("messages for 5 minutes at the most",)
    assert found["usual"].remains_days == 4
    assert found["cache"].remains_days == 3
    assert found["secret"].retention == ("until it is deleted; then 7 days to take that back",)
    assert found["users"].key == "AWS-owned key"


@pytest.mark.parametrize(
    ("token", "inputs", "said"),
    [
        ("aws:rds/instance:Instance", {"engine": "mysql"}, "not encrypted"),
        ("aws:rds/instance:Instance", {"engine": "mysql", "storageEncrypted": True}, "encrypted, no customer key"),
        ("aws:rds/instance:Instance", {"engine": "mysql", "storageEncrypted": UNKNOWN}, "not known"),
        ("aws:rds/instance:Instance", {"replicateSourceDb": "orders"}, "as its primary"),
        ("aws:rds/cluster:Cluster", {"engine": "aurora-mysql"}, "AWS-owned key"),
        ("aws:efs/fileSystem:FileSystem", {}, "not encrypted"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"engine": "redis"}, "not encrypted"),
        ("aws:elasticache/replicationGroup:ReplicationGroup", {"engine": "valkey"}, "encrypted, no customer key"),
        ("aws:opensearch/domain:Domain", {"encryptAtRest": {"enabled": False}}, "not encrypted"),
        ("aws:sqs/queue:Queue", {"kmsMasterKeyId": UNKNOWN}, "not known"),
    ],
)
def test_a_store_is_as_encrypted_as_it_asks_to_be(token: str, inputs: dict[str, Any], said: str) -> None:
    urn = f"urn:pulumi:dev::shop::{token}::a"
    found = Graph("shop", "dev", [Node(urn=urn, type=token, name="a", inputs=inputs, outputs={})], {})
    (store,) = inventory(found, ANY).stores
    assert store.key == said


def test_logs_are_counted_by_how_they_are_kept() -> None:
    def program() -> None:
        for name, days in (("a", 30), ("b", 30), ("c", None)):
            aws.cloudwatch.LogGroup(name, retention_in_days=days)

    found = inventory(record(program), ANY)
    assert [(logs.days, logs.groups) for logs in found.logs] == [(None, 1), (30, 2)]
    assert "| 1 | us-east-1 | AWS-owned key | for ever |" in page(found)


def test_a_store_that_nobody_explained_is_an_error() -> None:
    with pytest.raises(UnexplainedError, match="nobody has written down what mystery holds"):
        inventory(record(lambda: aws.s3.Bucket("mystery")), [])


def shown(personal: bool) -> str:
    made = Store(
        "urn", "S3", "store", "eu-west-1", "a key", ("a while",), 9, Purpose("*", "Things", personal, "By hand")
    )
    return page(Inventory("shop", "records", "prod", (made,), ()))


def test_design_and_process_are_kept_apart() -> None:
    design, process = shown(personal=True).split("## By process")
    assert "| `store` | S3 | Things | yes | eu-west-1 | a key | a while |" in design
    assert "By hand" not in design
    assert "| `store` | By hand | 9 days |" in process
    assert "Data is kept in eu-west-1." in design


def test_what_is_not_of_persons_is_not_erased_on_request() -> None:
    design, process = shown(personal=False).split("## By process")
    assert "| `store` | S3 | Things | no |" in design
    assert "`store`" not in process


def test_a_system_s_own_words_go_before_what_is_alike_everywhere(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    entry = "- {{store: {0}, holds: {1}, personal: false, erasure: none}}\n"
    file.write_text("every:\n" + entry.format("'*'", "rest") + "shop:\n" + entry.format("a*", "own"))
    known = purposes(tmp_path, "shop")
    assert [found.holds for name in ("ab", "b") if (found := of(name, known))] == ["own", "rest"]
    file.write_text("shop:\n- {store: a}\n")
    with pytest.raises(ValueError, match="an entry has exactly store, holds, personal, erasure"):
        purposes(tmp_path, "shop")


PROGRAM = "import pulumi_aws as aws\naws.s3.Bucket('store')\n"


def test_the_command_writes_checks_and_complains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path, PROGRAM)
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).parent.mkdir(parents=True)
    (tmp_path / FILE).write_text("every:\n- {store: store, holds: Things, personal: false, erasure: none}\n")
    assert cli.run(["inventory", "shop", "--check"]) == 2
    assert capsys.readouterr().err == "docs/inventory/shop.md: is not up to date; run: strata inventory shop\n"
    assert cli.run(["inventory"]) == 0
    assert "`store`" in (tmp_path / "docs/inventory/shop.md").read_text()
    assert cli.run(["inventory", "--check"]) == 0
    (tmp_path / FILE).write_text("every: []\n")
    capsys.readouterr()
    assert cli.run(["inventory"]) == 2
    assert capsys.readouterr().err == f"shop: nobody has written down what store holds; add it to {FILE}\n"


@pytest.mark.parametrize("stack", STACKS)
def test_the_pages_in_docs_are_what_the_stacks_are(stack: str) -> None:
    graph = stack_graph(stack)
    text = page(inventory(graph, purposes(ROOT, graph.config[f"{PROJECT}:system"])))
    file = ROOT / "docs" / "inventory" / f"{stack}.md"
    assert file.is_file(), "no inventory of it; make update writes it"
    assert file.read_text(encoding="utf-8").splitlines() == text.splitlines(), "where that is meant: make update"


def test_there_is_no_page_without_a_stack() -> None:
    assert {file.stem for file in (ROOT / "docs" / "inventory").glob("*.md")} == set(STACKS)


@pytest.mark.parametrize(
    ("inputs", "kind", "kept"),
    [
        ({"engine": "mysql"}, "MySQL", "rows until they are deleted; no automatic backups"),
        ({"engine": "postgres", "backupRetentionPeriod": 7}, "PostgreSQL",
         "rows until they are deleted; point-in-time recovery, 7 days"),
        ({"engine": "postgres", "backupRetentionPeriod": UNKNOWN}, "PostgreSQL",
         "rows until they are deleted; point-in-time recovery, for a time that is not known"),
        ({"snapshotIdentifier": "old"}, "RDS", "rows until they are deleted; no automatic backups"),
    ],
)  # fmt: skip
def test_a_database_is_called_by_its_engine_and_keeps_what_it_says(inputs: Any, kind: str, kept: str) -> None:
    token = "aws:rds/instance:Instance"
    node = Node(urn="urn:pulumi:dev::p::a::db", type=token, name="db", inputs=inputs, outputs={})
    found = READERS[token](Graph("p", "dev", [node], {}), node)
    assert (found.kind, found.retention) == (kind, (kept,))


def test_a_bucket_without_versions_keeps_no_old_ones() -> None:
    token = "aws:s3/bucket:Bucket"
    node = Node(urn="urn:pulumi:dev::p::a::b", type=token, name="b", inputs={}, outputs={"bucket": "b"})
    assert READERS[token](Graph("p", "dev", [node], {}), node).retention == ("objects until they are deleted",)
