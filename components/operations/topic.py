"""The SNS topic of alarms and budgets, and its subscriptions."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.account import Account
from components.component import Component
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, tls_only
from settings import Email, Settings


class NoticesSettings(Settings):
    """Who gets the notices by e-mail; each address has to confirm once before it gets any."""

    emails: tuple[Email, ...] = ()
    """Who gets notices by e-mail; each address confirms once before it gets any."""


ALARMS = "cloudwatch"
PUBLISHERS = ("budgets", ALARMS)
"""The services that publish notices; the topic's key has to let them in as well (``publishers``)."""


class Notices(Component):
    """An SNS topic encrypted with a customer key, published to by services of this account only, over TLS only.

    ``region`` is where topic and key are when not in the stack's own region: an alarm only notifies a topic beside it.
    """

    def __init__(
        self,
        name: str,
        settings: NoticesSettings,
        *,
        account: Account,
        key: Key,
        publishers: Sequence[str] = PUBLISHERS,
        region: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self.region = region or account.region
        self._key = key
        topic = aws.sns.Topic(
            self.child("topic"),
            kms_master_key_id=key.arn,
            region=region,
            opts=self.child_options(),
        )
        policy = aws.sns.TopicPolicy(
            self.child("policy"),
            arn=topic.arn,
            policy=policy_document([_publish(topic.arn, account, publishers), tls_only([topic.arn], ["sns:Publish"])]),
            region=region,
            opts=self.child_options(),
        )
        # The policy's own copy of the ARN: a budget is only accepted once it may publish.
        self.topic_arn = policy.arn
        for email in sorted(set(settings.emails)):
            aws.sns.TopicSubscription(
                self.child("to", email),
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                region=region,
                opts=self.child_options(),
            )
        self.register_outputs({"topicArn": self.topic_arn})

    def publish_by(self, owner: str) -> Grant:
        """Lets the role of the component ``owner``, in this account, publish to it."""
        return Grant(Statement("Tell", ["sns:Publish"], [self.topic_arn]), self._key.through("sns", owner))


def _publish(topic_arn: pulumi.Output[str], account: Account, publishers: Sequence[str]) -> Statement:
    return Statement(
        "Publish",
        ["sns:Publish"],
        [topic_arn],
        {"StringEquals": {"aws:SourceAccount": account.id}},
        principals={"Service": [f"{service}.amazonaws.com" for service in publishers]},
    )
