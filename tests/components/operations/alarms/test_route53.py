from components.operations.alarms.route53 import health_check


def test_an_endpoint_that_no_checker_reaches_is_told_from_us_east_1() -> None:
    (unreachable,) = health_check("check-1").values()
    metric = unreachable.metric
    assert (metric.name, metric.dimensions, metric.region) == (
        "HealthCheckStatus",
        {"HealthCheckId": "check-1"},
        "us-east-1",
    )
    assert (unreachable.below, unreachable.threshold) == (True, 1)
