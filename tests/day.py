"""The day on which tests judge, whenever they run, so that none fails because time passes."""

from datetime import date
from unittest import mock

from policy import clock

DAY = date(2026, 11, 29)


def stand_still() -> None:
    """Lets the pack's clock say that day, in this process."""
    mock.patch.object(clock, "today", return_value=DAY).start()
