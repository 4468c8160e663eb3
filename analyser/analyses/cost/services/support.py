"""Extended Support: what a version costs more once its standard support is over."""

from collections.abc import Iterator
from datetime import timedelta

from analyser.analyses.cost.item import Item
from analyser.analyses.cost.result import Line
from policy import clock
from policy.support import read_support


def extended(item: Item, service: str, asked: str, sku: str, number: float) -> Iterator[Line]:
    """The line of ``number`` units an hour from the day after the end; before it, of nothing, with what it will be.

    Nothing for a version whose end ``policy/support.yaml`` does not have.
    """
    known = read_support()[service]
    end = known.ends.get(known.key(asked))
    if end is None:
        return
    begins = end + timedelta(days=1)
    if clock.today() >= begins:
        yield item.hours(f"Extended Support since {begins}", sku, number)
        return
    usd = item.hours("", sku, number).usd
    yield item.hours(f"Extended Support from {begins} on: {usd:,.2f} a month", sku, 0)
