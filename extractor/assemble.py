"""Puts what the steps found into the records of the contract, in raw offsets."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extractor import rules
from extractor.deadlines import DeadlineFound, standing
from extractor.items import Node, Point
from extractor.obligations import Judged
from extractor.parties import Assignment
from extractor.quarantine import RuleFound
from extractor.source import Stated
from extractor.text import CleanText
from extractor.version import VERSION
from models.records import (
    Deadline,
    Extraction,
    Extractor,
    Item,
    Obligation,
    Party,
    PartyRole,
    QuarantineRule,
    Source,
    Warning,
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the steps found in one cleaned text; ``assigned`` runs parallel to ``judged``."""

    view: CleanText
    stated: Stated
    nodes: Sequence[Node]
    points: Sequence[Point]
    judged: Sequence[Judged]
    assigned: Sequence[tuple[Assignment, ...]]
    deadlines: Sequence[DeadlineFound]
    quarantine: Sequence[RuleFound]


def extraction(found: Findings, given: date | None, pack: str) -> Extraction:
    """The records of one speech; ``given`` is the date that the caller named, ``pack`` the hash of his own rules."""
    parties, roles = _parties(found)
    duties = [k for k, j in enumerate(found.judged) if j.verdict == "directive"]
    number = {k: f"o{n}" for n, k in enumerate(duties, 1)}
    deadlines, limits = _deadlines(found)
    return Extraction(
        extractor=Extractor(version=VERSION, rules=rules.fingerprint(pack)),
        source=_source(found, given),
        items=_items(found),
        obligations=tuple(_obligation(found, k, number[k], roles[k], limits.get(k, ())) for k in duties),
        parties=parties,
        deadlines=deadlines,
        quarantine_rules=_quarantine(found, number),
        noise=found.view.noise,
        warnings=_warnings(found),
    )


def _source(found: Findings, given: date | None) -> Source:
    raw, stated = found.view.raw, found.stated
    day = given or stated.date
    return Source(
        sha256=hashlib.sha256(raw.encode("utf-8")).hexdigest(),
        chars=len(raw),
        title=stated.title,
        speaker=stated.speaker,
        occasion=stated.occasion,
        date=day.isoformat() if day else None,
        date_source="given" if given else "text" if stated.date else "none",
    )


def _items(found: Findings) -> tuple[Item, ...]:
    span, text = found.view.span, found.view.text
    children: dict[int | None, int] = {}
    paths: list[str] = []
    out: list[Item] = []
    for i, p in enumerate(found.points):
        children[p.parent] = children.get(p.parent, 0) + 1
        paths.append(
            f"{paths[p.parent]}." * (p.parent is not None) + str(children[p.parent])
            if p.parent is not None
            else str(children[p.parent])
        )
        end = _trimmed(text, p.start, p.end)
        heading_end = max(_trimmed(text, p.marker_end, p.heading_end), p.marker_end)
        out.append(
            Item(
                id=f"i{i + 1}",
                parent=None if p.parent is None else f"i{p.parent + 1}",
                marker=span(p.start, p.marker_end),
                style=p.style,
                number=p.number,
                path=paths[i],
                heading=span(p.marker_end, heading_end) if heading_end > p.marker_end else span(p.start, p.marker_end),
                span=span(p.start, max(end, p.marker_end)),
                function=p.function,
                rule=p.rule,
            )
        )
    return tuple(out)


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def _parties(found: Findings) -> tuple[tuple[Party, ...], list[tuple[PartyRole, ...]]]:
    """The mentions in text order, each once, and for every sentence the roles of its parties."""
    places = sorted({(a.mention.start, a.mention.end) for each in found.assigned for a in each})
    number = {place: f"p{n}" for n, place in enumerate(places, 1)}
    mentions = {(a.mention.start, a.mention.end): a.mention for each in found.assigned for a in each}
    parties = tuple(
        Party(
            id=number[at],
            span=found.view.span(*at),
            canonical=mentions[at].canonical,
            type=mentions[at].type,
            rule=mentions[at].rule,
        )
        for at in places
    )
    roles = [
        tuple(PartyRole(party=number[a.mention.start, a.mention.end], role=a.role, inherited=a.inherited) for a in each)
        for each in found.assigned
    ]
    return parties, roles


def _deadlines(found: Findings) -> tuple[tuple[Deadline, ...], dict[int, list[str]]]:
    """The deadlines, which stand in obligations and headings alone, and their ids for each of these sentences."""
    starts = [j.start for j in found.judged]
    out: list[Deadline] = []
    of: dict[int, list[str]] = {}
    for d in found.deadlines:
        k = bisect_right(starts, d.start) - 1
        name = f"d{len(out) + 1}"
        out.append(
            Deadline(
                id=name,
                span=found.view.span(d.start, d.end),
                kind=d.kind,
                value=d.value,
                due=d.due,
                trigger=found.view.span(*d.trigger) if d.trigger else None,
                times=d.times,
                workdays=d.workdays,
                rule=d.rule,
            )
        )
        of.setdefault(k, []).append(name)
    return tuple(out), of


def _obligation(
    found: Findings, k: int, name: str, roles: tuple[PartyRole, ...], limits: Sequence[str]
) -> Obligation:
    j = found.judged[k]
    return Obligation(
        id=name,
        item=None if j.point is None else f"i{j.point + 1}",
        span=found.view.span(j.start, j.end),
        modality=j.modality or "require",
        parties=roles,
        deadlines=tuple(limits),
        standing=standing(found.view.text, j.start, j.end),
        rule=j.rule,
    )


def _quarantine(found: Findings, number: dict[int, str]) -> tuple[QuarantineRule, ...]:
    starts = [j.start for j in found.judged]
    out: list[QuarantineRule] = []
    for r in found.quarantine:
        k = bisect_right(starts, r.start) - 1
        if k < 0 or found.judged[k].verdict not in ("directive", "heading"):
            continue
        out.append(
            QuarantineRule(
                id=f"q{len(out) + 1}",
                span=found.view.span(r.start, r.end),
                population=found.view.span(*r.population) if r.population else None,
                origin=r.origin,
                measure=r.measure,
                days=r.days,
                tests=r.tests,
                test_days=r.test_days,
                within=r.within,
                times_per_day=r.times_per_day,
                every_days=r.every_days,
                times_per_period=r.times_per_period,
                after=r.after,
                obligation=number.get(k),
                rule=r.rule,
            )
        )
    return tuple(out)


def _warnings(found: Findings) -> tuple[Warning, ...]:
    """What the reader should know: gaps in the numbering, and deadlines that the calendar at hand cannot count."""
    span, text = found.view.span, found.view.text
    gaps = [
        Warning(
            code="numbering-gap",
            message=f"“{text[n.start : n.marker_end]}”之前缺少上一序号，原文可能有缺漏",
            span=span(n.start, n.marker_end),
        )
        for n in found.nodes
        if n.gap
    ]
    uncounted = [
        Warning(code="calendar-unknown", message=d.note, span=span(d.start, d.end)) for d in found.deadlines if d.note
    ]
    return (*gaps, *uncounted)
