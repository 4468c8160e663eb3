import json
from typing import Any

from components.edge.static_page import StaticPage, StaticPageSettings
from tests.components.edge.support import DOMAIN, certificate
from tests.support import record_once, unequal_when_unknown

ORIGIN = f"origin.{DOMAIN}"


def page(region: str | None = "us-west-2") -> StaticPage:
    settings = StaticPageSettings(domain=ORIGIN, region=region)
    return StaticPage("page", settings, certificate=certificate("page", ORIGIN, region or "us-east-1"))


def definition() -> dict[str, Any]:
    return json.loads(record_once(page).only("aws:apigateway/restApi:RestApi").inputs["body"])


def test_every_path_and_method_is_answered_503_with_the_page() -> None:
    paths = definition()["paths"]
    assert set(paths) == {"/", "/{proxy+}"}
    for path in paths.values():
        assert set(path) == {"x-amazon-apigateway-any-method"}
        operation = path["x-amazon-apigateway-any-method"]
        integration = operation["x-amazon-apigateway-integration"]
        assert integration["type"] == "mock"
        assert json.loads(integration["requestTemplates"]["application/json"]) == {"statusCode": 503}
        answer = integration["responses"]["default"]
        assert answer["statusCode"] == "503"
        assert "<h1>" in answer["responseTemplates"]["text/html"]
        declared = {f"method.response.header.{name}" for name in operation["responses"]["503"]["headers"]}
        assert declared == set(answer["responseParameters"])


def test_what_api_gateway_refuses_by_itself_is_answered_with_the_page_too() -> None:
    failures = definition()["x-amazon-apigateway-gateway-responses"]
    assert set(failures) == {"DEFAULT_4XX", "DEFAULT_5XX"}
    for failure in failures.values():
        assert failure["statusCode"] == "503"
        assert failure["responseParameters"]["gatewayresponse.header.Retry-After"] == "'60'"
        assert failure["responseParameters"]["gatewayresponse.header.Cache-Control"] == "'no-store'"


def test_the_page_is_safe_in_a_template() -> None:
    template = definition()["x-amazon-apigateway-gateway-responses"]["DEFAULT_4XX"]["responseTemplates"]["text/html"]
    assert not set("$#") & set(template)


def test_it_is_reached_over_tls_under_its_domain_only_wherever_it_lives() -> None:
    graph = record_once(page)
    api = graph.only("aws:apigateway/restApi:RestApi")
    assert api.inputs["disableExecuteApiEndpoint"] is True
    assert api.inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    domain = graph.only("aws:apigateway/domainName:DomainName").inputs
    assert (domain["domainName"], domain["securityPolicy"]) == (ORIGIN, "TLS_1_2")
    validated = graph.only("aws:acm/certificateValidation:CertificateValidation")
    assert domain["regionalCertificateArn"] == validated.outputs["certificateArn"]
    parts = [n for n in graph.resources if n.type.startswith("aws:apigateway/")]
    assert len(parts) == 6
    assert {n.inputs["region"] for n in parts} == {"us-west-2"}


def test_a_changed_page_is_deployed() -> None:
    deployment = record_once(page).only("aws:apigateway/deployment:Deployment")
    assert len(deployment.inputs["triggers"]["body"]) == 64


def test_callers_of_the_page_cannot_take_the_account_s_whole_rate() -> None:
    settings = record_once(page).only("aws:apigateway/methodSettings:MethodSettings").inputs
    assert settings["methodPath"] == "*/*"
    assert settings["settings"]["throttlingRateLimit"] == 1000
    assert settings["settings"]["throttlingBurstLimit"] == 500


def test_nothing_hangs_on_computed_outputs() -> None:
    assert unequal_when_unknown(lambda: page(None)) == []
