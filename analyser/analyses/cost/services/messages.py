"""SNS, SQS."""

from collections.abc import Iterator

from analyser.analyses.cost.item import Item, Pricer
from analyser.analyses.cost.result import Line

_TOPIC, _QUEUE = "aws:sns/topic:Topic", "aws:sqs/queue:Queue"


def topic(item: Item) -> Iterator[Line]:
    """Requests; mails and calls of functions from it are cents or free."""
    yield item.used("Requests", "sns.requests", "message_millions", share=_share(item))


def queue(item: Item) -> Iterator[Line]:
    """Requests to an SQS standard queue."""
    yield item.used("Requests", "sqs.requests", "message_millions", share=_share(item))


def _share(item: Item) -> float:
    return 1 / (len(item.graph.of_type(_TOPIC)) + len(item.graph.of_type(_QUEUE)))


PRICERS: dict[str, Pricer] = {_TOPIC: topic, _QUEUE: queue}
