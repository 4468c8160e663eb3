"""The cost section: a bar a component, its lines, and the assumptions that they rest on."""

from dataclasses import dataclass
from itertools import groupby

from analyser.analyses.cost.published import Comparison, comparisons
from analyser.analyses.cost.result import Amount, Cost, Line, ResourceCost, total
from analyser.analyses.cost.usage import usage_of
from analyser.faces.page.amounts import number, percent, usd
from analyser.graph import Graph
from settings import Usage

_SMALL = 0.01
"""Components below this part of the total share a bar."""


@dataclass(frozen=True)
class Bar:
    """A component's cost: the part that is fixed, the part that rests on assumptions, and the range; as widths."""

    name: str
    amount: Amount
    fixed: str
    whole: str
    low: str
    high: str

    @property
    def says(self) -> str:
        """The bar in words."""
        return f"{self.name}: {usd(self.amount.usd)}, {usd(self.amount.low)} to {usd(self.amount.high)}"


@dataclass(frozen=True)
class Component:
    """A component with all its bill lines."""

    name: str
    amount: Amount
    share: str
    resources: tuple[ResourceCost, ...]


@dataclass(frozen=True)
class Assumption:
    """A quantity that lines rest on."""

    name: str
    value: str
    means: str


@dataclass(frozen=True)
class Costs:
    """The contents of the cost section."""

    total: Amount
    unknown: bool
    """Whether the total says nothing, since nothing in it has a price."""
    fixed: float
    bars: tuple[Bar, ...]
    components: tuple[Component, ...]
    assumptions: tuple[Assumption, ...]
    unverified: tuple[str, ...]
    unpriced: tuple[str, ...]
    tables: tuple[Comparison, ...]
    dates: tuple[str, ...]
    """The oldest and the newest day of the prices used."""


def costs(graph: Graph, cost: Cost) -> Costs:
    """The cost section of an estimate."""
    components = tuple(_components(cost))
    dates = sorted({line.price.date for line in cost.lines})
    return Costs(
        total=cost.total,
        unknown=cost.unknown,
        fixed=_fixed(cost.lines),
        bars=tuple(_bars(components, cost.total)),
        components=components,
        assumptions=tuple(_assumptions(usage_of(graph.config), {line.basis for line in cost.lines})),
        unverified=tuple(f"{price.sku} ({price.region})" for price in cost.unverified),
        unpriced=cost.unpriced,
        tables=tuple(comparisons(graph, cost)),
        dates=tuple(dict.fromkeys((dates[0], dates[-1]))) if dates else (),
    )


def quantity(line: Line) -> str:
    """How much of what a line pays for."""
    times = f" \N{MULTIPLICATION SIGN} {line.factor:g}" if line.factor != 1 else ""
    return f"{number(line.quantity)}{times} {line.price.unit}"


def price(line: Line) -> str:
    """What one unit costs, with every digit of it."""
    return "$" + f"{line.price.usd:.10f}".rstrip("0").rstrip(".")


def _components(cost: Cost) -> list[Component]:
    ordered = sorted(cost.resources, key=lambda resource: resource.component)
    found = {name: tuple(group) for name, group in groupby(ordered, key=lambda resource: resource.component)}
    whole = cost.total.usd
    return [
        Component(name, amount, percent(amount.usd, whole, 1), _dearest_first(found[name]))
        for name, amount in cost.by_component
    ]


def _dearest_first(resources: tuple[ResourceCost, ...]) -> tuple[ResourceCost, ...]:
    return tuple(sorted(resources, key=lambda resource: (-resource.usd, resource.name)))


def _bars(components: tuple[Component, ...], whole: Amount) -> list[Bar]:
    large = [found for found in components if found.amount.usd >= whole.usd * _SMALL]
    small = [found for found in components if found not in large]
    parts = [(found.name, [line for resource in found.resources for line in resource.lines]) for found in large]
    if small:
        rest = [line for found in small for resource in found.resources for line in resource.lines]
        parts.append((f"{len(small)} smaller components", rest))
    most = max((total(lines).high for _, lines in parts), default=0.0)
    return [_bar(name, lines, most) for name, lines in parts]


def _bar(name: str, lines: list[Line], most: float) -> Bar:
    amount = total(lines)
    widths = (percent(part, most) for part in (_fixed(lines), amount.usd, amount.low, amount.high))
    return Bar(name, amount, *widths)


def _fixed(lines: list[Line]) -> float:
    return sum(line.usd for line in lines if not line.basis)


def _assumptions(usage: Usage, used: set[str]) -> list[Assumption]:
    """Those that a line of this stack rests on."""
    named = {name.strip() for basis in used for name in basis.split(",")}
    values = usage.model_dump(by_alias=True)
    fields = {field.alias or name: field.description or "" for name, field in Usage.model_fields.items()}
    return [Assumption(name, number(values[name] or 0), means) for name, means in fields.items() if name in named]
