"""Alarms of an MSK cluster and its brokers."""

import pulumi

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.metric import Metric


def kafka(cluster_name: pulumi.Input[str], brokers: int, settings: AlarmSettings) -> dict[str, Alarm]:
    """Disks and replication of every broker, controller and offline partitions of the MSK cluster.

    https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html
    """
    alarms = {
        "kafka-controller": Alarm(
            _msk("ActiveControllerCount", cluster_name),
            1,
            "Kafka has no active controller",
            below=True,
            missing="breaching",
        ),
        "kafka-offline-partitions": Alarm(
            _msk("OfflinePartitionsCount", cluster_name), 0, "Kafka has partitions that nobody leads"
        ),
    }
    for broker in range(1, brokers + 1):
        alarms |= {
            f"kafka-{broker}-disk": Alarm(
                _msk("KafkaDataLogsDiskUsed", cluster_name, broker),
                settings.kafka_disk_percent,
                f"Broker {broker} has used {settings.kafka_disk_percent} % of its disk",
                missing="missing",
            ),
            f"kafka-{broker}-under-replicated": Alarm(
                _msk("UnderReplicatedPartitions", cluster_name, broker),
                0,
                f"Partitions that broker {broker} leads lack replicas",
                periods=3,
            ),
        }
    return alarms


def _msk(name: str, cluster_name: pulumi.Input[str], broker: int | None = None) -> Metric:
    of_broker = {} if broker is None else {"Broker ID": str(broker)}
    return Metric("AWS/Kafka", name, {"Cluster Name": cluster_name, **of_broker}, "Maximum")
