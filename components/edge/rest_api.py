"""An API Gateway REST API that invokes Lambda functions."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.edge.api_gateway import TLS_POLICY, ApiGatewayLogging, default_host, execution_arn, stage_logs
from components.edge.certificate import Certificate
from components.edge.preflight import ORIGIN_HEADER, quoted
from components.edge.rest_api_settings import RestApiSettings
from components.edge.rest_deployment import Published
from components.edge.rest_routes import Authorizer, RestRoute, RestRoutes
from components.edge.zone import AliasTarget
from components.security.key import Key

# $context.error.message may hold quotes, which would end the text that it stands in.
ACCESS_LOG = json.dumps(
    {
        "requestId": "$context.requestId",
        "traceId": "$context.xrayTraceId",
        "time": "$context.requestTime",
        "ip": "$context.identity.sourceIp",
        "caller": "$context.authorizer.principalId",
        "user": "$context.authorizer.claims.sub",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "route": "$context.resourcePath",
        "status": "$context.status",
        "error": "$context.error.responseType",
        "bytes": "$context.responseLength",
        "latencyMs": "$context.responseLatency",
        "functionMs": "$context.integration.latency",
        "functionStatus": "$context.integration.integrationStatus",
    }
)
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html"""


class RestApi(Component):
    """A regional REST API, traced by X-Ray, whose ``routes`` ask callers who they are unless a route says otherwise.

    It is on the internet: ``stage_arn`` is what a regional firewall protects. Requests are limited in rate, validated,
    and logged without what they carry to groups encrypted with ``log_key``; ``access_log_group_name`` has one event a
    request. A domain in the settings takes a ``certificate`` of the API's region, and then is the only address.
    ``also`` are further names that it answers at beside its address, without the stage in their paths, each with such a
    certificate. ``logging`` is given where this stack makes it for the account. CloudFront reaches the API at
    ``domain_name`` and ``origin_path``. ``desktop_origins`` are what pages inside desktop applications, such as
    tauri://localhost, say they are of; they may call the API as pages of ``cors_origin`` may, but cannot read what API
    Gateway itself refuses with.
    Raises ValueError for a domain without a certificate or one without a domain, for a cache that no route makes use
    of, for two routes of one path, and for desktop origins without a ``cors_origin``.
    """

    def __init__(
        self,
        name: str,
        settings: RestApiSettings,
        *,
        account: Account,
        log_key: Key,
        routes: Mapping[str, RestRoute],
        authorizer: Authorizer,
        certificate: Certificate | None = None,
        also: Mapping[str, Certificate] = MappingProxyType({}),
        logging: ApiGatewayLogging | None = None,
        desktop_origins: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if desktop_origins and settings.cors_origin is None:
            raise ValueError(f"{name}: desktop_origins come beside a cors_origin")
        if (settings.domain is None) != (certificate is None):
            raise ValueError(f"{name}: a domain needs a certificate, and a certificate a domain")
        if settings.cache_gib is not None and all(route.cached is None for route in routes.values()):
            raise ValueError(f"{name}: no route says what its answers depend on, so that the cache would stay empty")
        self.api_name = settings.api_name or f"{pulumi.get_stack()}-{name}"
        self.stage_name: str = settings.stage_name or account.environment.value
        self._published = Published()
        self._api = self._published.add(
            aws.apigateway.RestApi,
            self.child("api"),
            # Names need not be unique, but metrics go by them.
            name=self.api_name,
            description=f"REST API {name}",
            endpoint_configuration={"types": "REGIONAL"},
            minimum_compression_size=_text(settings.minimum_compression_bytes),
            disable_execute_api_endpoint=settings.domain is not None,
            opts=self.child_options(),
        )
        self.api_id = self._api.id
        self.execution_arn = execution_arn(account, self.api_id)
        self._failures(settings.cors_origin)
        self._routes = RestRoutes(
            self.child("routes"),
            routes,
            api=self._api,
            published=self._published,
            execution_arn=self.execution_arn,
            stage_name=self.stage_name,
            authorizer=authorizer,
            authorizer_cache_seconds=settings.authorizer_cache_seconds,
            caching=settings.cache_gib is not None,
            cors_origins=[settings.cors_origin, *desktop_origins] if settings.cors_origin else [],
            opts=self.child_options(),
        )
        stage = self._stage(settings, account, log_key, logging)
        self.stage_arn = stage.arn
        self._limit(stage, settings)
        self.domain_name: pulumi.Output[str] = default_host(account, self.api_id)
        self.origin_path = f"/{self.stage_name}"
        self.alias_target: AliasTarget | None = None
        if settings.domain is not None and certificate is not None:
            address = self._answer_at(settings.domain, certificate, stage)
            self.domain_name = address.domain_name
            self.origin_path = ""
            self.alias_target = _target(address)
        self._targets = {
            domain: _target(self._answer_at(domain, its, stage, "also", domain)) for domain, its in also.items()
        }
        if settings.domain is not None and self.alias_target is not None:
            self._targets[settings.domain] = self.alias_target
        self.invoke_url = pulumi.Output.format("https://{}{}", self.domain_name, self.origin_path)
        self.register_outputs({"apiId": self.api_id, "invokeUrl": self.invoke_url, "stageArn": self.stage_arn})

    def target_of(self, domain: str) -> AliasTarget:
        """The target of alias records for a domain. Raises KeyError for a domain that the API does not have."""
        return self._targets[domain]

    def _deploy(self) -> aws.apigateway.Deployment:
        return aws.apigateway.Deployment(
            self.child("deployment"),
            rest_api=self.api_id,
            triggers={"definition": self._published.digest},
            opts=self.child_options(depends_on=self._published.resources),
        )

    def _failures(self, cors_origin: str | None) -> None:
        """What API Gateway itself refuses must reach a page of the other site too, or it sees no reason."""
        if cors_origin is None:
            return
        for kind in ("DEFAULT_4XX", "DEFAULT_5XX"):
            self._published.add(
                aws.apigateway.Response,
                self.child("response", kind.lower().replace("_", "-")),
                rest_api_id=self.api_id,
                response_type=kind,
                response_parameters={f"gatewayresponse.header.{ORIGIN_HEADER}": quoted(cors_origin)},
                opts=self.child_options(),
            )

    def _stage(
        self, settings: RestApiSettings, account: Account, key: Key, logging: ApiGatewayLogging | None
    ) -> aws.apigateway.Stage:
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
        execution = pulumi.Output.format("API-Gateway-Execution-Logs_{}/{}", self.api_id, self.stage_name)
        access, options = stage_logs(self, execution, account=account, key=key, logging=logging)
        self.access_log_group_name = access.log_group_name
        return aws.apigateway.Stage(
            self.child("stage"),
            rest_api=self.api_id,
            deployment=self._deploy().id,
            stage_name=self.stage_name,
            cache_cluster_enabled=settings.cache_gib is not None,
            cache_cluster_size=settings.cache_gib,
            access_log_settings=aws.apigateway.StageAccessLogSettingsArgs(
                destination_arn=access.arn, format=ACCESS_LOG
            ),
            xray_tracing_enabled=True,
            opts=options,
        )

    def _limit(self, stage: aws.apigateway.Stage, settings: RestApiSettings) -> None:
        everywhere = self._settings("methods", "*/*", stage, settings, cached=False, after=[])
        for key, path in sorted(self._routes.cached_methods.items()):
            # What is said of one method is laid over what is said of all.
            self._settings(f"cached-{key}", path, stage, settings, cached=True, after=[everywhere])

    def _settings(
        self,
        key: str,
        path: str,
        stage: aws.apigateway.Stage,
        settings: RestApiSettings,
        *,
        cached: bool,
        after: list[pulumi.Resource],
    ) -> aws.apigateway.MethodSettings:
        return aws.apigateway.MethodSettings(
            self.child(key),
            rest_api=self.api_id,
            stage_name=stage.stage_name,
            method_path=path,
            settings=aws.apigateway.MethodSettingsSettingsArgs(
                throttling_burst_limit=settings.burst_limit,
                throttling_rate_limit=settings.rate_limit,
                logging_level="ERROR",
                data_trace_enabled=False,
                metrics_enabled=True,
                caching_enabled=cached,
                cache_ttl_in_seconds=settings.cache_seconds if cached else None,
                cache_data_encrypted=True if cached else None,
                # Callers may not empty the cache, and are told so in a header of the answer.
                require_authorization_for_cache_control=True if cached else None,
                unauthorized_cache_control_header_strategy="SUCCEED_WITH_RESPONSE_HEADER" if cached else None,
            ),
            opts=self.child_options(depends_on=after),
        )

    def _answer_at(
        self, domain: str, certificate: Certificate, stage: aws.apigateway.Stage, *suffix: str
    ) -> aws.apigateway.DomainName:
        address = aws.apigateway.DomainName(
            self.child("domain", *suffix),
            domain_name=domain,
            regional_certificate_arn=certificate.arn,
            security_policy=TLS_POLICY,
            endpoint_configuration=aws.apigateway.DomainNameEndpointConfigurationArgs(types="REGIONAL"),
            opts=self.child_options(),
        )
        aws.apigateway.BasePathMapping(
            self.child("mapping", *suffix),
            rest_api=self.api_id,
            stage_name=stage.stage_name,
            domain_name=address.domain_name,
            opts=self.child_options(),
        )
        return address


def _target(address: aws.apigateway.DomainName) -> AliasTarget:
    return AliasTarget(address.regional_domain_name, address.regional_zone_id)


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
