"""A Lambda event source mapping for a topic of an MSK cluster."""

from typing import Literal

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.account import Account
from components.component import Component
from components.compute.failure_queue import failure_queue, keep_failures, read_failures
from components.compute.function import Function
from components.data.kafka import Kafka
from components.data.kafka_topic import KafkaTopic
from components.security.key import Key
from components.statements import Grant, Statement, policy_document, sid
from settings import Settings

POLLERS_CALL = ("lambda", "sts")
"""Whom the pollers call from the brokers' subnets, where no NAT leads: the function, and its role to sign in by.
https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html"""


class KafkaConsumerSettings(Settings):
    """How records become calls: as many as ``batch_size``, 6 MB, or what came within ``window_seconds``."""

    batch_size: int = Field(default=100, ge=1, le=10_000)
    """The most records in one call."""
    window_seconds: int = Field(default=5, ge=0, le=300)
    """How long a call waits for a full batch."""
    start: Literal["TRIM_HORIZON", "LATEST"] = "TRIM_HORIZON"
    """Where a group begins that has read nothing yet: with the oldest record that the topic keeps, or the next one.
    A change recreates the mapping, which goes on where the group stands."""


class KafkaConsumer(Component):
    """Hands a topic's records to a function, in order for each partition, as a consumer group of its own.

    Lambda's pollers stand in the brokers' subnets and behind the brokers' security group, which ``Kafka.allow_pollers``
    opens to itself and to the VPC's endpoints; they sign in as the function's role. A batch that fails is tried again,
    and holds its partition up, until it succeeds or the topic no longer keeps it; what is lost then is noted in the
    queue ``failures_name`` for 14 days.
    https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html
    https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html
    """

    def __init__(
        self,
        name: str,
        settings: KafkaConsumerSettings,
        *,
        account: Account,
        function: Function,
        cluster: Kafka,
        topic: KafkaTopic,
        group: str,
        key: Key,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        failures = failure_queue(self, "failures", key)
        rights = aws.iam.RolePolicy(
            self.child("rights"),
            role=function.role.role_name,
            policy=policy_document(
                [_polling(account, name, cluster, topic, group), keep_failures(name, failures, key)]
            ),
            opts=self.child_options(),
        )
        aws.lambda_.EventSourceMapping(
            self.child("mapping"),
            function_name=function.arn,
            event_source_arn=cluster.arn,
            topics=[topic.topic_name],
            amazon_managed_kafka_event_source_config={"consumer_group_id": group},
            starting_position=settings.start,
            batch_size=settings.batch_size,
            maximum_batching_window_in_seconds=settings.window_seconds,
            destination_config={"on_failure": {"destination_arn": failures.arn}},
            # Lambda tries the role's rights to the brokers as it makes the mapping; they answer only what has a topic.
            opts=self.child_options(depends_on=[rights, topic, cluster]),
        )
        self._failures, self._key = failures, key
        self.failures_name = failures.name
        self.register_outputs({"failuresName": self.failures_name})

    @property
    def operate(self) -> Grant:
        """Lets a role read which records were given up."""
        return read_failures(self.name, self._failures, self._key)


def _polling(account: Account, name: str, cluster: Kafka, topic: KafkaTopic, group: str) -> Grant:
    """What Lambda does as the function's role; the last calls know no resource."""
    return Grant(
        topic.consume(group),
        Statement(
            sid("FindBrokers", name),
            ["kafka:DescribeCluster", "kafka:DescribeClusterV2"],
            [cluster.arn],
        ),
        Statement(sid("ReadConfiguration", name), ["kafka-cluster:DescribeClusterDynamicConfiguration"], [cluster.arn]),
        Statement(
            sid("StandBeside", name),
            ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"],
            [account.arn("ec2", "*/*")],
        ),
        Statement(
            sid("LookAround", name),
            [
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "kafka:GetBootstrapBrokers",
            ],
            ["*"],
        ),
    )
