import pytest

from analyser.run.program import ProgramError
from components.operations.saved_queries import SavedQueries, SavedQuery, error_rate, errors, slow_calls
from tests.support import record, record_once, unequal_when_unknown

TOKEN = "aws:cloudwatch/queryDefinition:QueryDefinition"
GROUPS = ["/ecs/app", "/aws/lambda/connect"]


def queries() -> SavedQueries:
    return SavedQueries(
        "queries", {"errors": errors(GROUPS), "rate": error_rate(GROUPS), "slow": slow_calls(GROUPS[1:])}
    )


def test_queries_are_in_a_folder_of_the_stack() -> None:
    made = {n.inputs["name"]: n.inputs["logGroupNames"] for n in record_once(queries).of_type(TOKEN)}
    assert made == {"test-queries/errors": GROUPS, "test-queries/rate": GROUPS, "test-queries/slow": GROUPS[1:]}


def test_each_query_says_where_to_look() -> None:
    texts = {n.inputs["name"].rpartition("/")[2]: n.inputs["queryString"] for n in record_once(queries).of_type(TOKEN)}
    assert "filter @message like /(?i)(error" in texts["errors"]
    assert "by bin(5m)" in texts["rate"]
    assert "filter type = 'platform.report'" in texts["slow"]
    assert all("| limit" in text or "stats" in text for text in texts.values())


@pytest.mark.parametrize("count", [0, 51])
def test_a_query_takes_1_to_50_log_groups(count: int) -> None:
    with pytest.raises((ValueError, ProgramError), match="1 to 50"):
        record(lambda: SavedQueries("queries", {"errors": SavedQuery("fields @message", ["g"] * count)}))


def test_a_folder_is_not_empty() -> None:
    with pytest.raises((ValueError, ProgramError), match="holds no query"):
        record(lambda: SavedQueries("queries", {}))


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(queries) == []
