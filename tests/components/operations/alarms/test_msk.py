from components.operations.alarms import AlarmSettings
from components.operations.alarms.msk import kafka

SETTINGS = AlarmSettings()


def test_kafka_is_watched_by_cluster_and_by_broker() -> None:
    alarms = kafka("records", 3, SETTINGS)
    assert len(alarms) == 2 + 3 * 2
    disk = alarms["kafka-3-disk"]
    assert disk.metric.dimensions == {"Cluster Name": "records", "Broker ID": "3"}
    assert (disk.metric.name, disk.threshold) == ("KafkaDataLogsDiskUsed", 85)
    controller = alarms["kafka-controller"]
    assert controller.metric.dimensions == {"Cluster Name": "records"}
    assert (controller.threshold, controller.below, controller.missing) == (1, True, "breaching")
    assert alarms["kafka-offline-partitions"].threshold == 0
    assert alarms["kafka-1-under-replicated"].threshold == 0
