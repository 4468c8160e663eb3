"""App Runner."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import HOURS, Line

_SCALING = "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion"
_LEAST, _MOST = 1, 25
"""Instances where no scaling of the service's own says how many.
https://docs.aws.amazon.com/apprunner/latest/dg/manage-autoscaling.html"""


def service(item: Item) -> Iterator[Line]:
    """Memory of what is provisioned, all month; vCPUs only while requests are served, from never to always at its most.

    In between stands one instance that serves all month, beside the memory of the least that is provisioned.
    """
    least, most = _instances(item)
    memory = _size(item.read("instanceConfiguration", "memory", default="2 GB"))
    vcpus = _size(item.read("instanceConfiguration", "cpu", default="1 vCPU"))
    held = HOURS * memory
    yield item.scaled("Memory", "apprunner.memory", held * least, low=held * least, high=held * most, basis="scaling")
    yield item.scaled("vCPUs", "apprunner.vcpu", HOURS * vcpus, low=0, high=HOURS * vcpus * most, basis="scaling")


def _instances(item: Item) -> tuple[float, float]:
    """The least and the most instances."""
    for urn in item.node.property_dependencies.get("autoScalingConfigurationArn", ()):
        own = item.graph.get(urn)
        if own is not None and own.type == _SCALING:
            return _number(own.inputs.get("minSize"), _LEAST), _number(own.inputs.get("maxSize"), _MOST)
    return _LEAST, _MOST


def _number(said: object, default: float) -> float:
    return float(said) if isinstance(said, int | float) else default


def _size(said: object) -> float:
    """vCPUs or GB: as such (``0.5 vCPU``, ``2 GB``), or in their thousandths (``512``, ``2048``)."""
    number, _, unit = str(said).partition(" ")
    return float(number) if unit else float(number) / 1024


PRICERS: dict[str, Pricer] = {"aws:apprunner/service:Service": service}
