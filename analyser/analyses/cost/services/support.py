"""Extended Support: what a version costs more once its standard support is over."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.result import Line
from policy import clock
from policy.version_support import read_support

AFTER = date.max
"""A day before which everything ends."""


def extended(item: Item, service: str, asked: str, number: float, prices: Mapping[int, str]) -> Iterator[Line]:
    """A line for each price of Extended Support that ``number`` units an hour have or will have.

    ``prices`` has the SKU by the whole years after the day that follows the end of standard support, and an empty one
    for when AWS raises the version itself. What is over has no line; what is still to come has one of nothing, with the
    day and what it will be. Nothing for a version whose end ``policy/support.yaml`` does not have.
    """
    known = read_support()[service]
    end = known.ends.get(known.key(asked))
    if end is None:
        return
    begins = end + timedelta(days=1)
    days = [begins.replace(year=begins.year + years) for years in prices]
    for (first, following), sku in zip(pairwise([*days, AFTER]), prices.values(), strict=True):
        if not sku:
            return
        if clock.today() < first:
            usd = item.hours("", sku, number).usd
            yield item.hours(f"Extended Support from {first} on: {usd:,.2f} a month", sku, 0)
        elif clock.today() < following:
            yield item.hours(f"Extended Support since {first}", sku, number)
