"""A static error page from a regional API Gateway mock, served while the load balancer is unavailable."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.edge.certificate import Certificate
from components.edge.rest_deployment import Published
from components.edge.zone import AliasTarget
from settings import DomainName, Region, Settings

_PAGE = Path(__file__).parent / "assets" / "unavailable.html"
UNAVAILABLE = 503


class StaticPageSettings(Settings):
    """The name it answers under, and where it lives; without ``region``, in the stack's own.

    Another region than the load balancer's keeps the page up when the whole home region is down.
    """

    domain: DomainName
    region: Region | None = None


class StaticPage(Component):
    """Answers every path and method under its domain with one status and one HTML page, with no server behind it.

    A regional API of API Gateway, since what stands in for the load balancer behind CloudFront must speak HTTPS under
    the origin's name without being a distribution itself: docs/decisions/0005-failover.md. Everybody may reach it;
    there is nothing else to see. ``certificate`` must live in the page's region.
    """

    def __init__(
        self,
        name: str,
        settings: StaticPageSettings,
        *,
        certificate: Certificate,
        status: int = UNAVAILABLE,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        body = json.dumps(_definition(name, _PAGE.read_text(encoding="utf-8"), status), sort_keys=True)
        published = Published()
        api = published.add(
            aws.apigateway.RestApi,
            self.child("api"),
            description="Answers while the platform cannot",
            body=body,
            endpoint_configuration={"types": "REGIONAL"},
            disable_execute_api_endpoint=True,
            region=settings.region,
            opts=self.child_options(),
        )
        stage = self._publish(api, published, settings.region)
        address = aws.apigateway.DomainName(
            self.child("domain"),
            domain_name=settings.domain,
            regional_certificate_arn=certificate.arn,
            security_policy="TLS_1_2",
            endpoint_configuration=aws.apigateway.DomainNameEndpointConfigurationArgs(types="REGIONAL"),
            region=settings.region,
            opts=self.child_options(),
        )
        aws.apigateway.BasePathMapping(
            self.child("mapping"),
            rest_api=api.id,
            stage_name=stage.stage_name,
            domain_name=address.domain_name,
            region=settings.region,
            opts=self.child_options(),
        )
        self.alias_target = AliasTarget(address.regional_domain_name, address.regional_zone_id)
        self.register_outputs({"dnsName": address.regional_domain_name})

    def _publish(self, api: aws.apigateway.RestApi, published: Published, region: str | None) -> aws.apigateway.Stage:
        deployment = aws.apigateway.Deployment(
            self.child("deployment"),
            rest_api=api.id,
            triggers={"body": published.digest},
            region=region,
            opts=self.child_options(),
        )
        stage = aws.apigateway.Stage(
            self.child("stage"),
            rest_api=api.id,
            deployment=deployment.id,
            stage_name="page",
            xray_tracing_enabled=True,
            region=region,
            opts=self.child_options(),
        )
        aws.apigateway.MethodSettings(
            self.child("throttle"),
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            # A tenth of what an account's APIs share, so that callers of the page cannot take it from the others:
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
            settings=aws.apigateway.MethodSettingsSettingsArgs(
                throttling_rate_limit=1000, throttling_burst_limit=500, metrics_enabled=True
            ),
            region=region,
            opts=self.child_options(),
        )
        return stage


def _definition(name: str, page: str, status: int) -> dict[str, Any]:
    """An OpenAPI document with one answer to everything.

    A mock cannot read bodies of every type, and callers may be throttled; such failures of API Gateway's own are
    answered with the page as well. Templates give a meaning to ``$`` and ``#``, which the page must not have:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
    """
    headers = {"Content-Type": "'text/html; charset=utf-8'", "Retry-After": "'60'", "Cache-Control": "'no-store'"}
    failure = {
        "statusCode": str(UNAVAILABLE),
        "responseParameters": {f"gatewayresponse.header.{key}": value for key, value in headers.items()},
        "responseTemplates": {"text/html": page},
    }
    answer = {
        "statusCode": str(status),
        "responseParameters": {f"method.response.header.{key}": value for key, value in headers.items()},
        "responseTemplates": {"text/html": page},
    }
    operation = {
        "responses": {
            str(status): {
                "description": "Unavailable" if status == UNAVAILABLE else "Available",
                "headers": {key: {"schema": {"type": "string"}} for key in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "passthroughBehavior": "never",
            "requestTemplates": {"application/json": json.dumps({"statusCode": status})},
            "responses": {"default": answer},
        },
    }
    rest = {"name": "proxy", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.0.1",
        "info": {"title": name, "version": "1"},
        "paths": {
            "/": {"x-amazon-apigateway-any-method": operation},
            "/{proxy+}": {"x-amazon-apigateway-any-method": {**operation, "parameters": [rest]}},
        },
        "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": failure, "DEFAULT_5XX": failure},
    }
