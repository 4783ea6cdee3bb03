"""From raw text to records: the steps in order, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from extractor import deadlines, items, obligations, parties, quarantine, rules, sentences, source, text
from extractor.items import Node, Point
from extractor.obligations import Judged
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
    Sentence,
    Source,
    Warning,
)


def extract(raw: str, date: date | None = None) -> Extraction:
    """All records of one speech.

    ``raw`` is the text as it came in, ``date`` the day of the speech if known; without it the date that the text
    states is used. Raises extractor.TextError when the text holds characters that no encoding can store.

    >>> extract("一是加强巡查，严禁带火种进山。").items[0].function
    'directive'
    """
    view = text.clean(raw)
    stated = source.stated(view.text)
    reference = date or stated.date
    nodes = items.outline(view.text, view.gaps)
    judged, points = obligations.judge(view.text, sentences.split(view.text), nodes)
    assigned = parties.assign(view.text, judged, points)
    limits = deadlines.find(view.text, reference)
    isolation = quarantine.find(view.text, [j for j in judged if j.verdict in ("directive", "heading")])
    return _Records(view, stated, reference, date is not None, nodes, judged, points, assigned, limits, isolation).extraction()


def explain(raw: str) -> tuple[Sentence, ...]:
    """Every sentence of the text, and every stretch of noise, with its verdict and the rule that gave it, in text order.

    >>> [s.verdict for s in explain("形势依然严峻。各镇要加强巡查。")]
    ['context', 'directive']
    """
    view = text.clean(raw)
    nodes = items.outline(view.text, view.gaps)
    judged, _ = obligations.judge(view.text, sentences.split(view.text), nodes)
    ids = [f"i{n + 1}" for n in range(len(nodes))]
    said = [
        Sentence(span=view.span(j.start, j.end), verdict=j.verdict, rule=j.rule, item=None if j.point is None else ids[j.point])
        for j in judged
    ]
    cut = [Sentence(span=n, verdict="noise", rule=n.rule) for n in view.noise]
    return tuple(sorted([*said, *cut], key=lambda s: (s.span.start, s.span.end)))
