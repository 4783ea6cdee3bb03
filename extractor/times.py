"""Finds every time expression of a text: dates, clock times, periods, durations, recurring times.

The atoms come from `rules/times.py`. Here neighbours are joined (a date and its clock time, from and to), the words
around are read (前, 内, 起, 截至), and all is resolved against the reference date, which the caller gives: nothing
reads the clock. Without a reference date whatever needs one stays null.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from extractor import text as cleaning
from extractor.dates import Days
from extractor.matcher import find as match
from extractor.rule import Match
from extractor.rules.times import (
    DAY_PARTS,
    FIRST_YEAR,
    LAST_YEAR,
    RULES,
    ClockShape,
    Context,
    DayShape,
    DurationShape,
    EveryShape,
    Shape,
    days_away,
    with_part,
)
from models.records import TimeExpression, TimeKind

Bound = Literal["before", "within", "from", "as of", "last"]
RUN_DATE = date(2022, 3, 10)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day or period with or without a clock time; or a clock time alone (``day`` None)."""

    day: DayShape | None
    clock: ClockShape | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """Resolved: ``since`` inclusive, ``until`` exclusive; ``exact`` when a clock time was said.

    An instant (18时) has no length: both are the same.
    """

    since: datetime
    until: datetime
    exact: bool


@dataclass(frozen=True, slots=True)
class TimeFound:
    """A time expression at [start, end) of the cleaned text, as in the contract: ``since`` inclusive, ``until``
    exclusive, ISO 8601 date-times or None where the side is open or nothing follows.

    ``bound`` is the word that limits it: before (前), within (内), from (起), as of (截至), last (近14天). ``moment``
    and ``to`` (the end of a range) or ``shape`` hold what was said, for a second reading with a deadline in mind.
    """

    start: int
    end: int
    kind: TimeKind
    value: str | None
    since: str | None
    until: str | None
    rule: str
    bound: Bound | None = None
    moment: Moment | None = None
    to: Moment | None = None
    shape: Shape | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    """A joined expression before it is resolved."""

    start: int
    end: int
    rule: str
    moment: Moment | None = None
    to: Moment | None = None
    shape: Shape | None = None
    bound: Bound | None = None


def find(text: str, reference: date | None) -> list[TimeFound]:
    """Every time expression of a cleaned text, in order; offsets are code points of it.

    Raises ValueError when the reference date lies outside the years that can be written (1000 to 2999).

    >>> [(t.value, t.since, t.until) for t in find("6月底前完成", date(2022, 3, 10))]
    [('2022-06-30', None, '2022-07-01T00:00')]
    """
    if reference and not FIRST_YEAR <= reference.year <= LAST_YEAR:
        raise ValueError(f"reference date {reference} is out of range: give a year from {FIRST_YEAR} to {LAST_YEAR}")
    drafts = _same_day(text, _ranges(text, _moments(text, match(RULES, text))))
    drafts = [d for d in drafts if not _lone_clock(text, d)]
    stops = [*(d.start for d in drafts), len(text)][1:]
    return [_resolved(text, _bounded(text, d, stop), reference) for d, stop in zip(drafts, stops, strict=True)]


def times(raw: str, reference: date | None = None) -> list[TimeExpression]:
    """Every time expression of a raw text, with raw offsets; see the contract's TimeExpression.

    >>> times("请于3月25日18时前上报", date(2022, 3, 10))[0].end
    '2022-03-25T18:00'
    """
    clean = cleaning.clean(raw)
    return [
        TimeExpression(
            span=clean.span(t.start, t.end), kind=t.kind, value=t.value, start=t.since, end=t.until, rule=t.rule
        )
        for t in find(clean.text, reference)
    ]


def run(text: str) -> list[Match]:
    """The findings of the whole group in a cleaned text, seen from 2022-03-10: the rules' examples are run with it."""
    by_id = {rule.id: rule for rule in RULES}
    return [Match(by_id[t.rule], t.start, t.end, t.value) for t in find(text, RUN_DATE)]


# --------------------------------------------------------------------------------------------------------- joining

_ASIDE = re.compile(r"（[^（）\n]{1,9}）")
_LUNAR = re.compile("（(?:农历|阴历|正月|腊月|冬月)")
_PART = re.compile(
    "|".join(sorted((p for p in DAY_PARTS if len(p) > 1), key=len, reverse=True))
    + "|[早晚](?!会|餐|饭|报|于|期|班|高峰|自习|点名|已|些|稻|春|间|上)"
)
_TO = re.compile(r"(?:起)?(?:至|到|[-—–~―]{1,2})")
_BEFORE = re.compile(
    r"之前|以前|前(?!后|述|列(?![出入清支])|期|提(?!出|交|供|升|高|报)|往|来|去|进|瞻|沿|所|夕|身|任|景|置|端|线|台|者|锋|面|方|移|无|不久|半|几"
    r"|[0-9一二两三四五六七八九十]{1,3}(?:天|日|周|个?月|小时|年|季度|名|位|强))"
)
_WITHIN = re.compile(r"以内|之内|期?内(?!部|容|蒙|外|江|需|涝|地|在|心|科|设|控|生|河|陆|销|含)")
_FROM = re.compile(
    r"(?:开始)?起(?!草|点|来|码|步|到|因|源|初|见|诉|义|床|飞|伏)|以来|之后|以后|后(?!勤|续|备|期|台|果|面|方|进|卫|天|年|日)|"
    r"开始(?!至|到)"
)
_UNTIL = re.compile(r"为止|止(?!损|咳|血|痛)|截止")
_AS_OF = re.compile(r"截[至止]到?(?:目前)?(?:（)?$")
_LATELY = re.compile(r"(?:最近|过去|近)(?:的)?$")


def _moments(text: str, atoms: Sequence[Match]) -> list[_Draft]:
    """A date takes the aside and the clock time or part of the day that follow it: 1月25日（明日）晚上20:00."""
    out: list[_Draft] = []
    at = 0
    while at < len(atoms):
        m = atoms[at]
        at += 1
        shape, end = m.value, m.end
        if not isinstance(shape, DayShape | ClockShape | EveryShape):
            assert isinstance(shape, DurationShape)
            out.append(_Draft(m.start, end, m.rule.id, shape=shape))
            continue
        if isinstance(shape, ClockShape):
            out.append(_Draft(m.start, end, m.rule.id, moment=Moment(None, shape)))
            continue
        if isinstance(shape, DayShape):
            aside = _ASIDE.match(text, end)
            inside = at < len(atoms) and aside and atoms[at].end < aside.end() and isinstance(atoms[at].value, DayShape)
            if aside and (inside or _LUNAR.match(text, end)):
                end = aside.end()
                while at < len(atoms) and atoms[at].start < end:
                    at += 1
        clock: ClockShape | None = None
        part = _PART.match(text, end)
        if at < len(atoms) and atoms[at].start == end and isinstance(atoms[at].value, ClockShape):
            found = atoms[at].value
            assert isinstance(found, ClockShape)
            clock, end, at = _that_evening(shape, found), atoms[at].end, at + 1
        elif part and isinstance(shape, DayShape):
            since, until = DAY_PARTS[part.group()]
            clock, end = ClockShape(since, until), part.end()
        if isinstance(shape, EveryShape):
            out.append(_Draft(m.start, end, m.rule.id, shape=shape))
        else:
            out.append(_Draft(m.start, end, m.rule.id, moment=Moment(shape, clock)))
    return out


def _that_evening(shape: Shape, clock: ClockShape) -> ClockShape:
    """今晚8点 is 20:00, 明早7点 stays."""
    if isinstance(shape, DayShape) and shape.part and clock.minute <= 720:
        hour = with_part(shape.part, clock.minute // 60)
        return replace(clock, minute=60 * hour + clock.minute % 60)
    return clock


def _ranges(text: str, drafts: Sequence[_Draft]) -> list[_Draft]:
    """From and to: 3月19日至22日, 即日起至2月9日24时, 9时至11时, 每晚8时至10时."""
    out: list[_Draft] = []
    for d in drafts:
        last = out[-1] if out else None
        join = _TO.match(text, last.end) if last and d.moment and not last.to else None
        if last and join and join.end() == d.start:
            if last.moment:
                out[-1] = replace(last, end=d.end, to=d.moment)
                continue
            if isinstance(last.shape, EveryShape) and d.moment and d.moment.clock:
                out[-1] = replace(last, end=d.end)
                continue
        out.append(d)
    return out


_STOP = re.compile("[。；！？\n]")


def _same_day(text: str, drafts: Sequence[_Draft]) -> list[_Draft]:
    """A clock time alone, or of 当日 or 次日, hangs on the day last named in its sentence.

    明天12点前采完，18点前出结果: both are tomorrow.
    """
    out: list[_Draft] = []
    day, said_at = None, 0
    for d in drafts:
        if day and (d.start - said_at > 60 or _STOP.search(text, said_at, d.start)):
            day = None
        if day and d.moment and d.moment.clock and (d.moment.day is None or d.moment.day.unit in ("same day", "event")):
            later = text[d.start] in "次翌"
            d = replace(d, moment=replace(d.moment, day=_day_after(day) if later else day))
        elif d.moment and d.moment.day:
            single = d.moment.day.unit in ("day", "today", "edge") and d.to is None
            day = replace(d.moment.day, part=None) if single else None
        elif isinstance(d.shape, EveryShape):
            day = None
        said_at = d.end
        out.append(d)
    return out


def _day_after(day: DayShape) -> DayShape:
    def resolve(context: Context) -> Days | None:
        found = day.resolve(context)
        return Days(found.after, found.after + timedelta(days=1)) if found else None

    return replace(day, resolve=resolve)


def _bounded(text: str, draft: _Draft, stop: int) -> _Draft:
    """Takes in the limiting word around it, unless that belongs to the next expression (3天前天)."""
    found = _with_bound(text, draft)
    return found if found.end <= stop else draft


def _with_bound(text: str, draft: _Draft) -> _Draft:
    start, end = draft.start, draft.end
    if isinstance(draft.shape, DurationShape):
        return _bounded_duration(text, draft)
    if isinstance(draft.shape, EveryShape):
        m = _BEFORE.match(text, end)
        return replace(draft, end=m.end() if m else end, bound="before" if m else None)
    bound: Bound | None = None
    for pattern, name in _SUFFIXES:
        m = pattern.match(text, end)
        if m:
            end, bound = m.end(), name
            break
    if _AS_OF.search(text, max(0, start - 6), start):
        bound = "as of"
    elif bound is None and text[end - 1] == "内":
        bound = "within"
    return replace(draft, end=end, bound=bound)


def _bounded_duration(text: str, draft: _Draft) -> _Draft:
    """24小时内 is a limit, 近14天 looks back; 3天后 at the head of a clause is a day."""
    lately = _LATELY.search(text, max(0, draft.start - 3), draft.start)
    start = lately.start() if lately else draft.start
    within = _WITHIN.match(text, draft.end)
    if lately or within:
        end = within.end() if within else draft.end
        return replace(draft, start=start, end=end, bound="last" if lately else "within")
    beside = _BEFORE.match(text, draft.end) or _AFTER.match(text, draft.end)
    if not beside:
        return draft
    shape = draft.shape
    assert isinstance(shape, DurationShape)
    counted = shape.count is not None and shape.unit in "DW" and not shape.workdays
    if shape.count is not None and counted and _HEAD.search(text, max(0, start - 2), start):
        days = shape.count * (7 if shape.unit == "W" else 1) * (-1 if "前" in beside.group() else 1)
        return replace(draft, end=beside.end(), shape=None, moment=Moment(days_away(days)))
    return replace(draft, end=beside.end())


_AFTER = re.compile(r"之后|以后|后(?!勤|续|备|期|台|果|面|方|进|卫)")
# Where a clause begins, 3天后 counts from the speech; elsewhere it counts from what stands before (接种3天后).
_HEAD = re.compile(r"(?:^|[，。；：！？“\n]|[在于])$")

_SUFFIXES: tuple[tuple[re.Pattern[str], Bound], ...] = (
    (_BEFORE, "before"), (_UNTIL, "before"), (_WITHIN, "within"), (_FROM, "from"),
)  # fmt: skip


def _lone_clock(text: str, draft: _Draft) -> bool:
    """A bare 3点 is a clock time only beside a date, a range or a limiting word."""
    moment = draft.moment
    if moment is None or moment.day is not None or moment.clock is None or not moment.clock.weak or draft.to:
        return False
    return not _BEFORE.match(text, draft.end)


# ------------------------------------------------------------------------------------------------------- resolving


def _resolved(text: str, draft: _Draft, reference: date | None) -> TimeFound:
    """The draft with its values, as seen from the reference date.

    6月底前 looks ahead like a deadline, unless the words before tell what is done (已于6月底前).
    """
    ahead = draft.bound == "before" and not _TOLD.search(text, max(0, draft.start - 3), draft.start)
    kind, value, since, until = _values(draft, Context(reference, "limit" if ahead else "told"))
    return TimeFound(
        draft.start, draft.end, kind, value, since, until, draft.rule, draft.bound, draft.moment, draft.to, draft.shape
    )


_TOLD = re.compile("[已曾]经?[于在]?$")


def _values(draft: _Draft, context: Context) -> tuple[TimeKind, str | None, str | None, str | None]:
    if isinstance(draft.shape, DurationShape):
        return "duration", draft.shape.iso, None, None
    if isinstance(draft.shape, EveryShape):
        return "recurring", f"R/{draft.shape.period}", None, None
    assert draft.moment is not None
    exact = draft.moment.clock is not None and draft.moment.clock.end is None
    if draft.moment.day is None:
        assert draft.moment.clock is not None
        first = _clock_text(draft.moment.clock.minute)
        if draft.to is None:
            return "datetime", first, None, None
        last = draft.to.clock if draft.to.day is None else None
        return "range", f"{first}/{_clock_text(last.minute)}" if last else None, None, None
    found = interval(draft.moment, draft.to, context)
    if found is None:
        single = draft.to is None and draft.moment.day.unit not in ("period", "year", "this year", "plan")
        return ("datetime" if exact else "date") if single else "range", None, None, None
    value = iso_value(found)
    kind: TimeKind = "range" if "/" in value else "datetime" if "T" in value else "date"
    since: datetime | None = found.since
    until: datetime | None = found.until
    if draft.bound in ("before", "as of"):
        since = None
        value, until = limit(found, draft.moment.day.unit == "festival" and draft.bound == "before" and not draft.to)
        kind = "datetime" if "T" in value else "date"
        if draft.to:
            since, value, kind = found.since, iso_value(found), "range"
    elif draft.bound == "from":
        until = None
    return kind, value, _iso(since) if since else None, _iso(until) if until else None


def interval(moment: Moment, to: Moment | None, context: Context) -> Interval | None:
    """The days and hours that a moment, or a range of two, names; None where nothing follows."""
    first = _one(moment, context)
    if to is None or first is None:
        return first
    if to.day is None and to.clock is not None:
        last: Interval | None = _at_clock(first.since.date(), to.clock)
    else:
        last = _one(to, Context(context.reference, context.view, first.since.date()))
    if last is None or last.until < first.since:
        return None
    return Interval(first.since, last.until, first.exact or last.exact)


def _one(moment: Moment, context: Context) -> Interval | None:
    if moment.day is None:
        return None
    days = moment.day.resolve(context)
    if days is None:
        return None
    if moment.clock is not None:
        return _at_clock(days.last, moment.clock)
    return Interval(datetime.combine(days.first, time()), datetime.combine(days.after, time()), exact=False)


def _at_clock(day: date, clock: ClockShape) -> Interval:
    midnight = datetime.combine(day, time())
    since = midnight + timedelta(minutes=clock.minute)
    return Interval(since, midnight + timedelta(minutes=clock.end) if clock.end else since, exact=True)


def limit(found: Interval, festival: bool = False) -> tuple[str, datetime]:
    """The limit that an interval sets: its value (last day or instant) and the instant that follows.

    前 includes the day it names (2月10日前 holds to the end of the 10th), but ends where a festival begins.
    """
    if found.exact:
        return _iso(found.until), found.until
    if festival:
        return found.since.date().isoformat(), found.since
    return (found.until.date() - timedelta(days=1)).isoformat(), found.until


def iso_value(found: Interval) -> str:
    """The ISO 8601 value: a date, a date-time, or both ends (dates inclusive) of a range."""
    if found.exact:
        return _iso(found.since) if found.since == found.until else f"{_iso(found.since)}/{_iso(found.until)}"
    last = found.until.date() - timedelta(days=1)
    first = found.since.date()
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _clock_text(minute: int) -> str:
    return f"T{minute // 60:02d}:{minute % 60:02d}"
