from components.operations.log_metric import LogMetric, cold_starts
from components.operations.metric import Metric
from tests.support import record, unequal_when_unknown

TOKEN = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


def refused() -> LogMetric:
    return LogMetric("refused", log_group_name="api", pattern='{ $.status = "401" }', metric_name="Refused")


def test_events_that_match_count_one_each() -> None:
    inputs = record(refused).only(TOKEN).inputs
    assert inputs["logGroupName"] == "api"
    assert inputs["pattern"] == '{ $.status = "401" }'
    assert inputs["metricTransformation"] == {
        "namespace": "Strata/test/refused",
        "name": "Refused",
        "value": "1",
        "unit": "Count",
    }


def test_the_metric_is_the_one_that_the_filter_publishes() -> None:
    found: list[Metric] = []
    record(lambda: found.append(refused().metric))
    assert found == [Metric("Strata/test/refused", "Refused", {}, "Sum")]


def test_cold_starts_are_read_from_reports_of_invocations() -> None:
    found: list[Metric] = []
    graph = record(lambda: found.append(cold_starts("auth-starts", "/aws/lambda/auth").metric))
    inputs = graph.only(TOKEN).inputs
    assert inputs["pattern"] == '{ ($.type = "platform.report") && ($.record.metrics.initDurationMs >= 0) }'
    assert inputs["metricTransformation"]["value"] == "$.record.metrics.initDurationMs"
    assert inputs["metricTransformation"]["unit"] == "Milliseconds"
    assert (found[0].namespace, found[0].name, found[0].statistic) == (
        inputs["metricTransformation"]["namespace"],
        inputs["metricTransformation"]["name"],
        "Maximum",
    )


def test_two_filters_never_share_a_metric() -> None:
    def program() -> None:
        cold_starts("one", "/aws/lambda/one")
        cold_starts("two", "/aws/lambda/two")

    spaces = {n.inputs["metricTransformation"]["namespace"] for n in record(program).of_type(TOKEN)}
    assert spaces == {"Strata/test/one", "Strata/test/two"}


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(refused) == []
