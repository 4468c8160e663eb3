"""A WebSocket API: who may connect, which function hears what, and who may push."""

import json
from typing import Any

import pytest

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.account import Account
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.certificate import Certificate
from components.edge.websocket_api import WebSocketApi, WebSocketApiSettings
from tests.components.edge.apis import Called, findings, function, invokers, log_groups_of
from tests.components.edge.support import DOMAIN, certificate, key
from tests.support import ACCOUNT, DEV_ACCOUNT, id_of, once, record, unequal_when_unknown

API, STAGE = "aws:apigatewayv2/api:Api", "aws:apigatewayv2/stage:Stage"
ROUTE, INTEGRATION = "aws:apigatewayv2/route:Route", "aws:apigatewayv2/integration:Integration"
AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"


def build(
    settings: WebSocketApiSettings | None = None,
    *,
    account: Account = ACCOUNT,
    proof: Certificate | None = None,
    logging: ApiGatewayLogging | None = None,
) -> WebSocketApi:
    api = WebSocketApi(
        "rooms",
        settings or WebSocketApiSettings(),
        account=account,
        log_key=key("rooms-logs"),
        certificate=proof,
        logging=logging,
    )
    api.route("$connect", Called("connect"), authorizer=api.authorize(Called("judge")))
    messages = Called("messages")
    for route_key in ("$default", "join", "operation"):
        api.route(route_key, messages)
    return api


@once
def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: build(*args, **more))


def test_messages_go_by_their_action() -> None:
    graph = graph_of()
    api = graph.only(API).inputs
    assert (api["protocolType"], api["routeSelectionExpression"]) == ("WEBSOCKET", "$request.body.action")
    targets = {node.inputs["routeKey"]: node.inputs["target"] for node in graph.of_type(ROUTE)}
    assert set(targets) == {"$connect", "$default", "join", "operation"}
    integrations = {f"integrations/{id_of(node)}": node.inputs for node in graph.of_type(INTEGRATION)}
    functions = {n.outputs["invokeArn"]: n.name for n in graph.of_type("aws:lambda/function:Function")}
    called = {route: functions[integrations[target]["integrationUri"]] for route, target in targets.items()}
    assert called["$connect"] == "connect-function"
    assert called["join"] == called["$default"] == "messages-function"
    for integration in integrations.values():
        assert integration["integrationType"] == "AWS_PROXY"
        assert integration["integrationMethod"] == "POST"
        assert integration["timeoutMilliseconds"] == 29000


def test_who_connects_is_asked_once() -> None:
    graph = graph_of()
    authorizer = graph.only(AUTHORIZER)
    assert authorizer.inputs["authorizerType"] == "REQUEST"
    assert authorizer.inputs["identitySources"] == []
    asked = {n.inputs["routeKey"]: n.inputs["authorizationType"] for n in graph.of_type(ROUTE)}
    assert asked == {"$connect": "CUSTOM", "$default": "NONE", "join": "NONE", "operation": "NONE"}
    connect = graph.only(ROUTE, "rooms-on-connect").inputs
    assert connect["authorizerId"] == id_of(authorizer)


def test_requests_without_credentials_can_be_refused_unasked() -> None:
    def program() -> None:
        api = WebSocketApi("rooms", WebSocketApiSettings(), account=ACCOUNT, log_key=key("rooms-logs"))
        api.authorize(Called("judge"), identity_sources=["route.request.querystring.token"])

    assert record(program).only(AUTHORIZER).inputs["identitySources"] == ["route.request.querystring.token"]


@pytest.mark.parametrize("route_key", ["$connect", "$disconnected", "join room", "", "-x"])
def test_an_open_door_and_unknown_routes_are_refused(route_key: str) -> None:
    with pytest.raises(ProgramError, match=r"takes an authorizer|is no route"):
        record(lambda: build().route(route_key, Called("other")))


def test_only_connects_are_authorised() -> None:
    def program() -> None:
        api = WebSocketApi("rooms", WebSocketApiSettings(), account=ACCOUNT, log_key=key("rooms-logs"))
        api.route("join", Called("join"), authorizer=api.authorize(Called("judge")))

    with pytest.raises(ProgramError, match="no other route"):
        record(program)


def test_a_function_may_be_invoked_for_its_own_routes_only() -> None:
    graph = graph_of()
    assert invokers(graph) == {
        "connect-invocation-rooms-on-connect": "prod/$connect",
        "judge-invocation-rooms-authorizer": f"authorizers/{id_of(graph.only(AUTHORIZER))}",
        "messages-invocation-rooms-on-default": "prod/$default",
        "messages-invocation-rooms-join": "prod/join",
        "messages-invocation-rooms-operation": "prod/operation",
    }


def test_the_stage_is_limited_logged_and_live_at_once() -> None:
    graph = graph_of()
    stage = graph.only(STAGE)
    assert (stage.inputs["name"], stage.inputs["autoDeploy"]) == ("prod", True)
    assert stage.inputs["defaultRouteSettings"] == {
        "throttlingBurstLimit": 5000,
        "throttlingRateLimit": 2000,
        "loggingLevel": "ERROR",
        "dataTraceEnabled": False,
        "detailedMetricsEnabled": True,
    }
    groups = log_groups_of(graph, "rooms-")
    assert groups["rooms-execution-logs-group"]["name"] == f"/aws/apigateway/{id_of(graph.only(API))}/prod"
    log_key = graph.only("aws:kms/key:Key", "rooms-logs-key").outputs["arn"]
    assert {group["kmsKeyId"] for group in groups.values()} == {log_key}
    assert graph.only("aws:cloudwatch/logGroup:LogGroup", "rooms-execution-logs-group").urn in stage.dependencies
    access = stage.inputs["accessLogSettings"]
    assert (
        access["destinationArn"]
        == graph.only("aws:cloudwatch/logGroup:LogGroup", "rooms-access-logs-group").outputs["arn"]
    )
    assert json.loads(access["format"])["route"] == "$context.routeKey"


def test_the_stage_waits_for_the_account_s_right_to_log() -> None:
    graph = record(lambda: build(logging=ApiGatewayLogging("logging", account=ACCOUNT)))
    (account,) = graph.of_type("aws:apigateway/account:Account")
    assert account.urn in graph.only(STAGE).dependencies


def test_settings_reach_api_and_stage() -> None:
    settings = WebSocketApiSettings(api_name="MDReaderWebSocket", stage_name="v1", burst_limit=1000, rate_limit=500)
    graph = graph_of(settings)
    assert graph.only(API).inputs["name"] == "MDReaderWebSocket"
    stage = graph.only(STAGE).inputs
    assert stage["name"] == "v1"
    assert stage["defaultRouteSettings"]["throttlingBurstLimit"] == 1000
    assert stage["defaultRouteSettings"]["throttlingRateLimit"] == 500
    assert graph_of(account=DEV_ACCOUNT).only(STAGE).inputs["name"] == "dev"
    assert graph_of().only(API).inputs["name"] == "test-rooms"


def test_pushing_is_granted_on_this_stage_alone() -> None:
    pusher = "aws:iam/rolePolicy:RolePolicy"

    def program() -> None:
        function("pusher").grant("sockets", build().manage_connections)

    graph = record(program)
    policy = graph.only(pusher, "pusher-grant-sockets").inputs["policy"]
    (statement,) = json.loads(policy)["Statement"]
    assert statement["Action"] == ["execute-api:ManageConnections"]
    api = f"arn:aws:execute-api:us-east-1:{ACCOUNT.id}:{id_of(graph.only(API))}/prod"
    assert statement["Resource"] == [f"{api}/{method}/@connections/*" for method in ("DELETE", "GET", "POST")]


def addresses(settings: WebSocketApiSettings) -> tuple[Graph, dict[str, str]]:
    found: dict[str, str] = {}

    def program() -> None:
        api = build(settings, proof=certificate() if settings.domain else None)
        api.endpoint.apply(lambda value: found.update(endpoint=value))
        api.management_endpoint.apply(lambda value: found.update(management=value))

    return record(program), found


def test_clients_and_functions_use_the_given_address() -> None:
    graph, found = addresses(WebSocketApiSettings())
    host = f"{id_of(graph.only(API))}.execute-api.us-east-1.amazonaws.com"
    assert found == {"endpoint": f"wss://{host}/prod", "management": f"https://{host}/prod"}
    assert graph.only(API).inputs["disableExecuteApiEndpoint"] is False


def test_a_domain_is_the_only_address_for_both() -> None:
    graph, found = addresses(WebSocketApiSettings(domain=DOMAIN))
    assert found == {"endpoint": f"wss://{DOMAIN}", "management": f"https://{DOMAIN}"}
    assert graph.only(API).inputs["disableExecuteApiEndpoint"] is True
    domain = graph.only("aws:apigatewayv2/domainName:DomainName").inputs["domainNameConfiguration"]
    assert (domain["endpointType"], domain["securityPolicy"]) == ("REGIONAL", "TLS_1_2")
    mapping = graph.only("aws:apigatewayv2/apiMapping:ApiMapping").inputs
    assert (mapping["stage"], mapping["domainName"]) == ("prod", DOMAIN)
    assert mapping["apiId"] == id_of(graph.only(API))


def test_a_domain_and_its_certificate_come_together() -> None:
    with pytest.raises(ProgramError, match="a domain needs a certificate"):
        graph_of(WebSocketApiSettings(domain=DOMAIN))


def test_a_name_can_stand_for_the_domain() -> None:
    apis: list[WebSocketApi] = []
    record(lambda: apis.append(build(WebSocketApiSettings(domain=DOMAIN), proof=certificate())))
    assert apis[0].alias_target is not None
    assert apis[0].origin_path == ""


@pytest.mark.parametrize("domain", [None, DOMAIN])
def test_the_pack_has_nothing_against_it(domain: str | None) -> None:
    graph, _ = addresses(WebSocketApiSettings(domain=domain))
    assert findings(graph) == []


@pytest.mark.parametrize("domain", [None, DOMAIN])
def test_the_same_without_outputs(domain: str | None) -> None:
    def program() -> None:
        build(WebSocketApiSettings(domain=domain), proof=certificate() if domain else None)

    assert unequal_when_unknown(program) == []
