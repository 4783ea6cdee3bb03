"""Calendar functions against calendars we can check by other means."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import dates

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("春节", 2020, "2020-01-25"), ("春节", 2018, "2018-02-16"), ("除夕", 2022, "2022-01-31"), ("元宵", 2022, "2022-02-15"),
        ("清明", 2022, "2022-04-05"), ("清明", 2020, "2020-04-04"), ("端午", 2022, "2022-06-03"), ("七夕", 2022, "2022-08-04"),
        ("中秋", 2020, "2020-10-01"), ("重阳", 2022, "2022-10-04"), ("腊八", 2022, "2022-01-10"), ("小年", 2022, "2022-01-25"),
        ("国庆", 2022, "2022-10-01"), ("五一", 2022, "2022-05-01"), ("元旦", 2022, "2022-01-01"),
    ],
)  # fmt: skip
def test_festivals(name: str, year: int, day: str) -> None:
    assert dates.festival(name, year) == date.fromisoformat(day)


def test_festival_without_a_date() -> None:
    assert dates.festival("两会", 2022) is None
    assert dates.festival("春节", 9999) is None


def test_next_festival_is_at_or_after_the_reference() -> None:
    assert dates.next_festival("春节", date(2022, 1, 9)) == date(2022, 2, 1)
    assert dates.next_festival("春节", date(2022, 2, 1)) == date(2022, 2, 1)
    assert dates.next_festival("春节", date(2022, 2, 2)) == date(2023, 1, 22)


@pytest.mark.parametrize(
    ("name", "year", "first", "last"),
    [
        ("国庆", 2022, "2022-10-01", "2022-10-07"), ("春节", 2024, "2024-02-10", "2024-02-17"), ("清明", 2022, "2022-04-03", "2022-04-05"),
        ("五一", 2022, "2022-04-30", "2022-05-04"),
    ],
)  # fmt: skip
def test_public_holidays(name: str, year: int, first: str, last: str) -> None:
    found = dates.holiday(name, year)
    assert found is not None
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


def test_holiday_of_an_unpublished_year_is_unknown() -> None:
    assert dates.holiday("国庆", 2090) is None


def test_working_days_step_over_a_holiday_and_count_the_days_made_up() -> None:
    # 2022-09-28 is a Wednesday; 1 to 7 October is off; Saturday 8 and Sunday 9 October are worked.
    assert dates.add_working_days(date(2022, 9, 28), 2) == date(2022, 9, 30)
    assert dates.add_working_days(date(2022, 9, 28), 3) == date(2022, 10, 8)
    assert dates.add_working_days(date(2022, 9, 28), 4) == date(2022, 10, 9)


@given(st.dates(date(2019, 1, 1), date(2023, 6, 30)), st.integers(0, 60))
def test_working_days_agree_with_a_plain_list(start: date, count: int) -> None:
    end = dates.add_working_days(start, count)
    assert end - start >= timedelta(days=count)
    assert len(chinese_calendar.get_workdays(start + timedelta(days=1), end)) == count if count else end == start


def test_a_year_without_a_calendar_says_so() -> None:
    with pytest.raises(dates.CalendarUnknown, match="2090年"):
        dates.add_working_days(date(2090, 1, 1), 3)


@given(st.integers(1900, 2100), st.integers(-30, 30), st.integers(1, 24))
def test_months_follow_each_other(year: int, month: int, count: int) -> None:
    one, next_one = dates.months(year, month, count), dates.months(year, month + count)
    assert one is not None and next_one is not None
    assert one.after == next_one.first


@given(DAYS)
def test_periods_hold_their_day(at: date) -> None:
    month = dates.months(at.year, at.month)
    quarter = dates.quarter(at.year, (at.month + 2) // 3)
    half = dates.half_year(at.year, 1 if at.month <= 6 else 2)
    tenth = dates.ten_days(at.year, at.month, min(3, (at.day + 9) // 10))
    for period in (month, quarter, half, tenth, dates.week(at), dates.year(at.year)):
        assert period is not None and period.first <= at < period.after


@given(DAYS, st.integers(1, 7))
def test_weekdays(at: date, number: int) -> None:
    this, following = dates.weekday(at, number), dates.next_weekday(at, number)
    assert this is not None and following is not None
    assert this.first.isoweekday() == following.first.isoweekday() == number
    assert at <= following.first < at + timedelta(days=7)


def test_days_that_do_not_exist() -> None:
    assert dates.day(2022, 2, 29) is None
    assert dates.day(2022, 13, 1) is None
    assert dates.shifted(date.max, 1) is None
    assert dates.months(9999, 13) is None
