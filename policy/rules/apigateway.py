"""API Gateway: who may call, and over which TLS. REST APIs, and HTTP and WebSocket APIs (v2)."""

from collections.abc import Iterator, Mapping
from typing import Any

from policy.exposure import behind_cloudfront
from policy.iam import RESOURCE, documents
from policy.json_text import decoded
from policy.model import Finding, Graph, Resource, Severity, known, rule, stack_rule

REST_API = "aws:apigateway/restApi:RestApi"
REST_API_POLICY = "aws:apigateway/restApiPolicy:RestApiPolicy"
REST_METHOD = "aws:apigateway/method:Method"
REST_INTEGRATION = "aws:apigateway/integration:Integration"
REST_STAGE = "aws:apigateway/stage:Stage"
REST_DOMAIN = "aws:apigateway/domainName:DomainName"
REST_MAPPING = "aws:apigateway/basePathMapping:BasePathMapping"
HTTP_API = "aws:apigatewayv2/api:Api"
FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"
HTTP_ROUTE = "aws:apigatewayv2/route:Route"
NATIVE_API = "aws-native:apigatewayv2:Api"
NATIVE_ROUTE = "aws-native:apigatewayv2:Route"
HTTP_DOMAIN = "aws:apigatewayv2/domainName:DomainName"
HTTP_MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping"
WEB_ACL_ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
_LINK = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
_VERBS = ("get", "put", "post", "delete", "patch", "head", "x-amazon-apigateway-any-method")
# Older and newer names of policies without TLS 1.0: apigateway-security-policies-list.html
_STRONG_TLS = ("TLS_1_2", "TLS_1_3", "SecurityPolicy_TLS12", "SecurityPolicy_TLS13")
_VPC_KEYS = ("aws:SourceVpce", "aws:SourceVpc", "aws:VpcSourceIp")


@stack_rule(
    "apigateway-authorized",
    title="Methods of REST APIs, and of APIs made from OpenAPI, ask who is calling",
    severity=Severity.HIGH,
    types=[REST_METHOD, REST_API, HTTP_API],
    frameworks={"cdk-nag": "AwsSolutions-APIG4", "Checkov": ("CKV_AWS_59", "CKV2_AWS_70")},
    remedy="Set authorization to AWS_IAM, COGNITO_USER_POOLS or CUSTOM (in OpenAPI: security). A key is no identity.",
    link=_LINK + "apigateway-control-access-to-api.html",
)
def authorized(subject: Resource, graph: Graph) -> Iterator[Finding]:
    """Every method is on the internet; only preflight requests and mock answers may be had by everybody."""
    if subject.type in (REST_API, HTTP_API):
        for operation in _open_operations(subject.get("body")):
            yield Finding(f"lets everybody call {operation}", "body")
        return
    preflight = subject.has("httpMethod", "OPTIONS")
    if subject.has("authorization", "NONE") and not preflight and not _mocked(subject, graph):
        yield Finding("lets everybody call it", "authorization")


def _mocked(method: Resource, graph: Graph) -> bool:
    for integration in graph.companions(method, REST_INTEGRATION, by="httpMethod"):
        if integration.has("type", "MOCK") or integration.unknown("type"):
            return True
    for owner in graph.refers(method, "resourceId"):
        for integration in graph.companions(owner, REST_INTEGRATION, by="resourceId"):
            if integration.has("httpMethod", method.get("httpMethod")) and integration.has("type", "MOCK"):
                return True
    return False


def _open_operations(body: Any) -> Iterator[str]:
    """The operations of a known OpenAPI document that reach a backend without any security requirement."""
    document = _mapping(decoded(body))  # empty for YAML, and for what is not known as a whole
    for path, operations in _mapping(document.get("paths")).items():
        for verb, operation in _mapping(operations).items():
            given = _mapping(operation)
            integration = _mapping(given.get("x-amazon-apigateway-integration"))
            secured = given.get("security", document.get("security")) or given.get("x-amazon-apigateway-auth")
            if verb in _VERBS and not secured and str(integration.get("type")).lower() != "mock":
                yield f"{verb.removeprefix('x-amazon-apigateway-').removesuffix('-method').upper()} {path}"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@stack_rule(
    "apigateway-route-authorized",
    title="Routes of HTTP and WebSocket APIs ask who is calling",
    severity=Severity.HIGH,
    types=[HTTP_ROUTE, NATIVE_ROUTE],
    frameworks={"FSBP": "APIGateway.8", "cdk-nag": "AwsSolutions-APIG4", "Checkov": "CKV_AWS_309"},
    remedy="Set authorizationType to JWT, AWS_IAM or CUSTOM; of a WebSocket API on the route $connect.",
    link=_LINK + "http-api-access-control.html",
)
def route_authorized(route: Resource, graph: Graph) -> Iterator[Finding]:
    """Every route is on the internet. A WebSocket API asks once, when the connection is made."""
    if not route.lacks("authorizationType", "JWT", "AWS_IAM", "CUSTOM") or route.unknown("routeKey"):
        return
    key = str(route.get("routeKey", ""))
    apis = graph.refers(route, "apiId", HTTP_API if route.type == HTTP_ROUTE else NATIVE_API)
    socket = any(api.has("protocolType", "WEBSOCKET") or api.unknown("protocolType") for api in apis)
    later = socket and key != "$connect"
    if not later and not key.startswith("OPTIONS ") and (" " in key or key in ("$connect", "$default")):
        yield Finding(f"lets everybody call {key}", "authorizationType")


@rule(
    "apigateway-quick-create-authorized",
    title="HTTP APIs are not made with a route that everybody may call",
    severity=Severity.HIGH,
    types=[HTTP_API],
    frameworks={"FSBP": "APIGateway.8"},
    remedy="Leave routeKey and target out, and make integration and route with an authorizationType.",
    link=_LINK + "http-api-develop.html",
)
def quick_create_authorized(api: Resource) -> Iterator[Finding]:
    """What `target` makes beside the API, a route and a stage, has no authorizer and takes none."""
    if not api.lacks("target") and not api.unknown("target"):
        yield Finding("makes a route to its target that asks nobody who is calling", "target")


@rule(
    "cors-credentials-named-origins",
    title="Pages of any origin do not call with their users' credentials",
    severity=Severity.HIGH,
    types=[HTTP_API, FUNCTION_URL],
    frameworks={"Well-Architected": "SEC05-BP02"},
    remedy="Name the origins, or leave allowCredentials off.",
    link=_LINK + "http-api-cors.html",
)
def cors_credentials(door: Resource) -> Iterator[Finding]:
    """Any page that a user has open could read, in the user's name, whatever the API answers."""
    for path in ("corsConfiguration", "cors"):
        if door.has(f"{path}.allowCredentials", True) and door.contains(f"{path}.allowOrigins", "*"):
            yield Finding("takes credentials from pages of any origin", f"{path}.allowOrigins")


@rule(
    "apigateway-tls",
    title="API domains refuse TLS below 1.2",
    severity=Severity.MEDIUM,
    types=[REST_DOMAIN, HTTP_DOMAIN],
    frameworks={"Checkov": "CKV_AWS_206", "Well-Architected": "SEC09-BP02"},
    remedy="Set securityPolicy (of a v2 domain: domainNameConfiguration.securityPolicy) to TLS_1_2 or later.",
    link=_LINK + "apigateway-custom-domain-tls-version.html",
    mends=["securityPolicy", "domainNameConfiguration.securityPolicy"],
)
def domain_tls(domain: Resource) -> Iterator[Finding]:
    """TLS 1.0 has known flaws, and whoever is in the middle decides which version is spoken."""
    path = "securityPolicy" if domain.type == REST_DOMAIN else "domainNameConfiguration.securityPolicy"
    policy = domain.get(path, "")
    if known(policy) and not str(policy).startswith(_STRONG_TLS):
        yield Finding("accepts callers with TLS below 1.2", path, mend="TLS_1_2" if policy in ("", "TLS_1_0") else None)


@stack_rule(
    "apigateway-default-endpoint",
    title="APIs with a domain of their own answer there only",
    severity=Severity.MEDIUM,
    types=[REST_API, HTTP_API],
    frameworks={"Well-Architected": "SEC05-BP01"},
    remedy="Set disableExecuteApiEndpoint.",
    link=_LINK + "rest-api-disable-default-endpoint.html",
)
def default_endpoint(api: Resource, graph: Graph) -> Iterator[Finding]:
    """The default address goes past what stands before the domain: mutual TLS, the web ACL, the TLS policy."""
    mapped = graph.companions(api, REST_MAPPING, by="restApi") or graph.companions(api, HTTP_MAPPING, by="apiId")
    if mapped and api.lacks("disableExecuteApiEndpoint", True):
        yield Finding("answers under its default address too", "disableExecuteApiEndpoint")


@stack_rule(
    "apigateway-private-policy",
    title="Private APIs name the endpoints that may call them",
    severity=Severity.HIGH,
    types=[REST_API, REST_API_POLICY],
    frameworks={"Well-Architected": ("SEC03-BP07", "SEC05-BP02")},
    remedy="Condition the resource policy on aws:SourceVpce or aws:SourceVpc.",
    link=_LINK + "apigateway-resource-policies-examples.html",
)
def private_policy(subject: Resource, graph: Graph) -> Iterator[Finding]:
    """A private API is reached from every VPC of every account unless its policy says which."""
    apis = [subject] if subject.type == REST_API else graph.refers(subject, "restApiId", REST_API)
    if not any(api.contains("endpointConfiguration.types", "PRIVATE") for api in apis):
        return
    for document in documents(subject, RESOURCE):
        denies = any(st.effect == "Deny" and st.values_of(*_VPC_KEYS) for st in document.statements)
        for statement in document.allowing():
            narrowed = statement.values_of(*_VPC_KEYS) or not statement.wholly_known_conditions
            if statement.any_principal and not narrowed and not denies and document.complete:
                yield Finding(f"admits every VPC ({statement.label})", document.path)


@stack_rule(
    "apigateway-waf",
    title="Stages of public REST APIs stand behind a web ACL",
    severity=Severity.MEDIUM,
    types=[REST_STAGE],
    frameworks={"FSBP": "APIGateway.4", "cdk-nag": "AwsSolutions-APIG3", "Checkov": "CKV2_AWS_29"},
    remedy="Add a WebAclAssociation for the stage, or serve the API through CloudFront only.",
    link=_LINK + "apigateway-control-access-aws-waf.html",
)
def behind_waf(stage: Resource, graph: Graph) -> Iterator[Finding]:
    """Rate limits and managed rules belong before the first thing that the internet reaches."""
    apis = graph.refers(stage, "restApi", REST_API)
    unsure = graph.unresolved(REST_MAPPING, "restApi") or (stage.unknown("restApi") and not apis)
    if unsure or graph.may_have(stage, WEB_ACL_ASSOCIATION, by="resourceArn"):
        return
    targets = [stage]
    for api in apis:
        if api.contains("endpointConfiguration.types", "PRIVATE") or api.unknown("endpointConfiguration"):
            return
        targets.append(api)
        for mapping in graph.companions(api, REST_MAPPING, by="restApi"):
            targets += graph.refers(mapping, "domainName", REST_DOMAIN)
    if not any(behind_cloudfront(target, graph) for target in targets):
        yield Finding("has no web ACL before it")
