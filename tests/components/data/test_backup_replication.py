"""Automated backups go to the other region."""

from typing import Any

import pytest

from analyser.run.program import ProgramError
from components.data.backup_replication import BackupReplication
from components.data.postgres import Postgres, PostgresSettings
from tests.components.data.regions import AWAY, Regions, recorded, regions
from tests.components.data.stores import given, named
from tests.support import unequal_when_unknown

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


def copy_backups(at: Regions, **settings: Any) -> None:
    BackupReplication(
        "backups",
        source=database(at, **settings),
        account=at.away.account,
        key=at.away.key,
        opts=at.away.options,
    )


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


def test_unknown_outputs_change_nothing() -> None:
    assert unequal_when_unknown(lambda: copy_backups(regions())) == []
