from policy.model import UNKNOWN
from policy.rules import apigateway_stages as stages
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

LOGS = {"destinationArn": "arn:aws:logs:eu-central-1:1:log-group:api", "format": "$context.requestId"}
STAGE = resource(stages.REST_STAGE, "stage", stageName="v1", accessLogSettings=LOGS, xrayTracingEnabled=True)
SETTINGS = resource(
    stages.METHOD_SETTINGS,
    "settings",
    refers={"stageName": STAGE},
    stageName=UNKNOWN,
    methodPath="*/*",
    settings={
        "loggingLevel": "ERROR",
        "throttlingRateLimit": 100,
        "throttlingBurstLimit": 50,
        "dataTraceEnabled": False,
        "cachingEnabled": True,
        "cacheDataEncrypted": True,
    },
)
HTTP_STAGE = resource(
    stages.HTTP_STAGE, "http", accessLogSettings=LOGS, defaultRouteSettings={"throttlingRateLimit": 100}
)
METHOD = resource(stages.REST_METHOD, "post", httpMethod="POST", requestValidatorId="validator")
CASES = [
    Case("apigateway-access-logs", [STAGE], [Set("accessLogSettings"), Set("accessLogSettings.destinationArn")]),
    Case("apigateway-access-logs", [HTTP_STAGE], [Set("accessLogSettings")]),
    Case(
        "apigateway-execution-logs",
        [STAGE, SETTINGS],
        [Without("settings", "stageName"), Set("settings.loggingLevel", "OFF", on="settings")],
    ),
    Case("apigateway-data-trace", [SETTINGS], [Set("settings.dataTraceEnabled", True)]),
    Case("apigateway-data-trace", [HTTP_STAGE], [Set("defaultRouteSettings.dataTraceEnabled", True)]),
    Case(
        "apigateway-throttling",
        [STAGE, SETTINGS],
        [Without("settings", "stageName"), Set("settings.throttlingRateLimit", on="settings")],
    ),
    Case(
        "apigateway-throttling",
        [HTTP_STAGE],
        [Set("defaultRouteSettings"), Set("defaultRouteSettings.throttlingRateLimit")],
    ),
    Case("apigateway-xray", [STAGE], [Set("xrayTracingEnabled"), Set("xrayTracingEnabled", False)]),
    Case(
        "apigateway-cache-encrypted",
        [SETTINGS],
        [Set("settings.cacheDataEncrypted", False), Set("settings.cacheDataEncrypted")],
    ),
    Case("apigateway-request-validation", [METHOD], [Set("requestValidatorId"), Set("requestValidatorId", "")]),
]


def test_no_cache_needs_no_encryption() -> None:
    assert (
        check("apigateway-cache-encrypted", resource(stages.METHOD_SETTINGS, settings={"cachingEnabled": False})) == []
    )


def test_a_get_has_no_body_to_check() -> None:
    assert check("apigateway-request-validation", resource(stages.REST_METHOD, httpMethod="GET")) == []
