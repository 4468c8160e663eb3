"""The cost tables of the designs that two systems come from, beside what the estimate says of the same things."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyser.analyses.cost.published_tables import TABLES, Part, Table, TableLine
from analyser.analyses.cost.result import Cost, Line, ResourceCost
from analyser.graph import Graph
from settings.stack import PROJECT


@dataclass(frozen=True)
class Compared:
    """A line of a table beside the estimate's lines for it."""

    name: str
    low: float
    high: float
    usd: float
    why: str

    @property
    def difference(self) -> float:
        """By how much the estimate is above the table's range, or below it (negative); 0 within it."""
        return max(0.0, self.usd - self.high) + min(0.0, self.usd - self.low)


@dataclass(frozen=True)
class Comparison:
    """A whole table beside the estimate."""

    title: str
    lines: tuple[Compared, ...]
    total: Compared
    missing: tuple[tuple[str, float], ...]
    """What the estimate has and the table has not, by service, the dearest first; empty for a table of a few things."""


def comparisons(graph: Graph, cost: Cost) -> list[Comparison]:
    """The tables of the stack's system, for its production stack; none for the others."""
    if graph.config.get(f"{PROJECT}:environment") != "prod":
        return []
    return [_compare(table, cost) for table in TABLES.get(graph.config.get(f"{PROJECT}:system", ""), ())]


def _compare(table: Table, cost: Cost) -> Comparison:
    sums = dict.fromkeys(table.lines, 0.0)
    missing: dict[str, float] = {}
    for resource, line in _all(cost):
        found = _line_for(table, resource, line)
        if found is not None:
            sums[found] += line.usd
        else:
            service = _service(resource.type)
            missing[service] = missing.get(service, 0.0) + line.usd
    lines = tuple(Compared(entry.name, entry.low, entry.high, usd, entry.why) for entry, usd in sums.items())
    total = Compared("Total", table.low, table.high, sum(sums.values()), table.why)
    others = sorted(missing.items(), key=lambda entry: -entry[1]) if table.whole else []
    return Comparison(table.title, lines, total, tuple(entry for entry in others if entry[1] >= 0.005))


def _all(cost: Cost) -> Iterator[tuple[ResourceCost, Line]]:
    for resource in cost.resources:
        for line in resource.lines:
            yield resource, line


def _line_for(table: Table, resource: ResourceCost, line: Line) -> TableLine | None:
    for entry in table.lines:
        if any(_matches(part, resource, line) for part in entry.parts):
            return entry
    return None


def _matches(part: Part, resource: ResourceCost, line: Line) -> bool:
    return resource.type.startswith(part.type) and part.label in line.label and part.name in resource.name


def _service(token: str) -> str:
    package, module, _ = token.split(":")
    return module.split("/")[0] if package == "aws" else package
