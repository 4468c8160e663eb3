"""A table is watched for what it refuses and for a replica that falls behind."""

from components.operations.alarms.dynamodb import capacity, table


def test_refusals_are_told() -> None:
    alarms = table("sessions", "collaboration-sessions")
    assert {key: (a.metric.name, a.metric.statistic, a.threshold) for key, a in alarms.items()} == {
        "sessions-read-throttles": ("ReadThrottleEvents", "Sum", 0),
        "sessions-write-throttles": ("WriteThrottleEvents", "Sum", 0),
    }
    assert all(a.metric.dimensions == {"TableName": "collaboration-sessions"} for a in alarms.values())
    assert all(a.metric.namespace == "AWS/DynamoDB" and a.missing == "notBreaching" for a in alarms.values())


def test_a_replica_is_watched_by_its_region() -> None:
    alarm = table("ops", "crdt-operations", replica_region="us-west-2")["ops-replication"]
    assert alarm.metric.dimensions == {"TableName": "crdt-operations", "ReceivingRegion": "us-west-2"}
    assert (alarm.metric.name, alarm.threshold) == ("ReplicationLatency", 60_000)


def test_capacity_in_use_can_be_drawn() -> None:
    drawn = [(metric.name, metric.statistic) for metric in capacity("crdt-operations")]
    assert drawn == [("ConsumedReadCapacityUnits", "Sum"), ("ConsumedWriteCapacityUnits", "Sum")]
