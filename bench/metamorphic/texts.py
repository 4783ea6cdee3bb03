"""Speeches made from templates: the same seed gives the same speech.

A speech is a list of pieces. Every piece has a key that stays the same under a mutation, so that places in the
original and in the mutated text can be compared; parties, deadlines, markers and line breaks are pieces of their own.
"""

# Each Chinese character counts as two columns; the phrases are data.
# ruff: noqa: E501
from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["words", "party", "deadline", "marker", "break", "noise"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a speech.

    ``key`` names its place, -1 for noise; ``at`` is where this stretch begins in the piece of that key (a piece that
    noise cuts in two is two stretches with one key). ``value`` is what the words stand for: the class of a party or
    deadline, or the style, number and list of a marker.
    """

    text: str
    kind: Kind
    key: int
    at: int = 0
    value: tuple[str, int, int] = ("", 0, 0)


Speech = tuple[Piece, ...]


def raw(speech: Speech) -> str:
    """The speech as a text."""
    return "".join(p.text for p in speech)


# Names of one class can stand for one another in every template.
PARTIES: dict[str, tuple[str, ...]] = {
    "department": (
        "县教育局", "县水利局", "县应急管理局", "县住建局", "县交通运输局", "县农业农村局", "县市场监管局", "县公安局", "县财政局",
        "县卫健局", "县民政局", "县自然资源局", "县文旅局", "县林业局", "县工信局", "县发改局", "县商务局", "县人社局", "县统计局", "县司法局",
    ),
    "system": (
        "卫健部门", "应急部门", "教育部门", "公安部门", "交通部门", "住建部门", "水利部门", "民政部门", "财政部门", "林业部门",
        "市场监管部门", "农业农村部门", "自然资源部门", "文旅部门", "宣传部门", "商务部门",
    ),
    "territory": ("各乡镇", "各街道", "各镇", "各社区", "各村", "各县（市、区）", "各乡镇（街道）"),
    "institution": ("各学校", "各企业", "各医院", "各物业公司", "各施工企业"),
    "post": ("主要领导", "分管领导", "党政主要负责人", "村党支部书记", "网格员", "包村干部"),
    "all": ("各级各部门", "各单位", "各级党组织", "各地各部门"),
}  # fmt: skip

DEADLINES: dict[str, tuple[str, ...]] = {
    "by": (
        "6月底前", "9月20日前", "4月15日前", "5月10日18时前", "年底前", "本周五前", "下周三前", "本月底前", "10月31日前", "8月中旬前",
        "下月5日前", "今年年底前", "三季度末前", "月底前", "2022年7月1日前", "4月10日之前",
    ),
    "within": ("3日内", "24小时内", "一周内", "5个工作日内", "48小时内", "三天内", "10日内", "一个月内", "两周内", "半个月内"),
    "recurring": ("每日", "每周", "每月", "每天", "每季度"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A field of work: what is done in it, in clauses that fit every template."""

    name: str
    heads: tuple[str, ...]
    acts: tuple[str, ...]
    tasks: tuple[str, ...]
    bans: tuple[str, ...]
    told: tuple[str, ...]
    problems: tuple[str, ...]


FIELDS: tuple[Field, ...] = (
    Field(
        "安全生产",
        ("提高思想认识", "深入开展隐患排查整治", "压实安全生产责任", "严格值班值守"),
        ("加强重点场所巡查", "对隐患逐条登记造册", "开展有限空间专项检查", "完善应急预案", "落实动火作业审批制度", "组织一次全员培训", "把检查结果录入台账"),
        ("完成危化品企业排查", "完成重大隐患整改", "报送自查报告", "建立隐患清单"),
        ("违章指挥、冒险作业", "带病运行", "瞒报、迟报事故"),
        ("今年以来，全县发生生产安全事故3起，同比下降40%", "上个月，全县检查企业126家次，发现隐患218处", "刚才，应急管理局通报了有关情况"),
        ("个别企业主体责任没有落实", "部分行业领域隐患依然较多", "有的同志还存在侥幸心理"),
    ),
    Field(
        "防汛",
        ("抓好隐患排查", "强化预警响应", "备足抢险物资", "做好群众转移"),
        ("加密水库巡查频次", "对低洼地段逐户核查", "备足沙袋、编织袋和冲锋舟", "完善转移避险预案", "落实24小时值班制度", "组织开展实战演练", "把预警信息传达到户"),
        ("完成河道清障", "完成病险水库除险加固", "报送物资清单", "建立转移人员台账"),
        ("擅自离岗", "超汛限水位蓄水", "迟报、漏报险情"),
        ("入汛以来，全县平均降雨量比常年偏多两成", "昨天夜里，青河水位上涨了0.6米", "前期，水利局对12座水库进行了检查"),
        ("一些地方河道淤积严重", "个别水库值守人员不足", "部分群众防范意识淡薄"),
    ),
    Field(
        "森林防火",
        ("广泛宣传发动", "严控野外火源", "加强队伍建设", "严肃追责问责"),
        ("加强进山路口检查", "对祭扫点逐一登记", "开展林区输电线路排查", "完善扑火预案", "落实护林员包片制度", "组织扑火队集中训练", "把防火知识送到农户"),
        ("完成隔离带清理", "完成林缘可燃物清除", "报送巡查记录", "建立重点人员清单"),
        ("携带火种进山", "焚烧秸秆", "在林区吸烟"),
        ("去冬以来，全县降水偏少，林下可燃物明显增多", "3月2日，北坡林场发生一起火情，已经扑灭", "去年全县没有发生较大森林火灾"),
        ("少数护林员巡山不到位", "个别地方火源管控存在漏洞", "部分扑火装备老化"),
    ),
    Field(
        "教育",
        ("加强校园安全管理", "落实双减要求", "改善办学条件", "建强教师队伍"),
        ("加强食堂日常检查", "对校车逐辆核验", "开展校舍安全排查", "完善课后服务方案", "落实值班护校制度", "组织教师全员轮训", "把家访情况记入档案"),
        ("完成校舍维修改造", "完成招生工作方案", "报送学位缺口数据", "建立留守儿童台账"),
        ("违规补课", "超标准收费", "体罚学生"),
        ("本学期，全县在校学生达到4.2万人", "上周，督导组走访了18所学校", "近年来，我县办学条件得到明显改善"),
        ("部分学校大班额问题突出", "有的学校食堂管理不规范", "乡村教师力量不足"),
    ),
    Field(
        "项目建设",
        ("加快项目进度", "强化要素保障", "提升服务质效", "严把工程质量"),
        ("加快土地报批进度", "对滞后项目逐个会诊", "开展项目前期手续清查", "完善联合审批流程", "落实领导包联制度", "组织项目现场观摩", "把工期倒排到周"),
        ("完成征地拆迁扫尾", "完成标准厂房主体工程", "报送项目进度表", "建立问题清单"),
        ("未批先建", "拖欠农民工工资", "虚报投资数据"),
        ("一季度，全县完成固定资产投资18.6亿元，同比增长9.2%", "目前，36个重点项目已经开工31个", "刚才，大家看了四个项目现场"),
        ("有的项目进度缓慢", "个别单位服务意识不强", "部分项目资金缺口较大"),
    ),
    Field(
        "企业服务",
        ("优化营商环境", "帮助企业纾困解难", "保障用工需求", "规范涉企执法"),
        ("加强企业用工对接", "对停产企业逐户走访", "开展惠企政策宣讲", "完善诉求办理机制", "落实首问负责制", "组织银企对接活动", "把政策清单送到企业"),
        ("完成惠企资金兑付", "完成账款清欠工作", "报送企业诉求清单", "建立帮扶台账"),
        ("吃拿卡要", "随意停限产", "重复检查"),
        ("上半年，全县新增市场主体2300户", "截至目前，已为企业减免税费1.1亿元", "前不久，县里召开了企业家座谈会"),
        ("一些企业反映融资难", "个别窗口办事效率不高", "部分政策兑现较慢"),
    ),
    Field(
        "疫情防控",
        ("压实四方责任", "严格重点人员管理", "加快疫苗接种", "做好物资储备"),
        ("加强重点场所扫码查验", "对返乡人员逐人登记", "开展流调溯源演练", "完善集中隔离点设置方案", "落实医院预检分诊制度", "组织采样人员培训", "把提示信息发到小区"),
        ("完成核酸采样点布设", "完成老年人接种摸底", "报送物资储备情况", "建立重点人员台账"),
        ("瞒报行程", "擅自举办聚集性活动", "层层加码"),
        ("3月以来，全国多地发生聚集性疫情", "截至3月9日24时，全县累计接种疫苗31.5万剂次", "昨天，指挥部召开了第十七次会议"),
        ("有的卡口查验流于形式", "部分群众出现麻痹思想", "个别社区底数不清"),
    ),
    Field(
        "信访",
        ("畅通信访渠道", "攻坚积案化解", "规范信访秩序", "压实化解责任"),
        ("加强初信初访办理", "对积案逐件会商", "开展矛盾纠纷大排查", "完善领导接访制度", "落实包案化解责任", "组织律师参与接访", "把答复意见送到信访人"),
        ("完成积案清零", "完成重点人员走访", "报送化解进展", "建立包案清单"),
        ("推诿扯皮", "拦卡堵截正常上访", "弄虚作假"),
        ("今年以来，全县信访总量同比下降12%", "去年交办的48件积案已化解41件", "刚才，信访局通报了前两个月的情况"),
        ("少数单位初访办理质量不高", "有的案件久拖不决", "个别干部方法简单"),
    ),
)

_OPENINGS = ("同志们：", "各位领导，同志们：", "")
_TITLES = ("在全县{name}工作会议上的讲话", "在{name}工作推进会上的讲话", "关于做好近期{name}工作的通知")
_LEADS = ("下面，我讲{n}点意见。", "就做好下一步{name}工作，我强调{n}点：", "要重点抓好以下{n}项工作。", "现就有关事项通知如下：")
_INLINE_LEADS = ("要做到以下几点：", "会议要求，要抓好以下工作：", "具体要做到：", "重点抓好三件事：")
_CHINESE = "零一二三四五六七八九十"
# Templates: <party class> and <deadline class> are slots; the rest are lists of the field.
_ORDERS = (
    "<department>要{act}，{act}。",
    "<system>要{act}，<deadline:by>{task}。",
    "<territory>要{act}，{act}，确保不留死角。",
    "<all>务必<deadline:by>{task}。",
    "由<department>牵头，<department>、<system>配合，<deadline:by>{task}。",
    "<institution>必须{act}。",
    "<post>要靠前指挥，{act}。",
    "对发现的问题，<department>要在<deadline:within>处理到位。",
    "要{act}，{act}，{act}。",
    "进一步{act}，<deadline:by>{task}。",
    "严禁{ban}。",
    "<territory>不得{ban}。",
    "<deadline:recurring>由<system>通报进展情况。",
    "{act}（<department>牵头，<department>配合，<deadline:by>完成）。",
)
_BARE = ("{act}，{act}", "{act}，<deadline:by>{task}", "{act}", "严格管理，{act}，确保落到实处", "{task}，{act}")
_TOLD = ("{told}。", "{problem}，需要引起高度重视。", "{problem}，{problem}。")
_SLOT = re.compile(r"<(?:deadline:)?([a-z]+)>|\{(act|task|ban|told|problem)\}")


def _organ(party: str) -> str:
    """What 县水利局 and 水利部门 have in common: one sentence names an organ once."""
    return re.sub("^县|局$|部门$", "", party)


class _Writer:
    """Puts pieces together, giving each its key."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.field = self.dice.choice(FIELDS)
        self.pieces: list[Piece] = []
        self.lists = 0
        self._parties: dict[str, list[str]] = {}
        for name, pool in PARTIES.items():
            chosen = list(pool)
            self.dice.shuffle(chosen)
            self._parties[name] = chosen[: max(2, len(pool) // 2)]  # the other half is what names are changed to
        self._lines: dict[str, list[str]] = {}

    def add(self, text: str, kind: Kind = "words", value: tuple[str, int, int] = ("", 0, 0)) -> None:
        if text:
            self.pieces.append(Piece(text, kind, len(self.pieces), 0, value))

    def break_line(self) -> None:
        self.add("\n", "break")

    def _phrase(self, name: str) -> str:
        """A phrase of the field; none comes twice before all have come."""
        left = self._lines.setdefault(name, [])
        if not left:
            lists = {"act": "acts", "task": "tasks", "ban": "bans", "told": "told", "problem": "problems"}
            left.extend(getattr(self.field, lists[name]))
            self.dice.shuffle(left)
        return left.pop()

    def say(self, template: str) -> None:
        """A sentence: the template with its slots filled."""
        at = 0
        used: set[str] = set()
        for m in _SLOT.finditer(template):
            self.add(template[at : m.start()])
            at = m.end()
            if m.group(2):
                self.add(self._phrase(m.group(2)))
                continue
            name = m.group(1)
            if name in DEADLINES:
                self.add(self.dice.choice(DEADLINES[name]), "deadline", (name, 0, 0))
            else:
                choice = self.dice.choice([p for p in self._parties[name] if _organ(p) not in used])
                used.add(_organ(choice))
                self.add(choice, "party", (name, 0, 0))
        self.add(template[at:])

    def marker(self, style: str, number: int, of: int) -> None:
        self.add(marked(style, number), "marker", (style, number, of))

    def new_list(self) -> int:
        self.lists += 1
        return self.lists


def marked(style: str, number: int) -> str:
    """The marker of a style: 一、 （一） 1. 一是 一要 第一，"""
    word = _CHINESE[number]
    return {
        "chapter": f"{word}、", "section": f"（{word}）", "arabic": f"{number}.", "shi": f"{word}是", "yao": f"{word}要",
        "di": f"第{word}，",
    }[style]  # fmt: skip


def speech(seed: int) -> Speech:
    """A speech of 200 to 1,500 characters with a heading, background, points and inline lists."""
    w = _Writer(seed)
    dice = w.dice
    if dice.random() < 0.7:
        w.add(dice.choice(_TITLES).format(name=w.field.name))
        w.break_line()
    opening = dice.choice(_OPENINGS)
    if opening:
        w.add(opening)
        w.break_line()
    points = dice.randint(2, 4)
    for _ in range(dice.randint(1, 3)):
        w.say(dice.choice(_TOLD))
    if dice.random() < 0.5:
        w.break_line()
    w.add(dice.choice(_LEADS).format(n=_CHINESE[points], name=w.field.name))
    w.break_line()
    outer = w.new_list()
    heads = list(w.field.heads)
    dice.shuffle(heads)
    for n in range(1, points + 1):
        w.marker("chapter", n, outer)
        w.add(heads[n - 1])
        if dice.random() < 0.6:
            w.break_line()
        else:
            w.add("。")
        _body(w)
        w.break_line()
    if dice.random() < 0.5:
        w.say(dice.choice(("同志们，做好这项工作责任重大、使命光荣。", "{told}。")))
    elif w.pieces[-1].kind == "break":
        w.pieces.pop()
    return tuple(w.pieces)


def _body(w: _Writer) -> None:
    """What stands under a heading: sentences, a list inside the paragraph, or points on lines of their own."""
    dice = w.dice
    kind = dice.random()
    if kind < 0.4:
        if dice.random() < 0.35:
            w.say(dice.choice(_TOLD))
        for _ in range(dice.randint(2, 4)):
            w.say(dice.choice(_ORDERS))
    elif kind < 0.75:
        w.add(dice.choice(_INLINE_LEADS))
        here = w.new_list()
        count = dice.randint(2, 4)
        for n in range(1, count + 1):
            w.marker("shi", n, here)
            w.say(dice.choice(_BARE) + ("。" if n == count else "；"))
    else:
        here = w.new_list()
        count = dice.randint(2, 3)
        if dice.random() < 0.5:
            w.say(dice.choice(_ORDERS))
            w.break_line()
        for n in range(1, count + 1):
            w.marker("section", n, here)
            w.say(dice.choice(_BARE) + "。")
            if dice.random() < 0.5:
                w.say(dice.choice(_ORDERS))
            if n < count:
                w.break_line()


def changed(piece: Piece, text: str) -> Piece:
    """The piece with other words in the same place."""
    return replace(piece, text=text)
