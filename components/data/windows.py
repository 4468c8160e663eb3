"""Daily and weekly windows in UTC, as RDS and ElastiCache write them."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY


def _daily(value: str) -> str:
    if not re.fullmatch(f"{_CLOCK}-{_CLOCK}", value):
        raise ValueError(f"{value!r} is not a daily window in UTC such as 03:00-04:00")
    return _long_enough(value)


def _weekly(value: str) -> str:
    day = f"(?:{'|'.join(_DAYS)})"
    if not re.fullmatch(f"{day}:{_CLOCK}-{day}:{_CLOCK}", value):
        raise ValueError(f"{value!r} is not a weekly window in UTC, lower-case, such as sun:04:00-sun:05:00")
    return _long_enough(value)


def _long_enough(value: str) -> str:
    if minutes(value) < 30:
        raise ValueError(f"{value} is shorter than 30 minutes")
    return value


DailyWindow = Annotated[str, AfterValidator(_daily), Field(examples=["03:00-04:00"])]
"""A time of day of 30 minutes or more; it may run past midnight."""

WeeklyWindow = Annotated[str, AfterValidator(_weekly), Field(examples=["sun:04:00-sun:05:00"])]
"""A time of the week of 30 minutes or more."""


def minutes(window: str) -> int:
    """How long a daily or weekly window is."""
    start, end = (_minute(part) for part in window.split("-"))
    return (end - start) % (_WEEK if window[0].isalpha() else _DAY)


def overlap(one: str, other: str) -> bool:
    """Whether two windows, daily or weekly, have a minute in common on any day."""
    return any(
        (start - begin) % _WEEK < minutes(other) or (begin - start) % _WEEK < minutes(one)
        for start in _starts(one)
        for begin in _starts(other)
    )


def hour_from(hour: int) -> str:
    """The daily window of the hour that begins at ``hour``."""
    return f"{hour:02}:00-{(hour + 1) % 24:02}:00"


def _starts(window: str) -> list[int]:
    """The minutes of the week at which a window opens: one of a weekly window, seven of a daily one."""
    first = _minute(window.split("-")[0])
    return [first] if window[0].isalpha() else [first + day * _DAY for day in range(7)]


def _minute(moment: str) -> int:
    """Minutes since midnight, or since Monday's midnight where a day is given."""
    *day, hour, minute = moment.split(":")
    return (_DAYS.index(day[0]) * _DAY if day else 0) + int(hour) * 60 + int(minute)
