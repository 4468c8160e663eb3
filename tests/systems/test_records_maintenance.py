"""What keeps the partitions: as whom it signs in, what it may do, and that its data base user is there before it."""

import json
from typing import Any

import pytest

from analyser.graph import Graph
from settings import SettingsError
from tests.stacks import stack_graph
from tests.systems.records import made
from tests.systems.test_records_capacity import settings
from tests.systems.wiring import before

JOB = "kubernetes:batch/v1:CronJob"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"


@pytest.fixture(scope="module", params=["prod", "dev"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def statements(graph: Graph, role: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy", f"{role}-policy").inputs["policy"])
    return {one["Sid"]: one for one in policy["Statement"]}


def test_it_may_sign_in_as_the_maintainer_add_to_the_archives_and_tell_how_it_went(graph: Graph) -> None:
    granted = statements(graph, "maintenance-pods")
    assert set(granted) == {"ConnectDatabase", "WriteArchives", "PutMetrics"}
    (user,) = granted["ConnectDatabase"]["Resource"]
    primary = graph.only("aws:rds/instance:Instance", "database-primary")
    assert user.endswith(f"dbuser:{primary.outputs['resourceId']}/maintainer")
    assert {action for action in granted["WriteArchives"]["Action"] if action.startswith("s3:")} == {
        "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
    }  # fmt: skip
    assert granted["PutMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Records/Business"}}


def test_the_migration_makes_its_user_before_it_runs(graph: Graph) -> None:
    job = graph.only(JOB, "maintenance-cron-job")
    assert {"migration-job", "maintenance-pods-association", "maintenance-network"} <= before(graph, job)
    files = graph.only(CONFIG_MAP, "migration-files").inputs["data"]
    told = graph.only(CONFIG_MAP, "maintenance-config").inputs["data"]
    assert f"CREATE ROLE {told['DATABASE_USER']} LOGIN" in files["003_partitions.sql"]
    assert f"GRANT rds_iam TO {told['DATABASE_USER']};" in files["003_partitions.sql"]


def test_it_runs_the_image_of_the_service(graph: Graph) -> None:
    assert image(graph) == application(graph) == f"{graph.exports['registry']}:1.0.0"


def test_a_team_that_ships_its_own_service_keeps_this_for_the_partitions() -> None:
    graph = made("follower", "dev")
    assert (application(graph).rsplit(":")[-1], image(graph).rsplit(":")[-1]) == ("team-7", "1.0.0")


def image(graph: Graph) -> str:
    pod = graph.only(JOB).inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"])


def application(graph: Graph) -> str:
    pod = graph.only("kubernetes:apps/v1:Deployment", "microservice-deployment").inputs["spec"]["template"]["spec"]
    return str(pod["containers"][0]["image"])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"maintenance": {"retentionMonths": 1}}, "maintenance.retentionMonths: 1 is below 2"),
        ({"maintenance": {"retentionMonths": 241}}, "maintenance.retentionMonths: 241 is above 240"),
        ({"maintenance": {"retentionMonths": 24}}, "load.months: 36 months are kept, says the load;"),
        ({"load": {"rows": 1_000_000, "months": 12}}, "maintenance.retentionMonths is 36: one of them has to follow"),
    ],
)
def test_what_is_kept_is_within_bounds_and_what_the_load_says(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(**changed)


def test_load_and_retention_change_together() -> None:
    both = settings(load={"rows": 1_000_000, "months": 12}, maintenance={"retentionMonths": 12})
    assert both.maintenance.retention_months == 12
