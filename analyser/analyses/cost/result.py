"""The values of a cost estimate."""

from collections.abc import Iterable
from dataclasses import dataclass

HOURS = 730
"""A month in hours, as AWS's own calculator has it: https://docs.aws.amazon.com/pricing-calculator/latest/userguide/"""


UNSAID = "nobody has said what it costs"
"""Said of a type among what an estimate lacks."""


@dataclass(frozen=True)
class Price:
    """One SKU's price in one region."""

    sku: str
    usd: float
    unit: str
    region: str
    date: str
    """When the source stated it."""
    source: str
    verified: bool
    """Whether it was read at its source; otherwise it is the figure generally known and waits for ``make prices``."""


@dataclass(frozen=True)
class Line:
    """One item of a resource's bill: a quantity at a price."""

    label: str
    price: Price
    quantity: float
    low: float
    """The quantity when the stack is used little; the same as ``quantity`` for what is fixed."""
    high: float
    basis: str = ""
    """The assumption that the quantity rests on, by its name in ``strata:usage``; empty for what is fixed."""
    factor: float = 1.0
    """How many times the price is paid, such as 2 in two zones."""

    @property
    def usd(self) -> float:
        """A month's cost."""
        return self.quantity * self.factor * self.price.usd

    @property
    def low_usd(self) -> float:
        """A month's cost when used little."""
        return self.low * self.factor * self.price.usd

    @property
    def high_usd(self) -> float:
        """A month's cost when used much."""
        return self.high * self.factor * self.price.usd


NOT_KNOWN = "not known"
"""Said of a total in which nothing has a price."""


SPANS = "range: what is assumed, halved and doubled; what scales by itself, from the least to the most its limits allow"
"""What lies between the low and the high of an estimate."""


@dataclass(frozen=True)
class Amount:
    """A month's cost with its range, in USD."""

    usd: float
    low: float
    high: float


@dataclass(frozen=True)
class ResourceCost:
    """What one resource costs."""

    urn: str
    type: str
    name: str
    component: str
    """The outermost component around it; its own name where there is none."""
    region: str
    lines: tuple[Line, ...]
    note: str = ""
    """What the lines rest on or leave out, in words."""

    @property
    def usd(self) -> float:
        """A month's cost."""
        return sum(line.usd for line in self.lines)


@dataclass(frozen=True)
class Cost:
    """What a stack costs: only resources that cost something, in order of registration."""

    resources: tuple[ResourceCost, ...]
    unpriced: tuple[str, ...] = ()
    """What the estimate lacks, one a line: resources whose price the snapshot does not hold, types nobody priced."""
    unused: tuple[str, ...] = ()
    """What costs nothing only because nothing is assumed of its use, one a line with the assumptions."""

    @property
    def without_price(self) -> list[str]:
        """The resources among what the estimate lacks; types that nobody priced are told together, with a count."""
        return [line for line in self.unpriced if not line.endswith(UNSAID)]

    @property
    def unknown(self) -> bool:
        """Whether nothing can be said of the total: something has no price, and nothing with a price costs anything."""
        return bool(self.unpriced) and not self.resources

    @property
    def lines(self) -> list[Line]:
        """Every line of every resource."""
        return [line for resource in self.resources for line in resource.lines]

    @property
    def total(self) -> Amount:
        """The whole stack."""
        return total(self.lines)

    @property
    def by_component(self) -> list[tuple[str, Amount]]:
        """The outermost components, the dearest first."""
        lines: dict[str, list[Line]] = {}
        for resource in self.resources:
            lines.setdefault(resource.component, []).extend(resource.lines)
        amounts = [(name, total(found)) for name, found in lines.items()]
        return sorted(amounts, key=lambda entry: (-entry[1].usd, entry[0]))

    @property
    def unverified(self) -> list[Price]:
        """The prices used that nobody read at their source, each once."""
        return sorted({line.price for line in self.lines if not line.price.verified}, key=lambda p: (p.sku, p.region))


def total(lines: Iterable[Line]) -> Amount:
    """The sum of lines."""
    found = list(lines)
    return Amount(
        sum(line.usd for line in found), sum(line.low_usd for line in found), sum(line.high_usd for line in found)
    )
