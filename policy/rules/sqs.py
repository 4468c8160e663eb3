"""SQS queues."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from policy.iam import answers_plain_http
from policy.json_text import decoded
from policy.model import Finding, Graph, Level, Resource, Severity, rule, stack_rule

QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
REDRIVE_POLICY = "aws:sqs/redrivePolicy:RedrivePolicy"
REDRIVE_ALLOW_POLICY = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
# Where resources name the queue that takes what failed.
_FAILURES = {
    QUEUE: "redrivePolicy",
    REDRIVE_POLICY: "redrivePolicy",
    "aws:sns/topicSubscription:TopicSubscription": "redrivePolicy",
    "aws:lambda/function:Function": "deadLetterConfig.targetArn",
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "destinationConfig.onFailure.destination",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "destinationConfig.onFailure.destinationArn",
    "aws:cloudwatch/eventTarget:EventTarget": "deadLetterConfig.arn",
    "aws:scheduler/schedule:Schedule": "target.deadLetterConfig.arn",
}
_LINK = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"
FLEETING_SECONDS = 3600


def is_fleeting(queue: Resource) -> bool:
    """Whether its messages are news that is worth nothing an hour later, such as warnings about Spot instances."""
    return not queue.lacks("messageRetentionSeconds") and not queue.above("messageRetentionSeconds", FLEETING_SECONDS)


@rule(
    "sqs-encrypted",
    title="Queues are encrypted with a customer key",
    severity=Severity.MEDIUM,
    types=[QUEUE],
    frameworks={"FSBP": "SQS.1", "cdk-nag": "AwsSolutions-SQS2", "Checkov": "CKV_AWS_27"},
    remedy="Set kmsMasterKeyId to a customer key whose policy lets the sending services use it.",
    link=_LINK + "sqs-server-side-encryption.html",
)
def encrypted(queue: Resource) -> Iterator[Finding]:
    """Messages repeat what the systems handle. The key that AWS manages cannot be used by services that send."""
    if queue.has("kmsMasterKeyId", "alias/aws/sqs"):
        yield Finding("is encrypted with the key that AWS manages", "kmsMasterKeyId")
    elif queue.lacks("kmsMasterKeyId"):
        off = queue.has("sqsManagedSseEnabled", False)
        yield Finding("is not encrypted" if off else "is encrypted with a key of SQS's own", "kmsMasterKeyId")


@stack_rule(
    "sqs-tls-only",
    title="Queue policies deny requests without TLS",
    severity=Severity.MEDIUM,
    types=[QUEUE],
    frameworks={"cdk-nag": "AwsSolutions-SQS4"},
    remedy="Add a QueuePolicy that denies sqs:* to everybody if aws:SecureTransport is false.",
    link=_LINK + "sqs-security-best-practices.html",
)
def tls_only(queue: Resource, graph: Graph) -> Iterator[Finding]:
    """SQS answers plain HTTP unless the queue's policy says no."""
    if answers_plain_http(queue, graph, QUEUE_POLICY, "sqs:SendMessage", "sqs:ReceiveMessage", by="queueUrl"):
        yield Finding("has no policy that denies requests without TLS")


@stack_rule(
    "sqs-dead-letters",
    title="Messages that cannot be handled are kept",
    severity=Severity.LOW,
    types=[QUEUE],
    frameworks={"cdk-nag": "AwsSolutions-SQS3"},
    remedy="Set redrivePolicy with deadLetterTargetArn and maxReceiveCount.",
    link=_LINK + "sqs-dead-letter-queues.html",
    level=Level.ADVISORY,
)
def dead_letters(queue: Resource, graph: Graph) -> Iterator[Finding]:
    """A message that no consumer can handle comes back until it expires. Asked of queues that are none themselves."""
    own = not queue.lacks("redrivePolicy") or graph.companions(queue, REDRIVE_POLICY, by="queueUrl")
    takes = not queue.lacks("redriveAllowPolicy") or graph.companions(queue, REDRIVE_ALLOW_POLICY, by="queueUrl")
    if own or takes or is_fleeting(queue) or graph.unresolved(REDRIVE_POLICY, "queueUrl"):
        return
    failed = _failure_queues(graph)
    if failed is not None and queue.urn not in failed:
        yield Finding("has no dead-letter queue", "redrivePolicy")


@lru_cache(maxsize=8)
def _failure_queues(graph: Graph) -> frozenset[str] | None:
    """The queues that take what failed elsewhere; None where it cannot be told which they are."""
    arns = ((queue.outputs.get("arn"), queue.urn) for queue in graph.of(QUEUE))
    by_arn = {arn: urn for arn, urn in arns if isinstance(arn, str)}
    found: set[str] = set()
    for token, path in _FAILURES.items():
        for resource in graph.of(token):
            targets = graph.refers(resource, path, QUEUE)
            if resource.unknown(path) and not targets:
                return None
            found |= {queue.urn for queue in targets}
            found.add(by_arn.get(_target(resource.get(path)), ""))
    return frozenset(found)


def _target(value: Any) -> str:
    """The ARN in a redrive policy, which is JSON."""
    content = decoded(value)
    arn = content.get("deadLetterTargetArn") if isinstance(content, dict) else None
    return arn if isinstance(arn, str) else ""
