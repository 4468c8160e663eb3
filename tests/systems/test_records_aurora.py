"""Aurora Serverless v2 beside the database of the records system: following it, in its place, and alone."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from analyser.analyses.changes.replaced import replaced
from analyser.analyses.checks import checks
from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.coverage import missing
from analyser.analyses.inventory.stores import READERS
from analyser.analyses.policies.verdict import verdict
from analyser.analyses.reach.model import reach_of
from analyser.analyses.report import Report, document
from analyser.analyses.timeline import timeline
from analyser.analyses.trace import State, trace
from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.drift import DRIFTS
from tests.stacks import stack_graph
from tests.systems.changed import with_settings
from tests.systems.metric_facts import fact
from tests.systems.records import alone, asked, made, with_aurora
from tests.systems.test_drift import CONDITIONS, taken_back
from tests.systems.wiring import INGRESS, ways

pytestmark = pytest.mark.long

CLUSTER, INSTANCE = "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance"
DATABASE, ALARM = "aws:rds/instance:Instance", "aws:cloudwatch/metricAlarm:MetricAlarm"
ROTATION = "aws:secretsmanager/secretRotation:SecretRotation"
ROLES = ("follower", "primary", "sole")
SECRET = "kubernetes:external-secrets.io/v1:ExternalSecret"


def config(graph: Graph) -> dict[str, str]:
    return graph.only("kubernetes:core/v1:ConfigMap", "microservice-config").inputs["data"]


def signed_in(graph: Graph) -> list[str]:
    (policy,) = [
        json.loads(node.inputs["policy"])
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if "microservice-pods" in node.name and "rds-db:connect" in node.inputs["policy"]
    ]
    (found,) = [one["Resource"] for one in policy["Statement"] if one["Action"] == ["rds-db:connect"]]
    return [found] if isinstance(found, str) else found


def test_off_nothing_is_made() -> None:
    assert not {CLUSTER, INSTANCE} & set(stack_graph("prod").counts)


def test_a_follower_copies_the_instance_and_is_given_no_user_of_its_own() -> None:
    graph = made("follower")
    cluster = graph.only(CLUSTER)
    assert cluster.inputs["replicationSourceIdentifier"] == graph.only(DATABASE, "database-primary").outputs["arn"]
    of_its_own = {"masterUsername", "masterPassword", "databaseName", "manageMasterUserPassword", "snapshotIdentifier"}
    assert not of_its_own & set(cluster.inputs)
    assert cluster.inputs["serverlessv2ScalingConfiguration"] == {"minCapacity": 2, "maxCapacity": 32}
    assert "engineMode" not in cluster.inputs  # serverless is that of the first version
    (instance,) = graph.of_type(INSTANCE)
    assert (instance.inputs["instanceClass"], instance.inputs["forceDestroy"]) == ("db.serverless", True)
    (rotation,) = [node for node in graph.of_type(ROTATION) if node.name == "database-master-schedule"]
    assert instance.urn in rotation.dependencies


@pytest.mark.parametrize("role", ROLES)
def test_it_is_as_safe_as_the_instance(role: str) -> None:
    graph = made(role)
    cluster = graph.only(CLUSTER)
    given = cluster.inputs
    assert given["storageEncrypted"] is given["iamDatabaseAuthenticationEnabled"] is given["deletionProtection"] is True
    assert given["kmsKeyId"] == alone().only(DATABASE, "database-primary").inputs["kmsKeyId"]
    assert (given["skipFinalSnapshot"], given["backupRetentionPeriod"]) == (False, 35)
    assert given["finalSnapshotIdentifier"].startswith("prod-postgres-aurora-final-")
    group = graph.only("aws:rds/clusterParameterGroup:ClusterParameterGroup").inputs
    assert group["family"] == "aurora-postgresql15"
    assert {"name": "rds.force_ssl", "value": "1"} in group["parameters"]
    log = graph.only("aws:cloudwatch/logGroup:LogGroup", "aurora-cluster-postgresql-group").inputs
    assert log["name"] == "/aws/rds/cluster/prod-postgres-aurora/postgresql"
    assert cluster.protect
    of_fargate = {("fargate-batch-pods", "tcp", 5432, 5432)} if role == "primary" else set()
    assert ways(graph, INGRESS, "aurora") == ways(alone(), INGRESS, "database") | of_fargate


def test_while_it_follows_everybody_goes_on_using_the_instance() -> None:
    assert config(made("follower")) == config(alone())
    assert signed_in(made("follower")) == signed_in(alone())


@pytest.mark.parametrize("role", ["primary", "sole"])
def test_promoted_everybody_uses_the_cluster(role: str) -> None:
    graph = made(role)
    cluster = graph.only(CLUSTER)
    assert "replicationSourceIdentifier" not in cluster.inputs
    assert config(graph)["DATABASE_HOST"] == cluster.outputs["endpoint"]
    assert json.loads(config(graph)["DATABASE_READERS"]) == [cluster.outputs["readerEndpoint"]]
    assert [arn.rpartition(":")[2] for arn in signed_in(graph)] == [
        f"{cluster.outputs['clusterResourceId']}/application"
    ]
    secret = cluster.outputs["masterUserSecrets"][0]["secretArn"]
    assert secret in str(graph.only(SECRET).inputs)
    assert graph.only(ROTATION, "aurora-master-schedule").inputs["secretId"] == secret
    zones = [node.inputs["availabilityZone"] for node in graph.of_type(INSTANCE)]
    assert sorted(zones) == ["us-east-1a", "us-east-1b", "us-east-1c"]
    rule = graph.only("aws:cloudwatch/eventRule:EventRule", "snapshot-export-rule").inputs["eventPattern"]
    assert json.loads(rule)["detail"] == {
        "EventID": ["RDS-EVENT-0169"],
        "SourceIdentifier": [{"prefix": "rds:prod-postgres-aurora-20"}],
    }
    starter = graph.only("aws:iam/rolePolicy:RolePolicy", "snapshot-export-starter-policy").inputs["policy"]
    assert ":cluster-snapshot:rds:prod-postgres-aurora-20*" in starter


def test_the_instance_stays_until_people_take_it_away() -> None:
    before = {node.name for node in alone().of_type(DATABASE)}
    assert {node.name for node in made("primary").of_type(DATABASE)} == before
    assert made("sole").of_type(DATABASE) == []
    kept = [made(role).only("aws:backup/selection:Selection").inputs["resources"] for role in ROLES]
    assert [[arn.rsplit(":", 2)[1] for arn in arns] for arns in kept] == [["db"], ["db", "cluster"], ["cluster"]]


def with_objectives_of_aurora(graph: Graph) -> Graph:
    """As the runbook takes the instance away: what is demanded of it is demanded of the cluster."""
    said = json.loads(graph.config["strata:objectives"])
    said["stores"]["aurora"] = said["stores"].pop("database")
    config = {**graph.config, "strata:objectives": json.dumps(said)}
    return Graph(graph.project, graph.stack, graph.nodes, graph.exports, region=graph.region, config=config)


def test_no_step_replaces_what_bears_data_and_only_the_last_removes_some() -> None:
    steps = [alone(), made("follower"), made("primary"), with_objectives_of_aurora(made("sole"))]
    for before, after in pairwise(steps):
        found = replaced(document(Report(before, (), 0)), document(Report(after, (), 0)))
        assert [one.name for one in found if one.bearing] == []
    gone = [{node.urn for node in one if node.protect} - {node.urn for node in two} for one, two in pairwise(steps)]
    assert gone[:2] == [set(), set()]
    assert {urn.rpartition("::")[2] for urn in gone[2]} >= {"database-primary", "database-replica-a"}


@pytest.mark.parametrize(
    ("role", "stack"), [*((role, "prod") for role in ROLES), ("follower", "dev"), ("primary", "dev")]
)
def test_the_pack_finds_nothing_new_and_everything_is_known_of_it(role: str, stack: str) -> None:
    graph = made(role, stack)
    blocking = {(one.rule.id, one.urn) for one in verdict(graph)[0] if one.blocks}
    assert blocking <= {(one.rule.id, one.urn) for one in verdict(stack_graph(stack))[0] if one.blocks}
    assert list(missing(graph.counts)) == []
    assert monthly_cost(graph).unpriced == ()
    assert timeline(graph).guessed == ()
    assert [link for chain in trace(graph) for link in chain.links if link.state is State.MISSING] == []


def test_a_small_stack_keeps_a_password_that_a_rotation_replaces_for_as_long_as_there_is_a_cluster() -> None:
    """RDS makes no copy of an instance whose password it manages, and must not take it over as the copy is promoted."""
    assert stack_graph("dev").only(DATABASE).inputs["manageMasterUserPassword"] is True
    for role in ("follower", "primary"):
        instance = made(role, "dev").only(DATABASE)
        assert "password" in instance.inputs
        assert "manageMasterUserPassword" not in instance.inputs


def test_its_capacity_is_priced_between_its_bounds() -> None:
    lines = {
        line.label: (line.price.usd, line.low, line.high)
        for one in monthly_cost(made("follower")).resources
        if one.type in (CLUSTER, INSTANCE)
        for line in one.lines
    }
    assert lines["Aurora capacity"] == (0.12, 2 * 730, 32 * 730)
    assert lines["Aurora storage"] == (0.1, 250, 1000)
    assert "Automated backups" not in lines


def test_it_is_watched_behind_whom_it_follows_and_its_metrics_are_aws_s() -> None:
    def on(graph: Graph) -> dict[str, Node]:
        return {node.name.removeprefix("alarms-"): node for node in graph.of_type(ALARM) if "aurora" in node.name}

    following, promoted = on(made("follower")), on(made("primary"))
    assert set(following) == {f"aurora-a-{what}" for what in ("capacity", "cpu", "connections", "lag")}
    lag = following["aurora-a-lag"].inputs
    assert (lag["metricName"], lag["threshold"], lag["treatMissingData"]) == (
        "RDSToAuroraPostgreSQLReplicaLag", 60, "breaching",
    )  # fmt: skip
    assert promoted["aurora-b-lag"].inputs["metricName"] == "AuroraReplicaLag"
    assert promoted["aurora-b-lag"].inputs["threshold"] == 60_000
    assert following["aurora-a-connections"].inputs["threshold"] == 4000  # 80 % of 5,000
    for node in (*following.values(), *promoted.values()):
        known = fact(node.inputs["namespace"], node.inputs["metricName"], frozenset(node.inputs["dimensions"]))
        assert known is not None, node.name


@pytest.mark.parametrize("role", ROLES)
def test_no_update_takes_back_what_others_change(role: str) -> None:
    cluster = made(role).only(CLUSTER)
    rows = [row for row in DRIFTS if row.type == CLUSTER]
    assert [row.path for row in rows if taken_back(made(role), row, cluster)] == []
    held = {row.path for row in rows if row.kept == "ignored" and CONDITIONS[row.when](made(role), cluster)}
    assert set(cluster.ignore_changes) == held
    assert ("replicationSourceIdentifier" in held) == (role == "follower")  # or no update would promote it


@pytest.mark.parametrize("role", ROLES)
def test_it_answers_under_a_name_of_its_own_and_is_asked_for_in_the_checks(role: str) -> None:
    graph = made(role)
    (place,) = reach_of(graph).find("aurora")
    assert place.ports == (5432,)
    commands = [one.command for one in checks(graph)]
    assert any("describe-db-clusters" in one and "prod-postgres-aurora" in one for one in commands)
    said = READERS[CLUSTER](graph, graph.only(CLUSTER))
    assert said.remains_days == 35


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (asked("follower", minimumCapacity=64), "minimumCapacity: 64 is above maximumCapacity (32)"),
        (asked("follower", minimumCapacity=0), "auroraServerless.minimumCapacity"),
        (asked("follower", maximumCapacity=2.3), "auroraServerless.maximumCapacity: 2.3 is no multiple of 0.5"),
        (asked("follower", engineVersion="15"), "auroraServerless.engineVersion"),
        (
            asked("follower", engineVersion="16.3"),
            "auroraServerless.engineVersion: 16.3 is no minor of database.engineVersion 15",
        ),
        (asked("writer"), "auroraServerless.role"),
        ({**asked("primary"), "copies": {"images": []}}, "settings.copies: RDS makes no copy elsewhere"),
        (
            {**asked("follower"), "database": {"manageMasterUserPassword": True, "readReplicas": 0}},
            "auroraServerless: database.manageMasterUserPassword must be false first",
        ),
        (
            {**asked("follower"), "database": {"majorUpgrade": True}},
            "auroraServerless: RDS takes a follower along into no major",
        ),
        (
            {**asked("follower"), "database": {"identifier": "a-name-of-thirty-six-characters-or-so"}},
            "database.identifier: is longer than 40 characters with -aurora",
        ),
    ],
)  # fmt: skip
def test_a_bad_value_is_told_with_its_file_and_key(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ProgramError, match=re.escape(says)) as raised:
        with_settings("prod", change)
    assert "Pulumi.prod.yaml" in str(raised.value)


def test_before_anything_is_there_the_same_is_registered() -> None:
    """With namespaces on Fargate that use it as well as without: the run has both."""
    assert {node.urn for node in with_aurora("primary", "prod", known=False)} == {node.urn for node in made("primary")}
