import json
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.account import Account
from components.data.postgres import Postgres, PostgresSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import Ground, given, ground, log_groups_of, named, recorded, rules
from tests.support import ACCOUNT, DEV_ACCOUNT, once, unequal_when_unknown

RANDOM_ID = "random:index/randomId:RandomId"
INSTANCE = "aws:rds/instance:Instance"
INVOCATION = "aws:lambda/invocation:Invocation"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
RECORDS: dict[str, Any] = {
    "identifier": "prod-postgres",
    "instance_class": "db.r5.2xlarge",
    "username": "apiuser",
    "storage_gib": 1000,
    "iops": 16_000,
    "throughput_mibps": 500,
    "manage_master_user_password": False,
    "read_replicas": 2,
}
SMALL: dict[str, Any] = {"identifier": "small", "instance_class": "db.t3.micro"}
OWN: dict[str, Any] = {"manage_master_user_password": False}


def build(at: Ground, **settings: Any) -> Postgres:
    database = Postgres("db", PostgresSettings(**settings), account=at.account, network=at.network, key=at.key)
    database.allow(at.client)
    Role(
        "app",
        trust=service_trust("pods.eks.amazonaws.com"),
        grants=[database.connect("records"), database.read_secret],
        description="An application",
    )
    pulumi.export("endpoint", database.endpoint)
    pulumi.export("ids", database.instance_ids)
    pulumi.export("readers", database.reader_endpoints)
    return database


@once
def graph(account: Account = ACCOUNT, **settings: Any) -> Graph:
    return recorded(lambda at: build(at, **settings), account)


@pytest.fixture(scope="module")
def records() -> Graph:
    return graph(**RECORDS)


@pytest.fixture(scope="module")
def small() -> Graph:
    return graph(**SMALL)


@pytest.fixture(scope="module")
def primary(records: Graph) -> Node:
    return named(records, INSTANCE, "db-primary")


def replicas(found: Graph) -> list[Node]:
    return [node for node in found.of_type(INSTANCE) if "replicateSourceDb" in node.inputs]


def granted(found: Graph) -> dict[str, dict[str, Any]]:
    policy = json.loads(named(found, "aws:iam/rolePolicy:RolePolicy", "app-policy").inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_primary_is_what_the_rows_ask_for(primary: Node) -> None:
    assert given(
        primary, "identifier", "engine", "engineVersion", "instanceClass", "username", "allocatedStorage",
        "storageType", "iops", "storageThroughput", "multiAz", "backupRetentionPeriod", "port", "dbName",
        "maxAllocatedStorage",
    ) == {
        "identifier": "prod-postgres", "engine": "postgres", "engineVersion": "15", "instanceClass": "db.r5.2xlarge",
        "username": "apiuser", "allocatedStorage": 1000, "storageType": "gp3", "iops": 16_000, "storageThroughput": 500,
        "multiAz": True, "backupRetentionPeriod": 35, "port": 5432, "dbName": None, "maxAllocatedStorage": None,
    }  # fmt: skip


def test_two_replicas_stand_in_zones_of_their_own_under_fixed_names(records: Graph) -> None:
    assert {
        node.name: given(node, "identifier", "availabilityZone", "replicateSourceDb") for node in replicas(records)
    } == {
        f"db-replica-{zone}": {
            "identifier": f"prod-postgres-replica-{zone}",
            "availabilityZone": f"us-east-1{zone}",
            "replicateSourceDb": "prod-postgres",
        }
        for zone in "ab"
    }


def test_replicas_give_nothing_that_rds_refuses_on_one(records: Graph) -> None:
    refused = {
        "engine", "engineVersion", "username", "password", "manageMasterUserPassword", "masterUserSecretKmsKeyId",
        "dbName", "dbSubnetGroupName", "allocatedStorage", "finalSnapshotIdentifier", "databaseInsightsMode",
        "backupWindow", "backupRetentionPeriod",
    }  # fmt: skip
    for node in replicas(records):
        assert refused & set(node.inputs) == set()
        assert given(node, "skipFinalSnapshot", "multiAz", "storageType", "iops", "storageThroughput") == {
            "skipFinalSnapshot": True, "multiAz": False, "storageType": "gp3", "iops": 16_000, "storageThroughput": 500,
        }  # fmt: skip


def test_a_replica_without_iops_leaves_the_storage_type_to_rds() -> None:
    found = graph(**SMALL, **OWN, read_replicas=1)
    (replica,) = replicas(found)
    assert given(replica, "storageType", "iops", "storageThroughput") == dict.fromkeys(
        ("storageType", "iops", "storageThroughput")
    )


def test_every_instance_is_protected_alike(records: Graph) -> None:
    key = named(records, "aws:kms/key:Key", "data-key").outputs["arn"]
    (group,) = [n.id for n in records.of_type("aws:ec2/securityGroup:SecurityGroup") if n.name == "db-group"]
    parameters = records.only("aws:rds/parameterGroup:ParameterGroup")
    expected = {
        "storageEncrypted": True, "kmsKeyId": key, "publiclyAccessible": False, "vpcSecurityGroupIds": [group],
        "parameterGroupName": parameters.outputs["name"], "iamDatabaseAuthenticationEnabled": True,
        "caCertIdentifier": "rds-ca-rsa2048-g1", "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
        "performanceInsightsEnabled": True, "performanceInsightsKmsKeyId": key, "performanceInsightsRetentionPeriod": 7,
        "monitoringInterval": 60, "autoMinorVersionUpgrade": True, "copyTagsToSnapshot": True,
        "deletionProtection": True, "instanceClass": "db.r5.2xlarge",
    }  # fmt: skip
    assert len(records.of_type(INSTANCE)) == 3
    for node in records.of_type(INSTANCE):
        assert given(node, *expected) == expected


def test_prod_keeps_a_last_snapshot_and_the_backups(records: Graph, primary: Node) -> None:
    assert given(primary, "skipFinalSnapshot", "finalSnapshotIdentifier", "deleteAutomatedBackups") == {
        "skipFinalSnapshot": False,
        "finalSnapshotIdentifier": f"prod-postgres-final-{records.only(RANDOM_ID).outputs['hex']}",
        "deleteAutomatedBackups": False,
    }


def test_dev_has_one_zone_and_can_be_deleted() -> None:
    node = graph(DEV_ACCOUNT, **SMALL).only(INSTANCE)
    assert given(node, "multiAz", "deletionProtection", "skipFinalSnapshot", "backupRetentionPeriod") == {
        "multiAz": False, "deletionProtection": False, "skipFinalSnapshot": True, "backupRetentionPeriod": 7,
    }  # fmt: skip
    assert graph(DEV_ACCOUNT, **SMALL, multi_az=True).only(INSTANCE).inputs["multiAz"] is True


def test_connections_are_tls_and_logged(records: Graph) -> None:
    group = records.only("aws:rds/parameterGroup:ParameterGroup").inputs
    values = {parameter["name"]: parameter["value"] for parameter in group["parameters"]}
    assert group["family"] == "postgres15"
    assert values == {
        "rds.force_ssl": "1",
        "log_connections": "1",
        "log_disconnections": "1",
        "log_lock_waits": "1",
        "log_min_duration_statement": "1000",
    }


def test_the_family_follows_the_version() -> None:
    found = graph(**SMALL, engine_version="17")
    assert found.only("aws:rds/parameterGroup:ParameterGroup").inputs["family"] == "postgres17"
    assert found.only(INSTANCE).inputs["engineVersion"] == "17"


def test_it_stands_in_the_data_tier(records: Graph, primary: Node) -> None:
    group = records.only("aws:rds/subnetGroup:SubnetGroup")
    data = {node.id for node in records.of_type("aws:ec2/subnet:Subnet") if "data" in node.name}
    assert set(group.inputs["subnetIds"]) == data
    assert len(data) == 3
    assert primary.inputs["dbSubnetGroupName"] == group.outputs["name"]


def test_only_the_granted_client_comes_in(records: Graph) -> None:
    assert rules(records, "db-group") == {("nodes-group", 5432, 5432)}


def test_logs_are_encrypted_and_there_before_the_instance(records: Graph) -> None:
    key = named(records, "aws:kms/key:Key", "data-key").outputs["arn"]
    groups = log_groups_of(records, "/aws/rds/instance/")
    identifiers = ("prod-postgres", "prod-postgres-replica-a", "prod-postgres-replica-b")
    assert set(groups) == {f"{name}/{log}" for name in identifiers for log in ("postgresql", "upgrade")}
    for path, group in groups.items():
        assert given(group, "kmsKeyId", "retentionInDays") == {"kmsKeyId": key, "retentionInDays": 365}
        (instance,) = [n for n in records.of_type(INSTANCE) if n.inputs["identifier"] == path.split("/")[0]]
        assert group.urn in instance.dependencies


def test_enhanced_monitoring_has_a_role_that_only_rds_assumes(records: Graph, primary: Node) -> None:
    role = named(records, "aws:iam/role:Role", "db-monitoring-role")
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["monitoring.rds.amazonaws.com"]}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:rds:us-east-1:123456789012:db:prod-postgres*"},
    }
    (attached,) = [
        node
        for node in records.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if node.inputs["role"] == role.outputs["name"]
    ]
    assert attached.inputs["policyArn"] == "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    assert primary.inputs["monitoringRoleArn"] == role.outputs["arn"]
    assert attached.urn in primary.dependencies


def test_alone_its_password_is_managed_by_rds_and_rotated_without_a_function(small: Graph) -> None:
    node = small.only(INSTANCE)
    assert node.inputs["manageMasterUserPassword"] is True
    assert node.inputs["masterUserSecretKmsKeyId"] == named(small, "aws:kms/key:Key", "data-key").outputs["arn"]
    assert "password" not in node.inputs
    rotation = small.only(ROTATION)
    assert rotation.inputs["secretId"] == node.outputs["masterUserSecrets"][0]["secretArn"]
    assert rotation.inputs["rotationRules"] == {"automaticallyAfterDays": 30}
    assert "rotationLambdaArn" not in rotation.inputs
    assert not small.of_type("aws:lambda/function:Function")


def test_with_replicas_its_password_is_not_managed_by_rds(records: Graph, primary: Node) -> None:
    assert "manageMasterUserPassword" not in primary.inputs
    assert primary.inputs["password"] == records.only("random:index/randomPassword:RandomPassword").outputs["result"]
    secret = records.only("aws:secretsmanager/secret:Secret")
    assert secret.inputs["kmsKeyId"] == named(records, "aws:kms/key:Key", "data-key").outputs["arn"]
    rotation = records.only(ROTATION)
    assert given(rotation, "secretId", "rotateImmediately", "rotationRules") == {
        "secretId": secret.outputs["arn"],
        "rotateImmediately": True,
        "rotationRules": {"automaticallyAfterDays": 30},
    }
    assert {node.urn for node in records.of_type(INSTANCE)} <= set(rotation.dependencies)
    assert records.only("aws:lambda/permission:Permission").urn in rotation.dependencies


def test_what_depends_on_the_database_waits_for_the_first_password(records: Graph) -> None:
    awaited, secret = (records.only(kind) for kind in (INVOCATION, "aws:secretsmanager/secret:Secret"))
    assert json.loads(awaited.inputs["input"]) == {"Await": secret.outputs["arn"]}
    assert awaited.inputs["functionName"] == records.only("aws:lambda/function:Function").outputs["name"]
    assert records.only(ROTATION).urn in awaited.dependencies


def test_the_rotation_may_change_this_instance_and_this_secret_only(records: Graph) -> None:
    policy = named(records, "aws:iam/rolePolicy:RolePolicy", "db-master-rotation-execution-policy").inputs["policy"]
    statements = {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}
    assert statements["SetPassword"]["Resource"] == ["arn:aws:rds:us-east-1:123456789012:db:prod-postgres"]
    assert statements["Rotate"]["Resource"] == [records.only("aws:secretsmanager/secret:Secret").outputs["arn"]]
    function = records.only("aws:lambda/function:Function")
    assert function.inputs["environment"]["variables"] == {
        "DB_INSTANCE_IDENTIFIER": "prod-postgres",
        "MASTER_USERNAME": "apiuser",
    }


def test_signing_in_is_granted_for_one_user_of_each_instance(records: Graph) -> None:
    statement = granted(records)["ConnectDb"]
    assert statement["Action"] == ["rds-db:connect"]
    assert set(statement["Resource"]) == {
        f"arn:aws:rds-db:us-east-1:123456789012:dbuser:{node.outputs['resourceId']}/records"
        for node in records.of_type(INSTANCE)
    }


@pytest.mark.parametrize("settings", [RECORDS, SMALL])
def test_reading_the_master_secret_is_granted_on_it_alone(settings: dict[str, Any]) -> None:
    found = graph(**settings)
    assert granted(found)["ReadMasterSecretDb"]["Resource"] == [found.only(ROTATION).inputs["secretId"]]


def test_growing_storage_is_left_to_rds() -> None:
    node = graph(**SMALL, max_storage_gib=1000).only(INSTANCE)
    assert given(node, "allocatedStorage", "maxAllocatedStorage") == {
        "allocatedStorage": 20,
        "maxAllocatedStorage": 1000,
    }
    assert node.ignore_changes == ("allocatedStorage",)


def test_another_class_waits_for_the_window_unless_it_is_wanted_at_once() -> None:
    waiting = [node.inputs for node in graph(**RECORDS).of_type(INSTANCE)]
    at_once = [node.inputs for node in graph(**RECORDS, apply_immediately=True).of_type(INSTANCE)]
    assert [one.get("applyImmediately") for one in waiting] == [None] * 3
    assert [one.get("applyImmediately") for one in at_once] == [True] * 3


def test_storage_that_does_not_grow_follows_the_settings() -> None:
    assert graph(**SMALL).only(INSTANCE).ignore_changes == ()


def test_a_first_password_is_sent_where_rds_gives_its_own_up(small: Graph, primary: Node) -> None:
    """RDS takes no end of its management without a password, and the engine would leave an ignored one out."""
    assert primary.ignore_changes == ()
    (made,) = primary.property_dependencies["password"]
    assert "randomPassword" in made
    assert given(small.only(INSTANCE), "manageMasterUserPassword", "password") == {
        "manageMasterUserPassword": True, "password": None,
    }  # fmt: skip


def test_how_the_password_is_kept_hangs_on_no_replica() -> None:
    one: dict[str, Any] = {**RECORDS, "read_replicas": 0}
    alone = graph(**one)
    kept = named(alone, INSTANCE, "db-primary").inputs
    assert kept == named(graph(**RECORDS), INSTANCE, "db-primary").inputs
    assert "manageMasterUserPassword" not in kept


def test_replicas_may_go_while_the_primary_stays_protected() -> None:
    def protection(found: Graph) -> dict[str, tuple[bool, bool]]:
        return {node.name: (node.protect, node.inputs["deletionProtection"]) for node in found.of_type(INSTANCE)}

    whole = protection(graph(**RECORDS))
    assert set(whole.values()) == {(False, True)}, "what Pulumi protects is asked of the stacks"
    freed = protection(graph(**RECORDS, replicas_deletable=True))
    assert {name for name, given in freed.items() if given != whole[name]} == {"db-replica-a", "db-replica-b"}


def test_a_stack_may_name_its_windows_retention_and_database() -> None:
    node = graph(
        **SMALL,
        backup_days=30,
        backup_window="01:00-02:00",
        maintenance_window="mon:05:00-mon:06:00",
        db_name="consulting",
    ).only(INSTANCE)
    assert given(node, "backupRetentionPeriod", "backupWindow", "maintenanceWindow", "dbName") == {
        "backupRetentionPeriod": 30,
        "backupWindow": "01:00-02:00",
        "maintenanceWindow": "mon:05:00-mon:06:00",
        "dbName": "consulting",
    }


def test_what_others_compose_with(records: Graph) -> None:
    assert records.exports["ids"] == {
        "primary": "prod-postgres",
        "replica-a": "prod-postgres-replica-a",
        "replica-b": "prod-postgres-replica-b",
    }
    assert records.exports["endpoint"] == named(records, INSTANCE, "db-primary").outputs["address"]
    assert set(records.exports["readers"]) == {"replica-a", "replica-b"}


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        ({"engine_version": "15.4"}, "engineVersion"),
        ({"engine_version": "15.19"}, "engineVersion"),
        ({"engine_version": "13.13"}, "engineVersion"),
        ({"engine_version": "14.9"}, "engineVersion"),
        ({"engine_version": "15.x"}, "engineVersion"),
        ({"instance_class": "r5.2xlarge"}, "instanceClass"),
        ({"username": "admin"}, "username"),
        ({"username": "pg_me"}, "username"),
        ({"username": "Api"}, "username"),
        ({"db_name": "9lives"}, "dbName"),
        ({"backup_days": 0}, "backupDays"),
        ({"backup_days": 36}, "backupDays"),
        ({"maintenance_window": "sun:03:30-sun:04:30"}, "maintenanceWindow"),
        ({"identifier": "Prod"}, "identifier"),
        ({"iops": 16_000}, "iops"),
        ({"read_replicas": 1}, "readReplicas"),
        ({"secret_name": "small/master"}, "secretName"),
    ],
)
def test_what_rds_would_refuse_is_refused_at_its_key(bad: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PostgresSettings(**{**SMALL, **bad})
    (error,) = caught.value.errors()
    name = error["loc"][-1]
    assert (
        PostgresSettings.model_fields[str(name)].alias == key if name in PostgresSettings.model_fields else name == key
    )


@pytest.mark.parametrize("version", ["14", "15", "16", "17", "18"])
def test_versions_that_rds_offers_are_taken(version: str) -> None:
    assert PostgresSettings(**SMALL, engine_version=version).engine_version == version


def test_a_store_that_is_made_anew_leaves_another_snapshot(records: Graph) -> None:
    """A snapshot outlives its database, and RDS takes no second one of a name."""
    keepers = records.only(RANDOM_ID).inputs["keepers"]
    assert {"dbName", "key", "username"} == set(keepers)
    assert graph(**SMALL, username="other").only(RANDOM_ID).inputs["keepers"]["username"] == "other"


def test_a_major_upgrade_is_allowed_at_once_and_only_where_it_is_asked_for(primary: Node) -> None:
    assert given(primary, "allowMajorVersionUpgrade", "applyImmediately") == {
        "allowMajorVersionUpgrade": None,
        "applyImmediately": None,
    }
    found = graph(**RECORDS, engine_version="16", major_upgrade=True)
    upgraded = named(found, INSTANCE, "db-primary")
    assert given(upgraded, "engineVersion", "allowMajorVersionUpgrade", "applyImmediately") == {
        "engineVersion": "16",
        "allowMajorVersionUpgrade": True,
        "applyImmediately": True,
    }
    # RDS takes the replicas of the region along; they are told nothing.
    for replica in found.of_type(INSTANCE):
        if replica is not upgraded:
            assert "engineVersion" not in replica.inputs
            assert upgraded.urn in replica.dependencies


def test_more_replicas_than_zones_are_refused() -> None:
    with pytest.raises(ProgramError, match=r"database\.readReplicas: 4 need as many zones; the network has a, b, c"):
        graph(**SMALL, **OWN, read_replicas=4)


@pytest.mark.parametrize("settings", [RECORDS, SMALL, {**SMALL, "max_storage_gib": 100}])
def test_an_empty_account_gets_the_same(settings: dict[str, Any]) -> None:
    assert unequal_when_unknown(lambda: build(ground(), **settings)) == []
