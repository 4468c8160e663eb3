"""What a records stack can carry: each limit follows from its setting, and what cannot carry its load is refused."""

import json
from typing import Any

import pytest

from analyser.faces.commands.capacity import show_capacity
from analyser.faces.commands.usage_error import UsageError
from resource_types import machine_sizes
from settings import SettingsError, stackfile
from settings.stack import parse
from systems import SETTINGS
from systems.records.capacity import Limit, limits, measured, trees, unknown
from systems.records.load import LoadSettings
from tests.stacks import ROOT
from tests.systems.records_sizes import computed, stated

BILLION = 1_000_000_000


def settings(**changed: Any) -> Any:
    """Production's settings, of which some blocks are added to."""
    config = stackfile.read(ROOT, "prod").config
    own = json.loads(config["strata:settings"])
    for key, value in changed.items():
        own[key] = {**own[key], **value} if isinstance(value, dict) and key in own else value
    return parse("prod", {**config, "strata:settings": json.dumps(own)}, SETTINGS).settings


def limit(name: str, load: LoadSettings, **changed: Any) -> Limit:
    (found,) = [one for one in limits(settings(**changed), load) if one.name == name]
    return found


def test_the_limit_that_gives_out_first_is_at_the_top() -> None:
    used = [one.used for one in limits(settings(), LoadSettings(rows=BILLION))]
    assert used == sorted(used, reverse=True)
    assert used[0] < 1


def test_storage_is_rows_and_indexes_of_a_year_from_now() -> None:
    found = limit("storage", LoadSettings(rows=BILLION, body_bytes=300, growth_percent=0))
    assert found.needed == pytest.approx(BILLION * (300 + 123 + 33 + 63) / 2**30)
    assert found.available == pytest.approx(850)
    assert limit("storage", LoadSettings(rows=BILLION), database={"maxStorageGib": 4000}).available == pytest.approx(
        3400
    )


def test_a_disk_is_as_fast_as_the_slower_of_volume_and_machine() -> None:
    load = LoadSettings(rows=BILLION)
    assert limit("disk that is written", load).available == pytest.approx(12_000 * 0.6)  # db.r5.2xlarge, of 16,000 IOPS
    larger = {"instanceClass": "db.r5.4xlarge"}
    assert limit("disk that is written", load, database=larger).available == pytest.approx(16_000 * 0.6)


def test_readers_share_what_is_read_and_each_writes_all() -> None:
    load = LoadSettings(rows=10 * BILLION, pages=400)
    alone, two = (limit("disks that are read", load, database={"readReplicas": count}).needed for count in (1, 2))
    written = limit("disk that is written", load).needed
    assert two - written == pytest.approx((alone - written) / 2)


def test_what_fits_into_memory_is_not_read_from_disk() -> None:
    read, written = "disks that are read", "disk that is written"
    small, large = LoadSettings(rows=10_000_000), LoadSettings(rows=100 * BILLION, writes=2_000)
    assert limit(read, small).needed == limit(written, small).needed
    assert limit(read, large).needed > limit(written, large).needed


def test_without_readers_the_primary_reads_as_well() -> None:
    load, alone = LoadSettings(rows=BILLION), {"readReplicas": 0}
    reads, writes = (limit(f"processors that {what}", load, database=alone).needed for what in ("read", "write"))
    assert reads > writes
    assert reads > 2 * limit("processors that read", load).needed


def test_connections_are_those_of_all_pods_that_there_may_be() -> None:
    load = LoadSettings(rows=BILLION)
    assert limit("connections", load).needed == 75 * 9 + 25
    assert limit("connections", load, databaseConnections=20).needed == 75 * 21 + 25
    assert limit("connections", load).available == 5000 * 0.8


def test_shards_brokers_and_pods_carry_more_the_more_there_are() -> None:
    load = LoadSettings(rows=BILLION)
    assert (
        limit("memory of the cache", load, cache={"shards": 2}).available
        == 2 * limit("memory of the cache", load).available
    )
    assert limit("brokers", load, stream={"brokers": 6}).needed == limit("brokers", load).needed / 2
    day, week = ({"topic": {"retentionHours": hours}} for hours in (24, 168))
    assert limit("storage of the brokers", load, **week).needed == pytest.approx(
        7 * limit("storage of the brokers", load, **day).needed
    )
    fewer = {"autoscaling": {"minReplicas": 6, "maxReplicas": 30}}
    assert limit("pods", load, application=fewer).available == limit("pods", load).available / 2


@pytest.mark.parametrize(
    ("load", "said"),
    [
        ({"rows": 5 * BILLION}, "settings.load: storage: it needs 2,900.1 GiB and 850.0 are there"),
        ({"rows": BILLION, "writes": 5000}, "raise database.iops or database.instanceClass"),
        ({"rows": BILLION, "reads": 50_000}, "load: pods: it needs"),
    ],
)
def test_settings_that_cannot_carry_their_load_are_refused(load: dict[str, int], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(load=load)


def test_a_machine_that_nobody_has_measured_is_named_and_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    known = settings()
    assert unknown(known) == []
    monkeypatch.setattr(machine_sizes, "_table", lambda: {"r5": {"2xlarge": [8, 65536, 12000, 287.5]}})
    assert unknown(known) == ["cache.nodeType: cache.r6g.xlarge", "stream.instanceType: kafka.m5.large"]
    names = {one.name for one in limits(known, LoadSettings(rows=BILLION))}
    assert "disk that is written" in names
    assert not names & {"memory of the cache", "brokers"}


def test_the_command_says_what_gives_out_and_fails_for_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert show_capacity("prod", None, as_json=False) == 0
    assert "storage gives out first: 1.20 billion records" in capsys.readouterr().out
    assert show_capacity("prod", 5 * BILLION, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["limits"][0]["name"], told["load"]["rows"]) == ("storage", 5 * BILLION)
    with pytest.raises(UsageError, match="consulting-dev is a stack of consulting"):
        show_capacity("consulting-dev", None, as_json=False)


@pytest.mark.parametrize("size", stated(), ids=lambda size: f"{size[0]['rows'] / BILLION:g}-billion")
def test_the_page_states_settings_that_carry_billions_and_what_follows(size: Any) -> None:
    load, database, said = size
    assert computed(settings(load=load, database=database), LoadSettings.model_validate(load)) == said


@pytest.mark.parametrize(("larger", "before"), [(1, 0), (2, 1)])
def test_settings_of_a_smaller_size_do_not_carry_a_larger_one(larger: int, before: int) -> None:
    with pytest.raises(SettingsError, match=r"settings\.load: "):
        settings(load=stated()[larger][0], database=stated()[before][1])


def test_the_page_states_one_five_and_ten_billion() -> None:
    assert [load["rows"] for load, _, _ in stated()] == [BILLION, 5 * BILLION, 10 * BILLION]


def test_dev_carries_its_own_load_and_not_prod_s() -> None:
    config = stackfile.read(ROOT, "dev").config
    dev: Any = parse("dev", config, SETTINGS).settings
    assert max(one.used for one in limits(dev, dev.load)) < 1
    assert max(one.used for one in limits(dev, LoadSettings(rows=BILLION))) > 1


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (
            {"rows": BILLION, "writes": 5},
            r"settings\.load\.writes: 5 a second do not make 1,000,000,000 records in 36 months",
        ),
        ({"rows": 10**12}, "rows"),
        ({"rows": BILLION, "bodyBytes": 65_536}, "load: storage: it needs"),
        ({"rows": BILLION, "pages": 100_000}, "load: disks that are read: it needs"),
        ({"rows": BILLION, "cachedPercent": 0, "recentPercent": 0, "reads": 1_000_000}, "load: disks that are read"),
        ({"rows": BILLION, "reads": -1}, "reads"),
        ({"rows": BILLION, "writes": 100_000}, "load: storage of the brokers: it needs"),
    ],
)
def test_a_hostile_load_is_refused_in_a_line(load: dict[str, int], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(load=load)


def test_a_load_that_asks_nothing_takes_nothing_but_room() -> None:
    idle = LoadSettings(rows=1_000_000, months=240, reads=0, pages=0, writes=1)
    assert {one.name for one in limits(settings(), idle) if one.used > 0.001} <= {"connections", "storage"}


def test_what_a_write_changes_is_at_most_what_the_model_counts() -> None:
    """A tenant's leaf, and once more in the log, which is flushed; and shares."""
    assert trees.pages_of_writes(1, 1, trees.Laid(36, 10**8, 20)) + 2 <= measured.WRITE_PAGES


def test_trees_grow_a_level_for_two_hundred_times_the_rows() -> None:
    assert [trees.BY_ID.height(rows) for rows in (100, 10_000, 10**6, 10**8, 10**10)] == [0, 1, 2, 3, 4]
    alone, tenth = (trees.pages_from_disk(50, share, trees.Laid(12, 10**7, 20)) for share in (0.0001, 0.1))
    assert alone > 50 > 2 * 11 > tenth - 2
