import json
from typing import Any

from analyser.graph import Graph
from components.operations.alarms import Alarm, Alarms
from components.operations.dashboard import Dashboard, panels_of
from components.operations.metric import EDGE_REGION, Halved, Metric, put_metrics
from components.operations.topic import Notices, NoticesSettings
from components.security.key import Key
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

ERRORS = Metric("AWS/CloudFront", "5xxErrorRate", {"DistributionId": "E1", "Region": "Global"}, region=EDGE_REGION)
WATCHED = {
    "a-cpu": Alarm(Metric("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "a"}), 80, "busy"),
    "b-cpu": Alarm(Metric("AWS/RDS", "CPUUtilization", {"DBInstanceIdentifier": "b"}), 80, "busy"),
    "edge": Alarm(ERRORS, 5, "errors"),
}


def dashboard(namespace: str | None = "Records") -> Dashboard:
    key = Key("notices", account=ACCOUNT, purpose="test")
    notices = Notices("notices", NoticesSettings(), account=ACCOUNT, key=key)
    alarms = Alarms("alarms", WATCHED, notices=notices)
    return Dashboard("records", panels_of(WATCHED), account=ACCOUNT, alarms=alarms, business_namespace=namespace)


def widgets(graph: Graph) -> list[dict[str, Any]]:
    return json.loads(graph.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])["widgets"]


def test_shows_alarms_panels_business_and_cost() -> None:
    shown = widgets(record_once(dashboard))
    assert [w["properties"]["title"] for w in shown] == [
        "Alarms",
        "RDS CPUUtilization",
        "CloudFront 5xxErrorRate",
        "Business",
        "Business now",
        "Cost",
    ]
    assert [w["type"] for w in shown] == ["alarm", *["metric"] * 5]


def test_a_panel_has_every_place_of_its_metric() -> None:
    _, cpu, edge, *_, cost = widgets(record_once(dashboard))
    home = {"stat": "Average", "period": 300, "region": "us-east-1"}
    assert cpu["properties"]["metrics"] == [
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "a", home],
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "b", home],
    ]
    assert edge["properties"]["metrics"][0][2:6] == ["DistributionId", "E1", "Region", "Global"]
    assert cost["properties"]["metrics"][0][:4] == ["AWS/Billing", "EstimatedCharges", "Currency", "USD"]


def test_business_metrics_are_found_whatever_their_names() -> None:
    happened, now = (w["properties"]["metrics"] for w in widgets(record_once(dashboard))[3:5])
    levels = '"Connections" OR "Present" OR "OnPage"'
    assert [line[0]["expression"] for line in happened] == [
        f"SEARCH('Namespace=\"Records\" NOT MetricName=({levels})', 'Sum', 300)"
    ]
    assert [line[0]["expression"] for line in now] == [
        "SEARCH('Namespace=\"Records\" MetricName=\"Connections\"', 'Sum', 60)",
        "SEARCH('Namespace=\"Records\" MetricName=\"Present\"', 'Sum', 60)",
        "SEARCH('Namespace=\"Records\" MetricName=\"OnPage\"', 'Maximum', 300)",
    ]
    assert len({line[0]["id"] for line in now}) == 3
    assert "Business" not in [w["properties"]["title"] for w in widgets(record(lambda: dashboard(None)))]


def test_half_of_what_is_counted_twice_is_shown_and_the_whole_is_not() -> None:
    both = [Halved("N", name, {"A": "b"}, "Sum", period=60, label=name.lower()) for name in ("X", "Y")]
    lines = [line for place, metric in enumerate(both) for line in metric.graphed("us-east-1", place)]
    assert lines[0] == [{"expression": "whole0 / 2", "label": "x", "id": "half0", "region": "us-east-1"}]
    assert lines[1] == [
        "N",
        "X",
        "A",
        "b",
        {"stat": "Sum", "period": 60, "region": "us-east-1", "id": "whole0", "visible": False},
    ]
    assert len({line[-1]["id"] for line in lines}) == 4


def test_alarm_states_are_those_of_all_alarms() -> None:
    graph = record_once(dashboard)
    arns = [n.outputs["arn"] for n in graph.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")]
    assert sorted(widgets(graph)[0]["properties"]["alarms"]) == sorted(arns)


def test_widgets_stand_beside_each_other() -> None:
    shown = widgets(record_once(dashboard))
    places = [(w["x"], w["y"]) for w in shown]
    assert places == [(0, 0), (0, 6), (8, 6), (16, 6), (0, 12), (8, 12)]
    assert all(w["x"] + w["width"] <= 24 for w in shown)


def test_the_application_publishes_to_its_namespace_alone() -> None:
    (statement,) = put_metrics("Records").statements
    assert statement.conditions == {"StringEquals": {"cloudwatch:namespace": "Records"}}
    assert statement.actions == ["cloudwatch:PutMetricData"]


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(dashboard) == []


def test_an_overview_comes_first_over_five_minutes() -> None:
    def program() -> None:
        key = Key("notices", account=ACCOUNT, purpose="test")
        alarms = Alarms("alarms", WATCHED, notices=Notices("notices", NoticesSettings(), account=ACCOUNT, key=key))
        requests = Metric("AWS/ApplicationELB", "RequestCount", {"LoadBalancer": "app/a/1"}, "Sum")
        overview = ("Application Performance", [requests, WATCHED["a-cpu"].metric])
        Dashboard("records", panels_of(WATCHED), account=ACCOUNT, alarms=alarms, overview=overview)

    properties = widgets(record(program))[1]["properties"]
    assert (properties["title"], properties["period"], properties["stat"]) == (
        "Application Performance",
        300,
        "Average",
    )
    assert properties["metrics"] == [
        ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", "app/a/1", {"stat": "Sum"}],
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "a"],
    ]


def test_it_can_be_opened_by_its_address() -> None:
    made: list[Dashboard] = []
    record(lambda: made.append(dashboard()))
    console = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
    assert made[0].url == f"{console}#dashboards/dashboard/test-records"
