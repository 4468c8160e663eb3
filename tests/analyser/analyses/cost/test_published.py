"""The designs' own tables beside the estimate."""

import pytest

from analyser.analyses.cost.estimate import monthly_cost
from analyser.analyses.cost.published import Compared, comparisons
from analyser.analyses.cost.published_tables import TABLES
from tests.stacks import stack_graph


@pytest.mark.parametrize("system", sorted(TABLES))
def test_tables_add_up_as_the_designs_have_them(system: str) -> None:
    # MDReader's own total of 170 to 250 is the rounded sum of 169.50 to 251.50.
    for table in TABLES[system]:
        assert sum(line.low for line in table.lines) == pytest.approx(table.low, abs=0.5)
        assert sum(line.high for line in table.lines) == pytest.approx(table.high, abs=1.5)


def test_each_line_of_mdreader_is_as_its_design_has_it() -> None:
    (table,) = TABLES["mdreader"]
    assert {line.name: (line.low, line.high) for line in table.lines} == {
        "RDS PostgreSQL": (15, 25),
        "ElastiCache Redis": (20, 30),
        "Lambda": (5, 15),
        "API Gateway": (3, 5),
        "S3": (5, 10),
        "CloudFront": (80, 100),
        "ECS Fargate": (30, 50),
        "Cognito": (5, 5),
        "CloudWatch": (5, 10),
        "Route 53": (0.5, 0.5),
        "SES": (1, 1),
    }
    assert (table.low, table.high) == (170, 250)


def test_records_are_compared_with_both_tables_of_their_design() -> None:
    graph = stack_graph("prod")
    cost = monthly_cost(graph)
    breakdown, on_demand = comparisons(graph, cost)
    lines = {line.name: line for line in breakdown.lines}
    assert (lines["EKS: control plane"].usd, lines["EKS: control plane"].difference) == (pytest.approx(73), 0)
    assert lines["ElastiCache"].usd == pytest.approx(900.09)
    assert lines["RDS: read replicas"].usd == pytest.approx(1930)
    assert all(line.why for line in (*breakdown.lines, breakdown.total))
    assert [line.name for line in on_demand.lines] == ["EKS nodes (c5.2xlarge)", "RDS PostgreSQL", "ElastiCache"]


def test_what_a_table_lacks_is_the_rest_of_the_estimate() -> None:
    graph = stack_graph("prod")
    cost = monthly_cost(graph)
    breakdown = comparisons(graph, cost)[0]
    missing = dict(breakdown.missing)
    assert {"ec2", "lb", "wafv2", "kms"} <= missing.keys()
    assert breakdown.total.usd + sum(missing.values()) == pytest.approx(cost.total.usd, abs=0.1)


def test_only_production_has_a_table_of_its_own() -> None:
    graph = stack_graph("dev")
    assert comparisons(graph, monthly_cost(graph)) == []


@pytest.mark.parametrize(("usd", "apart"), [(12, -3), (15, 0), (20, 0), (25, 0), (30, 5)])
def test_differences_are_from_the_nearer_end_of_a_range(usd: float, apart: float) -> None:
    assert Compared("RDS", 15, 25, usd, "").difference == apart
