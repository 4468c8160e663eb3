"""ECS on Fargate."""

from collections.abc import Iterator
from typing import Any

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import HOURS, Line
from analyser.analyses.cost.services.metrics import sent_metrics
from analyser.graph import Node

_TARGET = "aws:appautoscaling/target:Target"
_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition"
_SPOT = "FARGATE_SPOT"


def service(item: Item) -> Iterator[Line]:
    """vCPUs and memory of its tasks, between the bounds of its scaling; Spot by the capacity providers' weights."""
    definition = _definition(item)
    if definition is None:
        return
    cpu, memory = (float(definition.inputs.get(key) or 0) / 1024 for key in ("cpu", "memory"))
    platform = definition.inputs.get("runtimePlatform")
    architecture = platform.get("cpuArchitecture", "X86_64") if isinstance(platform, dict) else "X86_64"
    tasks = item.number("desiredCount", default=1)
    low, high = _bounds(item, tasks)
    for spot in (False, True):
        numbers = [_placed(item, number, spot=spot) for number in (tasks, low, high)]
        if not max(numbers):
            continue
        prefix, name = ("fargate-spot", "Fargate Spot") if spot else ("fargate", "Fargate")
        for what, sku, size in (("vCPU", "vcpu", cpu), ("memory", "memory", memory)):
            hours, least, most = (number * size * HOURS for number in numbers)
            yield item.scaled(
                f"{name} {what}", f"{prefix}.{sku}-{architecture}", hours, low=least, high=most, basis="scaling"
            )


def _definition(item: Item) -> Node | None:
    for urn in item.node.property_dependencies.get("taskDefinition", ()):
        node = item.graph.get(urn)
        if node is not None and node.type == _DEFINITION:
            return node
    return None


def _bounds(item: Item, tasks: float) -> tuple[float, float]:
    own = f"/{item.read('name', default=item.node.name)}"
    for node in item.graph.of_type(_TARGET):
        if str(node.inputs.get("resourceId", "")).endswith(own):
            return float(node.inputs.get("minCapacity") or 0), float(node.inputs.get("maxCapacity") or 0)
    return tasks, tasks


def _placed(item: Item, tasks: float, *, spot: bool) -> float:
    """How many of the tasks run on Spot, or do not: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"""
    strategies: list[dict[str, Any]] = item.read("capacityProviderStrategies", default=[])
    if not strategies:
        return 0 if spot else tasks
    bases = {s["capacityProvider"]: min(float(s.get("base") or 0), tasks) for s in strategies}
    weights = {s["capacityProvider"]: float(s.get("weight") or 0) for s in strategies}
    rest = max(0.0, tasks - sum(bases.values()))
    whole = sum(weights.values()) or 1
    return sum(bases[name] + rest * weights[name] / whole for name in bases if (name == _SPOT) is spot)


PRICERS: dict[str, Pricer] = {
    "aws:ecs/service:Service": service,
    "aws:ecs/cluster:Cluster": sent_metrics,
}
