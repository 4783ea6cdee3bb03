"""Finds who has to act in each sentence: mention, canonical name, type, role, carried over or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from extractor import roles
from extractor.directory import Crosses
from extractor.items import Point
from extractor.obligations import Judged
from extractor.rules import parties as rules
from extractor.rules import subjects
from models.records import PartyType, Role


class Mention(NamedTuple):
    """A name in the cleaned text of somebody who has to act: half-open offsets, the directory's name and type, and
    the id of the rule that found it."""

    start: int
    end: int
    canonical: str
    type: PartyType
    rule: str


class Assignment(NamedTuple):
    """A party's part in one sentence; ``inherited`` when its mention stands in an earlier one."""

    mention: Mention
    role: Role
    inherited: bool


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
    carried = _Carried(points, _titles(text, points))
    for k, findings in _listed(text, sentences).items():
        out[k] = (*out[k], *_own(text, findings)[0])
    last = -1
    for k, (start, _, _), findings in zip(asked, bodies, found, strict=True):
        for between in sentences[last + 1 : k]:
            carried.interrupt(text, between)
        own, lead = _own(text, findings)
        parties = carried.into(text, sentences[k], start, own, lead)
        out[k] = tuple(dict.fromkeys((*parties, *out[k])))
        last = k
    return _first_leading(out) if rules.first_leads(text) else out


def _titles(text: str, points: Sequence[Point]) -> dict[int, tuple[Assignment, ...]]:
    """Of the points whose heading, or the line above whose list, names units and nothing else: the units."""
    out: dict[int, tuple[Assignment, ...]] = {}
    parents = {p.parent for p in points}
    above: tuple[int | None, tuple[Assignment, ...]] = (None, ())
    for k, p in enumerate(points):
        heading = rules.title(text, p.marker_end, p.heading_end) if k in parents else None
        lead = None
        if text.endswith("：\n", 0, p.start):
            line = text.rfind("\n", max(0, p.start - _LONGEST_TITLE), p.start - 1) + 1
            lead = rules.title(text, line, p.start) if line else None  # the first line of all addresses somebody
        if lead is not None:
            above = (p.parent, _inherited(_own(text, [lead])[0]))
        elif p.parent != above[0] or p.number == 1:
            above = (p.parent, ())
        named = _inherited(_own(text, [heading])[0]) if heading is not None else above[1]
        if named:
            out[k] = named
    return out


_LONGEST_TITLE = 80
"""How far above a list the line may begin that names who does its points: units, no more than a title holds."""


def _first_leading(assigned: Sequence[tuple[Assignment, ...]]) -> list[tuple[Assignment, ...]]:
    """The first of each list as its lead, as the text says of all its lists."""
    listed = ("parties.list", "parties.bracket")
    plain = [[a.mention for a in each if a.mention.rule in listed and a.role == "responsible"] for each in assigned]
    first = {min(each, key=lambda m: m.start) for each in plain if len(each) > 1}
    return [
        tuple(Assignment(a.mention, "lead", a.inherited) if a.mention in first else a for a in each)
        for each in assigned
    ]


def _listed(text: str, sentences: Sequence[Judged]) -> dict[int, list[rules.Finding]]:
    """Of each task followed by lists of those responsible (责任单位：…, in a line or bracket of its own): the lists.

    Only lists that are judged no obligation themselves: otherwise their parties stand there.
    """
    out: dict[int, list[rules.Finding]] = {}
    task = -1
    for k, sentence in enumerate(sentences):
        if subjects.LIST_LINE.match(text, sentence.start, sentence.end):
            above = sentences[task]
            near = sentence.point in (None, above.point) and sentence.line - above.line <= 4
            if sentence.verdict == "context" and task >= 0 and near:
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


def _own(text: str, findings: Sequence[rules.Finding]) -> tuple[list[Assignment], list[rules.Finding]]:
    """The parties that a sentence itself names, each once, and the findings that are its subjects."""
    lead = [f for f in findings if f.rule in subjects.LEADING]
    led = any(f.rule == "parties.table-lead" for f in findings)
    own: list[Assignment] = []
    seen: set[tuple[str, str]] = set()
    for finding in findings:
        if finding.rule in subjects.OWNED and lead and lead[0].group.start < finding.group.start:
            continue
        beside = any(roles.oversees(name) for name in finding.group.names)
        for name in finding.group.names:
            if finding.rule == "parties.set-up" and name.type not in ("body", "post"):
                continue
            key = (name.canonical, text[name.start : name.end])
            if key in seen:
                continue
            seen.add(key)
            mention = Mention(name.start, name.end, name.canonical, name.type, finding.rule)
            label = "责任" if finding.rule == "parties.table" and not led else finding.label
            own.append(Assignment(mention, roles.role(finding.rule, name, finding.after, label, beside), False))
    return own, lead


def _is_one(mention: Mention) -> bool:
    """Whether a name means somebody in particular: a ban on 任何单位 says nothing of whom the next sentence means."""
    return not mention.canonical.startswith("任何")


def _own_matter(text: str, start: int, end: int) -> bool:
    """Whether a sentence opens with a matter or a thing of its own, so that no earlier subject is meant."""
    if any(opening.match(text, start, end) for opening in subjects.OWN_MATTERS):
        return True
    if start and text[start - 1] in "。！" and not subjects.PREDICATE.match(text, start, end):
        return True
    if not subjects.TOPIC.match(text, start, end):
        return False
    return text[start] not in "要应须将把对在按从以为并也还" and not text.startswith(subjects.OPENERS, start)


def _scope(sentence: Judged) -> tuple[bool, int]:
    """The point, or outside points the line, within which a subject holds."""
    return (False, sentence.line) if sentence.point is None else (True, sentence.point)


def _inherited(parties: Iterable[Assignment]) -> tuple[Assignment, ...]:
    """The parties as the next sentence takes them over."""
    return tuple(a if a.inherited else Assignment(a.mention, a.role, True) for a in parties)


_LEVELS = 8
"""How many levels of points a subject passes down at most."""
_MOST = 40
"""How many parties carry over at most: no subject that is plainly meant names more."""


class _Carried:
    """The subject in force at each place of the text, as the sentences are read in order."""

    def __init__(self, points: Sequence[Point], titles: Mapping[int, tuple[Assignment, ...]]) -> None:
        self._points = points
        self._titles = titles
        self._of_point: dict[int, tuple[tuple[Assignment, ...], bool]] = {k: (t, True) for k, t in titles.items()}
        self._list: tuple[Assignment, ...] = ()
        self._limited = False
        self._last: tuple[tuple[bool, int], tuple[Assignment, ...]] = ((False, -1), ())
        self._line: tuple[int, tuple[Assignment, ...]] = (-1, ())

    def into(
        self, text: str, sentence: Judged, start: int, own: list[Assignment], lead: Sequence[rules.Finding]
    ) -> tuple[Assignment, ...]:
        """The parties of the sentence, own and carried over; remembers its subject for the next one."""
        if subjects.LIMIT_LINE.match(text, start, sentence.end):
            self._limited = True
            return (*self._list, *own)
        if self._limited:
            self._list, self._limited = (), False
        if own and all(a.mention.rule == "parties.list" for a in own):
            self._list = (*self._list, *_inherited(own))[:_MOST]
            return tuple(own)
        if subjects.TASK_LINE.match(text, start, sentence.end):
            return (*self._list, *own)
        self._list = ()
        before = self._in_force(text, sentence)
        bans_on = subjects.BAN_ON.match(text, start, sentence.end)
        if self._last[0] == _scope(sentence) and (bans_on or subjects.GOES_ON.match(text, start, sentence.end)):
            before = before or self._last[1]
        self._last = (_scope(sentence), ())
        if lead:
            last = {(n.start, n.end) for n in lead[-1].group.names}
            self._last = (_scope(sentence), _inherited(a for a in own if (a.mention.start, a.mention.end) in last))
            if not subjects.DEMAND.search(text, start, lead[0].group.start):
                goes_on = text[sentence.end - 1] == "；"
                named = _inherited(
                    a
                    for a in own
                    if a.mention.rule in subjects.LEADING and (a.role != "lead" or goes_on) and _is_one(a.mention)
                )
                self._keep(sentence, named if len(lead) == 1 else ())
                return tuple(own)
        others = [a for a in own if a.mention.rule != "parties.together"]
        if others and (not lead or any(a.mention.type not in ("post", "public", "institution") for a in others)):
            self._keep(sentence, _inherited(own) if sentence.verdict == "heading" else ())
            return tuple(own)
        if subjects.ENFORCEMENT.match(text, start, sentence.end):
            return tuple(own)
        same = bans_on and all(a.mention.type != "public" for a in before)
        same = same or all(a.mention.rule == "parties.title" for a in before)
        if not same and _own_matter(text, start, sentence.end):
            self._keep(sentence, ())
            return tuple(own)
        self._keep(sentence, before)
        named_here = {a.mention.canonical for a in own}
        return (*(a for a in before if a.mention.canonical not in named_here), *own)

    def interrupt(self, text: str, sentence: Judged) -> None:
        """A sentence that demands nothing speaks of something else: the subject before it no longer holds. A short
        one, or one that leads in to a point (如何做到负责，一要…), does not count."""
        point = sentence.point
        titled = point is not None and point in self._titles and sentence.start == self._points[point].start
        if sentence.end - sentence.start > 8 and text[sentence.end - 1] not in "，：" and not titled:
            self._keep(sentence, ())

    def _in_force(self, text: str, sentence: Judged) -> tuple[Assignment, ...]:
        """The subject that holds where the sentence begins."""
        if sentence.point is None:
            return self._line[1] if self._line[0] == sentence.line else ()
        if sentence.point in self._of_point:
            return self._of_point[sentence.point][0]
        at = sentence.point
        for _ in range(_LEVELS):
            if (parent := self._points[at].parent) is None:
                break
            parties, leads = self._of_point.get(parent, ((), False))
            if parties:
                inline = text[max(0, self._points[at].start - 1)] not in "。！？；\n"
                return parties if leads or inline else ()
            at = parent
        return ()

    def _keep(self, sentence: Judged, parties: tuple[Assignment, ...]) -> None:
        """Remember the subject for the next sentence of the point or line."""
        parties = parties if len(parties) <= _MOST else ()
        if sentence.point is None:
            self._line = (sentence.line, parties)
        else:
            leads = sentence.start == self._points[sentence.point].start
            old = self._of_point.get(sentence.point)
            self._of_point[sentence.point] = (parties, leads or (old is not None and old[1] and old[0] == parties))


