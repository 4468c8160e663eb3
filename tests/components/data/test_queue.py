"""A queue: encrypted, over TLS only, and with a place for what nobody could work off."""

import json

import pytest
from pydantic import ValidationError

from analyser.graph import Graph
from components.data.queue import Queue, QueueSettings
from components.security.key import Key
from components.security.role import Role
from components.statements import service_trust
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

QUEUE, POLICY = "aws:sqs/queue:Queue", "aws:sqs/queuePolicy:QueuePolicy"


def queue(settings: QueueSettings | None = None) -> Queue:
    return Queue("retries", settings or QueueSettings(), key=Key("data", account=ACCOUNT, purpose="Data"))


def key_arn(graph: Graph) -> str:
    return graph.only("aws:kms/key:Key").outputs["arn"]


def test_messages_wait_four_days_and_dead_letters_fourteen() -> None:
    graph = record_once(queue)
    dead = graph.only(QUEUE, "retries-dead-letters")
    assert dead.inputs == {"kmsMasterKeyId": key_arn(graph), "messageRetentionSeconds": 1209600}
    inputs = dict(graph.only(QUEUE, "retries-queue").inputs)
    assert json.loads(inputs.pop("redrivePolicy")) == {
        "deadLetterTargetArn": dead.outputs["arn"],
        "maxReceiveCount": 5,
    }
    assert inputs == {
        "kmsMasterKeyId": key_arn(graph),
        "messageRetentionSeconds": 345600,
        "visibilityTimeoutSeconds": 300,
        "receiveWaitTimeSeconds": 20,
    }


def test_both_refuse_whoever_comes_without_tls() -> None:
    graph = record_once(queue)
    policies = {
        node.inputs["queueUrl"]: json.loads(node.inputs["policy"])["Statement"] for node in graph.of_type(POLICY)
    }
    assert set(policies) == {node.outputs["url"] for node in graph.of_type(QUEUE)}
    for (statement,) in policies.values():
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


@pytest.mark.parametrize(("grant", "reads"), [("send", False), ("send_and_consume", True)])
def test_rights_end_at_the_queue_and_its_key(grant: str, reads: bool) -> None:
    def program() -> None:
        Role("worker", trust=service_trust("ec2.amazonaws.com"), grants=[getattr(queue(), grant)], description="Works")

    graph = record(program)
    use, encrypt = json.loads(graph.only("aws:iam/rolePolicy:RolePolicy").inputs["policy"])["Statement"]
    assert use["Resource"] == [graph.only(QUEUE, "retries-queue").outputs["arn"]]
    assert ("sqs:ReceiveMessage" in use["Action"]) is reads
    assert "sqs:SendMessage" in use["Action"]
    assert encrypt["Resource"] == [key_arn(graph)]


@pytest.mark.parametrize("given", [{"retention_days": 15}, {"max_receives": 0}, {"visibility_seconds": 0}])
def test_figures_that_sqs_refuses(given: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        QueueSettings(**given)


def test_the_same_without_outputs() -> None:
    assert unequal_when_unknown(queue) == []
