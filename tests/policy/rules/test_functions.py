"""Lambda functions and state machines."""

from typing import Any

import pytest

from policy.model import UNKNOWN
from policy.rules import cloudwatch, lambda_functions, sfn
from tests.policy.cases import Case, Set, Without
from tests.policy.support import check, resource

FUNCTION = resource(
    lambda_functions.FUNCTION,
    "function",
    name="rotate",
    runtime="python3.13",
    kmsKeyArn="arn:aws:kms:key",
    environment={"variables": {"SECRET_LENGTH": "64"}},
    deadLetterConfig={"targetArn": "arn:aws:sqs:queue"},
    loggingConfig={"logGroup": "rotate-logs"},
    tracingConfig={"mode": "Active"},
    vpcConfig={"subnetIds": ["subnet-1", "subnet-2"]},
    reservedConcurrentExecutions=5,
    s3Bucket="code",
    codeSigningConfigArn="arn:aws:lambda:signing",
)
STREAM = resource(
    lambda_functions.EVENT_SOURCE,
    "stream",
    eventSourceArn=UNKNOWN,
    startingPosition="LATEST",
    maximumRetryAttempts=0,
    destinationConfig={"onFailure": {"destinationArn": "arn:aws:sqs:queue"}},
)
BY_EVENT = resource(
    lambda_functions.PERMISSION,
    "by-event",
    refers={"function": FUNCTION},
    function="rotate",
    principal="events.amazonaws.com",
)
BARE = resource(lambda_functions.FUNCTION, "function", name="rotate")
KEEPS = resource(
    lambda_functions.INVOKE_CONFIG,
    "keeps",
    refers={"functionName": BARE},
    functionName="rotate",
    destinationConfig={"onFailure": {"destination": "arn:aws:sqs:queue"}},
)
BARE_BY_EVENT = resource(
    lambda_functions.PERMISSION,
    "by-event",
    refers={"function": BARE},
    function="rotate",
    principal="events.amazonaws.com",
)
LOGS = resource(cloudwatch.LOG_GROUP, "logs", name="/aws/lambda/rotate")
MACHINE = resource(
    sfn.STATE_MACHINE,
    "machine",
    loggingConfiguration={"level": "ERROR", "logDestination": "arn:aws:logs:group:*"},
    tracingConfiguration={"enabled": True},
)
EDGE = resource(lambda_functions.FUNCTION, "edge", name="edge")
EDGE_LOGS = resource(cloudwatch.LOG_GROUP, "edge-logs", name="/aws/lambda/us-east-1.edge")
CDN = resource(
    "aws:cloudfront/distribution:Distribution",
    "cdn",
    refers={"orderedCacheBehaviors": EDGE},
    orderedCacheBehaviors=[{"lambdaFunctionAssociations": [{"eventType": "origin-request", "lambdaArn": UNKNOWN}]}],
)
CASES = [
    Case(
        "lambda-runtime-supported",
        [FUNCTION],
        [Set("runtime", each) for each in ("nodejs20.x", "python3.9", "go1.x", "provided.al2", "dotnet8", "java8")],
    ),
    Case("lambda-environment-key", [FUNCTION], [Set("kmsKeyArn")]),
    Case(
        "lambda-no-plain-secrets",
        [FUNCTION],
        [
            Set("environment.variables.API_TOKEN", "0123456789abcdef"),
            Set("environment.variables.SECRET_LENGTH", "AKIAIOSFODNN7EXAMPLE"),
        ],
    ),
    Case("lambda-failures-kept", [FUNCTION, BY_EVENT], [Set("deadLetterConfig")]),
    Case(
        "lambda-stream-failures-kept",
        [STREAM],
        [
            Set("maximumRetryAttempts"),
            Set("maximumRetryAttempts", -1),
            Set("destinationConfig"),
            Set("destinationConfig.onFailure.destinationArn"),
        ],
    ),
    Case(
        "lambda-failures-kept",
        [BARE, BARE_BY_EVENT, KEEPS],
        [
            Without("keeps", "functionName"),
            Set("destinationConfig", on="keeps"),
            Set("destinationConfig", {"onSuccess": {"destination": "arn"}}, on="keeps"),
        ],
    ),
    Case("lambda-log-group", [FUNCTION], [Set("loggingConfig"), Set("loggingConfig", {"logFormat": "JSON"})]),
    Case("lambda-log-group", [BARE, LOGS], [Without("logs", "name"), Set("name", "/aws/lambda/other", on="logs")]),
    Case(
        "lambda-edge-log-group",
        [EDGE, EDGE_LOGS, CDN],
        [Without("edge-logs", "name"), Set("name", "/aws/lambda/edge", on="edge-logs")],
    ),
    Case("lambda-tracing", [FUNCTION], [Set("tracingConfig"), Set("tracingConfig.mode", "PassThrough")]),
    Case("lambda-several-zones", [FUNCTION], [Set("vpcConfig.subnetIds", ["subnet-1"])]),
    Case(
        "lambda-bounded-in-vpc",
        [FUNCTION],
        [Set("reservedConcurrentExecutions"), Set("reservedConcurrentExecutions", -1)],
    ),
    Case("lambda-signed-code", [FUNCTION], [Set("codeSigningConfigArn")]),
    Case(
        "sfn-logs",
        [MACHINE],
        [
            Set("loggingConfiguration"),
            Set("loggingConfiguration.level", "OFF"),
            Set("loggingConfiguration.logDestination"),
        ],
    ),
    Case("sfn-tracing", [MACHINE], [Set("tracingConfiguration"), Set("tracingConfiguration.enabled", False)]),
]


@pytest.mark.parametrize("runtime", ["python3.13", "nodejs22.x", "nodejs24.x", "provided.al2023", "java21", "dotnet10"])
def test_current_runtimes(runtime: str) -> None:
    assert check("lambda-runtime-supported", resource(lambda_functions.FUNCTION, runtime=runtime)) == []


def test_callers_that_wait_for_the_answer_keep_their_events() -> None:
    waiting = resource(
        lambda_functions.PERMISSION, refers={"function": BARE}, principal="apigateway.amazonaws.com", function="rotate"
    )
    assert check("lambda-failures-kept", BARE, waiting) == []


@pytest.mark.parametrize("inputs", [{}, {"startingPosition": UNKNOWN}, {"startingPosition": "LATEST", "topics": ["t"]}])
def test_queues_and_topics_are_no_streams(inputs: dict[str, Any]) -> None:
    mapping = resource(lambda_functions.EVENT_SOURCE, "jobs", eventSourceArn="arn:aws:sqs:us-east-1:1:jobs", **inputs)
    assert check("lambda-stream-failures-kept", mapping) == []


def test_a_log_group_named_after_the_function_is_its_own() -> None:
    logs = resource(cloudwatch.LOG_GROUP, "logs", refers={"name": BARE}, name=UNKNOWN)
    assert check("lambda-log-group", BARE, logs) == []
    named = resource(lambda_functions.FUNCTION, "f", outputs={"name": "f-1a2b3c4"})
    assert check("lambda-log-group", named, resource(cloudwatch.LOG_GROUP, name="/aws/lambda/f-1a2b3c4")) == []


def test_subnets_are_counted_even_when_unknown() -> None:
    one = resource(lambda_functions.FUNCTION, "f", vpcConfig={"subnetIds": [UNKNOWN]})
    assert check("lambda-several-zones", one) == ["f: runs in one subnet (vpcConfig.subnetIds)"]


def test_code_that_the_program_deploys_needs_no_signature() -> None:
    assert check("lambda-signed-code", BARE) == []
    assert check("lambda-bounded-in-vpc", BARE) == []
    assert check("lambda-environment-key", BARE) == []


def test_functions_elsewhere_need_no_group_at_the_edge() -> None:
    assert check("lambda-edge-log-group", EDGE) == []
    origin = resource(CDN.type, "cdn", refers={"origins": EDGE}, origins=[{"domainName": UNKNOWN}])
    assert check("lambda-edge-log-group", EDGE, origin) == []
