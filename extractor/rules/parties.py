"""Where a sentence that tells somebody to act names who has to act.

The rules read a shadow of the text, in which each group of names is one sign: NAMES, or FIELDS when it is nothing but
fields of work (交通), which name organs only where the context is strict. So `由{NAMES}` is read as it is written,
whatever stands for it. Source: the annotation guidelines, section 3 and its settled cases.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from extractor import directory
from extractor.directory import Crosses, Group
from extractor.matcher import candidates
from extractor.rule import Match, Rule

ORGANS = "\ue000"
OTHERS = "\ue001"
FIELDS = "\ue002"
NAMES = f"[{ORGANS}{OTHERS}]"
_ANY = f"[{ORGANS}{OTHERS}{FIELDS}]"
_MODAL = (
    "(?:要(?![求点素害件闻职塞地道义强])|应(?![急对用邀届变试收付有])|须|需(?![求量])|必须|务必|不得|不准|不许|不能|决不能|绝不能|严禁"
    "|得(?=做|把|有|抓)|可(?![能靠行控])|将(?!军)|一律|负责(?!人|同志|制|领导)|牵头|承担|主责|负总责)"
)
_ADVERB = (
    "(?:既|之间|切实|严格|认真|积极|主动|及时|全面|进一步|充分|立即|第一时间|尽快|迅速|继续|持续|共同|相互|互相|密切|自觉|自行|坚决|全力|全程"
    "|具体|分别|统一|定期|随时|率先|深入|扎实|着力|高度|各自|逐一|逐级|每[日天周月]|平时|必要时|近期|同时|又|均|都|也|还|再|更|先|就|只|一定|正在|同样"
    "|抓紧|按时|如实|据实|依法|科学|合理|优先|重点|尽量|带头|亲自|精准|加快|提前|按期|不断|按规定|按要求|按职责|按照职责|即刻|马上|立刻|有序|真正|首先)"
)
_VERB = (
    "(?:[把将对按以在向为给从用抓做建管查盯到去让使每与找](?![象外])|同频|勠力|齐心|众志|按照|根据|依据|结合|围绕|针对|通过|利用|坚持|坚决|加强|强化|完善|健全|建立|制定|落实|做好|抓好"
    "|组织|开展|推进|推动|统筹|协调|协同|配合|协助|参与|支持|指导|督促|督导|监督|检查|督查|巡查|巡察|排查|摸排|核查|审核|审批|验收|考核|评估|监测|研判|分析"
    "|研究|拟定|起草|编制|修订|出台|发布|公布|公开|报送|上报|报告|汇报|报备|通报|反馈|汇总|提供|提交|提出|填报|登记|备案|承担|履行|担负|担当|担任|负起|扛起|压实"
    "|压紧|明确|细化|分解|确定|确保|保证|保障|提高|提升|增强|扩大|优化|创新|深化|巩固|维护|保护|防止|防范|化解|处置|处理|整改|整治|清理|清查|打击|查处|惩治|追究|追责"
    "|问责|约谈|宣传|引导|动员|发动|号召|带领|带动|带头|靠前|深入|下沉|包保|包联|包干|驻守|值守|值班|坚守|到岗|到位|到场|出动|前往|赶赴|联合|会同|联系|对接|沟通|衔接"
    "|转运|接返|接收|收治|救治|安排|部署|调度|调配|调整|采取|实施|实行|执行|遵守|服从|接受|配齐|配备|配强|储备|备足|采购|供应|投放|安装|设置|设立|成立|组建|抽调|选派|派出|派驻"
    "|安置|慰问|走访|入户|上门|了解|掌握|熟悉|学习|培训|领会|认识|树立|克服|摒弃|改进|转变|发挥|发扬|展开|启动|停止|暂停|关闭|封闭|佩戴|测量|检测|接种|预约|错峰|减少|避免|暂缓|返回|离开"
    "|居家|进行|给予|予以|落细|盯紧|紧盯|聚焦|突出|注意|注重|重视|关注|兼顾|同步|同向|齐抓|联动|互通|分工|牢固|保持|做到|做实|做细|抓实|抓细|拿出|找准|吃透|用好|用足|管好|守好|看好"
    "|具体负责|全权负责|负责|牵头|主抓|亲自|自行|自主|主动|积极|认真|切实|严格|及时|全面|进一步|充分|立即|尽快|迅速|继续|持续|共同|相互|密切|自觉|坚定|勇于|敢于|善于|清楚|清醒"
    "|分片|划片|分组|分批|分级|分类|逐[户村人项条级一]|每[日天周月季年]|第一时间|[0-9]{1,3}(?:小时|分钟|天|日)内|于[0-9本下今]|不(?:得|准|再|能|要|可)|未经|严禁|需要?|可以"
    "|牢牢|主要负责|拨付|筹措|兑现|发放|核发|办理|受理|回应|回复|答复|解决|解答|承接|签订|签字|填写|收集|整理|梳理|建档|造册|上传|录入|更新|归档|使用|操作|运行|养护|维修|抢修|修复|清扫|清运|消毒|消杀|通风|巡检|盘点|清点|留守"
    "|严守|严防|严控|严查|严把|管住|杜绝|禁止|依法|依规|自查|互查|抽查|核实|核对|复核|复查|跟踪|跟进|盯守|蹲点|驻点|现场|分头|分线|列出|列明|倒排|挂图|对照|对标|瞄准|谋划|策划|争取|申报|包装|招引|洽谈|服务|帮助|帮扶|扶持|救助|关爱|关心)"
)
_LIGHT = (
    "(?:同时|此外|另外|因此|所以|所以说|其中|特别是|尤其是|而且|并且|而|并|但|但是|然后|接下来|下一步|今后|目前|当前|近期|必要时|期间|这个|首先|其次|再次|最后|一方面|另一方面"
    "|原则上|包括|从现在起|会后|总之|为此|对此|在此基础上|全[省市县区旗州镇乡村国校院局]|我[省市县区旗州镇乡国校院局]|本[省市县区旗州镇乡校院局]|辖区内?|[县市镇乡村区]里的?|他?(?:强调|指出|要求|明确|表示|提出|指示)"
    "|各地|在全面摸底基础上|凡是?|所有|任何|如|像|还有|这里|那么|即|请|也|还|只有|务必)"
)
_EDGE = "(?:[，。；：！？“（）》…—\n•>]|^)"
_TARGET = (
    "督促", "指导", "引导", "组织", "动员", "发动", "鼓励", "支持", "帮助", "推动", "推进", "协助", "服务", "通知", "告知", "提醒",
    "教育", "约谈", "监督", "检查", "培训", "表扬", "通报", "保障", "带动", "促使", "协调", "邀请", "聘请", "抽调", "安排", "选派", "敦促",
    "激励", "警示", "发现", "促进", "扶持", "加强", "强化", "配合", "会同", "联合", "依托", "借助", "涉及", "针对", "对于", "倒逼", "责令", "便于", "方便", "选聘", "调动",
)  # fmt: skip
_TARGETS = "".join(f"(?<!{word}{NAMES})" for word in _TARGET) + f"(?<![对向给为把将被让使与同跟到在从经报送至于按据以]{NAMES})"
_OBJECT_FIRST = re.compile("(?:(?<![绝相面针])对(?![此照标口外策接应等])|针对|[将把给因除]|(?<![方导志])向|(?<![作成认行])为(?![此了])|由于)[^，。；：！？\n]{0,50}$")
_DUTY = "(?:责任|职责)(?![人书状田]|清单|意识|追究|感)"
_PART = f"(?:的[^，。；：{ORGANS}{OTHERS}\n]{{1,16}}?|牵头|主体|带头|骨干|主导|龙头|帮扶)(?:作用|功能|优势)"


def _unless_object(m: re.Match[str]) -> object:
    """No subject where a preposition before it in the clause governs it: 对不力的单位要问责."""
    at = m.start("span")
    lo = max(0, at - 50)
    clause = lo
    for mark in "，。；：！？\n":
        clause = max(clause, m.string.rfind(mark, lo, at) + 1)
    return None if clause < at and _OBJECT_FIRST.search(m.string, clause, at) else True


SUBJECT = Rule(
    "parties.subject", "主语后接要、应、须、必须、负责等",
    f"(?P<span>{NAMES}){_TARGETS}{_ADVERB}{{0,3}}{_MODAL}",
    yes=("[教育部门]要抓好校园防控。", "会议强调，[各乡镇（街道）]务必守土尽责。", "下一步，[县审计局]负责跟踪问效。"),
    no=("对工作不力的单位要严肃问责。", "要督促企业必须整改到位。", "加强对各部门要求落实情况的检查。"),
    build=_unless_object,
)  # fmt: skip
FIELD_SUBJECT = Rule(
    "parties.field-subject", "句首只说条线的主语",
    f"{_EDGE}{_LIGHT}{{0,2}}(?P<span>{FIELDS}){_ADVERB}{{0,2}}{_MODAL}",
    yes=("，[公安]要守好卡口。", "[应急]负责现场指挥。"),
    no=("交通安全要抓牢。", "要抓好教育，须臾不可放松。"),
)  # fmt: skip
DOER = Rule(
    "parties.doer", "句首主语后接动作",
    f"{_EDGE}{_LIGHT}{{0,3}}(?P<span>{NAMES}){_ADVERB}{{0,3}}{_VERB}",
    yes=("[财政局]做好资金保障。", "同时，[各村]组织党员入户走访。", "[企业]对职工逐人登记。"),
    no=("企业复工复产稳步推进。", "加快社区治理步伐。", "推动学校把责任落到班级。"),
    build=_unless_object,
)  # fmt: skip
DOER_NEXT = Rule(
    "parties.doer-next", "并列分句的主语后接动作",
    f"、(?P<span>{ORGANS}){_ADVERB}{{0,2}}{_VERB}",
    yes=("坚持政府找人、[卫健部门]接种。", "形成支部带头、[党员]带动的局面。"),
    no=("抓好检测、学校管理等工作。", "做好摸排、部门的衔接。"),
)  # fmt: skip
TOPIC = Rule(
    "parties.topic", "句首提出、逗号后接要求的主语",
    f"{_EDGE}{_LIGHT}{{0,2}}(?P<span>{NAMES})，(?:[^，。；：{ORGANS}{OTHERS}\n]{{1,30}}，)?{_ADVERB}{{0,2}}(?:要(?![求点])|必须|应(?![急对])|须|务必|一律|请)",
    yes=("[商场、超市]等场所，要落实限流措施。", "[返乡人员]，到家后，应主动报备。"),
    no=("加强对商场的检查，要不留死角。", "走访企业，要带着问题去。"),
    build=_unless_object,
)  # fmt: skip
WHEN = Rule(
    "parties.when", "主语与要求之间隔着时间或条件",
    f"{_EDGE}{_LIGHT}{{0,2}}(?P<span>{NAMES})[^，。；：的{ORGANS}{OTHERS}\n]{{1,16}}(?:前|后|时|期间|中|内|上|下)，?{_ADVERB}{{0,2}}{_MODAL}",
    yes=("[公众]出行前需了解目的地政策。", "[施工单位]在雨季施工期间，必须有人盯守。"),
    no=("企业发展要提速。", "村里的路修好后要管护。"),
)  # fmt: skip
WORK = Rule(
    "parties.work", "主语的工作要如何",
    f"{_EDGE}{_LIGHT}{{0,2}}(?:我们的)?(?P<span>{NAMES})(?:[一-鿿]{{2,8}}工作|责任心|思想|意识|作风)要",
    yes=("[各地区]排查摸底工作要抓实。", "[各部门]值班值守工作要到位。"),
    no=("疫苗接种工作要加快。", "要把工作要点印发下去，学校防控工作很重要。"),
)  # fmt: skip
BY = Rule(
    "parties.by", "由某单位办理",
    f"(?<![自理缘来事])由[一-鿿]{{0,10}}?(?P<span>{_ANY})(?!组成|引起|造成|引发|共同组成)",
    yes=("由[水利局]负责实施。", "具体由[乡镇]组织验收。"),
    no=("自由贸易区建设要提速。", "由于企业缺工，进度滞后。", "由此社区压力加大。"),
)  # fmt: skip
ASKED = Rule(
    "parties.asked", "请、要求、责成、授权、严禁某单位做",
    f"(?:(?<![邀申聘提报呈])请|(?<![按照的])要求|责成|授权|委托|责令|严禁|禁止|建议|勉励|希望|务请|指定)(?P<span>{NAMES})(?!的|备案|审批|批准|同意)",
    yes=("请[各单位]于月底前反馈。", "会议要求[各派出机构]严格落实责任。", "严禁[企业]私拉乱接。"),
    no=("邀请企业参加推介会。", "报请政府批准后实施。", "严禁在工地吸烟。"),
)  # fmt: skip
OWNER = Rule(
    "parties.owner", "压实、落实某方的责任",
    "(?:压实|落实|落细|压紧|靠实|扛起|扛牢|强化|明确|夯实|履行|担起|拧紧|担负起|压紧压实)[好了起]?"
    f"(?P<span>{NAMES})(?!带班|值班)的?(?:(?![，。；：])[一-鿿“”]){{0,10}}?{_DUTY}",
    yes=("切实压实[网格员]的排查责任。", "要落实[企业]主体责任。", "层层压紧[各级各部门]工作责任。"),
    no=("落实领导带班值班责任制。", "推动企业落实主体责任。", "落实学校防控经费。"),
)  # fmt: skip
OWNER_NEXT = Rule(
    "parties.owner-next", "并列的责任承担者",
    f"{_DUTY}[、和与及](?P<span>{NAMES})的?[一-鿿]{{0,8}}{_DUTY}",
    yes=("压实部门监管责任和[企业]主体责任。", "落实属地责任、[行业部门]主管责任。"),
    no=("厘清责任和企业边界。", "落实责任、保障企业用工。"),
)  # fmt: skip
PART = Rule(
    "parties.part", "发挥某方的作用",
    f"发挥好?(?P<span>{NAMES}){_PART}",
    yes=("充分发挥[党支部]的战斗堡垒作用。", "发挥好[主管部门]牵头作用。"),
    no=("发挥大数据的支撑作用。", "发挥企业优势产能。"),
)  # fmt: skip
PART_NEXT = Rule(
    "parties.part-next", "并列发挥作用的各方",
    f"(?:作用|功能|优势)[、和，](?P<span>{NAMES}){_PART}",
    yes=("发挥支部的堡垒作用、[党员]的先锋作用。", "发挥党组织的领导作用和[网格员]的前哨作用。"),
    no=("起到作用、企业满意。", "发挥作用，企业的劲头更足。"),
)  # fmt: skip
TOGETHER = Rule(
    "parties.together", "会同、联合、协同某单位",
    f"(?:会同|(?<![一-鿿])(?:协同|商)|联合)(?P<span>{_ANY})",
    yes=("市住建局要会同[有关部门]制定细则。", "教育局联合[市场监管局]开展检查。"),
    no=("各部门要协同推进。", "外商企业要报备。"),
)  # fmt: skip
CHAIR = Rule(
    "parties.chair", "以某人为组长",
    f"(?:[以由](?:[^，。；{ORGANS}{OTHERS}\n]{{0,8}})|、|，)(?P<span>{NAMES})(?:同志)?(?:为|任|担任|兼任)(?:副?{NAMES}|副?组长|副?指挥长|总指挥|召集人|副?主任|队长|总调度)",
    yes=("成立以[主要领导]为组长的专班。", "由[乡镇长]任指挥长。"),
    no=("以企业为主体推进创新。", "由主任讲评。"),
)  # fmt: skip
SET_UP = Rule(
    "parties.set-up", "成立专班并说明其任务",
    f"(?:成立|组建|设立|派出|派驻)[^，。；：{ORGANS}{OTHERS}\n]{{0,30}}(?P<span>{NAMES})，?{_ADVERB}{{0,2}}(?:统一|负责|督|{_VERB})",
    yes=("成立[联合督查组]，督进度、督质量。", "组建[工作专班]负责日常调度。"),
    no=("成立工作专班。", "设立专班的目的要讲清。"),
)  # fmt: skip
DEMAND = Rule(
    "parties.demand", "对某方提出要求",
    f"对(?P<span>{NAMES})(?:也|再)?(?:提出|作出|做出)(?:了)?(?:以下|如下|明确|具体)?(?:要求|规定)",
    yes=("对[企业员工]提出要求，实行分餐。", "《办法》对[商户]作出规定，每日消毒。"),
    no=("对企业提出表扬。", "对企业的诉求要回应。"),
)  # fmt: skip

SHADOW_RULES: tuple[Rule, ...] = (
    CHAIR, TOGETHER, ASKED, BY, DEMAND, OWNER, OWNER_NEXT, PART, PART_NEXT, SUBJECT, FIELD_SUBJECT, SET_UP, DOER, DOER_NEXT, TOPIC, WHEN, WORK,
)  # fmt: skip
"""In the order of precedence: the first rule that finds a group names it."""

_LABEL = "(?:单位|部门|领导|人|处室|科室|股室|主体)"
LIST = Rule(
    "parties.list", "责任单位、牵头单位、配合单位清单",
    f"(?P<label>责任|牵头|主办|承办|协办|配合|参与|参加|协同|实施|落实|督办|监督|督导|主责|包保|负责|牵头责任|配合责任){_LABEL}(?:及责任人)?：?"
    "(?<=：)(?P<span>(?:(?!(?:责任|牵头|配合|主办|协办|参与|督办|监督)(?:单位|部门|领导|人)|完成时限|完成时间|时限)[^；。：（）\n]){2,160})",
    yes=("责任单位：[县教育局、县财政局]", "（牵头单位：[市发改委]）", "配合单位：[各乡镇]；"),
    no=("责任单位要抓好落实。", "牵头单位：\n"),
)  # fmt: skip
BRACKET = Rule(
    "parties.bracket", "括号内的分工",
    "(?<=[（，；：])(?P<span>(?:(?!牵头|负责|配合|按职责|按照职责|协助|参与)[^（），；：。\n]){2,120})(?:同志)?"
    "(?P<label>按(?:照)?职责(?:分工)?(?:分别|共同)?负责|具体负责|分别负责|共同负责|牵头负责|牵头|负责|配合|协助|参与|具体落实|督导|督办)(?:落实|实施)?(?=[，；）]|$)",
    yes=("完善预案（[县应急局]牵头，各乡镇配合）。", "（县水利局牵头，[县财政局、各乡镇]按职责分工负责，6月底前完成）"),
    no=("县水利局牵头，各乡镇配合。", "（各部门要认真负责）"),
    build=lambda m: m["label"] if _open_bracket(m.string, m.start()) else None,
)  # fmt: skip
WHOEVER = Rule(
    "parties.whoever", "凡……的人自己要做的事",
    "(?<=[，。；：\n])凡是?(?P<span>[^，。；：\n]{2,50}的)，(?=(?:[^。；\n]{0,30}，)?(?:一律|暂缓|应(?!急|对)|须|要|必须|主动|请|立即|第一时间))",
    yes=("，凡是[去过中高风险地区的]，应主动报备。", "；凡[从外省返回的]，一律居家观察。"),
    no=("凡不报告的，将依法处理。", "，凡此种种，要引起重视。"),
)  # fmt: skip
TEXT_RULES: tuple[Rule, ...] = (LIST, BRACKET, WHOEVER)
"""Rules that read the text itself, for what they find need not be in the directory."""

RULES: tuple[Rule, ...] = (*TEXT_RULES, *SHADOW_RULES)


def _open_bracket(text: str, at: int) -> bool:
    """Whether the place lies in a bracket that opened in the last 200 characters."""
    return text.rfind("（", max(0, at - 200), at) > text.rfind("）", max(0, at - 200), at)


@dataclass(frozen=True, slots=True)
class Finding:
    """A group that has to act. ``before`` and ``after`` are its surroundings in the shadow, for the roles;
    ``label`` is the word of a list that gives the role (牵头), if any."""

    rule: str
    group: Group
    before: str
    after: str
    label: str = ""


def find(text: str, sentences: Sequence[tuple[int, int]], crosses: Crosses | None = None) -> list[list[Finding]]:
    """What the rules find in each sentence [start, end) of the text, in text order, no two on one place.

    A sentence that only continues the line before it (a hard-wrapped paragraph) does not begin a clause.
    ``crosses`` may veto a bare field of work that the segmenter sees as part of a longer word.
    """
    hits = directory.hits(text)
    starts = [h[0] for h in hits]
    pieces: list[str] = []
    places: dict[int, tuple[int, Group]] = {}
    size = 0
    out: list[list[Finding]] = []
    for k, (start, end) in enumerate(sentences):
        lists = _lists(text, start, end)
        out.append(lists)
        pieces.append(_SEAM if _continues(text, start) else "\n")
        size += 1
        at = start
        lo, hi = bisect_right(starts, start - 1), bisect_right(starts, end - 1)
        found = directory.names(text, start, hits[lo:hi])
        for group in directory.groups(text, end, found):
            if any(group.start < f.group.end and f.group.start < group.end for f in lists):
                continue
            pieces.append(text[at : group.start])
            pieces.append(_sign(text, group))
            size += group.start - at
            places[size] = (k, group)
            size += 1
            at = group.end
        pieces.append(text[at:end])
        size += end - at
    shadow = "".join(pieces)
    seen: set[int] = set()
    for rule in SHADOW_RULES:
        for m in candidates((rule,), shadow):
            if m.start in seen:
                continue
            k, group = places[m.start]
            if group.bare and crosses is not None and crosses(text, group.names[0].start, group.names[-1].end):
                continue
            seen.add(m.start)
            before = shadow[max(0, m.start - 24) : m.start].rpartition("\n")[2]
            after = shadow[m.end : m.end + 40].partition("\n")[0]
            out[k].append(Finding(rule.id, group, before, after))
    for findings in out:
        findings.sort(key=lambda f: f.group.start)
    return out


_SEAM = "\ue003"
"""Stands before a sentence that continues the line before it."""


def _continues(text: str, start: int) -> bool:
    """Whether the line before a place ends within a sentence, as hard-wrapped paragraphs do."""
    return start > 40 and text[start - 1] == "\n" and text[start - 2] not in "。！？；：”）" and text.rfind("\n", start - 22, start - 1) < 0


def _sign(text: str, group: Group) -> str:
    """What stands for a group in the shadow."""
    last = group.names[-1]
    if group.bare:
        return FIELDS
    if last.type in ("department", "body", "post", "all"):
        return ORGANS
    return ORGANS if text[group.start] in "各县市省党" or "政府" in last.canonical else OTHERS


_SPLIT = re.compile("[、，,/和及与]|以及|会同")


def _lists(text: str, start: int, end: int) -> list[Finding]:
    """The findings of the rules that read the text itself, in one sentence."""
    out: list[Finding] = []
    for m in candidates(TEXT_RULES, text, max(0, start - 1), end):
        if m.start < start or any(m.start < f.group.end and f.group.start < m.end for f in out):
            continue
        names = _split(text, m.start, m.end) if m.rule is not WHOEVER else (directory.Name(m.start, m.end, text[m.start : m.end], "public"),)
        if names:
            label = "" if m.rule is WHOEVER else str(m.value)
            out.append(Finding(m.rule.id, Group(m.start, m.end, names, False), "", "", label))
    return out


def _split(text: str, start: int, end: int) -> tuple[directory.Name, ...]:
    """The names of a list, divided at 、，和及."""
    names = []
    at = start
    for m in [*_SPLIT.finditer(text, start, end), None]:
        stop = m.start() if m else end
        if stop - at >= 2:
            entry = directory.look_up(text[at:stop])
            names.append(directory.Name(at, stop, entry.canonical, entry.type))
        at = m.end() if m else end
    return tuple(names)


def run(text: str) -> list[Match]:
    """The findings of the group in one cleaned sentence, one for each group of names."""
    by_id = {rule.id: rule for rule in RULES}
    return [Match(by_id[f.rule], f.group.start, f.group.names[-1].end, f.rule) for fs in find(text, [(0, len(text))]) for f in fs]
