"""The directory of organs, posts and groups: finds their names in a text and gives each its canonical form and type."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, MatchKind

from extractor.rules.actions import ADVERBS, GOVERNING, VERBS
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
    ".(?:局|委|办|厅|部|院|系统|部门|机关|中心|单位|机构|室|所|站|队|会|组织|警方|社|台|馆|协|联|处|科|段|团|军区|团体|民兵|武警|各.{1,8})$"
)
"""How the name of an organ ends; the other aliases of a department are bare fields of work."""

_PLAIN_ORGANS = frozenset({"部门", "机关", "科室", "处室", "班组", "警方", "法院", "政协", "人大"})
_BARE_FIRMS = frozenset({"供水", "供气", "燃气", "供热", "自来水"})
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
    "工会法", "个人防护", "个人信息", "个人卫生", "城市局", "县局部", "同志们", "第一责任人", "主要责任人", "直接责任人", "首要责任人", "责任人", "属地责任", "属地管理", "属地原则", "属地属事", "部门责任人", "公共场所", "人民政府令", "农民工", "银行卡", "当地实际", "地方立法", "机关党建", "当事人员", "产业园区化",
)  # fmt: skip
"""Words that contain an alias and are no name; the longest match from the left wins, so each shields what it covers."""

_PREFIX = re.compile(
    "(?:[一-鿿]{0,8}来（返）[一-鿿A-Z]{0,3}"
    "|(?:各级各类|各级|各类|各个|各位|各有关|各相关|各|有关|相关|所有|全体|广大|每个|每名|每位|每一名|每一位|每一个|一线|基层|属地|当地|地方"
    "|其他|[市县省区乡村镇旗州]级|[市县省区州旗]直|直属|所属|驻[市县区镇]|国务院|中央|国家|自治区|政府|党委|同级|两级|三级|党政"
    "|(?<![全我本社园城地山辖灾疫该两各小分])(?:[省市县区旗州镇乡村]委|[省市县区旗州镇乡村校局院])"
    "|行业|业务|专业|职能|重点|项目|现场|值班|安全|(?<!、)在建){1,4})$"
)
"""Words before an alias that belong to the name: 各级 + 安监部门, 县 + 纪委监委."""

_JOIN = re.compile("(?:、|以及|及其|和|及|或|特别是|尤其是|，特别是|，尤其是)")
_BREAK = re.compile(
    "要求|成立|落实好|落实|压实|目前|当前|同时|此外|今后|近期|期间|下一步|必要时|另外|因此|所以|其中|而且|任何(?!人|单位)|各地(?=[一-鿿])|明确|发挥好|发挥|履行|扛起|强调|指出|用好|会后|包括"
    "|一些|部分|个别|少数|有的|某些|有些|协同|参与|特别是|尤其是|但是|以及|勉励|希望|建议|责成|授权|严禁|禁止|委托|下设|简称|(?<=责任)(?![人区])|"
    + "|".join(GOVERNING)
    + "|全(?=[市县省区旗州镇乡])|(?<=[全我本])[市县省区旗州镇乡国校院]"
    "|[，。；：！？、“”（）《》…—•\n个的了着把被将对向要应须在从是为由请使让给等到|按据做抓如凡和及或须既与若则以并又也没不看跟可于此]"
)
"""Where the modifier of a name cannot reach across."""
_TRAVEL = re.compile("[来返外到访]|入境|接触|旅居|隔离|感染|密接|次密|风险|进入|就诊|购药|探视|流动|涉疫|发热")
"""What marks people as members of the public rather than staff."""
_WITHIN: dict[PartyType, frozenset[str]] = {
    "territory": frozenset({"个"}),
    "institution": frozenset({"个"}),
    "public": frozenset({"进入", "前往", "抵达", "离开", "途经"}),
    "body": frozenset({"培训", "教育", "检查", "监督", "服务", "保障", "协调", "指导", "推进", "安排"}),
}
"""Governing verbs that describe a name of this type: 进入商场人员, 校外培训治理专班."""
_ALSO_VERBS = frozenset({"组织", "宣传", "建设", "规划", "督查", "巡察", "监察", "检察", "教育", "应急", "统计", "审计", "绿化", "编制", "服务", "招商", "监管"})
"""Bare fields that are verbs or plain nouns when they stand alone."""
_VERBS_FIRST = frozenset({"组织", "教育", "服务", "建设", "规划"})
_MODIFIER = re.compile("(?:[0-9]{1,3}[户家个所名])?(?![个名家这那报送交经商更])[一-鿿（）]{1,20}$")
_ACTIONS = frozenset((*ADVERBS, *VERBS))
_TAIL = re.compile(
    "等(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})?[个家名类]?(?:[一-鿿]{1,8}的)?(?:(?!要|应|须|的|将)[一-鿿]){0,10}?"
    "(?:部门|单位|机构|地区|场所|行业(?=要|应|须|必须|，)|企业|组织|人员(?!密集|聚集)|干部|系统|主体|力量|部位|工作组|专班|小组|街道|乡镇|镇街|区、县（市）|县（市、区）|县区|县市|[县区市镇村])"
    "|等(?=要|应|须|负责|，|（)"
)
_REST = re.compile("[一-鿿]{1,6}?(?=等[^，。；的]{0,6}(?:部门|单位|企业|机构))")
"""The rest of a name of which the directory knows the beginning: 石油 + 天然气管道."""
_ASIDE = re.compile("（(?:以下)?(?:简称|含|包括|不含)[^（）\n]{1,40}）|（[市县区镇街道办事处园旗乡村社、]{1,12}）|“两委”")
_ORGAN = (
    "(?:(?![要应须将把对的为在是到向和及由请以个])[一-鿿]){1,10}?"
    "(?:局|委|办|厅|(?<![内外全大局干一东西南北中总])部|(?<![好难用到各短长])处|科(?<!专科)(?<!百科)(?<![^医]学科)|室|组|站|(?<![场住厕])所(?![在有属需])"
    "|院|队|中心|公路段|工务段|公司|集团|系|仓|镇|乡|村|部门|专班|指挥部|支队|大队|总队|银行|协会|机构|单位|矿井|学院|党组|总工|员|(?<=[一-鿿][一-鿿])人(?!均)(?<!个人)(?<!每人)(?<!何人)(?<!工人)(?<!老人)|[馆店厂吧]|户(?<![门账客用窗入逐到])"
    "|商(?<![协招营经电])|师|生(?<![民卫发产学再滋])|工(?<![施开复动竣加职化分停返用务])|长(?<![增延成生家特]))"
)
"""A name the directory does not know, by its ending."""
_ACTING = (
    "(?:[要应须将把按对自于在凭也都均可、和及每各0-9]|负责|牵头|配合|协助|会同|一律|必须|不得|分别|主要|具体|逐|统一|组织|依法|制定|拿出|完成|做好|保证)"
)
"""What follows a name where it is a subject."""
_OPENING = re.compile(
    "(?:(?<=[，。；：！？（“|\n由])|^)(?!" + "|".join((*ADVERBS, *VERBS, *GOVERNING, "各项", "各种", "全[市县省区]", "我"))
    + f")(?P<name>{_ORGAN})(?={_ACTING})"
)
"""An unknown name at the head of a clause."""
_UNKNOWN = re.compile(
    f"[、和及](?P<name>[县市区旗乡镇村组](?=[、和及要都应须等，])|{_ORGAN}|(?:(?![要应须将把对的为在是])[一-鿿]){{2,9}}?长"
    "|(?:(?![要应须将把对的为在是等])[一-鿿]){2,10}(?=等[^，。；的]{0,6}(?:部门|单位|企业|机构|乡镇|街道|县区|地区)))"
    f"(?={_ACTING}|[，）等])"
)

_OFFICE = re.compile(
    "(?:(?![要应须将把对的为在是到向和及由请])[一-鿿]){0,5}?(?:局|办|室|科|处|站|所|中心|组|专班|大队|支队|段|委|厅|部|总站)"
    "(?=[要应须将把对按、，和及）等会一必不于每在自也都0-9|依]|负责|牵头|配合|协助|共同|[完组做制开严加定]|$)"
)


@cache
def entries() -> dict[str, Entry]:
    """The directory: alias to entry, as `rules/parties.csv` holds it, with the organs of the bare fields.

    >>> entries()["卫健部门"].canonical
    '卫生健康委员会'
    """
    out: dict[str, Entry] = {}
    rows = files("extractor").joinpath("rules/parties.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(rows):
        kind: PartyType = row["type"]  # type: ignore[assignment]
        for alias in row["aliases"].split("|"):
            organ = _ORGAN_END.search(alias) or alias in _PLAIN_ORGANS
            bare = (kind == "department" and not organ) or alias in _BARE_FIRMS
            out[alias] = Entry(row["canonical"], kind, bare)
        out.setdefault(row["canonical"], Entry(row["canonical"], kind))
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
    ("负责人|负责同志|责任人|人|领导|书记|主任|局长|主席|干部|工作人员|同志们|同志|员|长|师|医生|老师", "post"),
    ("公司|集团|学校|医院|中学|小学|大学|企业|银行|机构|协会|合作社|院|校|厂|店|馆|园|吧|商|方|场|户", "institution"),
    ("乡|镇|街道|社区|村|县|市|区|旗|州|省|管委会|人民政府|政府", "territory"),
    ("局|委|厅|部|科|处|室|所|站|中心|系统|部门|机关|单位|会|社|联|支队|大队|总队", "department"),
    ("群众|居民|村民|人员|者|朋友", "public"),
)  # fmt: skip
_ENDING = re.compile("(?:" + "|".join(f"(?P<{kind}>{ends})" for ends, kind in _ENDINGS) + ")$")


def look_up(name: str, otherwise: PartyType = "department") -> Entry:
    """The entry of a name known to be one: from the directory, else by its ending, else of the type ``otherwise``.

    >>> look_up("县畜禽中心").type, look_up("市卫健委").canonical
    ('department', '卫生健康委员会')
    """
    table = entries()
    if name.endswith("办公室") and name not in table and len(name) > 5 and look_up(name[:-3]).type == "body":
        return Entry(normal(name), "body")
    for cut in range(min(len(name) - 1, 8)):
        if found := table.get(name[cut:]):
            return replace(found, bare=False)
    m = _ENDING.search(name)
    return Entry(normal(name), m.lastgroup if m else otherwise)  # type: ignore[arg-type]


def normal(name: str) -> str:
    """A name as said, without brackets' fillings and quotes: 各乡镇（街道） -> 各乡镇（街道）."""
    return name.replace("“", "").replace("”", "")


Hit = tuple[int, int, Entry]


def hits(text: str) -> list[Hit]:
    """Every alias in the text with its entry, half-open offsets, in order, none overlapping."""
    automaton, stands_for = _automaton()
    out: list[Hit] = []
    for i, start, end in automaton.find_matches_as_indexes(text):
        entry = stands_for[i]
        if entry is not None:
            out.append((start, end, entry))
    return out


def _with_openings(text: str, start: int, end: int, found: Sequence[Hit]) -> list[Hit]:
    """The hits, and before them the unknown names at the head of a clause; a known name that ends alike wins."""
    out: list[Hit] = []
    i = 0
    for m in _OPENING.finditer(text, start, end):
        a, b = m.span("name")
        while i < len(found) and found[i][0] < a:
            out.append(found[i])
            i += 1
        inside = [h for h in found[i : i + 8] if h[0] < b]
        if (out and out[-1][1] > a) or any(h[1] >= b and not h[2].bare for h in inside):
            continue
        out.append((a, b, look_up(text[a:b])))
        i += len(inside)
    return [*out, *found[i:]]


def names(text: str, start: int, end: int, found: Sequence[Hit]) -> list[Name]:
    """The names in the sentence text[start:end]: aliases with the words before them that belong to the name,
    and an alias right behind another as one name (``各乡镇`` + ``党委书记``)."""
    out: list[Name] = []
    floor = start
    for a, b, entry in _with_openings(text, start, end, found):
        if a < floor:
            continue
        prefix = _PREFIX.search(text, max(floor, a - 14), a)
        at = prefix.start() if prefix else a
        name = Name(at, b, entry.canonical, entry.type, entry.bare and not (at < a and text[at] == "各"))
        name = _with_office(text, name)
        last = out[-1] if out else None
        word = last is not None and _within_word(text, last.start) and (len(out) < 2 or out[-2].end < last.start)
        if last and last.end == at and (whole := _merged(text, last, name, word)):
            out[-1] = whole
        elif last and _modifies(text, last, name, word) and 0 < at - last.end <= 12 and _plain(text, last.end, at):
            out[-1] = replace(name, start=last.start, canonical=normal(text[last.start : b]))
        else:
            out.append(name)
        floor = name.end
    return [_widened(text, start, out[i - 1].end if i else start, name) for i, name in enumerate(out)]


def _modifies(text: str, first: Name, second: Name, word: bool) -> bool:
    """Whether a name may begin the modifier of a later one: 铁路 + 沿线环境治理 + 联席会议, 重点地区 + 返岗 + 人员."""
    if first.bare:
        return not second.bare and (word or text[first.start : first.end] not in _ALSO_VERBS)
    return first.type == "territory" and text[first.start] not in "各每有相" and second.type in ("public", "institution")


def _within_word(text: str, at: int) -> bool:
    """Whether a Chinese character stands right before a place."""
    return at > 0 and "一" <= text[at - 1] <= "鿿"


def _with_office(text: str, name: Name) -> Name:
    """The name with the office behind it that the directory does not know: 市局 + 食品处, 民政 + 办."""
    if name.type not in ("department", "body") and name.canonical not in ("党组", "党委", "各地"):
        return name
    m = _OFFICE.match(text, name.end)
    if not m or (m.end() - name.end > 4 and not name.bare):
        return name
    whole = text[name.start : m.end()]
    body = name.type == "body" or m.group().endswith(("组", "专班"))
    return Name(name.start, m.end(), normal(whole), "body" if body else "department")


def _plain(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] may be a modifier: no mark, particle or verb that would end it."""
    return not _BREAK.search(text, start, end) and text[start : start + 2] not in _ACTIONS


def _widened(text: str, start: int, floor: int, name: Name) -> Name:
    """The name with the modifier before it that identifies it (``铁路运输`` + ``企业``), where that begins plainly."""
    if name.bare or (text[name.start] in "各每有相所" and name.canonical != "所有人"):
        return name
    lo = max(floor, name.start - 18)
    at = start if lo == start else -1
    for m in _BREAK.finditer(text, max(start, lo - 4), name.start):
        if m.end() >= lo and not m.group() in _WITHIN.get(name.type, ()):
            at = m.end()
    if not 0 <= at < name.start or name.canonical == "同志" or not _MODIFIER.match(text, at, name.start):
        return name
    if text[at : at + 2] in _ACTIONS:
        return name
    if name.canonical == "单位":
        return Name(at, name.end, normal(text[at : name.end]), "institution")
    if name.canonical == "人员" and not _TRAVEL.search(text, at, name.end):
        return Name(at, name.end, normal(text[at : name.end]), "post")
    if name.type == "post" and _TRAVEL.search(text, at, name.end):
        return Name(at, name.end, normal(text[at : name.end]), "public")
    said = name.type == "department" or name.canonical in ("主要领导", "分管领导")
    return replace(name, start=at, canonical=name.canonical if said else normal(text[at : name.end]))


def _merged(text: str, first: Name, second: Name, word: bool) -> Name | None:
    """Two adjacent names as one, or None when they stay two; ``word`` when the first only goes on a word (义务 + 教育)."""
    if text[second.start] == "各" and (first.type != second.type or second.type != "department"):
        return Name(first.start, second.end, normal(text[first.start : second.end]), "all")
    if second.bare and text[first.start : first.end] == "各级":
        return replace(second, start=first.start, bare=False)
    if second.canonical == "本人" and first.type == "public":
        return replace(first, end=second.end)
    verb = first.bare and not word and text[first.start : first.end] in _VERBS_FIRST
    if second.bare or verb or first.type in ("post", "public") or (first.bare and second.type == "department"):
        return None
    if first.type == second.type == "territory" and "政府" not in second.canonical:
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
            if i < len(found) and (at := _joins(text, stop, found[i], members[-1].bare)) is not None:
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
        if members[-1].bare and (rest := _REST.match(text, stop, end)):
            stop = rest.end()
            members[-1] = replace(members[-1], end=stop, bare=False, canonical=normal(text[members[-1].start : stop]))
        tail = _TAIL.match(text, stop, end)
        if tail:
            stop = tail.end()
            while i < len(found) and found[i].start < stop:
                i += 1
        while i < len(found) and found[i].start < stop:
            i += 1
        bare = tail is None and all(n.bare for n in members)
        if not bare or text[members[0].start : stop] not in _ALSO_VERBS:
            out.append(Group(members[0].start, stop, tuple(members), bare))
    return out


def _aside(text: str, at: int, end: int) -> int:
    """The end of a bracket at ``at`` that explains the name before it."""
    m = _ASIDE.match(text, at, end)
    return m.end() if m else at


def _joins(text: str, stop: int, name: Name, bare: bool) -> int | None:
    """Where ``name`` begins as a further member of the group that reaches to ``stop``; None when it is no member."""
    join = _JOIN.match(text, stop)
    at = join.end() if join else stop
    if at == name.start:
        return at if join or (name.type == "department" and bare) else None
    if join and 0 < name.start - at <= 8 and not _BREAK.search(text, at, name.start):
        return at
    return None
