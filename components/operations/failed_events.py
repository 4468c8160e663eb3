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
        rule = aws.cloudwatch.EventRule(
            self.child(self._RULE),
            description=description,
            event_pattern=pulumi.Output.json_dumps(pattern),
            opts=self.child_options(),
        )
        queue = aws.sqs.Queue(
            self.child("queue"),
            message_retention_seconds=_LONGEST_SECONDS,
            kms_master_key_id=key.arn,
            opts=self.child_options(),
        )
        send = Statement(
            "Events",
            ["sqs:SendMessage"],
            [queue.arn],
            {"ArnEquals": {"aws:SourceArn": rule.arn}},
            principals={"Service": ["events.amazonaws.com"]},
        )
        policy = aws.sqs.QueuePolicy(
            self.child("policy"),
            queue_url=queue.url,
            policy=policy_document([send, tls_only([queue.arn], ["sqs:*"])]),
            opts=self.child_options(),
        )
        aws.cloudwatch.EventTarget(
            self.child("target"),
            rule=rule.name,
            arn=queue.arn,
            # What EventBridge may not deliver yet is lost.
            opts=self.child_options(depends_on=[policy]),
        )
        self._queue, self._key = queue, key
        self.rule_name = rule.name
        self.queue_name = queue.name
        self.register_outputs({"ruleName": self.rule_name, "queueName": self.queue_name})

    @property
    def operate(self) -> Grant:
        """Lets a role read the events that were kept."""
        return read_failures(self.name, self._queue, self._key)
