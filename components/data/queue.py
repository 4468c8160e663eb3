"""An SQS queue with a dead-letter queue."""

from typing import Any

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, sid, tls_only
from settings import Settings

_DAY = 24 * 3600
_LONGEST_DAYS = 14
"""The longest that SQS keeps a message:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"""


class QueueSettings(Settings):
    """How long a message waits, how long its reader may work on it, and how often it is tried."""

    retention_days: int = Field(default=4, ge=1, le=_LONGEST_DAYS)
    """For how long a message is kept that nobody takes."""
    visibility_seconds: int = Field(default=300, ge=1, le=43200)
    """For how long a reader has a message to itself before it comes again."""
    max_receives: int = Field(default=5, ge=1, le=1000)
    """After so many failed readings a message goes to the dead letters, where it stays for 14 days."""


class Queue(Component):
    """An SQS queue and its dead letters, encrypted with ``key``, used over TLS by roles that were granted it."""

    def __init__(
        self,
        name: str,
        settings: QueueSettings,
        *,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._key = key
        dead = self._queue("dead-letters", message_retention_seconds=_LONGEST_DAYS * _DAY)
        queue = self._queue(
            "queue",
            message_retention_seconds=settings.retention_days * _DAY,
            visibility_timeout_seconds=settings.visibility_seconds,
            receive_wait_time_seconds=20,
            redrive_policy=pulumi.Output.json_dumps(
                {"deadLetterTargetArn": dead.arn, "maxReceiveCount": settings.max_receives}
            ),
        )
        self._dead_letters = dead
        self.arn = queue.arn
        self.url = queue.url
        self.dead_letters_name = dead.name
        self.register_outputs({"arn": self.arn, "url": self.url})

    @property
    def send(self) -> Grant:
        """Lets a role put messages into the queue."""
        return Grant(Statement(sid("Send", self.name), ["sqs:GetQueueUrl", "sqs:SendMessage"], [self.arn]), self._use)

    @property
    def send_and_consume(self) -> Grant:
        """Lets a role put messages into the queue, read them and take them off."""
        actions = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage"]
        granted = [f"sqs:{action}" for action in (*actions, "SendMessage")]
        return Grant(Statement(sid("SendAndConsume", self.name), granted, [self.arn]), self._use)

    @property
    def operate(self) -> Grant:
        """Lets a role read the dead letters and have SQS send them back to the queue.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
        """
        dead = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
        return Grant(
            Statement(sid("MoveBack", self.name), [f"sqs:{action}" for action in dead], [self._dead_letters.arn]),
            Statement(sid("TakeBack", self.name), ["sqs:SendMessage"], [self.arn]),
            self._key.through("sqs", self.name),
        )

    @property
    def _use(self) -> Grant:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"""
        return Statement(sid("Encrypt", self.name), ["kms:Decrypt", "kms:GenerateDataKey"], [self._key.arn])

    def _queue(self, suffix: str, **own: Any) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(self.child(suffix), kms_master_key_id=self._key.arn, opts=self.child_options(), **own)
        aws.sqs.QueuePolicy(
            self.child(suffix, "policy"),
            queue_url=queue.url,
            policy=policy_document([tls_only([queue.arn], ["sqs:*"])]),
            opts=self.child_options(),
        )
        return queue
