"""Alarms and panels of an OpenSearch domain."""

from components.operations.alarms import Alarm, AlarmSettings
from components.operations.alarms.opensearch import domain, panels

ACCOUNT_ID = "123456789012"
MASTERS = {"search-master-cpu", "search-master-heap", "search-master-unreachable"}


def alarms(*, has_masters: bool = False) -> dict[str, Alarm]:
    return domain("confluence", ACCOUNT_ID, AlarmSettings(), nodes=3, volume_gib=100, has_masters=has_masters)


def test_every_metric_is_the_domains_own() -> None:
    drawn = panels("confluence", ACCOUNT_ID).values()
    metrics = [alarm.metric for alarm in alarms(has_masters=True).values()] + [m for panel in drawn for m in panel]
    assert {metric.namespace for metric in metrics} == {"AWS/ES"}
    assert all(metric.dimensions == {"DomainName": "confluence", "ClientId": ACCOUNT_ID} for metric in metrics)


def test_the_first_sign_of_lost_data_is_enough() -> None:
    for key in ("red", "writes-blocked", "snapshot", "key-error", "key-inaccessible"):
        alarm = alarms()[f"search-{key}"]
        assert (alarm.threshold, alarm.below, alarm.periods) == (0, False, 1), key
        assert alarm.metric.statistic == "Maximum"


def test_thresholds() -> None:
    found = alarms()
    # FreeStorageSpace is in MiB and its minimum that of the fullest node.
    storage = found["search-storage"]
    assert (storage.threshold, storage.below, storage.metric.statistic) == (20 * 1024, True, "Minimum")
    assert (found["search-yellow"].periods, found["search-yellow"].metric.period) == (5, 60)
    assert (found["search-heap"].threshold, found["search-heap"].periods) == (95, 3)
    assert found["search-old-generation"].threshold == 80
    assert (found["search-cpu"].threshold, found["search-cpu"].metric.period) == (80, 900)
    assert found["search-errors"].threshold == 10


def test_masters_are_nodes_too_and_watched_where_there_are_any() -> None:
    without, with_masters = alarms(), alarms(has_masters=True)
    assert set(with_masters) - set(without) == MASTERS
    assert (without["search-nodes"].threshold, without["search-nodes"].below) == (3, True)
    assert with_masters["search-nodes"].threshold == 6
    reachable = with_masters["search-master-unreachable"]
    assert (reachable.threshold, reachable.below) == (1, True)
