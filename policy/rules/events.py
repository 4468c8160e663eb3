"""EventBridge rules and their targets."""

from collections.abc import Iterator

from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule
from policy.rules.sqs import QUEUE, is_fleeting

EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
PERMISSION = "aws:cloudwatch/eventPermission:EventPermission"


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


@rule(
    "events-bus-not-public",
    title="Event buses take events from accounts that are named",
    severity=Severity.HIGH,
    types=[PERMISSION],
    frameworks={"FSBP": "EventBridge.3"},
    remedy="Name the account as principal, or set condition to the organisation (aws:PrincipalOrgID).",
    link="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html",
)
def bus_not_public(permission: Resource) -> Iterator[Finding]:
    """Whoever has an account at AWS could otherwise start what the bus's rules start."""
    if permission.has("principal", "*") and permission.lacks("condition"):
        yield Finding("lets every account put events on the bus", "principal")
