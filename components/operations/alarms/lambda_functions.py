"""Alarms of a Lambda function: errors, throttles, duration, cold starts, iterator age.

Metrics: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from collections.abc import Mapping

import pulumi
from pydantic import Field

from components.operations.alarms import Alarm
from components.operations.metric import Metric
from settings import Settings


class FunctionAlarmSettings(Settings):
    """When to notify. Counts are per 5 minutes.

    5 errors, no throttle at all and four fifths of what a function may take are the project's defaults where nothing is
    asked for; three seconds of starting are what a user who waits for a connection still bears. An iterator that is a
    minute behind delays what streams carry on by as much.
    """

    errors: int = Field(default=5, ge=0)
    """Failed calls in 5 minutes."""
    throttles: int = Field(default=0, ge=0)
    """Calls in 5 minutes that found no room."""
    timeout_percent: int = Field(default=80, ge=1, le=100)
    """How much of its timeout a function may take."""
    concurrency_percent: int = Field(default=80, ge=1, le=100)
    """How much of its reserved concurrency, or of the account's, may be in use."""
    cold_start_ms: int = Field(default=3000, ge=1)
    """How long a start may take, in milliseconds."""
    iterator_age_seconds: int = Field(default=60, ge=1)
    """How old the last record may be that a function took from a stream."""


def function(
    key: str,
    function_name: pulumi.Input[str],
    settings: FunctionAlarmSettings,
    *,
    timeout_seconds: int,
    reserved_concurrency: int | None = None,
    cold_start: Metric | None = None,
) -> dict[str, Alarm]:
    """Failed, refused and slow calls of a function; crowding where it has a share of its own; slow starts.

    ``cold_start`` is the metric of ``log_metric.cold_starts``.
    """
    slow_ms = timeout_seconds * 10 * settings.timeout_percent
    alarms = {
        f"{key}-errors": Alarm(
            _lambda("Errors", function_name, "Sum"), settings.errors, f"Calls of the function {key} fail", periods=1
        ),
        f"{key}-throttles": Alarm(
            _lambda("Throttles", function_name, "Sum"),
            settings.throttles,
            f"Calls of the function {key} are refused, as too many run at once",
            periods=1,
        ),
        f"{key}-duration": Alarm(
            _lambda("Duration", function_name, "p99"),
            slow_ms,
            f"One call in a hundred of {key} takes {settings.timeout_percent} % of its timeout",
        ),
    }
    if reserved_concurrency is not None:
        alarms[f"{key}-concurrency"] = Alarm(
            _lambda("ConcurrentExecutions", function_name, "Maximum"),
            reserved_concurrency * settings.concurrency_percent / 100,
            f"The function {key} is about to use up its reserved concurrency",
        )
    if cold_start is not None:
        alarms[f"{key}-cold-start"] = Alarm(
            cold_start, settings.cold_start_ms, f"The function {key} starts slowly", periods=1
        )
    return alarms


def latency(
    key: str, function_name: pulumi.Input[str], milliseconds: int, *, name: str | None = None
) -> dict[str, Alarm]:
    """A function that answers slowly on the average; ``name`` is a fixed name of the alarm in CloudWatch."""
    metric = _lambda("Duration", function_name, "Average")
    said = f"The function {key} takes more than {milliseconds} ms on the average"
    return {f"{key}-latency": Alarm(metric, milliseconds, said, name=name)}


def undelivered(key: str, function_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """Events of an asynchronous function that reached neither it nor its dead-letter queue, and so are lost."""
    metric = _lambda("DeadLetterErrors", function_name, "Sum")
    return {f"{key}-lost": Alarm(metric, 0, f"Failed events of {key} could not be kept", periods=1)}


def stream(key: str, function_name: pulumi.Input[str], settings: FunctionAlarmSettings) -> dict[str, Alarm]:
    """A function that falls behind the stream it reads."""
    metric = _lambda("IteratorAge", function_name, "Maximum")
    age_ms = settings.iterator_age_seconds * 1000
    return {f"{key}-iterator-age": Alarm(metric, age_ms, f"The function {key} falls behind its stream")}


def rotations(functions: Mapping[str, pulumi.Input[str]]) -> dict[str, Alarm]:
    """Secrets that their rotation functions could not replace; ``functions`` are the functions' names by alarm key."""
    return {name: alarm for key, one in functions.items() for name, alarm in errors(key, one).items()}


def errors(key: str, function_name: pulumi.Input[str]) -> dict[str, Alarm]:
    """A function of which no call may fail, such as one that rotates a secret: the alarm is on the first error."""
    metric = _lambda("Errors", function_name, "Sum")
    return {f"{key}-errors": Alarm(metric, 0, f"The function {key} fails", periods=1)}


def _lambda(name: str, function_name: pulumi.Input[str], statistic: str) -> Metric:
    return Metric("AWS/Lambda", name, {"FunctionName": function_name}, statistic)
