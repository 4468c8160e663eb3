"""Whether answers stay as cheap as they were, from the fewest rows to the most."""

from collections.abc import Iterator, Mapping

from tests.bench_records.paths import HOT_PAGE, MISSED, PAGE
from tests.bench_records.prediction import NEIGHBOURS, Found

_SEQUENTIAL = {"Seq Scan", "Sort", "Bitmap Heap Scan", "Incremental Sort"}
_MORE_CPU = 1.5
"""That an answer may cost PostgreSQL at the most rows, beside what more pages cost: rows are ten times more, or fifty,
and what is measured twice on a busy machine differs by a third."""


def grown(found: Mapping[int, Found]) -> Iterator[str]:
    """What grows faster than B-trees do."""
    few, many = found[min(found)], found[max(found)]
    # Of a few thousand rows PostgreSQL rightly reads all.
    for plan in many.warm:
        yield from (f"{plan.path}: {step}" for step in sorted(_SEQUENTIAL & set(plan.steps)))
        if plan.removed:
            yield f"{plan.path}: {plan.removed} rows are read and not answered"
    levels = many.sizes.id_height - few.sizes.id_height + many.sizes.tenant_height - few.sizes.tenant_height
    for before, after in zip(few.warm, many.warm, strict=True):
        if after.pages > before.pages * _MORE_CPU + levels:
            yield f"{after.path}: {before.pages:.1f} pages became {after.pages:.1f}"
    if max(few.others, many.others) > NEIGHBOURS:
        return
    for path in (MISSED, PAGE, HOT_PAGE):
        before, after = few.cost(path).database, many.cost(path).database
        if after > before * _MORE_CPU * (1 + levels / 10):
            yield f"{path}: {before:.2f} ms of PostgreSQL's CPU became {after:.2f}"
