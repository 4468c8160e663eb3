"""A service grows with its load and shrinks with the clock, within its bounds."""

from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from analyser.run.program import ProgramError
from components.compute.service_scaling import OffPeak, ScalingSettings
from tests.components.compute.fargate import graph, settings

TARGET, POLICY, ACTION = (
    f"aws:appautoscaling/{kind}" for kind in ("target:Target", "policy:Policy", "scheduledAction:ScheduledAction")
)
ON = {"serviceNamespace": "ecs", "scalableDimension": "ecs:service:DesiredCount"}
NIGHT = OffPeak(starts="21:30", ends="06:05", timezone="Europe/Berlin", min_count=1, max_count=4)


def bounds(**changes: Any) -> ScalingSettings:
    given: dict[str, Any] = {"min_count": 2, "max_count": 10}
    return ScalingSettings(**given | changes)


def night(**changes: Any) -> OffPeak:
    given: dict[str, Any] = {"min_count": 1, "max_count": 2}
    return OffPeak(**given | changes)


def scaled(**changes: Any) -> Graph:
    return graph(settings(scaling=bounds(**changes)))


def kept(found: Graph, load: str) -> dict[str, Any]:
    inputs = found.only(POLICY, f"hocuspocus-scaling-{load}").inputs
    assert {key: inputs[key] for key in ON} == ON
    assert inputs["policyType"] == "TargetTrackingScaling"
    return inputs["targetTrackingScalingPolicyConfiguration"]


def test_its_bounds_are_the_settings() -> None:
    assert scaled(min_count=2, max_count=20).only(TARGET).inputs == {
        **ON,
        "resourceId": "service/mdreader-prod/mdreader-hocuspocus",
        "minCapacity": 2,
        "maxCapacity": 20,
    }


def test_by_default_it_keeps_cpu_at_60_and_memory_at_70_percent() -> None:
    found = scaled()
    assert {node.name for node in found.of_type(POLICY)} == {"hocuspocus-scaling-cpu", "hocuspocus-scaling-memory"}
    for load, metric, value in [("cpu", "CPU", 60), ("memory", "Memory", 70)]:
        assert kept(found, load) == {
            "targetValue": value,
            "scaleOutCooldown": 60,
            "scaleInCooldown": 300,
            "predefinedMetricSpecification": {"predefinedMetricType": f"ECSServiceAverage{metric}Utilization"},
        }


def test_requests_are_counted_at_its_own_target_group() -> None:
    found = scaled(requests_per_task=600)
    balancer, target = found.only("aws:lb/loadBalancer:LoadBalancer"), found.only("aws:lb/targetGroup:TargetGroup")
    assert kept(found, "requests")["targetValue"] == 600
    assert kept(found, "requests")["predefinedMetricSpecification"] == {
        "predefinedMetricType": "ALBRequestCountPerTarget",
        "resourceLabel": f"{balancer.outputs['arnSuffix']}/{target.outputs['arnSuffix']}",
    }


def test_connections_are_counted_at_the_load_balancer_and_shared_among_running_tasks() -> None:
    found = scaled(connections_per_task=500, cpu_percent=None, memory_percent=None)
    assert [node.name for node in found.of_type(POLICY)] == ["hocuspocus-scaling-connections"]
    assert kept(found, "connections")["targetValue"] == 500
    metrics = {each["id"]: each for each in kept(found, "connections")["customizedMetricSpecification"]["metrics"]}
    assert metrics["load"]["expression"] == "FILL(connections, 0) / 2 / tasks"
    assert {key: each["returnData"] for key, each in metrics.items()} == {
        "connections": False,
        "tasks": False,
        "load": True,
    }
    suffix = found.only("aws:lb/loadBalancer:LoadBalancer").outputs["arnSuffix"]
    assert metrics["connections"]["metricStat"] == {
        "metric": {
            "namespace": "AWS/ApplicationELB",
            "metricName": "ActiveConnectionCount",
            "dimensions": [{"name": "LoadBalancer", "value": suffix}],
        },
        "stat": "Sum",
    }
    assert metrics["tasks"]["metricStat"]["metric"]["dimensions"] == [
        {"name": "ClusterName", "value": "mdreader-prod"},
        {"name": "ServiceName", "value": "mdreader-hocuspocus"},
    ]


def test_bounds_that_the_clock_changes_are_the_clock_s() -> None:
    assert scaled().only(TARGET).ignore_changes == ()
    assert scaled(off_peak=NIGHT).only(TARGET).ignore_changes == ("minCapacity", "maxCapacity")


@pytest.mark.parametrize("load", ["requests_per_task", "connections_per_task"])
def test_what_a_load_balancer_counts_needs_one(load: str) -> None:
    chosen = settings(scaling=bounds(**{load: 100}))
    with pytest.raises(ProgramError, match="takes a load balancer"):
        graph(chosen, balanced=None)


def test_it_shrinks_in_the_evening_and_is_itself_in_the_morning() -> None:
    found = scaled(off_peak=NIGHT)
    evening = found.only(ACTION, "hocuspocus-scaling-off-peak")
    morning = found.only(ACTION, "hocuspocus-scaling-peak")
    assert evening.inputs == {
        **ON,
        "resourceId": "service/mdreader-prod/mdreader-hocuspocus",
        "schedule": "cron(30 21 * * ? *)",
        "timezone": "Europe/Berlin",
        "scalableTargetAction": {"minCapacity": 1, "maxCapacity": 4},
    }
    assert morning.inputs["schedule"] == "cron(5 6 * * ? *)"
    assert morning.inputs["scalableTargetAction"] == {"minCapacity": 2, "maxCapacity": 10}
    assert evening.urn in morning.dependencies


def test_without_off_peak_the_clock_changes_nothing() -> None:
    assert scaled().of_type(ACTION) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"min_count": 3, "max_count": 2},
        {"min_count": 0},
        {"cpu_percent": 101},
        {"off_peak": OffPeak(min_count=1, max_count=11)},
    ],
)
def test_bounds_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bounds(**changes)


@pytest.mark.parametrize(
    "changes",
    [{"starts": "24:00"}, {"starts": "06:00"}, {"min_count": 3, "max_count": 2}, {"timezone": "Europe Berlin"}],
)
def test_nights_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        night(**changes)
