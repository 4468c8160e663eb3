import json
from typing import Any

import pulumi
import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.data.bucket import Bucket, BucketSettings, CorsRule, EncryptedBucketSettings
from components.data.bucket_lifecycle import Transition
from components.data.bucket_replication import BucketReplication
from components.data.log_bucket import LogBucket, LogBucketSettings
from tests.components.data.regions import AWAY, Regions, recorded, regions
from tests.components.data.stores import named
from tests.support import ACCOUNT, unequal_when_unknown

BUCKET = "aws:s3/bucket:Bucket"
RULES = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
UPLOADS = BucketSettings(
    bucket="uploads",
    cors=CorsRule(origins=("https://example.com",), methods=("PUT",)),
    transitions=(Transition(days=30, storage_class="STANDARD_IA"),),
    noncurrent_days=90,
)
SOURCES = {
    "uploads": UPLOADS,
    "backups": BucketSettings(bucket="backups", lock_days=35),
    "static": EncryptedBucketSettings(bucket="static", encryption="s3"),
}


def build(at: Regions, **sources: BucketSettings) -> None:
    made = {
        label: Bucket(label, settings, account=at.home.account, key=at.home.key)
        for label, settings in (sources or SOURCES).items()
    }
    copies = BucketReplication(
        "copies",
        account=at.home.account,
        sources=made,
        key=at.home.key,
        target_account=at.away.account,
        target_key=at.away.key,
    )
    pulumi.export("arns", {label: bucket.arn for label, bucket in copies.destinations.items()})


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(build)


def statements(graph: Graph) -> dict[str, dict[str, Any]]:
    policy = json.loads(named(graph, "aws:iam/rolePolicy:RolePolicy", "copies-role-policy").inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def arn(bucket: str, region: str) -> str:
    return f"arn:aws:s3:::{bucket}-{ACCOUNT.id}-{region}"


def by_bucket(graph: Graph, kind: str, name: str) -> Node:
    (found,) = [node for node in graph.of_type(kind) if node.inputs["bucket"] == arn(name, AWAY).split(":::")[1]]
    return found


def test_every_source_has_a_copy_in_the_other_region(graph: Graph) -> None:
    there = {node.inputs["bucket"] for node in graph.of_type(BUCKET) if node.inputs.get("region") == AWAY}
    assert there == {f"{name}-{ACCOUNT.id}-{AWAY}" for name in SOURCES}


def test_copies_are_versioned_locked_and_aged_like_their_sources_under_the_other_key(graph: Graph) -> None:
    versioning = by_bucket(graph, "aws:s3/bucketVersioning:BucketVersioning", "uploads")
    assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}
    lifecycle = by_bucket(graph, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "uploads")
    assert lifecycle.inputs["rules"][0]["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert by_bucket(graph, BUCKET, "backups").inputs["objectLockEnabled"] is True
    key = named(graph, "aws:kms/key:Key", "recovery-data-key-key").outputs["arn"]
    for name in SOURCES:
        kind = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
        (rule,) = by_bucket(graph, kind, name).inputs["rules"]
        assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key}
    cors = graph.of_type("aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")
    assert [node.inputs.get("region") for node in cors] == [None]


def test_everything_is_copied_deletions_as_markers_and_encrypted_objects_with_the_other_key(graph: Graph) -> None:
    config = named(graph, RULES, "copies-uploads-replication")
    assert config.inputs["rules"] == [
        {
            "id": "everything", "status": "Enabled", "priority": 0, "filter": {"prefix": ""},
            "deleteMarkerReplication": {"status": "Enabled"},
            "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
            "destination": {
                "bucket": by_bucket(graph, BUCKET, "uploads").outputs["arn"],
                "encryptionConfiguration": {
                    "replicaKmsKeyId": named(graph, "aws:kms/key:Key", "recovery-data-key-key").outputs["arn"]
                },
            },
        }
    ]  # fmt: skip
    assert config.inputs["bucket"] == f"uploads-{ACCOUNT.id}-{ACCOUNT.region}"


def test_the_rule_stays_at_home_and_waits_for_versions_and_rights(graph: Graph) -> None:
    config = named(graph, RULES, "copies-uploads-replication")
    assert config.inputs["region"] == ACCOUNT.region
    waits = {graph[urn].name for urn in config.dependencies}
    assert {"uploads-versioning", "copies-uploads-versioning", "copies-role-policy"} <= waits


def test_the_role_reads_the_sources_writes_the_copies_and_nothing_else(graph: Graph) -> None:
    found = statements(graph)
    assert {sid: set(each["Resource"]) for sid, each in found.items()} == {
        "ReadRules": {arn(name, ACCOUNT.region) for name in SOURCES},
        "ReadVersions": {f"{arn(name, ACCOUNT.region)}/*" for name in SOURCES},
        "WriteCopies": {f"{arn(name, AWAY)}/*" for name in SOURCES},
        "ReadLocks": {f"{arn('backups', ACCOUNT.region)}/*"},
        "DecryptVersions": {named(graph, "aws:kms/key:Key", "data-key").outputs["arn"]},
        "EncryptCopies": {named(graph, "aws:kms/key:Key", "recovery-data-key-key").outputs["arn"]},
    }
    assert found["WriteCopies"]["Action"] == ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]


def test_it_uses_both_keys_through_s3_for_these_buckets_only(graph: Graph) -> None:
    decrypt, encrypt = (statements(graph)[sid]["Condition"] for sid in ("DecryptVersions", "EncryptCopies"))
    assert decrypt["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
    assert encrypt["StringEquals"] == {"kms:ViaService": f"s3.{AWAY}.amazonaws.com"}
    bound = decrypt["StringLike"]["kms:EncryptionContext:aws:s3:arn"]
    assert set(bound) == {
        form for name in ("uploads", "backups") for form in (arn(name, "us-east-1"), arn(name, "us-east-1") + "/*")
    }


def test_what_is_not_there_takes_no_right() -> None:
    found = statements(recorded(lambda at: build(at, static=SOURCES["static"])))
    assert set(found) == {"ReadRules", "ReadVersions", "WriteCopies", "EncryptCopies"}


def test_access_logs_of_the_copies_stay_with_them() -> None:
    def program(at: Regions) -> None:
        logs = LogBucket("logs", LogBucketSettings(bucket="logs"), account=at.away.account, opts=at.away.options)
        home = at.home
        BucketReplication(
            "copies",
            account=home.account,
            sources={"uploads": Bucket("uploads", UPLOADS, account=home.account, key=home.key)},
            key=home.key,
            target_account=at.away.account,
            target_key=at.away.key,
            access_logs=logs,
        )

    (logging,) = recorded(program).of_type("aws:s3/bucketLogging:BucketLogging")
    assert logging.inputs["targetBucket"] == f"logs-{ACCOUNT.id}-{AWAY}"
    assert logging.inputs["region"] == AWAY


def test_the_same_region_is_refused() -> None:
    def program(at: Regions) -> None:
        home = at.home
        BucketReplication(
            "copies", account=home.account, sources={}, key=home.key, target_account=home.account, target_key=home.key
        )

    with pytest.raises(ProgramError, match="would lie in us-east-1"):
        recorded(program)


def test_the_pack_asks_for_nothing_but_access_logs() -> None:
    found = [v for v in verdict(recorded(build))[0] if "copies" in v.urn]
    assert {(v.rule.id, str(v.level)) for v in found} <= {("s3-bucket-access-logs", "advisory")}


def test_unknown_outputs_change_nothing() -> None:
    assert unequal_when_unknown(lambda: build(regions())) == []
