import json
from typing import Any

import pytest

from policy import exposure
from policy.model import UNKNOWN, Resource
from policy.rules import apigateway
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

OPERATION: dict[str, Any] = {
    "security": [{"cognito": []}],
    "x-amazon-apigateway-integration": {"type": "aws_proxy"},
}


def body(**changes: Any) -> str:
    return json.dumps({"openapi": "3.0.1", "paths": {"/items": {"get": OPERATION | changes}}})


API = resource(apigateway.REST_API, "api", body=body(), disableExecuteApiEndpoint=True)
MAPPING = resource(
    apigateway.REST_MAPPING,
    "mapping",
    refers={"restApi": API},
    restApi=UNKNOWN,
)
HTTP_API = resource(apigateway.HTTP_API, "http", protocolType="HTTP", disableExecuteApiEndpoint=True)
HTTP_MAPPING = resource(apigateway.HTTP_MAPPING, "http-mapping", refers={"apiId": HTTP_API}, apiId=UNKNOWN)
SOCKET_API = resource(apigateway.HTTP_API, "socket", protocolType="WEBSOCKET")
ITEMS = resource("aws:apigateway/resource:Resource", "items")
METHOD = resource(
    apigateway.REST_METHOD,
    "get",
    refers={"resourceId": ITEMS},
    resourceId=UNKNOWN,
    httpMethod="GET",
    authorization="COGNITO_USER_POOLS",
)
STAGE = resource(apigateway.REST_STAGE, "stage", refers={"restApi": API}, restApi=UNKNOWN, stageName="v1")
ASSOCIATION = resource(
    apigateway.WEB_ACL_ASSOCIATION, "acl", refers={"resourceArn": STAGE}, resourceArn=UNKNOWN, webAclArn=UNKNOWN
)


def route(key: str, api: Resource = HTTP_API, authorization: str | None = "JWT") -> Resource:
    inputs: dict[str, Any] = {"routeKey": key, "authorizationType": authorization}
    return resource(apigateway.HTTP_ROUTE, "route", refers={"apiId": api}, apiId=UNKNOWN, **inputs)


def native_route(key: str, api: Resource, **inputs: Any) -> Resource:
    return resource(apigateway.NATIVE_ROUTE, "route", refers={"apiId": api}, apiId=UNKNOWN, routeKey=key, **inputs)


def private_api(condition: dict[str, Any]) -> Resource:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | condition]})
    return resource(apigateway.REST_API, "private", endpointConfiguration={"types": "PRIVATE"}, policy=policy)


VPC_ONLY = {"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
REST_DOMAIN = resource(apigateway.REST_DOMAIN, "domain", securityPolicy="TLS_1_2")
HTTP_DOMAIN = resource(apigateway.HTTP_DOMAIN, "domain", domainNameConfiguration={"securityPolicy": "TLS_1_2"})
OLD_TLS = "TLS_1_0"
CASES = [
    Case("apigateway-quick-create-authorized", [HTTP_API], [Set("target", "arn:aws:lambda:us-east-1:1:function:f")]),
    Case(
        "cors-credentials-named-origins",
        [
            resource(
                apigateway.HTTP_API,
                "pages",
                corsConfiguration={"allowOrigins": ["https://shop.example"], "allowCredentials": True},
            )
        ],
        [Set("corsConfiguration.allowOrigins", ["*"]), Set("corsConfiguration.allowOrigins[0]", "*")],
    ),
    Case(
        "cors-credentials-named-origins",
        [resource(apigateway.FUNCTION_URL, "door", cors={"allowOrigins": ["*"], "allowCredentials": False})],
        [Set("cors.allowCredentials", True)],
    ),
    Case("apigateway-authorized", [METHOD], [Set("authorization", "NONE")]),
    Case("apigateway-authorized", [API], [Set("body", body(security=[])), Set("body", body(security=None))]),
    Case(
        "apigateway-route-authorized",
        [route("GET /items")],
        [Set("authorizationType", "NONE"), Set("authorizationType")],
    ),
    Case(
        "apigateway-route-authorized", [route("$connect", SOCKET_API), SOCKET_API], [Set("authorizationType", "NONE")]
    ),
    Case("apigateway-tls", [REST_DOMAIN], [Set("securityPolicy", OLD_TLS), Set("securityPolicy")]),
    Case("apigateway-tls", [HTTP_DOMAIN], [Set("domainNameConfiguration.securityPolicy", OLD_TLS)]),
    Case("apigateway-default-endpoint", [API, MAPPING], [Set("disableExecuteApiEndpoint", False, on="api")]),
    Case("apigateway-default-endpoint", [HTTP_API, HTTP_MAPPING], [Set("disableExecuteApiEndpoint", on="http")]),
    Case("apigateway-private-policy", [private_api(VPC_ONLY)], [Set("policy", private_api({}).inputs["policy"])]),
    Case("apigateway-waf", [STAGE, API, ASSOCIATION], [Without("acl", "resourceArn")]),
]


def test_preflight_and_mock_answers_are_for_everybody() -> None:
    preflight = resource(apigateway.REST_METHOD, "options", httpMethod="OPTIONS", authorization="NONE")
    assert check("apigateway-authorized", preflight) == []
    open_method = resource(
        apigateway.REST_METHOD,
        "page",
        refers={"resourceId": ITEMS},
        resourceId=UNKNOWN,
        httpMethod="GET",
        authorization="NONE",
    )
    mock = resource(
        apigateway.REST_INTEGRATION,
        "mock",
        refers={"resourceId": ITEMS},
        resourceId=UNKNOWN,
        httpMethod="GET",
        type="MOCK",
    )
    assert check("apigateway-authorized", open_method, ITEMS) == ["page: lets everybody call it (authorization)"]
    assert check("apigateway-authorized", open_method, mock, ITEMS) == []
    integration = {"x-amazon-apigateway-integration": {"type": "mock"}, "security": []}
    assert check("apigateway-authorized", resource(apigateway.REST_API, "page", body=body(**integration))) == []


@pytest.mark.parametrize("document", ["not json", "[]", json.dumps({"paths": {"/": {"parameters": []}}})])
def test_documents_that_say_nothing_of_operations(document: str) -> None:
    assert check("apigateway-authorized", resource(apigateway.REST_API, "api", body=document)) == []


def test_open_operations_are_named() -> None:
    paths = {"/{proxy+}": {"x-amazon-apigateway-any-method": OPERATION | {"security": []}}}
    api = resource(apigateway.REST_API, "api", body=json.dumps({"paths": paths}))
    assert check("apigateway-authorized", api) == ["api: lets everybody call ANY /{proxy+} (body)"]
    secured = {"security": [{"sigv4": []}], "paths": {"/": {"get": {"x-amazon-apigateway-integration": {}}}}}
    assert check("apigateway-authorized", resource(apigateway.REST_API, "api", body=json.dumps(secured))) == []


def test_a_web_socket_asks_when_the_connection_is_made() -> None:
    later = route("$default", SOCKET_API, None)
    assert check("apigateway-route-authorized", later, SOCKET_API) == []
    assert check("apigateway-route-authorized", route("sendMessage", SOCKET_API, None), SOCKET_API) == []
    assert check("apigateway-route-authorized", route("OPTIONS /items", HTTP_API, None), HTTP_API) == []
    assert check("apigateway-route-authorized", route("$default", HTTP_API, None), HTTP_API) == [
        "route: lets everybody call $default (authorizationType)"
    ]


@pytest.mark.parametrize("name", ["SecurityPolicy_TLS13_1_3_2025_09", "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"])
def test_newer_tls_policies(name: str) -> None:
    assert check("apigateway-tls", resource(apigateway.REST_DOMAIN, securityPolicy=name)) == []


def test_a_deny_of_other_endpoints_will_do() -> None:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    deny = allow | {"Effect": "Deny", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}
    policy = json.dumps({"Statement": [deny, allow]})
    api = resource(apigateway.REST_API, "private", endpointConfiguration={"types": "PRIVATE"}, policy=policy)
    assert check("apigateway-private-policy", api) == []
    public = resource(apigateway.REST_API, "public", policy=json.dumps({"Statement": [allow]}))
    assert check("apigateway-private-policy", public) == []


def test_a_stage_behind_cloudfront_or_in_private_needs_no_acl() -> None:
    domain = resource(apigateway.REST_DOMAIN, "domain")
    mapping = resource(
        apigateway.REST_MAPPING,
        "mapping",
        refers={"restApi": API, "domainName": domain},
        restApi=UNKNOWN,
        domainName=UNKNOWN,
    )
    record = resource(
        exposure.RECORD, "record", refers={"aliases": domain}, name="origin.example.com", aliases=[{"name": UNKNOWN}]
    )
    cdn = resource(exposure.DISTRIBUTION, "cdn", origins=[{"domainName": "origin.example.com"}])
    assert check("apigateway-waf", STAGE, API, domain, mapping, record, cdn) == []
    assert check("apigateway-waf", STAGE, API, domain, mapping, record) == ["stage: has no web ACL before it"]
    stage = resource(apigateway.REST_STAGE, "stage", refers={"restApi": private_api(VPC_ONLY)}, restApi=UNKNOWN)
    assert check("apigateway-waf", stage, private_api(VPC_ONLY)) == []


def test_routes_of_the_native_provider_are_asked_as_their_twins() -> None:
    http = resource(apigateway.NATIVE_API, "http", protocolType="HTTP")
    socket = resource(apigateway.NATIVE_API, "socket", protocolType="WEBSOCKET")
    asked = "apigateway-route-authorized"
    assert check(asked, http, native_route("GET /admin", http))
    assert check(asked, http, native_route("$default", http, authorizationType="NONE"))
    assert check(asked, socket, native_route("$connect", socket))
    assert check(asked, http, native_route("GET /admin", http, authorizationType="JWT")) == []
    assert check(asked, http, native_route("OPTIONS /admin", http, authorizationType="NONE")) == []
    assert check(asked, socket, native_route("$default", socket, authorizationType="NONE")) == []
