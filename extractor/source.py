"""Title, speaker, occasion and date of the speech, as far as the text states them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from extractor.items import parse_number
from extractor.rule import compiled
from extractor.rules import source as rules


@dataclass(frozen=True, slots=True)
class Stated:
    """What the text says of itself; None where it says nothing."""

    title: str | None = None
    speaker: str | None = None
    occasion: str | None = None
    date: date | None = None


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
    speech = compiled(rules.SPEECH.pattern).search(title) if title else None
    return Stated(
        title=title,
        speaker=speech.group("speaker") or None if speech else None,
        occasion=speech.group("occasion") if speech else None,
        date=_date(text, lines),
    )


def _title(head: list[str]) -> str | None:
    for line in head:
        if 6 <= len(line) <= 60 and compiled(rules.TITLE.pattern).search(line) and "。" not in line:
            return line
    first = head[0] if head else ""
    return first if 6 <= len(first) <= 40 and not re.search("[。：；，]", first) else None


def _date(text: str, lines: list[str]) -> date | None:
    for line in [*lines[:6], *reversed(lines[-4:])]:
        if m := compiled(rules.DATE_LINE.pattern).match(line[-60:]):
            return _day(m)
    for rule in (rules.MEETING_TIME, rules.HELD):
        if said := compiled(rule.pattern).search(text, 0, 400):
            return _day(said)
    return None


def _day(m: re.Match[str]) -> date | None:
    year = m.group("y") if m.group("y").isdecimal() else "".join(str(_CHINESE[c]) for c in m.group("y"))
    try:
        return date(int(year), _ordinal(m.group("m")), _ordinal(m.group("d")))
    except ValueError:
        return None


def _ordinal(words: str) -> int:
    return int(words) if words.isdecimal() else parse_number(words) or 0
