"""An API Gateway WebSocket API that invokes Lambda functions."""

import json
import re
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.edge.api_gateway import (
    INTEGRATION_MS,
    INVOKER,
    TLS_POLICY,
    ApiGatewayLogging,
    Invocable,
    default_host,
    execution_arn,
    stage_logs,
)
from components.edge.certificate import Certificate, ExistingCertificate
from components.edge.zone import AliasTarget
from components.security.key import Key
from components.statements import Grant, Statement, sid
from settings import DomainName, Settings
from settings.services.edge import ApiName, StageName

_CONNECT = "$connect"
_ROUTE_KEY = re.compile(r"\$(connect|disconnect|default)|[A-Za-z][A-Za-z0-9_-]*")
# Query parameters, which carry the token of a browser, are in none of these.
ACCESS_LOG = json.dumps(
    {
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "ip": "$context.identity.sourceIp",
        "caller": "$context.authorizer.principalId",
        "event": "$context.eventType",
        "route": "$context.routeKey",
        "connection": "$context.connectionId",
        "status": "$context.status",
        "error": "$context.error.responseType",
        "functionMs": "$context.integrationLatency",
        "functionStatus": "$context.integrationStatus",
    }
)
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html"""


class WebSocketApiSettings(Settings):
    """Limits and address of a WebSocket API.

    ``burst_limit`` and ``rate_limit`` (connects and messages a second) hold for each route; all APIs of an account and
    region have 5,000 and 10,000 together by default: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    A ``domain`` needs a certificate, and closes the address that API Gateway gives.
    """

    api_name: ApiName | None = None
    """A fixed name; otherwise the stack's and the component's."""
    stage_name: StageName | None = None
    """By default the environment's name."""
    burst_limit: int = Field(default=5000, ge=1)
    """How many connects and messages a route takes at one moment."""
    rate_limit: int = Field(default=2000, ge=1)
    """How many connects and messages a second a route takes in the long run."""
    domain: DomainName | None = None
    """The API's own name, which needs a certificate, and closes the address that API Gateway gives."""


class WebSocketApi(Component):
    """An API that keeps connections open and hands each message to the route that its field ``action`` names.

    It is on the internet and no firewall can stand before it: who may connect is for the authorizer of the route
    ``$connect``. It is there before its functions, since they push to clients through ``management_endpoint``, for
    which they need ``manage_connections``. No VPC endpoint leads there, so that functions in a network need a way out
    to the internet: https://repost.aws/knowledge-center/api-gateway-vpc-connections. Each change of a route is live
    at once.

    Connects and messages are logged without what they carry to groups encrypted with ``log_key``. A domain in the
    settings takes a ``certificate`` of the API's region, and then is the only address, also for functions; with
    ``keeps_path`` under the path of the stage, as without one.
    ``logging`` is given where this stack makes it for the account. Raises ValueError for a domain without a certificate
    or one without a domain.
    """

    def __init__(
        self,
        name: str,
        settings: WebSocketApiSettings,
        *,
        account: Account,
        log_key: Key,
        certificate: Certificate | ExistingCertificate | None = None,
        keeps_path: bool = False,
        logging: ApiGatewayLogging | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        if (settings.domain is None) != (certificate is None):
            raise ValueError(f"{name}: a domain needs a certificate, and a certificate a domain")
        self.stage_name: str = settings.stage_name or account.environment.value
        self._api = aws.apigatewayv2.Api(
            self.child("api"),
            name=settings.api_name or f"{pulumi.get_stack()}-{name}",
            description=f"WebSocket API {name}",
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action",
            disable_execute_api_endpoint=settings.domain is not None,
            opts=self.child_options(),
        )
        self.api_id = self._api.id
        self.execution_arn = execution_arn(account, self.api_id)
        stage = self._stage(settings, account, log_key, logging)
        self.domain_name: pulumi.Output[str] = default_host(account, self.api_id)
        self.origin_path = f"/{self.stage_name}"
        self.alias_target: AliasTarget | None = None
        if settings.domain is not None and certificate is not None:
            self._answer_at(settings.domain, certificate, stage, keeps_path=keeps_path)
        self.endpoint = pulumi.Output.format("wss://{}{}", self.domain_name, self.origin_path)
        self.management_endpoint = pulumi.Output.format("https://{}{}", self.domain_name, self.origin_path)
        self.register_outputs({"apiId": self.api_id, "endpoint": self.endpoint})

    @property
    def manage_connections(self) -> Grant:
        """Lets a role push to the API's clients, ask about them and disconnect them.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
        """
        connections = [
            pulumi.Output.concat(self.execution_arn, f"/{self.stage_name}/{method}/@connections/*")
            for method in ("DELETE", "GET", "POST")
        ]
        return Statement(sid("Manage", self.name), ["execute-api:ManageConnections"], connections)

    def authorize(self, function: Invocable, *, identity_sources: Sequence[str] = ()) -> aws.apigatewayv2.Authorizer:
        """Makes ``function`` the judge of who may connect; for the route ``$connect``.

        A request that lacks one of ``identity_sources``, such as ``route.request.querystring.token``, is refused before
        the function is asked. Without them it sees every request and looks for credentials itself.
        """
        authorizer = aws.apigatewayv2.Authorizer(
            self.child("authorizer"),
            api_id=self.api_id,
            authorizer_type="REQUEST",
            authorizer_uri=function.invoke_arn,
            identity_sources=list(identity_sources),
            opts=self.child_options(),
        )
        source = pulumi.Output.concat(self.execution_arn, "/authorizers/", authorizer.id)
        function.allow_invocation(self.child("authorizer"), INVOKER, source)
        return authorizer

    def route(
        self, route_key: str, function: Invocable, *, authorizer: aws.apigatewayv2.Authorizer | None = None
    ) -> aws.apigatewayv2.Route:
        """Hands connects, disconnects or messages of one kind to ``function``.

        Raises ValueError for a key that API Gateway does not know, for ``$connect`` without an authorizer, and for an
        authorizer on another route, since API Gateway asks only once.
        """
        if not _ROUTE_KEY.fullmatch(route_key):
            raise ValueError(f"{route_key!r} is no route: $connect, $disconnect, $default or the name of an action")
        if (route_key == _CONNECT) != (authorizer is not None):
            raise ValueError(f"{self.name}: {_CONNECT}, and no other route, takes an authorizer, unlike {route_key}")
        suffix = f"on-{route_key[1:]}" if route_key.startswith("$") else route_key
        function.allow_invocation(
            self.child(suffix),
            INVOKER,
            pulumi.Output.concat(self.execution_arn, f"/{self.stage_name}/{route_key}"),
        )
        integration = aws.apigatewayv2.Integration(
            self.child(suffix),
            api_id=self.api_id,
            integration_type="AWS_PROXY",
            integration_method="POST",
            integration_uri=function.invoke_arn,
            timeout_milliseconds=INTEGRATION_MS,
            opts=self.child_options(),
        )
        return aws.apigatewayv2.Route(
            self.child(suffix),
            api_id=self.api_id,
            route_key=route_key,
            target=pulumi.Output.concat("integrations/", integration.id),
            authorization_type="CUSTOM" if authorizer else "NONE",
            authorizer_id=authorizer.id if authorizer else None,
            opts=self.child_options(),
        )

    def _stage(
        self, settings: WebSocketApiSettings, account: Account, key: Key, logging: ApiGatewayLogging | None
    ) -> aws.apigatewayv2.Stage:
        execution = pulumi.Output.format("/aws/apigateway/{}/{}", self.api_id, self.stage_name)
        access, options = stage_logs(self, execution, account=account, key=key, logging=logging)
        self.access_log_group_name = access.log_group_name
        return aws.apigatewayv2.Stage(
            self.child("stage"),
            api_id=self.api_id,
            name=self.stage_name,
            auto_deploy=True,
            access_log_settings=aws.apigatewayv2.StageAccessLogSettingsArgs(
                destination_arn=access.arn, format=ACCESS_LOG
            ),
            default_route_settings=aws.apigatewayv2.StageDefaultRouteSettingsArgs(
                throttling_burst_limit=settings.burst_limit,
                throttling_rate_limit=settings.rate_limit,
                logging_level="ERROR",
                data_trace_enabled=False,
                detailed_metrics_enabled=True,
            ),
            opts=options,
        )

    def _answer_at(
        self,
        domain: str,
        certificate: Certificate | ExistingCertificate,
        stage: aws.apigatewayv2.Stage,
        *,
        keeps_path: bool,
    ) -> None:
        address = aws.apigatewayv2.DomainName(
            self.child("domain"),
            domain_name=domain,
            domain_name_configuration=aws.apigatewayv2.DomainNameDomainNameConfigurationArgs(
                certificate_arn=certificate.arn, endpoint_type="REGIONAL", security_policy=TLS_POLICY
            ),
            opts=self.child_options(),
        )
        aws.apigatewayv2.ApiMapping(
            self.child("mapping"),
            api_id=self.api_id,
            domain_name=address.domain_name,
            stage=stage.name,
            api_mapping_key=self.stage_name if keeps_path else None,
            opts=self.child_options(),
        )
        self.domain_name = address.domain_name
        self.origin_path = self.origin_path if keeps_path else ""
        config = address.domain_name_configuration
        self.alias_target = AliasTarget(config.target_domain_name, config.hosted_zone_id)
