"""The input of a pricing rule: one resource with prices and usage."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analyser.analyses.cost.price_snapshot import NoPriceError, price
from analyser.analyses.cost.result import HOURS, Line
from analyser.graph import Graph, Node
from policy.unknown import UNKNOWN
from settings import Usage

LITTLE, MUCH = 0.5, 2.0
"""The range of every assumption: half and double."""


@dataclass(frozen=True)
class Item:
    """One resource with its graph, its region and the assumptions of its stack."""

    node: Node
    graph: Graph
    region: str
    usage: Usage

    def fixed(self, label: str, sku: str, quantity: float, *, factor: float = 1.0) -> Line:
        """A bill line with an exactly known quantity."""
        return Line(label, price(sku, self.region), quantity, quantity, quantity, factor=factor)

    def hours(self, label: str, sku: str, number: float = 1) -> Line:
        """A bill line of ``number`` units for all hours of a month."""
        return self.fixed(label, sku, HOURS, factor=number)

    def scaled(
        self, label: str, sku: str, quantity: float, *, low: float, high: float, factor: float = 1.0, basis: str
    ) -> Line:
        """A line whose quantity moves between bounds by itself; bounds that do not hold it are moved to where it is."""
        low, high = min(low, quantity), max(high, quantity)
        return Line(label, price(sku, self.region), quantity, low, high, basis, factor)

    def used(self, label: str, sku: str, basis: str, *, share: float = 1.0) -> Line:
        """A bill line of the assumption ``basis`` (its Python name) or a ``share`` of it, with its range."""
        quantity = self.assumed(basis) * share
        return Line(label, price(sku, self.region), quantity, quantity * LITTLE, quantity * MUCH, alias(basis))

    def assumed(self, basis: str) -> float:
        """An assumption's value; 0 where none is made."""
        return float(getattr(self.usage, basis) or 0)

    def of_same_type(self) -> int:
        """How many resources of this type the stack has, to divide an assumption by."""
        return max(1, len(self.graph.of_type(self.node.type)))

    def read(self, *path: str, default: Any = None) -> Any:
        """An input by its path; ``default`` where it is not given.

        Raises NoPriceError where it is given and not known: nothing stands for that, neither nothing nor one.
        """
        value: Any = self.node.inputs
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
            if value is UNKNOWN:
                raise NoPriceError(f"{step} is not known")
        return default if value is None else value

    def text(self, name: str) -> str:
        """An input that has to be given. Raises NoPriceError where it is not, or not known."""
        value = self.read(name)
        if value is None:
            raise NoPriceError(f"{name} is not known")
        return str(value)

    def number(self, *path: str, default: float = 0) -> float:
        """An input that is a number, or text of one; else as ``read``."""
        value = self.read(*path, default=default)
        try:
            return float(value)
        except (TypeError, ValueError):
            return default


Pricer = Callable[[Item], Iterator[Line]]


def alias(basis: str) -> str:
    """An assumption's name as a stack file spells it."""
    return Usage.model_fields[basis].alias or basis
