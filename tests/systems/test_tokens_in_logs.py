"""Neither tokens nor signed addresses reach a log of any stack (docs/decisions/0020-tokens-in-logs.md)."""

import json
import re

import pytest

from analyser.graph import Graph
from tests.stacks import STACKS, stack_graph

CREDENTIALS = {"authorization", "cookie", "referer", "sec-websocket-protocol", "x-origin-verify"}
ACL, WAF_LOGS = "aws:wafv2/webAcl:WebAcl", "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
CARRIERS = re.compile(r"query|cookie|referer|authorization|subprotocol|cs-header|cs-uri$", re.IGNORECASE)
"""Fields that hold a query, a cookie, a header with credentials or a whole URL, of real-time logs as well:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/real-time-logs.html"""
SAFE = re.compile(
    r"\$context\.("
    r"requestId|extendedRequestId|xrayTraceId|requestTime|requestTimeEpoch|identity\.sourceIp|authorizer\.principalId|"
    r"authorizer\.claims\.sub|httpMethod|path|resourcePath|routeKey|eventType|connectionId|status|error\.responseType|"
    r"responseLength|responseLatency|integrationLatency|integrationStatus|integration\.latency|"
    r"integration\.integrationStatus)"
)
"""Variables of API Gateway that hold neither headers nor queries; there is none for either but by ``$input`` in a
mapping: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html"""


@pytest.fixture(scope="module", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return stack_graph(request.param)


def test_no_web_acl_keeps_queries_or_credentials(graph: Graph) -> None:
    acls = {node.outputs["arn"]: node for node in graph.of_type(ACL)}
    logged = {}
    for node in graph.of_type(WAF_LOGS):
        fields = node.inputs["redactedFields"]
        headers = {one["singleHeader"]["name"] for one in fields if "singleHeader" in one}
        logged[node.inputs["resourceArn"]] = headers if {"queryString": {}} in fields else set()
    assert set(logged) == set(acls)
    assert all(headers >= CREDENTIALS for headers in logged.values())
    for node in acls.values():
        kept = {one["field"]["fieldType"]: one for one in node.inputs["dataProtectionConfig"]["dataProtections"]}
        assert set(kept["SINGLE_HEADER"]["field"]["fieldKeys"]) >= CREDENTIALS
        assert {one["action"] for one in kept.values()} == {"SUBSTITUTION"}
        assert "fieldKeys" not in kept["QUERY_STRING"]["field"]
        assert not any(one.get("excludeRuleMatchDetails") for one in kept.values())


def test_no_distribution_logs_queries_cookies_or_headers_with_credentials(graph: Graph) -> None:
    distributions = graph.of_type(DISTRIBUTION)
    sources = {node.outputs["name"]: node.inputs["resourceArn"] for node in of(graph, "logDeliverySource")}
    logged = {}
    for node in of(graph, "logDelivery"):
        fields = node.inputs["recordFields"]
        assert "cs-uri-stem" in fields
        assert [field for field in fields if CARRIERS.search(field)] == []
        logged[sources[node.inputs["deliverySourceName"]]] = fields
    assert set(logged) == {node.outputs["arn"] for node in distributions}
    # What was before version 2 chooses no fields.
    assert [node.name for node in distributions if node.inputs.get("loggingConfig")] == []
    for node in graph.of_type("aws:cloudfront/realtimeLogConfig:RealtimeLogConfig"):
        assert [field for field in node.inputs["fields"] if CARRIERS.search(field)] == []


def of(graph: Graph, kind: str) -> list:
    return graph.of_type(f"aws:cloudwatch/{kind}:{kind[0].upper()}{kind[1:]}")


def test_no_api_logs_headers_queries_or_what_was_sent(graph: Graph) -> None:
    stages = [*graph.of_type("aws:apigateway/stage:Stage"), *graph.of_type("aws:apigatewayv2/stage:Stage")]
    for node in stages:
        for value in json.loads((node.inputs.get("accessLogSettings") or {}).get("format", "{}")).values():
            assert SAFE.fullmatch(value), value
        routes = node.inputs.get("defaultRouteSettings") or {}
        assert not routes.get("dataTraceEnabled")
        # At INFO the log of an execution has the headers of the request.
        assert routes.get("loggingLevel") != "INFO"
    for node in graph.of_type("aws:apigateway/methodSettings:MethodSettings"):
        said = node.inputs["settings"]
        assert (said.get("dataTraceEnabled", False), said.get("loggingLevel", "OFF") == "INFO") == (False, False)
