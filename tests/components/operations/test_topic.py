import json
from typing import Any

import pytest

from analyser.graph import Graph
from components.operations.topic import PUBLISHERS, Notices, NoticesSettings
from components.security.key import Key, publishers
from tests.support import ACCOUNT, record, unequal_when_unknown

SETTINGS = NoticesSettings(emails=("ops@example.com", "dev@example.com", "ops@example.com"))


def notices(region: str | None = None) -> Notices:
    let_in = [publishers(ACCOUNT, *PUBLISHERS)]
    key = Key("notices", account=ACCOUNT, purpose="test", usable_by=let_in, region=region)
    return Notices("notices", SETTINGS, account=ACCOUNT, key=key, region=region)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return record(notices)


def statements(graph: Graph, token: str) -> dict[str, Any]:
    return {s["Sid"]: s for s in json.loads(graph.only(token).inputs["policy"])["Statement"]}


def test_topic_is_encrypted_with_the_customer_key(graph: Graph) -> None:
    key = graph.only("aws:kms/key:Key")
    assert graph.only("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == key.outputs["arn"]


def test_services_of_this_account_publish_over_tls(graph: Graph) -> None:
    topic = graph.only("aws:sns/topic:Topic").outputs["arn"]
    policy = statements(graph, "aws:sns/topicPolicy:TopicPolicy")
    assert policy["Publish"] == {
        "Sid": "Publish",
        "Effect": "Allow",
        "Principal": {"Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]},
        "Action": ["sns:Publish"],
        "Resource": [topic],
        "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
    }
    assert policy["DenyInsecureTransport"]["Effect"] == "Deny"
    assert policy["DenyInsecureTransport"]["Resource"] == [topic]


def test_who_may_publish_may_use_the_key(graph: Graph) -> None:
    topic = statements(graph, "aws:sns/topicPolicy:TopicPolicy")["Publish"]["Principal"]
    assert statements(graph, "aws:kms/key:Key")["Publishers"]["Principal"] == topic


def test_each_address_is_subscribed_once(graph: Graph) -> None:
    subscriptions = graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    assert sorted(s.inputs["endpoint"] for s in subscriptions) == ["dev@example.com", "ops@example.com"]
    assert {s.inputs["protocol"] for s in subscriptions} == {"email"}


def test_another_region_takes_everything_along() -> None:
    graph = record(lambda: notices("eu-west-1"))
    assert {n.inputs.get("region") for n in graph.resources if n.package == "aws"} == {"eu-west-1"}


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(notices) == []
