"""Figures of single resources in Confluence's Lambda model, by row of docs/requirements/confluence.md."""

import pytest

from systems.confluence.functions import LOGICAL
from tests.stacks import stack_graph
from tests.systems.figures import Figure, Of, unmet

FUNCTION = "aws:lambda/function:Function"
TABLE = "aws:dynamodb/table:Table"
ROUTE = "aws:apigatewayv2/route:Route"
METHODS = "aws:apigateway/methodSettings:MethodSettings"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
RATES = {"throttlingBurstLimit": 5000, "throttlingRateLimit": 2000}
TABLES = {"sessions": "collaboration-sessions", "operations": "crdt-operations", "presence": "user-presence"}
PATHS = ("auth", "api/users", "api/spaces", "api/pages", "api/search")


def function(logical: str, name: str, memory: int, timeout: int, tier: str) -> list[Figure]:
    subnets = [Of(f"network-{tier}-a"), Of(f"network-{tier}-b")]
    asked = {"name": name, "memorySize": memory, "timeout": timeout, "runtime": "python3.13"}
    return [(FUNCTION, f"{logical}-function", {**asked, "vpcConfig": {"subnetIds": subnets}})]


ROWS: dict[str, list[Figure]] = {
    "CONF-API-01": [
        ("aws:apigateway/restApi:RestApi", "rest-api", {"endpointConfiguration": {"types": "REGIONAL"}}),
        ("aws:apigateway/stage:Stage", "rest-stage", {"restApi": Of("rest-api")}),
    ],
    "CONF-API-02": [
        ("aws:apigateway/resource:Resource", f"rest-routes-path-{path}/{{proxy+}}", {"pathPart": "{proxy+}"})
        for path in PATHS
    ],
    "CONF-API-03": [
        (
            "aws:apigatewayv2/api:Api",
            "sockets-api",
            {"protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action"},
        )
    ],
    "CONF-API-04": [
        (ROUTE, f"sockets-{name}", {"routeKey": key, "apiId": Of("sockets-api")})
        for name, key in {
            "on-connect": "$connect",
            "on-disconnect": "$disconnect",
            "on-default": "$default",
            "join": "join",
            "operation": "operation",
            "presence": "presence",
        }.items()
    ],
    "CONF-API-05": [
        (METHODS, "rest-methods", {"methodPath": "*/*", "settings": RATES}),
        # What is said of one method takes the place of what is said of all.
        (METHODS, "rest-cached-search", {"methodPath": "api/search/GET", "settings": RATES}),
        (METHODS, "rest-cached-search-proxy", {"methodPath": "api/search/{proxy+}/GET", "settings": RATES}),
    ],
    "CONF-API-06": [("aws:apigatewayv2/stage:Stage", "sockets-stage", {"defaultRouteSettings": RATES})],
    "CONF-API-07": [
        ("aws:apigateway/stage:Stage", "rest-stage", {"cacheClusterEnabled": True, "cacheClusterSize": "0.5"}),
        (METHODS, "rest-cached-search", {"settings": {"cachingEnabled": True, "cacheDataEncrypted": True}}),
    ],
    "CONF-API-08": [("aws:apigateway/restApi:RestApi", "rest-api", {"minimumCompressionSize": "1024"})],
    "CONF-LAM-01": function("auth", "confluence-clone-auth", 512, 30, "private"),
    "CONF-LAM-02": function("user", "confluence-clone-user", 256, 15, "private"),
    "CONF-LAM-03": function("pages", "confluence-clone-document", 512, 30, "data"),
    "CONF-LAM-04": function("collaboration", "confluence-clone-collaboration", 1024, 60, "private"),
    "CONF-LAM-05": function("query", "confluence-clone-search", 512, 30, "data"),
    "CONF-LAM-06": function("websocket", "confluence-clone-websocket", 256, 30, "private"),
    "CONF-LAM-08": [
        (
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            f"{logical}-live-provisioned-concurrency",
            {"provisionedConcurrentExecutions": 2, "qualifier": "live"},
        )
        for logical in ("auth", "pages", "collaboration", "websocket")
    ],
    "CONF-LAM-10": [
        ("aws:rds/proxy:Proxy", "connection-pool-proxy", {"engineFamily": "POSTGRESQL", "requireTls": True})
    ],
    "CONF-LAM-12": [
        (
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "network-endpoints-secretsmanager",
            {"vpcEndpointType": "Interface", "privateDnsEnabled": True},
        ),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoints-dynamodb", {"vpcEndpointType": "Gateway"}),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoints-s3", {"vpcEndpointType": "Gateway"}),
    ],
    "CONF-DDB-04": [
        (
            TABLE,
            f"{logical}-table",
            {"name": name, "pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 35}},
        )
        for logical, name in TABLES.items()
    ],
    "CONF-DDB-06": [
        (TABLE, f"{logical}-table", {"replicas": [{"regionName": "us-west-2"}], "streamViewType": "NEW_AND_OLD_IMAGES"})
        for logical in TABLES
    ],
    "CONF-DDB-07": [(TABLE, f"{logical}-table", {"billingMode": "PAY_PER_REQUEST"}) for logical in TABLES],
    "CONF-OBS-02": [
        (
            "aws:cloudwatch/logGroup:LogGroup",
            f"{logical}-logs-group",
            {"name": f"/aws/lambda/confluence-clone-{name}", "retentionInDays": 365},
        )
        for logical, name in {
            "auth": "auth",
            "user": "user",
            "pages": "document",
            "query": "search",
            "collaboration": "collaboration",
            "websocket": "websocket",
        }.items()
    ],
    "CONF-OBS-04": [
        (
            ALARM,
            f"alarms-{LOGICAL.get(name, name)}-errors",
            {"namespace": "AWS/Lambda", "metricName": "Errors", "threshold": 5},
        )
        for name in ("auth", "user", "document", "search", "websocket", "collaboration")
    ],
    "CONF-OBS-05": [
        (ALARM, "alarms-sockets-refusals", {"metricName": "ClientError", "threshold": 10}),
        (ALARM, "alarms-sockets-errors", {"metricName": "IntegrationError", "threshold": 10}),
        (ALARM, "alarms-sockets-failures", {"metricName": "ExecutionError", "threshold": 0}),
    ],
    "CONF-OBS-07": [
        figure
        for name in ("auth", "user", "document", "search", "websocket", "collaboration")
        for figure in (
            ("aws:cloudwatch/logMetricFilter:LogMetricFilter", f"{name}-cold-starts-filter", {}),
            (
                ALARM,
                f"alarms-{LOGICAL.get(name, name)}-cold-start",
                {"metricName": "InitDuration", "threshold": 3000},
            ),
        )
    ],
    "CONF-CI-04": [("aws:codedeploy/application:Application", "canary-application", {"computePlatform": "Lambda"})],
}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_its_figures(row: str) -> None:
    assert unmet(stack_graph("confluence-lambda"), ROWS[row]) == []


def test_functions_that_push_to_sockets_may() -> None:
    graph = stack_graph("confluence-lambda")
    pushing = {
        node.name
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if "ManageConnections" in node.inputs["policy"]
    }
    assert pushing == {"websocket-execution-policy", "collaboration-execution-policy"}
