"""Each copy of a database tells how far it is behind, and each last snapshot has a name that no other has taken."""

import pytest

from analyser.graph import Graph
from tests.stacks import STACKS, serving, stack_graph

INSTANCE, RANDOM = "aws:rds/instance:Instance", "random:index/randomId:RandomId"
LAGS = {"ReplicaLag", "RDSToAuroraPostgreSQLReplicaLag"}
STORES = (INSTANCE, "aws:rds/cluster:Cluster", "aws:elasticache/replicationGroup:ReplicationGroup")


def _watched(graph: Graph) -> set[str]:
    alarms = graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    return {
        str((alarm.inputs.get("dimensions") or {}).get("DBInstanceIdentifier"))
        for alarm in alarms
        if alarm.inputs.get("metricName") in LAGS and alarm.inputs.get("treatMissingData") == "breaching"
    }


@pytest.mark.parametrize("stack", STACKS)
def test_the_lag_of_each_copy_rings_and_so_does_its_silence(stack: str) -> None:
    """RDS stops publishing a lag when replication has stopped."""
    graph = stack_graph(stack)
    copies = {node.inputs["identifier"] for node in graph.of_type(INSTANCE) if node.inputs.get("replicateSourceDb")}
    assert copies - _watched(graph) == set()


def test_there_are_copies_at_home_and_elsewhere() -> None:
    for stack in ("prod", "prod-dr", "mdreader-prod-dr", "confluence-prod-dr"):
        assert _watched(stack_graph(stack))


@pytest.mark.parametrize("stack", STACKS)
def test_the_last_snapshot_of_a_store_made_anew_has_another_name(stack: str) -> None:
    """The former one's has the former name, which RDS and ElastiCache give nobody else; so it ends in a random id."""
    graph = serving(stack)
    ends = tuple(f"-final-{node.outputs['hex']}" for node in graph.of_type(RANDOM))
    named = [node for token in STORES for node in graph.of_type(token) if node.inputs.get("finalSnapshotIdentifier")]
    assert [node.name for node in named if not str(node.inputs["finalSnapshotIdentifier"]).endswith(ends)] == []
