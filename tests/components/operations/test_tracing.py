import pytest
from pydantic import ValidationError

from components.operations.tracing import SamplingRule, Tracing, TracingSettings
from tests.support import record, record_once, unequal_when_unknown

TOKEN = "aws:xray/samplingRule:SamplingRule"
RULES = TracingSettings(rules={"all": SamplingRule(rate=0.01), "busy": SamplingRule(rate=0.001, priority=100)})


def tracing(settings: TracingSettings | None = None) -> Tracing:
    return Tracing("tracing", settings or TracingSettings())


def test_every_rule_samples_what_it_says() -> None:
    graph = record(lambda: tracing(RULES))
    rules = {n.inputs["ruleName"]: (n.inputs["fixedRate"], n.inputs["priority"]) for n in graph.of_type(TOKEN)}
    assert rules == {"test-all": (0.01, 9000), "test-busy": (0.001, 100)}


def test_without_settings_one_rule_takes_every_service() -> None:
    inputs = record_once(tracing).only(TOKEN).inputs
    assert [inputs[k] for k in ("host", "httpMethod", "serviceName", "serviceType", "resourceArn", "urlPath")] == [
        "*"
    ] * 6
    assert inputs["version"] == 1


def test_group_collects_failures_and_slow_requests() -> None:
    group = record_once(tracing).only("aws:xray/group:Group").inputs
    assert group["groupName"] == "test-slow-or-failed"
    assert group["filterExpression"] == "fault = true OR error = true OR responsetime >= 0.5"
    assert group["insightsConfiguration"]["insightsEnabled"] is True


def test_names_are_shortened_to_what_x_ray_takes() -> None:
    group = record(tracing, stack="a-very-long-name-of-a-stack").only("aws:xray/group:Group")
    assert group.inputs["groupName"] == "a-very-lon-a915aa-slow-or-failed"


def test_precedence_is_never_left_open() -> None:
    with pytest.raises(ValidationError, match=r"rules\.busy\.priority: 9000 is that of all too"):
        TracingSettings(rules={"all": SamplingRule(rate=0.01), "busy": SamplingRule(rate=0.001)})


def test_further_groups_stand_beside_the_one_of_failures() -> None:
    settings = TracingSettings(groups={"editing": 'http.url CONTAINS "/pages"'})
    groups = record(lambda: tracing(settings)).of_type("aws:xray/group:Group")
    assert {n.inputs["groupName"]: n.inputs["filterExpression"] for n in groups} == {
        "test-slow-or-failed": "fault = true OR error = true OR responsetime >= 0.5",
        "test-editing": 'http.url CONTAINS "/pages"',
    }
    with pytest.raises(ValidationError, match="slow-or-failed: is there already"):
        TracingSettings(groups={"slow-or-failed": "ok = false"})


def test_at_least_one_rule() -> None:
    with pytest.raises(ValidationError):
        TracingSettings(rules={})


def test_write_sends_traces_and_nothing_else() -> None:
    found = []
    record(lambda: found.append(tracing().write))
    assert found[0].actions == ["xray:PutTraceSegments"]


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(lambda: tracing(RULES)) == []
