"""Times of day and of the week: maintenance and backup windows, clocks and time zones."""

import difflib
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.errors import shown
from settings.form import Form

_CLOCK = r"([01]\d|2[0-3]):([0-5]\d)"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_SHORTEST, _HOUR = 30, 60
_ON = f"(?:{'|'.join(_DAYS)}):{_CLOCK}"

_DAILY = Form(f"{_CLOCK}-{_CLOCK}", "a daily window in UTC", "03:00-04:00")
_WEEKLY = Form(f"{_ON}-{_ON}", "a weekly window in UTC, lower-case", "sun:04:00-sun:05:00")


def _long_enough(value: str) -> str:
    """https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""
    return _lasting(value, _SHORTEST)


def hour_long(value: str) -> str:
    """The window itself. Raises ValueError for one that ElastiCache and DAX, which ask for an hour, refuse.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_CreateCluster.html
    """
    return _lasting(value, _HOUR)


def _lasting(value: str, least: int) -> str:
    if minutes(value) < least:
        raise ValueError(f"{value} is shorter than {least} minutes")
    return value


DailyWindow = Annotated[str, _DAILY, AfterValidator(_long_enough)]
"""A time of day of 30 minutes or more; it may run past midnight."""

WeeklyWindow = Annotated[str, _WEEKLY, AfterValidator(_long_enough)]
"""A time of the week of 30 minutes or more."""

DailyHour = Annotated[str, _DAILY, AfterValidator(hour_long)]
"""A time of day of an hour or more."""

WeeklyHour = Annotated[str, _WEEKLY, AfterValidator(hour_long)]
"""A time of the week of an hour or more."""

Clock = Annotated[str, Form(r"([01]\d|2[0-3]):[0-5]\d", "a time of day from 00:00 to 23:59, in quotes", "22:00")]


def _zone(value: str) -> str:
    """https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html"""
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        close = difflib.get_close_matches(value, sorted(zoneinfo.available_timezones()), n=1)
        raise ValueError(
            f"there is no time zone {shown(value)}; {f'did you mean {close[0]}?' if close else 'for example'}"
            f"{'' if close else ' Europe/Berlin'}"
        ) from None
    return value


TimeZone = Annotated[
    str, Form(r"[A-Za-z]+(/[A-Za-z0-9_+-]+)*", "a time zone", "Europe/Berlin"), AfterValidator(_zone), Field()
]
"""A time zone by its name in IANA's database."""


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


def hours_from(hour: int, hours: int) -> str:
    """The daily window of so many hours that begins at ``hour``."""
    return f"{hour:02}:00-{(hour + hours) % 24:02}:00"


def _starts(window: str) -> list[int]:
    """The minutes of the week at which a window opens: one of a weekly window, seven of a daily one."""
    first = _minute(window.split("-")[0])
    return [first] if window[0].isalpha() else [first + day * _DAY for day in range(7)]


def _minute(moment: str) -> int:
    """Minutes since midnight, or since Monday's midnight where a day is given."""
    *day, hour, minute = moment.split(":")
    return (_DAYS.index(day[0]) * _DAY if day else 0) + int(hour) * 60 + int(minute)
