"""What rules have in common that judge by a day: the day and the notice are thresholds, and no rule reads a clock."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, WithJsonSchema

from policy.rule import Level, Rule, RuleConfig


class Dates(RuleConfig):
    """The day by which a rule judges, and the notice before an end of support or validity."""

    day: Annotated[date | None, WithJsonSchema({"type": "string", "format": "date"})] = Field(
        None, description="The day to judge by (YYYY-MM-DD); none is the day of the run"
    )
    notice_days: int = Field(180, ge=0, description="How many days before an end it is told")

    def left(self, end: date) -> int | None:
        """How many days are left until the end, below zero once it is over; None where it is too far to tell."""
        if self.day is None or end - self.day > timedelta(days=self.notice_days):
            return None
        return (end - self.day).days


def strictly(rules: Iterable[Rule]) -> dict[str, str]:
    """The policy configuration by which an end that is near stops a deployment, as a nightly job has it."""
    return {
        rule.id: Level.MANDATORY.value for rule in rules if rule.config is not None and issubclass(rule.config, Dates)
    }
