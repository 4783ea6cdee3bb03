"""Title, speaker, occasion and date of the speech, as far as the text states them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stated:
    """What the text says of itself; None where it says nothing."""

    title: str | None = None
    speaker: str | None = None
    occasion: str | None = None
    date: date | None = None


_TITLE_END = re.compile(r"(?:讲话|发言|致辞|报告|通知|通告|公告|意见|方案|纪要|决定|倡议书|一封信|指南|提示|规定|办法|要点|分工|会议|总结|汇报)(?:稿|提纲|要点|摘要|精神)?(?:（[^）]{1,20}）)?$")
_SPEECH = re.compile(
    r"^(?P<speaker>(?!关于)[^在，。：]{1,16}?)?(?:同志)?在(?P<occasion>[^，。：]{4,50}?(?:会议?|大会|仪式|动员会|推进会|现场会|座谈会|调度会|例会|活动|论坛|年会))上的?(?:主持)?(?:讲话|发言|致辞|报告|总结)"
)
_DAY = r"(?P<y>[0-9]{4}|[〇零一二三四五六七八九]{4})年(?P<m>[0-9]{1,2}|[一二三四五六七八九十]{1,3})月(?P<d>[0-9]{1,2}|[一二三四五六七八九十]{1,3})日"
_DATE_LINE = re.compile(rf"^[（(]?(?:[^，。：；]{{0,30}})?{_DAY}[）)]?$")
_HELD = re.compile(rf"{_DAY}[^。；\n]{{0,40}}?(?:召开|举行|印发|发布|主持|讲话|组织召开)")
_CHINESE = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}


def stated(text: str) -> Stated:
    """Reads the head and the foot of a cleaned text.

    The date is that of the speech: a date line under the title, the signature at the end, or the day on which the text
    says the meeting was held. A year must be written; nothing is guessed.

    >>> stated("县长在全县防汛工作会议上的讲话\\n（2022年6月1日）\\n同志们：").speaker
    '县长'
    """
    lines = [line for line in text.split("\n") if line]
    title = _title(lines[:6])
    speech = _SPEECH.search(title) if title else None
    return Stated(
        title=title,
        speaker=speech.group("speaker") or None if speech else None,
        occasion=speech.group("occasion") if speech else None,
        date=_date(text, lines),
    )


def _title(head: list[str]) -> str | None:
    for line in head:
        if 6 <= len(line) <= 60 and _TITLE_END.search(line) and "。" not in line:
            return line
    first = head[0] if head else ""
    return first if 6 <= len(first) <= 40 and not re.search("[。：；，]", first) else None


def _date(text: str, lines: list[str]) -> date | None:
    for line in [*lines[:6], *reversed(lines[-4:])]:
        if m := _DATE_LINE.match(line[-60:]):
            return _day(m)
    held = _HELD.search(text, 0, 400)
    return _day(held) if held else None


def _day(m: re.Match[str]) -> date | None:
    year = m.group("y") if m.group("y").isdecimal() else "".join(str(_CHINESE[c]) for c in m.group("y"))
    try:
        return date(int(year), _ordinal(m.group("m")), _ordinal(m.group("d")))
    except ValueError:
        return None


def _ordinal(words: str) -> int:
    from extractor.items import parse_number

    return int(words) if words.isdecimal() else parse_number(words) or 0
