"""What each metric that an alarm or a dashboard names is, read from ``metric_table``; and what searches are right."""

import re
from dataclasses import dataclass

from tests.systems.metric_table import FAMILIES, GAUGES, LEVELS, OWN, PEAKS, Unit

_SEARCH = re.compile(
    r"SEARCH\('Namespace=\"(?P<namespace>[^\"]+)\" (?P<no>NOT )?MetricName=\(?(?P<names>[^)]+?)\)?', "
    r"'(?P<statistic>\w+)', (?P<period>\d+)\)"
)

_BOUNDS: dict[str, tuple[float, float | None]] = {"Percent": (0, 100), "Ratio": (0, 1), "Flag": (0, 1)}


@dataclass(frozen=True)
class Fact:
    """One metric; ``within`` is what it can be, and None where nothing bounds it."""

    unit: Unit
    dimensions: frozenset[frozenset[str]]
    statistics: frozenset[str]
    source: str
    within: tuple[float, float | None] = (0, None)
    publishes: int = 60
    """Seconds between two values."""
    level: bool = False
    edge: bool = False
    """Whether it is published in us-east-1, wherever the stack is."""


def fact(namespace: str, name: str, dimensions: frozenset[str]) -> Fact | None:
    """What is known of a metric by these dimensions; nothing where it is not published so."""
    for family in FAMILIES.get(namespace, [] if namespace.startswith(("AWS/", "Strata/")) else OWN):
        sets = frozenset(frozenset(one) for one in family.dimensions)
        if name in family.metrics and dimensions in sets:
            unit, statistics = family.metrics[name]
            return Fact(
                unit,
                sets,
                statistics,
                family.source,
                family.within.get(name) or _BOUNDS.get(unit, (0, None)),
                family.publishes,
                name in family.levels,
                family.edge,
            )
    return None


def search_problems(expression: str) -> list[str]:
    """What is wrong with a search for metrics of one's own: levels alone are summed over one minute."""
    found = _SEARCH.fullmatch(expression)
    if found is None:
        return [f"{expression}: is no search that names what it is for"]
    names = {name.strip('" ') for name in found["names"].split(" OR ")}
    way = (found["statistic"], int(found["period"]))
    if found["no"]:
        return (
            []
            if names in (LEVELS | PEAKS, LEVELS | PEAKS | GAUGES) and way == ("Sum", 300)
            else [f"{expression}: sums what is none"]
        )
    if names <= LEVELS:
        return [] if way == ("Sum", 60) else [f"{expression}: a level is published once a minute"]
    return [] if names <= PEAKS and way[0] == "Maximum" else [f"{expression}: is not the greatest"]
