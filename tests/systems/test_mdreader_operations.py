"""How big MDReader is in each environment, and what watches and keeps it."""

import json

import pytest
import yaml

from analyser.analyses.inventory import inventory
from analyser.analyses.inventory.purposes import purposes
from analyser.graph import Graph
from tests.stacks import ROOT, stack_graph
from tests.systems.mdreader import ALARM, FUNCTION, SCALING, STACKS, elsewhere


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


@pytest.mark.parametrize(
    ("stack", "usual", "off_peak", "strategies"),
    [
        ("mdreader-prod", (2, 10), (1, 4), [("FARGATE", None, 1)]),
        ("mdreader-amplify", (2, 10), (1, 4), [("FARGATE", None, 1)]),
        ("mdreader-dev", (1, 3), (1, 1), [("FARGATE", 1, 1), ("FARGATE_SPOT", None, 3)]),
    ],
)
def test_hocuspocus_scales_within_the_bounds_of_its_environment(
    stack: str, usual: tuple[int, int], off_peak: tuple[int, int], strategies: list[tuple[str, int | None, int]]
) -> None:
    graph = stack_graph(stack)
    target = graph.only("aws:appautoscaling/target:Target").inputs
    assert (target["minCapacity"], target["maxCapacity"]) == usual
    actions = graph.of_type("aws:appautoscaling/scheduledAction:ScheduledAction")
    bounds = {n.name.removeprefix("hocuspocus-scaling-"): n.inputs["scalableTargetAction"] for n in actions}
    assert bounds == {
        "off-peak": {"minCapacity": off_peak[0], "maxCapacity": off_peak[1]},
        "peak": {"minCapacity": usual[0], "maxCapacity": usual[1]},
    }
    service = graph.only("aws:ecs/service:Service")
    assert service.inputs["desiredCount"] == 2
    assert "desiredCount" in service.ignore_changes
    assert (service.inputs["deploymentMaximumPercent"], service.inputs["deploymentMinimumHealthyPercent"]) == (200, 50)
    given = service.inputs["capacityProviderStrategies"]
    assert [(s["capacityProvider"], s.get("base"), s["weight"]) for s in given] == strategies


def test_hocuspocus_scales_on_its_connections(graph: Graph) -> None:
    policy = graph.only(SCALING, "hocuspocus-scaling-connections").inputs["targetTrackingScalingPolicyConfiguration"]
    assert policy["targetValue"] == 500
    (connections,) = [m for m in policy["customizedMetricSpecification"]["metrics"] if m["id"] == "connections"]
    named = connections["metricStat"]["metric"]
    assert named["metricName"] == "ActiveConnectionCount"
    assert named["dimensions"][0]["value"] == graph.only("aws:lb/loadBalancer:LoadBalancer").outputs["arnSuffix"]


@pytest.mark.parametrize(("stack", "most"), [("mdreader-prod", 60), ("mdreader-dev", 20)])
def test_the_backend_takes_no_more_connections_than_the_database_has(stack: str, most: int) -> None:
    backend = stack_graph(stack).only(FUNCTION, "lambda-backend-function").inputs
    assert backend["reservedConcurrentExecutions"] == most
    assert (backend["name"], backend["handler"]) == ("MDReaderBackend", "app.main.handler")
    assert (backend["memorySize"], backend["timeout"]) == (1024, 30)


def test_stores_carry_the_planned_figures(graph: Graph) -> None:
    database = graph.only("aws:rds/instance:Instance").inputs
    assert (database["allocatedStorage"], database["maxAllocatedStorage"]) == (20, 1000)
    assert (database["backupRetentionPeriod"], database["multiAz"]) == (30, True)
    cache = graph.only("aws:elasticache/replicationGroup:ReplicationGroup").inputs
    planned = {
        "engineVersion": "7.1",
        "nodeType": "cache.t3.micro",
        "numCacheClusters": 2,
        "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
        "snapshotRetentionLimit": 7,
        "atRestEncryptionEnabled": True,
        "transitEncryptionEnabled": True,
    }
    assert {key: cache.get(key) for key in planned} == planned


def test_the_network_is_laid_out_as_planned(graph: Graph) -> None:
    vpc = graph.only("aws:ec2/vpc:Vpc").inputs
    assert (vpc["cidrBlock"], vpc["tags"]["Name"]) == ("10.0.0.0/16", "mdreader-vpc")
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True
    subnets = {n.name: n.inputs["cidrBlock"] for n in graph.of_type("aws:ec2/subnet:Subnet")}
    assert sorted(subnets.values()) == [f"10.0.{third}.0/24" for third in (1, 10, 11, 2, 20, 21)]


def test_database_and_attachments_are_backed_up_and_the_bucket_says_what_is_new(graph: Graph) -> None:
    selected = graph.only("aws:backup/selection:Selection").inputs["resources"]
    uploads = graph.only("aws:s3/bucket:Bucket", "uploads-bucket")
    assert selected == [graph.only("aws:rds/instance:Instance").outputs["arn"], uploads.outputs["arn"]]
    assert graph.only("aws:s3/bucketNotification:BucketNotification").inputs["eventbridge"] is True


@pytest.mark.parametrize(("stack", "days"), [("mdreader-prod", 35), ("mdreader-dev", 7)])
def test_backups_are_kept_as_long_as_the_environment_says(stack: str, days: int) -> None:
    (rule,) = stack_graph(stack).only("aws:backup/plan:Plan").inputs["rules"]
    assert rule["lifecycle"]["deleteAfter"] == days


def test_four_dashboards_each_with_its_own_alarms(graph: Graph) -> None:
    pages = {
        n.name.removesuffix("-dashboard"): json.loads(n.inputs["dashboardBody"])["widgets"]
        for n in graph.of_type("aws:cloudwatch/dashboard:Dashboard")
    }
    assert set(pages) == {"api-performance", "database", "websocket", "cost"}
    titles = {page: {w["properties"]["title"] for w in widgets} for page, widgets in pages.items()}
    assert {"REST latency", "ApiGateway 5XXError", "Lambda Errors", "Lambda Duration"} <= titles["api-performance"]
    assert "RDS DatabaseConnections" in titles["database"]
    assert any("SlowQueries" in title for title in titles["database"])
    assert {"Active users", "Events connections", "Business"} <= titles["websocket"]
    assert {"Billing EstimatedCharges", "Charges by service", "Cost"} <= titles["cost"]
    alarms = [arn for widgets in pages.values() for arn in widgets[0]["properties"]["alarms"]]
    of_here = [n for n in graph.of_type(ALARM) if "region" not in n.inputs and n.name != "delivery-alarms-failed"]
    assert sorted(alarms) == sorted(n.outputs["arn"] for n in of_here)  # a delivery is no part of what answers


def test_the_planned_alarms_watch_the_backend_and_the_database(graph: Graph) -> None:
    topic = graph.only("aws:sns/topic:Topic", "alert-topic").outputs["arn"]
    named = {n.inputs["name"]: n.inputs for n in graph.of_type(ALARM) if "name" in n.inputs}
    figures = ("namespace", "metricName", "statistic", "period", "evaluationPeriods", "comparisonOperator", "threshold")
    latency, connections = named["MDReader-API-Latency"], named["MDReader-DB-Connections"]
    above = "GreaterThanThreshold"
    assert [latency[f] for f in figures] == ["AWS/Lambda", "Duration", "Average", 300, 2, above, 5000]
    assert [connections[f] for f in figures] == ["AWS/RDS", "DatabaseConnections", "Maximum", 300, 2, above, 80]
    assert latency["dimensions"] == {"FunctionName": "MDReaderBackend"}
    database = graph.only("aws:rds/instance:Instance").inputs["identifier"]
    assert connections["dimensions"] == {"DBInstanceIdentifier": database}
    assert latency["alarmActions"] == connections["alarmActions"] == [topic]


def test_anomalies_may_be_told(graph: Graph) -> None:
    policy = json.loads(graph.only("aws:sns/topicPolicy:TopicPolicy", "alert-policy").inputs["policy"])
    (publish,) = [s for s in policy["Statement"] if s["Sid"] == "Publish"]
    assert "costalerts.amazonaws.com" in publish["Principal"]["Service"]


def test_data_stays_in_the_region_that_was_chosen_and_only_logs_of_the_edge_do_not() -> None:
    kept = inventory(elsewhere(), purposes(ROOT, "mdreader"))
    assert {store.region for store in kept.stores} == {"eu-central-1"}
    away = [logs for logs in kept.logs if logs.region != "eu-central-1"]
    assert [(logs.region, logs.groups) for logs in away] == [("us-east-1", 2)]


DESIGNED: dict[str, tuple[str, int | None]] = {
    "rds-primary": (
        "rows until they are deleted; point-in-time recovery, 30 days; "
        "daily in AWS Backup, 35 days, with copies in us-west-2",
        35,
    ),
    "redis-replication-group": ("entries until they expire or are evicted; daily snapshots, 7 days", 7),
    "uploads-bucket": (
        "objects until they are deleted; from day 90 in GLACIER_IR; old versions for 30 days; "
        "daily in AWS Backup, 35 days, with copies in us-west-2",
        35,
    ),
    # Whatever is old at home is old in the second region; backups are of the home region's.
    "copies-uploads-bucket": (
        "objects until they are deleted; from day 90 in GLACIER_IR; old versions for 30 days",
        30,
    ),
    "copies-access-logs-bucket": ("objects for 365 days; old versions for 30 days", 395),
    "access-logs-bucket": ("objects for 365 days; old versions for 30 days", 395),
    "audit-bucket": ("objects for 2557 days; from day 90 in GLACIER_IR; old versions for 30 days", 2587),
    "connections-table": ("items until the time in `expires`; point-in-time recovery, 1 day", 1),
    "users-pool": ("accounts until they are deleted", None),
    "file-processing-dead-letters": ("messages for 14 days at the most", 14),
}


def test_the_inventory_of_production_says_what_was_promised() -> None:
    kept = inventory(stack_graph("mdreader-prod"), purposes(ROOT, "mdreader"))
    personal = {
        store.name: ("; ".join(store.retention), store.remains_days) for store in kept.stores if store.purpose.personal
    }
    assert personal == DESIGNED
    assert {logs.days for logs in kept.logs} == {365}


def test_calls_of_functions_and_of_the_api_are_traced(graph: Graph) -> None:
    functions = [n for n in graph.of_type("aws:lambda/function:Function") if n.name != "app-secret-rotation-function"]
    assert {n.inputs["tracingConfig"]["mode"] for n in functions} == {"Active"}
    assert graph.only("aws:apigateway/stage:Stage").inputs["xrayTracingEnabled"] is True


def test_the_pipeline_takes_the_development_stack_before_production() -> None:
    graph = stack_graph("mdreader-prod")
    stages = graph.only("aws:codepipeline/pipeline:Pipeline").inputs["stages"]
    started = [action["configuration"].get("ProjectName") for stage in stages for action in stage["actions"]]
    deploys = {
        node.outputs["name"]: variable["value"]
        for node in graph.of_type("aws:codebuild/project:Project")
        for variable in node.inputs["environment"]["environmentVariables"]
        if variable["name"] == "STACK"
    }
    stacks = [deploys[project] for project in started if project in deploys]
    assert list(dict.fromkeys(stacks)) == ["mdreader-dev", "mdreader-prod", "mdreader-prod-dr"]
    assert [action["category"] for stage in stages for action in stage["actions"]].count("Approval") == 1


def test_the_database_is_encrypted_and_private_and_left_to_grow(graph: Graph) -> None:
    database = graph.only("aws:rds/instance:Instance")
    assert (database.inputs["storageEncrypted"], database.inputs["publiclyAccessible"]) == (True, False)
    assert database.inputs["dbSubnetGroupName"] == graph.only("aws:rds/subnetGroup:SubnetGroup").outputs["name"]
    data = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("mdreader-vpc-data-")}
    assert set(graph.only("aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"]) == data
    assert "allocatedStorage" in database.ignore_changes
    parameters = graph.only("aws:rds/parameterGroup:ParameterGroup").inputs["parameters"]
    assert {"name": "rds.force_ssl", "value": "1"} in parameters


def test_private_tiers_get_out_by_nat_in_the_public_one(graph: Graph) -> None:
    public = {n.id for n in graph.of_type("aws:ec2/subnet:Subnet") if n.name.startswith("mdreader-vpc-public-")}
    gateways = graph.of_type("aws:ec2/natGateway:NatGateway")
    assert {n.inputs["subnetId"] for n in gateways} <= public
    ways = [n.inputs for n in graph.of_type("aws:ec2/route:Route") if n.name.startswith("mdreader-vpc-private-")]
    assert {way["natGatewayId"] for way in ways} == {n.id for n in gateways}
    assert {way["destinationCidrBlock"] for way in ways} == {"0.0.0.0/0"}


def test_attachments_move_to_glacier_after_90_days(graph: Graph) -> None:
    lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    (rule,) = graph.only(lifecycle, "uploads-lifecycle").inputs["rules"]
    assert rule["transitions"] == [{"days": 90, "storageClass": "GLACIER_IR"}]


@pytest.mark.parametrize("stack", ["mdreader-dev", "mdreader-prod"])
def test_the_workflow_of_a_stack_is_the_environment_called_like_it(stack: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "stack.yml").read_text())
    assert workflow["jobs"]["deploy"]["environment"] == "${{ inputs.stack }}"
    role = stack_graph(stack).only("aws:iam/role:Role", "github-workflow-role").inputs["assumeRolePolicy"]
    (statement,) = json.loads(role)["Statement"]
    assert f"repo:strata/platform:environment:{stack}" in json.dumps(statement["Condition"])
