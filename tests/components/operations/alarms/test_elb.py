from components.operations.alarms import AlarmSettings
from components.operations.alarms.elb import load_balancer

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
