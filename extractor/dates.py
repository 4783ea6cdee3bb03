"""Plain calendar functions: periods, weekdays, festivals, working days. Nothing here reads the clock.

Lunar festivals and 清明 come from lunar_python: the only one of the calendar libraries at hand that turns a lunar date
of any year into a solar one and knows the solar terms (lunardate ends with 2099 and knows no terms, cnlunar has no way
back from lunar to solar; lunar_python and lunardate agree on every New Year from 1900 to 2099). Public holidays and
调休 come from chinesecalendar.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache

import chinese_calendar
from lunar_python import Lunar, Solar

_ONE = timedelta(days=1)
# The calendar library needs a year around the one it is asked for; speeches need no more.
_FIRST_YEAR, _LAST_YEAR = 1600, 2400

SOLAR_FESTIVALS = {
    "元旦": (1, 1), "妇女节": (3, 8), "三八": (3, 8), "植树节": (3, 12), "五一": (5, 1), "劳动节": (5, 1),
    "青年节": (5, 4), "五四": (5, 4), "儿童节": (6, 1), "六一": (6, 1), "建党节": (7, 1), "七一": (7, 1),
    "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10), "国庆": (10, 1), "十一": (10, 1), "圣诞": (12, 25),
}  # fmt: skip
LUNAR_FESTIVALS = {
    "春节": (1, 1), "元宵": (1, 15), "端午": (5, 5), "七夕": (7, 7), "中元": (7, 15), "中秋": (8, 15), "重阳": (9, 9),
    "腊八": (12, 8),
}  # fmt: skip
# Festivals that last: what chinesecalendar calls the public holiday.
_HOLIDAYS = {
    "元旦": "New Year's Day", "春节": "Spring Festival", "清明": "Tomb-sweeping Day", "五一": "Labour Day",
    "劳动节": "Labour Day", "端午": "Dragon Boat Festival", "中秋": "Mid-autumn Festival", "国庆": "National Day",
    "十一": "National Day",
}  # fmt: skip


class CalendarUnknown(LookupError):
    """The official holiday calendar of this year is not published or not known, so working days cannot be counted."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days: ``first`` inclusive, ``after`` exclusive."""

    first: date
    after: date

    @property
    def last(self) -> date:
        """The last day that belongs to it."""
        return self.after - _ONE


def day(year: int, month: int, number: int) -> Days | None:
    """One day, or None when the calendar has no such day (2月30日)."""
    try:
        first = date(year, month, number)
        return Days(first, first + _ONE)
    except (ValueError, OverflowError):
        return None


def months(year: int, month: int, count: int = 1) -> Days | None:
    """``count`` months from a month on; month may lie outside 1 to 12 and then counts into the years around.

    >>> months(2022, 14)
    Days(first=datetime.date(2023, 2, 1), after=datetime.date(2023, 3, 1))
    """
    first, after = _month_start(year, month), _month_start(year, month + count)
    return Days(first, after) if first and after else None


def _month_start(year: int, month: int) -> date | None:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, 1) if MINYEAR <= year <= MAXYEAR else None


def year(number: int, count: int = 1) -> Days | None:
    """``count`` whole years."""
    return months(number, 1, 12 * count)


def quarter(year: int, number: int) -> Days | None:
    """The first to fourth quarter of a year; other numbers count into the years around."""
    return months(year, 3 * number - 2, 3)


def half_year(year: int, number: int) -> Days | None:
    """上半年 (1) or 下半年 (2)."""
    return months(year, 6 * number - 5, 6)


def ten_days(year: int, month: int, number: int) -> Days | None:
    """上旬 (1), 中旬 (2) or 下旬 (3, to the end of the month)."""
    whole = months(year, month)
    if whole is None:
        return None
    first = whole.first + timedelta(days=10 * (number - 1))
    return Days(first, whole.after if number == 3 else first + timedelta(days=10))


def end_of(days: Days) -> Days:
    """The last day of a period: what 月底, 季末, 年底 name."""
    return Days(days.last, days.after)


def start_of(days: Days) -> Days:
    """The first day of a period: what 月初, 年初 name as a limit."""
    return Days(days.first, days.first + _ONE)


def shifted(reference: date, days: int) -> Days | None:
    """The day ``days`` after (before, if negative) the reference."""
    try:
        first = reference + timedelta(days=days)
        return Days(first, first + _ONE)
    except OverflowError:
        return None


def week(reference: date, weeks: int = 0) -> Days | None:
    """The week (Monday to Sunday) that holds the reference, or the one ``weeks`` later."""
    monday = shifted(reference, 7 * weeks - reference.weekday())
    return Days(monday.first, monday.first + timedelta(days=7)) if monday else None


def weekday(reference: date, number: int, weeks: int = 0) -> Days | None:
    """A weekday (1 Monday … 7 Sunday) of the week of the reference, or of the week ``weeks`` later.

    >>> weekday(date(2022, 3, 10), 5).first.isoformat()
    '2022-03-11'
    """
    whole = week(reference, weeks)
    return shifted(whole.first, number - 1) if whole else None


def next_weekday(reference: date, number: int) -> Days | None:
    """The first such weekday at or after the reference: what a bare 周五 names."""
    return shifted(reference, (number - 1 - reference.weekday()) % 7)


@cache
def festival(name: str, year: int) -> date | None:
    """The day of a festival in a (solar) year, or None for one without a date (两会) and years out of range.

    >>> festival("春节", 2022).isoformat(), festival("清明", 2022).isoformat(), festival("除夕", 2022).isoformat()
    ('2022-02-01', '2022-04-05', '2022-01-31')
    """
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if name in SOLAR_FESTIVALS:
        return date(year, *SOLAR_FESTIVALS[name])
    if name == "除夕":
        return _lunar(year, 1, 1) - _ONE
    if name == "小年":
        return _lunar(year, 1, 1) - timedelta(days=7)
    if name == "清明":
        term = Solar.fromYmd(year, 4, 1).getLunar().getJieQiTable()["清明"]
        return date(term.getYear(), term.getMonth(), term.getDay())
    if name == "腊八":
        # The twelfth lunar month of the year before, so that it falls into the asked year like the New Year after it.
        return _lunar(year - 1, 12, 8)
    if name in LUNAR_FESTIVALS:
        return _lunar(year, *LUNAR_FESTIVALS[name])
    return None


@cache
def _lunar(year: int, month: int, number: int) -> date:
    solar = Lunar.fromYmd(year, month, number).getSolar()
    return date(solar.getYear(), solar.getMonth(), solar.getDay())


def next_festival(name: str, reference: date) -> date | None:
    """The next time of a festival at or after the reference."""
    for number in (reference.year, reference.year + 1):
        found = festival(name, number)
        if found and found >= reference:
            return found
    return None


def holiday(name: str, year: int) -> Days | None:
    """The public holiday around a festival (春节假期), or None when it has none or the year is unknown."""
    label, at = _HOLIDAYS.get(name), festival(name, year)
    if label is None or at is None:
        return None
    near = [at + timedelta(days=n) for n in range(-7, 10)]
    try:
        off = [d for d in near if chinese_calendar.get_holiday_detail(d) in ((True, label), (True, None))]
        first = last = at
        while first - _ONE in off:
            first -= _ONE
        while last + _ONE in off:
            last += _ONE
    except NotImplementedError:
        return None
    return Days(first, last + _ONE)


def lunar_days(month: int, number: int, reference: date) -> list[date]:
    """A day of the lunar calendar in the lunar years around the reference, in order.

    正月 is month 1, 腊月 is 12. Years in which the month has no such day (腊月三十) are left out,
    and so are years out of range.

    >>> [at.isoformat() for at in lunar_days(12, 30, date(2022, 3, 10))]
    ['2023-01-21', '2024-02-09']
    """
    out: list[date] = []
    for lunar_year in range(reference.year - 1, reference.year + 2):
        if not _FIRST_YEAR <= lunar_year < _LAST_YEAR:
            continue
        at = _lunar(lunar_year, month, 1) + timedelta(days=number - 1)
        if at < (_lunar(lunar_year, month + 1, 1) if month < 12 else _lunar(lunar_year + 1, 1, 1)):
            out.append(at)
    return out


def is_working_day(at: date) -> bool:
    """Whether the official calendar, 调休 included, makes this a working day. Raises CalendarUnknown."""
    try:
        return bool(chinese_calendar.is_workday(at))
    except NotImplementedError as error:
        raise CalendarUnknown(f"{at.year}年的节假日安排未知，无法推算工作日。") from error


def add_working_days(start: date, count: int) -> date:
    """The ``count``-th working day after ``start`` (which itself does not count).

    Raises CalendarUnknown when the count runs into a year without a published calendar.

    >>> add_working_days(date(2022, 9, 28), 3).isoformat()  # the National Day holiday lies between, 10月8日 is made up
    '2022-10-08'
    """
    at = start
    # A year without a calendar ends the loop long before the count can.
    while count > 0:
        at += _ONE
        count -= is_working_day(at)
    return at
