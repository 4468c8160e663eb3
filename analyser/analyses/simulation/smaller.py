"""What the promoted stack has less of than home: zones that it stands in, and room in its stores."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.recovery import recovery
from analyser.analyses.recovery.model import State
from analyser.analyses.simulation.model import Fault, Pair
from analyser.analyses.simulation.remaining import SUBNET, zones
from analyser.graph import Graph
from settings.objectives import Loss

_CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
_NAT = "aws:ec2/natGateway:NatGateway"
_MACHINE = re.compile(r"(?:db|cache|kafka)?\.?(?P<letter>[a-z])[a-z0-9-]*\.(?P<times>\d*)(?P<size>[a-z]+)(?:\.search)?")
_SIZES = {"nano": 0.5, "micro": 1.0, "small": 2.0, "medium": 4.0, "large": 8.0, "xlarge": 16.0}
_LETTERS = {"t": 1.0, "m": 1.0, "c": 0.5, "r": 2.0, "x": 4.0}
"""Memory in GiB is about what a size has, times this, whatever the generation:
https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html"""
_ROOM = {
    "aws:rds/instance:Instance": ("instanceClass", "allocatedStorage", "maxAllocatedStorage"),
    "aws:rds/clusterInstance:ClusterInstance": ("instanceClass",),
    "aws:rds/cluster:Cluster": ("serverlessv2ScalingConfiguration.maxCapacity",),
    _CACHE: ("nodeType", "numNodeGroups"),
    "aws:msk/cluster:Cluster": ("brokerNodeGroupInfo.instanceType", "numberOfBrokerNodes"),
    "aws:opensearch/domain:Domain": (
        "clusterConfig.instanceType",
        "clusterConfig.instanceCount",
        "ebsOptions.volumeSize",
    ),
}
"""What says how much a store takes; a copy that says nothing has what its source has. Brokers begin empty, and their
volumes grow by themselves."""


def smaller(pair: Pair) -> Iterator[Fault]:
    """All of it."""
    yield from _narrow(pair)
    yield from _weak(pair)


def _narrow(pair: Pair) -> Iterator[Fault]:
    """What stands in several zones at home and in one once promoted, where home says how it gets over a zone's loss.

    A network of one zone is told as a whole (``switched.network``).
    """
    stated = any(each.loss is Loss.ZONE and each.state is not State.UNSTATED for each in recovery(pair.home).verdicts)
    if not stated or len(zones(pair.promoted)) < 2:
        return
    home, here = _places(pair.home), _places(pair.promoted)
    for (token, name), several in home.items():
        there = here.get((token, name), set())
        if len(several) > 1 and len(there) == 1:
            what = name or "NAT gateways"
            said = f"only {min(there)} once promoted, at home {', '.join(sorted(several))}"
            yield Fault("zone", f"{pair.standby.stack}: {what}", said)
    spread = {cache.name for cache in pair.home.of_type(_CACHE) if cache.inputs.get("multiAzEnabled")}
    for cache in pair.promoted.of_type(_CACHE):
        # What is said of the zones of a cache that follows no other is an objective of its own (``recovery``).
        follows = cache.inputs.get("globalReplicationGroupId")
        if follows and cache.name in spread and not cache.inputs.get("multiAzEnabled"):
            yield Fault("zone", f"{pair.standby.stack}: {cache.name}", "may stand in one zone, as home's may not")


def _places(graph: Graph) -> dict[tuple[str, str], set[str]]:
    """The zones of each resource that names subnets, by type and name; those of all NAT gateways together."""
    subnets = {node.id: str(node.inputs.get("availabilityZone")) for node in graph.of_type(SUBNET)}
    found: dict[tuple[str, str], set[str]] = {}
    for node in graph.resources:
        named = {subnets[each] for each in _strings(node.inputs) if each in subnets}
        if named:
            found.setdefault((node.type, "" if node.type == _NAT else node.name), set()).update(named)
    return found


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(each)


def _weak(pair: Pair) -> Iterator[Fault]:
    for token, paths in _ROOM.items():
        here = {node.name: node for node in pair.promoted.of_type(token)}
        for node in (node for node in pair.home.of_type(token) if node.name in here):
            for path in paths:
                at_home, there = (each.at(*path.split(".")) for each in (node, here[node.name]))
                if (size := _size(there)) and size < (_size(at_home) or 0):
                    where = f"{pair.standby.stack}: {node.name}"
                    yield Fault("size", where, f"{path} is {there} once promoted, at home {at_home}")


def _size(said: Any) -> float | None:
    """A number as it is, a machine by its memory; None for what is neither."""
    if isinstance(said, int | float):
        return float(said)
    found = _MACHINE.fullmatch(said) if isinstance(said, str) else None
    if found is None or found["size"] not in _SIZES or found["letter"] not in _LETTERS:
        return None
    return float(found["times"] or 1) * _SIZES[found["size"]] * _LETTERS[found["letter"]]
