"""Finds the deadlines of a text: by when, within what time, at once, how often.

Time expressions are found first and each becomes one code character of a view; the rules of `rules/deadlines.py` run
over that view and build plans; here plans get their values.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from extractor import dates
from extractor.excerpt import Excerpt
from extractor.matcher import candidates, settle
from extractor.rule import Match
from extractor.rules import deadlines as rules
from extractor.rules.deadlines import RULES, Plan
from extractor.rules.times import Context, DayShape, DurationShape, EveryShape
from extractor.times import RUN_DATE, TimeFound, interval, limit
from extractor.times import find as find_times
from models.records import DeadlineKind


@dataclass(frozen=True, slots=True)
class DeadlineFound:
    """A deadline at [start, end) of the cleaned text; fields as in the contract's Deadline.

    ``trigger`` is the stretch that says what a span of time counts from. ``note`` tells in Chinese why ``due`` could
    not be worked out (a year without a published holiday calendar).
    """

    start: int
    end: int
    kind: DeadlineKind
    value: str | None
    due: str | None
    trigger: tuple[int, int] | None
    times: int | None
    workdays: bool
    rule: str
    note: str | None = None


_BY_ID = {rule.id: rule for rule in RULES}


def in_stretches(text: str, stretches: Iterable[tuple[int, int]], reference: date | None) -> list[DeadlineFound]:
    """The deadlines that stand in some stretches of a cleaned text (`find`), in offsets of the whole text.

    Only the sentences that tell somebody to act are worth reading; what stands between them has no part in a deadline.

    >>> text = "3月底前的任务已完成。6月底前报结果。"
    >>> [text[d.start : d.end] for d in in_stretches(text, [(11, 19)], None)]
    ['6月底前']
    """
    part = Excerpt(text, stretches)
    return [
        replace(
            d,
            start=part.offset(d.start),
            end=part.offset(d.end - 1) + 1,
            trigger=(part.offset(d.trigger[0]), part.offset(d.trigger[1] - 1) + 1) if d.trigger else None,
        )
        for d in find(part.text, reference)
    ]


def find(text: str, reference: date | None) -> list[DeadlineFound]:
    """Every deadline of a cleaned text, in order, none overlapping; offsets are code points of it.

    ``due`` follows from the value and the reference date (the day of the speech) and is exclusive: 6月底前 ends at
    2022-07-01T00:00. A span of time has one only when it starts from the speech itself.

    >>> [(d.kind, d.value, d.due) for d in find("请于6月底前报结果", date(2022, 3, 10))]
    [('by', '2022-06-30', '2022-07-01T00:00')]
    """
    view = _View(text, find_times(text, reference))
    found = (_worked_out(view, m, reference) for m in candidates(RULES, view.text))
    kept = settle(Match(_BY_ID[d.rule], d.start, d.end, d) for d in found if d)
    return [m.value for m in kept if isinstance(m.value, DeadlineFound)]


def run(text: str) -> list[Match]:
    """The findings of the whole group in a cleaned sentence, seen from 2022-03-10: the rules' examples are run with it.

    The value is the kind and what is said: ``by 2022-06-30``, ``within P10D workdays``, ``recurring P1D x2``,
    ``immediate``.
    """
    out = []
    for d in find(text, RUN_DATE):
        words: list[str] = [d.kind]
        if d.kind != "immediate":
            words.append(d.value or "null")
        if d.kind == "recurring":
            words.append(f"x{d.times}")
        if d.workdays:
            words.append("workdays")
        out.append(Match(_BY_ID[d.rule], d.start, d.end, " ".join(words)))
    return out


_STANDING = re.compile(
    "常态化|长期(?:坚持|推进|执行|抓|做|保持|落实|实施|开展)|(?:[：，、]|完成)长期|坚持不懈|常抓不懈|久久为功|持之以恒|一以贯之|锲而不舍|"
    "持续(?:推进|抓好|深入|开展|用力|做好|加强|强化|坚持|落实|推动|巩固|深化|发力|跟踪|整治)|经常性|始终(?:坚持|保持|绷紧|做到)|毫不放松"
)
# 常态化疫情防控 names a situation, not how long the order holds.
_STANDING_NOUN = re.compile("常态化(?:疫情)?防控(?:下|条件|阶段|形势|背景|时期|机构|2|工作方案|各项)")


def standing(text: str, start: int, end: int) -> bool:
    """Whether the sentence text[start:end] holds with no end: 长期坚持, 常态化开展, 持续推进.

    >>> standing("年内持续推进", 0, 6), standing("6月底前完成", 0, 6)
    (True, False)
    """
    found = _STANDING.search(text, start, end)
    while found and _STANDING_NOUN.match(text, found.start(), end):
        found = _STANDING.search(text, found.end(), end)
    return found is not None


# --------------------------------------------------------------------------------------------------------- the view


class _View:
    """The text with each time expression as one code character, and the way back to the text's offsets."""

    def __init__(self, text: str, found: Sequence[TimeFound]) -> None:
        self.source = text
        pieces, at = [], 0
        self.marks: dict[int, TimeFound] = {}
        self._view_at, self._text_at = [0], [0]
        length = 0
        for t in found:
            code = _code(t)
            if code is None:
                continue
            pieces += [text[at : t.start], code]
            length += t.start - at
            self.marks[length] = t
            at, length = t.end, length + 1
            self._view_at.append(length)
            self._text_at.append(at)
        pieces.append(text[at:])
        self.text = "".join(pieces)

    def offset(self, at: int) -> int:
        """The offset in the text of an offset in the view."""
        if at in self.marks:
            return self.marks[at].start
        k = bisect_right(self._view_at, at) - 1
        return self._text_at[k] + at - self._view_at[k]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the text that view[start:end] shows."""
        last = self.marks.get(end - 1)
        return self.offset(start), last.end if last else self.offset(end - 1) + 1


def _code(t: TimeFound) -> str | None:
    """The code character of a time expression; None for one that stays as it is (a lone 18:00)."""
    if isinstance(t.shape, DurationShape):
        return rules.WITHIN if t.bound == "within" else rules.LENGTH
    if isinstance(t.shape, EveryShape):
        return rules.EVERY
    assert t.moment is not None
    if t.bound in ("from", "as of"):
        return rules.START if t.bound == "from" else rules.AS_OF
    day = t.moment.day
    if day is None:
        return rules.LIMIT if t.bound == "before" else None
    if day.unit == "same day" and t.moment.clock is None:
        return rules.SAME_DAY
    if t.bound in ("before", "within"):
        return rules.LIMIT
    if t.to:
        return rules.RANGE
    if day.unit == "plan":
        return rules.START
    if day.unit == "today" and t.moment.clock is None:
        return rules.TODAY
    if day.unit == "festival" and t.moment.clock is None:
        return rules.FEAST
    if t.moment.clock or day.unit in ("day", "event", "festival"):
        return rules.DAY
    return {"year": rules.YEAR, "this year": rules.THIS_YEAR}.get(day.unit, rules.PERIOD)


# ----------------------------------------------------------------------------------------------------- working out


def _worked_out(view: _View, m: Match, reference: date | None) -> DeadlineFound | None:
    """The deadline that a plan makes, or None when it turns out to lie in the past."""
    plan = m.value
    assert isinstance(plan, Plan)
    mark = view.marks.get(plan.at) if plan.at is not None else None
    if plan.at is not None and mark is None:
        return None  # a private-use character of the text itself
    start, end = view.span(m.start, m.end)
    if plan.kind == "recurring":
        return _recurring(plan, mark, start, end, m.rule.id)
    if plan.kind == "within":
        return _within(view, m, plan, mark, reference)
    value = due = None
    if plan.kind == "by" and mark is not None:
        assert mark.moment is not None
        found = interval(mark.moment, mark.to, Context(reference, "planned" if plan.planned else "limit"))
        if found is not None:
            value, until = limit(found, _ends_before(mark))
            if reference and until <= _past(reference, 0 if plan.planned else 31):
                return None
            due = _iso(until)
        elif plan.sure:
            return None
    return DeadlineFound(start, end, plan.kind, value, due, None, None, False, m.rule.id)


def _past(reference: date, days: int) -> datetime:
    return datetime.combine(reference - timedelta(days=days), time())


def _ends_before(mark: TimeFound) -> bool:
    """春节前 ends where the festival begins; other days are included (2月10日前)."""
    day = mark.moment.day if mark.moment else None
    return isinstance(day, DayShape) and day.unit == "festival" and mark.bound == "before" and mark.to is None


def _recurring(plan: Plan, mark: TimeFound | None, start: int, end: int, rule: str) -> DeadlineFound | None:
    shape = mark.shape if mark else None
    if isinstance(shape, EveryShape):
        value: str | None = shape.period
        times = plan.times or shape.times
    elif isinstance(shape, DurationShape):
        value, times = shape.iso, plan.times or 1
        if value is None or (shape.count != 1 and times > 1):
            return None  # 三天两检 is a testing rule
    else:
        value, times = plan.value, plan.times or 1
    return DeadlineFound(start, end, "recurring", value, None, None, times, False, rule)


# What a span of time counts from, just before it or at the head of an earlier clause.
_EVENT = (
    "接到|收到|接报|发现|抵达|到达|返回|返程|入境|接种|确诊|发生|出现|检出|印发|下发|发布|公布|受理|完成|结束|离开|解除|出院|散会|签订|批复|事发|"
    "取得|通过|停止|开工|复工|采样|采集|转运|启动|立案|到货|发出|知悉|得知|产生|隔离|复课|开学|入住|入职|报到|报告|拿到|"
    "变更|变动|签约|转办|交办|派单|接单|登记|备案|验收|竣工|投产|任职|停电|停水|到期|期满|整改|审批|批准|核实|确认|上线|调整|交接"
)
_ENDS = "(?:之?后|以后|之日起|之时起|起)"
_TRIGGER = re.compile(
    rf"(?P<t>[自从](?![我身行治主动然觉])[^，。；：！？、（）|\n{rules.CODES}]{{1,12}}{_ENDS}|(?:(?:{_EVENT})[^，。；：！？、（）|\n{rules.CODES}]{{0,10}}?"
    rf"|[到返抵接会][^，。；：！？、（）|\n{rules.CODES}]{{0,4}}){_ENDS})，?$"
)
_CLAUSE = re.compile(
    r"(?:^|(?<=[，。；：！？（|\n]))(?:请|应当?|须|要|必须|务必)?[于在]?"
    rf"(?P<t>(?P<v>[^，。；：！？、（）|\n{rules.CODES}]{{1,6}}?){_ENDS})$"
)
_EARLIER = re.compile(
    rf"(?:^|[，。；：！？（\n])(?P<t>[^，。；：！？（）|\n{rules.CODES}]{{1,14}}?(?:之?后|以后|之日起))，[^。；！？\n]{{0,30}}$"
)
# The speech itself: 会后, 自印发之日起, 即日起.
_FROM_SPEECH = re.compile(
    "(?:自|从)?(?:本?(?:通知|方案|意见|文件|通告)?(?:印发|下发|发布|公布)(?:之日)?[后起]|会后|会议结束后|散会后|即日起|今[日天]起|现在起)$"
)
_CONDITION = re.compile("一旦|发现|接到|收到|出现|凡|如|若|遇|每|对|发生|后|的，|者|人员")


def _within(view: _View, m: Match, plan: Plan, mark: TimeFound | None, reference: date | None) -> DeadlineFound:
    start, end = view.span(m.start, m.end)
    shape = mark.shape if mark else None
    value = plan.value
    workdays = False
    if plan.value is None and isinstance(shape, DurationShape):
        value, workdays = shape.iso, shape.workdays
    trigger, adjacent = (plan.trigger, False) if plan.trigger else _trigger(view, m)
    if trigger and adjacent:
        start = view.span(*trigger)[0]
    due = note = None
    if reference and isinstance(shape, DurationShape) and m.rule.id in _FORWARD and _from_speech(view, m, trigger):
        try:
            due = _due(shape, reference)
        except dates.CalendarUnknown as error:
            note = str(error)
    return DeadlineFound(
        start, end, "within", value, due, view.span(*trigger) if trigger else None, None, workdays, m.rule.id, note
    )


_FORWARD = frozenset(
    f"deadlines.{name}" for name in ("within", "within-use", "within-done", "within-fixed", "labelled")
)


def _trigger(view: _View, m: Match) -> tuple[tuple[int, int] | None, bool]:
    """What the span of time counts from, as a stretch of the view, and whether it stands right before."""
    at = m.start - 1
    if at >= 0 and view.text[at] == rules.START:
        return (at, m.start), True
    near = _TRIGGER.search(view.text, max(0, m.start - 20), m.start)
    if near is None:
        near = _CLAUSE.search(view.text, max(0, m.start - 10), m.start)
        # A whole clause names who acts as well (新职工入职后): the two characters of its verb are what counts.
        if near and near.end("v") - near.start("t") >= 4:
            return (near.end("v") - 2, near.end("t")), near.end("t") == m.start
    if near:
        return near.span("t"), near.end("t") == m.start
    earlier = _EARLIER.search(view.text, max(0, m.start - 48), m.start)
    return (earlier.span("t"), False) if earlier else (None, False)


def _from_speech(view: _View, m: Match, trigger: tuple[int, int] | None) -> bool:
    if trigger:
        a, b = view.span(*trigger)
        return bool(_FROM_SPEECH.match(view.source[a:b]))
    left = view.text[max(0, m.start - 60) : m.start]
    return not _CONDITION.search(re.split("[。；！？\n]", left)[-1])


def _due(shape: DurationShape, reference: date) -> str | None:
    """The instant after the last day: the day of the speech itself does not count, hours need an hour to start from."""
    if shape.count is None or shape.unit in "hms":
        return None
    if shape.workdays:
        last = dates.add_working_days(reference, shape.count)
    elif shape.unit in "DWT":
        last = reference + timedelta(days=shape.count * {"D": 1, "W": 7, "T": 10}[shape.unit])
    else:
        ahead = dates.months(reference.year, reference.month + shape.count * {"M": 1, "Q": 3, "Y": 12}[shape.unit])
        if ahead is None:
            return None
        last = min(ahead.last, ahead.first + timedelta(days=reference.day - 1))
    return _iso(datetime.combine(last + timedelta(days=1), time()))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
