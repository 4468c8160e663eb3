"""The verdict of ``make bench-records``, and the data that it is passed on."""

import os
import random
from dataclasses import replace
from typing import Any

import pytest

from systems.records.capacity import measured, trees
from tests.bench_records import cpu, data
from tests.bench_records.__main__ import verdict
from tests.bench_records.data import Known
from tests.bench_records.paths import HOT_PAGE, MISSED, OLD_PAGE, PAGE, READ, WRITE, Cost, Measured
from tests.bench_records.plans import Plan
from tests.bench_records.prediction import Found, compared, pages_of_write, undisturbed
from tests.bench_records.sizes import Sizes
from tests.bench_records.writes import Writes

_COSTS = {
    READ: Cost(measured.CACHED_REQUEST_CPU_MS, 0),
    MISSED: Cost(measured.READ_REQUEST_CPU_MS, measured.READ_CPU_MS),
    PAGE: Cost(measured.PAGE_REQUEST_CPU_MS, measured.PAGE_CPU_MS),
    HOT_PAGE: Cost(measured.PAGE_REQUEST_CPU_MS, measured.PAGE_CPU_MS),
    WRITE: Cost(measured.WRITE_REQUEST_CPU_MS, measured.WRITE_CPU_MS),
}


def plan(path: str, pages: float, **changed: Any) -> Plan:
    return replace(Plan(path, ("Index Scan",), pages, 0.0, 0, 1.0), **changed)


def found(rows: int, **changed: Any) -> Found:
    """What a bench finds that is as the model says."""
    each = rows / data.MONTHS
    some = Found(
        rows=rows,
        sizes=Sizes(373, 33, 63, trees.BY_ID.height(each), trees.BY_TENANT.height(each)),
        empty=0,
        sampled=[Known("tenant-500", data.new_id(0))],
        warm=[],
        cold=[],
        paths=[Measured(path, 8, 100, 0, 1.0, [1.0], cost) for path, cost in _COSTS.items()],
        writes=Writes(100, 50, measured.LOG_BYTES, 0),
        cached_bytes=data.BODY_BYTES + measured.CACHED_BYTES,
        event_bytes=data.BODY_BYTES + measured.EVENT_BYTES,
        connections=8,
        yardstick=measured.YARDSTICK_MS,
    )
    said = {one.name: one.predicted for one in compared(replace(some, **_plans(1.0)))}
    pages = pages_of_write(some).predicted
    some = replace(some, writes=Writes(100, 50, measured.LOG_BYTES, pages), **_plans_of(said))
    return replace(some, **changed)


def _plans(pages: float) -> dict[str, list[Plan]]:
    warm = [plan(path, pages) for path in (READ, PAGE, OLD_PAGE, HOT_PAGE)]
    return {"warm": warm, "cold": [replace(one, missed=pages) for one in warm]}


def _plans_of(said: dict[str, float]) -> dict[str, list[Plan]]:
    return {
        "warm": [plan(path, said.get(f"pages of a {path}", 1.0)) for path in (READ, PAGE, OLD_PAGE, HOT_PAGE)],
        "cold": [plan(path, 1.0, missed=said.get(f"cold pages of a {path}", 1.0)) for path in (READ, OLD_PAGE)],
    }


def judged(**changed: Any) -> int:
    return verdict({100_000: found(100_000), 10_000_000: found(10_000_000, **changed)})


def costing(**times: float) -> list[Measured]:
    """Answers that take so many times the CPU that the model says, of the service or of PostgreSQL."""
    costs = {
        path: Cost(*(getattr(c, who) * times.get(who, 1) for who in ("service", "database")))
        for path, c in _COSTS.items()
    }
    return [Measured(path, 8, 100, 0, 1.0, [1.0], cost) for path, cost in costs.items()]


def test_what_the_model_says_is_found() -> None:
    assert judged() == 0


@pytest.mark.parametrize("step", ["Seq Scan", "Bitmap Heap Scan", "Sort"])
def test_a_statement_that_reads_more_than_it_answers_from_is_told(step: str) -> None:
    warm = found(10_000_000).warm
    assert judged(warm=[replace(one, steps=("Index Scan", step)) for one in warm]) == 1
    assert judged(warm=[replace(one, removed=1) for one in warm]) == 1


@pytest.mark.parametrize("times", [0.7, 1.3])
def test_a_figure_that_is_not_the_model_s_fails(times: float, capsys: pytest.CaptureFixture[str]) -> None:
    """Each of them by itself."""
    right = found(10_000_000)
    wrong = {
        "bytes of a row": {"sizes": replace(right.sizes, row=373 * times)},
        "bytes of an entry by id": {"sizes": replace(right.sizes, by_id=33 * times)},
        "bytes of an entry by tenant": {"sizes": replace(right.sizes, by_tenant=63 * times)},
        "bytes in Redis": {"cached_bytes": right.cached_bytes * times},
        "bytes in Kafka": {"event_bytes": right.event_bytes * times},
        "bytes of log": {"writes": replace(right.writes, log_bytes=measured.LOG_BYTES * times)},
        "pages changed": {"writes": replace(right.writes, pages=right.writes.pages * times)},
        "pages of a page": {"warm": [replace(one, pages=one.pages * times) for one in right.warm]},
        "cold pages": {"cold": [replace(one, missed=one.missed * times) for one in right.cold]},
    }
    if times > 1:  # what costs less is no fault
        wrong["of PostgreSQL"] = {"paths": costing(database=times)}
        wrong["of the service"] = {"paths": costing(service=times)}
    for name, changed in wrong.items():
        assert judged(**changed) == 1, name
        assert name in capsys.readouterr().out.rpartition("verdict:")[2]


def test_levels_that_the_model_does_not_know_fail() -> None:
    right = found(10_000_000).sizes
    assert judged(sizes=replace(right, id_height=right.id_height + 1)) == 1


def test_milliseconds_are_judged_where_nobody_else_works_and_as_their_own_machine_s(
    capsys: pytest.CaptureFixture[str],
) -> None:
    slow = {"paths": costing(service=2, database=2)}
    assert judged(**slow) == 1
    assert judged(**slow, yardstick=2 * measured.YARDSTICK_MS) == 0
    capsys.readouterr()
    assert judged(**slow, others=0.5) == 0
    assert "other programs had 50% of the machine" in capsys.readouterr().out


def test_answers_that_cost_more_the_more_rows_there_are_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(paths=costing(database=3)) == 1
    said = capsys.readouterr().out.rpartition("verdict:")[2]
    assert f"{PAGE}: {measured.PAGE_CPU_MS:.2f} ms of PostgreSQL's CPU became" in said


def test_more_connections_than_a_pod_is_told_to_open_fail() -> None:
    assert judged(connections=10) == 1


def test_every_figure_that_the_model_counts_with_is_compared() -> None:
    """Whoever adds one to ``measured`` has the bench measure it."""
    counted = {name for name in vars(measured) if name.isupper()} - {"MACHINE", "YARDSTICK_MS"}
    assert len(compared(found(10_000_000))) + len(undisturbed(found(10_000_000))) >= len(counted)


def test_cpu_is_told_of_this_process_and_of_others() -> None:
    before = cpu.of_process(os.getpid())
    assert cpu.yardstick() > 0
    assert cpu.since(before, cpu.of_process(os.getpid())) > 0
    assert cpu.since({"1": 5_000_000}, {"1": 7_000_000, "2": 1_000_000}) == 3.0


def test_rows_come_in_the_order_of_their_time_and_the_first_tenant_has_a_tenth() -> None:
    portions = list(data._portions(50_000, list(range(1, 1_001))))
    rows = [row for portion in portions for row in portion]
    assert len(rows) == 50_000
    assert [row[0].int >> 80 for row in rows] == sorted(row[0].int >> 80 for row in rows)
    assert 0.09 < sum(row[1] == 1 for row in rows) / len(rows) < 0.11
    assert data.share(data.HOT) == pytest.approx(0.1)
    assert {len(row[3]) for row in rows[:100]} == {data.BODY_BYTES}
    assert data._body(random.Random(1)) == data._body(random.Random(1))


def test_a_percentile_is_what_so_many_did_not_exceed() -> None:
    one = Measured("read", 1, 100, 0, 1.0, [float(n) for n in range(1, 101)], Cost(0, 0))
    assert [one.percentile(share) for share in (0.5, 0.99, 0.999)] == [51.0, 100.0, 100.0]
