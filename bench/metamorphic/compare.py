"""Compares the records of a speech with those of its mutation, place by place."""

# Each Chinese character counts as two columns; the phrases are data.
# ruff: noqa: E501
from __future__ import annotations

import random
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

import extractor
from bench.metamorphic.mutations import Mutation
from bench.metamorphic.texts import Piece, Speech, raw
from models.records import Span

REFERENCE = date(2022, 3, 10)
Place = tuple[int, int | str]
Facts = dict[str, set[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """Records that only one of the two texts gave: the label, and what they are in words."""

    label: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]


class _Places:
    """From offsets of a text to places of the speech: the key of the piece and the offset in it.

    The end of a piece is named "end", because a changed piece has another length.
    """

    def __init__(self, speech: Speech, original: Speech) -> None:
        self._speech = speech
        self._starts: list[int] = []
        at = 0
        for p in speech:
            self._starts.append(at)
            at += len(p.text)
        self._length = {p.key: len(p.text) for p in original}
        mine: dict[int, int] = {}
        for p in speech:
            mine[p.key] = max(mine.get(p.key, 0), p.at + len(p.text))
        self._mine = mine

    def _piece(self, at: int) -> tuple[Piece, int]:
        k = bisect_right(self._starts, at) - 1
        return self._speech[k], at - self._starts[k]

    def start(self, at: int) -> Place:
        piece, offset = self._piece(at)
        return piece.key, piece.at + offset

    def end(self, at: int) -> Place:
        piece, offset = self._piece(at - 1)
        here = piece.at + offset + 1
        return (piece.key, "end") if here == self._mine[piece.key] else (piece.key, here)

    def span(self, span: Span | None) -> tuple[Place, Place] | None:
        return None if span is None else (self.start(span.start), self.end(span.end))


def facts(speech: Speech, original: Speech, free: frozenset[str]) -> Facts:
    """The records of a speech as sets of facts whose places are those of the original, without what is ``free``."""
    text = raw(speech)
    found, sentences = extractor.extract(text, REFERENCE), extractor.explain(text)
    at = _Places(speech, original)
    item = {i.id: at.span(i.marker) for i in found.items}
    party = {p.id: at.span(p.span) for p in found.parties}
    limit = {d.id: at.span(d.span) for d in found.deadlines}
    style = "style" not in free
    whole: Facts = {
        "orders": {(at.span(s.span),) for s in sentences if s.verdict in ("directive", "heading")},
        "items": {(at.span(i.marker), i.number, i.path, i.style if style else "") for i in found.items},
        "item spans": {(at.span(i.marker), at.span(i.span), at.span(i.heading)) for i in found.items},
        "functions": {(at.span(i.marker), i.function) for i in found.items},
        "parents": {(at.span(i.marker), item[i.parent] if i.parent else None) for i in found.items},
        "obligations": {(at.span(o.span),) for o in found.obligations},
        "modality": {(at.span(o.span), o.modality, o.standing) for o in found.obligations},
        "item of obligation": {(at.span(o.span), item[o.item] if o.item else None) for o in found.obligations},
        "parties": {(at.span(p.span), p.type, p.canonical if "canonical" not in free else "") for p in found.parties},
        "roles": {(at.span(o.span), party[r.party], r.role, r.inherited) for o in found.obligations for r in o.parties},
        "deadlines": {
            (at.span(d.span), d.kind, at.span(d.trigger), *(() if "value" in free else (d.value, d.due, d.times)))
            for d in found.deadlines
        },
        "deadline of obligation": {(at.span(o.span), limit[d]) for o in found.obligations for d in o.deadlines},
        "quarantine": {(at.span(q.span), at.span(q.population), q.measure, q.days, q.tests) for q in found.quarantine_rules},
        "warnings": {(w.code, at.span(w.span)) for w in found.warnings},
    }  # fmt: skip
    return {label: found for label, found in whole.items() if "title" not in free or label not in _OF_SENTENCES}


# Labels that hang on whether the first sentence of a point is its title or its text.
_OF_SENTENCES = frozenset(
    {"obligations", "modality", "item of obligation", "roles", "deadline of obligation"}
)


def differences(speech: Speech, mutation: Mutation, seed: int) -> tuple[str, list[Difference]] | None:
    """What changes in the records of a speech under a mutation that should not, and the mutated text.

    None where the mutation has nothing to change.
    """
    other = mutation.change(speech, random.Random(seed))
    if other is None:
        return None
    before, after = facts(speech, speech, mutation.free), facts(other, speech, mutation.free)
    words = {p.key: p.text for p in speech}
    out = []
    for label, old in before.items():
        lost, gained = old - after[label], after[label] - old
        if lost or gained:
            out.append(Difference(label, _told(lost, words), _told(gained, words)))
    return raw(other), out


def _told(found: set[tuple[object, ...]], words: dict[int, str]) -> tuple[str, ...]:
    """Facts in readable form: each place as the words of its first piece."""

    def say(value: object) -> str:
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], tuple):
            (a, at), (b, to) = value
            whole = "".join(words.get(k, "~") for k in range(a, b)) + words.get(b, "~")[: to if isinstance(to, int) else None]
            return f"「{whole[at:]}」" if isinstance(at, int) else whole
        return str(value)

    return tuple(" ".join(say(v) for v in fact) for fact in sorted(found, key=str))
