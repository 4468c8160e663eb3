import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from settings.services.windows import DailyWindow, WeeklyWindow, hours_from, minutes, overlap

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(("window", "length"), [("03:00-04:00", 60), ("23:30-00:30", 60), ("sun:23:00-mon:01:00", 120)])
def test_length_runs_past_midnight_and_past_sunday(window: str, length: int) -> None:
    assert minutes(window) == length


@pytest.mark.parametrize(
    ("daily", "weekly", "meet"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),
        ("03:00-04:01", "sun:04:00-sun:05:00", True),
        ("23:30-00:30", "mon:00:00-mon:01:00", True),
        ("12:00-12:30", "sat:11:00-mon:03:00", True),
        ("04:00-05:00", "sun:04:10-sun:04:40", True),
        ("05:00-06:00", "sun:04:00-sun:05:00", False),
    ],
)
def test_windows_that_meet_on_some_day_overlap(daily: str, weekly: str, meet: bool) -> None:
    assert overlap(daily, weekly) is meet
    assert overlap(weekly, daily) is meet


def test_two_daily_windows_overlap_on_every_day_or_none() -> None:
    assert overlap(hours_from(23, 1), "23:59-00:29")
    assert not overlap(hours_from(23, 1), "00:00-00:30")


@given(st.integers(0, 1439), st.integers(30, 600), st.integers(0, 10079), st.integers(30, 2000))
def test_overlap_is_a_common_minute(first: int, length: int, start: int, lasting: int) -> None:
    def clock(minute: int) -> str:
        return f"{minute % 1440 // 60:02}:{minute % 60:02}"

    def moment(minute: int) -> str:
        return f"{DAYS[minute % 10080 // 1440]}:{clock(minute)}"

    daily = f"{clock(first)}-{clock(first + length)}"
    weekly = f"{moment(start)}-{moment(start + lasting)}"
    of_days = {(day * 1440 + first + i) % 10080 for day in range(7) for i in range(length)}
    of_week = {(start + i) % 10080 for i in range(lasting)}
    assert overlap(daily, weekly) is bool(of_days & of_week)


@pytest.mark.parametrize("window", ["3:00-4:00", "24:00-01:00", "03:00-03:20", "sun:03:00-sun:04:00", ""])
def test_what_is_no_daily_window_is_refused(window: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(DailyWindow).validate_python(window)


@pytest.mark.parametrize("window", ["Sun:03:00-Sun:04:00", "03:00-04:00", "sun:03:00-sun:03:29", "day:03:00-day:04:00"])
def test_what_is_no_weekly_window_is_refused(window: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(WeeklyWindow).validate_python(window)
