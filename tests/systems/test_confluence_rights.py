"""What each function of the Confluence system's Lambda model may touch: its own tables, secrets and log group."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

import pytest

from analyser.graph import Graph, Node
from tests.stacks import stack_graph
from tests.systems.wiring import statements

FUNCTION = "aws:lambda/function:Function"
SERVICES = {"auth": "auth", "user": "user", "pages": "document", "query": "search"}
"""The services by their logical names."""
TABLES = {"collaboration-sessions", "crdt-operations", "user-presence"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return stack_graph("confluence-lambda")


def function(graph: Graph, name: str) -> Node:
    return graph.only(FUNCTION, f"{name}-function")


def role(graph: Graph, name: str) -> Node:
    return graph.only("aws:iam/role:Role", f"{name}-execution-role")


def touched(graph: Graph, name: str, services: Iterable[str]) -> dict[str, set[str]]:
    """What the statements of a function's role open, by the services of AWS and the names of what is there."""
    found: dict[str, set[str]] = {service: set() for service in services}
    for one in statements(graph, role(graph, name)):
        for resource in one["Resource"] if one["Effect"] == "Allow" else []:
            service, _, rest = resource.partition(":")[2].partition(":")[2].partition(":")
            if resource != "*" and service in found:
                found[service].add(rest.split(":", 2)[2])
    return found


@pytest.mark.parametrize(
    ("name", "secrets", "tables", "buckets", "connects"),
    [
        ("auth", {"jwt-secret", "oauth-client-secrets"}, set(), False, True),
        ("user", {"smtp-credentials"}, set(), False, True),
        ("pages", {"encryption-keys"}, set(), True, True),
        ("query", set(), set(), False, True),
        ("websocket", set(), TABLES, False, False),
        ("collaboration", set(), TABLES, False, False),
        ("authorizer-rest", {"jwt-secret"}, set(), False, False),
        ("authorizer-sockets", {"jwt-secret"}, set(), False, False),
    ],
)
def test_a_function_touches_its_own_tables_secrets_and_log_group_only(
    graph: Graph, name: str, secrets: set[str], tables: set[str], buckets: bool, connects: bool
) -> None:
    found = touched(graph, name, ["secretsmanager", "dynamodb", "logs", "s3", "rds-db", "elasticache", "sqs", "es"])
    assert {
        one.removeprefix("secret:confluence-clone-lambda/").rpartition("-")[0] for one in found["secretsmanager"]
    } == secrets
    assert {one.split("/")[1] for one in found["dynamodb"]} == tables
    own = function(graph, name).inputs["name"]
    assert found["logs"] == {f"log-group:/aws/lambda/{own}:*"}
    assert {one.split("-123456789012")[0] for one in found["s3"]} == (
        {"confluence-clone-uploads-prod-fn", "confluence-clone-backups-prod-fn"} if buckets else set()
    )
    assert {one.rpartition("/")[2] for one in found["rds-db"]} == ({"application"} if connects else set())
    assert {one.partition(":")[0] for one in found["elasticache"]} == (
        {"replicationgroup", "user"} if connects else set()
    )
    assert bool(found["es"]) == (name in ("pages", "query"))
    assert bool(found["sqs"]) == (name == "collaboration"), "the dead letters of its streams"


@pytest.mark.parametrize(
    ("stack", "holder"), [("confluence-prod", "bff-pods"), ("confluence-lambda", "pages-execution")]
)
def test_exports_go_into_the_bucket_for_backups_and_their_writer_neither_reads_nor_deletes_them(
    stack: str, holder: str
) -> None:
    made = stack_graph(stack)
    bucket = made.only("aws:s3/bucket:Bucket", "backups-bucket")
    (right,) = [
        one
        for one in statements(made, made.only("aws:iam/role:Role", f"{holder}-role"))
        if any(bucket.inputs["bucket"] in resource for resource in one.get("Resource", []))
    ]
    assert right["Resource"] == [f"{bucket.outputs['arn']}/*"]
    assert set(right["Action"]) == {"s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
    if stack == "confluence-prod":
        told = made.only("kubernetes:core/v1:ConfigMap", "bff-config").inputs["data"]
    else:
        told = function(made, "pages").inputs["environment"]["variables"]
    assert told["BACKUPS_BUCKET"] == bucket.inputs["bucket"]


@pytest.mark.parametrize("name", [*SERVICES, "websocket", "collaboration", "authorizer-rest", "authorizer-sockets"])
def test_a_function_has_rights_to_everything_only_where_aws_knows_no_resources(graph: Graph, name: str) -> None:
    wide = {
        action
        for one in statements(graph, role(graph, name))
        for action in one["Action"]
        if one["Effect"] == "Allow" and "*" in one["Resource"]
    }
    assert wide <= {
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "dynamodb:ListStreams",
    }
    assert not any("*" in action for one in statements(graph, role(graph, name)) for action in one["Action"])


def test_the_policy_that_the_design_names_opens_no_other_log_group(graph: Graph) -> None:
    managed: dict[str, list[str]] = {}
    for node in graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        managed.setdefault(node.inputs["role"], []).append(node.inputs["policyArn"].rpartition("/")[2])
    for name in (*SERVICES, "websocket", "collaboration"):
        own = role(graph, name)
        assert managed[own.outputs["name"]] == ["AWSLambdaVPCAccessExecutionRole"]
        (refusal,) = [one for one in statements(graph, own) if one["Effect"] == "Deny"]
        # All that the managed policy says of logs.
        assert set(refusal["Action"]) == {"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}
        (spared,) = refusal["NotResource"]
        group = f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{function(graph, name).inputs['name']}"
        assert fnmatchcase(f"{group}:log-stream:one", spared)
        assert not fnmatchcase(f"{group}-2:log-stream:one", spared)
    for name in ("authorizer-rest", "authorizer-sockets"):
        assert role(graph, name).outputs["name"] not in managed
