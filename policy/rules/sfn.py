"""Step Functions state machines."""

from collections.abc import Iterator

from policy.model import Finding, Level, Resource, Severity, rule

STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"
_LINK = "https://docs.aws.amazon.com/step-functions/latest/dg/"


@rule(
    "sfn-logs",
    title="State machines log",
    severity=Severity.MEDIUM,
    types=[STATE_MACHINE],
    frameworks={"FSBP": "StepFunctions.1", "cdk-nag": "AwsSolutions-SF1", "Checkov": "CKV_AWS_285"},
    remedy="Set loggingConfiguration with level ERROR or ALL and a logDestination.",
    link=_LINK + "cw-logs.html",
)
def logs(machine: Resource) -> Iterator[Finding]:
    """The history of a standard execution is gone after 90 days, that of an express one at once."""
    if machine.lacks("loggingConfiguration.level", "ALL", "ERROR", "FATAL"):
        yield Finding("logs nothing", "loggingConfiguration.level")
    elif machine.lacks("loggingConfiguration.logDestination"):
        yield Finding("logs nowhere", "loggingConfiguration.logDestination")


@rule(
    "sfn-tracing",
    title="State machines are traced",
    severity=Severity.LOW,
    types=[STATE_MACHINE],
    frameworks={"cdk-nag": "AwsSolutions-SF2", "Checkov": "CKV_AWS_284"},
    remedy="Set tracingConfiguration.enabled.",
    link=_LINK + "concepts-xray-tracing.html",
    level=Level.ADVISORY,
)
def tracing(machine: Resource) -> Iterator[Finding]:
    """A trace follows an execution into the functions and services it calls."""
    if machine.lacks("tracingConfiguration.enabled", True):
        yield Finding("is not traced", "tracingConfiguration.enabled")
