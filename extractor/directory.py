"""The directory of organs, posts and groups: finds their names in a text and gives each its canonical form and type."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, MatchKind

from models.records import PartyType

Crosses = Callable[[str, int, int], bool]
"""crosses(text, start, end): does the segmenter see a word that sticks out of text[start:end]?"""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in the text, half-open offsets.

    ``bare`` when it is only a field of work (``交通``): it names its organ in company (``交通、住建等部门``) and is an
    ordinary word elsewhere (``交通安全``).
    """

    start: int
    end: int
    canonical: str
    type: PartyType
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Names joined by 、和及. [start, end) also covers a generic tail (``等行业主管部门``), which is no name itself."""

    start: int
    end: int
    names: tuple[Name, ...]
    bare: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What an alias stands for."""

    canonical: str
    type: PartyType
    bare: bool = False


_HAN = "[一-鿿]"

_ORGAN_END = re.compile(
    "(?:局|委|办|厅|部|院|系统|部门|机关|中心|单位|机构|室|所|站|队|会|组织|警方|社|台|馆|协|联|处|团|军区|团体|民兵|武警|各.{1,8})$"
)
"""How the name of an organ ends; the other aliases of a department are bare fields of work."""

_ORGAN_OF_FIELD = (
    "部门", "系统", "主管部门", "行政主管部门", "行政部门", "监管部门", "管理部门", "执法部门", "职能部门", "战线", "单位",
)  # fmt: skip
"""What makes an organ of a bare field: 卫健 + 部门."""

_FALSE_FRIENDS = (
    "教育部署", "教育局限", "办公安", "跨部门", "政府采购", "政府债", "政府工作报告", "政府投资", "政府主导", "政府专项",
    "市场主体活力", "企业家", "群众路线", "群众性", "群众身边", "组织领导", "领导责任", "领导体制", "领导机制", "领导作用",
    "领导下", "领导包", "社区矫正", "社区团购", "社区传播", "村规民约", "村容", "农村公路", "农村牧区工作会议", "机关作风",
    "党员大会", "党委会", "地方标准", "地方性", "地方债", "人员密集", "人员伤亡", "人员流动", "人员力量", "人员信息",
    "人员名单", "人员聚集", "单位面积", "单位产品", "物业管理", "旅游景区评", "网格化", "平台建设", "班子建设", "支部建设",
    "党组织建设", "党支部建设", "干部作风", "干部队伍", "人才队伍", "队伍建设", "专家指导", "企业复工", "企业开工", "学校开学",
    "专业技术人员", "农业企业化", "市县两级党委", "街道路面", "全市县域", "县域", "市域", "区域", "省域", "网络平台化", "校园安全",
    "校园周边", "校园文化", "校园欺凌", "公安全", "家庭教育", "家庭作业", "家庭经济", "个体工商户登记", "市民热线", "联席会议制度",
    "工会法", "第一责任人", "主要责任人", "直接责任人", "首要责任人", "责任人", "属地责任", "属地管理", "属地原则", "属地属事", "部门责任人", "公共场所", "人民政府令", "农民工", "银行卡", "当地实际", "地方立法", "机关党建", "当事人员", "产业园区化",
)  # fmt: skip
"""Words that contain an alias and are no name; the longest match from the left wins, so each shields what it covers."""

_PREFIX = re.compile(
    "(?:各级各类|各级|各类|各个|各有关|各相关|各|有关|相关|所有|全体|广大|每个|每名|每位|每一[名位个]|一线|基层|属地|当地|地方"
    "|其他|[市县省区乡村镇旗州]级|[市县省区州旗]直|直属|所属|驻[市县区镇]|国务院|中央|国家|自治区|政府|党委|同级|两级|三级|党政"
    "|(?<![全我本社园城地山辖灾疫该两各小])[省市县区旗镇乡村校]委?|责任|牵头|行业|业务|专业|职能|重点|项目|现场|值班|安全|(?<!、)在建){1,4}$"
)
"""Words before an alias that belong to the name: 各级 + 安监部门, 县 + 纪委监委."""

_JOIN = re.compile("(?:、|以及|及其|和|及|或|特别是|尤其是|，特别是|，尤其是)")
_BREAK = re.compile("[，。；：！？、“”（）《》\n]|[的了着把被将对向要应须在从是为由请使让给等加强到按据有做抓与如凡]|警示|要求|发现|全(?=[市县省区旗州镇乡])|(?<=[全我本])[市县省区旗州镇乡国]|督促|指导|引导|组织|成立|落实|压实")
_TAIL = re.compile(
    "等(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})?[个家名类]?(?:(?!要|应|须|的|将)[一-鿿]){0,10}?"
    "(?:部门|单位|机构|地区|场所|行业|企业|组织|人员|干部|系统|主体|力量|部位|街道|乡镇|镇街|区、县（市）|县（市、区）|县区|县市|[县区市镇村])"
    "|等(?=要|应|须|负责|，|（)"
)
_ASIDE = re.compile("（(?:以下)?(?:简称|含|包括|不含)[^（）\n]{1,40}）|（[市县区镇街道办事处园旗乡村社、]{1,12}）|“两委”")
_UNKNOWN = re.compile(
    "[、和及](?P<name>[县市区旗乡镇村组](?=[、和及要都应须等，])|(?:(?![要应须将把对的为在是])[一-鿿]){2,9}?(?:局|委|办|中心|部门|公司|专班|指挥部|小组|支队|大队|银行|协会|机构|单位|站|组|员|长))"
    "(?=[、和及等要应须，）]|负责|牵头)"
)


@cache
def entries() -> dict[str, Entry]:
    """The directory: alias to entry, as `rules/parties.csv` holds it, with the organs of the bare fields.

    >>> entries()["卫健部门"].canonical
    '卫生健康委员会'
    """
    out: dict[str, Entry] = {}
    with files("extractor").joinpath("rules/parties.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for alias in row["aliases"].split("|"):
                bare = row["type"] == "department" and not _ORGAN_END.search(alias)
                out[alias] = Entry(row["canonical"], row["type"], bare)  # type: ignore[arg-type]
    for alias, entry in [*out.items()]:
        if entry.bare:
            for end in _ORGAN_OF_FIELD:
                out.setdefault(alias + end, Entry(entry.canonical, entry.type))
    return out


@cache
def _automaton() -> tuple[AhoCorasick, tuple[Entry | None, ...]]:
    """The automaton over all aliases and false friends, and what each pattern stands for (None: no name)."""
    table: dict[str, Entry | None] = {**entries(), **dict.fromkeys(_FALSE_FRIENDS)}
    return AhoCorasick([*table], matchkind=MatchKind.LeftmostLongest), tuple(table.values())


_ENDINGS: tuple[tuple[str, PartyType], ...] = (
    ("领导小组|指挥部|专班|委员会|办公室|联席会议|小组|组|办|工作队|队伍|队", "body"),
    ("负责人|负责同志|责任人|领导|书记|主任|局长|主席|干部|工作人员|同志|员|长|师|医生|老师", "post"),
    ("公司|集团|学校|医院|中学|小学|大学|企业|银行|机构|协会|合作社|院|校|厂|店|馆|园|所|站|商|方|场|户", "institution"),
    ("乡|镇|街道|社区|村|县|市|区|旗|州|省|管委会|人民政府|政府", "territory"),
    ("局|委|厅|部|科|处|室|中心|系统|部门|机关|单位|会|社|联|支队|大队|总队", "department"),
    ("群众|居民|村民|人员|者|朋友", "public"),
)  # fmt: skip
_ENDING = re.compile("(?:" + "|".join(f"(?P<{kind}>{ends})" for ends, kind in _ENDINGS) + ")$")


def look_up(name: str) -> Entry:
    """The entry of a name known to be one: from the directory, else by its ending, else a department.

    >>> look_up("县畜禽中心").type, look_up("市卫健委").canonical
    ('department', '卫生健康委员会')
    """
    table = entries()
    for cut in range(min(len(name) - 1, 8)):
        if found := table.get(name[cut:]):
            return found
    m = _ENDING.search(name)
    return Entry(normal(name), m.lastgroup if m else "department")  # type: ignore[arg-type]


def normal(name: str) -> str:
    """A name as said, without brackets' fillings and quotes: 各乡镇（街道） -> 各乡镇（街道）."""
    return name.replace("“", "").replace("”", "")


def hits(text: str) -> list[tuple[int, int, Entry]]:
    """Every alias in the text with its entry, half-open offsets, in order, none overlapping."""
    automaton, stands_for = _automaton()
    out = []
    for i, start, end in automaton.find_matches_as_indexes(text):
        entry = stands_for[i]
        if entry is not None:
            out.append((start, end, entry))
    return out


def names(text: str, start: int, found: Iterable[tuple[int, int, Entry]]) -> list[Name]:
    """The names in a sentence that begins at ``start``: aliases with the words before them that belong to the name,
    and an alias right behind another as one name (``各乡镇`` + ``党委书记``)."""
    out: list[Name] = []
    floor = start
    for a, b, entry in found:
        prefix = _PREFIX.search(text, max(floor, a - 14), a)
        at = prefix.start() if prefix else a
        name = Name(at, b, entry.canonical, entry.type, entry.bare and at == a)
        if out and out[-1].end == at and (whole := _merged(text, out[-1], name)):
            out[-1] = whole
        else:
            out.append(name)
        floor = b
    return out


def _merged(text: str, first: Name, second: Name) -> Name | None:
    """Two adjacent names as one, or None when they stay two."""
    if text[second.start] == "各":
        return Name(first.start, second.end, normal(text[first.start : second.end]), "all")
    if second.bare or first.type in ("post", "public") or (first.bare and second.type == "department"):
        return None
    if first.type == second.type == "territory":
        return None
    if first.type == "body" and second.canonical == "办公室":
        return Name(first.start, second.end, normal(text[first.start : second.end]), "body")
    return Name(first.start, second.end, second.canonical, second.type)


def groups(text: str, end: int, found: Sequence[Name]) -> list[Group]:
    """The names of a sentence that ends at ``end``, joined to groups."""
    out: list[Group] = []
    i = 0
    while i < len(found):
        members = [found[i]]
        stop = _aside(text, found[i].end, end)
        i += 1
        while True:
            if i < len(found) and (at := _joins(text, stop, found[i])) is not None:
                members.append(replace(found[i], start=at))
                stop = _aside(text, found[i].end, end)
                i += 1
            elif (other := _UNKNOWN.match(text, stop, end)) and len(members) < 40:
                a, b = other.span("name")
                entry = look_up(text[a:b])
                members.append(Name(a, b, entry.canonical, entry.type))
                stop = b
                while i < len(found) and found[i].start < stop:
                    i += 1
            else:
                break
        tail = _TAIL.match(text, stop, end)
        if tail:
            stop = tail.end()
            while i < len(found) and found[i].start < stop:
                i += 1
        while i < len(found) and found[i].start < stop:
            i += 1
        out.append(Group(members[0].start, stop, tuple(members), tail is None and all(n.bare for n in members)))
    return out


def _aside(text: str, at: int, end: int) -> int:
    """The end of a bracket at ``at`` that explains the name before it."""
    m = _ASIDE.match(text, at, end)
    return m.end() if m else at


def _joins(text: str, stop: int, name: Name) -> int | None:
    """Where ``name`` begins as a further member of the group that reaches to ``stop``; None when it is no member."""
    join = _JOIN.match(text, stop)
    at = join.end() if join else stop
    if at == name.start:
        return at if join or name.type == "department" else None
    if join and 0 < name.start - at <= 8 and not _BREAK.search(text, at, name.start):
        return at
    return None


def widened(text: str, floor: int, name: Name) -> Name:
    """The name with the modifier before it that identifies it (``铁路运输`` + ``企业``), not beyond ``floor``."""
    lo = max(floor, name.start - 24)
    at = lo
    for m in _BREAK.finditer(text, lo, name.start):
        at = m.end()
    return replace(name, start=at) if at < name.start else name
