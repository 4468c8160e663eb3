"""The SQS queue of Spot interruptions, rebalancing and health events for Karpenter."""

import json

import pulumi
import pulumi_aws as aws

from components.component import Component
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, tls_only

# The events that Karpenter reads: https://karpenter.sh/v1.14/reference/cloudformation/#rules
_EVENTS = {
    "health": ("aws.health", "AWS Health Event"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
}
# A warning older than this is about an instance that is gone.
_RETENTION_SECONDS = 300


class InterruptionQueue(Component):
    """A queue of warnings about EC2 instances, filled by EventBridge.

    Only the rules made here may send to it, only over TLS, and messages are encrypted with ``key``, whose policy must
    hold ``publishers(account, "events")``.
    """

    def __init__(self, name: str, *, key: Key, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._key = key
        queue = aws.sqs.Queue(
            self.child("queue"),
            message_retention_seconds=_RETENTION_SECONDS,
            kms_master_key_id=key.arn,
            opts=self.child_options(),
        )
        self.arn = queue.arn
        self.queue_name = queue.name
        rules = {event: self._rule(event) for event in sorted(_EVENTS)}
        policy = aws.sqs.QueuePolicy(
            self.child("queue-policy"),
            queue_url=queue.url,
            policy=policy_document(
                [
                    Statement(
                        "Events",
                        ["sqs:SendMessage"],
                        [queue.arn],
                        {"ArnEquals": {"aws:SourceArn": [rule.arn for rule in rules.values()]}},
                        principals={"Service": ["events.amazonaws.com"]},
                    ),
                    tls_only([queue.arn], ["sqs:*"]),
                ]
            ),
            opts=self.child_options(),
        )
        for event, rule in rules.items():
            aws.cloudwatch.EventTarget(
                self.child(event, "target"),
                rule=rule.name,
                arn=queue.arn,
                # What EventBridge may not deliver yet is lost.
                opts=self.child_options(depends_on=[policy]),
            )
        self.register_outputs({"arn": self.arn, "queueName": self.queue_name})

    @property
    def consume(self) -> Grant:
        """Lets a role read the warnings and take them off the queue."""
        actions = ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
        return Grant(Statement("ConsumeInterruptions", actions, [self.arn]), self._key.decrypt)

    def _rule(self, event: str) -> aws.cloudwatch.EventRule:
        source, detail_type = _EVENTS[event]
        return aws.cloudwatch.EventRule(
            self.child(event),
            description=f"{detail_type}, for Karpenter",
            event_pattern=json.dumps({"source": [source], "detail-type": [detail_type]}),
            opts=self.child_options(),
        )
