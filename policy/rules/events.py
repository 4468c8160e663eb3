"""EventBridge rules and their targets."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, stack_rule
from policy.rules.sqs import QUEUE, is_fleeting

EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"


@stack_rule(
    "events-dead-letters",
    title="Events that cannot be delivered are kept",
    severity=Severity.LOW,
    types=[EVENT_TARGET],
    frameworks={"Well-Architected": "REL04-BP04"},
    remedy="Set deadLetterConfig.arn to a queue, and let the rule send to it in the queue's policy.",
    link="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html",
    level=Level.ADVISORY,
)
def dead_letters(target: Resource, graph: Graph) -> Iterator[Finding]:
    """EventBridge drops an event after a day, and at once where it may not call the target.

    Not asked of targets that are queues of news worth nothing an hour later.
    """
    fleeting = any(is_fleeting(queue) for queue in graph.refers(target, "arn", QUEUE))
    if target.lacks("deadLetterConfig.arn") and not fleeting:
        yield Finding("drops what cannot be delivered", "deadLetterConfig")
