"""Who a quarantine rule holds for: the phrases that name people in a clause, a condition, a label or a heading."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a sentence, half-open offsets without the mark ``stop`` that ends it ("" at the sentence's end)."""

    start: int
    end: int
    stop: str


@dataclass(frozen=True, slots=True)
class People:
    """People named in the text.

    ``base`` is False for those set apart by a condition (不具备居家条件的), ``led`` tells that 对 or the like stands
    before them, ``weak`` that they are some of the people named before, if there are any (确需返乡的).
    """

    span: Span
    base: bool = True
    led: bool = False
    weak: bool = False


_NOUNS = (
    r"人员|人群|人士|旅客|乘客|群众|居民|村民|市民|住户|业主|师生|学生|考生|教师|职工|员工|工人员?|司机|驾驶员|司乘|船员|机组|客商"
    r"|游客|顾客|经营户|接触者|密接(?:者|人员)?|次密(?=的)|同住人|居住人|家属|患者|病人|家长|陪护(?:人员)?|家人|对象|[^或记]者|来人员?|儿童|老人|孩子|乡亲|老乡|亲友|朋友(?!圈)|同学|学子|师傅|队员|机手|选手|嘉宾|亲属|老师|医护(?:人员)?"
    r"|孕产?妇|民工|学员|考官|运动员|志愿者|代表|委员|干部|官兵|的人(?:员|群|士)?|(?:风险|重点|一线|关键)岗位(?:人员)?|(?:搬运|装卸|清洁|环卫)工(?!人)|快递员|服务员|收银员|保洁员?|保安员?|厨师|帮工|护工|店员|骑手|乘务员|售货员|管理员|炊事员|门卫|宾客|摊主|店主|商户|农户|租户|用户"
)
_PERSON = re.compile(rf"(?:{_NOUNS})(?:（[^（）]{{1,24}}）)?")
# The noun goes on as part of a longer phrase about other people: 与病例有接触的人员.
_GOES_ON = re.compile(
    r"有|接触|活动|轨迹|同[乘行住车]|的(?:密|同|次|家|其他|共|一般)|所在|家庭|家中|之间|及其|曾|流动|聚集|密集|较多"
)
# What stands before the people, who begin behind it: ``agent`` when those named are to act on others or to be told,
# ``no`` when it only looks like such a word.
_BEFORE = re.compile(
    r"(?P<no>主要|重要|必要|需要|要求的|对象|针对性|由于|经由|将来|通知书|严格|组织者|排查出|面对)"
    r"|(?P<agent>由|向|接受|配合|服从|派|安排|抽调|指定|明确|通过)"
    r"|(?<![作认成因调改定分列视设称转名行])为(?![期了止主])|对于?|针对|凡是|凡属|凡|请|督促|要求|组织|引导|指导|通知|动员|发动|劝导|做好|加强|落实|强化|抓好|实行|实施|采取|执行|开展"
    r"|确保|摸排|追踪|将|把|要|应|须|使|让|给|关于|属于|给予"
)
_LEAD = re.compile(
    r"[•·●■◆○—－\-]{1,2}|（?[一二三四五六七八九十0-9]{1,3}[）.、．]|[①-⑳]|[一二三四五六七八九十]是|第[一二三四五六七八九十]|[“\"【]"
    r"|同时|另外|此外|其中|特别是|尤其是|会议(?:强调|要求|决定|明确)|现将|现|原则上|继续|即|若是|若|如果|如|关于|对于?|凡是?"
    r"|以及|并且|并|及|和|但"
)
# Between a phrase that ends in 的 and the measure.
_ENACT_WORDS = (
    r"(?:的话|一律|均|都|全部|统一|分别|应|当|须|必须|要|需|可|则|先|再|加|就地|按规定|按要求|严格|继续|原则上|至少|主动|仍|也|还"
    r"|自|在|(?:转|送|接)(?:到|至|往)(?:集中|定点)?(?:隔离)?(?:点|酒店|宾馆|医院)|实行|实施|采取|落实|执行|开展|进行|接受|转为|调整为|改为|做好|做到|给予|为期|纳入|予以|参照|[“\"])"
)
_ENACT = re.compile(rf"{_ENACT_WORDS}{{0,8}}(?:由[^，。的]{{0,14}}{_ENACT_WORDS}{{0,4}})?")
_SAME = re.compile(
    r"(?:所有|全部|全体|上述|以上|该类|此类|这类|相关|有关|这些|其他|其余)?人员?|其|本人|上述对象|以上对象"
)
_STAFF = re.compile("网格员|村医|医生|(?:社区|村|包保|镇村|乡镇)干部|党员|领导|志愿者|工作专班")
_NO_PEOPLE = re.compile(
    r"(?:严格|相应|必要|免费|最|更|新|好|为期|有效|规定|一定|同样|[0-9]天|以上|以内|期间|当[天日]|阶段|措施|原则|制度|基础|[原之此先从]前|原来|原先|早先|原有|现行|以往|过去)的$"
    r"|^(?:于|在)?(?:集中|居家)?(?:隔离|观察|监测|医学观察|健康监测){1,2}的$"
)
# At the head of a sentence those who are isolated are people: 居家隔离的，每天测温.
_STAYING = re.compile(r"(?:集中|居家|在家)(?:健康|医学)?(?:隔离|观察|监测){1,2}的")
_EXCEPTION = re.compile("条件|不具备|不符合|不能|无法|特殊")
_IF = re.compile(r"(?:[•·●■◆○]|[0-9]{1,2}[.、])?(?:若是?|如果|如)")
_EVENT = re.compile("发热|症状|阳性|异常|出现|发现|需|必要|属实|遇|确")
_LABELLED = re.compile(rf"风险|密接|接触|入境|境外|返|旅居|涉疫|疫区|省外|省内|市外|外省|外地|国外|{_NOUNS}")
_NO_LABEL = re.compile("如下|措施|要求|强调|规定|通知|以下|下列|情况|隔离$")
_COMING = re.compile(
    r"(?:(?:从|自)[^，。]{2,40}|(?:境外|国外|省外|市外|外省|外地|[高中低]{1,2}风险地?区)[^，。]{0,10})(?:来|返|回|入|进)[^，。的]{1,6}"
)
_DUTY = re.compile(
    r"(?P<who>[^，。：要对将把由按在]{2,16}?)(?:均|都|一律)?(?:必须|须|需|应当?)(?:持|有|凭|提供|出示|做|接受|完成|进行)"
)
_OFFICE = re.compile(
    "各|部门|单位|学校|企业|社区|街道|村|县|市|区|乡|镇|医院|指挥部|局|委|会议|公司|机构|隔离|核酸|检测|场所|期|前|后|时|间|内"
)
_OPENING = re.compile(r"(?:[0-9]{1,2}[.、])?(?:对于?|凡是?|针对)")
_CLAUSE = re.compile(r"[，：:。；！？“”\"【】|\n]")
_LONGEST = 80


def clauses(text: str, start: int, end: int) -> list[Clause]:
    """The clauses of text[start:end], cut at commas, colons, quotes, bars and stops; empty ones are left out."""
    out: list[Clause] = []
    at = start
    for m in _CLAUSE.finditer(text, start, end):
        if m.start() > at:
            out.append(Clause(at, m.start(), m.group()))
        at = m.end()
    if end > at:
        out.append(Clause(at, end, ""))
    return out


def named(text: str, clause: Clause, measure: int) -> People | None:
    """The people a clause is about; ``measure`` is where the words of the measure begin, perhaps inside the clause.

    >>> text = "对密接人员，一律集中隔离"
    >>> people = named(text, clauses(text, 0, len(text))[0], 8)
    >>> text[slice(*people.span)] if people else None
    '密接人员'
    """
    people = _condition(text, clause) or last_noun(text, clause.start, clause.end)
    if people is None or not people.led:
        phrase = _of_kind(text, clause.start, min(clause.end, measure))
        if phrase and (people is None or phrase.span[1] > people.span[1]):
            return phrase
    return people or label(text, clause) or _comers(text, clause) or _subject(text, clause)


def widened(text: str, before: Clause | None, clause: Clause, people: People) -> People:
    """The phrase with the clause before it, where it begins there: 对有旅居史，但未赋码的人员; A人员，或B人员."""
    if before is None or before.stop != "，" or people.led or people.span[0] - clause.start > 2:
        return people
    if text.startswith(("或", "和", "及", "以及", "与"), clause.start):
        first = last_noun(text, before.start, before.end)
        if first and first.span[1] == before.end:
            return replace(people, span=(first.span[0], people.span[1]), led=True)
    opening = _OPENING.search(text, before.start, before.end)
    if not opening or text[before.end - 1] == "的" or before.end - opening.end() > 40:
        return people
    if _PERSON.search(text, opening.end(), before.end):
        return people
    return replace(people, span=(opening.end(), people.span[1]), led=True)


def last_noun(text: str, start: int, end: int) -> People | None:
    """The last people in text[start:end] who are neither agents nor addressees nor part of a longer phrase."""
    for m in reversed(list(_PERSON.finditer(text, start, end))):
        stop = m.end()
        listed = stop < end and text[stop] == "、" and _PERSON.search(text, stop, end)
        if listed or _GOES_ON.match(text, stop):
            continue
        at, led, agent = start, False, False
        for b in _BEFORE.finditer(text, start, m.start()):
            if b["no"] or (b["agent"] and "的" in text[b.end() : m.start()]):  # 由疾控认定的密接人员
                continue
            at, agent = b.end(), b["agent"] is not None
            led = not agent
        at = _after_lead(text, _inside_bracket(text, at, stop), stop)
        if agent or stop - at > _LONGEST or _STAFF.search(text, at, stop) or _SAME.fullmatch(text, at, stop):
            continue
        return People((at, stop), led=led)
    return None


def label(text: str, clause: Clause) -> People | None:
    """高风险区：7天集中隔离: the people of a label, a table cell or a heading."""
    if clause.stop not in ("：", ":", "|", "】") or clause.end - clause.start > 40:
        return None
    at = _after_lead(text, clause.start, clause.end)
    if not _LABELLED.search(text, at, clause.end) or _NO_LABEL.search(text[at : clause.end]):
        return None
    return People((at, clause.end))


def _of_kind(text: str, start: int, end: int) -> People | None:
    """不具备居家条件的: a phrase that ends in 的 and stands for people, perhaps before 一律实行."""
    de = text.rfind("的", start, end)
    while de > start:
        if _ENACT.fullmatch(text, de + 1, end):
            opening = _BEFORE.match(text, start, de)
            led = opening is not None and not opening["no"] and not opening["agent"]
            at = opening.end() if opening and led else start
            at = _after_lead(text, _inside_bracket(text, at, de), de)
            words = text[at : de + 1]
            first = start == 0 or text[start - 1] in "。；！？\n"
            if not (first and de + 1 == end and _STAYING.fullmatch(words)):
                shortest = 3 if words.endswith("码的") else 4
                if len(words) < shortest or _NO_PEOPLE.search(words):
                    return None
            return People((at, de + 1), base=not _EXCEPTION.search(words), led=led, weak=words.startswith("确"))
        de = text.rfind("的", start, de)
    return None


def _condition(text: str, clause: Clause) -> People | None:
    """若目的地为本县: people told apart by a condition, not by an event (如出现发热)."""
    m = _IF.match(text, clause.start, clause.end)
    if not m or not 4 <= clause.end - m.end() <= 30 or text.startswith("下", m.end()):
        return None
    return None if _EVENT.search(text, m.end(), clause.end) else People((m.end(), clause.end), base=False)


def _comers(text: str, clause: Clause) -> People | None:
    """①境外回县，…: people named by their way alone."""
    at = _after_lead(text, clause.start, clause.end)
    return People((at, clause.end)) if clause.stop == "，" and _COMING.fullmatch(text, at, clause.end) else None


def _subject(text: str, clause: Clause) -> People | None:
    """厨房帮手必须持有…: whoever must hold, show or undergo something, when it is no office or place."""
    at = _after_lead(text, clause.start, clause.end)
    m = _DUTY.match(text, at, clause.end)
    return People(m.span("who")) if m and not _OFFICE.search(m["who"]) else None


def _after_lead(text: str, start: int, end: int) -> int:
    """Behind the list marks and connectives that text[start:end] begins with."""
    for _ in range(5):
        m = _LEAD.match(text, start, end)
        if not m or m.end() >= end:
            break
        start = m.end()
    return start


def _inside_bracket(text: str, start: int, end: int) -> int:
    """The start of what stands in a bracket that is open at ``end``, else ``start``."""
    opened = text.rfind("（", start, end)
    return opened + 1 if opened >= 0 and text.find("）", opened, end) < 0 else start
