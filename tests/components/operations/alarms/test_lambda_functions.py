from components.operations.alarms import Alarm
from components.operations.alarms.lambda_functions import (
    FunctionAlarmSettings,
    errors,
    function,
    latency,
    stream,
    undelivered,
)
from components.operations.metric import Metric

SETTINGS = FunctionAlarmSettings()


def seen(alarms: dict[str, Alarm]) -> dict[str, tuple[str, str, float]]:
    return {key: (a.metric.name, a.metric.statistic, a.threshold) for key, a in alarms.items()}


def test_a_function_is_watched_for_failures_refusals_and_slowness() -> None:
    alarms = function("auth", "fn-1", SETTINGS, timeout_seconds=30)
    assert seen(alarms) == {
        "auth-errors": ("Errors", "Sum", 5),
        "auth-throttles": ("Throttles", "Sum", 0),
        "auth-duration": ("Duration", "p99", 24_000),
    }
    assert all(a.metric.namespace == "AWS/Lambda" for a in alarms.values())
    assert all(a.metric.dimensions == {"FunctionName": "fn-1"} for a in alarms.values())
    assert all(a.missing == "notBreaching" and not a.below for a in alarms.values())


def test_a_share_of_its_own_is_watched_before_it_is_used_up() -> None:
    alarms = function("auth", "fn-1", SETTINGS, timeout_seconds=30, reserved_concurrency=100)
    assert seen(alarms)["auth-concurrency"] == ("ConcurrentExecutions", "Maximum", 80)


def test_slow_starts_come_from_the_functions_log() -> None:
    metric = Metric("Strata/test/auth", "InitDuration", {}, "Maximum")
    alarms = function("auth", "fn-1", SETTINGS, timeout_seconds=30, cold_start=metric)
    assert alarms["auth-cold-start"].metric is metric
    assert alarms["auth-cold-start"].threshold == 3000


def test_an_average_that_users_feel_can_have_a_fixed_name() -> None:
    alarm = latency("api", "fn-1", 5000, name="MDReader-API-Latency")["api-latency"]
    assert (alarm.metric.name, alarm.metric.statistic, alarm.metric.period) == ("Duration", "Average", 300)
    assert (alarm.threshold, alarm.periods, alarm.name) == (5000, 2, "MDReader-API-Latency")


def test_lost_events_and_old_iterators_are_told() -> None:
    assert seen(undelivered("mail", "fn-1")) == {"mail-lost": ("DeadLetterErrors", "Sum", 0)}
    assert seen(stream("feed", "fn-1", SETTINGS)) == {"feed-iterator-age": ("IteratorAge", "Maximum", 60_000)}


def test_one_failed_call_is_told() -> None:
    (alarm,) = errors("rotation", "rotate").values()
    assert (alarm.metric.namespace, alarm.metric.name) == ("AWS/Lambda", "Errors")
    assert (alarm.metric.dimensions, alarm.threshold) == ({"FunctionName": "rotate"}, 0)
