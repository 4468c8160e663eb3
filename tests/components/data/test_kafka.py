from dataclasses import replace
from typing import Any

import pulumi
import pytest
from pydantic import ValidationError

from analyser.graph import Graph, Node
from analyser.run.program import ProgramError
from components.account import Account
from components.data.kafka import Kafka, KafkaSettings
from tests.components.data.stores import Ground, given, ground, log_groups_of, named, recorded, rules
from tests.components.subnets import Subnets
from tests.support import ACCOUNT, once, unequal_when_unknown

CLUSTER = "aws:msk/cluster:Cluster"


def build(at: Ground, **settings: Any) -> Kafka:
    kafka = Kafka(
        "events",
        KafkaSettings(**settings),
        account=at.account,
        network=at.network,
        key=at.key,
        log_key=at.log_key,
    )
    kafka.allow(at.client)
    pulumi.export("brokers", kafka.bootstrap_brokers)
    return kafka


@once
def graph(account: Account = ACCOUNT, **settings: Any) -> Graph:
    return recorded(lambda at: build(at, **settings), account)


@pytest.fixture(scope="module")
def events() -> Graph:
    return graph()


@pytest.fixture(scope="module")
def cluster(events: Graph) -> Node:
    return events.only(CLUSTER)


def test_three_brokers_in_three_zones_of_the_data_tier(events: Graph, cluster: Node) -> None:
    assert given(cluster, "kafkaVersion", "numberOfBrokerNodes", "enhancedMonitoring") == {
        "kafkaVersion": "3.9.x.kraft",
        "numberOfBrokerNodes": 3,
        "enhancedMonitoring": "PER_TOPIC_PER_BROKER",
    }
    brokers = cluster.inputs["brokerNodeGroupInfo"]
    assert brokers["instanceType"] == "kafka.m5.large"
    assert brokers["storageInfo"] == {"ebsStorageInfo": {"volumeSize": 1000}}
    assert brokers["connectivityInfo"] == {"publicAccess": {"type": "DISABLED"}}
    assert len(brokers["clientSubnets"]) == 3
    assert set(brokers["clientSubnets"]) == {
        node.id for node in events.of_type("aws:ec2/subnet:Subnet") if "data" in node.name
    }
    assert brokers["securityGroups"] == [named(events, "aws:ec2/securityGroup:SecurityGroup", "events-group").id]


def test_clients_come_by_tls_and_iam_only(events: Graph, cluster: Node) -> None:
    assert cluster.inputs["clientAuthentication"] == {"sasl": {"iam": True, "scram": False}, "unauthenticated": False}
    assert cluster.inputs["encryptionInfo"] == {
        "encryptionAtRestKmsKeyArn": named(events, "aws:kms/key:Key", "data-key").outputs["arn"],
        "encryptionInTransit": {"clientBroker": "TLS", "inCluster": True},
    }
    assert events.exports["brokers"] == cluster.outputs["bootstrapBrokersSaslIam"]


def test_only_the_granted_client_reaches_the_iam_port(events: Graph) -> None:
    assert rules(events, "events-group") == {("nodes-group", 9098, 9098)}


def test_metrics_are_for_whom_they_were_granted() -> None:
    found = recorded(lambda at: build(at).allow_monitoring(at.client))
    assert rules(found, "events-group") == {("nodes-group", 9098, 9098), ("nodes-group", 11001, 11002)}
    exporters = found.only(CLUSTER).inputs["openMonitoring"]["prometheus"]
    assert exporters == {"jmxExporter": {"enabledInBroker": True}, "nodeExporter": {"enabledInBroker": True}}


def test_topics_are_durable_and_made_on_purpose(events: Graph, cluster: Node) -> None:
    configuration = events.only("aws:msk/configuration:Configuration")
    assert set(configuration.inputs["serverProperties"].splitlines()) == {
        "auto.create.topics.enable=false",
        "default.replication.factor=3",
        "min.insync.replicas=2",
        "unclean.leader.election.enable=false",
    }
    assert cluster.inputs["configurationInfo"] == {
        "arn": configuration.outputs["arn"],
        "revision": configuration.outputs["latestRevision"],
    }


def test_brokers_log_to_an_encrypted_group(events: Graph, cluster: Node) -> None:
    (group,) = log_groups_of(events, "/aws/vendedlogs/msk/test-events").values()
    assert group.inputs["kmsKeyId"] == named(events, "aws:kms/key:Key", "logs-key").outputs["arn"]
    assert cluster.inputs["loggingInfo"] == {
        "brokerLogs": {"cloudwatchLogs": {"enabled": True, "logGroup": group.outputs["name"]}}
    }


def test_storage_grows_and_never_shrinks(events: Graph, cluster: Node) -> None:
    target = events.only("aws:appautoscaling/target:Target")
    arn = cluster.outputs["arn"]
    where = {
        "serviceNamespace": "kafka",
        "scalableDimension": "kafka:broker-storage:VolumeSize",
        "resourceId": arn,
    }
    assert given(target, *where, "minCapacity", "maxCapacity") == {**where, "minCapacity": 1, "maxCapacity": 4000}
    policy = events.only("aws:appautoscaling/policy:Policy")
    assert given(policy, *where, "policyType") == {**where, "policyType": "TargetTrackingScaling"}
    assert policy.inputs["targetTrackingScalingPolicyConfiguration"] == {
        "predefinedMetricSpecification": {"predefinedMetricType": "KafkaBrokerStorageUtilization"},
        "targetValue": 60,
        "disableScaleIn": True,
    }
    assert target.urn in policy.dependencies


def test_the_grown_size_is_left_alone(cluster: Node) -> None:
    assert cluster.ignore_changes == ("brokerNodeGroupInfo.storageInfo.ebsStorageInfo.volumeSize",)


@pytest.mark.parametrize("version", ["3.8.x", "3.9.x", "3.9.x.kraft", "4.1.x.kraft"])
def test_versions_that_msk_creates_are_taken(version: str) -> None:
    assert KafkaSettings(kafka_version=version).kafka_version == version


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"kafka_version": "3.5.1"}, "is not a version for new clusters"),
        ({"kafka_version": "4.0.x"}, "is not a version for new clusters"),
        ({"brokers": 4}, "multiple of 3"),
        ({"brokers": 0}, "greater than or equal to 3"),
        ({"instance_type": "m5.large"}, "did you mean kafka.m5.large"),
        ({"max_storage_gib": 1000}, "maxStorageGib: 1000 is not above storageGib (1000)"),
        ({"max_storage_gib": 20_000}, "less than or equal to 16384"),
        ({"storage_target_percent": 90}, "less than or equal to 80"),
    ],
)
def test_what_msk_would_refuse_is_refused_first(bad: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        KafkaSettings(**bad)
    (error,) = caught.value.errors()
    assert says in error["msg"]


def test_two_zones_are_too_few() -> None:
    def program(at: Ground) -> None:
        build(replace(at, network=Subnets("two", zones=("a", "b"))))

    with pytest.raises(ProgramError, match="Kafka needs 3 zones"):
        recorded(program)


def test_an_empty_account_gets_the_same() -> None:
    assert unequal_when_unknown(lambda: build(ground())) == []
