"""The Lambda model of the Confluence system: routes, functions, tables, streams, releases."""

import json
from typing import Any

import pytest

from analyser.graph import Graph, Node
from tests.stacks import stack_graph
from tests.systems.wiring import EGRESS, INGRESS, before, subnets, ways

FUNCTION = "aws:lambda/function:Function"
TABLE = "aws:dynamodb/table:Table"
SERVICES = {"auth": "auth", "user": "user", "pages": "document", "query": "search"}
"""The services by their logical names."""
TABLES = {"collaboration-sessions", "crdt-operations", "user-presence"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return stack_graph("confluence-lambda")


def function(graph: Graph, name: str) -> Node:
    return graph.only(FUNCTION, f"{name}-function")


OUTSIDE = {"auth": 443, "user": 465}
"""Services that call servers outside AWS, and the port: identity providers, and a mail provider over TLS."""


def test_the_functions_have_the_seeds_sizes_names_and_places(graph: Graph) -> None:
    made = {
        node.inputs["name"]: (node.inputs["memorySize"], node.inputs["timeout"])
        for node in graph.of_type(FUNCTION)
        if "name" in node.inputs and "authorizer" not in node.inputs["name"]
    }
    assert made == {
        "confluence-clone-auth": (512, 30),
        "confluence-clone-user": (256, 15),
        "confluence-clone-document": (512, 30),
        "confluence-clone-search": (512, 30),
        "confluence-clone-collaboration": (1024, 60),
        "confluence-clone-websocket": (256, 30),
    }
    for logical in SERVICES:
        tier = "private" if logical in OUTSIDE else "data"
        assert set(function(graph, logical).inputs["vpcConfig"]["subnetIds"]) == subnets(graph, tier)
    for logical in ("websocket", "collaboration"):
        assert set(function(graph, logical).inputs["vpcConfig"]["subnetIds"]) == subnets(graph, "private")
    groups = {
        node.inputs["name"] for node in graph.of_type("aws:cloudwatch/logGroup:LogGroup") if "name" in node.inputs
    }
    assert {f"/aws/lambda/{name}" for name in made} <= groups


def test_the_database_is_reached_through_the_pool_and_the_cache_by_the_services_alone(graph: Graph) -> None:
    assert ways(graph, INGRESS, "postgres") == {
        ("connection-pool", "tcp", 5432, 5432),
        ("migration", "tcp", 5432, 5432),  # makes the user that the pool signs in as
    }
    assert ways(graph, INGRESS, "connection-pool") == {(name, "tcp", 5432, 5432) for name in SERVICES}
    assert ways(graph, INGRESS, "cache") == {(name, "tcp", 6379, 6379) for name in SERVICES}
    searching = ("pages", "query", "index-access-mapper")
    assert ways(graph, INGRESS, "search") == {(name, "tcp", 443, 443) for name in searching}


def test_only_sign_in_mail_and_what_pushes_to_sockets_call_out(graph: Graph) -> None:
    for name in SERVICES:
        stores = {"connection-pool", "cache", "search", "network-endpoints"}
        others = {who for who, *_ in ways(graph, EGRESS, name)} - stores
        gateway = graph.only("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoints-s3").outputs["prefixListId"]
        assert others == ({gateway} if name == "pages" else {"0.0.0.0/0"} if name in OUTSIDE else set())
        assert ways(graph, INGRESS, name) == set()
    for name, port in OUTSIDE.items():
        assert ("0.0.0.0/0", "tcp", port, port) in ways(graph, EGRESS, name)
    for name in ("websocket", "collaboration"):
        assert ways(graph, EGRESS, name) == {("0.0.0.0/0", "tcp", 443, 443)}
        assert ways(graph, INGRESS, name) == set()


def target(graph: Graph, called: str) -> str:
    """The logical name of the function that an ARN calls, by itself or by its alias."""
    aliases = {node.name.removesuffix("-live-alias"): node for node in graph.of_type("aws:lambda/alias:Alias")}
    plain = {node.name.removesuffix("-function"): node for node in graph.of_type(FUNCTION)}
    callables = {**plain, **aliases}
    return next(name for name, node in callables.items() if called in (node.outputs["arn"], node.outputs["invokeArn"]))


def test_six_routes_reach_their_handlers(graph: Graph) -> None:
    api = graph.only("aws:apigatewayv2/api:Api").inputs
    assert (api["protocolType"], api["routeSelectionExpression"]) == ("WEBSOCKET", "$request.body.action")
    integrations = {
        f"integrations/{node.id}": target(graph, node.inputs["integrationUri"])
        for node in graph.of_type("aws:apigatewayv2/integration:Integration")
    }
    routes = {node.inputs["routeKey"]: node.inputs for node in graph.of_type("aws:apigatewayv2/route:Route")}
    assert {key: integrations[route["target"]] for key, route in routes.items()} == {
        "$connect": "websocket",
        "$disconnect": "websocket",
        "$default": "websocket",
        "join": "collaboration",
        "presence": "websocket",
        "operation": "collaboration",
    }
    assert routes["$connect"]["authorizationType"] == "CUSTOM"
    stage = graph.only("aws:apigatewayv2/stage:Stage").inputs["defaultRouteSettings"]
    assert (stage["throttlingBurstLimit"], stage["throttlingRateLimit"]) == (5000, 2000)


def test_rest_paths_reach_their_services_and_ask_who_calls(graph: Graph) -> None:
    resources = {node.id: node for node in graph.of_type("aws:apigateway/resource:Resource")}

    def path(identity: str) -> str:
        node = resources.get(identity)
        return f"{path(node.inputs['parentId'])}/{node.inputs['pathPart']}" if node else ""

    called = {
        path(node.inputs["resourceId"]): target(graph, node.inputs["uri"])
        for node in graph.of_type("aws:apigateway/integration:Integration")
    }
    services = {
        "/auth": "auth",
        "/api/users": "user",
        "/api/spaces": "pages",
        "/api/pages": "pages",
        "/api/search": "query",
    }
    assert called == {**services, **{f"{one}/{{proxy+}}": name for one, name in services.items()}}
    methods = {
        path(n.inputs["resourceId"]): n.inputs["authorization"] for n in graph.of_type("aws:apigateway/method:Method")
    }
    assert {one for one, kind in methods.items() if kind == "NONE"} == {"/auth", "/auth/{proxy+}"}
    stage = graph.only("aws:apigateway/stage:Stage")
    assert stage.inputs["xrayTracingEnabled"] is True
    association = graph.only("aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    assert association["resourceArn"] == stage.outputs["arn"]


def test_answers_are_kept_for_the_caller_they_were_given_to(graph: Graph) -> None:
    kept = [
        node.inputs
        for node in graph.of_type("aws:apigateway/integration:Integration")
        if node.inputs.get("cacheKeyParameters")
    ]
    assert kept
    for integration in kept:
        assert "method.request.header.Authorization" in integration["cacheKeyParameters"]


def test_the_tables_are_keyed_expire_and_are_kept(graph: Graph) -> None:
    tables = {node.inputs["name"]: node.inputs for node in graph.of_type(TABLE)}
    keys = {name: (one["hashKey"], one["rangeKey"], one["ttl"]["attributeName"]) for name, one in tables.items()}
    assert keys == {
        "collaboration-sessions": ("pageId", "userId", "lastSeen"),
        "crdt-operations": ("pageId", "timestamp", "ttl"),
        "user-presence": ("pageId", "userId", "lastSeen"),
    }
    kinds = {(a["name"], a["type"]) for one in tables.values() for a in one["attributes"]}
    assert kinds == {("pageId", "S"), ("userId", "S"), ("timestamp", "N")}
    (index,) = tables["collaboration-sessions"]["globalSecondaryIndexes"]
    assert (index["name"], index["projectionType"]) == ("userId-index", "ALL")
    for one in tables.values():
        assert one["billingMode"] == "PAY_PER_REQUEST"
        assert (one["streamEnabled"], one["streamViewType"]) == (True, "NEW_AND_OLD_IMAGES")
        assert one["pointInTimeRecovery"]["enabled"] is True
        assert one["serverSideEncryption"]["kmsKeyArn"]
        (replica,) = one["replicas"]
        assert (replica["regionName"], replica["pointInTimeRecovery"]) == ("us-west-2", True)
    backed_up = graph.only("aws:backup/selection:Selection").inputs["resources"]
    assert {node.outputs["arn"] for node in graph.of_type(TABLE)} <= set(backed_up)


def test_streams_are_read_by_the_collaboration_function(graph: Graph) -> None:
    streams = {node.outputs["streamArn"]: node.inputs["name"] for node in graph.of_type(TABLE)}
    read = {}
    for node in graph.of_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
        assert target(graph, node.inputs["functionName"]) == "collaboration"
        assert node.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
        assert node.inputs["destinationConfig"]["onFailure"]["destinationArn"]
        filters = node.inputs.get("filterCriteria", {}).get("filters", [])
        read[streams[node.inputs["eventSourceArn"]]] = [json.loads(one["pattern"])["eventName"] for one in filters]
    assert read == {"collaboration-sessions": [["REMOVE"]], "user-presence": [["REMOVE"]], "crdt-operations": []}


def test_changes_that_nobody_could_take_in_raise_an_alarm(graph: Graph) -> None:
    queues = {
        node.inputs["destinationConfig"]["onFailure"]["destinationArn"].rpartition(":")[2]
        for node in graph.of_type("aws:lambda/eventSourceMapping:EventSourceMapping")
    }
    watched = {
        node.inputs["dimensions"]["QueueName"]: node.inputs["threshold"]
        for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if node.inputs["namespace"] == "AWS/SQS"
    }
    assert len(queues) == 3
    assert watched == dict.fromkeys(queues, 0)


def test_new_versions_take_over_little_by_little_under_alarms(graph: Graph) -> None:
    groups = graph.of_type("aws:codedeploy/deploymentGroup:DeploymentGroup")
    alarms = {
        n.outputs["name"]: n.inputs["dimensions"]["FunctionName"]
        for n in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if n.inputs["metricName"] == "Errors"
    }
    watched = {
        node.inputs["deploymentGroupName"]: [alarms[one] for one in node.inputs["alarmConfiguration"]["alarms"]]
        for node in groups
    }
    assert watched == {
        name: [f"confluence-clone-{name}"]
        for name in ("auth", "user", "document", "search", "collaboration", "websocket")
    }
    kept_warm = {
        n.inputs["functionName"]
        for n in graph.of_type("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig")
    }
    assert kept_warm == {f"confluence-clone-{name}" for name in ("auth", "document", "collaboration", "websocket")}


def test_calls_to_stores_are_part_of_the_traces(graph: Graph) -> None:
    """Of what answers users; what the program calls at an update has no trace to be part of."""
    called = {node.inputs["functionName"] for node in graph.of_type("aws:lambda/invocation:Invocation")}
    for node in graph.of_type(FUNCTION):
        assert node.inputs["tracingConfig"]["mode"] == "Active"
        layers = [one for one in node.inputs.get("layers") or [] if ":layer:AWSOpenTelemetryDistroPython:" in str(one)]
        variables = node.inputs.get("environment", {}).get("variables", {})
        serves_stores = node.inputs.get("vpcConfig") is not None and node.outputs["name"] not in called
        assert bool(layers) == serves_stores == (variables.get("AWS_LAMBDA_EXEC_WRAPPER") == "/opt/otel-instrument")


def variables(graph: Graph, name: str) -> dict[str, Any]:
    return function(graph, name).inputs["environment"]["variables"]


def test_no_variable_holds_a_password(graph: Graph) -> None:
    auth = variables(graph, "auth")
    assert auth["JWT_SECRET"].startswith("arn:aws:secretsmanager:")
    assert auth["DATABASE_URL"].startswith("postgresql://application@")
    assert auth["REDIS_URL"].startswith("rediss://")
    assert auth["REDIS_CLUSTER"] == "true"
    pool = graph.only("aws:rds/proxy:Proxy")
    assert pool.outputs["endpoint"] in auth["DATABASE_URL"]
    assert pool.inputs["requireTls"] is True


def test_both_firewalls_are_watched(graph: Graph) -> None:
    blocked = {
        node.name: node.inputs["dimensions"]["WebACL"]
        for node in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if node.inputs["metricName"] == "BlockedRequests"
    }
    assert blocked == {
        "alarms-blocked-requests": "confluence-lambda-firewall",
        "alarms-api-blocked-requests": "confluence-lambda-api-firewall",
    }


def test_functions_leave_the_network_before_what_they_stand_in(graph: Graph) -> None:
    for name in (*SERVICES, "websocket", "collaboration"):
        first = before(graph, function(graph, name))
        tier = "data" if name in SERVICES else "private"
        assert {f"{name}-group", f"network-{tier}-a", "network-vpc", f"{name}-execution-policy"} <= first
