"""From raw text to records: the steps in order, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from extractor import (
    assemble,
    collector,
    deadlines,
    directory,
    items,
    nlp,
    obligations,
    parties,
    quarantine,
    sentences,
    source,
    text,
)
from extractor.pack import NONE as NO_PACK
from extractor.pack import Pack
from models.records import Extraction, Sentence


@collector.resting()
def extract(raw: str, date: date | None = None, segmenter: Path | None = None, pack: Pack = NO_PACK) -> Extraction:
    """All records of one speech.

    ``raw`` is the text as it came in, ``date`` the day of the speech if known; without it the date that the text
    states is used. ``segmenter`` names the folder of another word segmentation model; it is loaded only when a name
    stands where a word boundary decides. ``pack`` holds departments and noise lines of an office's own (pack.load).
    Raises extractor.TextError when the text holds characters that no encoding can store, extractor.nlp.SegmenterError
    when the folder holds no model.

    >>> extract("一是加强巡查，严禁带火种进山。").items[0].function
    'directive'
    """
    view = text.clean(raw, pack.noise)
    stated = source.stated(view.text)
    nodes = items.outline(view.text, view.gaps)
    judged, points = obligations.judge(view.text, sentences.split(view.text), nodes)
    asked = [(j.start, j.end) for j in judged if j.verdict != "context"]
    with directory.including(pack.own_parties):
        assigned = parties.assign(view.text, judged, points, lambda *at: nlp.load(segmenter).crosses(*at))
    found = assemble.Findings(
        view=view,
        stated=stated,
        nodes=nodes,
        points=points,
        judged=judged,
        assigned=assigned,
        deadlines=deadlines.in_stretches(view.text, asked, date or stated.date),
        quarantine=quarantine.find(view.text, judged),
    )
    return assemble.extraction(found, date, pack.fingerprint)


@collector.resting()
def explain(raw: str, pack: Pack = NO_PACK) -> tuple[Sentence, ...]:
    """Every sentence of the text and every stretch of noise, in text order, with its verdict and the rule that gave it.

    >>> [s.verdict for s in explain("形势依然严峻。各镇要加强巡查。")]
    ['context', 'directive']
    """
    view = text.clean(raw, pack.noise)
    nodes = items.outline(view.text, view.gaps)
    judged, _ = obligations.judge(view.text, sentences.split(view.text), nodes)
    said = [
        Sentence(
            span=view.span(j.start, j.end),
            verdict=j.verdict,
            rule=j.rule,
            item=None if j.point is None else f"i{j.point + 1}",
        )
        for j in judged
    ]
    cut = [Sentence(span=n, verdict="noise", rule=n.rule) for n in view.noise]
    return tuple(sorted([*said, *cut], key=lambda s: (s.span.start, s.span.end)))
