"""Numeric quarantine requirements: isolations with their length, tests by number, day and rhythm, checks and reports.

A finding says what has to be undergone, not by whom; `extractor.quarantine` adds the population and joins an isolation
with its tests. Patterns see one sentence of the cleaned text. Sources of the wordings: the national prevention plans
of 2020 to 2022 and the notices that put them into force.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from extractor import matcher, numerals
from extractor.rule import Match, Rule
from models.records import Measure


@dataclass(frozen=True, slots=True)
class Need:
    """One measure with its numbers; the fields are those of `models.records.QuarantineRule`."""

    measure: Measure
    days: int | None = None
    tests: int | None = None
    test_days: tuple[int, ...] = ()
    within: str | None = None
    times_per_day: int | None = None
    every_days: int | None = None
    times_per_period: int | None = None


# The value of a finding: the measures it sets, in order.
Needs = tuple[Need, ...]

_N = r"(?:[0-9]{1,3}|[一二两三四五六七八九十]{1,3})"
_TO = rf"(?:[-~—～至到]{_N})?"  # of a range (14-21天, 2-3次) the lower number counts
_DAYS = rf"(?P<days>{_N}){_TO}个?(?P<unit>天|日|周|星期|自然日)"
_INSIDE = r"(?:之内|以内|内)"

_ISOLATION = (
    r"(?:(?:集中|定点|酒店|宾馆|居家|在家|家中|家庭|社区|自我|自行)(?:（(?:集中|居家)）|(?:或者?|、|/|和)(?:集中|居家))?"
    r"(?:自我|自行|严格|封闭式?|单独|免费|健康){0,2}"
    r"(?:隔离|医学观察|观察|健康监测|健康检测|健康观察|健康管理|监测|管理|管控)"
    r"|隔离|医学观察|医学监测|健康监测|健康检测|健康观察|健康监护|健康管理|留观|留验"
    r"|闭环(?:管理|管控|作业|运行)|(?:封控|封闭式?)(?:管理|管控|隔离)|封控"
    r"|体温(?:测量|监测|检测))"
    r"(?:健康|医学)?(?:隔离)?(?:观察|监测|管理|管控)?(?:措施|制度|政策)?"
)
_VERBS = r"(?:须|需|要|应|必须|至少|再|各|主动|分别|自费|免费|完成|开展|进行|做|接受|实施|落实|实行|不少于|间隔[0-9]{1,2}小时){0,4}"
_LISTED = (
    rf"(?P<list>{_N}(?:[-~—～至]{_N})?(?:[天日]?(?:、|，|,|和|及|与|以及|\.|/)第?{_N}(?:[-~—～至]{_N})?){{0,24}})[天日]"
)
_ON_DAYS = (
    rf"(?P<gap>[^。；：“”0-9]{{0,12}}?(?:{_N}次)?[^。；：，“”0-9]{{0,8}}?)(?P<what>核酸|抗原|采样|检测)(?:检测|采样)?"
    r"(?:[0-9一两二]次)?(?:核酸)?"
)
_RHYTHM = (
    r"(?P<rhythm>每人?每?[天日]?(?:早、?(?:中、?|午、?)?晚|早晚|上下午|上、下午|上午、下午)|早、?(?:中、?|午、?)?晚"
    rf"|每人每[天日]|每[天日]|逐日|每?隔[天日]|每隔?{_N}个?(?:[天日周]|星期|小时)|每个?(?:周|星期)|每半?月)"
)
_TIMES = rf"(?:{_N}{_TO}次)"
_TEST = r"(?P<what>核酸|抗原|检测|采样)(?:检测|采样|自测|筛查)?"


def number(text: str) -> int:
    """The number that a matched numeral writes; 0 when it is none (一三)."""
    return numerals.parse(text) or 0


def _days(m: re.Match[str]) -> int:
    return number(m["days"]) * (7 if m["unit"] in ("周", "星期") else 1)


def measures_of(words: str) -> tuple[Measure, ...]:
    """The measures that the words of an isolation name; two when they leave a choice of places (居家或集中隔离).

    >>> measures_of("居家医学观察"), measures_of("集中（居家）隔离"), measures_of("隔离观察")
    (('居家隔离',), ('集中隔离', '居家隔离'), ('其他',))
    """
    central, home = re.search("集中|定点|酒店|宾馆", words), re.search("居家|在家|家中|家庭", words)
    isolated = "隔离" in words or "医学观察" in words
    if central and home:
        return ("集中隔离", "居家隔离") if central.start() < home.start() else ("居家隔离", "集中隔离")
    if "体温" in words:
        return ("体温监测",)
    if "闭环" in words:
        return ("闭环管理",)
    if "封" in words and not home and not central:
        return ("封控管理",)
    if central:
        return ("集中隔离",)
    if home:
        watched = "监测" in words or "健康" in words
        return ("居家健康监测",) if watched and not isolated else ("居家隔离",)
    if not isolated and ("监测" in words or "健康" in words):
        return ("健康监测",)
    return ("社区管理",) if "社区" in words and not isolated else ("其他",)


_STATE_BEFORE = re.compile(
    r"(?:第|近|月|年|过去|未满|不满|不足|已满|满|期满|结束|完成|经过|经|解除|过|了|已|已经|进入|超过)(?:了|有|的|“){0,1}$"
)
_MUST = re.compile(r"(?:必须|须|应当?|要|需要?|一律|实行|实施|采取|落实|执行|进行|接受|完成|可)[^，。]{0,10}$")
_NAMES_AFTER = re.compile(
    r"(?:措施|政策)?[”\"]?(?:点|区|人员|对象|者|场所|场地|房|酒店|宾馆|病区|费|期满|期[间内满结]|结束|解除|服务)"
)
_PLACES = ("居家", "集中", "在家")
_LENGTH_OF = re.compile(rf"{_INSIDE}|期满|期间|[^，。；的]{{0,6}}(?:期满|人次)")
_PAST = re.compile(r"(?:曾|被|已经?|累计|共)(?:被)?[^，。：；]{0,6}$")
_AT_A_PLACE = re.compile("集中(?:隔离|医学观察)?(?:点|场所|宾馆|酒店)(?:进行|实行|实施|接受|再)?$")
_CONDITION = re.compile(r"(?:若|如果|如|凡|经|对于?|已)[^，。；：]{0,16}$")


def _isolation_before(m: re.Match[str]) -> Needs | None:
    """14天集中隔离."""
    text, a, b = m.string, m.start(), m.end()
    before = text[max(0, a - 12) : a]
    if _NAMES_AFTER.match(text, b) or (m["unit"] == "日" and before.endswith(("月", "号"))):
        return None
    if _STATE_BEFORE.search(before) and not (before.endswith("完成") and _MUST.search(before[:-2])):
        return None
    if _PAST.search(before) or text.startswith(("了", "过"), b):
        return None
    if text.startswith("后", b) and not text.startswith(("后再", "后继续", "后转"), b) and not _MUST.search(before):
        return None
    return _lengths(_days(m), m["measure"], m["second"])


def _lengths(days: int, first: str, second: str | None) -> Needs | None:
    words = [first] if second is None else [first, second]
    found = tuple(Need(name, days=days) for w in words for name in measures_of(w))
    return found if 0 < days <= 180 else None


def _isolation_after(m: re.Match[str]) -> Needs | None:
    """集中隔离14天; 满14天 and 14天后 only where the sentence demands it."""
    text, a, b = m.string, m.start(), m.end()
    before = text[max(0, a - 16) : a]
    if _LENGTH_OF.match(text, b) or _PAST.search(before):
        return None
    if text.startswith("的", b) and not text.startswith("的措施", b):
        return None
    if before.endswith(("解除", "结束", "停止")) or text.startswith("前", b):
        return None
    if m["link"] and "满" in m["link"] and "补" not in m["link"]:
        if _CONDITION.search(before) or not _MUST.search(before):
            return None
    # 隔离措施（7天集中隔离…: the length belongs to what follows it.
    if m["link"] in ("（", "“", "：", "、") and re.match(_ISOLATION, text[b : b + 12]):
        return None
    if m["measure"] in _PLACES and not m["second"] and re.search("^[^，。；：]{0,4}(?:核酸|检测)", text[b : b + 6]):
        return None
    there = m["measure"] == "隔离" and _AT_A_PLACE.search(before)
    return _lengths(_days(m), "集中隔离" if there else m["measure"], m["second"])


def _until(m: re.Match[str]) -> Needs | None:
    return _lengths(_days(m), m["measure"], None)


def _bare_place(m: re.Match[str]) -> Needs | None:
    if m.string[max(0, m.start() - 1) : m.start()] in ("第", "近", "月", "满"):
        return None
    return _lengths(_days(m), m["place"] + "隔离", None)


# Stages that the plans of 2020 to 2022 knew by their numbers; other sums (5+2) are work shifts and the like.
_STAGES: dict[tuple[int, ...], tuple[Measure, ...]] = {
    (14, 7): ("集中隔离", "居家健康监测"),
    (14, 14): ("集中隔离", "居家健康监测"),
    (21, 7): ("集中隔离", "居家健康监测"),
    (10, 7): ("集中隔离", "居家健康监测"),
    (7, 7): ("集中隔离", "居家健康监测"),
    (7, 3): ("集中隔离", "居家健康监测"),
    (5, 3): ("集中隔离", "居家隔离"),
    (3, 11): ("集中隔离", "居家健康监测"),
    (3, 4): ("集中隔离", "居家健康监测"),
    (14, 7, 7): ("集中隔离", "居家隔离", "健康监测"),
}


def _stages(m: re.Match[str]) -> Needs | None:
    text, a, b = m.string, m.start(), m.end()
    days = tuple(number(m[k]) for k in "abc" if m[k])
    if m["first"]:
        return tuple(Need(measures_of(w)[0], days=d) for w, d in zip((m["first"], m["second"]), days[:2], strict=True))
    around = text[max(0, a - 30) : a] + text[b : b + 16]
    if days not in _STAGES or not re.search("隔离|健康|管控|入境|境外|密接|接触者|风险|返|来", around):
        return None
    return tuple(Need(name, days=d) for name, d in zip(_STAGES[days], days, strict=True))


def _test_measure(word: str) -> Measure:
    return "抗原检测" if word == "抗原" else "核酸检测"


def _is_swab(m: re.Match[str]) -> bool:
    """Whether 检测 or 做一次 in the match means a test for the virus: the words around speak of one."""
    text = m.string
    if m["what"] in ("核酸", "抗原"):
        return True
    at = m.start("what")
    if text[max(0, at - 2) : at] in ("体温", "健康", "监督", "症状", "质量", "水质", "环境"):
        return False
    return bool(re.search("核酸|落地即?检|阴性|抗原", text[max(0, m.start() - 120) : m.end() + 20]))


def _tests_in_days(m: re.Match[str]) -> Needs | None:
    """三天两检, 3天内完成2次核酸检测."""
    before = max(0, m.start() - 2)
    if _NOT_AHEAD.search(m.string, before, m.start()) or m.string[m.start() - 1 : m.start()] == "月" or "满" in m[0][:2]:
        return None
    days, tests = _days(m), number(m["tests"])
    if not 0 < days <= 60 or not 0 < tests <= 60:
        return None
    if m["what"] and not _is_swab(m):
        return None
    measure = _test_measure(m["what"] or "核酸")
    if tests > 1 or days == 1:
        return (Need(measure, times_per_day=tests),) if days == 1 else (Need(measure, days=days, tests=tests),)
    if m["inside"]:
        return (Need(measure, tests=1, within=f"P{days}D"),)
    return (Need(measure, every_days=days, times_per_period=1),)


def day_numbers(words: str) -> tuple[int, ...]:
    """The days that a list names (1、4、7, 1-3和5), ascending, at most 60; empty when it is no list of days.

    >>> day_numbers("1、4天、第7"), day_numbers("1-3、5"), day_numbers("7、1")
    ((1, 4, 7), (1, 2, 3, 5), ())
    """
    days: list[int] = []
    for part in re.finditer(rf"({_N})(?:[-~—～至]({_N}))?", words):
        first, last = number(part[1]), number(part[2] or part[1])
        if first < 1 or last > 90 or not first <= last < first + 30 or (days and first <= days[-1]):
            return ()
        days += range(first, last + 1)
    return tuple(days[:60])


def _times(words: str, unsaid: int = 1) -> int:
    m = re.search(rf"({_N}){_TO}次", words)
    return number(m[1]) if m else unsaid


def _tests_on_days(m: re.Match[str]) -> Needs | None:
    """第1、4、7天各进行一次核酸检测."""
    days = day_numbers(m["list"])
    if not days or m.string[max(0, m.start() - 1) : m.start()] in ("月", "年", "近", "前"):
        return None
    what, at = m["what"], m.start("what")
    if what == "检测" and m.string[max(0, at - 2) : at] in ("体温", "健康", "症状", "监督"):
        return None
    words = m.string[m.end("list") : m.end()]
    said = _times(words)
    tests = said if said == len(days) and not re.search("[各每]|分别", words) else len(days) * said
    needs: Needs = (Need("抗原检测" if what == "抗原" else "核酸检测", tests=tests, test_days=days),)
    if what == "核酸" and re.match(r"(?:检测|采样)?[和、及与+]抗原", m.string[m.end("what") : m.end("what") + 6]):
        needs += (Need("抗原检测", tests=tests, test_days=days),)
    return needs


_OF_TESTS = 600
"""How many characters above a cell the head of its table may stand that speaks of tests."""


def _under_tests(m: re.Match[str]) -> bool:
    """Whether the table above the match speaks of tests for the virus."""
    return bool(_SPEAKS_OF_TESTS.search(m.string, max(0, m.start() - _OF_TESTS), m.start()))


_SPEAKS_OF_TESTS = re.compile("核酸|抗原")


def _tests_in_cell(m: re.Match[str]) -> Needs | None:
    """第1、4、7天 alone in a cell of a table on tests."""
    days = day_numbers(m["list"])
    return (Need("核酸检测", tests=len(days), test_days=days),) if days and _under_tests(m) else None


def _tests_in_cell_within(m: re.Match[str]) -> Needs | None:
    """抵达后24小时内1次 alone in a cell of a table on tests."""
    within = _duration(m)
    return (Need("核酸检测", tests=number(m["tests"]), within=within),) if within and _under_tests(m) else None


def _tests_days_first(m: re.Match[str]) -> Needs | None:
    days = day_numbers(m["list"])
    return (Need("核酸检测", tests=len(days), test_days=days),) if days else None


def _tests_counted(m: re.Match[str]) -> Needs | None:
    """5次核酸检测."""
    before = m.string[max(0, m.start() - 6) : m.start()]
    tests = number(m["tests"])
    if re.search("第|每|累计|了|过|已|曾|共计", before) or not 0 < tests <= 60 or m.string.startswith("演练", m.end()):
        return None
    if before.endswith("连续") and re.match("(?:均|都)?(?:为|呈)?阴性的", m.string[m.end() : m.end() + 6]):
        return None  # 连续两次核酸阴性的可以出院
    listed = re.search(r"（(?:分别)?(?:在|为|于|即)?第([^（）]{1,40})[天日]）", m[0])
    return (Need(_test_measure(m["what"]), tests=tests, test_days=day_numbers(listed[1]) if listed else ()),)


def _often(need: Need, rhythm: str, times: int) -> Need:
    """The need with how often: times a day, or times in a period of days."""
    if "早" in rhythm:
        return replace(need, times_per_day=3 if "中" in rhythm or "午" in rhythm else 2)
    if "午" in rhythm:
        return replace(need, times_per_day=2)
    counted = re.search(_N, rhythm)
    period = number(counted[0]) if counted else 1
    if "月" in rhythm:
        period = 15 if "半" in rhythm else 30
    elif "小时" in rhythm:
        if 0 < period < 24:
            return replace(need, times_per_day=times * 24 // period)
        period //= 24
    elif "周" in rhythm or "星期" in rhythm:
        period *= 7
    elif "隔" in rhythm:
        period += 1
    if period > 1:
        return replace(need, every_days=period, times_per_period=times)
    return replace(need, times_per_day=times)


_HOURS_LONG = re.compile(f"[^。；：，0-9\n]{{0,3}}{_N}个?(?:小时|分钟)")
"""How long it goes on, not how often: 每天采样两小时."""


def _repeated(m: re.Match[str]) -> Needs | None:
    """每天1次核酸, 核酸检测每周2次, 每日一检."""
    groups = m.groupdict()
    if _HOURS_LONG.match(m.string, m.end()):
        return None
    if groups.get("what") and not _is_swab(m):
        return None
    if re.search("能力|点位?覆盖|万", m[0]) or m.string.startswith(("能力", "量", "点"), m.end()):
        return None
    said = groups.get("times")
    times = number(said) if said else _times(m[0].replace(m["rhythm"], "", 1))
    need = _often(Need(_test_measure(groups.get("what") or "核酸"), days=_run(m)), m["rhythm"], times)
    often = (need.times_per_day or need.times_per_period or 0, need.every_days or 1)
    return (need,) if 0 < often[0] <= 60 and often[1] <= 90 else None


def _run(m: re.Match[str]) -> int | None:
    """The days of 连续3天每天一次."""
    run = m.groupdict().get("run")
    return number(run) if run else None


def _listed(m: re.Match[str]) -> Needs | None:
    """医务人员每天1次 after 核酸检测."""
    before = m.string[max(0, m.start() - 120) : m.start()]
    return _repeated(m) if re.search("(?:核酸(?:检测)?|检测(?:频次)?：)[^。；消通]{0,110}$", before) else None


def _body(m: re.Match[str]) -> Needs | None:
    """早、晚各进行一次体温测量和健康监测: one need for each of the two."""
    if m.string.startswith(("点", "仪", "枪", "人员"), m.end()):
        return None
    rest = m[0].replace(m["rhythm"], "", 1)
    times = 2 if _TWICE.search(rest) else _times(rest)
    measures: list[Measure] = []
    for word in (m["what"], m["second"]):
        measure: Measure = "体温监测" if word and ("体温" in word or "测温" in word) else "健康监测"
        if word and measure not in measures:
            measures.append(measure)
    return tuple(_often(Need(name, days=_run(m)), m["rhythm"], times) for name in measures)


def _body_listed(m: re.Match[str]) -> Needs:
    return (Need("体温监测", times_per_day=_times(m["span"])),)


def _duration(m: re.Match[str]) -> str | None:
    n = number(m["n"])
    if not 0 < n <= 240:
        return None
    return f"PT{n}H" if m["unit"] == "小时" else f"P{n}D"


_TWICE = re.compile("上午[^，。]{0,8}下午|前(?:和|、|及)[^，。]{1,8}(?:后|前)|早[^，。]{0,6}晚")
# 返校前48小时内 counts back from what is to come, 前48小时内 from now.
_NOT_AHEAD = re.compile("[近隔每第]$|(?<![会考校场院岗行发程赛乡县学工机])前$")
_LOOKBACK = re.compile("有|到|去|曾|来|从|与|入|离|在[^隔到返县社]|途|旅|活动")


def _tests_within(m: re.Match[str]) -> Needs | None:
    """24小时内完成1次核酸检测; not 24小时内核酸阴性证明, not 7天内有…旅居史的人员做核酸检测."""
    text = m.string
    within = _duration(m)
    gap = text[m.start("gap") : m.start("what")]
    if within is None or _NOT_AHEAD.search(text, max(0, m.start() - 2), m.start()) or not _is_swab(m):
        return None
    if m["unit"] != "小时" and _LOOKBACK.match(gap):
        return None
    acts = re.search("完成|开展|进行|做|接受|落实|实施|到位|组织|再|测|采|检", gap)
    if not acts and re.match("(?:检测|采样)?(?:阴性|证明|结果|报告)", text[m.end("what") : m.end("what") + 6]):
        return None
    # What is to be found out about somebody's tests is no test: 查清有没有做核酸.
    if re.search("全员|轮|全域|接种|暂缓|出具|反馈|结果|上传|能力|试剂|阴性|持|[查问核摸弄搞]清|查明|核实|掌握|有没有|是否|做没做", gap):
        return None
    counted = re.search(rf"({_N}){_TO}次", m[0])
    return (Need(_test_measure(m["what"]), tests=number(counted[1]) if counted else None, within=within),)


def _proof(m: re.Match[str]) -> Needs | None:
    """48小时内核酸阴性证明; not of people who hold one (持有48小时内核酸阴性证明的人员)."""
    within = _duration(m)
    if (
        within is None
        or m.string.startswith("的", m.end())
        or _WITHOUT.search(m.string, max(0, m.start() - 5), m.start())
    ):
        return None
    return (Need("核酸检测", within=within),)


_WITHOUT = re.compile("(?:没有|没带|无|未持有?|不持有?|缺少?|拿不出|不能提供|未能?出示)$")


def _report(m: re.Match[str]) -> Needs | None:
    within = _duration(m)
    groups = m.groupdict()
    if within is None or m.string[max(0, m.start("n") - 1) : m.start("n")] in ("近", "每", "第"):
        return None
    gap = groups.get("gap") or ""
    if m["unit"] != "小时" and groups.get("gap") is not None and _LOOKBACK.match(gap):
        return None
    to_an_office = re.search("疾控|指挥部|直报|上级|政府|卫健|行政部门", m[0])
    if to_an_office or re.search("办|宴|聚餐|聚会", m.string[max(0, m.start() - 12) : m.start()]):
        return None
    return (Need("报告", within=within),)


def _report_daily(m: re.Match[str]) -> Needs | None:
    if re.search("疾控|指挥部|上级|政府|卫健|专班|办公室|部门", m[0]):
        return None
    return (_often(Need("报告"), m["rhythm"], _times(m[0])),)


_HOURS = r"(?P<n>[0-9]{1,3}|[一二两三四五六七八九十]{1,3})个?(?P<unit>小时|天|日)"
_LINK = (
    r"(?P<link>(?:期限?|时间|时长|周期|天数|措施)?(?:，|（|“|：|、)?(?:原则上|一般|务必|必须|应|须|要)?"
    r"(?:为期?|至少|不少于|不得少于|不低于|满足?|补[足满]|达到?|共计?|(?:延长|缩短|压缩|调整|改)[为至到]|至第?)?)"
)
_FROM = rf"(?:(?:由|从)(?:原来的?|原先的?|原)?{_N}[天日周](?:统一)?(?:缩短|调整|压缩|缩减|减少|减|优化|改|延长)(?:为|至|到))?"

RULES: tuple[Rule, ...] = (
    Rule(
        "quarantine.length-before",
        "时长在前的隔离、监测、管控（14天集中隔离）",
        rf"{_DAYS}(?:以上)?(?:的|免费|自费|严格|单人单间|全封闭|监督性|开展|进行|做好|内进行|内实行){{0,2}}(?P<measure>{_ISOLATION})"
        rf"(?:(?:和|、|及|并|以及)(?P<second>{_ISOLATION}))?",
        yes=(
            ("一律实行[14天集中隔离]。", (Need("集中隔离", days=14),)),
            ("落实[3天免费集中隔离医学观察措施]。", (Need("集中隔离", days=3),)),
            ("实施[两周居家或集中隔离]。", (Need("居家隔离", days=14), Need("集中隔离", days=14))),
            ("上岗前[7天隔离制度]要落实。", (Need("其他", days=7),)),
        ),
        no=(
            "近14天隔离人员要登记。",
            "已完成7天集中隔离的可以返家。",
            "7天集中隔离期满后方可返家。",
            "开工后14天隔离点要交付。",
        ),
        build=_isolation_before,
    ),
    Rule(
        "quarantine.length-after",
        "时长在后的隔离、监测、管控（集中隔离14天）",
        rf"(?P<measure>{_ISOLATION}|(?:居家|集中|在家)[待呆]?|观察)(?:(?:和|及|、|并)(?P<second>{_ISOLATION}))?{_LINK}{_FROM}{_DAYS}",
        yes=(
            ("转运至集中隔离点[隔离7天]。", (Need("集中隔离", days=7),)),
            ("一律[集中隔离14天]。", (Need("集中隔离", days=14),)),
            ("应[居家医学观察不少于十四天]。", (Need("居家隔离", days=14),)),
            ("[居家隔离补足14天]。", (Need("居家隔离", days=14),)),
            ("[集中隔离时间由14天缩短为10天]。", (Need("集中隔离", days=10),)),
            ("[居家隔离和健康监测7天]。", (Need("居家隔离", days=7), Need("健康监测", days=7))),
        ),
        no=(
            "若集中隔离满14天，即可返乡。",
            "累计集中隔离14天的有30人。",
            "居家隔离3天内完成检测。",
            "解除隔离14天后复查。",
        ),
        build=_isolation_after,
    ),
    Rule(
        "quarantine.length-since",
        "从某一时点起算的隔离（居家医学观察至离开疫区后14天）",
        rf"(?P<measure>{_ISOLATION})至[^，。；：0-9]{{1,12}}后(?:第|满)?{_DAYS}",
        yes=(
            ("应[居家医学观察至离开疫区后14天]。", (Need("居家隔离", days=14),)),
            ("[集中隔离至末次接触后满7天]。", (Need("集中隔离", days=7),)),
        ),
        no=("集中隔离至解除通知下达。", "居家隔离至春节后，14天内不外出。"),
        build=_until,
    ),
    Rule(
        "quarantine.length-until",
        "未满时长不得外出的隔离",
        rf"(?P<measure>{_ISOLATION})，?(?:未满|不满|不足){_DAYS}的?，?(?:一律)?(?:不得|不准|不能|不许|不可|禁止|严禁|不允许)",
        yes=(
            ("一律[居家自我隔离观察，未满14天不得]外出。", (Need("居家隔离", days=14),)),
            ("[集中隔离未满7天严禁]离开。", (Need("集中隔离", days=7),)),
        ),
        no=("隔离未满14天的暂缓上岗。", "要居家隔离，14岁以下不得外出。"),
        build=_until,
    ),
    Rule(
        "quarantine.bare-place",
        "只写地点的阶段（5天集中+3天居家）",
        rf"(?P<span>{_DAYS}(?P<place>集中|居家))[+”\"、，。；和）|]",
        yes=(
            ("实行“[5天集中]+3天居家”。", (Need("集中隔离", days=5),)),
            ("再实行[3天居家]。", (Need("居家隔离", days=3),)),
        ),
        no=("近7天集中，问题突出。", "第3天居家，不外出。"),
        build=_bare_place,
    ),
    Rule(
        "quarantine.stages",
        "以数字相加表示的分段管控（14+7、7+3）",
        r"[“\"]?(?P<a>[0-9]{1,2})天?\+(?P<b>[0-9]{1,2})天?(?:\+(?P<c>[0-9]{1,2})天?)?[”\"]?"
        rf"(?:(?P<first>{_ISOLATION})(?:和|\+|、|与|及)(?P<second>{_ISOLATION}))?",
        yes=(
            ("入境人员执行[“14+7”]管控。", (Need("集中隔离", days=14), Need("居家健康监测", days=7))),
            ("密接者落实[5+3]隔离政策。", (Need("集中隔离", days=5), Need("居家隔离", days=3))),
            ("落实[“7+7”集中隔离和居家隔离]。", (Need("集中隔离", days=7), Need("居家隔离", days=7))),
        ),
        no=("发扬“5+2”“白加黑”精神。", "构建14+7产业体系。"),
        build=_stages,
    ),
    Rule(
        "quarantine.tests-in-days",
        "若干天内检测若干次（三天两检）",
        rf"{_DAYS}(?P<inside>{_INSIDE})?{_VERBS}(?P<tests>{_N}){_TO}(?:检|次(?:（[^（）]{{0,16}}）)?(?:的|免费|以上|常规){{0,2}}(?P<what>核酸|抗原|检测|采样)(?:检测|采样|自测)?)",
        yes=(
            ("落实“[三天两检]”。", (Need("核酸检测", days=3, tests=2),)),
            ("[5天内至少完成3次核酸检测]。", (Need("核酸检测", days=5, tests=3),)),
            ("从业人员[两天一检]。", (Need("核酸检测", every_days=2, times_per_period=1),)),
            ("[3天内完成1次核酸检测]。", (Need("核酸检测", tests=1, within="P3D"),)),
        ),
        no=("每3天2检，不漏一人。", "第3天一检。", "三天两头检查。"),
        build=_tests_in_days,
    ),
    Rule(
        "quarantine.tests-on-days",
        "按天列出的检测（第1、4、7天各进行一次核酸检测）",
        rf"第{_LISTED}{_ON_DAYS}",
        yes=(
            ("在[第1、4、7、14天各进行一次核酸检测]。", (Need("核酸检测", tests=4, test_days=(1, 4, 7, 14)),)),
            ("[第2天和第4天分别进行1次核酸检测]。", (Need("核酸检测", tests=2, test_days=(2, 4)),)),
            ("[第1、3、7天做三次核酸]。", (Need("核酸检测", tests=3, test_days=(1, 3, 7)),)),
        ),
        no=("第1天开展健康检测。", "8月1日、4日核酸检测点开放。", "第7、1天核酸检测"),
        build=_tests_on_days,
    ),
    Rule(
        "quarantine.tests-cell",
        "表格单元格中的检测日（|第1、4、7天|）",
        rf"\|(?P<span>第{_LISTED}(?:各?[1一]次)?)(?=\||\n|$)",
        yes=(
            ("类别|措施|核酸检测\n密接|7天集中隔离|[第1、4、7天]", (Need("核酸检测", tests=3, test_days=(1, 4, 7)),)),
            ("核酸频次\n次密接|7天居家隔离|[第1、7天各1次]|社区", (Need("核酸检测", tests=2, test_days=(1, 7)),)),
        ),
        no=("任务|进度\n清淤|第1、2天|水利局", "核酸检测：第1、4、7天"),
        build=_tests_in_cell,
    ),
    Rule(
        "quarantine.tests-cell-within",
        "表格单元格中限时的检测（|抵达后24小时内1次|）",
        rf"\|(?P<span>(?:抵达|到达|返回|入境|到家|抵[县市省])后?{_HOURS}{_INSIDE}(?:完成|做)?(?P<tests>[1一2两])次)(?=\||\n|$)",
        yes=(
            ("类别|核酸检测\n低风险区来返人员|[抵达后24小时内1次]", (Need("核酸检测", tests=1, within="PT24H"),)),
            ("类别|核酸\n跨省人员|[返回后48小时内2次]|社区", (Need("核酸检测", tests=2, within="PT48H"),)),
        ),
        no=("任务|频次\n巡查|抵达后24小时内1次", "抵达后24小时内1次核酸检测"),
        build=_tests_in_cell_within,
    ),
    Rule(
        "quarantine.tests-on-bare-days",
        "按天列出而无“第”字的检测（1、4、7天各检测一次）",
        rf"(?P<list>{_N}(?:(?:、|,|\.){_N}){{2,24}})[天日]{_ON_DAYS}",
        yes=(
            ("隔离[1、3、5天采样]。", (Need("核酸检测", tests=3, test_days=(1, 3, 5)),)),
            ("观察期间[1、7、14日各进行一次核酸检测]。", (Need("核酸检测", tests=3, test_days=(1, 7, 14)),)),
        ),
        no=("8月1、3、5日开展健康检测。", "居家隔离7天，核酸检测要跟上。"),
        build=_tests_on_days,
    ),
    Rule(
        "quarantine.tests-days-after",
        "检测在前、天数在后（核酸检测时间为第1、4、7天）",
        rf"(?:{_N}次)?核酸(?:检测|采样)?(?:{_TIMES})?(?:，|（|时间|频次|日期|安排|分别|为|在|于|是|即|隔离|集中|居家|：){{0,5}}第{_LISTED}",
        yes=(
            ("开展[核酸检测（第1、3、5天]）。", (Need("核酸检测", tests=3, test_days=(1, 3, 5)),)),
            ("[核酸检测时间为第1、7天]。", (Need("核酸检测", tests=2, test_days=(1, 7)),)),
        ),
        no=("核酸检测结果第2天公布。", "核酸检测能力第一。"),
        build=_tests_days_first,
    ),
    Rule(
        "quarantine.tests-days-shared",
        "与后一阶段共用动词的天数（集中隔离第1、4天和居家监测第3天各检测一次）",
        rf"(?P<span>第{_LISTED})(?:和|、|，|及|以及)(?:{_ISOLATION})(?:期间)?的?第[0-9一二三四五六七八九十]",
        yes=(
            (
                "集中隔离[第1、4天]和居家健康监测第3天各检测一次。",
                (Need("核酸检测", tests=2, test_days=(1, 4)),),
            ),
            ("隔离[第7天]、健康监测第2天做核酸。", (Need("核酸检测", tests=1, test_days=(7,)),)),
        ),
        no=("第7天和第8天健康监测。", "隔离第3天和家人通话。"),
        build=_tests_days_first,
    ),
    Rule(
        "quarantine.tests-counted",
        "检测若干次（5次核酸检测）",
        rf"(?P<tests>{_N}){_TO}[次轮](?:（[^（）]{{0,40}}）)?(?:的|免费|单管|单采|常规){{0,2}}(?P<what>核酸|抗原)(?:检测|采样|自测)?",
        yes=(
            ("期间进行[3次（第1、3、6天）核酸检测]。", (Need("核酸检测", tests=3, test_days=(1, 3, 6)),)),
            ("14天集中隔离+[5次核酸检测]。", (Need("核酸检测", tests=5),)),
            ("隔离期间进行[2-3次抗原自测]。", (Need("抗原检测", tests=2),)),
        ),
        no=("第3次核酸检测正在进行。", "已做了5次核酸检测。", "每次核酸检测要登记。", "连续两次核酸阴性的可以返岗。"),
        build=_tests_counted,
    ),
    Rule(
        "quarantine.tests-counted-after",
        "检测若干次（核酸检测5次）",
        rf"(?P<what>核酸|抗原)(?:检测|采样|自测)(?:不少于|至少|共|各|满|：|为){{0,2}}(?P<tests>{_N}){_TO}次",
        yes=(
            ("隔离期间[核酸检测5次]。", (Need("核酸检测", tests=5),)),
            ("返岗前[核酸检测不少于2次]。", (Need("核酸检测", tests=2),)),
        ),
        no=("核酸检测第5次采样。", "核酸检测3万人次。"),
        build=_tests_counted,
    ),
    Rule(
        "quarantine.tests-repeated",
        "按周期检测（每天1次、每周2次核酸检测）",
        rf"(?:(?:连续|[前头])(?P<run>{_N})[天日])?{_RHYTHM}(?:[^。；：，0-9温]{{0,16}}?{_TIMES})?[^。；：，0-9温]{{0,12}}?{_TEST}(?:不少于|至少|各)?{_TIMES}?",
        yes=(
            ("期间[每天开展1次核酸检测]。", (Need("核酸检测", times_per_day=1),)),
            ("[每周至少开展2次核酸检测]。", (Need("核酸检测", every_days=7, times_per_period=2),)),
            ("[每2天一次抗原自测]。", (Need("抗原检测", every_days=2, times_per_period=1),)),
            ("[每72小时做一次核酸]。", (Need("核酸检测", every_days=3, times_per_period=1),)),
            ("[连续3天每日一次核酸检测]。", (Need("核酸检测", days=3, times_per_day=1),)),
            ("[头五天每天做一次核酸]。", (Need("核酸检测", days=5, times_per_day=1),)),
            ("上下午各测温一次、[每3天一次核酸检测]。", (Need("核酸检测", every_days=3, times_per_period=1),)),
        ),
        no=("每日核酸检测能力达2万管。", "每天核酸检测点要消杀。", "每天每村保证采样两小时。", "每日两次测温、登记核酸结果。"),
        build=_repeated,
    ),
    Rule(
        "quarantine.tests-rhythm-after",
        "检测在前、周期在后（核酸检测每周2次）",
        rf"{_TEST}(?:的)?(?:频次|频率)?(?:由[^，。；]{{0,8}})?(?:统一)?(?:调整|提高|加密|增加|优化|改|提升)?(?:为|至|到|，|“|按)?"
        rf"(?:(?:连续|[前头])(?P<run>{_N})[天日])?{_RHYTHM}(?:进行|开展|不少于|至少|各){{0,2}}(?P<times>{_N}){_TO}[次检]",
        yes=(
            ("[核酸检测频次调整为每周2-3次]。", (Need("核酸检测", every_days=7, times_per_period=2),)),
            ("[抗原检测每天1次]。", (Need("抗原检测", times_per_day=1),)),
        ),
        no=("核酸检测每周结果都要通报。", "核酸检测点每天消毒2次。"),
        build=_repeated,
    ),
    Rule(
        "quarantine.tests-rhythm-short",
        "以“检”简写的周期（每日一检、隔日一检）",
        rf"(?P<rhythm>每[天日]|逐日|每?隔[天日]|每隔?{_N}个?(?:[天日周]|星期)|每个?(?:周|星期)|每半?月|[一1][天日周])(?P<times>{_N})检",
        yes=(
            ("从业人员[每日一检]。", (Need("核酸检测", times_per_day=1),)),
            ("教职工[隔日一检]。", (Need("核酸检测", every_days=2, times_per_period=1),)),
            ("保洁员[每周两检]。", (Need("核酸检测", every_days=7, times_per_period=2),)),
        ),
        no=("每日检查一次。", "每年一检。"),
        build=_repeated,
    ),
    Rule(
        "quarantine.tests-rhythm-listed",
        "前文已言明核酸检测的逐类周期（核酸检测：医务人员每天1次）",
        rf"(?P<span>{_RHYTHM}(?:进行|开展|不少于|至少|各){{0,2}}(?P<times>{_N}){_TO}次)(?:[，。；、）|]|$)",
        yes=(
            ("做好核酸检测，医务人员[每天1次]，收银员每周2次。", (Need("核酸检测", times_per_day=1),)),
            ("核酸检测：保安人员[每周2次]。", (Need("核酸检测", every_days=7, times_per_period=2),)),
        ),
        no=("公共区域每天2次，消毒要到位。", "核酸检测点每天消毒2次，通风3次。"),
        build=_listed,
    ),
    Rule(
        "quarantine.tests-within",
        "限时完成的检测（24小时内完成1次核酸检测）",
        rf"{_HOURS}{_INSIDE}(?P<gap>[^。；：，0-9]{{0,24}}?(?:{_N}次)?[^。；：，0-9]{{0,8}}?)(?P<what>核酸|抗原|“?落地检”?|(?:完成|进行|开展|接受|做|次|采样)检测|[做测检采]{_N}次)(?:检测|采样|筛查)?{_TIMES}?",
        yes=(
            ("抵达后[24小时内完成一次“落地检”]。", (Need("核酸检测", tests=1, within="PT24H"),)),
            ("落地检，[24小时内再做1次]。", (Need("核酸检测", tests=1, within="PT24H"),)),
            ("代表会前[48小时内核酸检测1次]。", (Need("核酸检测", tests=1, within="PT48H"),)),
            ("抵县[24小时内完成1次核酸检测]。", (Need("核酸检测", tests=1, within="PT24H"),)),
            ("确保[24小时内将所有人员追踪到位、核酸检测]到位。", (Need("核酸检测", within="PT24H"),)),
        ),
        no=("持48小时内核酸阴性证明。", "7天内有旅居史的要核酸检测。", "24小时内完成全员核酸检测。", "3小时内问清同住人做没做核酸。"),
        build=_tests_within,
    ),
    Rule(
        "quarantine.tests-ahead",
        "提前若干时间完成的检测（提前48小时做一次核酸）",
        rf"提前{_HOURS}(?P<gap>(?:完成|进行|开展|接受|做好?|测|到[^。；：，0-9]{{1,10}}?)?(?:{_N}次)?)(?P<what>核酸|抗原)(?:检测|采样)?{_TIMES}?",
        yes=(
            ("主考老师[提前48小时做一次核酸]。", (Need("核酸检测", tests=1, within="PT48H"),)),
            ("嘉宾要[提前2天完成核酸检测]。", (Need("核酸检测", within="P2D"),)),
        ),
        no=("提前48小时报名。", "提前24小时采购核酸试剂。"),
        build=_tests_within,
    ),
    Rule(
        "quarantine.proof",
        "核酸阴性证明的时效（48小时内核酸检测阴性证明）",
        rf"{_HOURS}{_INSIDE}?的?(?:有效的?|本人|新冠(?:肺炎)?(?:病毒)?){{0,2}}(?:核酸检测|核酸)(?:报告|结果|为|呈){{0,2}}(?:阴性|证明|结果|报告)(?:的)?(?:证明|报告|结果)?",
        yes=(
            ("须持[48小时内核酸检测阴性证明]。", (Need("核酸检测", within="PT48H"),)),
            ("凭[72小时核酸阴性结果]入内。", (Need("核酸检测", within="PT72H"),)),
        ),
        no=("48小时内完成核酸检测。", "没有48小时核酸证明的就地采样。", "核酸检测阴性证明要核对。"),
        build=_proof,
    ),
    Rule(
        "quarantine.proof-bracket",
        "核酸阴性证明的时效（阴性证明（48小时内））",
        rf"核酸(?:检测)?(?:阴性)?(?:证明|结果|报告)（{_HOURS}{_INSIDE}?有?效?）",
        yes=(
            ("出示[核酸检测阴性证明（48小时内）]。", (Need("核酸检测", within="PT48H"),)),
            ("查验[核酸报告（3天内）]。", (Need("核酸检测", within="P3D"),)),
        ),
        no=("核酸检测报告（纸质）。", "核酸检测结果（6小时后）公布。"),
        build=_proof,
    ),
    Rule(
        "quarantine.report-repeated",
        "按周期报告健康状况（每日向社区报告健康状况）",
        rf"{_RHYTHM}[^。；：，0-9]{{0,6}}?(?:[向到][^。；：，0-9]{{1,16}}?(?:报告|报备|上报)|填报|报告|上报)[^。；：，0-9]{{0,6}}?(?:健康|体温|症状)(?:状况|状态|情况|信息|监测情况)?",
        yes=(
            ("隔离人员[每日向社区报告健康状况]。", (Need("报告", times_per_day=1),)),
            ("[早晚向班主任上报体温]。", (Need("报告", times_per_day=2),)),
        ),
        no=("每日向指挥部报告健康管理情况。", "每日报告进度。"),
        build=_report_daily,
    ),
    Rule(
        "quarantine.body-repeated",
        "按周期测体温、监测健康（早、晚各进行一次体温测量和健康监测）",
        rf"(?:(?:连续|[前头])(?P<run>{_N})[天日])?{_RHYTHM}[^。；：，酸原]{{0,30}}?(?P<what>(?:测量|监测|检测)?体温|测温|健康(?:监测|检测|询问|状况|状态|观察|情况))"
        rf"(?:测量|监测|检测|自测|筛查|测|询问|检查)?(?:(?:和|、|及|与|以及)(?P<second>体温|测温|健康(?:监测|检测|询问|状况|状态|观察|情况))(?:测量|监测|检测|筛查)?)?"
        rf"(?:不少于|至少|各)?{_TIMES}?",
        yes=(
            ("[早、晚各测量一次体温]。", (Need("体温监测", times_per_day=2),)),
            (
                "[每日两次体温测量和健康监测]。",
                (Need("体温监测", times_per_day=2), Need("健康监测", times_per_day=2)),
            ),
            ("[每天对职工进行体温检测]。", (Need("体温监测", times_per_day=1),)),
        ),
        no=("要测量体温。", "每日体温检测点要消毒。"),
        build=_body,
    ),
    Rule(
        "quarantine.body-listed",
        "与检测并列、共用周期的测温（每天1次核酸、2次测温）",
        rf"(?P<rhythm>每人?每?[天日])[^。；：，、]{{0,8}}(?:核酸|抗原)(?:检测|自测|采样)?(?:、|和|及|与)(?P<span>{_N}次(?P<what>体温|测温)(?:测量|监测|检测)?)",
        yes=(
            ("每天1次核酸、[2次测温]。", (Need("体温监测", times_per_day=2),)),
            ("每日一次抗原自测和[三次体温监测]。", (Need("体温监测", times_per_day=3),)),
        ),
        no=("每周1次核酸、2次测温点巡查。", "每天核酸点、测温点要消毒。"),
        build=_body_listed,
    ),
    Rule(
        "quarantine.body-rhythm-after",
        "体温、健康监测在前，周期在后（体温监测每天2次）",
        rf"(?P<what>体温|测温|健康监测)(?:测量|监测|检测)?(?:(?:和|、|及)(?P<second>体温|健康监测)(?:测量|监测|检测)?)?"
        rf"(?:，|按|要|须|应|为|至|频次|“){{0,2}}{_RHYTHM}(?:进行|开展|不少于|至少|各){{0,2}}{_TIMES}",
        yes=(
            ("[体温监测每天2次]。", (Need("体温监测", times_per_day=2),)),
            ("[健康监测，每日不少于2次]。", (Need("健康监测", times_per_day=2),)),
        ),
        no=("体温监测每天要登记。", "健康监测结果每周通报。"),
        build=_body,
    ),
    Rule(
        "quarantine.report-within",
        "限时报告（12小时内向社区报告）",
        rf"{_HOURS}{_INSIDE}(?P<gap>[^。；：，0-9]{{0,20}}?)(?:[向到与给][^。；：，0-9]{{1,28}}?(?:报告|报备|登记|申报|报到|上报)|报备|[填补申]报|(?:主动|如实|再次)报告|报告(?:行程|健康|本人|个人|社区|村|居委|单位|学校))",
        yes=(
            ("[2小时内报告社区]。", (Need("报告", within="PT2H"),)),
            ("返乡后[12小时内向村委会报告]。", (Need("报告", within="PT12H"),)),
            ("抵达[24小时内主动向社区报备]。", (Need("报告", within="PT24H"),)),
            ("[4小时内给居委会打电话报告]。", (Need("报告", within="PT4H"),)),
            ("来不及登记的，到家[8小时内补报]。", (Need("报告", within="PT8H"),)),
        ),
        no=("发现病例2小时内向疾控中心报告。", "7天内有旅居史的向社区报告。", "2小时内完成流调。"),
        build=_report,
    ),
    Rule(
        "quarantine.report-limit",
        "报告后注明时限（报告（不得超过12小时））",
        rf"(?:报告|报备|登记|申报)(?:，|（)?(?:时间)?(?:最迟|最晚|最长)?(?:不得|不能|不)?(?:超过|晚于|迟于){_HOURS}",
        yes=(
            ("第一时间向社区[报告（不得超过12小时]）。", (Need("报告", within="PT12H"),)),
            ("向单位[报备，最迟不超过6小时]。", (Need("报告", within="PT6H"),)),
        ),
        no=("报告不超过3页。", "报告发布24小时后生效。"),
        build=_report,
    ),
    Rule(
        "quarantine.report-ahead",
        "提前若干天报备",
        rf"提?前(?:至少|不少于)?{_HOURS}(?:以上)?[^。；：，0-9]{{0,36}}?(?:报告|报备|登记|申报|填报|上报)",
        yes=(
            ("返乡前[提前3天向社区报备]。", (Need("报告", within="P3D"),)),
            ("须[提前24小时报备]。", (Need("报告", within="PT24H"),)),
        ),
        no=("提前报备。", "会议提前3天召开。"),
        build=_report,
    ),
)


def run(text: str, start: int = 0, end: int | None = None) -> list[Match]:
    """What text[start:end], one sentence, requires; in text order, none overlapping.

    >>> [text[m.start : m.end] for text in ["一律集中隔离14天。"] for m in run(text)]
    ['集中隔离14天']
    """
    return matcher.find(RULES, text, start, end)
