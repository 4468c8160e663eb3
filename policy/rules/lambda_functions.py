"""Lambda functions."""

from collections.abc import Iterator
from typing import Any

from policy.credentials import is_credential
from policy.model import Finding, Graph, Level, Resource, Severity, known, rule, stack_rule
from policy.rules.cloudfront import DISTRIBUTION
from policy.rules.cloudwatch import LOG_GROUP

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
EVENT_SOURCE = "aws:lambda/eventSourceMapping:EventSourceMapping"
INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
_BEHAVIORS = ("defaultCacheBehavior", "orderedCacheBehaviors")
_LINK = "https://docs.aws.amazon.com/lambda/latest/dg/"
# Services that do not wait for the answer: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
_ASYNCHRONOUS = tuple(f"{service}.amazonaws.com" for service in ("events", "s3", "ses", "sns", "iot", "scheduler"))
# Runtimes past their deprecation date on 21 November 2026:
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_DEPRECATED_VERSIONS = {
    "dotnet": ("5.0", "6", "7", "8"),
    "dotnetcore": ("1.0", "2.0", "2.1", "3.1"),
    "go": ("1.x",),
    "java": ("8",),
    "nodejs": ("", "4.3", "4.3-edge", "6.10", "8.10", "10.x", "12.x", "14.x", "16.x", "18.x", "20.x"),
    "provided": ("", ".al2"),
    "python": ("2.7", "3.6", "3.7", "3.8", "3.9", "3.10"),
    "ruby": ("2.5", "2.7", "3.2"),
}
_DEPRECATED = frozenset(name + version for name, versions in _DEPRECATED_VERSIONS.items() for version in versions)


def is_deprecated(runtime: str) -> bool:
    """Whether Lambda gives the runtime no more fixes."""
    return runtime in _DEPRECATED


def _variables(function: Resource) -> dict[str, Any]:
    variables = function.get("environment.variables")
    return variables if isinstance(variables, dict) else {}


@rule(
    "lambda-runtime-supported",
    title="Functions run on a supported runtime",
    severity=Severity.HIGH,
    types=[FUNCTION],
    frameworks={"FSBP": "Lambda.2", "cdk-nag": "AwsSolutions-L1", "Checkov": "CKV_AWS_363"},
    remedy="Move to a newer version of the language.",
    link=_LINK + "lambda-runtimes.html",
)
def runtime_supported(function: Resource) -> Iterator[Finding]:
    """A deprecated runtime gets no fixes, and after some months functions on it can be neither made nor changed."""
    runtime = function.get("runtime")
    if isinstance(runtime, str) and is_deprecated(runtime):
        yield Finding(f"runs on {runtime}, which is deprecated", "runtime")


@rule(
    "lambda-environment-key",
    title="Environments of functions are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[FUNCTION],
    frameworks={"Checkov": "CKV_AWS_173"},
    remedy="Set kmsKeyArn.",
    link=_LINK + "configuration-envvars-encryption.html",
)
def environment_key(function: Resource) -> Iterator[Finding]:
    """With a key of one's own, reading the configuration of a function is not enough to read its variables."""
    if _variables(function) and function.lacks("kmsKeyArn"):
        yield Finding("encrypts its variables with the key that AWS manages", "kmsKeyArn")


@rule(
    "lambda-no-plain-secrets",
    title="Environments of functions hold no credentials",
    severity=Severity.HIGH,
    types=[FUNCTION],
    frameworks={"Checkov": "CKV_AWS_45"},
    remedy="Pass the ARN of a secret and read it when the function starts.",
    link=_LINK + "configuration-envvars.html",
)
def no_plain_secrets(function: Resource) -> Iterator[Finding]:
    """Whoever may look at the function reads it, and so does everybody with the program's code or state."""
    for name, value in _variables(function).items():
        if is_credential(name, value):
            yield Finding(f"is given a credential in {name}", f"environment.variables.{name}")


@stack_rule(
    "lambda-failures-kept",
    title="Events that a function fails on are kept",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"Well-Architected": "REL04-BP04", "Checkov": "CKV_AWS_116"},
    remedy="Set deadLetterConfig, or add a FunctionEventInvokeConfig with destinationConfig.onFailure.",
    link=_LINK + "invocation-async-retain-records.html",
    level=Level.ADVISORY,
)
def failures_kept(function: Resource, graph: Graph) -> Iterator[Finding]:
    """Services that do not wait for the answer drop an event after two more tries. Asked of functions they may call."""
    permissions = graph.companions(function, PERMISSION, by="function")
    if not any(permission.has("principal", *_ASYNCHRONOUS) for permission in permissions):
        return
    configs = graph.companions(function, INVOKE_CONFIG, by="functionName")
    kept = any(not config.lacks("destinationConfig.onFailure.destination") for config in configs)
    kept = kept or graph.unresolved(INVOKE_CONFIG, "functionName")
    if not kept and function.lacks("deadLetterConfig.targetArn"):
        yield Finding("drops the events it fails on", "deadLetterConfig")


@rule(
    "lambda-stream-failures-kept",
    title="Records of a stream that a function fails on are set aside",
    severity=Severity.MEDIUM,
    types=[EVENT_SOURCE],
    frameworks={"Well-Architected": "REL04-BP04"},
    remedy="Set maximumRetryAttempts and destinationConfig.onFailure.destinationArn.",
    link=_LINK + "services-dynamodb-eventsourcemapping.html",
    level=Level.ADVISORY,
)
def stream_failures_kept(mapping: Resource) -> Iterator[Finding]:
    """One record that cannot be handled holds up its shard until it expires, and is lost then with what waited behind.

    Only streams have a starting position, and the topics of Kafka, which are not meant here.
    """
    if not mapping.has("startingPosition") or not mapping.lacks("topics"):
        return
    if mapping.below("maximumRetryAttempts", 0, default=-1):
        yield Finding("tries a record until it expires", "maximumRetryAttempts")
    if mapping.lacks("destinationConfig.onFailure.destinationArn"):
        yield Finding("keeps nothing of what it gives up", "destinationConfig")


@stack_rule(
    "lambda-log-group",
    title="Functions log to a log group of the stack",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"Security Hub": "CloudWatch.16", "Checkov": "CKV_AWS_66"},
    remedy="Make a LogGroup with retention and key, and name it in loggingConfig.logGroup.",
    link=_LINK + "monitoring-cloudwatchlogs-loggroups.html",
)
def log_group(function: Resource, graph: Graph) -> Iterator[Finding]:
    """The group that Lambda makes by itself keeps events for ever, under no key, and stays when the stack goes."""
    if not function.lacks("loggingConfig.logGroup") or graph.companions(function, LOG_GROUP, by="name"):
        return
    names = [name for name in (function.get("name"), function.outputs.get("name")) if isinstance(name, str)]
    groups = [group.get("name") for group in graph.of(LOG_GROUP)]
    if groups and function.unknown("name") and not names:
        return
    if not any(not known(group) or group in [f"/aws/lambda/{name}" for name in names] for group in groups):
        yield Finding("logs to a group that Lambda makes by itself", "loggingConfig.logGroup")


@stack_rule(
    "lambda-edge-log-group",
    title="Functions at the edge log to groups of the stack",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"Security Hub": "CloudWatch.16", "Checkov": "CKV_AWS_66"},
    remedy="Make a LogGroup /aws/lambda/us-east-1.<function> in each region that viewers come from.",
    link="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-logs.html",
)
def edge_log_group(function: Resource, graph: Graph) -> Iterator[Finding]:
    """Replicas log in the region nearest the viewer, to a group that they make themselves and that keeps all."""
    if not any(function in graph.refers(cdn, path, FUNCTION) for cdn in graph.of(DISTRIBUTION) for path in _BEHAVIORS):
        return
    names = [name for name in (function.get("name"), function.outputs.get("name")) if isinstance(name, str)]
    groups = [group.get("name") for group in graph.of(LOG_GROUP)]
    if groups and function.unknown("name") and not names:
        return
    if not any(not known(group) or group in [f"/aws/lambda/us-east-1.{name}" for name in names] for group in groups):
        yield Finding("logs at the edge to groups that Lambda makes by itself")


@rule(
    "lambda-tracing",
    title="Functions are traced",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"Security Hub": "Lambda.7", "Checkov": "CKV_AWS_50"},
    remedy="Set tracingConfig.mode to Active.",
    link=_LINK + "services-xray.html",
    level=Level.ADVISORY,
)
def tracing(function: Resource) -> Iterator[Finding]:
    """A trace tells which of the calls behind a slow or failed request was to blame."""
    if function.lacks("tracingConfig.mode", "Active"):
        yield Finding("is not traced", "tracingConfig.mode")


@rule(
    "lambda-several-zones",
    title="Functions in a VPC run in several zones",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"FSBP": "Lambda.5"},
    remedy="Name subnets of two availability zones or more in vpcConfig.subnetIds.",
    link=_LINK + "configuration-vpc.html",
    level=Level.ADVISORY,
)
def several_zones(function: Resource) -> Iterator[Finding]:
    """In a single subnet the function goes down with its zone."""
    subnets = function.get("vpcConfig.subnetIds")
    if isinstance(subnets, list) and len(subnets) == 1:
        yield Finding("runs in one subnet", "vpcConfig.subnetIds")


@rule(
    "lambda-bounded-in-vpc",
    title="Functions that reach into a VPC are bounded in number",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"Checkov": "CKV_AWS_115"},
    remedy="Set reservedConcurrentExecutions to what the data store behind takes.",
    link=_LINK + "configuration-concurrency.html",
    level=Level.ADVISORY,
)
def bounded_in_vpc(function: Resource) -> Iterator[Finding]:
    """A burst of events otherwise opens a thousand connections to a database that takes a hundred."""
    unbounded = function.lacks("reservedConcurrentExecutions") or function.has("reservedConcurrentExecutions", -1)
    if function.has("vpcConfig.subnetIds") and unbounded:
        yield Finding("may run as often as the account allows", "reservedConcurrentExecutions")


@rule(
    "lambda-signed-code",
    title="Code that comes from a bucket is signed",
    severity=Severity.LOW,
    types=[FUNCTION],
    frameworks={"Checkov": "CKV_AWS_272"},
    remedy="Set codeSigningConfigArn, or let the program deploy the code itself.",
    link=_LINK + "configuration-codesigning.html",
    level=Level.ADVISORY,
)
def signed_code(function: Resource) -> Iterator[Finding]:
    """Who may write to the bucket otherwise decides what the function's role does."""
    if function.has("s3Bucket") and function.lacks("codeSigningConfigArn"):
        yield Finding("runs whatever stands in its bucket", "codeSigningConfigArn")
