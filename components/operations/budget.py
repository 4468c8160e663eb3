"""A monthly cost budget."""

from typing import Annotated

import pulumi
import pulumi_aws as aws
from pydantic import Field

from components.component import Component
from components.operations.topic import Notices
from settings import Settings
from settings.services.tags import TagKey, TagValue


class CostTag(Settings):
    """A cost allocation tag; the account has to have activated its key, or nothing is counted.

    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
    """

    key: TagKey
    """The tag's key, which the account has to have activated for cost allocation."""
    value: Annotated[TagValue, Field(min_length=1)]
    """The tag's value."""


class BudgetSettings(Settings):
    """US dollars a month, and the shares of it (in percent) at which spending and forecast are told.

    Without ``tag`` the whole account's cost counts.
    """

    monthly_usd: int = Field(ge=1)
    """The budget of a month in US dollars."""
    actual_percent: int = Field(default=80, ge=1)
    """The share of it that may be spent before it is told."""
    forecast_percent: int = Field(default=100, ge=1)
    """The share of it that may be forecast before it is told."""
    tag: CostTag | None = None


class Budget(Component):
    """A monthly cost budget that notifies ``notices`` at shares of its limit."""

    def __init__(
        self,
        name: str,
        settings: BudgetSettings,
        *,
        notices: Notices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        filters = []
        if settings.tag is not None:
            tagged = f"user:{settings.tag.key}${settings.tag.value}"
            filters = [aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=[tagged])]
        budget = aws.budgets.Budget(
            self.child("budget"),
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.monthly_usd),
            limit_unit="USD",
            cost_filters=filters,
            notifications=[
                _notification("ACTUAL", settings.actual_percent, notices),
                _notification("FORECASTED", settings.forecast_percent, notices),
            ],
            opts=self.child_options(),
        )
        self.register_outputs({"arn": budget.arn})


def _notification(kind: str, percent: int, notices: Notices) -> aws.budgets.BudgetNotificationArgs:
    return aws.budgets.BudgetNotificationArgs(
        notification_type=kind,
        comparison_operator="GREATER_THAN",
        threshold=percent,
        threshold_type="PERCENTAGE",
        subscriber_sns_topic_arns=[notices.topic_arn],
    )
