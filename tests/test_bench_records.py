"""The verdict of ``make bench-records``, and the data that it is passed on."""

import random

import pytest

from tests.bench_records import data
from tests.bench_records.__main__ import verdict
from tests.bench_records.paths import Measured
from tests.bench_records.plans import Plan
from tests.bench_records.sizes import Sizes

_SIZES = Sizes(370, 32, 62, 2)


def judged(few: float, many: float, *steps: str) -> int:
    plans = {100_000: Plan("page", ("Sort",), few, 1), 1_000_000: Plan("page", ("Index Scan", *steps), many, 1)}
    return verdict({rows: (_SIZES, [plan]) for rows, plan in plans.items()})


def test_answers_may_grow_as_b_trees_do() -> None:
    assert judged(60, 64) == 0


@pytest.mark.parametrize(
    ("few", "many", "steps"),
    [(60, 600, ()), (60, 60, ("Seq Scan",)), (60, 60, ("Bitmap Heap Scan",)), (60, 60, ("Sort",))],
)
def test_an_answer_that_reads_more_than_it_says_is_told(few: float, many: float, steps: tuple[str, ...]) -> None:
    assert judged(few, many, *steps) == 1


def test_rows_come_in_the_order_of_their_time_and_the_first_tenant_has_a_tenth() -> None:
    portions = list(data._portions(50_000, list(range(1, 1_001))))
    rows = [row for portion in portions for row in portion]
    assert len(rows) == 50_000
    assert [row[0].int >> 80 for row in rows] == sorted(row[0].int >> 80 for row in rows)
    assert 0.09 < sum(row[1] == 1 for row in rows) / len(rows) < 0.11
    assert {len(row[3]) for row in rows[:100]} == {data.BODY_BYTES}
    assert data._body(random.Random(1)) == data._body(random.Random(1))


def test_a_percentile_is_what_so_many_did_not_exceed() -> None:
    measured = Measured("read", 1, 100, 0, 1.0, [float(n) for n in range(1, 101)])
    assert [measured.percentile(share) for share in (0.5, 0.99, 0.999)] == [51.0, 100.0, 100.0]
