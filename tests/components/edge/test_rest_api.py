"""A REST API: who may call what, how fast, what is kept, and what is written down about it."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.account import Account
from components.edge.api_gateway import ApiGatewayLogging
from components.edge.certificate import Certificate
from components.edge.rest_api import RestApi
from components.edge.rest_api_settings import RestApiSettings
from components.edge.rest_routes import Authorizer, CognitoAuthorizer, LambdaAuthorizer, RestRoute
from tests.components.edge.apis import Called, findings, invokers, log_groups_of
from tests.components.edge.support import DOMAIN, certificate, firewall, key
from tests.support import ACCOUNT, DEV_ACCOUNT, id_of, once, record, unequal_when_unknown

API, STAGE = "aws:apigateway/restApi:RestApi", "aws:apigateway/stage:Stage"
RESOURCE, METHOD = "aws:apigateway/resource:Resource", "aws:apigateway/method:Method"
INTEGRATION, AUTHORIZER = "aws:apigateway/integration:Integration", "aws:apigateway/authorizer:Authorizer"
DEPLOYMENT, METHODS = "aws:apigateway/deployment:Deployment", "aws:apigateway/methodSettings:MethodSettings"
COPIED = tuple(
    f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}"
    for kind in ("IntegrationResponse", "MethodResponse", "RequestValidator", "Response")
)
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc"


def build(
    settings: RestApiSettings | None = None,
    routes: dict[str, tuple[str, dict[str, Any]]] | None = None,
    *,
    pool: bool = False,
    account: Account = ACCOUNT,
    proof: Certificate | None = None,
    logging: ApiGatewayLogging | None = None,
    desktop_origins: tuple[str, ...] = (),
) -> RestApi:
    given = routes or {"auth": ("/auth", {"authorized": False}), "users": ("/api/users", {})}
    authorizer: Authorizer = CognitoAuthorizer(POOL, scopes=("api/use",)) if pool else LambdaAuthorizer(Called("judge"))
    return RestApi(
        "api",
        settings or RestApiSettings(),
        log_key=key("api-logs"),
        routes={name: RestRoute(path, Called(name), **rest) for name, (path, rest) in given.items()},
        authorizer=authorizer,
        account=account,
        certificate=proof,
        logging=logging,
        desktop_origins=desktop_origins,
    )


@once
def graph_of(*args: Any, **more: Any) -> Graph:
    return record(lambda: build(*args, **more))


def by_path(graph: Graph, token: str) -> dict[str, Node]:
    """The methods or integrations of an API: ``GET /api/users`` and so on."""
    (api,) = graph.of_type(API)
    paths = {api.outputs["rootResourceId"]: ""}
    for node in graph.of_type(RESOURCE):  # parents come first
        paths[id_of(node)] = f"{paths[node.inputs['parentId']]}/{node.inputs['pathPart']}"
    found = graph.of_type(token)
    return {f"{node.inputs['httpMethod']} {paths[node.inputs['resourceId']] or '/'}": node for node in found}


def test_each_route_takes_every_method_on_its_path_and_below() -> None:
    graph = graph_of()
    assert set(by_path(graph, METHOD)) == {
        "ANY /auth",
        "ANY /auth/{proxy+}",
        "ANY /api/users",
        "ANY /api/users/{proxy+}",
    }
    integration = by_path(graph, INTEGRATION)["ANY /api/users/{proxy+}"].inputs
    assert (integration["type"], integration["integrationHttpMethod"]) == ("AWS_PROXY", "POST")
    assert integration["timeoutMilliseconds"] == 29000
    users = graph.only("aws:lambda/function:Function", "users-function")
    assert integration["uri"] == users.outputs["invokeArn"]


def test_paths_share_what_they_begin_with() -> None:
    graph = graph_of(routes={"users": ("/api/users", {}), "pages": ("/api/pages", {}), "mix": ("/api-users", {})})
    parts = [node.inputs["pathPart"] for node in graph.of_type(RESOURCE)]
    assert sorted(parts) == ["api", "api-users", "pages", "users", *["{proxy+}"] * 3]


def test_a_route_may_be_the_whole_api() -> None:
    graph = graph_of(routes={"backend": ("/", {})})
    assert set(by_path(graph, METHOD)) == {"ANY /", "ANY /{proxy+}"}
    assert invokers(graph, "backend") == {"backend-invocation-api-routes-backend": "prod/*/*"}


def test_a_path_has_one_route() -> None:
    with pytest.raises(ProgramError, match="same path"):
        graph_of(routes={"one": ("/api", {}), "two": ("/api", {})})
    for path in ("api", "/api/", "/a b", ""):
        with pytest.raises(ValueError, match="is no path"):
            RestRoute(path, None)  # ty: ignore[invalid-argument-type] - the path is refused first


def test_callers_are_asked_by_a_function_unless_a_route_says_otherwise() -> None:
    graph = graph_of()
    authorizer = graph.only(AUTHORIZER)
    assert authorizer.inputs["type"] == "REQUEST"
    assert authorizer.inputs["identitySource"] == "method.request.header.Authorization"
    assert authorizer.inputs["authorizerResultTtlInSeconds"] == 300
    methods = by_path(graph, METHOD)
    for path in ("ANY /api/users", "ANY /api/users/{proxy+}"):
        assert methods[path].inputs["authorization"] == "CUSTOM"
        assert methods[path].inputs["authorizerId"] == id_of(authorizer)
    assert methods["ANY /auth"].inputs["authorization"] == "NONE"
    assert "authorizerId" not in methods["ANY /auth"].inputs


def test_callers_are_asked_by_a_user_pool() -> None:
    graph = graph_of(pool=True)
    authorizer = graph.only(AUTHORIZER).inputs
    assert (authorizer["type"], authorizer["providerArns"]) == ("COGNITO_USER_POOLS", [POOL])
    method = by_path(graph, METHOD)["ANY /api/users"].inputs
    assert (method["authorization"], method["authorizationScopes"]) == ("COGNITO_USER_POOLS", ["api/use"])
    assert "authorizationScopes" not in by_path(graph, METHOD)["ANY /auth"].inputs


def test_a_function_may_be_invoked_for_its_own_path_only() -> None:
    graph = graph_of()
    authorizer = id_of(graph.only(AUTHORIZER))
    assert invokers(graph) == {
        "auth-invocation-api-routes-auth": "prod/*/auth*",
        "users-invocation-api-routes-users": "prod/*/api/users*",
        "judge-invocation-api-routes-authorizer": f"authorizers/{authorizer}",
    }
    api = id_of(graph.only(API))
    sources = {node.inputs["sourceArn"].split("/")[0] for node in graph.of_type("aws:lambda/permission:Permission")}
    assert sources == {f"arn:aws:execute-api:us-east-1:{ACCOUNT.id}:{api}"}


def test_requests_are_validated() -> None:
    graph = graph_of()
    validator = graph.only("aws:apigateway/requestValidator:RequestValidator")
    assert validator.inputs["validateRequestBody"] is True
    assert validator.inputs["validateRequestParameters"] is True
    for name, method in by_path(graph, METHOD).items():
        assert method.inputs["requestValidatorId"] == id_of(validator)
        assert ("method.request.path.proxy" in method.inputs.get("requestParameters", {})) is ("proxy" in name)


def test_rates_are_limited_and_errors_logged_without_what_was_sent() -> None:
    settings = graph_of().only(METHODS).inputs
    assert settings["methodPath"] == "*/*"
    assert settings["settings"] == {
        "throttlingBurstLimit": 5000,
        "throttlingRateLimit": 2000,
        "loggingLevel": "ERROR",
        "dataTraceEnabled": False,
        "metricsEnabled": True,
        "cachingEnabled": False,
    }


def test_logs_are_encrypted_and_there_before_the_stage() -> None:
    graph = graph_of()
    stage, api = graph.only(STAGE), id_of(graph.only(API))
    groups = log_groups_of(graph, "api-")
    assert set(groups) == {"api-access-logs-group", "api-execution-logs-group"}
    assert groups["api-execution-logs-group"]["name"] == f"API-Gateway-Execution-Logs_{api}/prod"
    log_key = graph.only("aws:kms/key:Key", "api-logs-key").outputs["arn"]
    assert {(group["kmsKeyId"], group["retentionInDays"]) for group in groups.values()} == {(log_key, 365)}
    execution = graph.only("aws:cloudwatch/logGroup:LogGroup", "api-execution-logs-group")
    assert execution.urn in stage.dependencies
    access = graph.only("aws:cloudwatch/logGroup:LogGroup", "api-access-logs-group")
    assert stage.inputs["accessLogSettings"]["destinationArn"] == access.outputs["arn"]
    fields = json.loads(stage.inputs["accessLogSettings"]["format"])
    assert fields["requestId"] == "$context.requestId"
    assert fields["status"] == "$context.status"
    assert stage.inputs["xrayTracingEnabled"] is True


def test_a_stage_waits_for_the_account_s_right_to_log() -> None:
    graph = record(lambda: build(logging=ApiGatewayLogging("logging", account=ACCOUNT)))
    (account,) = graph.of_type("aws:apigateway/account:Account")
    assert account.urn in graph.only(STAGE).dependencies
    role = graph.only("aws:iam/role:Role", "logging-writer-role")
    assert account.inputs["cloudwatchRoleArn"] == role.outputs["arn"]
    (attachment,) = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attachment.inputs["policyArn"].endswith(":aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
    assert attachment.urn in account.dependencies
    (trust,) = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": ["apigateway.amazonaws.com"]}


def trigger(*args: Any, **more: Any) -> str:
    return definition(graph_of(*args, **more))


def definition(graph: Graph) -> str:
    return graph.only(DEPLOYMENT).inputs["triggers"]["definition"]


def test_a_deployment_follows_what_callers_would_notice() -> None:
    plain = trigger()
    assert definition(record(build)) == plain
    others = [
        trigger(routes={"auth": ("/auth", {}), "users": ("/api/users", {})}),
        trigger(routes={"auth": ("/auth", {"authorized": False}), "users": ("/api/people", {})}),
        trigger(pool=True),
        trigger(RestApiSettings(cors_origin="https://app.example.com")),
        trigger(RestApiSettings(minimum_compression_bytes=None)),
        trigger(RestApiSettings(authorizer_cache_seconds=60)),
    ]
    assert len({plain, *others}) == 7
    assert trigger(RestApiSettings(burst_limit=7000)) == plain


@pytest.mark.parametrize("pool", [True, False])
def test_all_that_a_deployment_copies_makes_another_one_when_it_changes(
    pool: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("components.edge.rest_deployment._digest", str)
    settings = RestApiSettings(cors_origin="https://app.example.com", cache_gib="0.5")
    routes = {"users": ("/api/users", {"cached": ("limit",)})}
    graph = record(lambda: build(settings, routes, pool=pool, desktop_origins=("tauri://localhost",)))
    followed = json.loads(graph.only(DEPLOYMENT).inputs["triggers"]["definition"])
    said = {(one["type"], one["name"]): one["inputs"] for one in followed}
    kinds = (API, RESOURCE, METHOD, INTEGRATION, AUTHORIZER, *COPIED)
    for node in (node for kind in kinds for node in graph.of_type(kind)):
        inputs = said.pop((node.type.rsplit(":", 1)[-1], node.name))
        assert {snake(name): value for name, value in node.inputs.items()} == {
            name: value for name, value in inputs.items() if value is not None
        }
    assert said == {}


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def test_a_deployment_comes_after_every_integration() -> None:
    graph = graph_of(RestApiSettings(cors_origin="https://app.example.com"))
    needed = [*graph.of_type(INTEGRATION), *graph.of_type("aws:apigateway/response:Response")]
    after = [n.urn for n in graph.of_type("aws:apigateway/integrationResponse:IntegrationResponse")]
    deployment = graph.only(DEPLOYMENT)
    proxies = [node.urn for node in needed if node.inputs.get("type") != "MOCK"]
    assert {*proxies, *after} <= set(deployment.dependencies)
    assert graph.only(STAGE).inputs["deployment"] == id_of(deployment)


CACHED = {"pages": ("/api/pages", {"cached": ("q", "limit")}), "users": ("/api/users", {})}


def test_what_is_kept_is_told_apart_by_caller_path_and_query() -> None:
    graph = graph_of(RestApiSettings(cache_gib="0.5"), CACHED)
    stage = graph.only(STAGE).inputs
    assert (stage["cacheClusterEnabled"], stage["cacheClusterSize"]) == (True, "0.5")
    named = ["method.request.header.Authorization", "method.request.querystring.q", "method.request.querystring.limit"]
    integrations, methods = by_path(graph, INTEGRATION), by_path(graph, METHOD)
    assert integrations["GET /api/pages"].inputs["cacheKeyParameters"] == named
    below = ["method.request.path.proxy", *named]
    assert integrations["GET /api/pages/{proxy+}"].inputs["cacheKeyParameters"] == below
    assert set(methods["GET /api/pages/{proxy+}"].inputs["requestParameters"]) == set(below)
    assert methods["GET /api/pages"].inputs["authorization"] == "CUSTOM"
    assert "GET /api/users" not in methods
    assert "cacheKeyParameters" not in integrations["ANY /api/pages"].inputs


def test_only_get_on_cached_routes_is_kept_encrypted() -> None:
    graph = graph_of(RestApiSettings(cache_gib="0.5", cache_seconds=60), CACHED)
    settings = {node.inputs["methodPath"]: node.inputs["settings"] for node in graph.of_type(METHODS)}
    kept = {path for path, given in settings.items() if given["cachingEnabled"]}
    assert set(settings) - kept == {"*/*"}
    assert kept == {"api/pages/GET", "api/pages/{proxy+}/GET"}
    for path in kept:
        assert settings[path]["cacheDataEncrypted"] is True
        assert settings[path]["cacheTtlInSeconds"] == 60
        assert settings[path]["requireAuthorizationForCacheControl"] is True
        assert settings[path]["throttlingRateLimit"] == 2000


def test_the_root_is_known_to_stages_by_its_escaped_slash() -> None:
    graph = graph_of(RestApiSettings(cache_gib="0.5"), {"all": ("/", {"cached": ()})})
    assert {n.inputs["methodPath"] for n in graph.of_type(METHODS)} == {"*/*", "~1/GET", "{proxy+}/GET"}


def test_a_cache_that_nothing_uses_is_refused_and_none_is_the_default() -> None:
    with pytest.raises(ProgramError, match="stay empty"):
        graph_of(RestApiSettings(cache_gib="0.5"))
    graph = graph_of(routes=CACHED)
    assert graph.only(STAGE).inputs["cacheClusterEnabled"] is False
    assert {name.split()[0] for name in by_path(graph, METHOD)} == {"ANY"}


def test_another_site_is_let_in_by_name_only() -> None:
    graph = graph_of(RestApiSettings(cors_origin="https://app.example.com"))
    methods = by_path(graph, METHOD)
    assert methods["OPTIONS /api/users"].inputs["authorization"] == "NONE"
    assert by_path(graph, INTEGRATION)["OPTIONS /api/users"].inputs["type"] == "MOCK"
    answers = graph.of_type("aws:apigateway/integrationResponse:IntegrationResponse")
    assert len(answers) == 4
    origin = "method.response.header.Access-Control-Allow-Origin"
    assert {node.inputs["responseParameters"][origin] for node in answers} == {"'https://app.example.com'"}
    assert {node.inputs["statusCode"] for node in answers} == {"204"}
    declared = graph.of_type("aws:apigateway/methodResponse:MethodResponse")
    assert all(node.inputs["responseParameters"][origin] is True for node in declared)
    failures = {n.inputs["responseType"]: n.inputs for n in graph.of_type("aws:apigateway/response:Response")}
    assert set(failures) == {"DEFAULT_4XX", "DEFAULT_5XX"}
    assert not [name for name in by_path(graph_of(), METHOD) if name.startswith("OPTIONS")]


DESKTOP = ("tauri://localhost", "http://tauri.localhost")


def test_desktop_applications_are_answered_by_their_own_origin() -> None:
    site = RestApiSettings(cors_origin="https://app.example.com")
    graph = graph_of(site, desktop_origins=DESKTOP)
    for answer in graph.of_type("aws:apigateway/integrationResponse:IntegrationResponse"):
        said = answer.inputs["responseParameters"]
        assert said["method.response.header.Access-Control-Allow-Origin"] == "'https://app.example.com'"
        assert said["method.response.header.Vary"] == "'Origin'"
        template = answer.inputs["responseTemplates"]["application/json"]
        assert '#if($origin == "tauri://localhost" || $origin == "http://tauri.localhost")' in template
        assert "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)" in template
    answers = graph_of(site).of_type("aws:apigateway/integrationResponse:IntegrationResponse")
    assert not [n for n in answers if "responseTemplates" in n.inputs]


def test_another_origin_is_another_deployment() -> None:
    site = RestApiSettings(cors_origin="https://app.example.com")
    triggers = [
        graph_of(site, desktop_origins=origins).only(DEPLOYMENT).inputs["triggers"] for origins in ((), DESKTOP)
    ]
    assert triggers[0] != triggers[1]


def test_desktop_applications_come_beside_a_site() -> None:
    with pytest.raises(ProgramError, match="come beside a cors_origin"):
        graph_of(desktop_origins=DESKTOP)


def address(settings: RestApiSettings) -> tuple[Graph, RestApi, str]:
    apis: list[RestApi] = []
    urls: list[str] = []

    def program() -> None:
        apis.append(build(settings, proof=certificate() if settings.domain else None))
        apis[0].invoke_url.apply(urls.append)

    graph = record(program)
    return graph, apis[0], urls[0]


def test_without_a_domain_the_given_address_is_the_origin() -> None:
    graph, made, url = address(RestApiSettings())
    api = graph.only(API)
    assert api.inputs["name"] == "test-api"
    assert api.inputs["disableExecuteApiEndpoint"] is False
    assert api.inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    assert api.inputs["minimumCompressionSize"] == "1024"
    assert (made.origin_path, made.alias_target) == ("/prod", None)
    assert url == f"https://{id_of(api)}.execute-api.us-east-1.amazonaws.com/prod"


def test_a_domain_is_the_only_address() -> None:
    graph, made, url = address(RestApiSettings(domain=DOMAIN))
    assert graph.only(API).inputs["disableExecuteApiEndpoint"] is True
    domain = graph.only("aws:apigateway/domainName:DomainName")
    assert domain.inputs["securityPolicy"] == "TLS_1_2"
    assert domain.inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    mapping = graph.only("aws:apigateway/basePathMapping:BasePathMapping").inputs
    assert (mapping["domainName"], mapping["stageName"]) == (DOMAIN, "prod")
    assert made.origin_path == ""
    assert made.alias_target is not None
    assert url == f"https://{DOMAIN}"


def test_a_domain_and_its_certificate_come_together() -> None:
    with pytest.raises(ProgramError, match="a domain needs a certificate"):
        graph_of(RestApiSettings(domain=DOMAIN))
    with pytest.raises(ProgramError, match="a domain needs a certificate"):
        record(lambda: build(proof=certificate()))


def test_names_by_setting() -> None:
    graph = graph_of(RestApiSettings(api_name="Pages", stage_name="v1"))
    assert graph.only(API).inputs["name"] == "Pages"
    assert graph.only(STAGE).inputs["stageName"] == "v1"
    assert graph_of(account=DEV_ACCOUNT).only(STAGE).inputs["stageName"] == "dev"


@pytest.mark.parametrize(
    "given",
    [
        {"burst_limit": 0},
        {"burst_limit": 10, "rate_limit": 2000},
        {"cache_seconds": 3601},
        {"cache_gib": "1"},
        {"cors_origin": "*"},
        {"cors_origin": "http://app.example.com"},
        {"stage_name": "v 1"},
        {"minimum_compression_bytes": 10485761},
    ],
)
def test_settings_out_of_bounds_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RestApiSettings(**given)


def test_the_pack_has_nothing_against_it_behind_a_firewall() -> None:
    def program() -> None:
        api = build(
            RestApiSettings(domain=DOMAIN, cache_gib="0.5", cors_origin="https://app.example.com"),
            CACHED,
            proof=certificate(),
        )
        firewall(scope="REGIONAL").protect("api", api.stage_arn)

    assert findings(record(program)) == []


def test_the_pack_sees_a_stage_without_a_firewall_and_an_open_route() -> None:
    found = {violation.rule.id for violation in findings(graph_of())}
    assert found == {"apigateway-waf", "apigateway-authorized"}


@pytest.mark.parametrize("pool", [True, False])
def test_the_same_without_outputs(pool: bool) -> None:
    settings = RestApiSettings(domain=DOMAIN, cache_gib="0.5", cors_origin="https://app.example.com")
    assert unequal_when_unknown(lambda: build(settings, CACHED, pool=pool, proof=certificate())) == []


@pytest.mark.parametrize(
    ("module", "constant", "value"),
    [
        ("components.edge.preflight", "_METHODS", "GET"),
        ("components.edge.preflight", "_STATUS", "200"),
        ("components.edge.rest_routes", "INTEGRATION_MS", 10_000),
    ],
)
def test_what_no_setting_says_is_deployed_as_well(
    monkeypatch: pytest.MonkeyPatch, module: str, constant: str, value: object
) -> None:
    site = RestApiSettings(cors_origin="https://app.example.com")
    before = trigger(site)
    monkeypatch.setattr(f"{module}.{constant}", value)
    assert definition(record(lambda: build(site))) != before
