from components.operations.alarms import AlarmSettings
from components.operations.edge_alarms import distribution, health_check, load_balancer, web_acl

SETTINGS = AlarmSettings()


def test_load_balancer_answers_within_500_ms() -> None:
    alarms = load_balancer("app/records/1", {"web": "targetgroup/web/2"}, SETTINGS)
    latency = alarms["latency"]
    assert (latency.metric.name, latency.metric.statistic, latency.threshold) == ("TargetResponseTime", "p99", 0.5)
    assert latency.metric.dimensions == {"LoadBalancer": "app/records/1"}


def test_load_balancer_counts_errors_of_its_own_and_of_the_application() -> None:
    alarms = load_balancer("app/records/1", {}, SETTINGS)
    errors = {a.metric.name: (a.metric.statistic, a.threshold, a.missing) for a in alarms.values()}
    assert errors["HTTPCode_ELB_5XX_Count"] == ("Sum", 10, "notBreaching")
    assert errors["HTTPCode_Target_5XX_Count"] == ("Sum", 10, "notBreaching")


def test_every_target_group_is_watched() -> None:
    alarms = load_balancer("app/records/1", {"web": "targetgroup/web/2", "ws": "targetgroup/ws/3"}, SETTINGS)
    assert alarms["unhealthy-ws"].metric.dimensions == {
        "LoadBalancer": "app/records/1",
        "TargetGroup": "targetgroup/ws/3",
    }
    assert alarms["unhealthy-web"].threshold == 0


def test_edge_metrics_are_where_cloudfront_publishes() -> None:
    (errors,) = distribution("E123", SETTINGS).values()
    assert errors.metric.dimensions == {"DistributionId": "E123", "Region": "Global"}
    (blocked,) = web_acl("records", SETTINGS).values()
    assert blocked.metric.dimensions == {"WebACL": "records", "Rule": "ALL"}
    assert blocked.threshold == 2000
    assert errors.metric.region == blocked.metric.region == "us-east-1"


def test_a_regional_firewall_publishes_beside_the_stack() -> None:
    (blocked,) = web_acl("site", SETTINGS, region="eu-west-1").values()
    assert blocked.metric.dimensions == {"WebACL": "site", "Rule": "ALL", "Region": "eu-west-1"}
    assert blocked.metric.region is None


def test_an_endpoint_that_no_checker_reaches_is_told_from_us_east_1() -> None:
    (unreachable,) = health_check("check-1").values()
    metric = unreachable.metric
    assert (metric.name, metric.dimensions, metric.region) == (
        "HealthCheckStatus",
        {"HealthCheckId": "check-1"},
        "us-east-1",
    )
    assert (unreachable.below, unreachable.threshold) == (True, 1)
