from components.operations.alarms import Alarm, AlarmSettings
from components.operations.alarms.rds import database, snapshot_export

SETTINGS = AlarmSettings()
GIB = 1024**3


def databases() -> dict[str, Alarm]:
    instances = {"primary": "prod-postgres", "replica-1": "prod-postgres-replica-1"}
    return database(instances, SETTINGS, instance_class="db.r5.2xlarge", storage_gib=1000, replicas=["replica-1"])


def test_every_instance_is_watched_and_replicas_for_lag() -> None:
    assert set(databases()) == {
        "primary-cpu",
        "primary-connections",
        "primary-storage",
        "replica-1-cpu",
        "replica-1-connections",
        "replica-1-storage",
        "replica-1-lag",
    }


def test_database_thresholds() -> None:
    alarms = databases()
    assert alarms["primary-cpu"].threshold == 80
    assert alarms["primary-connections"].threshold == 4000
    assert (alarms["primary-storage"].threshold, alarms["primary-storage"].below) == (200 * GIB, True)
    assert (alarms["replica-1-lag"].threshold, alarms["replica-1-lag"].missing) == (60, "breaching")
    # Of a database that nobody writes to the lag comes and goes with segments of the log, five minutes each.
    assert (alarms["replica-1-lag"].metric.statistic, alarms["replica-1-lag"].metric.period) == ("Minimum", 600)
    assert alarms["replica-1-lag"].metric.dimensions == {"DBInstanceIdentifier": "prod-postgres-replica-1"}


def test_one_failed_export_is_enough() -> None:
    started, failed = snapshot_export("arn:machine", "failures").values()
    assert (started.metric.name, started.threshold, started.periods) == ("ExecutionsFailed", 0, 1)
    assert started.metric.dimensions == {"StateMachineArn": "arn:machine"}
    assert (failed.metric.name, failed.threshold, failed.periods) == ("TriggeredRules", 0, 1)
    assert failed.metric.dimensions == {"RuleName": "failures"}
