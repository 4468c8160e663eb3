from components.edge import rest_api as rest_module
from components.edge import websocket_api as socket_module
from components.operations.alarms import AlarmSettings
from components.operations.alarms.api_gateway import THROTTLED, rest_api, rest_panels, websocket_api, websocket_panels
from components.operations.metric import Metric

SETTINGS = AlarmSettings()
COUNTED = Metric("Strata/test/api", "Throttled", {}, "Sum")


def test_a_rest_api_answers_without_errors_within_500_ms() -> None:
    alarms = rest_api("api", "test-api", "prod", SETTINGS)
    watched = {key: (a.metric.name, a.metric.statistic, a.threshold) for key, a in alarms.items()}
    assert watched == {"api-errors": ("5XXError", "Sum", 10), "api-latency": ("Latency", "p99", 500)}
    for alarm in alarms.values():
        assert alarm.metric.namespace == "AWS/ApiGateway"
        assert alarm.metric.dimensions == {"ApiName": "test-api", "Stage": "prod"}
        assert alarm.missing == "notBreaching"


def test_a_websocket_api_takes_connections_and_hands_them_on() -> None:
    alarms = websocket_api("rooms", "a1b2", "prod", SETTINGS)
    watched = {key: (a.metric.name, a.metric.statistic, a.threshold) for key, a in alarms.items()}
    assert watched == {
        "rooms-refusals": ("ClientError", "Sum", 10),
        "rooms-errors": ("IntegrationError", "Sum", 10),
        "rooms-failures": ("ExecutionError", "Sum", 0),
        "rooms-latency": ("IntegrationLatency", "p99", 500),
    }
    assert all(a.metric.dimensions == {"ApiId": "a1b2", "Stage": "prod"} for a in alarms.values())


def test_a_single_caller_that_is_turned_away_is_told_of_where_it_is_counted() -> None:
    for alarms in (
        rest_api("api", "n", "prod", SETTINGS, throttled=COUNTED),
        websocket_api("api", "n", "prod", SETTINGS, throttled=COUNTED),
    ):
        alarm = alarms["api-throttles"]
        assert (alarm.metric, alarm.threshold, alarm.periods) == (COUNTED, 0, 1)


def test_the_counted_field_is_in_both_access_logs() -> None:
    field = THROTTLED.split("$.")[1].split(" ")[0]
    for module in (rest_module, socket_module):
        assert f'"{field}": "$context.status"' in module.ACCESS_LOG


def test_panels_show_use_errors_and_speed() -> None:
    rest = rest_panels("API", "test-api", "prod")
    assert [m.name for m in rest["API requests"]] == ["Count", "4XXError", "5XXError"]
    assert [m.statistic for m in rest["API latency"]] == ["p99", "p99"]
    sockets = websocket_panels("Rooms", "a1b2", "prod")
    assert [m.name for m in sockets["Rooms connections"]] == ["ConnectCount", "MessageCount"]
    assert len(sockets) == len(rest) == 3
