import json
from typing import Any

import pulumi
import pytest

from analyser.analyses.policies.verdict import verdict
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.account import Account
from components.data.backup_replication import BackupReplication
from components.data.postgres import Postgres, PostgresSettings
from components.data.postgres_replica import PostgresReplica, PostgresReplicaSettings
from components.security.role import Role
from components.statements import service_trust
from policy.model import Violation
from tests.components.data.regions import AWAY, Regions, misplaced, recorded, regions
from tests.components.data.stores import given, log_groups_of, named, rules
from tests.support import ACCOUNT, DEV_ACCOUNT, unequal_when_unknown

INSTANCE = "aws:rds/instance:Instance"
REPLICATION = "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"
HOME: dict[str, Any] = {
    "identifier": "home", "instance_class": "db.r5.xlarge", "storage_gib": 500, "backup_days": 35,
    "manage_master_user_password": False,
}  # fmt: skip


def database(at: Regions, *, replicated_elsewhere: bool = True, **settings: Any) -> Postgres:
    return Postgres(
        "db",
        PostgresSettings(**{**HOME, **settings}),
        account=at.home.account,
        network=at.home.network,
        key=at.home.key,
        replicated_elsewhere=replicated_elsewhere,
    )


def build(at: Regions, *, source: dict[str, Any] | None = None, **settings: Any) -> None:
    replica = PostgresReplica(
        "replica",
        PostgresReplicaSettings(identifier="away", **settings),
        source=database(at, **(source or {})),
        account=at.away.account,
        network=at.away.network,
        key=at.away.key,
        opts=at.away.options,
    )
    replica.allow(at.client)
    Role("app", trust=service_trust("ecs-tasks.amazonaws.com"), statements=[replica.connect("app")], description="App")
    pulumi.export("endpoint", replica.endpoint)
    pulumi.export("ids", replica.instance_ids)


def copy_backups(at: Regions, **settings: Any) -> None:
    BackupReplication(
        "backups",
        source=database(at, **settings),
        account=at.away.account,
        key=at.away.key,
        opts=at.away.options,
    )


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(build)


@pytest.fixture(scope="module")
def replica(graph: Graph) -> Node:
    return named(graph, INSTANCE, "replica-replica")


def test_a_copy_that_takes_fewer_connections_than_its_source_is_refused() -> None:
    with pytest.raises(ProgramError, match=r"replica: db.t4g.micro takes 112 connections, db.r5.xlarge 3604"):
        recorded(lambda at: build(at, instance_class="db.t4g.micro"))


def test_it_copies_the_source_by_its_arn_into_the_other_region(graph: Graph, replica: Node) -> None:
    assert replica.inputs["replicateSourceDb"] == named(graph, INSTANCE, "db-primary").outputs["arn"]
    assert given(replica, "identifier", "region", "instanceClass", "multiAz", "skipFinalSnapshot") == {
        "identifier": "away", "region": AWAY, "instanceClass": "db.r5.xlarge", "multiAz": False,
        "skipFinalSnapshot": True,
    }  # fmt: skip
    for given_by_the_source in ("engine", "engineVersion", "username", "password", "dbName", "allocatedStorage"):
        assert given_by_the_source not in replica.inputs


def test_it_stands_wholly_in_the_other_region_and_the_source_at_home(graph: Graph) -> None:
    assert misplaced(graph, "PostgresReplica", AWAY) == []
    assert misplaced(graph, "Postgres", None) == []
    groups = log_groups_of(graph, "/aws/rds/instance/away/")
    assert {name: node.inputs["region"] for name, node in groups.items()} == {"postgresql": AWAY, "upgrade": AWAY}


def test_it_is_closed_encrypted_and_placed_on_its_own(graph: Graph, replica: Node) -> None:
    key = named(graph, "aws:kms/key:Key", "recovery-data-key-key").outputs["arn"]
    assert given(replica, "kmsKeyId", "storageEncrypted", "publiclyAccessible", "dbSubnetGroupName") == {
        "kmsKeyId": key, "storageEncrypted": True, "publiclyAccessible": False,
        "dbSubnetGroupName": named(graph, "aws:rds/subnetGroup:SubnetGroup", "replica-subnet-group").id,
    }  # fmt: skip
    assert rules(graph, "replica-group") == {("away-client-group", 5432, 5432)}


def test_its_users_sign_in_by_iam_over_there(graph: Graph, replica: Node) -> None:
    policy = json.loads(named(graph, "aws:iam/rolePolicy:RolePolicy", "app-policy").inputs["policy"])
    (statement,) = policy["Statement"]
    resource = replica.outputs["resourceId"]
    assert statement["Resource"] == [f"arn:aws:rds-db:{AWAY}:{ACCOUNT.id}:dbuser:{resource}/app"]


def test_rds_manages_no_password_of_its_source_and_the_rotation_waits_for_it(graph: Graph, replica: Node) -> None:
    primary = named(graph, INSTANCE, "db-primary")
    assert "manageMasterUserPassword" not in primary.inputs
    rotation = graph.only("aws:secretsmanager/secretRotation:SecretRotation")
    assert {primary.urn, replica.urn} <= set(rotation.dependencies)
    assert rotation.inputs["rotateImmediately"] is True


def test_storage_grows_and_performs_as_at_home() -> None:
    graph = recorded(lambda at: build(at, source={"iops": 16_000, "max_storage_gib": 1000}, multi_az=True))
    replica = named(graph, INSTANCE, "replica-replica")
    assert given(replica, "iops", "storageThroughput", "storageType", "maxAllocatedStorage", "multiAz") == {
        "iops": 16_000, "storageThroughput": 500, "storageType": "gp3", "maxAllocatedStorage": 1000, "multiAz": True,
    }  # fmt: skip


def test_a_source_that_was_not_made_for_it_is_refused() -> None:
    with pytest.raises(ProgramError, match="must be made with replicated_elsewhere"):
        recorded(lambda at: build(at, source={"replicated_elsewhere": False}))


def test_the_region_of_the_source_is_refused() -> None:
    def program(at: Regions) -> None:
        source = database(at)
        settings = PostgresReplicaSettings(identifier="away")
        home = at.home
        PostgresReplica("replica", settings, source=source, account=home.account, network=home.network, key=home.key)

    with pytest.raises(ProgramError, match="would lie in us-east-1"):
        recorded(program)


def test_backups_go_to_the_other_region_for_as_long_as_at_home() -> None:
    graph = recorded(copy_backups)
    node = graph.only(REPLICATION)
    assert given(node, "sourceDbInstanceArn", "kmsKeyId", "retentionPeriod", "region") == {
        "sourceDbInstanceArn": named(graph, INSTANCE, "db-primary").outputs["arn"],
        "kmsKeyId": named(graph, "aws:kms/key:Key", "recovery-data-key-key").outputs["arn"],
        "retentionPeriod": 35,
        "region": AWAY,
    }


def test_backups_of_a_database_with_a_managed_password_are_replicated_too() -> None:
    graph = recorded(lambda at: copy_backups(at, replicated_elsewhere=False, manage_master_user_password=True))
    assert named(graph, INSTANCE, "db-primary").inputs["manageMasterUserPassword"] is True
    assert graph.only(REPLICATION)


def test_backups_are_not_replicated_to_where_they_are() -> None:
    def program(at: Regions) -> None:
        BackupReplication("backups", source=database(at), account=at.home.account, key=at.home.key)

    with pytest.raises(ProgramError, match="where they are"):
        recorded(program)


@pytest.mark.parametrize("account", [ACCOUNT, DEV_ACCOUNT])
def test_the_pack_finds_nothing(account: Account) -> None:
    graph = recorded(build, account)
    assert [found for found in violations(graph) if "away" in found.urn or "replica" in found.urn] == []


@pytest.mark.parametrize("program", [build, copy_backups])
def test_unknown_outputs_change_nothing(program: Any) -> None:
    assert unequal_when_unknown(lambda: program(regions())) == []


def violations(graph: Graph) -> list[Violation]:
    return [found for found in verdict(graph)[0] if found.exemption is None]
