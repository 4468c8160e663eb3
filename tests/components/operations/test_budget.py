import pytest
from pydantic import ValidationError

from components.operations.budget import Budget, BudgetSettings, CostTag
from components.operations.topic import Notices, NoticesSettings
from components.security.key import Key
from tests.support import ACCOUNT, record, record_once, unequal_when_unknown

TOKEN = "aws:budgets/budget:Budget"


def budget(settings: BudgetSettings | None = None) -> None:
    key = Key("notices", account=ACCOUNT, purpose="test")
    notices = Notices("notices", NoticesSettings(), account=ACCOUNT, key=key)
    Budget("records", settings or BudgetSettings(monthly_usd=5700), notices=notices)


def test_tells_before_the_month_is_spent() -> None:
    graph = record_once(budget)
    node = graph.only(TOKEN)
    assert (node.inputs["limitAmount"], node.inputs["limitUnit"]) == ("5700", "USD")
    assert (node.inputs["timeUnit"], node.inputs["budgetType"]) == ("MONTHLY", "COST")
    topic = graph.only("aws:sns/topic:Topic").outputs["arn"]
    common = {
        "comparisonOperator": "GREATER_THAN",
        "thresholdType": "PERCENTAGE",
        "subscriberSnsTopicArns": [topic],
    }
    assert node.inputs["notifications"] == [
        {**common, "notificationType": "ACTUAL", "threshold": 80},
        {**common, "notificationType": "FORECASTED", "threshold": 100},
    ]


def test_waits_until_it_may_publish() -> None:
    graph = record_once(budget)
    assert graph.only("aws:sns/topicPolicy:TopicPolicy").urn in graph.only(TOKEN).dependencies


def test_counts_the_account_or_what_a_tag_marks() -> None:
    assert not record_once(budget).only(TOKEN).inputs.get("costFilters")
    tagged = BudgetSettings(monthly_usd=250, tag=CostTag(key="stack", value="records-prod"))
    filters = record(lambda: budget(tagged)).only(TOKEN).inputs["costFilters"]
    assert filters == [{"name": "TagKeyValue", "values": ["user:stack$records-prod"]}]


def test_nothing_is_no_budget() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        BudgetSettings(monthly_usd=0)


def test_same_graph_when_nothing_is_known() -> None:
    assert unequal_when_unknown(budget) == []
