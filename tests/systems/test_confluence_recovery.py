"""Recovery stacks of the Confluence system: what stands by, what a promotion does, and what leads there."""

import json

import pytest

from analyser.analyses.timeline.waits import waits
from analyser.graph import Graph, Node
from tests.promotion import forbidden, promotion
from tests.stacks import stack_graph

HOMES = ("confluence-prod", "confluence-lambda")
RECORD = "aws:route53/record:Record"
ALARM, CHECK = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:route53/healthCheck:HealthCheck"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
JOB = "kubernetes:batch/v1:Job"
STORES = {"aws:s3/bucket:Bucket", "aws:dynamodb/table:Table"}
OWN = ("index-access-mapper", "postgres-master-rotation")
"""Functions that no request runs."""


@pytest.fixture(scope="module", params=HOMES)
def home(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def standing(home: Graph) -> Graph:
    return stack_graph(f"{home.stack}-dr")


def promoted(home: Graph) -> Graph:
    return stack_graph(f"{home.stack}-dr", promoted=True)


def records(graph: Graph, name: str) -> list[Node]:
    return [node for node in graph.of_type(RECORD) if node.inputs["name"] == name and node.inputs["type"] == "A"]


def domain(graph: Graph) -> str:
    return graph.exports["url"].removeprefix("https://")


def served(graph: Graph) -> list[str]:
    """The names that lead to the region that serves."""
    labels = ["active"] if graph.stack.startswith("confluence-prod") else ["active", "sockets"]
    return [f"{label}.{domain(graph)}" for label in labels]


def test_a_promotion_needs_nothing_of_the_home_region_and_removes_but_the_alarm_on_lag(home: Graph) -> None:
    assert [found for found in forbidden(standing(home), promoted(home)) if "alarms-primary-lag" not in found] == []


def test_the_promoted_database_follows_nobody_and_is_the_same_instance(home: Graph) -> None:
    token = "aws:rds/instance:Instance"
    before, after = standing(home).only(token), promoted(home).only(token)
    assert before.urn == after.urn
    assert before.inputs["replicateSourceDb"] == home.only(token, "postgres-primary").outputs["arn"]
    assert "replicateSourceDb" not in after.inputs


def test_a_copy_is_migrated_from_its_promotion_on_by_a_function_and_a_role_that_stand_by() -> None:
    home = stack_graph("confluence-lambda")
    there, here = standing(home), promoted(home)
    token = "aws:lambda/invocation:Invocation"
    before, after = (graph.only(FUNCTION, "migration-function").inputs for graph in (there, here))
    assert "migration-applied" not in {node.name for node in there.of_type(token)}
    assert before["reservedConcurrentExecutions"] == 0
    assert "reservedConcurrentExecutions" not in after
    assert before["role"] == after["role"]
    applied = here.only(token, "migration-applied").inputs
    assert applied["functionName"] == here.only(FUNCTION, "migration-function").outputs["name"]
    assert applied["input"] == home.only(token, "migration-applied").inputs["input"]


def test_a_copy_is_migrated_from_its_promotion_on_by_a_job_that_keeps_no_pod_waiting() -> None:
    home = stack_graph("confluence-prod")
    there, here = standing(home), promoted(home)
    assert "migration-job" not in {node.name for node in there.of_type(JOB)}
    job, source = here.only(JOB, "migration-job"), home.only(JOB, "migration-job")
    assert job.inputs["spec"] == source.inputs["spec"]
    read = here.only("aws:iam/rolePolicy:RolePolicy", "external-secrets-pods-policy").inputs["policy"]
    assert read == there.only("aws:iam/rolePolicy:RolePolicy", "external-secrets-pods-policy").inputs["policy"]
    assert here.exports["databaseSecretArn"] in read
    assert "bff-deployment" in waiting(home, source)
    assert not waiting(here, job)


def waiting(graph: Graph, node: Node) -> set[str]:
    """What comes after a resource, directly or not."""
    by = waits(graph)
    found = {node.urn}
    while more := {urn for urn, on in by.items() if urn not in found and not found.isdisjoint(on)}:
        found |= more
    return {graph[urn].name for urn in found - {node.urn}}


def test_names_lead_to_the_second_region_once_it_has_taken_over_and_to_the_first_while_it_has_not(home: Graph) -> None:
    there = standing(home)
    taken = f"recovery.{domain(home)}"
    (own,) = there.of_type(CHECK)
    checks = {node.name: node for node in home.of_type(CHECK)}
    asked, elsewhere = checks["health-check"], checks["serves-not-taken-over"]
    assert own.inputs["fqdn"] == taken == elsewhere.inputs["fqdn"]
    assert elsewhere.inputs["invertHealthcheck"] is True
    assert sorted(checks["serves-check"].inputs["childHealthchecks"]) == sorted([asked.id, elsewhere.id])
    (told,) = (node for node in home.of_type(ALARM) if node.inputs.get("metricName") == "HealthCheckStatus")
    assert told.inputs["dimensions"] == {"HealthCheckId": checks["serves-served"].id}
    for name in served(home):
        (first,), (second,) = records(home, name), records(there, name)
        assert first.inputs["failoverRoutingPolicies"] == [{"type": "PRIMARY"}]
        assert first.inputs["healthCheckId"] == checks["serves-check"].id
        assert second.inputs["failoverRoutingPolicies"] == [{"type": "SECONDARY"}]
        assert second.inputs["healthCheckId"] == own.id
        assert second.inputs["zoneId"] == home.only("aws:route53/zone:Zone").outputs["zoneId"]


def test_the_switch_says_503_until_the_promotion(home: Graph) -> None:
    said = {}
    for graph in (standing(home), promoted(home)):
        body = json.loads(graph.only("aws:apigateway/restApi:RestApi", "takeover-page-api").inputs["body"])
        said[graph is promoted(home)] = list(body["paths"]["/"]["x-amazon-apigateway-any-method"]["responses"])
    assert said == {False: ["503"], True: ["200"]}


def test_the_distribution_calls_the_name_that_fails_over_and_asks_the_home_region_for_its_health(home: Graph) -> None:
    distribution = home.only("aws:cloudfront/distribution:Distribution").inputs
    hosts = {origin["originId"]: origin["domainName"] for origin in distribution["origins"]}
    paths = {each["pathPattern"]: each["targetOriginId"] for each in distribution["orderedCacheBehaviors"]}
    (asked,) = [node.inputs for node in home.of_type(CHECK) if node.inputs.get("fqdn") == domain(home)]
    assert hosts[paths["/api/*"]] == f"active.{domain(home)}"
    assert paths[asked["resourcePath"]] == "home"
    assert hosts["home"] not in served(home)


def test_a_recovery_stack_makes_no_store_that_its_home_copies_and_nothing_of_the_edge(home: Graph) -> None:
    there = standing(home)
    copied = {node.inputs["bucket"] for node in home.of_type("aws:s3/bucket:Bucket")}
    assert {node.inputs["bucket"] for node in there.of_type("aws:s3/bucket:Bucket")} & copied == set()
    assert not there.of_type("aws:dynamodb/table:Table")
    assert not [node.name for node in there if node.type.startswith("aws:cloudfront/")]
    assert [node.name for node in there.resources if node.inputs.get("region") == "us-east-1"] == []


def test_secrets_are_read_from_copies_with_the_key_that_the_home_made_for_them(home: Graph) -> None:
    there = standing(home)
    key = home.only("aws:kms/key:Key", "recovery-secrets-key-key").outputs["arn"]
    arns = [arn.replace("us-east-1", "us-west-2") for arn in home.exports["recovery"]["secretArns"].values()]
    policies = "".join(node.inputs["policy"] for node in there.of_type("aws:iam/rolePolicy:RolePolicy"))
    assert [arn for arn in arns if arn not in policies] == []
    assert key in policies
    copied = [node for node in home.of_type("aws:secretsmanager/secret:Secret") if "replicas" in node.inputs]
    assert {node.outputs["arn"] for node in copied} == set(home.exports["recovery"]["secretArns"].values())
    assert {replica["kmsKeyId"] for node in copied for replica in node.inputs["replicas"]} == {key}


def test_uploads_go_into_the_copy_of_the_bucket_under_its_key(home: Graph) -> None:
    there = standing(home)
    copy = home.only("aws:s3/bucket:Bucket", "bucket-copies-uploads-bucket").inputs["bucket"]
    assert there.exports["uploadsBucket"] == copy
    policies = "".join(node.inputs["policy"] for node in there.of_type("aws:iam/rolePolicy:RolePolicy"))
    assert f"arn:aws:s3:::{copy}/*" in policies
    assert home.only("aws:kms/key:Key", "recovery-data-key-key").outputs["arn"] in policies


def test_pages_may_reach_the_copy_of_the_uploads_which_answers_their_sites_as_the_bucket_does(home: Graph) -> None:
    copy = home.only("aws:s3/bucket:Bucket", "bucket-copies-uploads-bucket").inputs["bucket"]
    policy = home.only("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "cdn-headers")
    said = policy.inputs["securityHeadersConfig"]["contentSecurityPolicy"]["contentSecurityPolicy"]
    told = {each.split()[0]: each.split()[1:] for each in said.split(";") if each.strip()}
    for directive in ("connect-src", "img-src", "media-src"):
        assert f"https://{copy}.s3.us-west-2.amazonaws.com" in told[directive], directive
    kind = "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration"
    there, own = standing(home).only(kind).inputs, home.only(kind).inputs
    assert there["bucket"] == copy
    assert there["corsRules"] == own["corsRules"]


def test_no_function_runs_while_it_stands_by_and_no_stream_is_read() -> None:
    before, after = stack_graph("confluence-lambda-dr"), stack_graph("confluence-lambda-dr", promoted=True)
    asked = [node for node in before.of_type(FUNCTION) if not node.name.startswith(OWN)]
    assert len(asked) == 9
    assert {node.inputs["reservedConcurrentExecutions"] for node in asked} == {0}
    assert not before.of_type("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    assert [node.inputs["enabled"] for node in before.of_type(MAPPING)] == [False] * 3
    now = {node.name: node.inputs.get("reservedConcurrentExecutions") for node in after.of_type(FUNCTION)}
    assert (now["auth-function"], now["collaboration-function"], now["authorizer-rest-function"]) == (100, 200, None)
    assert [node.inputs.get("enabled") for node in after.of_type(MAPPING)] == [None] * 3
    streams = stack_graph("confluence-lambda").exports["recovery"]["streams"]
    assert {node.inputs["eventSourceArn"] for node in after.of_type(MAPPING)} == set(streams.values())


def test_pods_come_with_the_promotion_and_their_rights_before() -> None:
    before, after = stack_graph("confluence-prod-dr"), stack_graph("confluence-prod-dr", promoted=True)
    pods = {"bff-deployment", "frontend-deployment", "websocket-deployment"}
    assert {node.name for node in before.resources} & pods == set()
    assert {change.name for change in promotion(before, after) if change.kind == "added"} >= pods
    sizes = {
        node.name: node.inputs["scalingConfig"]["desiredSize"] for node in before.of_type("aws:eks/nodeGroup:NodeGroup")
    }
    assert {name: size for name, size in sizes.items() if size} == {"system-nodes-group": 2}


def test_what_an_account_has_once_is_named_apart(home: Graph) -> None:
    there = standing(home)
    named = {
        "aws:iam/role:Role": "name",
        "aws:s3/bucket:Bucket": "bucket",
        "aws:cloudwatch/dashboard:Dashboard": "dashboardName",
    }
    for token, key in named.items():
        ours = {node.inputs[key] for node in there.of_type(token) if key in node.inputs}
        assert ours & {node.inputs[key] for node in home.of_type(token) if key in node.inputs} == set(), token


def test_networks_may_reach_each_other() -> None:
    blocks = [stack_graph(f"{stack}-dr").only("aws:ec2/vpc:Vpc").inputs["cidrBlock"] for stack in HOMES]
    assert blocks == ["10.128.0.0/16", "10.129.0.0/16"]
    assert {stack_graph(stack).only("aws:ec2/vpc:Vpc").inputs["cidrBlock"] for stack in HOMES} == {"10.0.0.0/16"}


def test_the_pool_gets_the_database_as_its_target_once_it_writes() -> None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.html#rds-proxy.limitations"""
    before, after = stack_graph("confluence-lambda-dr"), stack_graph("confluence-lambda-dr", promoted=True)
    target, proxy = "aws:rds/proxyTarget:ProxyTarget", "aws:rds/proxy:Proxy"
    assert before.only(proxy).urn == after.only(proxy).urn
    assert not before.of_type(target)
    assert after.only("aws:rds/instance:Instance").urn in after.only(target).dependencies


def test_nobody_is_led_here_before_the_database_writes(home: Graph) -> None:
    there = promoted(home)
    (takeover,) = there.of_type("strata:edge:Takeover")
    assert there.only("aws:rds/instance:Instance").urn in takeover.dependencies
