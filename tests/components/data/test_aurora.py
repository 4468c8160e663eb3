from typing import Any

import pulumi
import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.account import Account
from components.data.aurora import Aurora
from components.data.aurora_settings import AuroraServerlessSettings
from components.data.managed_secret import managed_secret_arn
from components.data.postgres import Postgres
from components.data.postgres_settings import PostgresSettings
from tests.components.data.stores import Ground, named, recorded, rules
from tests.support import ACCOUNT, DEV_ACCOUNT, once, record

CLUSTER, INSTANCE = "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"
WANTED: dict[str, Any] = {"maximum_capacity": 8, "engine_version": "15.17"}


def build(at: Ground, role: str, *, instance: bool = True, elsewhere: bool = False, **database: Any) -> Aurora:
    settings = PostgresSettings(
        identifier="shop", instance_class="db.t4g.medium", manage_master_user_password=False, **database
    )
    ground: dict[str, Any] = {"account": at.account, "network": at.network, "key": at.key}
    source = Postgres("db", settings, followed=True, replicated_elsewhere=elsewhere, **ground) if instance else None
    wanted = AuroraServerlessSettings(role=role, **WANTED)  # ty: ignore[invalid-argument-type] - checked by pydantic
    made = Aurora("aurora", wanted, database=settings, source=source, **ground)
    made.allow(at.client)
    pulumi.export("ids", made.instance_ids)
    return made


@once
def graph(role: str, account: Account = ACCOUNT, **given: Any) -> Graph:
    return recorded(lambda at: build(at, role, **given), account)


@pytest.mark.parametrize(
    ("role", "account", "database", "zones"),
    [
        ("follower", ACCOUNT, {"read_replicas": 2}, "a"),
        ("primary", ACCOUNT, {}, "ab"),
        ("primary", ACCOUNT, {"read_replicas": 2}, "abc"),
        ("primary", ACCOUNT, {"read_replicas": 3}, "abc"),
        ("primary", DEV_ACCOUNT, {}, "a"),
        ("primary", DEV_ACCOUNT, {"multi_az": True}, "ab"),
    ],
)
def test_one_follows_and_then_there_are_as_many_as_before(
    role: str, account: Account, database: dict[str, Any], zones: str
) -> None:
    made = graph(role, account, **database)
    assert sorted(node.inputs["identifier"] for node in made.of_type(INSTANCE)) == [f"shop-aurora-{z}" for z in zones]
    assert set(made.exports["ids"]) == {f"aurora-{zone}" for zone in zones}


def test_only_whom_it_was_told_of_may_come_in() -> None:
    assert rules(graph("primary"), "aurora-group") == {("nodes-group", 5432, 5432)}


def test_a_follower_goes_with_its_last_instance_and_a_primary_does_not() -> None:
    (follower,), primary = graph("follower").of_type(INSTANCE), graph("primary").of_type(INSTANCE)
    assert follower.inputs["forceDestroy"] is True
    assert all("forceDestroy" not in node.inputs for node in primary)


def test_alone_it_needs_no_instance() -> None:
    made = graph("sole", instance=False)
    assert made.of_type("aws:rds/instance:Instance") == []
    assert "masterUsername" not in made.only(CLUSTER).inputs  # AWS then makes no empty cluster


def test_a_follower_without_whom_to_follow_is_refused() -> None:
    with pytest.raises(ProgramError, match="aurora: a follower needs the instance that it copies"):
        graph("follower", instance=False)


def test_no_instance_is_copied_to_aurora_and_to_another_region() -> None:
    with pytest.raises(ProgramError, match="db: RDS makes no Aurora replica of an instance with a replica in another"):
        graph("follower", elsewhere=True)


def test_a_follower_has_no_password_of_its_own() -> None:
    asked: list[str] = []

    def ask(at: Ground) -> None:
        made = build(at, "follower")
        with pytest.raises(AttributeError, match="aurora follows: its master user is the source's"):
            _ = made.read_secret
        asked.append(made.name)

    recorded(ask)
    assert asked == ["aurora"]


def test_the_small_one_in_development_leaves_nothing_behind() -> None:
    cluster = named(graph("primary", DEV_ACCOUNT), CLUSTER, "aurora-cluster").inputs
    assert (cluster["skipFinalSnapshot"], cluster["deletionProtection"]) == (True, False)
    assert "finalSnapshotIdentifier" not in cluster


def test_what_rds_does_not_keep_yet_has_a_placeholder_in_a_preview_alone() -> None:
    def ask() -> None:
        nothing: pulumi.Output[list[Any]] = pulumi.Output.from_input([])
        pulumi.export("arn", managed_secret_arn(nothing))

    assert record(ask, known=False).exports["arn"] == "made by this update"
    with pytest.raises(ProgramError, match="RDS says of no secret that it keeps"):
        record(ask)
