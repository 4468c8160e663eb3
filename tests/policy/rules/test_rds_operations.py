from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import rds_operations as rds
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

INSTANCE = resource(
    rds.INSTANCE,
    "db",
    engine="postgres",
    enabledCloudwatchLogsExports=["postgresql", "upgrade"],
    monitoringInterval=60,
    performanceInsightsEnabled=True,
    performanceInsightsKmsKeyId="arn:aws:kms:key",
    copyTagsToSnapshot=True,
)
CLUSTER = resource(
    rds.CLUSTER,
    "aurora",
    engine="aurora-mysql",
    enabledCloudwatchLogsExports=["audit"],
    copyTagsToSnapshot=True,
    backtrackWindow=86400,
)
ONE, TWO = (
    resource(rds.CLUSTER_INSTANCE, name, refers={"clusterIdentifier": CLUSTER}, clusterIdentifier=UNKNOWN)
    for name in ("one", "two")
)
EVENTS = resource(
    rds.SUBSCRIPTION,
    "events",
    sourceType="db-instance",
    eventCategories=["maintenance", "configuration change", "failure", "backup"],
)
SOME = [
    resource(token, "db", skipFinalSnapshot=False, finalSnapshotIdentifier="db-final")
    for token in (
        rds.INSTANCE,
        rds.CLUSTER,
        "aws:docdb/cluster:Cluster",
        "aws:neptune/cluster:Cluster",
        "aws:redshift/cluster:Cluster",
    )
]
CASES = [
    *(Case("rds-final-snapshot", [one], [Set("skipFinalSnapshot", True)]) for one in SOME),
    Case(
        "rds-log-exports",
        [INSTANCE],
        [
            Set("enabledCloudwatchLogsExports", ["upgrade"]),
            Set("enabledCloudwatchLogsExports", []),
            Set("enabledCloudwatchLogsExports"),
        ],
    ),
    Case("rds-log-exports", [CLUSTER], [Set("enabledCloudwatchLogsExports", ["error"])]),
    Case("rds-minor-upgrades", [INSTANCE], [Set("autoMinorVersionUpgrade", False)]),
    Case("rds-enhanced-monitoring", [INSTANCE], [Set("monitoringInterval", 0), Set("monitoringInterval")]),
    Case("rds-performance-insights-key", [INSTANCE], [Set("performanceInsightsKmsKeyId")]),
    Case("rds-copy-tags", [INSTANCE], [Set("copyTagsToSnapshot", False), Set("copyTagsToSnapshot")]),
    Case(
        "rds-cluster-multi-az",
        [CLUSTER, ONE, TWO],
        [Without("one", "clusterIdentifier"), Without("two", "clusterIdentifier")],
    ),
    Case("rds-backtrack", [CLUSTER], [Set("backtrackWindow", 0), Set("backtrackWindow")]),
    Case(
        "rds-event-categories",
        [EVENTS],
        [
            Set("enabled", False),
            Set("eventCategories", ["maintenance", "failure"]),
            Set("eventCategories", ["backup"]),
        ],
    ),
]


@pytest.mark.parametrize("size", ["db.r6gd.large", UNKNOWN])
def test_a_multi_az_db_cluster_has_its_own_instances(size: Any) -> None:
    assert check("rds-cluster-multi-az", resource(rds.CLUSTER, engine="postgres"))
    assert not check("rds-cluster-multi-az", resource(rds.CLUSTER, engine="postgres", dbClusterInstanceClass=size))


@pytest.mark.parametrize("source", ["arn:db", UNKNOWN])
def test_a_cluster_that_copies_an_instance_is_the_second_copy(source: Any) -> None:
    assert not check("rds-cluster-multi-az", resource(rds.CLUSTER, replicationSourceIdentifier=source))
    assert check("rds-cluster-multi-az", resource(rds.CLUSTER, engine="aurora-postgresql"))


def test_only_aurora_mysql_can_be_wound_back() -> None:
    assert not check("rds-backtrack", resource(rds.CLUSTER, engine="aurora-postgresql"))


def test_without_insights_there_is_nothing_to_encrypt() -> None:
    assert not check("rds-performance-insights-key", resource(rds.INSTANCE))


def test_a_subscription_to_everything_hears_everything() -> None:
    assert not check("rds-event-categories", resource(rds.SUBSCRIPTION, sourceType="db-instance"))


def test_replicas_and_engines_without_known_logs_say_nothing() -> None:
    assert not check("rds-log-exports", resource(rds.INSTANCE, engine="custom-oracle-ee"))
    assert not check("rds-log-exports", resource(rds.INSTANCE))


def test_replicas_leave_the_last_state_to_their_source() -> None:
    for source in ("replicateSourceDb", "replicationSourceIdentifier"):
        for value in ("db", UNKNOWN):
            inputs: dict[str, Any] = {source: value, "skipFinalSnapshot": True}
            assert check("rds-final-snapshot", resource(rds.INSTANCE, **inputs)) == []
