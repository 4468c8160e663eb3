"""AWS Config rules, CloudTrail."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

EVALUATIONS = 3
"""Rules that judge a recorded change on average."""


def rule(item: Item) -> Iterator[Line]:
    """The share of evaluations that falls to one AWS Config rule."""
    share = EVALUATIONS / item.of_same_type()
    yield item.used("Evaluations", "config.evaluations", "config_items", share=share)


def trail(item: Item) -> Iterator[Line]:
    """The first trail's management events are free; data events are not."""
    selectors = [*item.read("eventSelectors", default=[]), *item.read("advancedEventSelectors", default=[])]
    if any(selector.get("dataResources") or "Data" in str(selector.get("fieldSelectors")) for selector in selectors):
        yield item.used("Data events", "cloudtrail.data-events", "bucket_request_millions")


PRICERS: dict[str, Pricer] = {
    "aws:cfg/rule:Rule": rule,
    "aws:cloudtrail/trail:Trail": trail,
}
