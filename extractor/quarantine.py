"""Numeric quarantine rules: who has to undergo what, for how long, with how many tests on which days.

`extractor.rules.quarantine` finds the measures with their numbers. This step finds for whom each holds, joins the
tests to the isolation they belong to, and puts stages in order.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from extractor.rule import Match
from extractor.rules import quarantine as rules
from extractor.rules.quarantine import Need, measures_of
from models.records import Measure, RiskLevel

Span = tuple[int, int]


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


# A sentence without one of these words, or without a number of days, times or hours, is not looked at.
_WORD = re.compile("隔离|核酸|抗原|医学观察|居家|健康监测|体温|测温|闭环|封控|封闭管理|社区管理|报备|落地即?检|报告(?:健康|体温)|[0-9一二两三四五六七八九十]个?小时|提前[0-9一二两三四五六七八九十]|[0-9一二两三四五六七八九十]检|[0-9]\\+[0-9]")
_NUMBER = re.compile(
    r"[0-9一二两三四五六七八九十](?:天|日|周|个?星期|个?小时|次|检|轮|自然日)|每[人天日周隔]|隔[天日]|早、?(?:[中午]、?)?晚|上下午|下午|[0-9]\+[0-9]"
)


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


@dataclass(slots=True)
class _Draft:
    """A rule in the making; ``sentence`` is the index of the sentence where its measure stands."""

    start: int
    end: int
    who: Span | None
    need: Need
    rule: str
    sentence: int
    base: bool
    after: Measure | None = None


def _finished(text: str, d: _Draft) -> RuleFound:
    n = d.need
    origin = origin_of(text[d.who[0] : d.who[1]]) if d.who else None
    return RuleFound(
        d.start, d.end, d.who, origin, n.measure, n.days, n.tests, n.test_days, n.within,
        n.times_per_day, n.every_days, n.times_per_period, d.after, d.rule,
    )  # fmt: skip


def origin_of(population: str) -> RiskLevel | None:
    """Where the people come from; of several levels (中高风险地区) the highest.

    >>> origin_of("中高风险地区来返人员"), origin_of("入境人员"), origin_of("返乡人员")
    ('high', 'abroad', None)
    """
    if re.search("入境|境外|国外|海外|口岸|外籍|回国", population):
        return "abroad"
    level = re.search(r"(?:高|中|低)(?:、?(?:中|低|高)){0,2}风险", population)
    if not level:
        return None
    return "high" if "高" in level[0] else "medium" if "中" in level[0] else "low"


_TESTS = ("核酸检测", "抗原检测")
_PEOPLE = (
    r"人员|人群|人士|旅客|乘客|群众|居民|村民|市民|住户|业主|师生|学生|考生|教师|职工|员工|工人员?|司机|驾驶员|司乘|船员|机组|客商"
    r"|游客|顾客|经营户|接触者|密接(?:者|人员)?|同住人|居住人|家属|患者|病人|家长|陪护(?:人员)?|家人|对象|[^或记]者|来人员?|儿童|老人|孕产?妇|农民工|学员|考官|运动员|志愿者|代表|委员"
    r"|干部|官兵|的人(?:员|群|士)?|宾客|摊主|店主|商户|农户|租户|用户"
)
_PERSON = re.compile(rf"(?:{_PEOPLE})(?:（[^（）]{{1,24}}）)?")
# The noun goes on as part of a longer phrase about other people: 与病例有接触的人员.
_GOES_ON = re.compile(r"有|接触|活动|轨迹|同[乘行住车]|的(?:密|同|次|家|其他|共|一般)|所在|家庭|家中|之间|及其|曾|流动|聚集|密集|较多")
# What stands before the people: they begin behind it. A word in the first group only looks like one.
_BEFORE = re.compile(
    r"(?P<no>主要|重要|必要|需要|要求的|对象|针对性|由于|经由|将来|通知书|严格|组织者|排查出|面对)"
    r"|(?P<agent>由|向|接受|配合|服从|派|安排|抽调|指定|明确|通过)"
    r"|对于?|针对|凡是|凡属|凡|请|督促|要求|组织|引导|指导|通知|动员|发动|劝导|做好|加强|落实|强化|抓好|实行|实施|采取|执行|开展|确保|摸排|追踪|将|把|要|应|须|使|让|关于|属于|给予"
)
_LEAD = re.compile(
    r"(?:[•·●■◆○—－\-]{1,2}|（?[一二三四五六七八九十0-9]{1,3}[）.、．]|[①-⑳]|[一二三四五六七八九十]是|第[一二三四五六七八九十]|[“\"【]"
    r"|同时|另外|此外|其中|特别是|尤其是|会议(?:强调|要求|决定|明确)|现将|现|原则上|继续|即|若是|若|如果|如|关于|对于?|凡是?|以及|并且|并|及|和|但)"
)
_ENACT = re.compile(
    r"(?:的话|一律|均|都|全部|统一|分别|应当?|须|必须|要|需要?|可以?|则|由|先|再|加|就地|按规定|按要求|严格|继续|原则上|至少|主动|仍|也|还|自|在|由[^，。的]{1,14}"
    r"|实行|实施|采取|落实|执行|开展|进行|接受|转为|调整为|改为|做好|做到|给予|为期|纳入|予以|参照|[“\"]){0,8}"
)
_SAME = re.compile(r"(?:所有|全部|全体|上述|以上|该类|此类|这类|相关|有关|这些|其他|其余)?人员?|其|本人|上述对象|以上对象")
_ALL = re.compile("督促其|引导其|组织其|要求其|对其|其须|其应|其要|上述人员|以上人员|上述对象|均|都(?!市)")
_LABEL = re.compile(rf"风险|密接|接触|入境|境外|返|旅居|涉疫|疫区|省外|省内|市外|外省|外地|国外|{_PEOPLE}")
_ORIGIN = re.compile("风险|密接|接触|入境|境外|返|旅居|涉疫|疫区|省外|外省|来自")
_STAFF = re.compile("网格员|村医|医生|(?:社区|村|包保|镇村|乡镇)干部|党员|领导|志愿者|工作专班")
_CLAUSE = re.compile(r"[，：:。；！？“”\"【】|\n]")
_WISH = re.compile(r"(?:发热|症状|阳性|异常|出现|发现|需|必要|属实|遇|确)")


@dataclass(slots=True)
class _Clause:
    start: int
    end: int
    stop: str  # the character that ends it


@dataclass(frozen=True, slots=True)
class _Who:
    """People named in a clause.

    ``base`` is False for those set apart by a condition (不具备居家条件的), ``led`` tells that 对 or the like stands
    before them, ``weak`` that they are some of the people named before, if there are any (确需返乡的).
    """

    span: Span
    base: bool = True
    led: bool = False
    weak: bool = False


def _clauses(text: str, start: int, end: int) -> list[_Clause]:
    out: list[_Clause] = []
    at = start
    for m in _CLAUSE.finditer(text, start, end):
        if m.start() > at:
            out.append(_Clause(at, m.start(), m.group()))
        at = m.end()
    if end > at:
        out.append(_Clause(at, end, ""))
    return out


def _after_lead(text: str, start: int, end: int) -> int:
    for _ in range(5):
        m = _LEAD.match(text, start, end)
        if not m or m.end() >= end:
            break
        start = m.end()
    return start


def _people(text: str, start: int, end: int) -> _Who | None:
    """The last people named in text[start:end] who are neither agents, addressees nor part of a longer phrase."""
    for m in reversed(list(_PERSON.finditer(text, start, end))):
        if _GOES_ON.match(text, m.end()) or (m.end() < end and text[m.end()] in "、" and _PERSON.search(text, m.end(), end)):
            continue
        a, led, agent = start, False, False
        for b in _BEFORE.finditer(text, start, m.start()):
            if b["agent"] and "的" in text[b.end() : m.start()]:  # 由疾控认定的密接人员
                continue
            if not b["no"]:
                a, agent, led = b.end(), b["agent"] is not None, b["agent"] is None
        a = _after_lead(text, _inside_bracket(text, a, m.end()), m.end())
        if agent or m.end() - a > 80 or _STAFF.search(text, a, m.end()):
            continue
        if _SAME.fullmatch(text, a, m.end()):
            continue
        return _Who((a, m.end()), led=led)
    return None


def _inside_bracket(text: str, start: int, end: int) -> int:
    """The start of what stands in a bracket that is open at ``end``, else ``start``."""
    opened = text.rfind("（", start, end)
    return opened + 1 if opened >= 0 and text.find("）", opened, end) < 0 else start


_BARRED = re.compile(
    r"(?:严格|相应|必要|免费|最|更|新|好|为期|有效|规定|一定|同样|[0-9]天|以上|以内|期间|当[天日]|阶段|措施|原则|制度|基础)的$"
    r"|^(?:于|在)?(?:集中|居家)?(?:隔离|观察|监测|医学观察|健康监测){1,2}的$"
)


def _of_kind(text: str, start: int, end: int) -> _Who | None:
    """不具备居家条件的: a phrase that ends in 的 and stands for people, perhaps before 一律实行."""
    de = text.rfind("的", start, end)
    while de > start:
        if _ENACT.fullmatch(text, de + 1, end):
            a, led = start, False
            for b in _BEFORE.finditer(text, start, min(de, start + 12)):
                if b.start() == start and not b["no"] and not b["agent"]:
                    a, led = b.end(), True
            a = _after_lead(text, _inside_bracket(text, a, de), de)
            if de - a < 3 or _BARRED.search(text[a : de + 1]):
                return None
            return _Who((a, de + 1), base=not re.search("条件|不具备|不符合|不能|无法|特殊", text[a:de]), led=led, weak=text.startswith("确", a))
        de = text.rfind("的", start, de)
    return None


_IF = re.compile(r"(?:[•·●■◆○]|[0-9]{1,2}[.、])?(?:若是?|如果|如|对)")


def _condition(text: str, start: int, end: int) -> _Who | None:
    m = re.compile(r"(?:[•·●■◆○]|[0-9]{1,2}[.、])?(?:若是?|如果|如)").match(text, start, end)
    if not m or end - m.end() < 4 or end - m.end() > 30 or _WISH.search(text, m.end(), end) or text.startswith("下", m.end()):
        return None
    return _Who((m.end(), end), base=False)


def _label(text: str, clause: _Clause) -> _Who | None:
    """高风险区：7天集中隔离: the people of a label, a table row or a heading."""
    if clause.stop not in ("：", ":", "|", "】") or clause.end - clause.start > 40:
        return None
    a = _after_lead(text, clause.start, clause.end)
    if not _LABEL.search(text, a, clause.end) or re.search("如下|措施|要求|强调|规定|通知|以下|下列|情况|隔离$", text[a : clause.end]):
        return None
    return _Who((a, clause.end))


def _named(text: str, clause: _Clause, need: int) -> _Who | None:
    """The people that a clause is about; ``need`` is where the words of the measure begin, perhaps inside it."""
    who = _condition(text, clause.start, clause.end) or _people(text, clause.start, clause.end)
    if who is None or not who.led:
        kind = _of_kind(text, clause.start, min(clause.end, need))
        if kind and (who is None or kind.span[1] > who.span[1]):
            return kind
    return who or _label(text, clause) or _comers(text, clause)


_COMING = re.compile(
    r"(?:(?:从|自)[^，。]{2,40}|(?:境外|国外|省外|市外|外省|外地|[高中低]{1,2}风险地?区)[^，。]{0,10})(?:来|返|回|入|进)[^，。的]{1,6}"
)


def _comers(text: str, clause: _Clause) -> _Who | None:
    """①境外回县，…: people named by their way alone."""
    a = _after_lead(text, clause.start, clause.end)
    return _Who((a, clause.end)) if clause.stop == "，" and _COMING.fullmatch(text, a, clause.end) else None


def _widened(text: str, before: _Clause | None, clause: _Clause, who: _Who) -> _Who:
    """对有旅居史，但未赋码的人员: a phrase with a comma begins in the clause before."""
    if before is None or before.stop != "，" or who.led or who.span[0] - clause.start > 2:
        return who
    if text.startswith(("或", "和", "及", "以及", "与"), clause.start):
        first = _people(text, before.start, before.end)
        if first and first.span[1] == before.end:
            return replace(who, span=(first.span[0], who.span[1]), led=True)
    m = re.compile(r"(?:[0-9]{1,2}[.、])?(?:对于?|凡是?|针对)").search(text, before.start, before.end)
    if not m or _PERSON.search(text, m.end(), before.end) or text[before.end - 1] == "的" or before.end - m.end() > 40:
        return who
    return replace(who, span=(m.end(), who.span[1]), led=True)


_REPLACED = re.compile(
    r"[”\"]?(?:的)?(?:管控|隔离|管理)?(?:措施|政策|时间)?，?(?:统一)?(?:调整|优化|缩短|改|变更|压缩|延长|修改|变)(?:为|至|到|成)"
)
_NEXT = re.compile(
    r"(?:[期满”\"）]|措施|医学观察){0,3}(?:\+|加上?|和|及|、|以及|，?(?:其中)?[^，。]{0,6}(?:期满|结束|解除|之后|随后|然后|后)|，?再|，?继续|，?转为|，?并)"
)
_ENDED = re.compile(
    r"(?P<a>(?:集中|居家|在家)(?:健康|医学)?(?:隔离|观察|监测)(?:医学观察|健康监测)?)(?:期满|结束|到期|后|解除|满)"
    r"|(?:解除|结束|完成)(?:酒店)?(?P<b>(?:集中|居家|在家)(?:健康|医学)?(?:隔离|观察|监测))|期满|解除隔离|隔离结束|解除管控|继续"
)
_STAGE_NAME = re.compile(r"(?:集中|居家|在家|闭环|社区)(?:健康|医学|自我)?(?:隔离|观察|监测|管理)(?:医学观察|健康监测)?")
_MEANWHILE = re.compile(r"期间|其间|隔离|观察|监测|第[0-9一二三四五六七八九十]|同时|分别|并|各|上述|均|，")
_ENACTED = re.compile(
    r"(?:实行|实施|采取|落实|进行|一律|执行|接受|转运|予以)(?:严格|免费|的|“){0,2}"
    r"((?:集中|居家|在家)(?:自我)?(?:隔离医学观察|隔离观察|隔离|医学观察|健康监测|观察))(?:措施|”){0,2}(?=[，、+（并和])"
)
_MARKS = (
    re.compile(r"[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}[章、，]"),
    re.compile(r"（[一二三四五六七八九十]{1,3}）|【"),
    re.compile(r"[0-9]{1,2}[.、．]|[一二三四五六七八九十]是"),
    re.compile(r"（[0-9]{1,2}）|[①-⑳]"),
    re.compile(r"[•·●■◆○—－-]"),
)
# How far a heading or an earlier sentence is looked for.
_HEADING_REACH = 12
_CARRY_REACH = 4
# Within a sentence: characters, clauses and rules looked back at, so that a sentence without end costs no more.
_CHARS = 200
_CLAUSES = 12
_RULES = 16


def _rank(text: str, s: Stretch) -> int:
    """The level of the mark that a sentence begins with, 0 the highest; the lowest for none."""
    return next((n for n, mark in enumerate(_MARKS) if mark.match(text, s.start, s.end)), len(_MARKS))


@dataclass(slots=True)
class _Reader:
    """Reads the sentences in order and remembers what a later one refers back to."""

    text: str
    sentences: Sequence[Stretch]
    drafts: list[_Draft] = field(default_factory=list)

    def read(self, i: int) -> None:
        s = self.sentences[i]
        found = self._in_force(rules.run(self.text, s.start, s.end), s.end)
        clauses = _clauses(self.text, s.start, s.end) if found else []
        first = len(self.drafts)
        starts = [c.start for c in clauses]
        for k, m in enumerate(found):
            if m.rule.id == "quarantine.stages" and self._spelled_out(m, found[k + 1 : k + 5]):
                continue
            seen = bisect_left(starts, m.end)
            whom = self._whom(i, clauses[max(0, seen - _CLAUSES) : seen], m)
            self._add(i, m, whom, max(first, len(self.drafts) - _RULES), found[k - 1].end if k else s.start)

    def _in_force(self, found: list[Match], end: int) -> list[Match]:
        """Without the old rules of 将“14天集中隔离+7天居家监测”调整为…"""
        kept: list[Match] = []
        gone_at = -1
        for m in reversed(found):
            quote = self.text.find("”", m.end, m.end + 60)
            quoted = quote >= 0 and "“" not in self.text[m.end : quote]
            chained = m.end + 1 == gone_at and self.text[m.end] in "+和加、"
            if chained or _REPLACED.match(self.text, m.end, end) or (quoted and _REPLACED.match(self.text, quote, end)):
                gone_at = m.start
            else:
                kept.append(m)
        return kept[::-1]

    def _spelled_out(self, stages: Match, later: list[Match]) -> bool:
        """“7+3”（7天集中隔离+3天居家监测） says the same twice."""
        lengths = [n.days for n in _needs(stages)]
        return any(n.days == lengths[0] and m.start - stages.end < 40 for m in later for n in _needs(m))

    # --- for whom -----------------------------------------------------------------------------------------------

    def _whom(self, i: int, seen: list[_Clause], m: Match) -> list[_Who]:
        """The people a finding holds for: named in its sentence, else in an earlier one or in a heading."""
        named: list[_Who] = []
        some: _Who | None = None
        several = bool(_ALL.search(self.text, seen[-1].start if seen else m.start, m.end))
        for k in range(len(seen) - 1, -1, -1):
            c = seen[k] if k < len(seen) - 1 else _Clause(seen[k].start, min(seen[k].end, m.end), seen[k].stop)
            c = _Clause(max(c.start, c.end - _CHARS), c.end, c.stop)
            who = _named(self.text, c, m.start)
            if who is None or who.weak:
                some = some or who
                continue
            named.insert(0, _widened(self.text, seen[k - 1] if k else None, c, who))
            if not several:
                break
        return named or self._earlier(i) or ([some] if some else [])

    def _earlier(self, i: int) -> list[_Who]:
        s = self.sentences[i]
        near = [d for d in self.drafts[-8:] if i - d.sentence <= _CARRY_REACH and d.who]
        same_line = [d for d in near if self.sentences[d.sentence].line == s.line]
        carried = self._last_people(same_line)
        if carried:
            return carried
        for k in range(i - 1, max(-1, i - 3), -1):
            before = self.sentences[k]
            if before.line != s.line:
                break
            for c in reversed(_clauses(self.text, max(before.start, before.end - _CHARS), before.end)):
                who = _named(self.text, c, c.end)
                if who and not who.weak and (who.led or _ORIGIN.search(self.text, *who.span)):
                    return [who]
        heading = self._heading(i)
        if heading:
            return [heading]
        if _ENDED.search(self.text, s.start, min(s.end, s.start + 24)) or self.text.startswith(("期间", "隔离"), s.start):
            return self._last_people([d for d in near if s.line - self.sentences[d.sentence].line <= 2])
        return []

    def _last_people(self, drafts: list[_Draft]) -> list[_Who]:
        base = [d for d in drafts if d.base] or drafts
        if not base:
            return []
        last = base[-1]
        together = [d.who for d in base if d.start == last.start and d.who]
        return [_Who(w, base=last.base) for w in dict.fromkeys(together)]

    def _heading(self, i: int) -> _Who | None:
        """The people of the heading above: （一）高风险区来返人员, 【入境人员】, 对密接人员："""
        text, sentences = self.text, self.sentences
        rank = _rank(text, sentences[i])
        for k in range(i - 1, max(-1, i - 1 - _HEADING_REACH), -1):
            s = sentences[k]
            own = _rank(text, s)
            alone = (k == 0 or sentences[k - 1].line != s.line) and sentences[k + 1].line != s.line
            titled = text[s.end - 1] in "：】" or alone or s.end - s.start <= 20
            if text[s.end - 1] != "？" and titled and s.end - s.start <= 40 and own <= rank and (own < rank or rank == len(_MARKS)):
                end = s.end - 1 if text[s.end - 1] in "：。】；" else s.end
                a = _after_lead(text, s.start, end)
                who = _people(text, s.start, end) or _label(text, _Clause(a, end, "："))
                if who:
                    return who
            rank = min(rank, own)
        return None

    # --- what ---------------------------------------------------------------------------------------------------

    def _add(self, i: int, m: Match, whom: list[_Who], first: int, since: int) -> None:
        needs = _needs(m)
        people: list[_Who | None] = [*whom] or [None]
        for n in needs:
            if n.measure in _TESTS and n.within is None and n.measure == "核酸检测":
                if self._join(i, m, n, whom, first, since):
                    continue
            if not whom and (n.days is None or n.measure == "体温监测"):
                continue
            for who in people:
                self._new(i, m, n, who, first, since)

    def _new(self, i: int, m: Match, n: Need, who: _Who | None, first: int, since: int) -> None:
        draft = _Draft(m.start, m.end, who.span if who else None, n, m.rule.id, i, who.base if who else True)
        if n.days and n.measure not in ("体温监测", *_TESTS):
            draft.after = self._stage_before(m, draft, first, since)
        self.drafts.append(draft)

    def _stage_before(self, m: Match, draft: _Draft, first: int, since: int) -> Measure | None:
        """The measure of which this one is the next stage."""
        text = self.text
        s = self.sentences[draft.sentence]
        own = [d for d in self.drafts[first:] if d.who == draft.who and d.need.days and d.need.measure not in _TESTS]
        if own and own[-1].start == m.start:
            return own[-1].need.measure if m.rule.id == "quarantine.stages" else None
        apart = own and "分别" in text[max(s.start, own[-1].start - 20) : own[-1].start]
        if own and not apart and _NEXT.match(text, own[-1].end, m.start) and "或" not in text[own[-1].end : m.start]:
            return own[-1].need.measure
        ended = list(_ENDED.finditer(text, max(s.start, m.start - _CHARS), m.start))
        if not ended:
            return None
        words = [e["a"] or e["b"] for e in ended if e["a"] or e["b"]]
        if words:
            return measures_of(words[-1])[0]
        earlier = own or [d for d in self.drafts[-6:] if d.need.days and d.need.measure not in _TESTS and draft.sentence - d.sentence <= _CARRY_REACH]
        return earlier[-1].need.measure if earlier else None

    def _join(self, i: int, m: Match, n: Need, whom: list[_Who], first: int, since: int) -> bool:
        """Gives tests to the isolation they belong to; False when they are a rule of their own."""
        text, s = self.text, self.sentences[i]
        spans = {w.span for w in whom}
        here = [d for d in self.drafts[first:] if _holds_tests(d)]
        mine = [d for d in here if d.who in spans or not spans]
        named = None
        for named in _STAGE_NAME.finditer(text, max(since, m.start - _CHARS), m.end):
            pass
        if named and (not here or named.start() >= here[-1].end):
            measure = measures_of(named[0])[0]
            pool = here or [d for d in self.drafts[-6:] if _holds_tests(d) and self._continues(i, d)]
            for d in reversed(pool):
                if d.need.measure == measure and (d.who in spans or not spans) and _takes(d, n):
                    return self._give([d], n, m, i)
        if n.days:
            fits = [d for d in mine if d.need.days == n.days and d.need.tests is None]
            return self._give(fits[-1:], n, m, i) if fits else False
        if mine:
            stages = [d for d in mine if d.who == mine[-1].who]
            if len(stages) == 1:
                shared = [d for d in here if _takes(d, n)] if n.test_days and "，" in text[since : m.start] else [mine[-1]]
                return self._give([d for d in shared if _takes(d, n)], n, m, i)
            last = stages[-1]
            if _tested(stages[0]) and _takes(last, n):
                return self._give([last], n, m, i)
            close = text[last.end : m.start] in ("（", "+", "，期间", "，其间", "(") and _takes(last, n)
            return self._give([last], n, m, i) if close else False
        earlier = [d for d in self.drafts[-6:] if _holds_tests(d) and self._continues(i, d) and (d.who in spans or not spans)]
        if earlier and _MEANWHILE.match(text, s.start) and len({d.need.measure for d in earlier}) == 1:
            return self._give([d for d in earlier if d.sentence == earlier[-1].sentence and _takes(d, n)], n, m, i)
        if n.test_days and not here:
            return self._unnumbered(i, m, n, whom)
        return False

    def _continues(self, i: int, d: _Draft) -> bool:
        s, t = self.sentences[i], self.sentences[d.sentence]
        return i - d.sentence <= _CARRY_REACH and s.line - t.line <= 1

    def _unnumbered(self, i: int, m: Match, n: Need, whom: list[_Who]) -> bool:
        """实施集中隔离，第1、4、7天各检测一次: the isolation has no length, its tests have days."""
        enacted = None
        for enacted in _ENACTED.finditer(self.text, max(self.sentences[i].start, m.start - _CHARS), m.start):
            pass
        if enacted is None or not whom:
            return False
        for measure in measures_of(enacted[1]):
            for who in whom:
                self.drafts.append(
                    _Draft(enacted.start(1), m.end, who.span, replace(n, measure=measure), m.rule.id, i, who.base)
                )
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


def _holds_tests(d: _Draft) -> bool:
    return d.need.measure not in (*_TESTS, "体温监测", "报告")


def _tested(d: _Draft) -> bool:
    return bool(d.need.tests or d.need.test_days or d.need.times_per_day or d.need.every_days)


def _takes(d: _Draft, n: Need) -> bool:
    """Whether these tests fit the isolation: within its length, agreeing with the number already given."""
    if n.test_days and (d.need.test_days or (d.need.days and n.test_days[-1] > d.need.days + 1)):
        return False
    return not (d.need.tests and n.tests and d.need.tests != n.tests)
