"""Judges each sentence: does it tell somebody to act, and with what modality? And each point: directive or other?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from extractor.items import Node, Point
from extractor.rule import compiled
from extractor.rules import modality as rules
from extractor.rules.verdict import NOT_ACTS, VERBS
from extractor.sentences import Sentence
from extractor.verdict import (
    Features,
    Piece,
    context_features,
    evidence,
    heading_features,
    pieces,
    point_features,
    probability,
    text_features,
    weighed,
    weights,
)
from models.records import Modality, VerdictKind


class Judged(NamedTuple):
    """A sentence with its verdict, in half-open offsets of the cleaned text.

    A sentence is cut where a point begins, so it never crosses the marker of a point. ``line`` counts lines of the
    cleaned text, ``point`` is the index of the innermost point it stands in, or None. ``modality`` is set when the
    verdict is directive or heading. ``rule`` is the id of the rule that decided.
    """

    start: int
    end: int
    line: int
    point: int | None
    verdict: VerdictKind
    modality: Modality | None
    rule: str


_SAYS_SOMETHING = re.compile(r"[\u3400-\u9fff]{2}")  # 快报！ is an order, 要 alone and 6、； are none


def judge(text: str, sentences: Sequence[Sentence], nodes: Sequence[Node]) -> tuple[list[Judged], list[Point]]:
    """The verdict of every sentence and the function of every point of a cleaned text.

    Sentences are weighed alone first, then points by their sentences, then sentences again in their points and beside
    their neighbours.

    >>> from extractor.items import outline
    >>> from extractor.sentences import split
    >>> text = "会议强调，要抓好以下工作：一是加强巡查，严禁带火种进山。"
    >>> [(j.verdict, j.modality) for j in judge(text, split(text), outline(text))[0]][-1]
    ('directive', 'require')
    """
    parts = pieces(sentences, nodes)
    found = evidence(text, parts)
    table = weights()
    alone = [probability(f, table["sentence"]) for f in found]
    about_text = text_features(text, found, alone)
    about_points = point_features(text, nodes, parts, alone, found)
    kind = weighed(about_text, table["point"])
    directive = [probability(f, table["point"], kind) for f in about_points]
    in_context = context_features(text, parts, found, alone, directive)
    points = [
        Point(
            n.start, n.marker_end, n.heading_end, n.end, n.style, n.number, n.parent,
            "directive" if p >= 0.5 else "other", _strongest(f, "point", p >= 0.5),
        )
        for n, f, p in zip(nodes, about_points, directive, strict=True)
    ]  # fmt: skip
    titles = {
        k for k, f in heading_features(text, nodes, parts, found).items() if probability(f, table["heading"]) >= 0.5
    }
    kind = weighed(about_text, table["context"])
    judged: list[Judged] = []
    for k, (part, f) in enumerate(zip(parts, in_context, strict=True)):
        words = text[part.words : part.end]
        asked = compiled(rules.QUESTION.pattern).search(words) is not None
        table_head = "|" in words and compiled(rules.TABLE_HEAD.pattern).search(words.rstrip("\n")) is not None
        says_something = _SAYS_SOMETHING.search(text, part.words, part.end) is not None
        ordered = says_something and not (asked or table_head) and probability(f, table["context"], kind) >= 0.5
        rule = "verdict.question" if asked else _strongest(f, "context", ordered)
        verdict: VerdictKind = "context"
        if ordered:
            verdict = "heading" if k in titles else "directive"
        modality = _modality(text, part) if ordered else None
        judged.append(Judged(part.start, part.end, part.line, part.point, verdict, modality, rule))
    return judged, points


@cache
def _shown(sign: str) -> str | None:
    """The rule that a record names for a sign of the words themselves; None for one of shape or surroundings."""
    name = sign.removeprefix("head.")
    if name.startswith("shape.bare"):
        return "verdict.bare"
    return name if name.startswith(("verdict.", "lead.")) else None


@cache
def _of_words(table: str) -> dict[str, float]:
    """The weights of those signs of a table that speak of the words themselves."""
    return {sign: weight for sign, weight in weights()[table].items() if _shown(sign)}


def _strongest(f: Features, table: str, positive: bool) -> str:
    """The rule of the sign that weighs most for the verdict reached; words come before their shape and surroundings."""
    sign = 1.0 if positive else -1.0
    for considered in (_of_words(table), weights()[table]):
        weight, name = max([(sign * considered[n] * f[n], n) for n in f if n in considered], default=(0.0, ""))
        if weight > 0:
            return _shown(name) or ("verdict.shape" if name.startswith("shape.") else "verdict.context")
    return "verdict.context"


_CLAUSES = re.compile(r"[，：；。！？“”（）]+")


def _modality(text: str, p: Piece) -> Modality:
    """prohibit when every act is forbidden, encourage when the first act is only encouraged, else require."""
    forbids = encourages = acts = tells = False
    for clause in _CLAUSES.split(text[p.words : p.end]):
        if not clause:
            continue
        forbidden = compiled(rules.FORBID.pattern).search(clause)
        required = compiled(rules.REQUIRE.pattern).search(clause)
        if not acts and compiled(rules.ENCOURAGE.pattern).match(clause):
            encourages = True
        elif required and not (forbidden and required.start() < forbidden.start() and len(clause) < 40):
            return "require"
        elif forbidden:
            forbids = True
        elif not encourages and _acts(clause):
            acts = True
        elif len(clause) >= 8 and not compiled(rules.SETTING.pattern).search(clause):
            tells = True
    if acts:
        return "require"
    if encourages:
        return "encourage"
    return "prohibit" if forbids and not tells else "require"


def _acts(clause: str) -> bool:
    head = next((clause[:n] for n in (3, 2, 4) if clause[:n] in VERBS), None)
    return clause[0] in "将把用" or (head is not None and head not in NOT_ACTS)
