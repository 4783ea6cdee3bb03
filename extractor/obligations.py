"""Judges each sentence: does it tell somebody to act, and with what modality?"""

from __future__ import annotations

from dataclasses import dataclass

from models.records import Modality, VerdictKind


@dataclass(frozen=True, slots=True)
class Judged:
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
