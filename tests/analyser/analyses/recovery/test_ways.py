"""Which settings of each store bring it back from what."""

from typing import Any

import pytest

from analyser.analyses.recovery.model import Loss, Span
from analyser.analyses.recovery.stores import stores
from analyser.analyses.recovery.ways import READERS, WORDS
from analyser.graph import Node
from resource_types import fact, tokens
from tests.analyser.analyses.recovery.made import (
    BUCKET,
    CACHE,
    CLUSTER,
    FILES,
    IMAGES,
    INSTANCE,
    OTHER,
    REPLICATION,
    SEARCH,
    SECRET,
    STREAM,
    TABLE,
    USERS,
    graph,
    names,
    node,
    versions,
    way,
)  # fmt: skip

COPIES = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"


def _with(token: str, inputs: dict[str, Any], *others: Node) -> dict[str, set[str]]:
    return names(node(token, "store", inputs), *others)


@pytest.mark.parametrize(
    ("token", "inputs", "loss", "way"),
    [
        (INSTANCE, {"multiAz": True}, "zone", "standby"),
        (INSTANCE, {"backupRetentionPeriod": 7}, "corruption", "point_in_time"),
        (INSTANCE, {"backupRetentionPeriod": 7}, "zone", "point_in_time"),
        (INSTANCE, {"backupRetentionPeriod": 7, "deleteAutomatedBackups": False}, "deletion", "point_in_time"),
        (INSTANCE, {"finalSnapshotIdentifier": "a", "skipFinalSnapshot": False}, "deletion", "final_snapshot"),
        (CLUSTER, {}, "zone", "zones"),
        (CLUSTER, {"backupRetentionPeriod": 7}, "corruption", "point_in_time"),
        (CACHE, {"automaticFailoverEnabled": True, "multiAzEnabled": True}, "zone", "replica"),
        (CACHE, {"snapshotRetentionLimit": 7}, "corruption", "snapshots"),
        (CACHE, {"finalSnapshotIdentifier": "a"}, "deletion", "final_snapshot"),
        (TABLE, {}, "zone", "zones"),
        (TABLE, {"pointInTimeRecovery": {"enabled": True}}, "corruption", "point_in_time"),
        (TABLE, {"pointInTimeRecovery": {"enabled": True}}, "deletion", "system_backup"),
        (TABLE, {"replicas": [{"regionName": OTHER}]}, "region", "global_table"),
        (BUCKET, {}, "zone", "zones"),
        (FILES, {}, "zone", "zones"),
        (SEARCH, {"clusterConfig": {"zoneAwarenessEnabled": True, "instanceCount": 2}}, "zone", "replicas"),
        (SEARCH, {}, "corruption", "snapshots"),
        (USERS, {}, "zone", "zones"),
        (IMAGES, {}, "deletion", "rebuild"),
        (SECRET, {}, "corruption", "versions"),
        (SECRET, {"recoveryWindowInDays": 7}, "deletion", "window"),
        (SECRET, {"replicas": [{"region": OTHER}]}, "region", "regional_secret"),
    ],
)
def test_a_setting_brings_a_store_back(token: str, inputs: dict[str, Any], loss: str, way: str) -> None:
    assert WORDS[way] in _with(token, inputs)[loss]


@pytest.mark.parametrize(
    ("token", "inputs", "losses"),
    [
        (INSTANCE, {"multiAz": False, "backupRetentionPeriod": 0, "deleteAutomatedBackups": False}, set()),
        (INSTANCE, {"finalSnapshotIdentifier": "a", "skipFinalSnapshot": True}, set()),
        (INSTANCE, {"backupRetentionPeriod": 7, "deleteAutomatedBackups": True}, {"corruption", "zone"}),
        (CACHE, {"automaticFailoverEnabled": True, "multiAzEnabled": False, "snapshotRetentionLimit": 0}, set()),
        (CACHE, {"automaticFailoverEnabled": True, "multiAzEnabled": True, "numCacheClusters": 1}, set()),
        (CACHE, {"automaticFailoverEnabled": True, "multiAzEnabled": True, "replicasPerNodeGroup": 0}, set()),
        (TABLE, {"pointInTimeRecovery": {"enabled": False}, "replicas": []}, {"zone"}),
        (TABLE, {"replicas": [{"regionName": "us-east-1"}]}, {"zone"}),
        (FILES, {"availabilityZoneName": "us-east-1a"}, set()),
        (STREAM, {}, set()),
        (SEARCH, {"clusterConfig": {"zoneAwarenessEnabled": True, "instanceCount": 1}}, {"corruption"}),
        (USERS, {}, {"zone"}),
        (SECRET, {"recoveryWindowInDays": 0, "replicas": []}, {"zone", "corruption"}),
        (BUCKET, {}, {"zone"}),
    ],
)
def test_without_it_nothing_does(token: str, inputs: dict[str, Any], losses: set[str]) -> None:
    assert _with(token, inputs).keys() == losses


def test_versions_of_objects_are_another_resource_s_setting() -> None:
    store = node(BUCKET, "store", bucket="store")
    for status, brings in (("Enabled", True), ("Suspended", False)):
        setting = {"bucket": "store", "versioningConfiguration": {"status": status}}
        found = names(store, node("aws:s3/bucketVersioning:BucketVersioning", "versioning", setting))
        assert ("corruption" in found, "deletion" in found) == (brings, brings)


@pytest.mark.parametrize(
    ("destination", "there", "losses"),
    [
        ({}, OTHER, {"region"}),
        ({}, None, set()),
        ({"account": "210987654321"}, OTHER, {"region", "account"}),
        ({"account": "123456789012"}, OTHER, {"region"}),
    ],
)
def test_objects_survive_where_they_are_copied_to(
    destination: dict[str, str], there: str | None, losses: set[str]
) -> None:
    store, copy = node(BUCKET, "store", bucket="store"), node(BUCKET, "copy", {"region": there} if there else {})
    rule = {"status": "Enabled", "destination": {"bucket": copy.outputs["arn"], **destination}}
    copies = node(REPLICATION, "copies", {"bucket": "store", "rules": [rule]})
    assert names(store, copy, versions("copy", "Suspended"), copies).keys() == {"zone"}
    found = names(store, copy, versions("copy"), copies)
    assert found.keys() - {"zone"} == losses


SEALED = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}
KMS_TOO = {"sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}}}


@pytest.mark.parametrize(
    ("sealed", "rule", "whole"),
    [
        (False, {}, True),
        (True, {}, False),
        (True, KMS_TOO, True),
        (False, {"filter": {"prefix": ""}}, True),
        (False, {"filter": {"prefix": "images/"}}, False),
        (False, {"filter": {"tag": {"key": "a", "value": "b"}}}, False),
        (False, {"prefix": "images/"}, False),
        (False, {"status": "Disabled"}, False),
    ],
)
def test_a_rule_that_leaves_objects_out_brings_no_bucket_back(
    rule: dict[str, Any], *, sealed: bool, whole: bool
) -> None:
    store = node(BUCKET, "store", bucket="store")
    told = {"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::copy"}, **rule}
    copies = node(REPLICATION, "copies", {"bucket": "store", "rules": [told]})
    token = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    encryption = [node(token, "encryption", {"bucket": "store", "rules": [SEALED]})] if sealed else []
    assert ("region" in names(store, copies, *encryption)) is whole


def test_only_replication_within_a_time_is_bounded() -> None:
    store = node(BUCKET, "store", bucket="store")
    for time, most in (({}, None), ({"replicationTime": {"status": "Enabled"}}, 900)):
        rule = {"status": "Enabled", "destination": {"bucket": "arn:aws:s3:::copy", **time}}
        copies = node(REPLICATION, "copies", {"bucket": "store", "rules": [rule]})
        name = WORDS["replication_in_time" if time else "replication"]
        assert way(store, [copies], Loss.REGION, name).loses.most == most


def test_backups_of_rds_in_another_region_save_from_the_loss_of_this_one() -> None:
    store = node(INSTANCE, "store", {"backupRetentionPeriod": 7})
    inputs = {"sourceDbInstanceArn": store.outputs["arn"]}
    assert "region" not in names(store, node(COPIES, "copies", inputs))
    elsewhere = node(COPIES, "copies", {**inputs, "region": OTHER})
    assert names(store, elsewhere)["region"] == {WORDS["regional_backups"]}
    assert "region" not in names(node(INSTANCE, "store", {"backupRetentionPeriod": 0}), elsewhere)


def test_a_read_replica_elsewhere_does_as_well() -> None:
    store = node(INSTANCE, "store")
    replica = node(INSTANCE, "replica", {"replicateSourceDb": store.outputs["arn"], "region": OTHER})
    assert names(store, replica)["region"] == {WORDS["regional_replica"]}
    assert "region" not in names(store, node(INSTANCE, "replica", {"replicateSourceDb": store.outputs["arn"]}))


@pytest.mark.parametrize(
    ("source", "own", "follows"),
    [("17.4", None, True), ("17.4", "17.4", True), ("17.4", "18", True), ("17.4", "16.9", False), ("17", "17.4", True)],
)
def test_a_replica_of_a_lower_version_follows_nobody(source: str, own: str | None, *, follows: bool) -> None:
    store = node(INSTANCE, "store", {"engineVersion": source})
    told = {"replicateSourceDb": store.outputs["arn"], "region": OTHER, "engineVersion": own}
    assert ("region" in names(store, node(INSTANCE, "replica", told))) is follows


def test_a_copy_of_files_is_of_the_file_system_that_it_names() -> None:
    token = "aws:efs/replicationConfiguration:ReplicationConfiguration"
    for source, copied in (("store", True), ("other", False)):
        told = {"sourceFileSystemId": source, "destination": {"region": OTHER}}
        assert ("region" in names(node(FILES, "store"), node(token, "copies", told))) is copied


def test_a_member_of_a_global_datastore_elsewhere_does_as_well() -> None:
    store = node(CACHE, "store")
    datastore = node("aws:elasticache/globalReplicationGroup:GlobalReplicationGroup", "global", {
        "primaryReplicationGroupId": "store"}, globalReplicationGroupId="g")  # fmt: skip
    member = node(CACHE, "member", {"globalReplicationGroupId": "g", "region": OTHER})
    assert names(store, datastore, member)["region"] == {WORDS["global_datastore"]}
    assert "region" not in names(store, datastore)


@pytest.mark.parametrize(("zones", "properties", "survives"), [
    (3, "min.insync.replicas=2", True), (2, "min.insync.replicas=2", False), (3, "min.insync.replicas=1", False),
    (3, "min.insync.replicas = 2\ndefault.replication.factor = 3", True),
    (3, "min.insync.replicas=2\ndefault.replication.factor=2", False),
    (3, "min.insync.replicas=3\ndefault.replication.factor=3", False),
])  # fmt: skip
def test_acknowledged_messages_are_in_a_second_zone(zones: int, properties: str, *, survives: bool) -> None:
    configuration = node("aws:msk/configuration:Configuration", "c", {"serverProperties": properties})
    inputs = {
        "brokerNodeGroupInfo": {"clientSubnets": ["s"] * zones},
        "configurationInfo": {"arn": configuration.outputs["arn"]},
    }
    assert ("zone" in names(node(STREAM, "store", inputs), configuration)) is survives


def test_efs_s_own_backups_are_asked_of_the_file_system_s_policy() -> None:
    store = node(FILES, "store")
    for status, brings in (("ENABLED", True), ("DISABLED", False)):
        policy = {"fileSystemId": "store", "backupPolicy": {"status": status}}
        assert ("deletion" in names(store, node("aws:efs/backupPolicy:BackupPolicy", "p", policy))) is brings


def test_images_are_copied_where_the_registry_s_filters_say_so() -> None:
    token = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
    for prefix, copied in (("records/", True), ("other/", False)):
        rule = {"destinations": [{"region": OTHER}], "repositoryFilters": [{"filter": prefix}]}
        copies = node(token, "copies", {"replicationConfiguration": {"rules": [rule]}})
        found = names(node(IMAGES, "store", {"name": "records/service"}), copies)
        assert (WORDS["replication"] in found["region"]) is copied


def test_what_is_made_anew_takes_as_long_as_that_and_then_nobody_knows() -> None:
    store = node(INSTANCE, "store", {"multiAz": True, "backupRetentionPeriod": 7})
    made, data = way(store, [], Loss.CORRUPTION, WORDS["point_in_time"]).steps
    assert (made.takes.least, made.takes.most) == (780, 2100)  # creation, with a standby
    assert (data.takes.least, data.takes.most) == (0, None)
    found = way(store, [], Loss.CORRUPTION, WORDS["point_in_time"])
    assert found.takes == Span(780, None, worse=2100)
    assert found.longest == data


def test_stores_are_called_by_their_component_or_by_themselves() -> None:
    stack = Node("urn:stack", "pulumi:pulumi:Stack", "stack", {}, {}, custom=False)
    registry = Node("urn:registry", "strata:data:Registry", "registry", {}, {}, parent=stack.urn, custom=False)
    database = Node("urn:database", "strata:data:Postgres", "database", {}, {}, parent=stack.urn, custom=False)
    made = [
        Node(f"urn:{name}", token, name, inputs, {}, parent=parent)
        for token, name, inputs, parent in (
            (INSTANCE, "database-primary", {}, "urn:database"),
            (INSTANCE, "database-replica", {"replicateSourceDb": "database-primary"}, "urn:database"),
            (IMAGES, "registry-a", {}, "urn:registry"),
            (IMAGES, "registry-b", {}, "urn:registry"),
            (BUCKET, "elsewhere", {"region": OTHER}, "urn:stack"),
            (BUCKET, "bucket", {}, "urn:stack"),
            ("aws:kms/key:Key", "key", {}, "urn:stack"),
        )
    ]
    found = stores(graph(stack, registry, database, *made))
    assert [store.name for store in found] == ["bucket", "database", "registry-a", "registry-b"]


def test_every_way_that_is_asked_for_is_in_the_file_of_its_type() -> None:
    for token in READERS:
        assert fact(token, "recovery"), token


ELSEWHERE = {"aws:ebs/volume:Volume", "aws:ec2/instance:Instance", "aws:elasticache/cluster:Cluster"}
"""In programs of others alone; that nobody has said how they come back is what the answer says of them."""


def test_whatever_bears_data_has_ways_back_or_is_kept_with_another() -> None:
    bearing = [token for token in tokens() if "data" in (fact(token, "bears") or {}) and token not in ELSEWHERE]
    without = [token for token in bearing if token not in READERS and "within" not in (fact(token, "recovery") or {})]
    assert without == []
