"""Rules for the atoms of time expressions: days and periods, clock times, durations, recurring times.

`extractor/times.py` joins neighbouring atoms (date and clock, from and to) and reads the words around them (前, 起, 内).
A rule builds a *shape*: what the words say, still without a reference date.

Every pattern begins with a character or a class of characters and looks behind only after it: the engine then skips
whatever cannot begin an expression in one quick pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Literal

from extractor import dates
from extractor.dates import Days
from extractor.numerals import parse
from extractor.rule import Rule

FIRST_YEAR, LAST_YEAR = 1000, 2999


@dataclass(frozen=True, slots=True)
class Context:
    """What a shape is resolved against.

    A month or day without its year lies at or after ``after``, when that is set (the end of a range, seen from its
    start). Else ``view`` decides. Told: in the year of the reference, or in the year beside it when it would lie more than
    ten months off (28 December told in January). Planned: in the year of the reference, or in the next one when it
    passed more than eight months ago (1月中旬 said in December). Limit: in the year of the reference, or in the next one
    when it passed more than a month ago (3月底前 said in November).
    """

    reference: date | None
    view: Literal["told", "planned", "limit"] = "told"
    after: date | None = None


@dataclass(frozen=True, slots=True)
class DayShape:
    """A day or a period of days. ``resolve`` gives the days, or None where nothing follows.

    ``unit``: a single day; 今天; a period; a whole or half year; 今年; the edge of a period (月底, 年初); a five-year plan; a festival (its 前 excludes it); the same day as
    something (当日); another day that only an event fixes (次日). ``part``: the part of the day said with it (今晚).
    """

    unit: Literal["day", "today", "period", "year", "this year", "edge", "plan", "festival", "same day", "event"]
    resolve: Callable[[Context], Days | None]
    part: str | None = None


@dataclass(frozen=True, slots=True)
class ClockShape:
    """A time of day in minutes after midnight; a part of the day (上午) has an ``end`` too. ``weak``: only a time
    beside a date or a limiting word (3点)."""

    minute: int
    end: int | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class DurationShape:
    """A length of time: ISO 8601 or None (几天); ``count`` and ``unit`` (one of YMDWhms) for arithmetic."""

    iso: str | None
    count: int | None
    unit: str
    workdays: bool = False


@dataclass(frozen=True, slots=True)
class EveryShape:
    """A recurring time: the ISO 8601 period and how often in it, as far as the expression itself says."""

    period: str
    times: int


Shape = DayShape | ClockShape | DurationShape | EveryShape

# ---------------------------------------------------------------------------------------------- pieces of patterns

_CN = "一二三四五六七八九十"
# A numeral is not the rest of a longer number, an ordinal or a decimal; 周五12时 is no longer number.
_ALONE = rf"(?<![0-9.:/第].)(?<![{_CN}百千万亿〇零两][^0-9])(?<![0-9]-.)"
_MONTH = rf"[0-9{_CN}]{_ALONE}[0-9一二]?"
_MONTH_2 = rf"[0-9{_CN}][0-9一二]?"
_DAY = rf"[0-9{_CN}廿卅][0-9{_CN}]{{0,2}}"
_DAY_1 = rf"[0-9{_CN}廿卅]{_ALONE}[0-9{_CN}]{{0,2}}"
_END = r"底(?!线|数|层|部|气|子|册|色|稿|盘|座)|末(?!端|尾|位|梢)|初(?!步|中|级|心|次|始|审|评|筛|赛|选|学|见)"
_MIDDLE = r"中(?=前|之前|，|。|完成|实现|基本|召开|左右)"
_INSIDE = r"内(?!部|容|蒙|外|江|需|涝|地|在|心|科|设|控|生|河|陆|销|含)"
_INSIDE_OPTION = rf"(?:{_INSIDE})?"
_FESTIVAL = (
    "春节|元宵|清明|端午|七夕|中元|中秋|重阳|腊八|小年|除夕|元旦|国庆|劳动节|妇女节|儿童节|教师节|青年节|建军节|建党节|植树节"
)
_HOLIDAY = "假期|长假|小长假|黄金周|假日"
_MONTH_TAIL = rf"(?P<d>{_DAY})[日号](?!楼|线|院|文|令|公告|通告)|份?(?:(?P<x>[上中下])旬|(?P<e>{_END}|{_MIDDLE}))|份"
_YEAR_TAIL = (
    rf"(?:(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:{_MONTH_TAIL})?"
    rf"|第?(?P<q>[一二三四1-4])季度?(?P<qe>{_END})?(?![0-9])"
    rf"|(?P<h>[上下])半年"
    rf"|年?(?P<ye>{_END}|{_MIDDLE})|{_INSIDE}"
    rf"|(?P<f>{_FESTIVAL})节?(?P<fh>{_HOLIDAY})?|度)?"
)
_QUARTERS = {c: n for n, c in enumerate("一二三四", 1)} | {str(n): n for n in range(1, 5)}
_HALVES = {"上": 1, "下": 2}
_TENS = {"上": 1, "中": 2, "下": 3}
_WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日", 1)} | {"天": 7}


# ------------------------------------------------------------------------------------------------- days and periods


def _edge(days: Days | None, word: str | None) -> Days | None:
    """底 and 末 name the last day of a period, 初 the first; without a word it is the period. 中 stays the period."""
    if days is None or not word or word[0] == "中":
        return days
    return dates.start_of(days) if word[0] == "初" else dates.end_of(days)


def _in_year(m: re.Match[str], number: int) -> Days | None:
    """What the year tail of a match names in a year."""
    if m["m"]:
        return _in_month(m, number, parse(m["m"]) or 0)
    if m["q"]:
        return _edge(dates.quarter(number, _QUARTERS[m["q"]]), m["qe"])
    if m["h"]:
        return dates.half_year(number, _HALVES[m["h"]])
    if m["f"]:
        return _festival_days(m["f"], m["fh"], number)
    return _edge(dates.year(number), m["ye"])


def _in_month(m: re.Match[str], year: int, month: int) -> Days | None:
    """What the month tail of a match names in a month."""
    if m["d"]:
        return dates.day(year, month, parse(m["d"]) or 0)
    if m["x"]:
        return dates.ten_days(year, month, _TENS[m["x"]])
    return _edge(dates.months(year, month), m["e"])


def _festival_days(name: str, whole: str | None, year: int) -> Days | None:
    if whole:
        return dates.holiday(name, year)
    at = dates.festival(name, year)
    return Days(at, at + timedelta(days=1)) if at else None


def _unit(m: re.Match[str]) -> Literal["day", "period", "year", "edge", "festival"]:
    """Whether the tail of a match names a day, a period or a festival."""
    named = m.groupdict()
    if named.get("f"):
        return "period" if named["fh"] else "festival"
    if named.get("d"):
        return "day"
    edges = [named.get(key) for key in ("e", "ye", "qe")]
    if any(e and e[0] != "中" for e in edges):
        return "edge"
    # A match of a month rule has no year tail.
    return "period" if "ye" not in named or named["m"] or named["q"] else "year"


_FAR = timedelta(days=300)
_LONG_AGO = timedelta(days=240)


def _place(make: Callable[[int], Days | None], context: Context) -> Days | None:
    """The year of a day or period that says none (see Context)."""
    if context.after:
        found = make(context.after.year)
        return make(context.after.year + 1) if found and found.after <= context.after else found
    at = context.reference
    if at is None:
        return None
    found = make(at.year)
    if found is None:
        return None
    if context.view == "planned":
        return make(at.year + 1) if found.after < at - _LONG_AGO else found
    if context.view == "limit":
        # A notice may still name a date that passed a few weeks ago; one further back means the next year.
        return make(at.year + 1) if found.after <= at - timedelta(days=31) else found
    if found.first > at + _FAR:
        return make(at.year - 1)
    return make(at.year + 1) if found.after < at - _FAR else found


def _stated_year(m: re.Match[str]) -> object:
    number = parse(m["y"])
    if number is None or not FIRST_YEAR <= number <= LAST_YEAR or (m["m"] and _in_year(m, number) is None):
        return None
    return DayShape(_unit(m), lambda _: _in_year(m, number))


def _short_year(m: re.Match[str]) -> object:
    number = int(m["y"])
    number += 2000 if number < 50 else 1900
    return DayShape(_unit(m), lambda _: _in_year(m, number)) if _in_year(m, number) else None


_YEAR_WORDS = {"今": 0, "本": 0, "当": 0, "明": 1, "来": 1, "下": 1, "后": 2, "去": -1, "上": -1, "前": -2}


def _relative_year(m: re.Match[str]) -> object:
    shift = _YEAR_WORDS.get(m["r"])

    def resolve(context: Context) -> Days | None:
        at = context.reference
        return None if at is None or shift is None else _in_year(m, at.year + shift)

    unit = _unit(m)
    return DayShape("this year" if unit == "year" and shift == 0 else unit, resolve)


def _month_day(m: re.Match[str]) -> object:
    month = parse(m["m"]) or 0
    # 2月29日 only some years have; any day that no month has is no date.
    if not 1 <= month <= 12 or _in_month(m, 2020, month) is None:
        return None
    return DayShape(_unit(m), partial(_place, lambda y: _in_month(m, y, month)))


_MONTH_WORDS = {"本": 0, "当": 0, "这": 0, "下": 1, "上": -1}


def _relative_month(m: re.Match[str]) -> object:
    shift = _MONTH_WORDS.get(m["r"])

    def resolve(context: Context) -> Days | None:
        at = context.reference
        if at is None or shift is None:
            return None
        whole = dates.months(at.year, at.month + shift)
        return _in_month(m, whole.first.year, whole.first.month) if whole else None

    return DayShape(_unit(m), resolve)


def _number_of_day(m: re.Match[str]) -> object:
    number = parse(m["d"]) or 0
    if not 1 <= number <= 31 or _LENGTH_BEFORE.search(m.string, max(0, m.start() - 4), m.start()):
        return None
    return DayShape("day", partial(_day_of_month, number))


# 隔离14日 is a length.
_LENGTH_BEFORE = re.compile(r"(?:隔离|观察|监测|管理|为期|[已未期]?满|连续|超过|少于|至少|持续|共计?|历时|近|达)$")


def _day_of_month(number: int, context: Context) -> Days | None:
    """A day without its month: this month; for a limit the next month once it has passed."""
    at = context.after or context.reference
    if at is None:
        return None
    found = dates.day(at.year, at.month, number)
    passed = found is None or found.after <= (at if context.after else at - timedelta(days=7))
    if passed and (context.after or context.view == "limit"):
        following = dates.months(at.year, at.month + 1)
        return dates.day(following.first.year, following.first.month, number) if following else None
    return found


def _written_out(m: re.Match[str]) -> object:
    days = dates.day(*map(int, re.split(r"[-./]", m["span"])))
    return DayShape("day", lambda _: days) if days else None


_DAY_WORDS = {"今": 0, "明": 1, "后": 2, "大后": 3, "昨": -1, "前": -2, "大前": -3, "即": 0, "现在": 0}


def _day_word(m: re.Match[str]) -> object:
    part = m[0][-1] if m[0][-1] in "早晚" else None
    shift = _DAY_WORDS.get(m["r"])
    if shift is None:  # 当日, 次日: which day is said elsewhere
        return DayShape("same day" if m["r"] == "当" else "event", lambda _: None, part)
    today = m[0] in ("今天", "今日")
    return replace(days_away(shift), unit="today" if today else "day", part=part)


def days_away(days: int) -> DayShape:
    """The day so many days after (before, if negative) the reference."""
    return DayShape("day", lambda c: dates.shifted(c.reference, days) if c.reference else None)


def _week(m: re.Match[str]) -> object:
    weeks = {"下": 1, "上": -1}.get(m["r"][0], 0) * len(m["r"])
    number = _WEEKDAYS.get(m["d"] or "")

    def resolve(context: Context) -> Days | None:
        at = context.reference
        if at is None:
            return None
        if number:
            return dates.weekday(at, number, weeks)
        whole = dates.week(at, weeks)
        return Days(whole.first + timedelta(days=5), whole.after) if whole and m["d"] == "末" else whole

    return DayShape("day" if number else "period", resolve)


def _weekday(m: re.Match[str]) -> object:
    number = _WEEKDAYS[m["d"]]

    def resolve(context: Context) -> Days | None:
        at = context.after or context.reference
        return dates.next_weekday(at, number) if at else None

    return DayShape("day", resolve)


def _period_end(m: re.Match[str]) -> object:
    """年底, 月内, 季末 … of the year, month, quarter or week of the reference."""
    unit, edge = m["u"][0], m["w"]

    def resolve(context: Context) -> Days | None:
        at = context.reference
        if at is None:
            return None
        if unit == "周":
            whole = dates.week(at)
            return Days(whole.first + timedelta(days=5), whole.after) if whole and edge == "末" else whole
        days = {
            "年": dates.year(at.year),
            "月": dates.months(at.year, at.month),
            "季": dates.quarter(at.year, (at.month + 2) // 3),
            "旬": dates.ten_days(at.year, at.month, min(3, (at.day + 9) // 10)),
        }[unit]
        return days if edge == "内" else _edge(days, edge)

    return DayShape("period" if edge in "内中" or unit == "周" else "edge", resolve)


def _part_of_year(m: re.Match[str]) -> object:
    """上半年, 四季度 without a year."""
    if m["h"]:
        return DayShape("year", partial(_place, lambda y: dates.half_year(y, _HALVES[m["h"]])))
    number = _QUARTERS[m["q"]]
    edge = m["qe"]
    unit: Literal["edge", "period"] = "edge" if edge else "period"
    return DayShape(unit, partial(_place, lambda y: _edge(dates.quarter(y, number), edge)))


def _relative_quarter(m: re.Match[str]) -> object:
    shift = {"本": 0, "当": 0, "下": 1, "上": -1}[m["r"]]

    def resolve(context: Context) -> Days | None:
        at = context.reference
        return _edge(dates.quarter(at.year, (at.month + 2) // 3 + shift), m["e"]) if at else None

    return DayShape("edge" if m["e"] else "period", resolve)


def _ten_days(m: re.Match[str]) -> object:
    number = _TENS[m["x"]]

    def resolve(context: Context) -> Days | None:
        at = context.reference
        return dates.ten_days(at.year, at.month, number) if at else None

    return DayShape("period", resolve)


def _festival(m: re.Match[str]) -> object:
    name, whole = m["f"], m["fh"]

    def resolve(context: Context) -> Days | None:
        at = context.after or context.reference
        found = dates.next_festival(name, at) if at else None
        return _festival_days(name, whole, found.year) if found else None

    return DayShape("period" if whole else "festival", resolve)


def _numbered_festival(m: re.Match[str]) -> object:
    """五一 and 十一 are numbers too: without a word that makes them a festival, they are none."""
    if m["f"] == "十一" and not m["fh"]:
        return None
    return _festival(m) if m["fh"] or m["mark"] is not None else None


_LUNAR_MONTHS = {"正": 1, "冬": 11, "腊": 12}


def _lunar_day(m: re.Match[str]) -> object:
    month = _LUNAR_MONTHS[m["m"]]
    number = parse(m["d"].removeprefix("初").replace("廿", "二十")) or 0

    def resolve(context: Context) -> Days | None:
        at = context.after or context.reference
        days = dates.lunar_days(month, number, at) if at else []
        if at is None or not days:
            return None
        told = context.view == "told" and context.after is None
        found = min(days, key=lambda d: abs(d - at)) if told else next((d for d in days if d >= at), None)
        return Days(found, found + timedelta(days=1)) if found else None

    return DayShape("day", resolve)


def _plan(m: re.Match[str]) -> object:
    """The five-year plans: the tenth began in 2001."""
    number = parse(m["n"]) or 0
    days = dates.year(1951 + 5 * number, 5)
    return DayShape("edge" if m["e"] else "plan", lambda _: _edge(days, m["e"]))


def _number_range(m: re.Match[str]) -> object:
    """1—8月, 3月1—5日, 2021—2023年: both ends share what is said once."""
    named = m.groupdict()
    year, month = parse(named.get("y") or ""), parse(named.get("m") or "")
    first, last, unit = parse(m["a"]), parse(m["b"]), m["u"]
    if first is None or last is None or first >= last:
        return None
    if unit == "年":
        days = dates.year(first, last - first + 1) if FIRST_YEAR <= first and last <= LAST_YEAR else None
        return DayShape("period", lambda _: days) if days else None
    if unit == "月":
        make = _months_between(first, last)
    elif month or not year:
        make = _month_days_between(month, first, last)
    else:
        return None
    if make(2020) is None:
        return None
    if unit == "日" and not month:
        return DayShape("period", lambda c: _days_between(_day_of_month(first, c), _day_of_month(last, c)))
    return DayShape("period", (lambda _: make(year)) if year else partial(_place, make))


def _months_between(first: int, last: int) -> Callable[[int], Days | None]:
    return lambda year: dates.months(year, first, last - first + 1) if 1 <= first and last <= 12 else None


def _month_days_between(month: int | None, first: int, last: int) -> Callable[[int], Days | None]:
    return lambda year: _days_between(dates.day(year, month or 1, first), dates.day(year, month or 1, last))


def _days_between(first: Days | None, last: Days | None) -> Days | None:
    return Days(first.first, last.after) if first and last and first.first < last.after else None


# ----------------------------------------------------------------------------------------------------- clock times

# Minutes after midnight where a part of the day begins and ends when it is used alone (9日上午).
DAY_PARTS = {
    "凌晨": (0, 360), "清晨": (300, 480), "早上": (360, 540), "早晨": (360, 540), "上午": (360, 720), "中午": (660, 720),
    "下午": (720, 1080), "傍晚": (1020, 1140), "晚上": (1080, 1440), "晚间": (1080, 1440), "夜间": (1080, 1440), "夜里": (1080, 1440), "半夜": (1320, 1440),
    "深夜": (1320, 1440), "午夜": (1380, 1440), "晚": (1080, 1440), "早": (360, 540), "午后": (720, 1080),
}  # fmt: skip
_PART = "凌晨|清晨|早上|早晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜间|夜里|半夜|深夜|午夜|晚|早"


def _clock(m: re.Match[str]) -> object:
    named = m.groupdict()
    hour, minute = parse(m["h"]), parse(named.get("mi") or "0")
    if named.get("half"):
        minute = {"半": 30, "一刻": 15, "三刻": 45}[m["half"]]
    if hour is None or minute is None or hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    part = named.get("part")
    if part and hour <= 12:
        hour = with_part(part, hour)
    return ClockShape(60 * hour + minute, weak="weak" in named and m["weak"] is None and m[0].endswith("点"))


def with_part(part: str, hour: int) -> int:
    """Twelve-hour counting: 下午3点 is 15, 晚上12点 is 24, 凌晨12点 is 0, 中午1点 is 13."""
    if part in ("下午", "午后", "傍晚", "晚上", "晚间", "晚"):
        return 24 if hour == 12 and part[0] == "晚" else hour + 12 * (hour < 12)
    if part in ("夜间", "夜里", "半夜", "深夜", "午夜"):
        return 24 if hour == 12 else hour + 12 * (6 <= hour < 12)
    if part == "中午":
        return hour + 12 * (hour < 4)
    return 0 if part == "凌晨" and hour == 12 else hour


# ------------------------------------------------------------------------------------------------------- durations

_UNITS = {
    "年": "Y", "季度": "Q", "月": "M", "周": "W", "星期": "W", "礼拜": "W", "天": "D", "日": "D", "工作日": "D", "自然日": "D",
    "交易日": "D", "昼夜": "D", "小时": "h", "钟头": "h", "分钟": "m", "秒钟": "s", "秒": "s", "旬": "T",
}  # fmt: skip
_HALF = {"Y": (6, "M"), "M": (15, "D"), "D": (12, "h"), "h": (30, "m"), "m": (30, "s")}
_VAGUE = re.compile(r"[几数多余]|^[一二三四五六七八九两][二三四五六七八九两]$")


def iso(count: int, unit: str) -> str:
    """The ISO 8601 duration of a count of units; a week counts as seven days, a quarter as three months."""
    if unit in "WT":
        return f"P{count * (7 if unit == 'W' else 10)}D"
    if unit == "Q":
        return f"P{count * 3}M"
    return f"PT{count}{unit.upper()}" if unit in "hms" else f"P{count}{unit}"


def _duration(m: re.Match[str]) -> object:
    """Of a span like 3至5天 the upper end counts: it is what a limit allows."""
    number, unit = m["b"] or m["n"], _UNITS[m["u"]]
    workdays = m["u"] == "工作日"
    half = m["half"] == "个半" or bool(m["tail"])
    if _VAGUE.search(number):
        return DurationShape(None, None, unit, workdays)
    if "." in number:
        return _decimal(number, unit)
    count = parse(number)
    if count is None or (m["u"] == "年" and count > 999):
        return None
    if half:
        if unit not in _HALF:
            return None
        part, finer = _HALF[unit]
        whole = {"Y": 12, "M": 30, "D": 24, "h": 60, "m": 60}[unit]
        count, unit = count * whole + part, finer
    return DurationShape(iso(count, unit), count, unit, workdays)


def _decimal(number: str, unit: str) -> object:
    """1.5小时 in minutes, and the like where the finer unit is exact."""
    finer = {"h": ("m", 60), "m": ("s", 60), "D": ("h", 24), "Y": ("M", 12)}.get(unit)
    whole, _, tenths = number.partition(".")
    if finer is None or len(tenths) > 2:
        return None
    count, rest = divmod(int(whole + tenths) * finer[1], 10 ** len(tenths))
    return None if rest else DurationShape(iso(count, finer[0]), count, finer[0])


def _half_unit(m: re.Match[str]) -> object:
    count, unit = _HALF[_UNITS[m["u"]]]
    return DurationShape(iso(count, unit), count, unit)


# ------------------------------------------------------------------------------------------------------- recurring

_EVERY_UNIT = "个?小时|半个?小时|半天|个?工作日|天|日|周|个?星期|旬|半月|半个月|个?月|个?季度|季|半年|年度?|晚|夜"
_EVERY = {
    "小时": "PT1H", "半小时": "PT30M", "半个小时": "PT30M", "半天": "PT12H", "工作日": "P1D", "天": "P1D", "日": "P1D", "晚": "P1D", "夜": "P1D", "周": "P7D", "星期": "P7D", "旬": "P10D",
    "半月": "P15D", "半个月": "P15D", "月": "P1M", "季度": "P3M", "季": "P3M", "半年": "P6M", "年": "P1Y", "年度": "P1Y",
}  # fmt: skip


def _every(m: re.Match[str]) -> object:
    on = m["on"] or ""
    return EveryShape(_EVERY[m["u"].removeprefix("个")], max(1, len(re.findall(r"[、和，及]", on)) + 1))


def _every_counted(m: re.Match[str]) -> object:
    count, unit = parse(m["n"]), _UNITS[m["u"]]
    if not count or (m["n"] == "一" and unit in "DMY"):  # 把每一天过好 tells no rhythm
        return None
    skipped = 1 if m["apart"] and unit not in "hm" else 0  # 每隔三天 is every fourth day, 每隔两小时 every second hour
    return EveryShape(iso(count + skipped, unit), 1)


# ----------------------------------------------------------------------------------------------------------- rules

_NUMBER = rf"[0-9{_CN}两几数]{_ALONE}[0-9{_CN}百千两几多余]{{0,5}}(?:\.[0-9]{{1,2}})?"
_YEAR = rf"[12一二]{_ALONE}[0-9〇零○一二三四五六七八九]{{3}}"
_TO = "(?:至|到|[-—–~―]{1,2})"
# 周岁, 年级, 天然 and the like: the unit is part of another word.
_NO_WORD = (
    r"(?!岁)(?:(?<!年)|(?!级|代|龄|轻|均|味|货|检|报|画|薪|产|终|审|糕))(?:(?<!周)|(?!年|边|期|围|全|密|转|长|刊))"
    r"(?:(?<!天)|(?!然|气|津|空|线|台|生|性|窗|平|坛|桥|花板))"
)
_WEEK = "周|星期|礼拜"
_ONCE = r"(?!次|轮|遍|圈|检|报|调|查|巡|测|通|例|督|研|评|会|带|个|名|班|人|站)"

RULES: tuple[Rule, ...] = (
    Rule(
        "times.year-range", "起止年份",
        rf"(?P<a>{_YEAR}){_TO}(?P<b>[12一二][0-9〇零○一二三四五六七八九]{{3}})(?P<u>年)度?",
        yes=(("[2021—2023年]滚动实施", "2021-01-01/2023-12-31"), ("规划期为[二〇二一至二〇二五年]", "2021-01-01/2025-12-31")),
        no=("编号2021-2023号", "电话1021-2023转年科"),
        build=_number_range,
    ),
    Rule(
        "times.year-number-range", "某年内的起止月份或起止日",
        rf"(?P<y>{_YEAR})年(?:(?P<m>{_DAY})月)?(?P<a>{_DAY}){_TO}(?P<b>{_DAY})(?P<u>[月日])份?",
        yes=(("[2022年1—8月]的台账", "2022-01-01/2022-08-31"), ("[2022年3月1-5日]值守", "2022-03-01/2022-03-05")),
        no=("2022年第1-8期", "2022年1—8册"),
        build=_number_range,
    ),
    Rule(
        "times.month-number-range", "某月内的起止日",
        rf"(?P<m>{_MONTH})月(?P<a>{_DAY}){_TO}(?P<b>{_DAY})(?P<u>日)",
        yes=(("[4月19—22日]开展", "2022-04-19/2022-04-22"), ("于[五月三至六日]轮休", "2022-05-03/2022-05-06")),
        no=("4月19—22人到岗", "4月35—40日"),
        build=_number_range,
    ),
    Rule(
        "times.months", "起止月份",
        rf"(?P<a>{_MONTH}){_TO}(?P<b>{_MONTH_2})(?P<u>月)份?",
        yes=(("[1—8月]累计", "2022-01-01/2022-08-31"), ("[三至五月]集中整治", "2022-03-01/2022-05-31")),
        no=("1—8个月", "第1—3月", "8—1月"),
        build=_number_range,
    ),
    Rule(
        "times.days", "起止日",
        rf"(?P<a>{_DAY_1}){_TO}(?P<b>{_DAY})(?P<u>日)(?!内|之内|以内|游|龄)",
        yes=(("[19—22日]开展", "2022-03-19/2022-03-22"), ("[十五至二十日]轮休", "2022-03-15/2022-03-20")),
        no=("3-5日内", "35—40日"),
        build=_number_range,
    ),
    Rule(
        "times.year", "写明年份的日、月、季、年",
        rf"(?P<y>{_YEAR})年{_YEAR_TAIL}",
        yes=(
            ("[2022年6月底前]办结", "2022-06-30"), ("[二〇二二年三月五日]印发", "2022-03-05"),
            ("[2022年第四季度]", "2022-10-01/2022-12-31"), ("[2022年国庆节后]的安排", "2022-10-01"),
        ),
        no=("编号20220年", "共2022个", "（2022）第3号"),
        build=_stated_year,
    ),
    Rule(
        "times.short-year", "两位年份加月",
        rf"(?P<y>[0-9]{_ALONE}[0-9])年(?=1[0-2]月|0?[1-9]月){_YEAR_TAIL}",
        yes=(("[22年3月以来]", "2022-03-01/2022-03-31"), ("[98年8月]的洪水", "1998-08-01/1998-08-31")),
        no=("历时22年", "12年9个月"),
        build=_short_year,
    ),
    Rule(
        "times.relative-year", "今年、明年、去年及其月、季、年底",
        rf"(?P<r>[今明去本当来后前上次同]|下(?=年度))(?<![目提以之日今此度每青壮].)年{_YEAR_TAIL}(?!级|龄|轻|代|均|纪|薪)",
        yes=(
            ("[今年6月底前]完成", "2022-06-30"), ("[明年一季度]见效", "2023-01-01/2023-03-31"),
            ("[去年]的教训", "2021-01-01/2021-12-31"), ("[今年年底前]建成", "2022-12-31"),
        ),
        no=("今后年均增长", "提前年检", "本年级家长", "青年突击队"),
        build=_relative_year,
    ),
    Rule(
        "times.month-day", "月日、旬、月底",
        rf"(?P<m>{_MONTH})月(?:{_MONTH_TAIL}|(?!一[两二三]?[次检报调查随督通评研清考测访排碰汇总例巡])(?![0-9一二三四五六七八九十]{{1,2}}次))",
        yes=(
            ("[6月底前]完成", "2022-06-30"), ("[3月25日18时前]上报", "2022-03-25T18:00"), ("[8月上旬]", "2022-08-01/2022-08-10"),
            ("[三月五日]", "2022-03-05"), ("确保[5月份]开工", "2022-05-01/2022-05-31"), ("[8月5日24时]", "2022-08-06T00:00"),
        ),
        no=("一月一随访", "6个月", "13月", "2月30日", "第3月"),
        build=_month_day,
    ),
    Rule(
        "times.relative-month", "本月、下月、上月及其日",
        rf"(?P<r>[本上下当次这])(?<![以应理每数首0-9{_CN}].)个?月(?:{_MONTH_TAIL}|{_INSIDE})?(?!考|饼|租|薪|球|亮)",
        yes=(
            ("[下月10日前]报送", "2022-04-10"), ("[本月底]验收", "2022-03-31"), ("[这个月底]公布", "2022-03-31"), ("[上个月]", "2022-02-01/2022-02-28"),
        ),
        no=("3次月考", "以下月饼", "登上月球"),
        build=_relative_month,
    ),
    Rule(
        "times.day", "只写日的日期",
        rf"(?P<d>{_DAY_1})(?:日(?<![^0-9]日(?!前|之前|以前|至|到|起|[上下]午|晚|凌晨|[0-9]))(?!内|之内|以内|以上|以下|左右|后|之后|以后|游|租|均|常|报(?![到名备送])|产|龄|志|元|本|式|程|三餐|热|[一两二三][次检调随督通清研报查评测考])"
        r"|号(?=前|之前|以前|上午|下午|晚|凌晨|至|到|起|[0-9]{1,2}[时点:]))",
        yes=(
            ("请于[15日前]报送", "2022-03-15"), ("[8日]召开", "2022-03-08"), ("[二十日前]销号", "2022-03-20"),
            ("[20号之前]交", "2022-03-20"),
        ),
        no=("3日内", "隔离14日", "5号楼", "8号通告", "一日三餐", "第5日", "40日前"),
        build=_number_of_day,
    ),
    Rule(
        "times.written-out", "数字日期",
        r"(?P<span>[12](?<![0-9.-].)[0-9]{3}(?:-[0-9]{1,2}-|\.[0-9]{1,2}\.|/[0-9]{1,2}/)[0-9]{1,2})(?![0-9.])",
        yes=(("截止[2022-04-15]", "2022-04-15"), ("[2022.4.15前]", "2022-04-15"), ("[2022/4/5]发布", "2022-04-05")),
        no=("版本2022.4.15.1", "2022-13-01", "电话1022-33-441"),
        build=_written_out,
    ),
    Rule(
        "times.day-word", "今天、明天、当日、即日",
        r"(?P<r>现在(?=起|开始)|大[后前](?=天)|[今明后昨前当次翌即同])"
        "(?<![光声文清透说查阐证表]明)(?<![目提以之]前)(?<![今以之此然]后)(?<![应相适每妥]当)(?<![立随当]即)(?<![每首]次)(?<!不同)"
        r"(?:(?<=现在)|天(?!气|然|性|津|空|线|台|生)|(?<![后前])(?:日(?!报|均|头条|志|趋|渐|益)|晚(?!报社|期)|早(?!日|期)))",
        yes=(
            ("[今天下午]", "2022-03-10T12:00/2022-03-10T18:00"), ("[明日]复工", "2022-03-11"), ("[昨天]通报", "2022-03-09"), ("[大后天前]", "2022-03-13"),
            "做到[当日]清零",
        ),
        no=("提前天数", "光明日报", "目前天气", "今后天数", "后天性", "证明日期"),
        build=_day_word,
    ),
    Rule(
        "times.week", "本周、下周及其星期",
        rf"(?P<r>下下|上上|[本这上下](?<![以].))个?(?:{_WEEK})(?:(?P<d>[二三四五六日天末](?!次)|一{_ONCE})|{_INSIDE_OPTION}(?!边|密|转|期|围|全|长|岁|年))",
        yes=(
            ("[本周五前]报", "2022-03-11"), ("[下周一]", "2022-03-14"), ("[本周内]清零", "2022-03-07/2022-03-13"),
            ("[上周末]", "2022-03-05/2022-03-06"), ("[下个星期三]", "2022-03-16"),
        ),
        no=("资金上周转困难", "考虑上周密细致", "面上周边"),
        build=_week,
    ),
    Rule(
        "times.weekday", "星期几",
        rf"(?:周|星期|礼拜)(?<![0-9{_CN}两几每四上下本这].)(?P<d>[二三四五六日天](?!次)|一{_ONCE})(?![期转密边])",
        yes=(("[周五前]", "2022-03-11"), ("[星期日]", "2022-03-13"), ("[周四]例会", "2022-03-10")),
        no=("一周一次", "每周一调度", "四周五公里", "周一轮一次"),
        build=_weekday,
    ),
    Rule(
        "times.period-end", "年底、月内、季末",
        rf"(?P<u>年|月|季度?|周|旬)(?<![0-9{_CN}两多数几青少老成整每近往前去今明历学百千万半来十个上下中本当正腊满岁同].)"
        rf"(?<![0-9{_CN}两几每个本上下]季度)(?P<w>{_END}|{_MIDDLE}|{_INSIDE})",
        yes=(
            ("[年底前]完成", "2022-12-31"), ("[月底]交账", "2022-03-31"), ("[年内]持续推进", "2022-01-01/2022-12-31"),
            ("[季末]评估", "2022-03-31"), ("[季度末]", "2022-03-31"), ("[旬末]汇总", "2022-03-10"), ("[周末]", "2022-03-12/2022-03-13"),
        ),
        no=("五年内", "青年中心", "百年底蕴", "每年底", "一月内"),
        build=_period_end,
    ),
    Rule(
        "times.part-of-year", "半年、季度",
        rf"(?P<h>[上下](?<!剩下|余下))半年(?!级)|第?(?<![0-9{_CN}].)(?P<q>[一二三四1-4])季度(?P<qe>{_END})?",
        yes=(
            ("[上半年]", "2022-01-01/2022-06-30"), ("在[四季度]", "2022-10-01/2022-12-31"), ("[第二季度末]", "2022-06-30"),
            ("[下半年]", "2022-07-01/2022-12-31"),
        ),
        no=("两个季度", "五季度", "大半年"),
        build=_part_of_year,
    ),
    Rule(
        "times.relative-quarter", "本季度、下季度",
        rf"(?P<r>[本当下上])个?季度?(?P<e>{_END})?(?!节)",
        yes=(("[本季度末]", "2022-03-31"), ("[下季度]", "2022-04-01/2022-06-30")),
        no=("四季度", "当季节变换"),
        build=_relative_quarter,
    ),
    Rule(
        "times.whole-year", "全年",
        "全年(?!龄|级|无休)",
        yes=(("[全年]任务", "2022-01-01/2022-12-31"), ("确保[全年]安全", "2022-01-01/2022-12-31")),
        no=("全年级", "全年龄"),
        build=lambda _: DayShape("year", lambda c: dates.year(c.reference.year) if c.reference else None),
    ),
    Rule(
        "times.ten-days", "旬",
        r"(?P<x>[上中下])旬",
        yes=(("[下旬]", "2022-03-21/2022-03-31"), ("[中旬前]", "2022-03-20")),
        no=("旬报", "七旬老人"),
        build=_ten_days,
    ),
    Rule(
        "times.festival", "节日",
        rf"(?P<f>{_FESTIVAL})(?:国际劳动|劳动)?节?(?P<fh>{_HOLIDAY})?(?!上河图|街|镇|村|路)",
        yes=(
            ("[春节前]", "2023-01-22"), ("[中秋节前]", "2022-09-10"), ("[国庆假期]", "2022-10-01/2022-10-07"), ("[清明]祭扫", "2022-04-05"),
            ("[元旦]春节期间", "2023-01-01"),
        ),
        no=("清明上河图", "国庆村", "新春走访"),
        build=_festival,
    ),
    Rule(
        "times.lunar-day", "农历正月、冬月、腊月的日子",
        "(?P<m>[正冬腊])月(?P<d>初[一二三四五六七八九十]|二?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十)(?![多余几])",
        yes=(("[正月十五]", "2022-02-15"), ("[腊月二十三前]", "2023-01-14"), ("[冬月初八]", "2021-12-11")),
        no=("正月里", "腊月天", "正月十余户"),
        build=_lunar_day,
    ),
    Rule(
        "times.numbered-festival", "五一、十一假期",
        rf"(?P<f>五一|十一)(?<![0-9{_CN}第〇].一)(?P<fh>{_HOLIDAY})?(?P<mark>节|(?=[”，、。（春端清元]|前|之前|以前|期间|国际|国庆|当天))?",
        yes=(("[五一假期]不停工", "2022-04-30/2022-05-04"), ("[五一]前夕", "2022-05-01"), ("[五一节前]", "2022-05-01"), ("[十一长假]", "2022-10-01/2022-10-07")),
        no=("五一路", "五一劳动奖章", "十一个乡镇", "二〇五一"),
        build=_numbered_festival,
    ),
    Rule(
        "times.meetings", "全国两会等会期",
        "(?P<f>两会|春运)(?=前|期间|之前|以前|后|之后|结束)",
        yes=("[两会前]", "[春运]期间"),
        no=("全国两会精神", "两会计室"),
        build=lambda _: DayShape("event", lambda _: None),
    ),
    Rule(
        "times.plan", "五年规划时期",
        r"(?P<n>十[一二三四五]?)五”?(?:时期|期间|(?P<e>期?末))",
        yes=(("[十四五期间]", "2021-01-01/2025-12-31"), ("“[十四五”末]", "2025-12-31")),
        no=("十四五规划", "谋划“十四五”", "十五期"),
        build=_plan,
    ),
    Rule(
        "times.clock-digits", "时刻：18:00",
        r"(?P<h>[0-9](?<![0-9.:/比分-].)[0-9]?):(?P<mi>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])",
        yes=(("[18:00]", "T18:00"), ("会议[9:30开始]", "T09:30")),
        no=("比分3:10:5:2", "1:0", "25:00"),
        build=_clock,
    ),
    Rule(
        "times.clock", "时刻：18时、3点前",
        rf"(?P<h>[0-9]{_ALONE}[0-9]?|[一二]?十{_ALONE}[一二三四五六七八九]?|[一二三四五六七八九]{_ALONE}(?=点(?:[半钟整前至到]|之前|以前))|[一二三四五六七八九](?<=[晚早夜日天].)(?=点(?!要求|意见|建议|体会|感受|希望|看法|措施|想法|内容|说明|提醒|注意|认识|启示))|零{_ALONE})"
        r"(?:时(?!间|候|期|刻|代|段|常|有(?!人|专)|点(?![名火验])|限|效|而|速|空|长|许|差|尚|政|事|日|下|值)(?:(?P<mi>[0-9]{1,2})分(?!钟)|整)?"
        r"|点(?:(?P<half>半|一刻|三刻)|(?P<weak>[整钟](?!头)|(?=[前至到起]|之前|以前)))?)(?![0-9])",
        yes=(("[18时前]", "T18:00"), ("[24时]", "T24:00"), ("[8点半]", "T08:30"), ("[九点以前]", "T09:00"), ("[9时30分]", "T09:30"), ("[十八时]", "T18:00"), ("[零时]", "T00:00"), ("[9时]点名", "T09:00")),
        no=("第3点", "3点要求", "8小时", "同时", "2时代", "5点建议", "今天三点要求"),
        build=_clock,
    ),
    Rule(
        "times.part-clock", "上午、下午、晚上的时刻",
        rf"(?P<part>{_PART})(?P<h>[0-9{_CN}两][0-9{_CN}]?)"
        r"(?::(?P<mi>[0-5][0-9])|[时点](?!要求|意见|建议|间|段)(?:(?P<half>半|一刻|三刻)|[整钟])?)(?![0-9])",
        yes=(("[下午3点]", "T15:00"), ("[晚上20:00]", "T20:00"), ("[上午九点半]", "T09:30"), ("[晚上12点前]", "T24:00")),
        no=("上午3人", "下午要开会", "晚上两点意见"),
        build=_clock,
    ),
    Rule(
        "times.duration", "时长",
        rf"(?P<n>{_NUMBER})(?:{_TO}(?P<b>[0-9{_CN}两][0-9{_CN}]{{0,2}}))?(?P<half>个半|个)?"
        r"(?P<u>工作日|自然日|交易日|(?<=个)月|(?<=个半)月|(?<=个)季度|年|周|星期|礼拜|天|昼夜|小时|钟头|分钟|秒钟?)"
        rf"(?P<tail>半(?![年月天日数径成路]))?{_NO_WORD}",
        yes=(
            ("[24小时内]", "PT24H"), ("[10个工作日内]", "P10D"), ("[两周内]", "P14D"), ("[一个半小时]", "PT90M"), ("[3至5天]", "P5D"),
            ("[三个月]", "P3M"), ("[1.5小时]", "PT90M"), ("[两年半]", "P30M"), ("[20分钟之内]", "PT20M"), "[几天内]",
        ),
        no=("18周岁", "五年级", "90年代", "第14天", "三天然气站", "2022年", "4G"),
        build=_duration,
    ),
    Rule(
        "times.duration-days", "若干日",
        rf"(?P<n>{_NUMBER})(?:{_TO}(?P<b>[0-9{_CN}两][0-9{_CN}]{{0,2}}))?(?P<half>个半)?(?P<u>日)(?P<tail>半)?(?=内|之内|以内|后|之后|以后|以上|以下)",
        yes=(("[3日内]", "P3D"), ("[三日之内]", "P3D"), ("满[15日后]", "P15D"), ("[3-5日内]", "P5D")),
        no=("3月5日内容", "第3日内", "5日前"),
        build=_duration,
    ),
    Rule(
        "times.duration-half", "半年、半小时",
        r"半(?<![大前后过多].)(?<![^则本体]上.)(?<![^剩余]下.)个?(?P<u>年(?!级|轻)|月|天|日(?!制)|小时|钟头)",
        yes=(("[半年]", "P6M"), ("[半个月内]", "P15D"), ("[半小时内]", "PT30M"), ("[半天]", "PT12H"), ("剩下[半年]", "P6M"), ("原则上[半个月内]", "P15D")),
        no=("上半年", "大半年", "半年级"),
        build=_half_unit,
    ),
    Rule(
        "times.every", "每日、每周五、每月5日前",
        rf"每(?:逢|隔)?(?P<u>{_EVERY_UNIT})(?!级|龄|轻|均|代|薪|份额)"
        rf"(?P<on>(?<=[周期])(?:[二三四五六日天](?!次)|末(?![位端])|一{_ONCE})(?:[、和及](?:周|星期)?[一二三四五六日天]){{0,6}}"
        rf"|(?<=月){_DAY}[日号](?:[、和及]{_DAY}[日号]){{0,4}}|[上中下]旬|(?<=年)(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:{_DAY}[日号]|[上中下]旬|份|{_END})?"
        rf"|(?<=[季度])(?:首月|第一个月)(?:{_DAY}[日号])?|(?<=[月季度年])(?:最后一|第[一二三四])个?(?:工作日|天|周|星期)(?<!天)[一二三四五六日]?"
        rf"|(?<=[月年季度])(?:{_END}))?",
        yes=(
            ("[每日]报送", "R/P1D"), ("[每周五前]", "R/P7D"), ("[每周二、周四]", "R/P7D"), ("[每月5日前]", "R/P1M"), ("[每季度末]", "R/P3M"),
            ("[每周]一次", "R/P7D"), ("[每天18时前]", "R/P1D"), ("[每半年]", "R/P6M"), ("[每半小时]", "R/PT30M"), ("[每晚九点至次日六点]", "R/P1D"),
            ("[每年10月底前]", "R/P1Y"), ("[每季度首月5日前]", "R/P3M"), ("[每月最后一个工作日]", "R/P1M"), ("[每周末]", "R/P7D"),
        ),
        no=("每年级", "每月份额", "每人每户"),
        build=_every,
    ),
    Rule(
        "times.every-counted", "每两天、每隔3天",
        rf"每(?P<apart>隔)?(?P<n>[0-9{_CN}两][0-9{_CN}]{{0,2}})个?(?P<u>小时|分钟|天|日|周|月|年|季度|工作日)",
        yes=(("[每两周]", "R/P14D"), ("[每2天]一次", "R/P2D"), ("[每隔3天]", "R/P4D"), ("[每4小时]", "R/PT4H"), ("[每隔两小时]", "R/PT2H")),
        no=("每两人", "每3个乡", "过好每一天"),
        build=_every_counted,
    ),
)  # fmt: skip
