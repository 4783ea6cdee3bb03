"""Numeric quarantine rules: who has to undergo what, for how long, with how many tests on which days.

`extractor.rules.quarantine` finds the measures with their numbers, `extractor.populations` the people. This step says
which measure holds for whom, joins the tests to the isolation they belong to, and puts stages in order.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from extractor import populations
from extractor.populations import Clause, People, Span
from extractor.rule import Match
from extractor.rules import quarantine as rules
from extractor.rules.quarantine import Need, measures_of
from models.records import Measure, RiskLevel


class Stretch(Protocol):
    """A sentence: half-open offsets of the cleaned text, and the number of its line."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class RuleFound:
    """One measure for one population, in half-open offsets of the cleaned text.

    ``population`` is the phrase that says who, without 对 or 凡; it may stand before [start, end), in an earlier
    sentence or in a heading. ``after`` is the measure that this one follows as the next stage. The numbers are those of
    `models.records.QuarantineRule`; ``rule`` is the id of the rule that found the measure.
    """

    start: int
    end: int
    population: Span | None
    origin: RiskLevel | None
    measure: Measure
    days: int | None
    tests: int | None
    test_days: tuple[int, ...]
    within: str | None
    times_per_day: int | None
    every_days: int | None
    times_per_period: int | None
    after: Measure | None
    rule: str


@dataclass(slots=True)
class _Draft:
    """A rule in the making; ``sentence`` is the index of the sentence where its measure stands."""

    start: int
    end: int
    people: People | None
    need: Need
    rule: str
    sentence: int
    after: Measure | None = None

    @property
    def who(self) -> Span | None:
        return self.people.span if self.people else None


# A sentence without one of these words, or without a count of days, hours or times, is not looked at.
_DIGIT = "[0-9一二两三四五六七八九十]"
_WORD = re.compile(
    r"隔离|核酸|抗原|医学观察|居家|健康监测|体温|测温|闭环|封控|封闭管理|社区管理|报备|落地即?检|报告(?:健康|体温)"
    rf"|{_DIGIT}个?小时|提前{_DIGIT}|{_DIGIT}检|[0-9]\+[0-9]|检测(?:{_DIGIT}|：|频次：)|\|每"
)
_NUMBER = re.compile(
    rf"{_DIGIT}(?:天|日|周|个?星期|个?小时|次|检|轮|自然日)|每[人天日周隔]|隔[天日]|早、?(?:[中午]、?)?晚|上下午|下午"
    r"|[0-9]\+[0-9]"
)
_TESTS = ("核酸检测", "抗原检测")
_ABROAD = re.compile("入境|境外|国外|海外|口岸|外籍|回国")
_LEVEL = re.compile(r"(?:高|中|低)(?:、?(?:中|低|高)){0,2}风险")
# 督促其…, 均…: all people named in the sentence are meant, not only the last.
_ALL = re.compile(
    "督促其|引导其|组织其|要求其|对其(?![他余它])|其须|其应|其要|上述人员|以上人员|上述对象|均|都应|都要|都须|都实行"
)
_NAMED_BEFORE = re.compile("(?:对|凡|请)?(?P<who>(?:上述|以上|前述)(?:各类|几类|所有)?(?:人员|人群|对象))")
_ORIGIN = re.compile("风险|密接|接触|入境|境外|返|旅居|涉疫|疫区|省外|外省|来自")
_REPLACED = re.compile(
    r"[”\"]?(?:的)?(?:管控|隔离|管理)?(?:措施|政策|时间)?，?(?:统一)?(?:调整|优化|缩短|改|变更|压缩|延长|修改|变)(?:为|至|到|成)"
)
_NEXT = re.compile(
    r"(?:[期满”\"）]|措施|医学观察){0,3}"
    r"(?:\+|加上?|和|及|、|以及|，?(?:其中)?[^，。]{0,6}(?:期满|结束|解除|之后|随后|然后|后)|，?再|，?继续|，?转为|，?并)"
)
_ENDED = re.compile(
    r"(?P<a>(?:集中|居家|在家)(?:健康|医学)?(?:隔离|观察|监测)(?:医学观察|健康监测)?)(?:期满|结束|到期|后|解除|满)"
    r"|(?:解除|结束|完成)(?:酒店)?(?P<b>(?:集中|居家|在家)(?:健康|医学)?(?:隔离|观察|监测))"
    r"|期满|解除隔离|隔离结束|解除管控|解除闭环|继续"
)
_STAGE_NAME = re.compile(
    r"(?:集中|居家|在家|闭环|社区)(?:健康|医学|自我)?(?:隔离|观察|监测|管理)(?:医学观察|健康监测)?"
)
_MEANWHILE = re.compile(
    r"期间|其间|隔离|观察|监测|(?:集中|居家)|第[0-9一二三四五六七八九十]|同时|分别|并|各|上述|均|在|于"
)
# Tests while at work are no part of the isolation before or after it.
_AT_WORK = re.compile("工作期间|在岗期间|上岗期间|作业期间|值守期间")
_ENACTED = re.compile(
    r"(?:实行|实施|采取|落实|进行|一律|执行|接受|转运|予以)(?:严格|免费|的|“){0,2}"
    r"(?P<isolation>(?:集中|居家|在家)(?:自我)?(?:隔离医学观察|隔离观察|隔离|医学观察|健康监测|观察))"
    r"(?:措施|”){0,2}[，、+（并和]"
)
# The marks of headings and list points, from the highest level down.
_MARKS = (
    re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}[章、，]"),
    re.compile(r"（[一二三四五六七八九十]{1,3}）|【"),
    re.compile(r"[0-9]{1,2}[.、．]|[一二三四五六七八九十]是"),
    re.compile(r"（[0-9]{1,2}）|[①-⑳]"),
    re.compile(r"[•·●■◆○—－-]"),
)
# How many sentences a heading or the people of an earlier sentence are looked for.
_HEADING_REACH = 12
_CARRY_REACH = 4
# Within a sentence: characters, clauses and rules looked back at, so that a sentence without end costs no more.
_CHARS = 200
_CLAUSES = 12
_RULES = 16


def find(text: str, sentences: Sequence[Stretch]) -> list[RuleFound]:
    """The numeric quarantine rules of a cleaned text, in text order, one for each population and measure.

    The sentences are those of the whole text in order; what is a directive is not judged here.

    >>> from extractor.sentences import split
    >>> text = "对密接人员，实行7天集中隔离。"
    >>> [(text[slice(*r.population or (0, 0))], r.measure, r.days) for r in find(text, split(text))]
    [('密接人员', '集中隔离', 7)]
    """
    reader = _Reader(text, sentences)
    for i in _worth_reading(text, sentences):
        reader.read(i)
    return sorted((_finished(text, d) for d in reader.drafts), key=lambda r: (r.start, r.population or (0, 0), r.end))


def origin_of(population: str) -> RiskLevel | None:
    """Where the people come from; of several levels (中高风险地区) the highest.

    >>> origin_of("中高风险地区来返人员"), origin_of("入境人员"), origin_of("返乡人员")
    ('high', 'abroad', None)
    """
    if _ABROAD.search(population):
        return "abroad"
    level = _LEVEL.search(population)
    if not level:
        return None
    return "high" if "高" in level[0] else "medium" if "中" in level[0] else "low"


def _worth_reading(text: str, sentences: Sequence[Stretch]) -> list[int]:
    starts = [s.start for s in sentences]
    wanted: list[int] = []
    last = -1
    for m in _WORD.finditer(text):
        i = bisect_right(starts, m.start()) - 1
        if i > last:
            last = i
            if _NUMBER.search(text, sentences[i].start, sentences[i].end):
                wanted.append(i)
    return wanted


def _finished(text: str, d: _Draft) -> RuleFound:
    n = d.need
    origin = origin_of(text[d.who[0] : d.who[1]]) if d.who else None
    return RuleFound(
        d.start, d.end, d.who, origin, n.measure, n.days, n.tests, n.test_days, n.within,
        n.times_per_day, n.every_days, n.times_per_period, d.after, d.rule,
    )  # fmt: skip


@dataclass(slots=True)
class _Reader:
    """Reads the sentences in order and remembers what a later one refers back to."""

    text: str
    sentences: Sequence[Stretch]
    drafts: list[_Draft] = field(default_factory=list)

    def read(self, i: int) -> None:
        """Adds the rules of sentence ``i``."""
        s = self.sentences[i]
        found = self._in_force(rules.run(self.text, s.start, s.end), s.end)
        if not found:
            return
        clauses = populations.clauses(self.text, s.start, s.end)
        starts = [c.start for c in clauses]
        first = len(self.drafts)
        for k, m in enumerate(found):
            if m.rule.id == "quarantine.stages" and _spelled_out(m, found[k + 1 : k + 5]):
                continue
            seen = bisect_left(starts, m.end)
            whom = self._whom(i, clauses[max(0, seen - _CLAUSES) : seen], m)
            here = self.drafts[max(first, len(self.drafts) - _RULES) :]
            self._add(i, m, whom, here, found[k - 1].end if k else s.start)

    def _in_force(self, found: list[Match], end: int) -> list[Match]:
        """Without the old rules of 将“14天集中隔离+7天居家监测”调整为…"""
        kept: list[Match] = []
        gone_at = -1
        for m in reversed(found):
            quote = self.text.find("”", m.end, m.end + 60)
            quoted = quote >= 0 and "“" not in self.text[m.end : quote]
            chained = m.end + 1 == gone_at and self.text[m.end] in "+和加、"
            replaced = _REPLACED.match(self.text, m.end, end) or (quoted and _REPLACED.match(self.text, quote, end))
            if chained or replaced:
                gone_at = m.start
            else:
                kept.append(m)
        return kept[::-1]

    # --- for whom -----------------------------------------------------------------------------------------------

    def _whom(self, i: int, seen: list[Clause], m: Match) -> list[People]:
        """The people a finding holds for: named in its sentence, else in an earlier one or in a heading."""
        found: list[People] = []
        some: People | None = None
        since = max(seen[-1].start, m.start - _CHARS) if seen else m.start
        several = _ALL.search(self.text, since, m.end)
        for k in range(len(seen) - 1, -1, -1):
            end = min(seen[k].end, m.end)
            clause = Clause(max(seen[k].start, end - _CHARS), end, seen[k].stop)
            people = populations.named(self.text, clause, m.start)
            if people is None or people.weak:
                some = some or people
                continue
            found.insert(0, populations.widened(self.text, seen[k - 1] if k else None, clause, people))
            if not several:
                break
        return found or self._earlier(i) or ([some] if some else self._said(i, m.start))

    def _said(self, i: int, end: int) -> list[People]:
        """Those named before by a word alone (上述人员), where nobody was found whom it could mean."""
        m = _NAMED_BEFORE.match(self.text, self.sentences[i].start, end)
        return [People(m.span("who"))] if m else []

    def _earlier(self, i: int) -> list[People]:
        """The people of the last rule in the same line, of the sentence before, of the heading, of the line before."""
        s = self.sentences[i]
        near = [d for d in self.drafts[-8:] if i - d.sentence <= _CARRY_REACH and d.who]
        carried = _last_people([d for d in near if self.sentences[d.sentence].line == s.line])
        if carried:
            return carried
        mentioned = self._mentioned(i) or self._heading(i)
        if mentioned:
            return [mentioned]
        goes_on = _ENDED.search(self.text, s.start, min(s.end, s.start + 24))
        if goes_on or self.text.startswith(("期间", "隔离"), s.start):
            return _last_people([d for d in near if s.line - self.sentences[d.sentence].line <= 2])
        return []

    def _mentioned(self, i: int) -> People | None:
        """People that one of the two sentences before speaks of: 全面摸排返乡人员。一律居家隔离14天。"""
        for k in range(i - 1, max(-1, i - 3), -1):
            before = self.sentences[k]
            if before.line != self.sentences[i].line:
                return None
            for c in reversed(populations.clauses(self.text, max(before.start, before.end - _CHARS), before.end)):
                people = populations.named(self.text, c, c.end)
                if people and not people.weak and (people.led or _ORIGIN.search(self.text, *people.span)):
                    return people
        return None

    def _heading(self, i: int) -> People | None:
        """The people of the heading above: （一）高风险区来返人员, 【入境人员】, 对密接人员："""
        text, sentences = self.text, self.sentences
        rank = self._rank(i)
        for k in range(i - 1, max(-1, i - 1 - _HEADING_REACH), -1):
            s = sentences[k]
            own = self._rank(k)
            above = own < rank or own == rank == len(_MARKS)
            if above and s.end - s.start <= 40 and text[s.end - 1] != "？":
                end = s.end - 1 if text[s.end - 1] in "：。】；" else s.end
                title = Clause(s.start, end, "：")
                people = populations.last_noun(text, s.start, end) or populations.label(text, title)
                if people and (people.span[1] == end or self._is_title(k)):
                    return people
            rank = min(rank, own)
        return None

    def _is_title(self, i: int) -> bool:
        s, sentences = self.sentences[i], self.sentences
        alone = (i == 0 or sentences[i - 1].line != s.line) and sentences[i + 1].line != s.line
        return alone or s.end - s.start <= 20 or self.text[s.end - 1] in "：】"

    def _rank(self, i: int) -> int:
        """The level of the mark that a sentence begins with, 0 the highest; the lowest for none."""
        s = self.sentences[i]
        return next((n for n, mark in enumerate(_MARKS) if mark.match(self.text, s.start, s.end)), len(_MARKS))

    # --- what ---------------------------------------------------------------------------------------------------

    def _add(self, i: int, m: Match, whom: list[People], here: list[_Draft], since: int) -> None:
        """Makes drafts of a finding; ``here`` are those of its sentence so far, ``since`` is the end of the last."""
        everybody: list[People | None] = [*whom] or [None]
        for n in _needs(m):
            if n.measure == "核酸检测" and n.within is None and self._join(i, m, n, whom, here, since):
                continue
            # A test, a check or a report that is for nobody in particular is the work of some office.
            if not whom and (n.days is None or n.measure == "体温监测"):
                continue
            for people in everybody:
                draft = _Draft(m.start, m.end, people, n, m.rule.id, i)
                if _is_stage(draft):
                    draft.after = self._stage_before(m, draft, here)
                    here = [*here, draft]
                self.drafts.append(draft)

    def _stage_before(self, m: Match, draft: _Draft, here: list[_Draft]) -> Measure | None:
        """The measure of which this one is the next stage."""
        text, s = self.text, self.sentences[draft.sentence]
        own = [d for d in here if d.who == draft.who and _is_stage(d)]
        if own and own[-1].start == m.start:
            return own[-1].need.measure if m.rule.id == "quarantine.stages" else None
        if own and _NEXT.match(text, own[-1].end, m.start):
            apart = "分别" in text[max(s.start, own[-1].start - 20) : own[-1].start]
            if not apart and "或" not in text[own[-1].end : m.start]:
                return own[-1].need.measure
        ended = list(_ENDED.finditer(text, max(s.start, m.start - _CHARS), m.start))
        if not ended:
            return None
        words = [e["a"] or e["b"] for e in ended if e["a"] or e["b"]]
        if words:
            return measures_of(words[-1])[0]
        earlier = own or [d for d in self.drafts[-6:] if _is_stage(d) and draft.sentence - d.sentence <= _CARRY_REACH]
        return earlier[-1].need.measure if earlier else None

    def _join(self, i: int, m: Match, n: Need, whom: list[People], here: list[_Draft], since: int) -> bool:
        """Gives tests to the isolation they belong to; False when they are a rule of their own."""
        text = self.text
        if _AT_WORK.search(text, max(since, m.start - _CHARS), m.end):
            return False
        spans = {p.span for p in whom}
        here = [d for d in here if _holds_tests(d)]
        mine = [d for d in here if d.who in spans or not spans]
        before = [
            d for d in self.drafts[-6:] if _holds_tests(d) and self._continues(i, d) and (d.who in spans or not spans)
        ]
        stage_names = list(_STAGE_NAME.finditer(text, max(since, m.start - _CHARS), m.end))
        if stage_names and (not here or stage_names[-1].start() >= here[-1].end):
            measure = measures_of(stage_names[-1][0])[0]
            fitting = [d for d in (mine or before) if d.need.measure == measure and _takes(d, n)]
            if fitting:
                return self._give(fitting[-1:], n, m, i)
        if n.days:
            return self._give([d for d in mine if d.need.days == n.days and d.need.tests is None][-1:], n, m, i)
        if mine:
            last = mine[-1]
            if [d.who for d in mine].count(last.who) == 1:
                # A schedule behind the last of several populations (…，在第1、7天各检测一次) is meant for all of them.
                shared = n.test_days and "，" in text[since : m.start]
                return self._give([d for d in (here if shared else [last]) if _takes(d, n)], n, m, i)
            if text[last.end : m.start] == "|":
                # The cell of a table: for the stage that is as long as its last test day.
                as_long = [d for d in mine if d.who == last.who and d.need.days and n.test_days[-1:] == (d.need.days,)]
                return self._give(as_long[-1:] or [d for d in [last] if _takes(d, n)], n, m, i)
            close = _is_tested(mine[0]) or text[last.end : m.start] in ("（", "+", "，期间", "，其间")
            return self._give([last], n, m, i) if close and _takes(last, n) else False
        if before and _MEANWHILE.match(text, self.sentences[i].start) and len({d.need.measure for d in before}) == 1:
            latest = before[-1].sentence
            return self._give([d for d in before if d.sentence == latest and _takes(d, n)], n, m, i)
        return bool(n.test_days) and not here and self._unnumbered(i, m, n, whom)

    def _continues(self, i: int, d: _Draft) -> bool:
        return i - d.sentence <= _CARRY_REACH and self.sentences[i].line - self.sentences[d.sentence].line <= 1

    def _unnumbered(self, i: int, m: Match, n: Need, whom: list[People]) -> bool:
        """实施集中隔离，第1、4、7天各检测一次: the isolation has no length, its tests have days."""
        start = max(self.sentences[i].start, m.start - _CHARS)
        enacted = list(_ENACTED.finditer(self.text, start, m.start))
        if not enacted or not whom:
            return False
        for measure in measures_of(enacted[-1]["isolation"]):
            need = replace(n, measure=measure)
            self.drafts += [_Draft(enacted[-1].start("isolation"), m.end, p, need, m.rule.id, i) for p in whom]
        return True

    def _give(self, drafts: list[_Draft], n: Need, m: Match, i: int) -> bool:
        for d in drafts:
            d.need = replace(
                d.need,
                tests=n.tests or d.need.tests,
                test_days=n.test_days or d.need.test_days,
                times_per_day=n.times_per_day or d.need.times_per_day,
                every_days=n.every_days or d.need.every_days,
                times_per_period=n.times_per_period or d.need.times_per_period,
            )
            if len(drafts) == 1 and d.sentence == i:
                d.end = m.end
        return bool(drafts)


def _needs(m: Match) -> tuple[Need, ...]:
    assert isinstance(m.value, tuple)
    return m.value


def _spelled_out(stages: Match, later: list[Match]) -> bool:
    """“7+3”（7天集中隔离+3天居家监测） says the same twice."""
    days = _needs(stages)[0].days
    return any(n.days == days and m.start - stages.end < 40 for m in later for n in _needs(m))


def _last_people(drafts: list[_Draft]) -> list[People]:
    """The people of the last rule, rather those that no condition sets apart."""
    base = [d for d in drafts if d.people and d.people.base] or drafts
    return list({d.who: d.people for d in base if d.people and d.start == base[-1].start}.values())


def _is_stage(d: _Draft) -> bool:
    return d.need.days is not None and d.need.measure not in (*_TESTS, "体温监测")


def _holds_tests(d: _Draft) -> bool:
    return d.need.measure not in (*_TESTS, "体温监测", "报告")


def _is_tested(d: _Draft) -> bool:
    return bool(d.need.tests or d.need.test_days or d.need.times_per_day or d.need.every_days)


def _takes(d: _Draft, n: Need) -> bool:
    """Whether these tests fit the isolation: within its length, agreeing with the number already given."""
    if n.test_days and (d.need.test_days or (d.need.days and n.test_days[-1] > d.need.days + 1)):
        return False
    return not (d.need.tests and n.tests and d.need.tests != n.tests)
