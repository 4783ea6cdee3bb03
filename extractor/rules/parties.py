"""Where a sentence that tells somebody to act names who has to act.

The rules read a shadow of the text, in which each group of names is one sign: NAMES, or FIELDS when it is nothing but
fields of work (交通), which name organs only where the context is strict. So `由{NAMES}` is read as it is written,
whatever stands for it. Source: the annotation guidelines, section 3 and its settled cases.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from extractor import directory
from extractor.directory import Crosses, Group
from extractor.matcher import candidates, settle
from extractor.rule import Match, Rule
from extractor.rules.actions import ACTS, ADVERBS, GOVERNING, RESULT, VERBS, either
from extractor.rules.names import WHILE
from extractor.rules.subjects import LEADING
from models.records import PartyType

ORGANS = "\ue000"
OTHERS = "\ue001"
FIELDS = "\ue002"
_SEAM = "\ue003"
"""Stands before a sentence that continues the line before it."""
NAMES = f"[{ORGANS}{OTHERS}]"
_ANY = f"[{ORGANS}{OTHERS}{FIELDS}]"
_MODAL = (
    "(?:要(?![求点素害件闻职塞地道义]|请[出来过到])|应(?![急对用邀届变试收付有])|须|需(?![求量])|必须|务必|不得|不准|不许|不能|决不能|绝不能|严禁"
    "|得(?=做|把|有|抓)|可(?![能靠行控])|将(?!军)|一律|请(?![求示假])|不(?:要|能|再|许|准|打|返|参|宜|用(?!说))|别(?![的人处墅样名说])|甭|是[^，。；\n]{0,16}(?:第一责任人|责任主体|责任人|第一责任)|负责(?!人|同志|制|领导)|牵头|承担|主责|负总责)"
)
# Atomic, so that the longest adverb holds and no shorter one is tried after it.
_SPOKEN = ("尤其", "特别", "半步", "一步", "一刻", "片刻", "直接", "免费", "挨个", "轮着", "轮班", "一家一家", "一个一个", "一户一户", "一村一村", "一天一天", "一人一段", "一起", "一块", "一块儿", "滚动", "不间断")
"""How speech says in what way, beside the adverbs of writing."""
_ADVERB = "(?>" + either((*ADVERBS, *_SPOKEN)) + "|既|每[日天周月季年旬]|又|均|都|也|还|再|更|先|就|只)"
_PLAIN_VERB = "(?:" + either((*ADVERBS, *VERBS)) + "|[把将对按在向给从])"
_ONE_CHARACTER = (
    "(?:备(?![用案件品])|延(?![期长])|停(?![车电水])|查(?!询)|追(?!责|踪|溯)|盯|守|拦|堵|挖(?!机)|拆(?!迁)|搬(?!迁)|抬|扛|运(?![输行营维])|拉(?!动)|修(?![理缮建订])|补(?![贴助偿])|换(?!热)|拨(?!付)|喊|劝"
    "|签(?!约)|挂(?![牌钩])|贴|锁|封(?![闭控面])|关(?![系联爱键于])|扫(?!描)|铲|撒|喷|洒|掏|捞|垒|加(?![工油班盟强快大])|跟(?![踪进])|让(?![利渡])|见(?![面习证])|录(?![取用])|砍|烧(?!烤)|煮|抄|数(?![量字据])"
    "|(?![第约共近超达有于每各这那前后的和与及、是为占以分整统唯专同一二三四五六七八九十百千至员们者人])[一-鿿](?=[一两二三四五六七八九十几](?!体|般|线|律|类|流|定|样|直|系|并|起|同|道|旦)|[0-9]))"
)
"""A verb of one character, or any character before a number (延一小时): what one says of units when time is short."""
_VERB = (
    "(?:" + either((*ADVERBS, *VERBS, *ACTS, *_SPOKEN))
    + f"|{RESULT}|[把将对按以在向为给从用抓做建管查盯到去让使每与找凭持留包驻接收带派](?![象外的设理护控线责])|全(?![省市县区国力面员民年程部体局校院镇乡村])|开(?![学展发放业工办设会端通始启支销水源创心])|[送腾掏搬运借](?![别货行营输鉴款出空])|{_ONE_CHARACTER}|第一个|头一个|小心|慢着|快着|即[一-鿿]即|满[发负]|调整(?!为)|各(?=[出派自负司有])|出(?![台现])|逐[户村人项条级一]|每[日天周月季年]|[0-9]{{1,3}}(?:小时|分钟|天|日)内|于[0-9本下今]|不(?:得|准|再|能|要|可|经|按|许)|需要?|自己(?!的|人)|自己的[^，。；：\n]{{1,6}}自己|开放(?![时日式度]))"
)
_TIME = (
    "(?:(?:自|从)?(?:即日|现在|今天|今晚|今日|明天|明日)起|[自从于在]?(?![一二三四五六七八九十]{1,2}[期号厂院类等标区科])(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3}|每|今|明|本|下|年|月|半)[^，。；：的就{SIGNS}\n]{0,12}?(?:前|内|起|后|之?前|[日天周月次季度点时])"
    "|[^，。；：的{SIGNS}\n]{1,10}(?:[0-9]{1,3}|[一二三四五六七八九十半两]{1,3})(?:个)?(?:小时|分钟|天|日|工作日)内|(?:今[天晚早夜]|明[天晚早]|后天|这[周月]|这个月|这[两几]天|半夜|凌晨|天[黑亮]之?前)(?!的)|[本下次]?(?:周[一二三四五六日末]|月[初中底末]|年[底末]|[上中下]旬))"
).replace("{SIGNS}", NAMES[1:-1] + FIELDS)
_NOMINAL = "(?:的|这|那(?![么就里])|、|，|。|；|：|”|）|》|等|之间|责任|工作(?!落实|推进)|职责|会议|文件|通知|人数|作风|能力|名单|内部|意见|精神|关系|制度|管理|建设|代表|主体|安全|形象|利益|问题|汇报|情况|以外|以上|以下|和|及|与|或|$|\n)"
_SAYS = "(?:通报|汇报|传达|介绍|推送|表彰|部署)(?:了|的)|要求|叮嘱|嘱咐|提醒|强调|指出|同意|建议|(?:印发|下发|发布|发出)(?:通知|通告|公告|提示|提醒|方案)"
_WITHOUT = "(?:不(?!是)|[没未有])[^，。；：的\\n]{1,8}的"
"""Narrows the name before it to some of those named: 老人没人照看的，由村里管."""
_DONE_TO = "对[^，。；：\\n]{1,14}的[^，。；：的\\n]{0,4}(?:检查|管理|服务|支持|监管|考核|评价|处罚|投诉|执法|审批)[能要应须]"
"""Makes a matter of the name before it: 部门对企业的检查要合并."""
# The lookahead holds the first characters of all words: to try the words one after the other is dear. Atomic, so the
# longer of two words comes first.
_LIGHT = (
    "(?>(?=[0-9后入雨汛灾散下放冬夏春秋开复主城沿自今明即现年月周节平夜白同此另因所其特尤而并但然接下今目当近必期这首再最一原包从会总为对在全我本辖县市镇乡村区里他强指要明表提各凡任如像还那即请也只务])(?:同时|此外|另外|因此|所以说|所以|其中|特别是|尤其是|而且|并且|而|并|但是|但|然后|接下来|下一步|今后|目前|当前|近期|必要时|期间|这个|首先|其次|再次|最后|一方面|另一方面"
    "|(?:入[汛冬夏伏春秋]|开学|放假|散会|下课|放学|复工|复产|复课|汛期|雨季|雨后|灾后|汛后|[春夏秋冬]季)(?:后|以后|之后|前|之前|时|期间|里)?|(?:(?:[0-9]{1,2}月)?[0-9]{1,2}[日号]|[0-9]{1,2}月[上中下]旬|[0-9]{1,2}月底?|今[天晚日早]|明[天早晚日]|后天|[本下]?周[一二三四五六日末]|[本下]月[0-9]{0,2}[日号底]?|[年月季]底)(?:凌晨|[早晚]上|[上中下]午|[早晚])?(?:[0-9]{1,2}[点时](?:[0-9]{1,2}分|半)?|下班)?(?:之?前|以后|之?内|起)|原则上|包括|从现在起|会后|总之|为此|对此|在此基础上|全[省市县区旗州镇乡村国校院局]|我[省市县区旗州镇乡国校院局]|本[省市县区旗州镇乡校院局]|辖区内?|[县市镇乡村区]里的?|他?(?:强调|指出|要求|明确|表示|提出|指示)"
    "|各地|在全面摸底基础上|凡是?|所有|任何|如|像|(?:从|自)?(?:今天|明天|今晚|明晚|今早|明早|即日|现在|本周|下周|本月|下月|今年|年内|年底|月底|周末|节前|节后|平时|夜间|白天)(?:起|前|开始|内|以?后)?|主?城区|城乡|沿[线河江海]|还有|这里|那么|即|请|也|还|只有|务必))"
)
# The mark before a clause. It is the first character of a pattern: so the search skips all that is none.
_EDGE = "[，。；：！？“（）》…—\n•>|、](?:(?<!、)|(?<=牵头、|负责、|主抓、))"
_GOVERNS = re.compile("(?:" + either((*GOVERNING, "哪个", "哪些", "哪位")) + "|[对向给为把将被让使与同跟到在从经报送至于按据以])$")
"""Stands right before the name of a target or recipient."""
_OBJECT_FIRST = re.compile("(?:(?<![绝相面针])对(?![此照标口外策接应等])|针对|[将把给因]|除(?![^，。；：！？\n]{1,40}外(?:的|，|其他|其余))|(?<![方导志])向|(?<![作成认行])为(?![此了])|由于)[^，。；：！？\n]{0,50}$")
_COUNT = "(?:[两三四五六七八九几]{1,2}[个名位]?人)?"
_DUTY = "(?:责任|职责)(?![人书状田]|清单|意识|追究|感)"
_PART = f"(?:的[^，。；：{ORGANS}{OTHERS}\n]{{0,16}}?|牵头|主体|带头|骨干|主导|龙头|帮扶)(?:作用|功能|优势)"


_DOES_TO = re.compile(f"{NAMES}(?:(?!的)[一-鿿]){{2,6}}$")


_SENT_TO = re.compile(f"(?:报(?!名|案)|经|送|向)[^，。；：\n]{{0,20}}{NAMES}$")
"""To whom something goes for consent: 报主管部门复核、指挥部审批."""
_GOVERNED = re.compile("(?:督促|指导|引导|组织|动员|发动|鼓励|支持|帮助|协调|通知|提醒|监督|责令|敦促)(?:[一-鿿]{1,6}、){1,6}$")
"""A verb that governs the list of which a name is the last: 督促施工、监理单位必须到岗."""


def _unless_object(m: re.Match[str]) -> object:
    """No subject where a preposition before it in the clause governs it: 对不力的单位要问责."""
    at = m.start("span")
    if at and m.string[at - 1] in (ORGANS, OTHERS):
        return True
    lo = max(0, at - 50)
    clause = lo
    for mark in "，。；：！？\n":
        clause = max(clause, m.string.rfind(mark, lo, at) + 1)
    if m.string[at] == OTHERS and _DOES_TO.match(m.string, clause, at):
        return None
    if m.string[at - 1] == "、" and _GOVERNED.search(m.string, clause, at):
        return None
    return None if clause < at and _OBJECT_FIRST.search(m.string, clause, at) else True


# Several rules need these; to compile the words into each pattern would take longer than reading a speech.
_DEED = re.compile(either((*ADVERBS, *VERBS, *GOVERNING, *ACTS)))
_VERB_NEXT = re.compile(f"[既又均都也还再更先就只]?{_VERB}")
_MUST_NEXT = re.compile(f"{_ADVERB}{{0,2}}{_MODAL}")


_CLAUSE_BEFORE = re.compile(f"{_EDGE}{_LIGHT}{{0,2}}(?:我们的)?$")


def _opens(m: re.Match[str]) -> object:
    """Where a clause begins with the name. Rules that look for names first ask this last: most names fit none of them."""
    at = m.start("span")
    return True if _CLAUSE_BEFORE.search(m.string, max(0, at - 24), at) else None


def _acts(m: re.Match[str]) -> object:
    """A subject where a verb follows."""
    return True if _VERB_NEXT.match(m.string, m.end()) else None


def _no_deed_acts(m: re.Match[str]) -> object:
    """A subject where a verb or a modal follows, and no verb stands at its own head: 提高进城的居民收入."""
    if _DEED.match(m.string, m.start("span")):
        return None
    return True if _MUST_NEXT.match(m.string, m.end()) else _acts(m)


SUBJECT = Rule(
    "parties.subject", "主语后接要、应、须、必须、负责等",
    f"(?P<span>{NAMES}){_SEAM}?{_COUNT}(?:谁[都也]|哪个[都也]|个个|人人)?(?:[或和][一-鿿]{{2,4}})?{_ADVERB}{{0,2}}{_MODAL}(?![^，。；\n]{{0,24}}(?:格局|局面|态势))(?!作?[^，。；\n]{{0,4}}(?:讲话|指示|批示|致辞))",
    yes=("[教育部门]要抓好校园防控。", "会议强调，[各乡镇（街道）]务必守土尽责。", "下一步，[县审计局]负责跟踪问效。"),
    no=("对工作不力的单位要严肃问责。", "要督促企业必须整改到位。", "加强对各部门要求落实情况的检查。"),
    build=lambda m: None if _GOVERNS.search(m.string, max(0, m.start() - 4), m.start()) else _unless_object(m),
)  # fmt: skip
CLOCKED = Rule(
    "parties.clocked", "主语与要求之间是钟点、日期",
    f"(?P<span>{NAMES})(?:(?:[今明当后次][天日晚早])?(?:凌晨|[早晚]上|[上中下]午)?[0-9]{{1,2}}[点时]半?|(?:[0-9]{{1,2}}月)?[0-9]{{1,2}}[日号]|[0-9]{{0,2}}[本下年]?[月年]底|[本下]周[一二三四五六日末])之?前{_ADVERB}{{0,1}}(?:{_MODAL}|得)",
    yes=("断面的读数[环保局]凌晨2点前要报出来。", "名单[各社区]今晚8点前必须交齐。", "可[教育局]8月20号前得登记一遍。"),
    no=("向各社区今晚8点前要发完。", "各社区8点前发完。"),
    build=lambda m: None if _GOVERNS.search(m.string, max(0, m.start() - 4), m.start()) else _unless_object(m),
)  # fmt: skip
RELATIVE = Rule(
    "parties.relative", "以所做之事限定的主语",
    f"{_EDGE}(?P<span>(?!对|将|把|由|在(?!外)|我们的)(?:[^，。；：“”（）的{ORGANS}{OTHERS}\n]{{0,14}}(?:{OTHERS}(?![对把将向给为])|{ORGANS}(?=抽调|选派|派出|下派|下沉|派驻|推荐|聘请|组建)))?[^，。；：“”（）的{ORGANS}{OTHERS}\n]{{0,20}}(?<![内里上中们])的(?:[0-9]{{1,4}}[名位个])?(?:{NAMES}|同志们?))(?:[或和][一-鿿]{{2,4}})?(?:，(?=必须|应当|不得))?{_ADVERB}{{0,1}}(?:{_MODAL}|按(?=[“一规要])|把|暂缓|居家|凭|自行|提前|(?:抵达|到达|到家|返[校岗程乡]|入[境校住])[^，。；：的\n]{{0,3}}后|[0-9]|[一-鿿]{{2,4}}[0-9]{{1,2}}(?:小时|天|日)内)",
    yes=("[准备充分的企业]可先行复工。", "[参与评审的同志]要严守纪律。"),
    no=("对准备不足的企业要缓一缓。", "村里的路要修好。"),
)  # fmt: skip
RELATIVE_DOER = Rule(
    "parties.relative-doer", "以所做之事限定的主语后接动作",
    f"[，。；：\n](?P<span>(?![对将把由让使为以按从我]|在(?!外|校))[^，。；：“”（）的{ORGANS}{OTHERS}\n]{{2,14}}(?<![内里上中们性])的{OTHERS})",
    yes=("，[外省返校的学生]持证明入校。", "\n[年底前没有完成改造的企业]退出园区。"),
    no=("提高进城的居民收入。", "对拒不整改的企业依法查处。"),
    build=_no_deed_acts,
)  # fmt: skip
COORDINATE = Rule(
    "parties.coordinate", "并列主语，前几项不在名录中",
    f"[，。；：\n](?P<span>(?=[一-鿿]{{2,5}}、)(?![对将把由在为以按从等现其全各本该])(?:(?!政府)[一-鿿]{{2,5}}、){{1,8}}{NAMES})",
    yes=("，[钢铁、水泥、焦化企业]按照等级减排。", "，[塔吊、电焊、起重工人]必须持证。"),
    no=("，抓好检测、学校要配合。", "，做好水、电、企业用气。"),
    build=_no_deed_acts,
)  # fmt: skip
DOER = Rule(
    "parties.doer", "句首主语后接动作",
    f"{_EDGE}{_LIGHT}{{0,2}}(?P<span>{NAMES}){_COUNT}(?!{_SAYS}|[^，。；：\n]{{1,16}}(?:强调|指出|表示)，|(?!自己)[一-鿿]{{2}}的|{_WITHOUT}|{_DONE_TO})(?![^，。；的\n]{{2,6}}(?:[前后时]|期间|项目|工程)，|[^，。；\n]{{2,30}}的(?:办法|做法|经验|模式|路子)(?:[就很都也]|值得|可以))(?![^，。；“\n]{{0,30}}”[^，。；\n]{{0,4}}(?:制度|机制|模式|体系|工作法))",
    yes=("[财政局]做好资金保障。", "同时，[各村]组织党员入户走访。", "[企业]对职工逐人登记。"),
    no=("企业复工复产稳步推进。", "加快社区治理步伐。", "推动学校把责任落到班级。"),
    build=lambda m: _acts(m) and _unless_object(m),
)  # fmt: skip
ORGAN_DOER = Rule(
    "parties.organ-doer", "句首单位、岗位后接任何陈述",
    f"{_EDGE}{_LIGHT}{{0,2}}(?P<span>{ORGANS})(?!{_NOMINAL}|已|曾|始终|一直|关于|设在|下设|好的|待遇|政策)(?!{_SAYS}|{_WITHOUT}|{_DONE_TO})(?![^，。；\n]{{0,16}}(?:了(?!解)|过(?![程渡硬关])|作重要讲话|作出?[^，。；]{{0,2}}批示|强调|指出|表示|介绍|说(?![明服清])|认为|{NAMES}{_MODAL}))(?![^，。；\n]{{0,40}}(?:现象|普遍|的问题))(?![^，。；“\n]{{0,30}}”[^，。；\n]{{0,4}}(?:制度|机制|模式|体系|工作法))",
    yes=("[督查组]直奔点位、不打招呼。", "对哄抬物价的，[市场监管局]露头就打。"),
    no=("单位责任要厘清。", "各部门汇报了情况。"),
    build=_unless_object,
)  # fmt: skip
TIMED = Rule(
    "parties.timed", "句首主语后接时限",
    f"[，。；：！？\n]{_LIGHT}{{0,2}}(?P<span>{NAMES})(?!每?[0-9一二三两]{{0,2}}[天日周][0-9一二三两]{{1,2}}[检次])(?:{_TIME}|(?![0-9]){WHILE})",
    yes=("[信访局]3日内见面答复。", "，[施工队]下旬进场。", "[宗教场所]自1月15日起暂停开放。"),
    no=("企业5家已复工。", "在学校3公里外设点。"),
    build=_unless_object,
)  # fmt: skip
ENCOURAGED = Rule(
    "parties.encouraged", "鼓励本通知所及的各方做",
    f"(?:鼓励|支持|允许)(?P<span>{ORGANS})(?!的)",
    yes=("鼓励[各校]设立奖励基金。", "鼓励[各地]先行先试。"),
    no=("鼓励企业扩产。", "鼓励党员干部带头。"),
)  # fmt: skip
_SHORT_ACT = "(?:[盯守跟抓拿去来给带派跑扛兜清送腾借](?![住宿踪随紧手拿理单算洁货水餐别]))"
"""A verb of one character that no noun begins with."""
FIELDS_DOER = Rule(
    "parties.fields-doer", "句首并列条线后接动作",
    f"[，。；：\n事](?:(?<!事)|(?<=的事)){_LIGHT}{{0,2}}(?P<span>{FIELDS})(?:“[^”]{{1,12}}”)?(?:{_ADVERB}{_VERB}|{_ADVERB}{{0,2}}(?:联动|各|负责|配合|协助|牵头|把|按|对|要|共同|管(?![控理制护网道辖线材])|出(?![台现行入境生租厂色])|{_SHORT_ACT}|直接|{_ONE_CHARACTER}|提前|马上|立刻|立即|连夜|全部|轮流|随时|尽快|赶紧|至少|全程|分头|自己(?!的)|别(?![的人处])|也得|在(?=[一-鿿]{{1,6}}[，。；])|{RESULT}|{_TIME}))",
    yes=("[公安、卫健、工信]联动，连夜排查。", "，[公安、卫健]各出一人。", "[税务]管退税。", "[市政]今晚撒完盐。", "[税务]直接退。"),
    no=("交通管控要加强。", "教育引导群众。", "交通出行便利。", "旅游旺季将至。"),
)  # fmt: skip
FIELDS_PARALLEL = Rule(
    "parties.fields-parallel", "与前面分句并列的条线后接动作",
    f"[，；](?P<span>{FIELDS})(?=(?:{either(ACTS)})(?!的)[一-鿿]{{1,4}}[，。；])",
    yes=("乡镇组织动员，卫健部门负责采样，[公安]维持秩序。", "教育局排班，[交通]增派车辆，"),
    no=("，公安维持秩序。", "乡镇要做好交通改造工程。"),
)  # fmt: skip
TABLE_LEAD = Rule(
    "parties.table-lead", "表格中的牵头单位",
    f"\\|(?P<span>{NAMES})(?=\\|{NAMES}\\|)",
    yes=("|建设公路|[县交通运输局]|县财政局|年底前|", "|改厕|[县卫健委]|各乡镇|"),
    no=("|建设公路|县交通运输局|年底前|", "县交通运输局、县财政局"),
)  # fmt: skip
TABLE = Rule(
    "parties.table", "表格中的单位",
    f"\\|(?P<span>{NAMES})(?=\\|)",
    yes=("|建设公路|[县交通运输局]|年底前|", "|改厕|县卫健委|[各乡镇]|"),
    no=("|建设公路|县交通运输局负责|", "县交通运输局"),
)  # fmt: skip
WITH_CASE = Rule(
    "parties.case", "以情形指人的主语",
    "[。；\n•·](?P<span>(?![•·]|确需|确实|重点|一律|需要|不满|不足|发布|对|将|把|由|在(?!外)|凡|要|如|若|发现|加强|经|一旦|因(?!就医))[^，。；：\n]{3,40}的)(?:，|(?=不得|一律|须|请|应(?![急对])))(?:要|应|须|请|可|必须|一律)?(?!由|实行|落实|实施|采取|纳入)[^，。；的\n]{0,12}"
    "(?:佩戴口罩|居家|报备|补报|登记|联系社区|不得外出|返校|返岗|申报|就诊|就医|做核酸)(?!造册|备案)",
    yes=("[乘坐公共交通工具的]，全程佩戴口罩。", "[未满7天的]不得外出。"),
    no=("情节严重的，依法从重处理。", "对拒不配合的，要登记造册。"),
)  # fmt: skip
FROM_CASE = Rule(
    "parties.from", "以来处、住处指人的主语",
    "[。；，\n•·](?P<span>(?:从|来自|住在?|家[中里]|外[头地面省](?:回|来|返)|城里[回来]|身处|已在|未报备|去过|到过|与[^，。；：\n的]{2,10}(?:同住|接触))[^，。；：\n]{0,30}的)，?"
    "(?:(?:一律|请|先|主动|及时|第一时间|立即|尽快|抵达|提前|自觉)|(?:要|应|须|必须|不得)|在家|[一-鿿]?别|不[许准]|三天|[0-9]{1,2}(?:小时|天)内|向)",
    yes=("[从外省返回的]，一律在家待够七天。", "[家里有急症病人的]，第一时间打电话。"),
    no=("从严查处违规的，要通报。", "从外省返回的，由社区登记。"),
    build=lambda m: None if m["span"][1:2] in ("严", "重", "快", "事", "这") else True,
)  # fmt: skip
PLEASE_CASE = Rule(
    "parties.case-please", "以情形指人，请其办理",
    "[。；\n•·](?P<span>(?![•·]|对|将|把|由|给|向|凡|要|如|若|发现|各|我们)[^，。；：\n]{2,40}的)，?(?:请(?![求示假勿柬战问])|建议(?=[暂尽推取居不主]))",
    yes=("[确需外出的]，请报备行程。", "[地址有变更的]请告知物业。", "；[没赶上现场会的]，请到站里补签。"),
    no=("对不听劝阻的，请公安处理。", "如有变动的，请告知。", "情况不明的，提出请示。"),
)  # fmt: skip
FIT = Rule(
    "parties.fit", "以条件限定的村、地方、单位",
    f"(?P<span>(?:有|具备|符合|列入|涉及|处于|靠近|承担)[^，。；：的{ORGANS}{FIELDS}\n]{{1,14}}的(?:[村镇乡县市区户](?![里上内])|地方|地区|单位|{NAMES})(?:、[村镇乡县市区户]|、{NAMES})?)(?=要|应|须|必须|可|先|由|不|都|也|{_VERB})",
    yes=("，[有条件的村]可以先建食堂。", "[有防汛任务的乡镇]至少演练一次。", "，[具备资质的单位]先行试点。"),
    no=("有条件的村里有食堂。", "对有困难的地方要倾斜。"),
    build=_opens,
)  # fmt: skip
DOER_NEXT = Rule(
    "parties.doer-next", "并列分句的主语后接动作",
    f"{NAMES}[一-鿿]{{1,9}}、(?P<span>{ORGANS})(?:(?:(?![的间])[一-鿿]){{1,3}}(?:[一-鿿]|{NAMES})(?=[，。；”]|、{NAMES}[一-鿿]{{2,4}}[，。；”])|(?:不予|不得|不再|负责|牵头)[一-鿿]{{2,8}}(?=[，。；”]|、{NAMES}))",
    yes=("坚持政府派车、[卫健部门]采样。", "做到支部带头、[党员]带动。", "发改部门不予审批、[财政部门]不予评审。"),
    no=("抓好检测、学校管理等工作。", "报主管部门复核、指挥部审批同意，再开工。"),
    build=lambda m: None if _SENT_TO.search(m.string, max(0, m.start() - 20), m.start() + 1) else True,
)  # fmt: skip
TOPIC = Rule(
    "parties.topic", "句首提出、逗号后接要求的主语",
    f"(?P<span>{NAMES})，(?:[^，。；：{ORGANS}{OTHERS}\n]{{1,30}}，)?{_ADVERB}{{0,2}}(?:要(?![求点])|必须|应(?![急对])|须|务必|一律|请|不要|不得|把(?![握关])|这[^，。；]{{1,6}}不要)",
    yes=("[商场、超市]等场所，要落实限流措施。", "[返乡人员]，到家后，应主动报备。"),
    no=("加强对商场的检查，要不留死角。", "走访企业，要带着问题去。"),
    build=lambda m: _opens(m) and _unless_object(m),
)  # fmt: skip
WHEN = Rule(
    "parties.when", "主语与要求之间隔着时间或条件",
    f"(?P<span>{NAMES})(?:[^，。；：的{ORGANS}{OTHERS}\n]{{1,8}}(?:前|后|时|期间|中|内|上|下)|(?:发现|遇到|遇有|接到|收到)[^，。；：\n]{{1,8}}|(?:进入|进出|出入)[^，。；：\n]{{1,8}}|(?:卖|销售|购买|收购|运输|承接|接收|外出|上路|作业)[^，。；：{ORGANS}{OTHERS}\n]{{0,8}}(?=必须|一律|应当|须|不得|严禁|要(?![求点素]))|除[^，。；：\n]{{2,24}}外(?=，(?:不得|不准|一律|原则上))|有[^，。；：{ORGANS}{OTHERS}\n]{{1,6}}(?=别|马上|立即|第一时间))，?(?:{_ADVERB}{{0,1}}{_MODAL}|{_VERB}|[先再多])",
    yes=("[公众]出行前需了解目的地政策。", "[施工单位]在雨季施工期间，必须有人盯守。"),
    no=("企业发展要提速。", "村里的路修好后要管护。"),
    build=_opens,
)  # fmt: skip
BEING = Rule(
    "parties.being", "先说主语是什么，再提要求",
    f"(?P<span>{NAMES})(?:(?:作为|是)[^，。；：\n]{{1,20}}|(?:设[在于]|挂靠)[^，。；：\n]{{1,20}})，{_ADVERB}{{0,1}}{_MODAL}",
    yes=("，[领导小组办公室]设在市生态环境局，负责统筹协调。", "[村支书]是一村的主心骨，要站在最前面。", "[牵头单位]作为第一棒，务必跑快。"),
    no=("学校是重点场所，物资要备足。", "企业发展是硬道理。"),
    build=_opens,
)  # fmt: skip
WORK = Rule(
    "parties.work", "主语的工作要如何",
    f"(?P<span>{NAMES})(?:[一-鿿]{{2,8}}工作|责任心|思想|意识|作风)要",
    yes=("[各地区]排查摸底工作要抓实。", "[各部门]值班值守工作要到位。", "我们的[干部]责任心要强。"),
    no=("疫苗接种工作要加快。", "要把工作要点印发下去，学校防控工作很重要。"),
    build=_opens,
)  # fmt: skip
BY = Rule(
    "parties.by", "由某单位办理",
    f"由(?<![自理缘来事]由)(?![于此来衷]|专人|我(?![省市县区委局办院校]))[一-鿿]{{0,10}}?(?P<span>(?:(?<=由)(?:有|具备|符合)[^，。；、的\n]{{1,8}}的)?{_ANY})(?!组成|引起|造成|引发|共同组成)",
    yes=("由[水利局]负责实施。", "具体由[乡镇]组织验收。"),
    no=("自由贸易区建设要提速。", "由于企业缺工，进度滞后。", "由此社区压力加大。"),
)  # fmt: skip
ASKED = Rule(
    "parties.asked", "请、要求、责成、授权、严禁某单位做",
    f"(?:请(?<![邀申聘提报呈多]请)|要求(?<![按照的再]要求)|责成|授权|委托(?<![应须可当以]委托)|责令|严禁|禁止|建议|勉励|希望|叮嘱|嘱咐|务请|指定)(?:任何|一切)?"
    f"(?P<span>(?:[^，。；：、的{ORGANS}{OTHERS}\n]{{2,16}}的)?{NAMES})(?!的|备案|审批|批准|同意)",
    yes=("请[各单位]于月底前反馈。", "会议要求[各派出机构]严格落实责任。", "严禁[企业]私拉乱接。"),
    no=("邀请企业参加推介会。", "报请政府批准后实施。", "严禁在工地吸烟。"),
)  # fmt: skip
OWNER = Rule(
    "parties.owner", "压实、落实某方的责任",
    "(?:压实|落实|落细|细化|厘清|压紧|靠实|扛起|扛牢|强化|明确|夯实|履行|担起|拧紧|担负起|压紧压实)[好了起]?"
    f"(?P<span>{NAMES})(?!带班|值班)的?(?:(?![，。；：])[一-鿿“”{FIELDS}]){{0,10}}?{_DUTY}",
    yes=("切实压实[网格员]的排查责任。", "要落实[企业]主体责任。", "层层压紧[各级各部门]工作责任。"),
    no=("落实领导带班值班责任制。", "推动企业落实主体责任。", "落实学校防控经费。"),
)  # fmt: skip
OWNER_NEXT = Rule(
    "parties.owner-next", "并列的责任承担者",
    f"(?<=[责职][任责])[、和与及](?P<span>{NAMES})的?[一-鿿]{{0,8}}{_DUTY}",
    yes=("压实部门监管责任和[企业]主体责任。", "落实属地责任、[行业部门]主管责任。"),
    no=("厘清责任和企业边界。", "落实责任、保障企业用工。"),
)  # fmt: skip
PART = Rule(
    "parties.part", "发挥某方的作用",
    f"发挥好?(?P<span>{NAMES})(?={_PART})",
    yes=("充分发挥[党支部]的战斗堡垒作用。", "发挥好[主管部门]牵头作用。"),
    no=("发挥大数据的支撑作用。", "发挥企业优势产能。"),
)  # fmt: skip
PART_NEXT = Rule(
    "parties.part-next", "并列发挥作用的各方",
    f"(?:作用|功能|优势)[、和，](?P<span>{NAMES})(?={_PART})",
    yes=("发挥支部的堡垒作用、[党员]的先锋作用。", "发挥党组织的领导作用和[网格员]的前哨作用。"),
    no=("起到作用、企业满意。", "发挥作用，企业的劲头更足。"),
)  # fmt: skip
TOGETHER = Rule(
    "parties.together", "会同、联合、协同某单位",
    f"(?:会同|协同(?<![一-鿿{FIELDS}]协同)|商(?<![一-鿿{FIELDS}]商)|联合)(?P<span>{_ANY})",
    yes=("市住建局要会同[有关部门]制定细则。", "教育局联合[市场监管局]开展检查。"),
    no=("各部门要协同推进。", "外商企业要报备。"),
)  # fmt: skip
CHAIR = Rule(
    "parties.chair", "以某人为组长",
    f"(?:[以由](?:[^，。；{ORGANS}{OTHERS}\n]{{0,8}})|、|，)(?P<span>{NAMES})(?:同志)?(?:(?:任|担任|兼任)副?{NAMES}|(?:为|任|担任|兼任)(?:副?组长|副?指挥长|总指挥|召集人|副?主任|队长|总调度))",
    yes=("成立以[主要领导]为组长的专班。", "由[乡镇长]任指挥长。"),
    no=("以企业为主体推进创新。", "由主任讲评。"),
)  # fmt: skip
SET_UP = Rule(
    "parties.set-up", "成立专班并说明其任务",
    f"(?:成立|组建|设立|下设|派出|派驻)(?:以[^，。；\n]{{1,40}}?长的)?[^，。；：{ORGANS}{OTHERS}\n]{{0,30}}(?P<span>{NAMES})，?{_ADVERB}{{0,2}}(?:统一|负责|督|具体|承担|专门|专职|牵头|进行监督|随机|抽查|暗访|分赴|直插|直奔|从[今明]天(?:起|开始)|不打招呼|逐[村户个家校])",
    yes=("成立[联合督查组]，督进度、督质量。", "组建[工作专班]，专门盯办此事。"),
    no=("成立工作专班。", "设立专班的目的要讲清。"),
)  # fmt: skip
DEMAND = Rule(
    "parties.demand", "对某方提出要求",
    f"对(?P<span>{NAMES})(?:也|再)?(?:提出|作出|做出)(?:了)?(?:以下|如下|明确|具体)?(?:要求|规定)",
    yes=("对[企业员工]提出要求，实行分餐。", "《办法》对[商户]作出规定，每日消毒。"),
    no=("对企业提出表扬。", "对企业的诉求要回应。"),
)  # fmt: skip

BODIES = Rule(
    "parties.bodies", "按职能列名的工作专班",
    f"{_EDGE}(?P<span>[一-鿿{FIELDS}{OTHERS}]{{1,6}}(?:、[一-鿿{FIELDS}{OTHERS}]{{1,6}}){{1,12}})等?(?:[0-9]{{1,2}}|[一二三四五六七八九十两]{{1,3}})个{NAMES}(?!的)",
    yes=("[流调、转运、物资保障]三个工作专班今晚集中办公。", "，[宣传、督导]两个专班要尽快到位。"),
    no=("苹果、梨两个品种。", "设宣传、督导两个专班的目的。"),
)  # fmt: skip
PLACES = Rule(
    "parties.places", "并列的地名",
    f"[，。；：\n](?P<span>[一-鿿]{{2,6}}(?:、[一-鿿]{{2,6}}){{1,20}})(?:等(?:[0-9]{{1,3}}|[一二三四五六七八九十两]{{1,3}})?个?|(?:[0-9]{{1,3}}|[一二三四五六七八九十两]{{1,3}})个)(?:{NAMES}|[县市区]|地市|市州|村)[（市）]{{0,3}}(?:(?<=[县区村])，|{_ADVERB}{{0,1}}{_MODAL}|{_VERB})",
    yes=("，[东河、西岭、南坡]等3个县要先行试点。", "年底前，[东河、西岭]等乡镇要完成改造。"),
    no=("做好水、电、气等保障。", "苹果、梨等要抓好销售。"),
)  # fmt: skip
LEVELS = Rule(
    "parties.levels", "逐级列出的县、乡两级",
    f"(?P<span>[省市县区旗州镇乡村](?:、[省市县区旗州镇乡村{ORGANS}]){{1,3}})[两三四]级(?={_ADVERB}{{0,2}}{_MODAL}|{_VERB}|{_TIME})",
    yes=("，[县、乡]两级要当天核清。", "\n[省、市、县]三级24小时内联动。"),
    no=("省、市、县三级的预案要衔接。", "县、乡两级医院要储备药品。"),
    build=_opens,
)  # fmt: skip
PLACE = Rule(
    "parties.place", "以地名为主语",
    f"{_EDGE}(?P<span>(?![全我本各该此外离出进入返回来到驻跨])[一-鿿]{{1,4}}[省市县区旗州镇乡村]|(?:北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|南京|广州|深圳|杭州|成都|武汉|西安))"
    f"{_ADVERB}{{0,2}}(?:要(?![求点素])|应(?!急|对)|须|必须|将(?!军)|率先)",
    yes=("[青原县]要率先完成。", "，[江苏]将逐步淘汰。"),
    no=("全市要统一步调。", "我县将开展自查。", "其他城区要跟上。"),
    build=lambda m: None if m["span"][0] in "其城社灾疫山老新小" and m["span"][-1] == "区" else True,
)  # fmt: skip
PEOPLE = Rule(
    "parties.people", "以情形限定的人员",
    f"[，。；：\n](?:凡是?|所有)?(?P<span>(?!对|将|把|由|在|我们|加强|要|并|及时|凡|如|若|一旦)(?:[^，。；：！？{OTHERS}\n]{{1,24}}{OTHERS})?[^，。；：！？{OTHERS}\n]{{1,30}}{OTHERS})，(?:[^，。；：\n]{{1,20}}，)?(?:请(?![求示假勿战柬])|{_ADVERB}{{0,1}}(?:要(?![求点])|必须|应(?![急对])|须|务必)[^，。；\n]{{0,30}}(?:报告|报备|登记|居家|检测|配合|申报|告知|电话|联系|等候|外出|隔离|补报|合理安排|咨询|就医|就诊))",
    yes=("[近期去过外省的返乡人员]，应第一时间向社区报备。", "[有接触史的居民]，要主动登记。"),
    no=("对返乡人员，要做好登记。", "加强对来访人员的管理，要求登记。"),
)  # fmt: skip

PARALLEL = Rule(
    "parties.parallel", "与前后分句并列的主语",
    f"[，；]{_LIGHT}{{0,2}}(?P<span>{OTHERS})(?!{_NOMINAL}|{_SAYS}|[是由已]|不是|一{OTHERS}|曾|始终|一直|主体|复工|复产|开工|发展|生产|经营|运行|治理|防控|改革|环境|服务|质量|规模|数量|利益|诉求|不(?:超过|少于|低于|高于|足)|困难|就业|生活|用工|周边|附近|门口|[^，。；\n]{{0,3}}[{ORGANS}{OTHERS}{FIELDS}])(?![^，。；\n]{{1,6}}(?:[前后时]|期间)，)(?=[^，。；\n]{{3}})",
    yes=("财务部备足资金，[企业]先行先试。", "各科室要排班，[运输公司]卫星定位不能掉线。"),
    no=("财务部备足资金，企业复工稳步推进。", "做好准备，企业先行先试。"),
    build=_unless_object,
)  # fmt: skip
_THINGS = (
    "(?:(?:值班|备用|应急|消防|投诉|举报|热线|自备|后备)?(?:电话|仓库|机组|设备|车辆|门口|门前|台账|窗口|监控|宿舍|大门|广播|喇叭|后厨|厨房|库存|存煤|存粮|存药|电源|发电机|锅炉|实验室|手机|账目|热线|档案|门窗|灭火器|水泵|闸门|门禁|大厅|库房|岗亭|对讲机|机子|机器|机械|车子|船只|车(?![间站队])|钻机|船|泵车|救护车|消防车|队伍))"
)
"""What a unit has and answers for."""
_NO_TRADE = ("办理", "办得", "办成", "办好", "办完", "做得", "做好", "做完", "做到", "干得", "干好", "干完", "开展", "开工", "开放", "开学", "种得", "养得", "管得", "管好", "管住", "收到", "运行", "修好", "修得", "送到", "带头", "带来", "带好", "搞得", "搞好", "跑得", "卖得", "挖出")
FALLS_TO = Rule(
    "parties.falls-to", "归某单位管",
    f"归(?P<span>{_ANY})(?:统一)?(?:管(?![理控])|负责|包|办|抓|牵头|处理|(?=[，。；]))",
    yes=("路面归[公路局]管，", "善后归[民政局]负责。", "山上归[林场]，山下归镇里。"),
    no=("归口管理要理顺。", "款项归企业所有。"),
)  # fmt: skip
_ASKED_TO = re.compile("(?:派|安排|抽|请|叫|让|找|组织|给|帮|替|陪|报|带着|领着|跟着)[^，。；：！？\n]{0,14}$|(?:" + either((*GOVERNING, "哪个", "哪些", "哪位")) + "|[对向给为把将被使与同跟到在从经送至于按据以找问靠怪怨分])$")
"""Sends or asks somebody: 派一名技术员盯着."""
ALLOTTED = Rule(
    "parties.allotted", "把一件事分派给某方，动词在句末",
    f"(?P<span>{_ANY})(?=[^，。；！\n]{{1,12}}[，。；！\n])(?:自己|全|当场|白天|晚上|夜里|这个月|这[两几]天|这周|第一个|头一个|{_TIME}|{_ADVERB})?(?:自己|就|[去来](?=[办管接])|{_ADVERB})?"
    "(?=[去包管扛兜盯看守担顶背接掏垫办跟抓签审送收修运拉搬换领陪报清扫发打贴补出说拍负也殿查追赔认想调])(?:(?:包|管|扛|兜|盯|看|守|担|顶|背|接|掏|垫|办|跟|抓|签|审|送|收|修|运|拉|搬|换|领|陪|报|清|扫|发|打|贴|补|顶|查|追|赔|认|调)(?:到底|起来|住|牢|着|好|下来|上去|出去|过去|死|紧|上|了)?|出(?:人|车|钱|力|面|工|料|地|场地)|说了算|拍板|想办法|拿主意|拿方案|兜底|负责到底|(?:也)?跑不了|去[看查问盯]|打头阵|打头|殿后)(?=[，。；！\n])",
    yes=("主干道[环卫所]包，", "出了事[站长]扛，", "[纪委]盯着。", "村里的事[村支书]说了算。"),
    no=("有困难找社区办。", "帮学校看着。", "对企业要管住。", "社区矫正管理好。", "每个镇派一名技术员盯着。"),
    build=lambda m: None if _ASKED_TO.search(m.string, max(0, m.start() - 16), m.start()) else _unless_object(m),
)  # fmt: skip
ADDRESSED = Rule(
    "parties.addressed", "句首点名，逗号后直接交办",
    f"[。；！？\n]{_LIGHT}{{0,1}}(?P<span>(?:(?![对将把由从按以为要我])[^，。；：“”（）的{ORGANS}{OTHERS}{FIELDS}\n]{{1,8}}的)?{_ANY})(?:你们|诸位)?，(?!是|也是|既是|一直|历来|已|曾|都是|尤其|特别)",
    yes=("[机电队]，皮带今晚停下来检。", "[公安局、城管局]，今晚卡口到位。", "[卫健]，救护车两台停在院里。", "[在家的党员]，晚上轮着守。"),
    no=("教育，是民生之首。", "加强对学校的检查，不留死角。"),
    build=_unless_object,
)  # fmt: skip
COUNTED = Rule(
    "parties.counted", "以数目称若干单位的主语",
    f"[。；！？\n](?P<span>(?![对将把由给按在从这那要])[^，。；：的{ORGANS}{OTHERS}{FIELDS}\n]{{1,6}}(?:的|[这那])?[这那]?(?:[两三四五六七八九十几]{{1,2}}|[0-9]{{1,2}})个(?:{NAMES}|[村镇乡县区局队组]|家(?=，)))(?:，|{_ADVERB}{{0,2}}{_MODAL}|{_VERB})",
    yes=("[低洼那三个村]，天黑之前搬完。", "[靠河的两个镇]要守一夜。"),
    no=("对东边三个村要多看一眼。", "今年两个区的任务已完成。"),
)  # fmt: skip
BELONGING = Rule(
    "parties.belonging", "主语与其设备、场所、账目连说",
    f"(?P<span>{_ANY})(?=[的值备应消投举热自后电仓机设车门台窗监宿大广喇厨库存发锅实手账档灭水闸岗对钻船泵救队])(?<=[，。；：！？\n].)(?:的|(?<={OTHERS})){_THINGS}(?:[^，。；：的{ORGANS}{OTHERS}\n]{{0,2}})(?:{_ADVERB}{{0,1}}{_MODAL}|实行|一律|全部|保持|每|至少|{_TIME}|不少于|[0-9]{{1,2}}小时)",
    yes=("，[批发企业]仓库实行双人双锁。", "，[宾馆]锅炉一律停用。", "[药店]库存至少备三天。"),
    no=("对企业仓库要逐个检查。", "检查学校食堂，不得走过场。", "企业发展要提速。"),
    build=_unless_object,
)  # fmt: skip
COLLEAGUES = Rule(
    "parties.colleagues", "以所在单位限定的同志、干部、医生",
    f"(?P<span>[{ORGANS}{OTHERS}{FIELDS}](?=[上口的])(?<=[，。；：！？\n].)(?:上|口)?的(?:负责)?(?:同志|{ORGANS}))(?![的、和与及之是说家辛很已等反。：]|介绍|工作|都很)",
    yes=("[水利上的同志]，闸口盯死。", "，[公安的同志]去买。", "[农业农村局的干部]不要坐在屋里。"),
    no=("对公安局的同志要多关心。", "各部门的意见要汇总。"),
    build=_unless_object,
)  # fmt: skip
STAFF_OF = Rule(
    "parties.staff-of", "某单位的师傅、弟兄",
    f"(?P<span>[{ORGANS}{FIELDS}])(?=[上口这那的])(?<=[，。；：！？\n].)(?:上|口|这边|那边)?的(?:年轻|全体|各位|几[个名位]|[两三四五][个名位])?(?:小伙子|师傅|弟兄|年轻人|伙计|人|{ORGANS})们?(?:也在)?(?:，|{_TIME}|全部|{_ADVERB}{{0,1}}{_MODAL}|{_VERB})",
    yes=("[工程部]的几个小伙子把踏步补好。", "，[供电所]的师傅今晚别走。", "[林业站]的人上山。"),
    no=("对公安局的师傅要多关心。", "各部门的意见要汇总。"),
    build=_unless_object,
)  # fmt: skip
TRADE = Rule(
    "parties.trade", "以行当、差事称人的主语",
    "[，。；！？、\n](?P<span>(?:你们)?[搞开跑做干种养卖管带办收修送运盖挖当钓打骑摆拉捞采砍放看巡务][^，。；：、的\n]{1,6}的)(?:同志|老板|人)?，?(?:也|都|更|就|一律|自己)?(?:全部|全都|统统|要(?![求点素])|得|必须|应(?![急对])|须|别|不准|不许|不能|先|把|给我|(?<=的)(?P<called>，))",
    yes=("[跑运输的]，别拉超载的货。", "[管仓库的]要随叫随到。", "[养猪的]先把栏门关好。", "[务工的]，身份证揣好。"),
    no=("开展检查的要登记。", "办得好的要表扬。"),
    build=lambda m: None if m["span"][:2] in _NO_TRADE or (m["called"] and m.string[m.start()] not in "。；！？\n") else True,
)  # fmt: skip
SHADOW_RULES: tuple[Rule, ...] = (
    CHAIR, TOGETHER, ASKED, BY, FALLS_TO, DEMAND, OWNER, OWNER_NEXT, PART, PART_NEXT, ALLOTTED, COLLEAGUES, RELATIVE, FIT, BODIES, PLACES, TABLE_LEAD, TABLE, ENCOURAGED, LEVELS, PLACE, PEOPLE, COORDINATE, SUBJECT, CLOCKED, SET_UP, WHEN, BEING, WORK, TIMED, DOER, DOER_NEXT, TOPIC, FIELDS_DOER,
    ORGAN_DOER, ADDRESSED, COUNTED, BELONGING, STAFF_OF, TRADE, PLEASE_CASE, WITH_CASE, FROM_CASE, RELATIVE_DOER, PARALLEL, FIELDS_PARALLEL,
)  # fmt: skip
"""In the order of precedence: the first rule that finds a group names it."""

_LABEL = "(?:单位|部门|领导|人|处室|科室|股室|主体)"
LIST = Rule(
    "parties.list", "责任单位、牵头单位、配合单位清单",
    f"(?P<label>责任|牵头|主办|承办|协办|配合|参与|参加|协同|实施|落实|督办|监督|督导|主责|包保|负责|牵头责任|配合责任)(?:{_LABEL}(?:及责任人)?|(?<=牵头)|(?<=配合)|(?<=主办)|(?<=协办))："
    "(?P<span>(?:(?!(?:责任|牵头|配合|主办|协办|参与|督办|监督)(?:单位|部门|领导|人|处室|科室|股室)|完成时限|完成时间|时限)(?:[^；。：（）\n]|（[一-鿿、]{1,8}）)){2,160})",
    yes=("责任单位：[县教育局、县财政局]", "（牵头单位：[市发改委]）", "配合单位：[各乡镇]；"),
    no=("责任单位要抓好落实。", "牵头单位：\n"),
    build=lambda m: m["label"],
)  # fmt: skip
BRACKET = Rule(
    "parties.bracket", "括号内的分工",
    "(?<=[（，；：])(?P<span>(?:(?!牵头|负责|主办|承办|协办|配合|按职责|按照职责|协助|参与|要|须|应(?!急|对))[^（），；：。\n]){2,120})(?:同志)?"
    "(?P<label>按(?:照)?职责(?:分工)?(?:分别|共同)?负责|具体负责|分别负责|共同负责|牵头负责|牵头|负责|主办|承办|协办|配合|协助|参与|具体落实|督导|督办)(?:落实|实施)?(?=[，；）]|$)",
    yes=("完善预案（[县应急局]牵头，各乡镇配合）。", "（县水利局牵头，[县财政局、各乡镇]按职责分工负责，6月底前完成）"),
    no=("县水利局牵头，各乡镇配合。", "（各部门要认真负责）"),
    build=lambda m: m["label"] if _open_bracket(m.string, m.start()) else None,
)  # fmt: skip
WHOEVER = Rule(
    "parties.whoever", "凡……的人自己要做的事",
    "凡(?<=[，。；：\n]凡)是?(?P<span>[^，。；：\n]{2,50}的)，(?=(?:[^。；\n]{0,30}，)?(?:一律|暂缓|应(?!急|对)|须|要|必须|主动|请|立即|第一时间))",
    yes=("，凡是[去过中高风险地区的]，应主动报备。", "；凡[从外省返回的]，一律居家观察。"),
    no=("凡不报告的，将依法处理。", "，凡此种种，要引起重视。"),
)  # fmt: skip
TEXT_RULES: tuple[Rule, ...] = (LIST, BRACKET, WHOEVER)
"""Rules that read the text itself, for what they find need not be in the directory."""
_MARK_OF = {LIST.id: "：", BRACKET.id: "（", WHOEVER.id: "凡"}
"""What a sentence must hold for a rule that reads the text itself; few hold any."""

TITLE = Rule(
    "parties.title", "标题只写单位，其下各项都由其办理",
    r"\A(?P<span>(?![各全])[\u4e00-\u9fff（）、]{2,60}?(?:局|委|办|部|科|处|室|站|所|队|院|中心|公司|集团|委员会|办公室|指挥部|专班|组|镇|乡|街道|社区|村|学校|医院|车间))[：。]?\n?\Z",
    yes=("[县住房和城乡建设局]", "[县水利局、县应急局]", "[青石镇]："),
    no=("各乡镇：", "加强县水利局的力量", "县水利局要抓好整改"),
    build=lambda m: None if _DEED.match(m["span"]) or not directory.units(m["span"]) else True,
)  # fmt: skip
"""Read in the heading of a point and in the line above a list of points, not in sentences."""
FIRST_LEADS = Rule(
    "parties.first-leads", "列第一位的为牵头单位",
    "(?:列|排)(?:名)?(?:在)?(?:第一|首)位?的?(?:责任)?(?:单位|部门)?(?:为|是|即为|均为|系)(?:牵头|主要责任|主责|第一责任)(?:责任)?(?:单位|部门)",
    yes=("责任单位中[列第一位的为牵头单位]。", "注：[排在首位的单位为牵头单位]"),
    no=("列第一位的为重点项目。", "牵头单位列第一位。"),
)  # fmt: skip
"""Said once, of all lists of the text."""

RULES: tuple[Rule, ...] = (*TEXT_RULES, *SHADOW_RULES, TITLE, FIRST_LEADS)


def _open_bracket(text: str, at: int) -> bool:
    """Whether the place lies in a bracket that opened in the last 200 characters."""
    return text.rfind("（", max(0, at - 200), at) > text.rfind("）", max(0, at - 200), at)


class Body(NamedTuple):
    """A sentence without its marker, [start, end); ``continues`` when it only goes on with the line before it, as in
    a hard-wrapped paragraph, so that no clause begins here."""

    start: int
    end: int
    continues: bool


class Finding(NamedTuple):
    """A group that has to act. ``after`` are the words behind it in the shadow, for its role; ``label`` is the word of
    a list that gives the role (牵头), if any."""

    rule: str
    group: Group
    after: str
    label: str = ""


def find(text: str, sentences: Sequence[Body], crosses: Crosses | None = None) -> list[list[Finding]]:
    """What the rules find in each sentence [start, end) of the text, in text order.

    ``crosses`` may veto a bare field of work that the segmenter sees as part of a longer word.
    """
    view = _Shadow(text, sentences)
    out = [lists(text, start, end) for start, end, _ in sentences]
    taken = [[(f.group.start, f.group.end) for f in findings] for findings in out]
    seen: set[int] = set()
    for rule in SHADOW_RULES:
        for m in candidates((rule,), view.text):
            last = m.end - 1
            if last in seen:
                continue
            k, group = view.group(m.start, m.end, rule)
            if _overlaps(taken[k], group):
                continue
            if group.bare and crosses is not None and crosses(text, group.names[0].start, group.names[-1].end):
                seen.add(last)
                continue
            after = view.text[m.end : m.end + 40].partition("\n")[0]
            before = view.text[max(0, m.start - 1) : m.start]
            if rule in (PARALLEL, FIELDS_PARALLEL) and not any(f.rule in LEADING for f in out[k]):
                continue
            if not _fits(rule, text, group, before, after) or (rule in _PLAIN and _told(text, sentences[k].start, group)):
                continue
            if rule is ALLOTTED:
                group = _without_matter(text, group)
            seen.add(last)
            if rule in (PLACES, BODIES, RELATIVE):
                seen.update(view.signs(k, group))
            out[k].append(Finding(rule.id, group, after))
    for findings in out:
        findings.sort(key=lambda f: f.group.start)
    return out


_REPORTS = re.compile("[^，。；：]{0,6}(?:主动|配合|如实|报告|报备|登记)")
"""What close contacts do themselves; all else is done to them."""
_GIVES = re.compile("(?!自己)[一-鿿]{2}的")
"""What follows is a thing of theirs: 牵头单位 + 提出的 + 需求."""


def _fits(rule: Rule, text: str, group: Group, before: str, after: str) -> bool:
    """Whether the names that a rule found are such as it means: the shadow does not show what they are."""
    first, last = group.names[0], group.names[-1]
    if (last.type == "public" and _UNDERGOES.match(after)) or _TESTED.match(after):
        return False
    if text[first.start] == "哪" or text[max(0, first.start - 2) : first.start] in ("哪个", "哪些", "哪位", "哪家"):
        return False
    if "密接" in last.canonical and not _REPORTS.match(after):
        return False
    if last.type in ("post", "public", "institution") and _PUNISHED.match(after):
        return False
    if rule is TOGETHER:
        return last.type != "body" or not _NEW_BODY.search(text, max(0, group.start - 6), group.start)
    if rule is ALLOTTED:
        if first.canonical in _PIPED and after.startswith("管"):
            return False
        return not _ASKED_TO.search(text, first.start, max(first.core, first.start))
    if rule is BY and first.canonical == "本人":
        return False
    if rule is ASKED:
        return "的" not in text[group.start : first.end] or not _DEED.match(text, group.start)
    if rule is BELONGING:
        return last.type != "public"
    if rule is COLLEAGUES:
        return bool(_COLLEAGUES.search(text, first.start, group.end)) and "的" in text[first.start : group.end]
    if rule is STAFF_OF:
        return bool(_MEN.match(text, group.end))
    if rule is ADDRESSED:
        if last.type == "public" and (_UNDERGOES.match(after, 1) or after.startswith(("，执行", "，继续", "，接受"))):
            return False
        told = text[group.start : first.end]
        return "的" not in told or (last.type in ("post", "public") and "是" not in told)
    if rule is PEOPLE:
        return last.type == "public"
    if rule is PARALLEL:
        return last.type in ("institution", "territory") and text[group.start] not in "一你待有在"
    if rule is DOER:
        return last.canonical != "人员" and not (last.type == "institution" and after.startswith("到位"))
    if rule is BODIES:
        return bool(_OF_BODIES.match(text, last.end))
    if rule is ENCOURAGED:
        return text[group.start] == "各"
    if rule is WHEN:
        return first.canonical != "个人"
    if rule is ORGAN_DOER:
        if text[group.start] != "各" and _GIVES.match(after):
            return False
        return (last.type != "territory" or text[group.start] == "各") and (before in "\n。；" or not _STAFF.search(last.canonical))
    return True


_PLAIN = (TIMED, DOER, ORGAN_DOER, PARALLEL, ADDRESSED, ALLOTTED)
"""Rules that need no demand in their own clause, so that what was done reads alike."""
_TOLD = re.compile(
    "(?<![一-鿿0-9])(?:刚才|昨[天晚日]|近日|日前|会前|前[段几][天时]?[间期]?|这段时间|上周|上个?月)|从[^，。；：\n]{1,16}到(?:现在|目前)"
)
"""Says when something was done, so that what follows is told."""
_DEMANDED = re.compile("要(?![求素点件害])|必须|务必|请|须|应当|不得|现在|今天")
"""Ends what is told: from here on something is wanted."""


def _told(text: str, start: int, group: Group) -> bool:
    """Whether a name stands in the part of its sentence that tells of what was done: behind 刚才 or 从凌晨到现在, and
    before anything is demanded. Only near the beginning of the sentence: what stands far behind is told of something else."""
    if group.start - start > 200:
        return False
    told = _TOLD.search(text, start, group.start)
    return told is not None and not _DEMANDED.search(text, told.end(), group.start)


def _without_matter(text: str, group: Group) -> Group:
    """The group without the matter that stands right before its first name: 背街小巷 + 社区 + 包."""
    first = group.names[0]
    if first.core - first.start < 3:
        return group
    entry = directory.look_up(text[first.core : first.end])
    name = directory.Name(first.core, first.end, entry.canonical, entry.type)
    return group._replace(start=first.core, names=(name, *group.names[1:]))


_UNKNOWN_TYPE: dict[str, PartyType] = {"parties.bodies": "body", "parties.colleagues": "post", "parties.levels": "territory", "parties.fit": "territory", "parties.places": "territory", "parties.place": "territory"}
_COUNT_TAIL = re.compile(f"等?(?:[0-9]{{1,3}}|[一二三四五六七八九十两]{{1,3}})?个?[^，。；{ORGANS}{OTHERS}]{{0,4}}{NAMES}")
_TAIL = re.compile(f"等[^，。；{ORGANS}{OTHERS}]{{0,8}}{NAMES}")


def _overlaps(taken: Sequence[tuple[int, int]], group: Group) -> bool:
    """Whether a group lies on one of the places taken, which are in order and apart."""
    i = bisect_left(taken, (group.end, 0)) - 1
    return i >= 0 and taken[i][1] > group.start


class _Shadow:
    """The sentences with one sign for each group of names, and the way back to the text."""

    def __init__(self, text: str, sentences: Sequence[Body]) -> None:
        self._source = text
        self._groups: dict[int, tuple[int, Group]] = {}
        self._pieces: list[tuple[int, int, int]] = []
        hits = directory.hits(text)
        starts = [h[0] for h in hits]
        parts: list[str] = []
        size = 0
        for k, (start, end, continues) in enumerate(sentences):
            parts.append(_SEAM if continues else "\n")
            size += 1
            at = start
            found = directory.names(text, start, end, hits[bisect_left(starts, start) : bisect_left(starts, end)])
            for group in directory.groups(text, end, found):
                self._pieces.append((size, at, k))
                parts.append(text[at : group.start])
                size += group.start - at
                parts.append(_sign(text, group))
                self._groups[size] = (k, group)
                size += 1
                at = group.end
            self._pieces.append((size, at, k))
            parts.append(text[at:end])
            size += end - at
        self.text = "".join(parts)

    def group(self, start: int, end: int, rule: Rule) -> tuple[int, Group]:
        """The sentence and the group of a finding. Words before its sign belong to the name; without a sign, the
        words themselves are the names."""
        if (known := self._groups.get(end - 1)) and start == end - 1:
            return known
        a = self._at(start)
        if known:
            k, group = known
            first = group.names[0]
            if self.text[end - 2] in "、和" and "的" not in self._source[a : first.start]:
                before = _split(self._source, a, first.start, first.type if rule in (COORDINATE, LEVELS) else "department")
                return k, Group(a, group.end, (*before, _last_of_list(self._source, first), *group.names[1:]), False)
            whole = self._source[a : first.end]
            name = directory.Name(a, first.end, directory.normal(whole), first.type)
            return k, Group(a, group.end, (name, *group.names[1:]), False)
        b = self._at(end)
        if rule in (PLEASE_CASE, WITH_CASE, FROM_CASE, TRADE):
            names: tuple[directory.Name, ...] = (directory.Name(a, b, self._source[a:b], "public"),)
        else:
            names = _split(self._source, a, b, _UNKNOWN_TYPE.get(rule.id, "department"))
        tail = (_COUNT_TAIL if rule in (PLACES, BODIES) else _TAIL).match(self.text, end)
        stop = self._groups[tail.end() - 1][1].end if tail else b
        return self._pieces[bisect_right(self._pieces, (start, len(self._source), 0)) - 1][2], Group(a, stop, names, False)

    def signs(self, sentence: int, group: Group) -> list[int]:
        """Where the signs of groups stand that lie within a group: what only counts its names (等7个县) is no party."""
        return [at for at, (k, g) in self._groups.items() if k == sentence and group.start <= g.start < group.end]

    def _at(self, at: int) -> int:
        """The place in the text of a place in the shadow."""
        if at in self._groups:
            return self._groups[at][1].start
        begin, source, _ = self._pieces[bisect_right(self._pieces, (at, len(self._source), 0)) - 1]
        return source + at - begin


def _last_of_list(text: str, name: directory.Name) -> directory.Name:
    """The last of a list without what counts the list: 东湖 of 长桥、南苑、东湖三个街道."""
    m = _COUNTED.match(text, name.start, name.end)
    return name if m is None else name._replace(end=m.end("one"), canonical=m["one"])


_COUNTED = re.compile("(?P<one>[一-鿿]{2,4}?)(?:[0-9]{1,2}|[二三四五六七八九十两]{1,2})个")
_OF_BODIES = re.compile("[^，。；]{0,12}(?:专班|组)")
_STAFF = re.compile("(?:人员|教师|老师|职工|专家|医生|护士|队伍)$")
"""Staff named in general: often an object, so only clear verbs make it a subject."""
_UNDERGOES = re.compile("要?有[^，。；]{0,3}人[照管看陪帮护盯]|，?(?:也|均|都|则|原则上)?(?:一律|必须|应|要)?(?:不让|[送接][到往至县]|实行|实施|调整|采取|纳入|落实(?=[^，。；]{0,12}(?:隔离|监测|管控|检测))|劝返|进行[^，。；]{0,8}隔离)")
"""What is done to people, not by them."""
_MEN = re.compile("(?:上|口|这边|那边)?的[^，。；：\n]{0,3}(?:小伙子|师傅|弟兄|年轻人|伙计|年轻老师|人(?![员数手家大才口均]))")
"""The people of a unit, who stand for it."""
_PUNISHED = re.compile("(?:一律|就地|当场|先行)(?:免职|撤职|停职|撤换|处分|开除|查处|问责)")
"""What is done to offenders: 班子成员就地免职."""
_COLLEAGUES = re.compile("(?:(?<!主要负责)同志|干部|医生|民警|护士|职工|战士|老师|教师|教练)$")
"""People of a unit who have no other name."""
_PIPED = frozenset({"燃气", "供水", "供气", "供热", "移动"})
"""Fields that a pipe is named after: 燃气管."""
_NEW_BODY = re.compile("(?:组成|成立|组建|设立|派出)联合$")
"""A body that is only set up: 组成联合验收组."""
_TESTED = re.compile("(?:要|应|须|均|都|一律)?每?[0-9一二三两]{0,2}[天日周][0-9一二三两]{1,2}(?:检|次核酸|次检测|次抗原)")
"""How often people are tested (每周两检): a measure on them."""


def _sign(text: str, group: Group) -> str:
    """What stands for a group in the shadow."""
    last = group.names[-1]
    if group.bare:
        return FIELDS
    if last.type in ("department", "body", "post", "all"):
        return ORGANS
    return ORGANS if text[group.start] in "各县市省党" or "政府" in last.canonical else OTHERS


_SPLIT = re.compile("(?P<mark>、(?![^（）]{1,8}）)(?!(?<=[省市县区旗州镇乡党]委、)[省市县区旗州镇乡]?(?:人民)?政府)|[，,/]|以及|会同)|[和及与]")
"""What divides a list; 县委、县政府 is one party."""
_ETC = re.compile("等(?:[一-鿿]{0,8}(?:部门|单位|机构))?$")


def lists(text: str, start: int, end: int) -> list[Finding]:
    """The findings of the rules that read the text itself, in one sentence."""
    out: list[Finding] = []
    # A bracket may have opened in the sentence before.
    near = text[max(0, start - 200) : end]
    worth = [rule for rule in TEXT_RULES if _MARK_OF[rule.id] in near]
    for m in settle(c for c in candidates(worth, text, max(0, start - 1), end) if c.start >= start):
        if m.rule is WHOEVER:
            one = (directory.Name(m.start, m.end, text[m.start : m.end], "public"),)
            out.append(Finding(m.rule.id, Group(m.start, m.end, one, False), ""))
        elif names := _split(text, m.start, m.end):
            out.append(Finding(m.rule.id, Group(m.start, m.end, names, False), "", str(m.value)))
    return out


def title(text: str, start: int, end: int) -> Finding | None:
    """The units that text[start:end], a heading or the line above a list, names and nothing else."""
    for m in candidates((TITLE,), text[start:end]):
        a, b = start + m.start, start + m.end
        return Finding(TITLE.id, Group(a, b, _split(text, a, b), False), "")
    return None


def first_leads(text: str) -> bool:
    """Whether the text says that the first of those listed for a task leads (列第一位的为牵头单位)."""
    return bool(candidates((FIRST_LEADS,), text))


def _split(text: str, start: int, end: int, otherwise: PartyType = "department") -> tuple[directory.Name, ...]:
    """The names of a list, divided at 、，和及; a 和 within a name (文化和旅游局) divides nothing."""
    names = []
    at = start
    marks = [*_SPLIT.finditer(text, start, end)]
    for n, m in enumerate([*marks, None]):
        stop = m.start() if m else end
        if m and not m["mark"]:
            after = marks[n + 1].start() if n + 1 < len(marks) else end
            etc = _ETC.search(text, at, after)
            if directory.in_one(text[at : etc.start() if etc else after], stop - at):
                continue
        if etc := _ETC.search(text, at, stop):
            stop = etc.start()
        if stop - at >= (1 if otherwise == "territory" else 2):
            entry = directory.look_up(text[at:stop], otherwise)
            names.append(directory.Name(at, stop, entry.canonical, entry.type))
        at = m.end() if m else end
    return tuple(names)


def run(text: str) -> list[Match]:
    """The findings of the group in one cleaned sentence, one for each group of names."""
    by_id = {rule.id: rule for rule in RULES}
    return [*candidates((TITLE, FIRST_LEADS), text), *(Match(by_id[f.rule], f.group.start, f.group.names[-1].end, f.rule) for fs in find(text, [Body(0, len(text), False)]) for f in fs)]
