"""Queues for failed invocations and records of Lambda functions, and the rights to write and read them."""

import pulumi_aws as aws

from components.component import Component
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, sid, tls_only

_LONGEST_SECONDS = 14 * 24 * 3600  # the longest that SQS keeps a message


def failure_queue(owner: Component, suffix: str, key: Key) -> aws.sqs.Queue:
    """A queue below ``owner``, encrypted with ``key`` and used over TLS, which keeps messages for 14 days."""
    queue = aws.sqs.Queue(
        owner.child(suffix),
        kms_master_key_id=key.arn,
        message_retention_seconds=_LONGEST_SECONDS,
        opts=owner.child_options(),
    )
    aws.sqs.QueuePolicy(
        owner.child(suffix, "policy"),
        queue_url=queue.url,
        policy=policy_document([tls_only([queue.arn], ["sqs:*"])]),
        opts=owner.child_options(),
    )
    return queue


def read_failures(name: str, queue: aws.sqs.Queue, key: Key) -> Grant:
    """Lets a role read what is kept in the encrypted queue of the component ``name``, and leave it there."""
    return Grant(Statement(sid("Receive", name), ["sqs:ReceiveMessage"], [queue.arn]), key.through("sqs", name))


def keep_failures(name: str, queue: aws.sqs.Queue, key: Key) -> Grant:
    """Lets a function's role put failures into the encrypted queue of the component ``name``.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    return Grant(
        Statement(sid("Keep", name), ["sqs:SendMessage"], [queue.arn]),
        Statement(sid("Encrypt", name), ["kms:Decrypt", "kms:GenerateDataKey"], [key.arn]),
    )
