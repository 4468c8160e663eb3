"""EventBridge events of failures that a service publishes no metric of, kept in a queue for an alarm."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.compute.failure_queue import read_failures
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, tls_only

_LONGEST_SECONDS = 14 * 24 * 3600


class FailedEvents(Component):
    """An EventBridge rule for failure events, and a queue that keeps them for 14 days.

    The rule is for an alarm, the queue for whoever wants to know why. It is encrypted with ``key``, whose policy must
    hold ``publishers(account, "events")``. ``pattern`` is what events are told by, in EventBridge's form.
    """

    _RULE = "failed"

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        description: str,
        pattern: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        rule = make_rule(self, self._RULE, description, pattern)
        self._queue, self._key = keep_events(self, key, {"target": rule}), key
        self.rule_name = rule.name
        self.queue_name = self._queue.name
        self.register_outputs({"ruleName": self.rule_name, "queueName": self.queue_name})

    @property
    def operate(self) -> Grant:
        """Lets a role read the events that were kept."""
        return read_failures(self.name, self._queue, self._key)


def make_rule(parent: Component, suffix: str, description: str, pattern: Mapping[str, Any]) -> aws.cloudwatch.EventRule:
    """A rule of ``parent`` for the events of a pattern."""
    return aws.cloudwatch.EventRule(
        parent.child(suffix),
        description=description,
        event_pattern=pulumi.Output.json_dumps(pattern),
        opts=parent.child_options(),
    )


def keep_events(parent: Component, key: Key, rules: Mapping[str, aws.cloudwatch.EventRule]) -> aws.sqs.Queue:
    """A queue of ``parent`` that keeps for 14 days what ``rules``, by the suffix of their target, match."""
    queue = aws.sqs.Queue(
        parent.child("queue"),
        message_retention_seconds=_LONGEST_SECONDS,
        kms_master_key_id=key.arn,
        opts=parent.child_options(),
    )
    sources = [rule.arn for rule in rules.values()]
    send = Statement(
        "Events",
        ["sqs:SendMessage"],
        [queue.arn],
        {"ArnEquals": {"aws:SourceArn": sources if len(sources) > 1 else sources[0]}},
        principals={"Service": ["events.amazonaws.com"]},
    )
    policy = aws.sqs.QueuePolicy(
        parent.child("policy"),
        queue_url=queue.url,
        policy=policy_document([send, tls_only([queue.arn], ["sqs:*"])]),
        opts=parent.child_options(),
    )
    for suffix, rule in rules.items():
        aws.cloudwatch.EventTarget(
            parent.child(suffix),
            rule=rule.name,
            arn=queue.arn,
            # What EventBridge may not deliver yet is lost.
            opts=parent.child_options(depends_on=[policy]),
        )
    return queue
