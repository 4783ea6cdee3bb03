"""How points are marked, and the words that announce or end a list of points.

`MARKERS` are read together, in this order, at every place of a text; the group in each pattern is named after the kind
of the marker and holds its number. What a marker opens or goes on with is decided in `extractor/items.py`.
"""

from __future__ import annotations

from extractor.matcher import candidates
from extractor.rule import Match, Rule

_NUM = "[一二三四五六七八九十]{1,3}"
_NO_UNIT = "(?![年月日时天个人名项次家期户号元米万亿台级层楼点岁周种例支所区届条分批第])"

FIRST = "[0-9一二三四五六七八九十（①-⑳其第首再最然另头还]"
"""The characters that a marker of any kind begins with."""

MARKERS: tuple[Rule, ...] = (
    Rule(
        "items.chapter", "一、二、三、",
        rf"(?P<chapter>{_NUM})、(?!{_NUM}[、线级类年季楼])",
        yes=("[一、]加强领导", "任务如下：[十二、]严肃纪律"),
        no=("一、二线城市", "二、三年级学生"),
    ),
    Rule(
        "items.section", "（一）（二）",
        rf"（(?P<section>{_NUM})）",
        yes=("[（一）]压实责任", "能力[（十一）]加强宣传"),
        no=("（一个月内）", "（2022）5号"),
    ),
    Rule(
        "items.arabic", "阿拉伯数字序号（1. 2、）",
        r"(?P<arabic>[0-9]{1,2})(?:、|[.．]、?)(?![0-9])",
        yes=("[1.]排查隐患", "[12、]严禁烟火"),
        no=("1.5万户", "2022年"),
    ),
    Rule(
        "items.arabic-timed", "行首序号后接数量（2.48小时内……）",
        r"(?<![^\n])(?P<timed>[0-9]{1,2})[.、](?=[0-9]{1,3}(?:小时|天|日|月|年|名|个))",
        yes=("[2.]48小时内接种过的人员暂缓", "[3、]7天内到过的"),
        no=("增长2.48个百分点", "共1.5小时"),
    ),
    Rule(
        "items.arabic-paren", "括号数字序号（1）",
        r"（(?P<paren>[0-9]{1,2})）",
        yes=("[（1）]登记造册", "[（12）]回访"),
        no=("（123）", "（1人）"),
    ),
    Rule(
        "items.half-paren", "半括号数字序号 1）",
        r"(?<![（0-9])(?P<half>[0-9]{1,2})）",
        yes=("[1）]登记造册", "[2）]回访"),
        no=("（3）", "（2022）"),
    ),
    Rule(
        "items.circled", "带圈数字序号 ①",
        r"(?P<circled>[①-⑳])",
        yes=("[①]登记", "核酸；[②]流调"),
        no=("㈠登记", "1登记"),
    ),
    Rule(
        "items.qi", "其一、其二",
        rf"其(?P<qi>{_NUM})(?:[，：、]|是)",
        yes=("[其一，]真", "[其二是]快"),
        no=("其一生", "尤其一线人员"),
    ),
    Rule(
        "items.di", "第一，第二点是，第三个问题：",
        rf"第(?P<di>{_NUM})(?:[，：、]|[个点条项步件层句招][^，。；：、\n是]{{0,8}}是"
        rf"|[个点条项步件层句招][^，。；：、\n是]{{0,6}}[，：]|是|(?=要(?![务素件义])))",
        yes=("[第一，]思想要到位", "[第二个感受是]漏洞多", "[第三句，]队伍要拉得出"),
        no=("第一时间上报", "第十七次会议"),
    ),
    Rule(
        "items.shi", "一是二是",
        rf"(?<![万统之唯第其单同专])(?P<shi>{_NUM})是(?![一二三四](?:[，。、；就]|[一二三四]是)|否)",
        yes=("[一是]加强宣传", "[十一是]做好总结"),
        no=("一是一，二要分清", "原因之一是缺水"),
    ),
    Rule(
        "items.yao", "一要二要",
        rf"(?<![万统之唯第其单同专])(?P<yao>{_NUM})要(?![素点件害求么])",
        yes=("[一要]压实责任", "[三要]备足物资"),
        no=("三要素", "第一要务"),
    ),
    Rule(
        "items.order", "首先、其次、再次、最后",
        r"(?P<order>首先|其次|再次|再者|最后|然后)",
        yes=("[首先]，思想要重视", "[其次]要抓落实"),
        no=("先把底数摸清", "次日报送"),
    ),
    Rule(
        "items.one", "口语的一个是、再一个是、还有一个是",
        r"(?<![^，。；：！？\n])(?P<one>(?:头|再|还有|最后)?一个(?=就?是(?!什么|谁|怎)))",
        yes=("问题有两个：[一个]是没人管，", "；[再一个]是管不住。", "[还有一个]就是钱没到位。"),
        no=("这是一个是非问题。", "一个也不漏。"),
    ),
    Rule(
        "items.side", "一方面……另一方面",
        r"(?P<side>一方面|另一方面)",
        yes=("[一方面]，县里成立专班", "[另一方面]发动群众"),
        no=("各方面力量", "这方面工作"),
    ),
)  # fmt: skip

LOST_DOT = Rule(
    "items.lost-dot", "行首缺点的序号（1严格……）",
    rf"(?<![^\n])(?P<bare>[0-9]{{1,2}})(?=[\u4e00-\u9fff]){_NO_UNIT}",
    yes=("[1]严格管理", "[2]规模与人员"),
    no=("1月底前", "3名干部"),
)  # fmt: skip

ROW = Rule(
    "items.row", "表格首列的序号",
    r"(?<![^\n])(?:\|)?(?P<bare>[0-9]{1,2})(?=\|[^|\n]{0,60}[\u4e00-\u9fff]{4})",
    yes=("[1]|清疏河道|县水利局|6月底前", "[12]|改造危房|县住建局"),
    no=("1|2|3", "共1|项"),
)  # fmt: skip

LOST_ONE = Rule(
    "items.lost-one", "句中缺点的首个序号",
    rf"(?<![0-9.第~至-])1[.、 ]?(?=[\u4e00-\u9fff]){_NO_UNIT}",
    yes=("规范有效[1]严格管理", "工作要求[1.]农村方面"),
    no=("第1批", "11项任务"),
)  # fmt: skip

END_OF_ALL = Rule(
    "items.end", "结束全部要点的段落（同志们、特此、落款）",
    r"\A(?:同志们|特此|附件|[^。]{0,24}(?:主持(?:召开)?(?:了)?会议|(?:参加|出席|列席)(?:了)?(?:会议|活动)?。)"
    r"|[^，。]{2,30}[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日\Z)",
    yes=("[同志们]，任务已经明确", "[县应急局2022年6月1日]"),
    no=("请同志们记住", "2022年6月1日起施行本办法"),
)  # fmt: skip

NEW_SUBJECT = Rule(
    "items.new-subject", "另起话题的段落（会议要求、总之、以上）",
    r"\A(?:总之|以上|会(?:议|前|后|上|末)|最后，|此外，)",
    yes=("[会议]强调，要抓落实", "[以上]问题要整改"),
    no=("各项会议要精简", "各镇以上率下"),
)  # fmt: skip

RECAP = Rule(
    "items.recap", "对一组要点的回应（对此、针对以上问题）",
    r"(?<=[。！？；])(?=[对针以上这])(?:对此|对这[些几]|针对(?:以上|上述|这些|存在|此)|以上(?:这些)?(?:问题|情况|现象)|上述(?:问题|情况|现象)|这[些几][个种件]?(?:问题|情况|现象))",
    yes=("三是督查不严。[对此]，各镇要整改", "群众意见大。[针对以上]问题，要抓紧"),
    no=("对此要高度重视", "三是对这些地方加强巡查"),
)  # fmt: skip

ANNOUNCE = Rule(
    "items.announce", "引出下一组要点",
    r"(?:以下|如下|下列|下面)[^。：\n]{0,24}[：。]?\Z"
    r"|(?:几|[二两三四五六七八九十])[大]?[点个项条件]"
    r"(?:方面|问题|要求|意见|工作|任务|措施|特点|感受|事|建议|体会|想法|意思|重点)[^。：\n]{0,10}[：。]?\Z",
    yes=("抓好[以下工作：]", "我讲[三点意见。]"),
    no=("以下群众要转移到位。由各村负责落实", "共有三个点位要值守，不得擅离。"),
)  # fmt: skip

SPEAKER_LEAD = Rule(
    "items.speaker-lead", "讲话人另起一组要点（下面、下一步、我再讲几点）",
    r"下面|下一步|接下来|最后|会议(?:强调|要求|指出)|我[再想]?(?:讲|提|说|强调|谈|总结)[^。：]{0,12}[点条个]",
    yes=("[下面]，提几点要求", "[我再讲三点]"),
    no=("各单位要上下联动", "会议室要消毒"),
)  # fmt: skip

RULES: tuple[Rule, ...] = (*MARKERS, LOST_DOT, ROW, LOST_ONE, END_OF_ALL, NEW_SUBJECT, RECAP, ANNOUNCE, SPEAKER_LEAD)


def run(text: str) -> list[Match]:
    """Every place in one line that reads like a marker or like the words around a list."""
    return candidates(RULES, text)
