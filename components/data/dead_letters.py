"""A dead-letter queue of an EventBridge rule."""

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.compute.failure_queue import read_failures
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, tls_only

_LONGEST_SECONDS = 14 * 24 * 3600


class DeadLetters(Component):
    """A queue that one rule of EventBridge leaves its undeliverable events in, for the 14 days that SQS keeps them.

    Encrypted with ``key``, whose policy must hold ``publishers(account, "events")``.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    def __init__(
        self,
        name: str,
        *,
        key: Key,
        rule_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        queue = aws.sqs.Queue(
            self.child("queue"),
            message_retention_seconds=_LONGEST_SECONDS,
            kms_master_key_id=key.arn,
            opts=self.child_options(),
        )
        leave = Statement(
            "Events",
            ["sqs:SendMessage"],
            [queue.arn],
            {"ArnEquals": {"aws:SourceArn": rule_arn}},
            principals={"Service": ["events.amazonaws.com"]},
        )
        aws.sqs.QueuePolicy(
            self.child("policy"),
            queue_url=queue.url,
            policy=policy_document([leave, tls_only([queue.arn], ["sqs:*"])]),
            opts=self.child_options(),
        )
        self._queue, self._key = queue, key
        self.arn = queue.arn
        self.queue_name = queue.name
        self.register_outputs({"arn": self.arn})

    @property
    def operate(self) -> Grant:
        """Lets a role read what was left."""
        return read_failures(self.name, self._queue, self._key)
