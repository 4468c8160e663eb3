"""Whether Route 53 can choose between both regions: records of one name that go together, and health checks that say
what they are asked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from analyser.analyses.routing import policy
from analyser.analyses.simulation.model import Fault, Pair
from analyser.graph import Node

_CHECK, _RECORD = "aws:route53/healthCheck:HealthCheck", "aws:route53/record:Record"
_FAILOVER = "failoverRoutingPolicies"


def together(pair: Pair) -> Iterator[Fault]:
    """Records of one name and type, in both stacks, of which Route 53 refuses one or that leave out one region.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
    """
    named: dict[tuple[str, str], list[Node]] = {}
    for record in (record for graph in (pair.home, pair.standby) for record in graph.of_type(_RECORD)):
        if policy(record):
            named.setdefault((_name(record), str(record.inputs.get("type"))), []).append(record)
    told = [f"{key[0]} {why}" for key, records in sorted(named.items()) for why in (*_alike(records), *_alone(records))]
    yield from (Fault("name", pair.home.stack, why) for why in dict.fromkeys(told))


def _alike(records: list[Node]) -> Iterator[str]:
    """By what tells records of one zone apart."""
    said = Counter((record.inputs.get("zoneId"), record.inputs.get("setIdentifier")) for record in records)
    for (_, identifier), times in said.items():
        if identifier and times > 1:
            yield f"has {times} records of the set identifier {identifier}: Route 53 takes one"


def _alone(records: list[Node]) -> Iterator[str]:
    kinds = Counter(str(one.get("type")) for record in records for one in record.inputs.get(_FAILOVER) or ())
    for kind, times in kinds.items():
        if times > 1:
            yield f"has {times} records that are {kind}: Route 53 takes one"
    for kind in ("PRIMARY", "SECONDARY"):
        if kinds and kind not in kinds:
            yield f"has no record that is {kind}: it leads to one region whatever answers"


def checks(pair: Pair) -> Iterator[Fault]:
    """Health checks of a record, and those that these are calculated from, that cannot say what they are asked."""
    made = {one.id: one for graph in (pair.home, pair.standby) for one in graph.of_type(_CHECK)}
    there = {_name(record) for record in pair.standby.of_type(_RECORD)}
    names = there | {_name(record) for record in pair.home.of_type(_RECORD)}
    for graph in (pair.home, pair.standby):
        told: set[str] = set()
        for record in graph.of_type(_RECORD):
            top = made.get(str(record.inputs.get("healthCheckId")))
            for check, why in _wrong(top, made, names) if top else ():
                if why not in told:
                    yield Fault("name", f"{graph.stack}: {check.name}", why)
                told.add(why)
            if top and graph is pair.home:
                yield from _contrary(pair, top, made, there - {_name(one) for one in graph.of_type(_RECORD)})


def _wrong(top: Node, made: Mapping[str, Node], names: set[str]) -> Iterator[tuple[Node, str]]:
    if top.inputs.get("invertHealthcheck"):
        yield top, "is well while nothing answers, and ill once it does: it is inverted"
    for check in _with_children(top, made):
        asked = check.inputs.get("fqdn")
        if asked and asked not in names:
            yield check, f"asks at {asked}, which no record of either stack leads from: it never answers"
        if check is not top and check.inputs.get("disabled"):
            yield check, f"is switched off, and so always says the same to {top.name}"
        yield from ((check, why) for why in _threshold(check, made))


def _threshold(check: Node, made: Mapping[str, Node]) -> Iterator[str]:
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html"""
    children, least = check.inputs.get("childHealthchecks"), check.inputs.get("childHealthThreshold")
    if not children or not isinstance(least, int | float):
        return
    if least == 0:
        yield "is always well: none of the checks that it is calculated from has to be"
    elif least > len(children):
        yield f"is never well: {least:g} of {len(children)} checks have to be"
    for child in children:
        if isinstance(child, str) and child not in made:
            yield f"is calculated from the health check {child}, which neither stack makes"


def _contrary(pair: Pair, top: Node, made: Mapping[str, Node], there: set[str]) -> Iterator[Fault]:
    """Home is well when it has not been taken over, which an inverted check at the other region's name says."""
    for check in _with_children(top, made):
        asked = check.inputs.get("fqdn")
        if asked in there and not check.inputs.get("invertHealthcheck"):
            why = f"is well once {asked} of {pair.standby.stack} answers: home gets requests only when it is taken over"
            yield Fault("name", f"{pair.home.stack}: {check.name}", why)


def _with_children(check: Node, made: Mapping[str, Node]) -> Iterator[Node]:
    """A check with all that it is calculated from; Route 53 calculates from no calculated one."""
    yield check
    for child in check.inputs.get("childHealthchecks") or ():
        if child in made:
            yield made[child]


def _name(record: Node) -> Any:
    return str(record.inputs.get("name")).rstrip(".")
