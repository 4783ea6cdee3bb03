"""Finds who has to act in each sentence: mention, canonical name, type, role, carried over or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractor import roles
from extractor.directory import Crosses
from extractor.items import Point
from extractor.obligations import Judged
from extractor.rules import parties as rules
from extractor.rules.actions import ADVERBS, GOVERNING, VERBS
from models.records import PartyType, Role


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the cleaned text of somebody who has to act: half-open offsets, the directory's name and type, and
    the id of the rule that found it."""

    start: int
    end: int
    canonical: str
    type: PartyType
    rule: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """A party's part in one sentence; ``inherited`` when its mention stands in an earlier one."""

    mention: Mention
    role: Role
    inherited: bool


_LEADING = frozenset({"parties.subject", "parties.field-subject", "parties.doer", "parties.doer-next", "parties.work", "parties.topic", "parties.when", "parties.whoever", "parties.relative", "parties.place", "parties.places", "parties.people",
        "parties.organ-doer", "parties.timed", "parties.unknown", "parties.fields-doer", "parties.bodies"})
"""Rules that find the subject of a sentence, which may carry over."""

_NEW_SPEECH = re.compile("(?:[一-鿿]{0,12}?)(?:会议|会上|通知|书记|县长|市长|主任|局长)?(?:还)?(?:强调|指出|要求|提出|明确|表示)，|此外|另外")
_OTHER_SUBJECT = re.compile("(?:同时|因此|所以|所以说|对此|总之|今后|下一步)?，?(?:我们|大家|同志们|全[市县省区旗州镇乡村国](?:上下)?(?=要|必须|应|须)|希望|请(?:遵照|认真|一并|贯彻))")
_BAN = re.compile("(?:坚决|一律|原则上|也|并)?(?:严禁|不得|不许|不准|不允许|禁止|鼓励|提倡|暂停|支持|建议)")
_TOPIC = re.compile("(?:(?!的)[一-鿿]){2,14}?(?<![中时后前间内上下])(?:要(?![求点素])|必须|应当|不得|须|实行|严禁)")
_ENFORCEMENT = re.compile("对[^。；]{1,30}，(?:一律|均)?(?:实行|实施|落实)?(?:集中|居家)|(?:凡是?|对)[^。；]{0,40}(?:的|者)，[^。；]{0,20}(?:严肃|追究|查处|问责|处理|处罚|曝光)")


def assign(
    text: str, sentences: Sequence[Judged], points: Sequence[Point], crosses: Crosses | None = None
) -> list[tuple[Assignment, ...]]:
    """The parties of each sentence, one tuple for each of ``sentences`` in order; empty where nothing is demanded.

    Offsets are code points of the cleaned ``text``. A subject carries over within its point (from the heading to the
    body, from a lead sentence into the points below) or, outside points, within its line.
    """
    asked = [k for k, s in enumerate(sentences) if s.verdict in ("directive", "heading")]
    bodies = [_body(text, sentences, k, points) for k in asked]
    found = rules.find(text, bodies, crosses)
    out: list[tuple[Assignment, ...]] = [()] * len(sentences)
    carried = _Carried(points)
    for k, findings in _listed(text, sentences).items():
        out[k] = (*out[k], *_own(findings)[0])
    last = -1
    for k, (start, _, _), findings in zip(asked, bodies, found, strict=True):
        for between in sentences[last + 1 : k]:
            carried.interrupt(between)
        own, subjects = _own(findings)
        parties = carried.into(text, sentences[k], start, own, subjects)
        out[k] = (*parties, *(a for a in out[k] if a not in parties))
        last = k
    return out


_LIMIT_LINE = re.compile("[（(]?(?:完成|办结|整改)?(?:时限|时间|期限)：")
"""The line of a list that says by when: it concerns those whom the lines before it name."""
_LIST_LINE = re.compile("[（(【]?(?:责任|牵头|主办|承办|协办|配合|督办|主责|负责|落实)(?:责任)?(?:单位|部门|领导|人|主体)?(?:及责任人)?：|（[^（），。；]{2,60}(?:牵头|负责|配合)")
"""A sentence that is nothing but the list of those responsible for the task before it."""


def _listed(text: str, sentences: Sequence[Judged]) -> dict[int, list[rules.Finding]]:
    """Of each task followed by lists of those responsible (责任单位：…, in a line or bracket of its own): the lists.

    Only lists that are judged no obligation themselves: otherwise their parties stand there.
    """
    out: dict[int, list[rules.Finding]] = {}
    task = -1
    for k, sentence in enumerate(sentences):
        if _LIST_LINE.match(text, sentence.start, sentence.end):
            if sentence.verdict == "context" and task >= 0 and sentence.point in (None, sentences[task].point) and sentence.line - sentences[task].line <= 4:
                out.setdefault(task, []).extend(rules.lists(text, sentence.start, sentence.end))
        elif sentence.verdict == "directive":
            task = k
        elif sentence.end - sentence.start > 30:
            task = -1
    return out


def _body(text: str, sentences: Sequence[Judged], k: int, points: Sequence[Point]) -> rules.Body:
    """The sentence without the marker of the point that begins with it, and whether it continues the line before."""
    sentence = sentences[k]
    if sentence.point is not None and points[sentence.point].start == sentence.start:
        return rules.Body(min(points[sentence.point].marker_end, sentence.end), sentence.end, False)
    before = sentences[k - 1] if k else None
    continues = (
        before is not None
        and before.verdict == "directive"
        and text[before.end : sentence.start] == "\n"
        and text[before.end - 1] not in "。！？；：”）|"
    )
    return rules.Body(sentence.start, sentence.end, continues)


def _own(findings: Sequence[rules.Finding]) -> tuple[list[Assignment], list[rules.Finding]]:
    """The parties that a sentence itself names, each once, and the findings that are its subjects."""
    subjects = [f for f in findings if f.rule in _LEADING]
    own: list[Assignment] = []
    seen: set[tuple[str, int]] = set()
    for finding in findings:
        if finding.rule in ("parties.owner", "parties.owner-next", "parties.part", "parties.part-next") and subjects and subjects[0].group.start < finding.group.start:
            continue
        beside = any(roles.oversees(name) for name in finding.group.names)
        for name in finding.group.names:
            if finding.rule == "parties.set-up" and name.type not in ("body", "post"):
                continue
            key = (name.canonical, name.end - name.start)
            if key in seen:
                continue
            seen.add(key)
            mention = Mention(name.start, name.end, name.canonical, name.type, finding.rule)
            own.append(Assignment(mention, roles.role(finding.rule, name, finding.after, finding.label, beside), False))
    return own, subjects


def _own_topic(text: str, start: int, end: int) -> bool:
    """Whether a sentence opens with a thing of its own that has to be so: 食堂实行分餐制."""
    m = _TOPIC.match(text, start, end)
    if not m:
        return False
    return not any(text.startswith(word, start) for word in _OPENERS) and text[start] not in "要应须将把对在按从以为并也还"


_OPENERS = (*ADVERBS, *VERBS, *GOVERNING, "同时", "此外", "特别", "尤其", "必须", "务必", "凡", "如", "对于")


class _Carried:
    """The subject in force at each place of the text, as the sentences are read in order."""

    def __init__(self, points: Sequence[Point]) -> None:
        self._points = points
        self._of_point: dict[int, tuple[tuple[Assignment, ...], bool]] = {}
        self._list: tuple[Assignment, ...] = ()
        self._line: tuple[int, tuple[Assignment, ...]] = (-1, ())

    def into(
        self, text: str, sentence: Judged, start: int, own: list[Assignment], subjects: Sequence[rules.Finding]
    ) -> tuple[Assignment, ...]:
        """The parties of the sentence, own and carried over; remembers its subject for the next one."""
        if _LIMIT_LINE.match(text, start, sentence.end):
            return (*self._list, *own)
        if own and all(a.mention.rule == "parties.list" for a in own):
            self._list = (*self._list, *(replace(a, inherited=True) for a in own))
            return tuple(own)
        self._list = ()
        before = self._in_force(text, sentence)
        leading = bool(subjects) and not _DEMAND.search(text, start, subjects[0].group.start)
        if leading:
            kept = tuple(replace(a, inherited=True) for a in own if a.mention.rule in _LEADING and a.role != "lead")
            self._keep(sentence, kept if len(subjects) == 1 else ())
            return tuple(own)
        if own and (own[0].mention.rule != "parties.together"):
            broad = any(a.mention.type in ("all", "territory") for a in own)
            if broad or not subjects:
                head = sentence.verdict == "heading"
                self._keep(sentence, tuple(replace(a, inherited=True) for a in own) if head else ())
                return tuple(own)
        if _NEW_SPEECH.match(text, start, sentence.end) or _OTHER_SUBJECT.match(text, start, sentence.end):
            self._keep(sentence, ())
            return tuple(own)
        if _ENFORCEMENT.match(text, start, sentence.end):
            return tuple(own)
        if _BAN.match(text, start, sentence.end) or _own_topic(text, start, sentence.end):
            self._keep(sentence, ())
            return tuple(own)
        self._keep(sentence, before)
        named = {a.mention.canonical for a in own}
        return (*(a for a in before if a.mention.canonical not in named), *own)

    def interrupt(self, sentence: Judged) -> None:
        """A sentence that demands nothing speaks of something else: the subject before it no longer holds."""
        if sentence.end - sentence.start > 8:
            self._keep(sentence, ())

    def _in_force(self, text: str, sentence: Judged) -> tuple[Assignment, ...]:
        """The subject that holds where the sentence begins."""
        if sentence.point is None:
            return self._line[1] if self._line[0] == sentence.line else ()
        if sentence.point in self._of_point:
            return self._of_point[sentence.point][0]
        at = sentence.point
        while (parent := self._points[at].parent) is not None:
            parties, leads = self._of_point.get(parent, ((), False))
            if parties:
                inline = text[self._points[at].start - 1] not in "。！？；\n"
                return parties if leads or inline else ()
            at = parent
        return ()

    def _keep(self, sentence: Judged, parties: tuple[Assignment, ...]) -> None:
        """Remember the subject for the next sentence of the point or line."""
        if sentence.point is None:
            self._line = (sentence.line, parties)
        else:
            leads = sentence.start == self._points[sentence.point].start
            old = self._of_point.get(sentence.point)
            self._of_point[sentence.point] = (parties, leads or (old is not None and old[1] and old[0] == parties))


_DEMAND = re.compile("全面|进一步|切实|完成|实施|做好|抓好|坚持|提高|(?<![主重需只首])要(?![求点素件害])|必须|务必|严格|加强|确保|落实")
"""A demand that stands before the first subject, so that the subject is not that of the whole sentence."""
