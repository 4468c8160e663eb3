"""The cost section: figures that add up to the estimate."""

import re

import pytest

from analyser.analyses.cost.result import Cost
from analyser.faces.page.amounts import cents, usd
from analyser.faces.page.cost import Costs, costs
from tests.analyser.faces.page.html import read
from tests.analyser.faces.page.pages import stack_page, stack_report


@pytest.fixture(scope="module", name="section")
def _section() -> Costs:
    report = stack_report("prod")
    return costs(report.graph, report.cost)


def test_bars_add_up_to_the_total_and_none_is_wider_than_the_chart(section: Costs) -> None:
    total = stack_report("prod").cost.total
    assert sum(bar.amount.usd for bar in section.bars) == pytest.approx(total.usd)
    assert sum(bar.amount.high for bar in section.bars) == pytest.approx(total.high)
    widths = [(bar.fixed, bar.whole, bar.low, bar.high) for bar in section.bars]
    parts = [[float(width.removesuffix("%")) for width in bar] for bar in widths]
    assert max(high for *_, high in parts) == 100
    assert all(fixed <= whole and low <= whole <= high for fixed, whole, low, high in parts)


def test_a_bar_is_as_wide_as_its_part(section: Costs) -> None:
    highest = max(bar.amount.high for bar in section.bars)
    for bar in section.bars:
        assert float(bar.whole.removesuffix("%")) == pytest.approx(100 * bar.amount.usd / highest, abs=0.006)


def test_every_line_is_listed_under_its_component() -> None:
    cost = stack_report("prod").cost
    page = read(stack_page("prod")).one("section", **{"aria-labelledby": "cost"})
    components = page.all("details", class_="row")
    assert [c.one("span", class_="name").text for c in components] == [name for name, _ in cost.by_component]
    rows = [row for c in components for row in c.one("table").all("tr")[1:]]
    assert len(rows) == len(cost.lines)
    sums = [c.one("summary").one("span", class_="figure").text for c in components]
    assert sums == [cents(amount.usd) for _, amount in cost.by_component]


def test_every_assumption_that_a_line_names_is_explained(section: Costs) -> None:
    bases = {name for line in stack_report("prod").cost.lines for name in re.split(r",\s*", line.basis) if name}
    named = {assumption.name for assumption in section.assumptions}
    assert named == bases - {"scaling", "scalingConfig", "limits"}
    assert all(assumption.means for assumption in section.assumptions)


def test_what_costs_nothing_has_no_chart() -> None:
    section = costs(stack_report("prod").graph, Cost(()))
    assert (section.bars, section.dates, section.assumptions) == ((), (), ())


@pytest.mark.parametrize(
    ("value", "glance", "exact"),
    [
        (7464.94, "$7,465", "$7,464.94"),
        (9.996, "$10", "$10.00"),
        (9.99, "$9.99", "$9.99"),
        (0.004, "< $0.01", "< $0.01"),
        (0, "$0.00", "$0.00"),
    ],
)
def test_amounts(value: float, glance: str, exact: str) -> None:
    assert (usd(value), cents(value)) == (glance, exact)
