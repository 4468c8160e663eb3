"""A copy of another region's database is one instance before and after its promotion."""

import functools
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.account import Account
from components.data.postgres_recovery import PostgresRecovery
from components.data.postgres_settings import PostgresSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import given, ground
from tests.promotion import forbidden, promotion
from tests.support import ACCOUNT, DEV_ACCOUNT, record, unequal_when_unknown

AWAY = "us-west-2"
HOME = "arn:aws:rds:us-east-1:123456789012:db:home"
INSTANCE = "aws:rds/instance:Instance"
SIZE: dict[str, Any] = {
    "identifier": "home", "instance_class": "db.r5.xlarge", "storage_gib": 500, "username": "apiuser",
    "db_name": "records", "manage_master_user_password": False,
}  # fmt: skip


def build(account: Account, *, promoted: bool, source_class: str = "db.r5.xlarge", **settings: Any) -> None:
    at = ground(replace(account, region=AWAY))
    copy = PostgresRecovery(
        "db",
        PostgresSettings(**{**SIZE, **settings}),
        source_arn=HOME,
        source_class=source_class,
        promoted=promoted,
        account=at.account,
        network=at.network,
        key=at.key,
    )
    rights = [copy.connect("application"), copy.read_secret, copy.operate]
    Role("app", trust=service_trust("pods.eks.amazonaws.com"), grants=rights, description="An application")
    pulumi.export("readers", copy.reader_endpoints)


@functools.cache
def copied(promoted: bool, account: Account = ACCOUNT) -> Graph:
    return record(lambda: build(account, promoted=promoted), region=AWAY)


def test_it_follows_its_source_under_a_key_of_its_own_region_and_is_backed_up() -> None:
    follower = copied(False).only(INSTANCE)
    key = next(node for node in copied(False).of_type("aws:kms/key:Key") if node.name == "data-key")
    assert given(
        follower, "replicateSourceDb", "kmsKeyId", "multiAz", "skipFinalSnapshot", "backupRetentionPeriod"
    ) == {
        "replicateSourceDb": HOME,
        "kmsKeyId": key.outputs["arn"],
        "multiAz": False,
        "skipFinalSnapshot": True,
        "backupRetentionPeriod": 35,
    }


def test_promoted_it_writes_with_a_standby_and_leaves_a_last_snapshot() -> None:
    writer = copied(True).only(INSTANCE)
    assert given(writer, "replicateSourceDb", "multiAz", "skipFinalSnapshot", "applyImmediately") == {
        "replicateSourceDb": None,
        "multiAz": True,
        "skipFinalSnapshot": False,
        "applyImmediately": True,
    }
    assert "final" in writer.inputs["finalSnapshotIdentifier"]


def test_the_promotion_replaces_nothing_and_touches_no_role() -> None:
    assert forbidden(copied(False), copied(True)) == []
    edited = {edit.path for change in promotion(copied(False), copied(True)) for edit in change.edits}
    assert edited == {
        *("applyImmediately", "finalSnapshotIdentifier", "multiAz", "replicateSourceDb", "skipFinalSnapshot"),
    }


@pytest.mark.parametrize("promoted", [False, True])
def test_made_anew_it_leaves_its_identifier_first(promoted: bool) -> None:
    assert copied(promoted).only(INSTANCE).options["deleteBeforeReplace"] is True


def test_what_its_source_decides_is_never_said() -> None:
    for promoted in (False, True):
        said = copied(promoted).only(INSTANCE).inputs
        assert not {"engine", "engineVersion", "username", "dbName", "password", "allocatedStorage"} & set(said)


def test_the_password_is_replaced_only_once_it_is_promoted() -> None:
    standing, promoted = copied(False), copied(True)
    assert not standing.of_type("aws:secretsmanager/secretRotation:SecretRotation")
    assert standing.only("aws:lambda/function:Function").urn == promoted.only("aws:lambda/function:Function").urn
    rotation = promoted.only("aws:secretsmanager/secretRotation:SecretRotation")
    assert rotation.inputs["rotateImmediately"] is True
    assert promoted.only(INSTANCE).urn in rotation.dependencies
    assert not promoted.of_type("random:index/randomPassword:RandomPassword")


def test_where_no_standby_is_demanded_none_is_made() -> None:
    writer = copied(True, DEV_ACCOUNT).only(INSTANCE)
    assert given(writer, "multiAz", "skipFinalSnapshot") == {"multiAz": False, "skipFinalSnapshot": True}


@pytest.mark.parametrize("promoted", [False, True])
def test_a_first_preview_registers_the_same(promoted: bool) -> None:
    assert unequal_when_unknown(lambda: build(ACCOUNT, promoted=promoted)) == []


def test_readers_are_made_after_the_promotion() -> None:
    def program(promoted: bool) -> Graph:
        return record(lambda: build(ACCOUNT, promoted=promoted, read_replicas=2), region=AWAY)

    with pytest.raises(ProgramError, match="are made in an update after the promotion; 0"):
        program(False)
    readers = [node for node in program(True).of_type(INSTANCE) if "replicateSourceDb" in node.inputs]
    assert [node.inputs["availabilityZone"] for node in readers] == ["us-west-2a", "us-west-2b"]


def test_a_password_that_rds_manages_is_refused() -> None:
    with pytest.raises(ProgramError, match="RDS copies no instance whose master password it manages"):
        record(lambda: build(ACCOUNT, promoted=False, manage_master_user_password=True))


def test_a_copy_takes_as_many_connections_as_its_source_until_it_is_promoted() -> None:
    def program(copy: str, promoted: bool) -> Graph:
        return record(lambda: build(ACCOUNT, promoted=promoted, instance_class=copy), region=AWAY)

    fewer = r"instanceClass: db.r5.large takes 1802 connections, db.r5.xlarge of the home stack 3604; PostgreSQL copies"
    with pytest.raises(ProgramError, match=fewer):
        program("db.r5.large", False)
    for copy, promoted in (("db.r6g.xlarge", False), ("db.r5.2xlarge", False), ("db.r5.large", True)):
        assert program(copy, promoted).only(INSTANCE).inputs["instanceClass"] == copy
