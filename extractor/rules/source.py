"""What a text says of itself: its title, who speaks where, and on which day."""

from __future__ import annotations

from extractor.matcher import candidates
from extractor.rule import Match, Rule

_DAY = (
    r"(?P<y>[0-9]{4}|[〇零一二三四五六七八九]{4})年"
    r"(?P<m>[0-9]{1,2}|[一二三四五六七八九十]{1,3})月(?P<d>[0-9]{1,2}|[一二三四五六七八九十]{1,3})日"
)
_KIND = (
    "讲话|发言|致辞|报告|通知|通告|公告|意见|方案|纪要|决定|倡议书|一封信|指南|提示|规定|办法|要点|分工|会议|总结|汇报"
)
_MEETING = "会议?|大会|仪式|动员会|推进会|现场会|座谈会|调度会|例会|活动|论坛|年会"

TITLE = Rule(
    "source.title", "标题",
    rf"\A.{{0,56}}(?:{_KIND})(?:稿|提纲|要点|摘要|精神)?(?:（[^）\n]{{1,20}}）)?\Z",
    yes=("[县长在全县防汛工作会议上的讲话]", "[关于做好秋季森林防火工作的通知]"),
    no=("各单位要按通知抓好落实。", "形势依然严峻"),
)  # fmt: skip

SPEECH = Rule(
    "source.speech", "讲话人与场合",
    rf"\A(?P<speaker>(?!关于)[^在，。：]{{1,16}}?)?(?:同志)?在(?P<occasion>[^，。：]{{4,50}}?(?:{_MEETING}))上的?(?:主持)?"
    r"(?:讲话|发言|致辞|报告|总结)",
    yes=("[县长在全县防汛工作会议上的讲话]", "[在全市教育工作座谈会上的发言]提纲"),
    no=("关于在全县开展排查的通知", "在会上发言"),
)  # fmt: skip

DATE_LINE = Rule(
    "source.date-line", "标题下或落款的日期",
    rf"\A[（(]?(?:[^，。：；]{{0,30}})?{_DAY}[）)]?\Z",
    yes=("[（2022年6月1日）]", "[县应急管理局二〇二二年六月一日]"),
    no=("2022年6月1日前完成", "6月1日"),
)  # fmt: skip

HELD = Rule(
    "source.held", "会议召开或文件印发的日期",
    rf"{_DAY}[^。；\n]{{0,40}}?(?:召开|举行|印发|发布|主持|讲话|组织召开)",
    yes=("[2022年6月1日，全县防汛工作会议召开]。", "[2021年9月3日上午，市安委会印发]通知"),
    no=("2022年6月1日前完成整改", "6月1日召开"),
)  # fmt: skip

MEETING_TIME = Rule(
    "source.meeting-time", "纪要所列的会议时间",
    rf"(?<![^\n])(?:会议)?时间：{_DAY}",
    yes=("[会议时间：2023年4月6日]上午9：00", "[时间：2021年12月3日]（星期五）"),
    no=("整改时间：2023年4月6日前", "时间紧，任务重"),
)  # fmt: skip

RULES: tuple[Rule, ...] = (TITLE, SPEECH, DATE_LINE, HELD, MEETING_TIME)


def run(text: str) -> list[Match]:
    """Everything the rules find in one line, overlapping findings too."""
    return candidates(RULES, text)
