"""EventBridge rules and their targets."""

from collections.abc import Iterator

from policy.iam import RESOURCE, Statement, documents, grants, service_name
from policy.iam.narrowing import SOURCES
from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule
from policy.rules.sns import TOPIC
from policy.rules.sqs import QUEUE, is_fleeting

EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget"
KEY = "aws:kms/key:Key"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
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


@stack_rule(
    "events-topic-key-without-source",
    title="Keys of topics let EventBridge in without a source",
    severity=Severity.MEDIUM,
    types=[EVENT_TARGET],
    frameworks={"Well-Architected": "REL04-BP04"},
    remedy="Leave aws:SourceAccount, aws:SourceArn and aws:SourceOrgID out of the statement for events.amazonaws.com; "
    "the topic's own policy may ask for them.",
    link="https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
)
def topic_key_without_source(target: Resource, graph: Graph) -> Iterator[Finding]:
    """EventBridge brings no source to the key of an encrypted topic: what asks for one gets no event, and no error."""
    for topic in graph.refers(target, "arn", TOPIC):
        for key in graph.refers(topic, "kmsMasterKeyId", KEY):
            holders = [key, *graph.companions(key, KEY_POLICY, by="keyId")]
            letting = [one for holder in holders for one in _letting_events(holder)]
            if letting and all(_asks_for_source(statement) for statement in letting):
                said = ", ".join(statement.label for statement in letting)
                yield Finding(f"sends to a topic whose key asks EventBridge for its source ({said})", "arn")


def _letting_events(key: Resource) -> Iterator[Statement]:
    for document in documents(key, RESOURCE):
        for statement in document.allowing():
            services = [service_name(str(each)) for each in statement.principals_of("Service")]
            if "events" in services and grants(statement.known_actions(), "kms:GenerateDataKey"):
                yield statement


def _asks_for_source(statement: Statement) -> bool:
    return any(condition.binds and condition.key.lower() in SOURCES for condition in statement.conditions)
