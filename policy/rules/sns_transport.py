"""How messages travel to and from SNS topics."""

from collections.abc import Iterator

from policy.iam import answers_plain_http
from policy.model import Finding, Graph, Resource, Severity, rule, stack_rule
from policy.rules.sns import TOPIC

TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
_LINK = "https://docs.aws.amazon.com/sns/latest/dg/"


@stack_rule(
    "sns-tls-only",
    title="Topic policies deny publishing without TLS",
    severity=Severity.MEDIUM,
    types=[TOPIC],
    frameworks={"cdk-nag": "AwsSolutions-SNS3"},
    remedy="Add a TopicPolicy that denies sns:Publish to everybody if aws:SecureTransport is false.",
    link=_LINK + "sns-security-best-practices.html",
)
def tls_only(topic: Resource, graph: Graph) -> Iterator[Finding]:
    """SNS answers plain HTTP unless the topic's policy says no."""
    if answers_plain_http(topic, graph, TOPIC_POLICY, "sns:Publish", by="arn"):
        yield Finding("has no policy that denies publishing without TLS")


@rule(
    "sns-https-subscriptions",
    title="Topics deliver by HTTPS",
    severity=Severity.HIGH,
    types=[SUBSCRIPTION],
    frameworks={"Well-Architected": "SEC09-BP02"},
    remedy="Set protocol to https and name an endpoint that serves it.",
    link=_LINK + "sns-security-best-practices.html",
)
def https_subscriptions(subscription: Resource) -> Iterator[Finding]:
    """By plain HTTP everybody on the way reads the message and can send one of his own."""
    if subscription.has("protocol", "http"):
        yield Finding("delivers in clear", "protocol")
