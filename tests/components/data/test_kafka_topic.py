import json
from typing import Any

import pytest
from pydantic import ValidationError

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.data.kafka import Kafka, KafkaSettings
from components.data.kafka_topic import KafkaTopic, TopicSettings
from components.security.role import Role
from components.statements import service_trust
from tests.components.data.stores import Ground, given, ground, named, recorded
from tests.support import unequal_when_unknown

TOPIC = "aws:msk/topic:Topic"


def build(at: Ground, group: str = "billing", name: str = "orders.v1", **settings: Any) -> None:
    kafka = Kafka("events", KafkaSettings(), account=at.account, network=at.network, key=at.key, log_key=at.log_key)
    topic = KafkaTopic("orders", TopicSettings(name=name, **settings), cluster=kafka)
    Role(
        "app",
        trust=service_trust("pods.eks.amazonaws.com"),
        grants=[topic.produce, topic.consume(group)],
        description="An application",
    )


def graph(**settings: Any) -> Graph:
    return recorded(lambda at: build(at, **settings))


@pytest.fixture(scope="module")
def orders() -> Graph:
    return graph()


@pytest.fixture(scope="module")
def cluster(orders: Graph) -> Node:
    return orders.only("aws:msk/cluster:Cluster")


def test_a_topic_keeps_three_copies_of_which_two_are_written(orders: Graph, cluster: Node) -> None:
    topic = orders.only(TOPIC)
    assert given(topic, "clusterArn", "name", "partitionCount", "replicationFactor") == {
        "clusterArn": cluster.outputs["arn"],
        "name": "orders.v1",
        "partitionCount": 12,
        "replicationFactor": 3,
    }
    assert json.loads(topic.inputs["configs"]) == {
        "cleanup.policy": "delete",
        "min.insync.replicas": "2",
        "retention.ms": "604800000",
    }


def test_partitions_and_retention_follow_the_settings() -> None:
    topic = graph(partitions=48, retention_hours=1).only(TOPIC)
    assert topic.inputs["partitionCount"] == 48
    assert json.loads(topic.inputs["configs"])["retention.ms"] == "3600000"


def test_grants_name_one_topic_and_one_group(orders: Graph, cluster: Node) -> None:
    policy = json.loads(named(orders, "aws:iam/rolePolicy:RolePolicy", "app-policy").inputs["policy"])
    path = f"{cluster.outputs['clusterName']}/{cluster.outputs['clusterUuid']}"
    base = "arn:aws:kafka:us-east-1:123456789012"
    topic = f"{base}:topic/{path}/orders.v1"
    assert {
        statement["Sid"]: (set(statement["Action"]), statement["Resource"]) for statement in policy["Statement"]
    } == {
        "ProduceToOrdersV1": (
            {
                "kafka-cluster:Connect",
                "kafka-cluster:DescribeTopic",
                "kafka-cluster:WriteData",
                "kafka-cluster:WriteDataIdempotently",
            },
            [cluster.outputs["arn"], topic],
        ),
        "ConsumeOrdersV1AsBilling": (
            {
                "kafka-cluster:Connect",
                "kafka-cluster:DescribeTopic",
                "kafka-cluster:ReadData",
                "kafka-cluster:DescribeGroup",
                "kafka-cluster:AlterGroup",
            },
            [cluster.outputs["arn"], topic, f"{base}:group/{path}/billing"],
        ),
    }


@pytest.mark.parametrize("group", ["billing-*", "*", "", "a b", "a/b"])
def test_a_grant_takes_no_pattern(group: str) -> None:
    with pytest.raises(ProgramError, match="is not the name of a group"):
        graph(group=group)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": "orders-*"},
        {"name": ""},
        {"name": ".."},
        {"name": "a/b"},
        {"name": "a" * 250},
        {"name": "a", "partitions": 0},
        {"name": "a", "partitions": 1001},
        {"name": "a", "retention_hours": 0},
    ],
)
def test_what_kafka_would_refuse_is_refused_first(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        TopicSettings(**bad)
    (error,) = caught.value.errors()
    assert error["type"] in ("value_error", "greater_than_equal", "less_than_equal")


def test_an_empty_account_gets_the_same() -> None:
    assert unequal_when_unknown(lambda: build(ground())) == []
