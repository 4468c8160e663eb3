"""A topic of an MSK cluster, and the grants to produce and consume."""

import re

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.data.kafka import IN_SYNC, REPLICAS, Kafka
from components.statements import Grant, Statement
from settings import Settings
from settings.services.msk import TopicName

_MILLISECONDS = 3_600_000


class TopicSettings(Settings):
    """Name and size of a topic.

    Kafka adds partitions but takes none away, and another number of them sends the same key elsewhere; another name is
    another topic, and the one before goes with what is in it.
    """

    name: TopicName
    partitions: int = Field(default=12, ge=1, le=1000)
    """Each in three replicas; the smallest broker that ``KafkaSettings`` takes carries 1,000 of these:
    https://docs.aws.amazon.com/msk/latest/developerguide/bestpractices.html#partitions-per-broker"""
    retention_hours: int = Field(default=168, ge=1, le=87_600)
    """How long a message can be read again."""


class KafkaTopic(Component):
    """A topic with three replicas, of which two must have a message before it counts as written.

    MSK makes it through an API of its own, so the program needs no way to the brokers: that API knows provisioned
    clusters from Kafka 3.6 on, and asks of who deploys ``kafka-cluster:Connect``, ``CreateTopic``, ``DescribeTopic``,
    ``AlterTopic`` and the two of the topic's dynamic configuration:
    https://docs.aws.amazon.com/msk/latest/developerguide/msk-topic-operations-information.html
    Clients may do what ``produce`` and ``consume`` grant; no grant can name a topic that is not there.
    """

    def __init__(
        self, name: str, settings: TopicSettings, *, cluster: Kafka, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, opts)
        self.topic_name = settings.name
        self._cluster = cluster
        aws.msk.Topic(
            self.child("topic"),
            cluster_arn=cluster.arn,
            name=settings.name,
            partition_count=settings.partitions,
            replication_factor=REPLICAS,
            configs=pulumi.Output.json_dumps(
                {
                    "cleanup.policy": "delete",
                    "min.insync.replicas": str(IN_SYNC),
                    "retention.ms": str(settings.retention_hours * _MILLISECONDS),
                }
            ),
            opts=self.child_options(),
        )
        self.register_outputs({"topicName": self.topic_name})

    @property
    def produce(self) -> Grant:
        """Lets a role write to the topic, also idempotently.

        https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
        """
        return Statement(
            f"ProduceTo{_word(self.topic_name)}",
            [_action(what) for what in ("Connect", "DescribeTopic", "WriteData", "WriteDataIdempotently")],
            [self._cluster.arn, self._cluster.resource_arn("topic", self.topic_name)],
        )

    def consume(self, group: str) -> Grant:
        """Lets a role read the topic as a member of one consumer group, which Kafka makes as its first member joins."""
        return Statement(
            f"Consume{_word(self.topic_name)}As{_word(group)}",
            [_action(what) for what in ("Connect", "DescribeTopic", "ReadData", "DescribeGroup", "AlterGroup")],
            [
                self._cluster.arn,
                self._cluster.resource_arn("topic", self.topic_name),
                self._cluster.resource_arn("group", group),
            ],
        )


def _action(what: str) -> str:
    return f"kafka-cluster:{what}"


def _word(called: str) -> str:
    """A name as part of a statement id, which takes letters and digits only."""
    return "".join(part[:1].upper() + part[1:] for part in re.split("[^A-Za-z0-9]+", called))
