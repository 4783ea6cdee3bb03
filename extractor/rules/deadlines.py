"""Rules for deadlines: what limits when an act is done.

They run over a view of the cleaned text in which each time expression is one code character (see the constants), so a
rule reads like the language: `到PERIOD`, `不得超过LENGTH`, `TRIGGER后WITHIN`. `extractor/deadlines.py` makes the view, works out the
values and keeps what lies ahead. A rule builds a `Plan`: the kind, where in the view the time stands, and what is fixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from extractor.numerals import parse
from extractor.rule import Rule
from models.records import DeadlineKind

# Private-use characters: no speech holds them, and one that does is not mistaken for a time expression.
LIMIT = "\ue001"  # a day, period or clock time with 前, 内, 止: 6月底前, 年内, 18时前
DAY = "\ue002"  # one day, or an instant: 3月5日, 明天, 3月25日18时
TODAY = "\ue00b"  # 今天, the day of the speech
PERIOD = "\ue003"  # a month, a quarter, or the edge of a period: 3月份, 四季度, 年底
YEAR = "\ue00c"  # a whole year or half of one: 2022年, 上半年, 全年
THIS_YEAR = "\ue00d"  # 今年: mostly the setting of what is said, a limit only where something presses
RANGE = "\ue00a"  # from and to: 19日至22日, 即日起至2月9日24时
SAME_DAY = "\ue004"  # 当日, 当天
START = "\ue005"  # a day with 起, 后, 以来
AS_OF = "\ue006"  # a day with 截至
LENGTH = "\ue007"  # a duration
WITHIN = "\ue008"  # a duration with 内
EVERY = "\ue009"  # a recurring time
FEAST = "\ue00e"  # a festival alone: 清明 names what is done (清明祭扫) far more often than when


@dataclass(frozen=True, slots=True)
class Plan:
    """A deadline before its dates are worked out.

    ``at`` is the offset in the view of the time expression that gives the value, None when ``value`` is all there is.
    ``planned``: a bare day or period, which is a deadline only while it lies ahead; ``sure``: and only when that is known.
    ``trigger``: the stretch of the view that says what a span of time counts from, when it stands within the finding.
    """

    kind: DeadlineKind
    at: int | None = None
    value: str | None = None
    times: int | None = None
    planned: bool = False
    sure: bool = False
    trigger: tuple[int, int] | None = None


Build = Callable[["re.Match[str]"], object]


def _plan(kind: DeadlineKind, value: str | None = None, *, planned: bool = False, sure: bool = False) -> Build:
    """Builds a plan of a kind; the group ``time`` is the time expression it is taken from."""

    def build(m: re.Match[str]) -> object:
        return Plan(kind, m.start("time") if m.groupdict().get("time") else None, value, planned=planned, sure=sure)

    return build


def _if(build: Build, *, before: str = "", not_before: str = "", after: str = "", not_after: str = "") -> Build:
    """Builds only where what ends at the finding and what begins behind it matches, or does not match."""
    ends, ends_not = (re.compile(rf"(?:{p})$") if p else None for p in (before, not_before))
    begins, begins_not = (re.compile(p) if p else None for p in (after, not_after))

    def guarded(m: re.Match[str]) -> object:
        left, (start, end) = max(0, m.start() - 20), m.span()
        if ends and not ends.search(m.string, left, start) or ends_not and ends_not.search(m.string, left, start):
            return None
        if begins and not begins.match(m.string, end) or begins_not and begins_not.match(m.string, end):
            return None
        return build(m)

    return guarded


# ------------------------------------------------------------------------------------------------------------- guards

CODES = LIMIT + DAY + TODAY + PERIOD + YEAR + THIS_YEAR + RANGE + SAME_DAY + START + AS_OF + LENGTH + WITHIN + EVERY + FEAST
_HEAD = "^|[，。；：！？、（\n“”]|[一二三四五六七八九十]是"
_URGE = "确保|力争|争取|必须|务必|务求|预计|计划|拟|将|须|应|要|请|于|在|并|需"
_DONE = (
    "完成|办结|到位|见效|建成|拿出|清零|销号|交账|验收|报送|上报|报备|报|提交|交付|交|落实|实现|落地|达到|全面|全部|全域|基本|投产|完工|竣工|通车|开工|复工|"
    "启用|投用|出台|回复|答复|反馈|整改|解决|动态清零"
)
_ACT = (
    f"{_DONE}|率先|力争|争取|确保|要(?!求|点|素|闻|害)|必须|务必|应(?!急)|须|需|启动|开展|组织|推动|推进|建立|建设|形成|投入|新增|新建|改造|集中|重点|再|"
    "至少|取得|打造|培育|引进|上线|扎实|进行|逐步|对|把|制定|打响|攻坚|筛查|排查|检测|摸排|整治|治理|消除|淘汰|发放|兑现|拨付|使|不|暂停|停|"
    "搞|办(?![公理])|进场|进驻|入驻|返校|到校|报到|复课|返岗|到岗|轮换|搬离|退出|关停"
)
_PAST = "已|已经|此前|早在|曾|原定?|原定于|延期至?|推迟[到至]?|截[至止]到?"
# 9月1日前出生的儿童: the time describes somebody or something, it limits no act.
_DESCRIBES = (
    r"(?!完成|实现|做到|达到|建成|落实|全面|全部|基本|要|必须|务必|应|须|将)[^，。；：！？\n]{0,12}?"
    r"(?:过|出生|毕业|注册|登记|参加|入职|入学|离开|返回|到达|接种|施工|投用|投运|建造|在岗|签订|发生|存在|取得|发布|印发|购买|办理|来自|形成|建成)"
    r"[^，。；！？\n]{0,10}的|的|已|未|曾|就已|由于|因"
)
_NO_ACT = r"[“”》的]|将至|将近|临近|来临|到来|以来|是|度?(?:工作|全[国省市县区旗])?[^，。；：！？\n]{0,16}(?:方案|计划|规划|报告|会议|精神|目标任务|要点|预算|排名)"
# 今年新建的四万亩, 1月完成了: what follows is no act to come.
_ATTRIBUTE = r"(?!(?:全面|全部|基本|要)?(?:完成|实现|达到|确保|要|必须|力争))[^，。；：！？\n]{0,9}的|[^，。；：！？\n]{0,9}了"
# 5月份安装到位, 全年走访不少于4次
_TARGET = r"[^，。；：！？\n]{1,4}(?:到位|完毕|到底)|[^，。；：！？\n]{0,12}(?:不少于|不低于|至少)"
# Behind a subject and its time a verb with its result (拆完, 发到户) or one that ends a stage (挂网, 报到) tells what is to come.
_RESULT = (
    "(?:[^，。；：！？、的了不\n]{1,4}(?:完|齐|掉|到户|到位|到家|到账|到手|出来|出去|下去|下来|上墙)"
    "|(?:要|再|也)?(?:全部|全|都|集中|统一)?[^，。；：！？、的了不\n]{0,2}[做办修建拆搬发改查清搞装铺挖补换交签谈配备放收打测检退结送运撤转封贴挂腾调](?:好|走|清|通|上去|上来|起来|过来|过去))"
    "(?=[，。；、！”]|$)"
)
_STAGE = (
    "(?:集中|统一|全部|准时|正式)?(?:挂网|开标|封顶|进场|出图|放款|到账|交房|交地|报到|返校|到校|离校|返岗|到岗|开园|开馆|通水|通电|通气|通航|上线|上墙|公示|公布|停产|停运|撤离|搬迁|退场|扫尾|收尾|收官|分房|开张|开业|过半|动工|开建|达产|结项|结题|"
    "交付|开班|开课|上市|补植|移栽|发车)(?=[，。；、！”]|$)"
)
# 7天内有旅居史, 48小时内核酸阴性证明: the span looks back.
_LOOKS_BACK = (
    r"[^，。；！？\n]{0,6}(?:(?:核酸|抗原)(?:检测)?(?:阴性|证明|报告|结果)|阴性|到过|去过|有过|旅居|曾|接触过|活动轨迹|居住史|行程[史卡码]|来自|途经|途径|新增|累计)"
    r"|(?:核酸|抗原)(?!(?:检测)?[0-9一二两三]次)|行程|的|有|无|未|没有|在?(?:国内|境外|中高风险)|可?(?:到达|达)的|可达|有效"
    # 半年内受过处分的, 一年内三次违规的: people or things told apart by what happened.
    r"|(?!要|须|应|必须|务必|将|由|完成)[^，。；！？\n把对将]{0,10}(?<![通超经渡难])过(?![半关一两三几程])[^，。；！？\n]{0,10}的"
    r"|(?:发生|出现|累计|连续)?[二两三四五2-9]次(?:及?以上)?[^，。；！？\n]{0,6}的|被[^，。；！？\n]{1,6}的|(?:发生|出现)[^，。；！？\n]{1,10}的"
    r"|[^，。；！？\n把对将]{0,6}(?:超过|达到|不足|低于|高于|[不未](?:合格|达标))[^，。；！？\n]{0,8}的"
)


def _labelled(m: re.Match[str]) -> object:
    """完成时限：3月底 is a point in time, 办理时限：5个工作日 a span."""
    kind: DeadlineKind = "within" if m["time"] in (LENGTH, WITHIN) else "by"
    return Plan(kind, m.start("time"))


_ONE_EACH = "报|调|研|碰|例|检|督|随访|走访|访|巡|小结|总结|汇|会商|清|更新|评|排|考|分析|查|盘|统计|消|换|结|通|测|整|反馈|跟踪|审核|轮|到(?=现场|村|企|基层)"
_ONE_ACT = "报|调|查|巡|看|走|转|发|送|测|做|检|消|换|清|点|喊|问|收|拉|碰|开|通报|汇总|调度|督查|检查|巡查|清点|更新|排查|维护|保养|检修|消杀|消毒"
_N = r"(?P<n>[0-9]{1,2}|[一二两三四五六七八九十])(?:[-—至到][0-9一二三四五六七八九]{1,2})?"
_COUNT = _N + "(?:次|遍|轮|趟(?!车)|回(?![头访复应家来去国乡升报流填购避迁]))"
_AT_LEAST = "至少|不少于|不低于|不得少于"
_COUNT_LATER = (
    re.compile(rf"[^，。；！？\n{CODES}]{{0,24}}?(?:不少于|不低于|不得少于|至少|各|[^第0-9一二三四五六七八九十{CODES}])" + _COUNT),
    re.compile(rf"[^，。；！？\n{CODES}]{{0,12}}?(?:不少于|不低于|不得少于|至少)[^，。；！？\n{CODES}]{{0,4}}?" + _N + "[节堂场](?!所|地)"),
)


def _every(m: re.Match[str]) -> object:
    """How often in the period: said right behind (每日两次), by the parts of the day (每日早、晚), or later in the clause."""
    parts = 0
    if m["parts"]:
        named = m["parts"][0] in "“、" or "前" in m["parts"]
        parts = _said_apart(m["parts"]) if named else _parts(m["parts"])
    count = m["n"] or m["short"]
    if count or parts:
        times: int | None = (parse(count) if count else 1 or 1) or 1
        if times != parts or m.string.startswith("各", m.end("parts")):  # 早中晚播三次 is three times, 早晚各两次 four
            times = (times or 1) * (parts or 1)
    else:
        later = next(filter(None, (p.match(m.string, m.end()) for p in _COUNT_LATER)), None)
        times = parse(later["n"]) if later else None
    return Plan("recurring", m.start("time"), times=times)


def _every_length(m: re.Match[str]) -> object:
    return Plan("recurring", m.start("time"), times=parse(m["n"] or m["once"]))


_PERIODS = {"日": "P1D", "天": "P1D", "周": "P7D", "旬": "P10D", "半月": "P15D", "月": "P1M", "季": "P3M", "季度": "P3M"}


def _each(m: re.Match[str]) -> object:
    return Plan("recurring", value=_PERIODS[m["u"]], times=parse(m.groupdict().get("n") or "一"))


def _other(m: re.Match[str]) -> object:
    return Plan("recurring", value={"天": "P2D", "日": "P2D", "周": "P14D", "月": "P2M"}[m["u"]], times=1)


def _parts_of_day(m: re.Match[str]) -> object:
    return Plan("recurring", value="P1D", times=_parts(m["parts"]) * (parse(m["n"]) or 1))


def _said_apart(words: str) -> int:
    """How many times are listed: “上班前、下班后” two, and 、晚8点 behind another clock time makes two."""
    return 1 + len(re.findall("[、和及与，]", words))


def _parts(words: str) -> int:
    """How many parts of the day are named: 早、晚 two, 早中晚 three."""
    return len(re.findall("[早中晚上下]|(?<!中)午(?=晚)", words))


_SEASONS = (
    "主汛期|汛期|入汛|汛|入冬|越冬|入夏|入伏|春耕|春播|插秧|播种|收割|开镰|麦收|秋收|夏收|三夏|封山|禁渔期|供暖季|供暖期|供暖|采暖季|采暖期|采暖|封冻|上冻|冰冻期|"
    "雨季|台风季|台风登陆|洪峰|春运|学期结束|开学|返校|高考|中考|换届|放假|下班|下雨|下雪|中午|傍晚|天黑|日落|入夜|天亮|早会|例会|办公会"
)
_DAY_ENDS = "下班|收工|天黑|天亮|早会|晨会|例会|收市|收摊|打烊|闭馆|闭园|闭店|关门|放学|收车"
_DAY_STARTS = "上班|开工|上课|开门|开园|开市|营业|发车"
_SEASON_ENDS = (
    "(?:到来|来临|开始|结束)?(?:之|以)?前(?![0-9二三两四五六七八九十几后夕期" + LENGTH + WITHIN + "]|一[名位任届批轮])"
)
_SESSION = (
    "报告|调度|通报|汇总|研判|监测|巡查|排查|督查|督导|检查|会商|例会|碰头|清零|总结|评估|考核|消杀|消毒|统计|分析|盘点|反馈|点评|抽查|巡检|会办|督办|排名|讲评|晾晒|"
    "报(?=[制”、送表])|清(?=[零日月])"
)

RULES: tuple[Rule, ...] = (
    # by: a point in time
    Rule(
        "deadlines.by-limit", "某时之前、某期之内",
        f"(?P<time>{LIMIT})",
        yes=(
            ("请于[6月底前]报整改情况", "by 2022-06-30"), ("[3月25日18时前]送达值班室", "by 2022-03-25T18:00"), ("[年内]持续推进", "by 2022-12-31"),
            ("务必在[中秋节前]兑现工资", "by 2022-09-10"), ("[本周五前]交到办公室", "by 2022-03-11"), ("[两会前]全部化解", "by null"),
        ),
        no=("2008年前上户的车辆要淘汰", "对1月20日前到过疫区的人员要登记", "截至3月底前的数据"),
        build=_if(_plan("by"), not_before=_PAST, not_after=_DESCRIBES),
    ),
    Rule(
        "deadlines.by-until", "到某时",
        f"[到至](?P<time>[{PERIOD}{YEAR}{DAY}{FEAST}{TODAY}{LIMIT}])",
        yes=(("[到2025年]，建成三座水厂", "by 2025-12-31"), ("力争[到年底]全部通水", "by 2022-12-31")),
        no=("工期延长到2025年", "来到2022年", "从3月到5月"),
        build=_if(_plan("by"), before=f"{_HEAD}|{_URGE}|实现", not_after=r"的|以来|[^，。；\n]{0,2}才"),
    ),
    Rule(
        "deadlines.by-in-period", "在某一时期",
        f"在(?P<time>[{PERIOD}{YEAR}{THIS_YEAR}])(?:内|期间)?",
        yes=(("[在四季度]全面落地", "by 2022-12-31"), ("力争[在5月份]投产", "by 2022-05-31")),
        no=("在2021年取得成绩的基础上", "在四季度的会上"),
        build=_if(_plan("by", planned=True), not_before="现|存|正|好|实", not_after=_NO_ACT),
    ),
    Rule(
        "deadlines.by-period", "某一时期做某事",
        f"(?P<time>[{PERIOD}{YEAR}{RANGE}])",
        yes=(
            ("[5月份]完成验收", "by 2022-05-31"), ("确保[二季度]投产", "by 2022-06-30"), ("[19日至22日]开展全员核酸", "by 2022-03-22"),
            ("[年底]全部到位", "by 2022-12-31"), ("门诊部[二季度]要把预约做起来", "by 2022-06-30"), ("[全年]到联系点不少于4次", "by 2022-12-31"),
            ("[4—6月]集中整治", "by 2022-06-30"), ("施工队[下旬]进场", "by 2022-03-31"), ("路灯[这周]装好", "by 2022-03-13"), ("名单[4月中旬]公示", "by 2022-04-20"),
        ),
        no=("2022年工作方案要抓紧印发", "做好2022年的预算", "2022年是攻坚之年", "1月份完成了验收", "争取在全市一季度排名中靠前"),
        build=_if(_plan("by", planned=True), after=f"(?:{_ACT})|{_TARGET}|{_RESULT}|{_STAGE}", not_before=f"{_PAST}|[从自对按为据至到较比同]|以来", not_after=_NO_ACT + "|" + _ATTRIBUTE),
    ),
    Rule(
        "deadlines.by-each-period", "几个时期各做一次",
        f"(?P<time>[{PERIOD}{DAY}])(?=(?:(?<=[{PERIOD}{DAY}][、和及与].)|(?:[、和及与][{PERIOD}{DAY}]){{1,5}})(?:组织|开展|实施)(?!了)|(?:[、和及与][{PERIOD}{DAY}]){{0,5}}(?:各|分别)(?![地级项类县市区镇乡村]|部门|单位|有|为|占|达|增|下降|完成了|实现了))",
        yes=(
            ("[4月]和10月各体检一次", "by 2022-04-30"), ("[二季度]、四季度分别组织考核", "by 2022-06-30"), ("6月、[9月]各演练一场", "by 2022-09-30"), ("4月8日、[4月12日]组织补测", "by 2022-04-12"),
        ),
        no=("4月和10月各地情况", "一季度和二季度分别增长3%", "5月和6月的任务各有侧重"),
        build=_if(_plan("by", planned=True, sure=True), not_before=f"{_PAST}|[从自对按为据至到较比同]"),
    ),
    Rule(
        "deadlines.by-leading-period", "句首的时期",
        f"(?P<time>[{PERIOD}{YEAR}{RANGE}])(?=，)",
        yes=(("[2022年]，各地建成一批站点", "by 2022-12-31"), ("[4—6月]，各校轮流演练", "by 2022-06-30")),
        no=("2022年，是攻坚之年", "今年，要抓好几件事", "上半年，我们开了三次会", "做好四季度，"),
        build=_if(_plan("by", planned=True), before=_HEAD, not_after="，(?:是|[^，。；]{0,14}(?:了|已|是)|我们|我)"),
    ),
    Rule(
        "deadlines.on-period", "某月、某季（未到）做某事",
        f"(?P<time>{PERIOD})",
        yes=(("6月份开工、[2025年底]并网", "by 2025-12-31"), ("[三季度]迎接省级评审", "by 2022-09-30")),
        no=("三季度工作要早谋划", "一月份到岗", "四季度的任务", "四季度经济运行"),
        build=_if(
            _plan("by", planned=True, sure=True), before=_HEAD, not_before="“|周",
            not_after=f"{_NO_ACT}|{_ATTRIBUTE}|期间|以来|前后|当|我|你|[，、。；：！？”）》|]|$|"
            r"[^，。；：！？\n]{0,4}(?:工作|经济|目标|任务|数据|指标|重点|考核|增速|运行|形势|项目|开局|收官|全[省市县区]|全国)",
        ),
    ),
    Rule(
        "deadlines.by-cell", "表格里的时限",
        rf"(?<=\|)(?P<time>[{DAY}{FEAST}{PERIOD}{YEAR}{LIMIT}{RANGE}])(?=\||\n|$)",
        yes=(("县农业局|[2022年10月底]", "by 2022-10-31"), ("县教育局|[三季度]|市教育局", "by 2022-09-30")),
        no=("|2022年收入|", "县农业局|责任单位"),
        build=_plan("by"),
    ),
    Rule(
        "deadlines.by-urged-period", "确保某一时期做到",
        f"(?P<time>[{PERIOD}{YEAR}{THIS_YEAR}{RANGE}{DAY}{FEAST}])",
        yes=(("确保[第二季度]打井数过半", "by 2022-06-30"), ("力争[4月8日]通车", "by 2022-04-08")),
        no=("确保2022年工作计划落地", "确保春节期间供应", "确保3月的供应"),
        build=_if(_plan("by", planned=True), before="(?:确保|力争|争取|务求|保证)(?:在|于)?", not_after=_NO_ACT + "|期间|假期"),
    ),
    Rule(
        "deadlines.by-range", "起至某时",
        f"(?P<time>{RANGE})",
        yes=(("自[即日起至4月9日24时]，关停各类棋牌室", "by 2022-04-10T00:00"), ("景区[3月12日至3月20日]闭园", "by 2022-03-20")),
        no=("3月25日至4月30日为高火险期", "今晚到明天有大风", "2021—2023年行动计划", "3月1日至5日的数据", "2月1日至5日新增"),
        build=_if(_plan("by", planned=True), not_before=_PAST, not_after=_NO_ACT + "|新增|累计|已|为(?!期)|属于?|有(?!序)"),
    ),
    Rule(
        "deadlines.by-pressing-day", "今天必须、明天再做",
        f"(?P<time>[{DAY}{TODAY}])(?=(?<={DAY})把|必须|务必|就(?![是有能])|再|全部|全面|完成(?!了)|(?:立即|马上)?(?:启动|开展|启用|投入|进驻|派出))",
        yes=(
            ("查验点[明天]全部换岗", "by 2022-03-11"), ("[今天]必须把人找到", "by 2022-03-10"), ("专班[今晚]再启用两个点", "by 2022-03-10"),
            ("水务局[下周二]把闸门修好", "by 2022-03-15"),
        ),
        no=("今天就是截止日", "从明天再说起", "昨天启动了预案", "今天把大家请来", "昨天把人送走了"),
        build=_if(_plan("by", planned=True, sure=True), not_before=f"{_PAST}|[从自对按为据至到较比同]|[{DAY}][、和及]", not_after=_ATTRIBUTE),
    ),
    Rule(
        "deadlines.on-day", "某日（未到）做某事",
        f"(?P<time>{DAY})",
        yes=(("[4月15日]组织一次回头看", "by 2022-04-15"), ("[明早7点]，三个片区同时开采", "by 2022-03-11T07:00")),
        no=("4月10日召开推进会", "今天召集大家", "3月1日下乡", "4月8日的演练", "自4月1日实施", "4月20日我要听汇报"),
        build=_if(
            _plan("by", planned=True, sure=True),
            before=f"{_HEAD}|{_URGE}|暂缓", not_before=f"[{DAY}][、和及]",
            not_after=r"，?(?:[^，。；\n]{0,8}(?:召开|举行|开会|开始|印发|发布|公布|会议|施行|实施)|[^，。；\n]{0,12}(?:了|的)|起|是|我|你|这|大家|召集|要求|出席|"
            r"参加|听取|没有|前往|来|在|期间|当[天日]|前后|已|星期|周|[”》、。；（）]|$)",
        ),
    ),
    Rule(
        "deadlines.day-result", "主语之后的某日做完某事",
        f"(?P<time>{DAY})",
        yes=(
            ("高年级[3月21日]报到", "by 2022-03-21"), ("围挡[周五]拆掉", "by 2022-03-11"), ("补贴[下周三]发到户", "by 2022-03-16"), ("标书[3月30日]挂网", "by 2022-03-30"),
            ("应急物资[今晚8点]送到位", "by 2022-03-10T20:00"),
        ),
        no=("工期4月1日封顶的项目", "物资昨天送到位", "从3月20日报到", "货款3月20日付清了"),
        build=_if(_plan("by", planned=True, sure=True), after=f"{_RESULT}|{_STAGE}", not_before=f"{_PAST}|[从自对按为据至到较比同]|[{DAY}][、和及]"),
    ),
    Rule(
        "deadlines.labelled", "完成时限：某时",
        rf"(?:时限|期限|截止时间|截止日期|完成时间|整改时间|报送时间)(?:要求)?[：为是](?P<span>(?P<time>[{DAY}{FEAST}{PERIOD}{YEAR}{LIMIT}{RANGE}{LENGTH}{WITHIN}]))",
        yes=(("完成时限：[2022年6月底]", "by 2022-06-30"), ("办理时限为[5个工作日]", "within P5D workdays")),
        no=("期限：长期", "合同期限三年"),
        build=_labelled,
    ),
    Rule(
        "deadlines.closing", "报名截至某时",
        f"(?P<time>{AS_OF})",
        yes=(("报名截至[4月15日]", "by 2022-04-15"), ("材料报送截止到[4月15日17时]", "by 2022-04-15T17:00")),
        no=("截至3月5日，已排查", "病例截止3月9日24时"),
        build=_if(_plan("by"), before="(?:报名|申报|报送|提交|征集|受理|缴费|登记|征求意见|投稿|推荐)(?:时间|工作)?截[至止]到?"),
    ),
    Rule(
        "deadlines.by-latest", "不迟于某时",
        f"(?:不(?:得|能|应|可)?[迟晚]于|最[迟晚](?:于|在|要在|应在|应于|不[迟晚]于|不(?:得)?超过)?)(?P<time>[{DAY}{FEAST}{PERIOD}{YEAR}{LIMIT}{WITHIN}{LENGTH}])",
        yes=(("[不迟于4月1日]开工", "by 2022-04-01"), ("[最晚4月底]见底", "by 2022-04-30"), ("[最迟2小时内]报告", "within PT2H")),
        no=("最晚的一批", "不迟到"),
        build=_labelled,
    ),
    Rule(
        "deadlines.by-season", "汛期前、入冬前、开学前",
        "|".join([*(f"{y}(?:{_SEASONS}){_SEASON_ENDS}" for y in (YEAR, THIS_YEAR)), *(s + _SEASON_ENDS for s in _SEASONS.split("|"))]),
        yes=(("[今年汛期前]完成清淤", "by null"), ("[汛前]演练一次", "by null"), ("[入冬前]换好管网", "by null"), ("[开学前]全覆盖检修", "by null"), ("窖池[汛前]一律加盖", "by null")),
        no=("入冬前后", "开学前14天", "汛期前期"),
        build=_if(_plan("by"), not_after="的|体检|检查|准备"),
    ),
    Rule(
        "deadlines.by-before-event", "赶在某事之前",
        f"(?:赶在|抢在|力争在|争取在)(?P<span>[^，。；：！？、（）\n{CODES}]{{1,10}}?(?:之|以)?前)(?![后夕0-9一二三两四五六七八九十几列方面期])",
        yes=(("赶在[检查组进驻前]改完", "by null"), ("抢在[降温之前]把苗移进棚", "by null"), ("争取在[主体封顶以前]定下物业", "by null")),
        no=("赶在对手前面", "赶在入冬前后", "走在前列"),
        build=_plan("by"),
    ),
    Rule(
        "deadlines.by-first-days", "开学第一周、复工第一天",
        f"(?:新学期|开学|返校|入学|复课|复工|复产|开工|节后|假后|任职|入职|到任|上班|入汛|入冬)(?:后|上班|开工|开学|复工)?的?(?:(?:第一|首)个?(?:周|月|天|日|星期|工作日)|头{LENGTH})(?!期|刊|末)",
        yes=(("[开学第一周]查一遍教材", "by null"), ("[节后上班第一天]清点在岗人员", "by null"), ("工人[复工后头两天]先培训", "by null")),
        no=("开学第一周的安排", "第一周", "入学第一要务", "复工第一周每天测温", "开学第一天，学生凭证进校"),
        build=_if(_plan("by"), not_after=f"的|，|[^，。；\n]{{0,3}}{EVERY}"),
    ),
    Rule(
        "deadlines.by-end-of-day", "今天下班前",
        f"(?P<time>[{DAY}{TODAY}])(?:{_DAY_ENDS}|{_DAY_STARTS}){_SEASON_ENDS}",
        yes=(("[今天下班前]交来", "by 2022-03-10"), ("[明天早会之前]改好", "by 2022-03-11"), ("[周五上课前]发到班里", "by 2022-03-11")),
        no=("今天下班后", "每天下班前"),
        build=_plan("by"),
    ),
    Rule(
        "deadlines.by-festive", "节前",
        "节(?<![环季调章细情关礼枝节过春终闰]节)前(?![后夕0-9一二三两四五六七八九十])",
        yes=(("[节前]走访一遍", "by null"), ("务必在[节前]结清", "by null")),
        no=("环节前置", "季节前后", "节前后"),
        build=_if(_plan("by"), not_after="的"),
    ),
    # within: a span of time
    Rule(
        "deadlines.within", "多长时间之内",
        f"(?P<time>{WITHIN})",
        yes=(
            ("[24小时内]查清底数", "within PT24H"), ("[10个工作日内]书面答复", "within P10D workdays"), ("[接到通知后2小时内]到岗", "within PT2H"), ("[接种后3天内]随访", "within P3D"),
            ("[几天内]拿出方案", "within null"), ("[自收到之日起5日内]回复", "within P5D"),
        ),
        no=(
            "持48小时内核酸阴性证明", "近14天内", "7天内有高风险区旅居史", "14天内到过疫区", "一年内受过处罚的企业", "三天内喝过酒的人", "半年内三次超标的排污口",
            "两个月内被通报的单位", "半小时内可达的救援点", "未来三天内有雨", "保修期两年内免费更换", "一周内发生两起事故的工地", "1小时内雨量超过30毫米的乡镇",
        ),
        build=_if(_plan("within"), not_before="近|最近|过去|未来|[效保修用同务质]期|（|(?<!提)前", not_after=_LOOKS_BACK),
    ),
    Rule(
        "deadlines.within-cap", "不得超过多长时间",
        f"不(?:得|能|可|应|要|准|许)?(?:超过|多于)(?P<time>{LENGTH})",
        yes=(("向社区报告（[不得超过12小时]）", "within PT12H"), ("反馈[不超过3天]", "within P3D")),
        no=("口罩佩戴不超过4小时", "不超过3天的", "会议时间不超过1小时", "押金不得超过一个月", "补习费一次收取不超过三个月"),
        build=_if(
            _plan("within"),
            not_before="(?:佩[戴带]|等[候待]|排队|使用|会议|会期|发言|停留|滞留|累计|连续|每次|单次|隔离|观察|逗留|有效期|保存|存放?|课|作业|驾驶|距|间隔|缴费|收费|收取|预[收存付]|"
            "押金|租[期金]|合同|贷款|学制|任期|试用期|请假|停车|时长|延期|小学|初中|高中|年级)[^，。；]{0,5}",
            not_after="的(?!时间)|、",
        ),
    ),
    Rule(
        "deadlines.within-cap-after", "不得超过某事之后多长时间",
        f"(?:不(?:得|能|可|应|要|准|许)?(?:超过|[迟晚]于)|最[迟晚](?:于|在|不(?:得|能)?(?:超过|[迟晚]于))?)(?P<trigger>[^，。；：！？、（）\n{CODES}]{{1,10}}?(?:之后|以后|后|起))(?P<time>[{LENGTH}{WITHIN}])",
        yes=(("首报[不得超过险情出现后20分钟]", "within PT20M"), ("回访[最迟不超过办结后3天]", "within P3D"), ("[最晚接警后5分钟]出动", "within PT5M")),
        no=("不得超过3天", "最晚的一批离开后两小时关门"),
        build=lambda m: None if "的" in m["trigger"][:2] else Plan("within", m.start("time"), trigger=m.span("trigger")),
    ),
    Rule(
        "deadlines.within-use", "用多长时间做完",
        f"(?:利用|[用花])(?<![使采应作费信起专通]用)(?P<time>{LENGTH})(?:左右)?的?时间",
        yes=(("[用3天时间]摸清底数", "within P3D"), ("[利用两周时间]轮训一遍", "within P14D")),
        no=("使用3天时间", "用了5年时间"),
        build=_plan("within"),
    ),
    Rule(
        "deadlines.within-done", "多长时间完成",
        f"(?P<time>{LENGTH})(?=(?:要|全部|全面)?(?:完成|办结|到位|见效|建成|拿出|清零|销号|拿下|扑灭|回复|答复|反馈|见底|上报))",
        yes=(("力争[三天]完成首轮", "within P3D"), ("必须[2小时]到位", "within PT2H")),
        no=("隔离14天完成检测", "历时三天完成"),
        build=_if(_plan("within"), before=f"{_HEAD}|{_URGE}"),
    ),
    Rule(
        "deadlines.within-answer", "多长时间办结、答复",
        f"(?P<time>{LENGTH})(?=(?:要|必须|全部|内部)?(?:办结|办好|回复|答复|反馈|回访|销号|见底))",
        yes=(("一般来信[15天]办结", "within P15D"), ("投诉工单[三个工作日]回复", "within P3D workdays"), ("小隐患[两天]销号", "within P2D")),
        no=("历时一年办结", "平均两天办结", "只用三天办结", "提速到三天办结的"),
        build=_if(_plan("within"), not_before="历时|[花用]了?|耗时|用时|仅|平均|满|连续|近|超过|经过|已|缩短到?|压缩到?|[到至为前后]", not_after="[^，。；\n]{0,6}[的了]"),
    ),
    Rule(
        "deadlines.within-result", "多长时间做完某事",
        f"(?P<time>{LENGTH})",
        yes=(("图纸[十天]出齐", "within P10D"), ("苗木[一周]种完", "within P7D"), ("赔付款[3个工作日]放款", "within P3D workdays"), ("堆场[两天]全部清走", "within P2D")),
        no=("历时两年修好", "花了三天修好", "隔离14天放出来", "只用一天搬完", "十天的活干完", "这两天搬完"),
        build=_if(
            _plan("within"), after=f"{_RESULT}|{_STAGE}",
            not_before="历时|[花用]了?|耗时|用时|仅|才|平均|满|连续|持续|近|[这那头]|超过|经过|已|隔离|观察|不到|每隔?|提[前早]|过了?|等了?|[后前]|第|约|连",
        ),
    ),
    Rule(
        "deadlines.within-fixed", "限多长时间、限期多长时间",
        f"限(?<![期年权上下受局有无界时极]限)(?:期|时)?(?P<time>[{LENGTH}{WITHIN}])",
        yes=(("[限三天]拆完", "within P3D"), ("违建[限期一周]自行拆除", "within P7D"), ("[限24小时内]恢复", "within PT24H")),
        no=("期限三年", "年限两年", "限期整改", "限期一年的合同"),
        build=_if(_plan("within"), not_after="的"),
    ),
    Rule(
        "deadlines.within-response", "多长时间出动、到场",
        f"(?P<time>{LENGTH})(?=(?:要|必须)?(?:出动|出车|出警|出诊|到场|到达现场|赶到|响应|集结|到岗|上门|报(?:到|给|告)))",
        yes=(("[接报后15分钟]到场", "within PT15M"), ("应急分队[10分钟]集结", "within PT10M"), ("火警[五分钟]报到镇里", "within PT5M")),
        no=("历时两小时赶到", "花了半小时赶到", "步行10分钟到达"),
        build=_if(_plan("within"), not_before="历时|[花用]了|耗时|走了|每|隔|步行|车程|开车|近|才"),
    ),
    Rule(
        "deadlines.within-pressing", "多长时间必须做到",
        f"(?P<time>{LENGTH})(?=必须|务必|要(?:拿出|见[底效分]|给|完成|交|办|回|出|到|报|清|查|把|拆|搬))",
        yes=(("协查信息[两小时]必须联系上人", "within PT2H"), ("[三天]务必见底", "within P3D"), ("牵头单位[一周]要拿出意见", "within P7D")),
        no=("隔离满14天必须再测一次", "连续三天必须", "每隔三天要测一次", "工期两年要抓紧", "锻炼一小时要落实"),
        build=_if(_plan("within"), not_before="满|近|隔离|观察|超过|连续|持续|每隔?|工期|周期|时长|历时|过了?|监测|[前后]|约|连|用了?"),
    ),
    Rule(
        "deadlines.within-advance", "提前多长时间",
        f"提[前早](?P<time>[{LENGTH}{WITHIN}])",
        yes=(("[提前3天]向社区报备", "within P3D"), ("至少[提前48小时]通知", "within PT48H")),
        no=("提前部署3天", "提前完成"),
        build=_plan("within"),
    ),
    Rule(
        "deadlines.by-days-before", "返程前几天、到期前几个月",
        f"(?:返程|返回|返乡|返岗|抵达|到达|到访|出发|启程|来访|入境|举办|开会|活动|到期|期满|作业|施工|开工|开始|开学|开考|开标|登陆|演练|会议|放假)前(?P<time>[{LENGTH}{WITHIN}])"
        "(?=向|报|提|告|通过|与|主动|申请|通知|公布|公示|张贴|清[点走空场]|完成|发[布出放到]|检查|组织|切断|关闭|撤|转移|腾|领|提交|集合|到场|再查|核对)",
        yes=(
            ("[返程前1天]向单位报备", "by null"), ("[抵达前2天内]报目的地社区", "by null"), ("证照[到期前两个月]申请换发", "by null"), ("爆破[作业前一小时]通知村民", "by null"),
            ("[开考前30分钟]清场", "by null"),
        ),
        no=("返程前14天的行程", "抵达前两天发热", "开学前14天每天测温"),
        build=lambda _: Plan("by"),
    ),
    Rule(
        "deadlines.within-same-day", "当日",
        f"(?P<time>{SAME_DAY})",
        yes=(("做到应隔[当日]尽隔", "within P0D"), ("问题[当天]整改", "within P0D"), ("[当日内]上报", "within P0D"), ("当日事[当日]毕", "within P0D")),
        no=("当日新增病例", "会议当天的情况", "3月5日当天报告", "当日有效"),
        build=_if(
            _plan("within", "P0D"),
            not_before=f"[{DAY}{FEAST}{SAME_DAY}每]|会议?|会|活动|开学|考试|节日?|入校|返校|接种|报到|比赛|选举|投票|出生|案发|事发|生产|登机|演出",
            not_after="[的，、。；事）新]|进展|数据|情况|工作|任务|疫情|有效|值班|气温|累计|现有|报告病例|无|系|为|是|最",
        ),
    ),
    Rule(
        "deadlines.within-stage", "一个潜伏期内",
        "[一1两2首](?:个|轮)(?:最长)?(?:潜伏期|周期|疗程|流程|生产周期|传播周期)(?:之|以)?内",
        yes=(("力争[一个潜伏期内]扑灭", "within null"), ("[两个周期内]降下来", "within null")),
        no=("一个潜伏期", "潜伏期内"),
        build=_plan("within"),
    ),
    # immediate
    Rule(
        "deadlines.immediate", "第一时间、立即",
        "第一时间(?!段|点|表|维|，?了解到)|立即(?!性)|立刻|立马|即刻(?!起)|当即(?!将|日|可)|即时(?!即|通[讯信]|性|配|到账|零售|消费)"
        "|马上(?!就?要?(?:到|来|会|将|面临|进入|迎来|过|有(?!人[管接来到去处上办盯顶帮])|没|开学|开始|是|又|春节|知道|明白|能|可|就?办[、”]))",
        yes=(
            ("[第一时间]上报", "immediate"), ("[立即]封控", "immediate"), ("[马上]转运", "immediate"), ("[即时]更新台账", "immediate"),
            ("[即刻]到岗", "immediate"), ("[当即]制止", "immediate"), ("[立刻]停工", "immediate"), ("电梯困人[马上]有人到", "immediate"),
        ),
        no=("马上就要过年了", "即时通讯工具", "适当即可", "对未立即整改的要问责", "马上就会发烧", "一看就明白，马上就知道怎么做", "有了预案就可以立刻开展"),
        build=_if(_plan("immediate"), not_before="可以|未|没有|没能|未能|不|适|相|恰"),
    ),
    # recurring
    Rule(
        "deadlines.every", "每日、每周五、每月5日前",
        rf"(?P<time>{EVERY})(?:(?P<parts>“[^”\n]{{2,16}}”|[^，。；、！？\n]{{1,4}}前[和、及与][^，。；、！？\n]{{1,4}}后|(?:、(?:早|晚|上午|中午|下午|晚上)?[0-9一二三四五六七八九十]{{1,3}}[时点]){{1,3}}|早、?中、?晚|早、?晚|上、?下午|上午、?下午)各?|(?:{_DAY_ENDS}|{_SEASONS}){_SEASON_ENDS})?(?:(?:{_AT_LEAST})?(?:(?!至少|不少|不低)[^，。；：、！？\n{CODES}]){{0,2}}?(?:{_AT_LEAST})?{_COUNT}|(?P<short>[一二两三1-9])(?=(?:{_ONE_EACH}))[^，。；：、！？\n{CODES}]{{1,2}})?",
        yes=(
            ("[每日]报送体温", "recurring P1D x1"), ("[每周五前]报进度", "recurring P7D x1"), ("[每周二、周四]入户", "recurring P7D x2"),
            ("[每月5日前]报表", "recurring P1M x1"), ("[每日两次]消毒", "recurring P1D x2"), ("[每天]必须消杀至少2次", "recurring P1D x2"), ("[每月开展一次]演练", "recurring P1M x1"), ("[每周至少巡查两次]", "recurring P7D x2"), ("[每周至少两次]到点位", "recurring P7D x2"), ("[每天消毒不少于2次]", "recurring P1D x2"), ("[每周]集中学习不少于1次", "recurring P7D x1"),
            ("[每日“开门前、打烊后”]消毒", "recurring P1D x2"), ("[每季度末]通报", "recurring P3M x1"), ("[每两周]轮换", "recurring P14D x1"),
            ("[每天17:00前]报送", "recurring P1D x1"), ("[每天收摊前]冲洗地面", "recurring P1D x1"), ("[每年汛前]把渠清好", "recurring P1Y x1"), ("[每周走两趟]", "recurring P7D x2"),
            ("[每月]讲课不少于三场", "recurring P1M x3"),
        ),
        no=("每日新增病例", "每天都有人返乡", "每人每天不足", "每天都开着窗口", "热线每天有人接听", "每天都会变", "每月补助300元", "每天500吨的厂", "每年雨季都是难关"),
        build=_if(_every, not_before="平均|人均|户均|为期", not_after=r"都(?:[有在是能]|会(?![商议诊])|[^，。；\n]{1,3}着)|有人|[^，。；\n]{1,4}都[是有]|(?:补助|补贴|收入|工资)?(?:[0-9几数]|[一二两三四五六七八九十百千万]{2})[^，。；\n]{0,5}?(?:元|吨|辆|块钱)|(?:步行|生活|服务|出行|就医|便民|救援|通勤)?圈|步行|车程|路程|新增|产[能量]|平均|人均|约|近|不足|的(?!工作)"),
    ),
    Rule(
        "deadlines.session", "日报告、周调度、月通报",
        rf"(?P<u>半月|日|周|旬|月|季度?)(?<![0-9一二三四五六七八九十今明昨当次近节假生每隔作息同某本上下个两全几往平即是终定度末首天翌整{CODES}第每].)(?<![作息][日])(?:{_SESSION})",
        yes=(("落实[日报告]制度", "recurring P1D x1"), ("[周调度]、月通报", "recurring P7D x1"), ("坚持[月例会]", "recurring P1M x1"), ("执行“[日报]”制度", "recurring P1D x1")),
        no=("节日检查", "工作日巡查", "光明日报", "节假日排查", "3月通报", "日常检查"),
        build=_each,
    ),
    Rule(
        "deadlines.one-each", "一月一随访",
        rf"[一1](?<![第0-9十统唯专{CODES}].)(?P<u>日|旬|月|季度?)(?P<n>[一1两2三])(?:次|随访|走访|(?=(?:{_ONE_EACH}))[^，。；：、！？\n{CODES}]{{1,2}})",
        yes=(("[一月一随访]", "recurring P1M x1"), ("[一日一报]", "recurring P1D x1"), ("做到[一季一评]", "recurring P3M x1")),
        no=("一日三餐", "统一月度考核", "十一月一日"),
        build=_each,
    ),
    Rule(
        "deadlines.length-each", "一周一调度、一天两次",
        rf"(?P<time>{LENGTH})(?:(?P<n>[一1两2三3])(?:[次趟遍](?!性)|(?=(?:{_ONE_EACH}))[^，。；：、！？\n{CODES}]{{1,2}})|(?:{_ONE_ACT}|下去|跑|打)(?P<once>[一1两2三3])[次趟遍圈](?!性))",
        yes=(
            ("[一周一调度]", "recurring P7D x1"), ("[一天两次]消毒", "recurring P1D x2"), ("[两小时一调度]", "recurring PT2H x1"),
            ("[半小时一趟]", "recurring PT30M x1"), ("水情[一小时发一次]", "recurring PT1H x1"), ("医生[一天看两次]", "recurring P1D x2"), ("包村干部[一周下去三趟]", "recurring P7D x3"),
        ),
        no=("三天两检", "一周一次性口罩", "三年一规划", "两天去了一趟", "三天做两次核酸"),
        build=_every_length,
    ),
    Rule(
        "deadlines.every-other", "隔天一次",
        r"(?<![间相阻远分])隔(?P<u>[天日周月])(?:一(?:次|趟|检|巡|消|调|测|报|查|换|轮)|(?=检|测|巡|消|调|报|查|抽|督|例|碰|换|轮|通|开|送))",
        yes=(("前台[隔天一检]", "recurring P2D x1"), ("[隔周]通报", "recurring P14D x1"), ("[隔月]督查", "recurring P2M x1")),
        no=("间隔天数不少于两天", "隔日历年"),
        build=_other,
    ),
    Rule(
        "deadlines.parts-of-day", "早、晚各一次",
        rf"(?P<parts>早、?(?:[中午]、?)?晚|上、?下午|上午、?下午)各[^，。；：\n{CODES}]{{0,5}}?{_COUNT}",
        yes=(("[早、晚各进行一次]测温", "recurring P1D x2"), ("[早中晚各消毒1次]", "recurring P1D x3"), ("[上下午各一次]", "recurring P1D x2")),
        no=("早晚各地温差大", "早、晚高峰一次"),
        build=_parts_of_day,
    ),
    Rule(
        "deadlines.by-turns", "按月、逐日",
        "[按逐](?P<u>日|天|周|旬|月|季度?)(?!照|期|时|定|历|度计划|度工作)",
        yes=(("[按月]通报", "recurring P1M x1"), ("[逐日]登记", "recurring P1D x1"), ("[按季度]评估", "recurring P3M x1")),
        no=("按日期", "按月度计划", "逐日历"),
        build=_each,
    ),
)  # fmt: skip
