"""Stages and methods of API Gateway: logs, limits, caches and checks."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule
from policy.rules.apigateway import REST_METHOD, REST_STAGE

METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
HTTP_STAGE = "aws:apigatewayv2/stage:Stage"
_LINK = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"


def _lacks_setting(stage: Resource, graph: Graph, path: str, *wanted: object) -> bool:
    """Whether no method settings of the stage are known to set `path`, and none may be."""
    if graph.unresolved(METHOD_SETTINGS, "stageName"):
        return False
    return all(settings.lacks(path, *wanted) for settings in graph.companions(stage, METHOD_SETTINGS, by="stageName"))


@rule(
    "apigateway-access-logs",
    title="Stages of APIs write access logs",
    severity=Severity.MEDIUM,
    types=[REST_STAGE, HTTP_STAGE],
    frameworks={
        "FSBP": "APIGateway.9",
        "CIS": "4.10",
        "cdk-nag": "AwsSolutions-APIG1",
        "Checkov": ("CKV_AWS_76", "CKV_AWS_95"),
    },
    remedy="Set accessLogSettings with destinationArn and a format.",
    link=_LINK + "set-up-logging.html",
    level=Level.MANDATORY_IN_PROD,
)
def access_logs(stage: Resource) -> Iterator[Finding]:
    """Only the access log tells afterwards who asked for what."""
    if stage.lacks("accessLogSettings.destinationArn"):
        yield Finding("writes no access log", "accessLogSettings.destinationArn")


@stack_rule(
    "apigateway-execution-logs",
    title="Stages of REST APIs log their errors",
    severity=Severity.LOW,
    types=[REST_STAGE],
    frameworks={"FSBP": "APIGateway.1", "cdk-nag": "AwsSolutions-APIG6", "Checkov": "CKV2_AWS_4"},
    remedy="Add MethodSettings for methodPath */* with settings.loggingLevel ERROR or INFO.",
    link=_LINK + "set-up-logging.html",
    level=Level.ADVISORY,
)
def execution_logs(stage: Resource, graph: Graph) -> Iterator[Finding]:
    """The caller sees a 500; why the authorizer or the integration failed is said nowhere else."""
    if _lacks_setting(stage, graph, "settings.loggingLevel", "ERROR", "INFO"):
        yield Finding("logs no errors")


@rule(
    "apigateway-data-trace",
    title="Logs of APIs leave out what was sent",
    severity=Severity.HIGH,
    types=[METHOD_SETTINGS, HTTP_STAGE],
    frameworks={"Checkov": "CKV_AWS_276"},
    remedy="Leave dataTraceEnabled off outside of a debugging session.",
    link=_LINK + "set-up-logging.html",
)
def data_trace(subject: Resource) -> Iterator[Finding]:
    """Full requests and answers in a log are tokens and personal data, kept for as long as the log."""
    path = "settings.dataTraceEnabled" if subject.type == METHOD_SETTINGS else "defaultRouteSettings.dataTraceEnabled"
    if subject.has(path, True):
        yield Finding("logs requests and answers whole", path)


@stack_rule(
    "apigateway-throttling",
    title="Stages of APIs limit the rate of requests",
    severity=Severity.MEDIUM,
    types=[REST_STAGE, HTTP_STAGE],
    frameworks={"Well-Architected": "REL05-BP02"},
    remedy="Set throttlingRateLimit and throttlingBurstLimit in MethodSettings for */*, or in defaultRouteSettings.",
    link=_LINK + "api-gateway-request-throttling.html",
)
def throttling(stage: Resource, graph: Graph) -> Iterator[Finding]:
    """One API without a limit takes the whole account's: 10,000 requests a second, shared by all of the region."""
    if stage.type == HTTP_STAGE:
        if stage.lacks("defaultRouteSettings.throttlingRateLimit"):
            yield Finding("limits no rate of requests", "defaultRouteSettings.throttlingRateLimit")
    elif _lacks_setting(stage, graph, "settings.throttlingRateLimit"):
        yield Finding("limits no rate of requests")


@rule(
    "apigateway-xray",
    title="Stages of REST APIs are traced",
    severity=Severity.LOW,
    types=[REST_STAGE],
    frameworks={"FSBP": "APIGateway.3", "Checkov": "CKV_AWS_73"},
    remedy="Set xrayTracingEnabled.",
    link=_LINK + "apigateway-xray.html",
    level=Level.ADVISORY,
)
def xray(stage: Resource) -> Iterator[Finding]:
    """A trace that starts behind the API does not show what the API itself took."""
    if stage.lacks("xrayTracingEnabled", True):
        yield Finding("is not traced", "xrayTracingEnabled")


@rule(
    "apigateway-cache-encrypted",
    title="Caches of REST APIs are encrypted",
    severity=Severity.HIGH,
    types=[METHOD_SETTINGS],
    frameworks={"FSBP": "APIGateway.5", "Checkov": "CKV_AWS_308"},
    remedy="Set settings.cacheDataEncrypted.",
    link=_LINK + "api-gateway-caching.html",
)
def cache_encrypted(settings: Resource) -> Iterator[Finding]:
    """The cache holds the answers that callers had to prove themselves for."""
    path = "settings.cacheDataEncrypted"
    if settings.has("settings.cachingEnabled", True) and settings.lacks(path, True):
        yield Finding("caches answers unencrypted", path)


@rule(
    "apigateway-request-validation",
    title="Methods that take data check it first",
    severity=Severity.LOW,
    types=[REST_METHOD],
    frameworks={"cdk-nag": "AwsSolutions-APIG2", "Checkov": "CKV2_AWS_53"},
    remedy="Set requestValidatorId, with requestModels or requestParameters.",
    link=_LINK + "api-gateway-method-request-validation.html",
    level=Level.ADVISORY,
)
def request_validation(method: Resource) -> Iterator[Finding]:
    """What is malformed is turned away before it costs a call and before a parser meets it."""
    if method.has("httpMethod", "POST", "PUT", "PATCH", "ANY") and method.lacks("requestValidatorId"):
        yield Finding("passes unchecked data on", "requestValidatorId")
