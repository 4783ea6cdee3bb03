"""Scores the extractor on annotated speeches: precision, recall and F1 of every kind of record.

    python -m bench.score FOLDER [--errors KIND] [--min KIND=F1 ...]

FOLDER holds texts and their annotations, `a.txt` and `a.json`. Annotations stand on numbered segments of the raw text
(`bench/verdict/gold.py`); what is found is laid onto the same segments. Figures are summed over all texts.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import extractor
from bench.verdict.gold import segments
from models.records import Deadline, Extraction, Obligation, Party, PartyRole, QuarantineRule, Span

KINDS = (
    "items", "directives", "parents", "obligations", "modality", "parties", "roles", "party types", "deadlines",
    "deadline values", "quarantine rules",
)  # fmt: skip
Place = tuple[int, int]
Gold = dict[str, Any]
A = TypeVar("A")
B = TypeVar("B")


@dataclass
class Tally:
    """Counts of one kind, and what was missed (-) or found without reason (+)."""

    right: int = 0
    missed: int = 0
    false: int = 0
    errors: list[str] = field(default_factory=list)

    def compare(self, wanted: bool, got: bool, words: str) -> None:
        """Counts one decision that should have been `wanted`."""
        self.right += wanted and got
        self.missed += wanted and not got
        self.false += got and not wanted
        if wanted != got:
            self.errors.append(f"{'-' if wanted else '+'} {' '.join(words.split())[:70]}")

    def agree(self, same: bool, words: str) -> None:
        """Counts one label of a record that was found: a wrong one is both missed and false."""
        self.right += same
        self.missed += not same
        self.false += not same
        if not same:
            self.errors.append(f"≠ {' '.join(words.split())[:70]}")

    @property
    def f1(self) -> float:
        """1.0 where there is nothing to find and nothing was found."""
        total = 2 * self.right + self.missed + self.false
        return 2 * self.right / total if total else 1.0


def pairs(gold: Sequence[A], found: Sequence[B], likeness: Callable[[A, B], float]) -> list[tuple[A | None, B | None]]:
    """Each gold record with the most alike found one, at most one each; what is left over stands alone."""
    ranked = sorted(
        ((likeness(g, f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found)), key=lambda r: -r[0]
    )
    partner: dict[int, int] = {}
    for like, i, j in ranked:
        if like > 0 and i not in partner and j not in partner.values():
            partner[i] = j
    alone = [(None, f) for j, f in enumerate(found) if j not in partner.values()]
    return [*((g, found[partner[i]] if i in partner else None) for i, g in enumerate(gold)), *alone]


def share(a: Place, b: Place) -> float:
    """Common length over whole length of two places, 0 below one half."""
    common = min(a[1], b[1]) - max(a[0], b[0])
    value = common / (max(a[1], b[1]) - min(a[0], b[0]))
    return value if value >= 0.5 else 0.0


def place(span: Span) -> Place:
    return span.start, span.end


class Scorer:
    """Adds up the figures of many texts."""

    def __init__(self) -> None:
        self.tallies = {kind: Tally() for kind in KINDS}
        self.spans = 0
        self.ungrounded = 0

    def add(self, raw: str, gold: Gold, found: Extraction) -> None:
        """One text with its annotation and what was found in it."""
        self._raw = raw
        self._segments = segments(raw)
        self._grounding(found)
        self._items(gold, found)
        self._obligations(gold, found)
        self._quarantine(gold, found)

    def _at(self, mark: Gold, words: str, seg: int | None = None) -> Place:
        """Where the words of an annotation stand: the nth time in its segment."""
        start, end = self._segments[mark["seg"] if seg is None else seg]
        at = start - 1
        for _ in range(mark.get("nth", 0) + 1):
            at = self._raw.index(words, at + 1, end)
        return at, at + len(words)

    def _grounding(self, found: Extraction) -> None:
        for span in _spans(found):
            self.spans += 1
            self.ungrounded += self._raw[span.start : span.end] != span.text

    def _items(self, gold: Gold, found: Extraction) -> None:
        marks = [(mark, self._at(mark, mark["marker"])[0]) for mark in gold["items"]]
        matched = pairs(
            marks,
            found.items,
            lambda m, i: 1 / (1 + abs(m[1] - i.marker.start)) if abs(m[1] - i.marker.start) < 2 else 0,
        )
        number = {item.id: mark[0]["n"] for mark, item in matched if mark and item}
        for mark, item in matched:
            at = mark[1] if mark else item.marker.start if item else 0
            words = self._raw[at : at + 40]
            self.tallies["items"].compare(mark is not None, item is not None, words)
            wanted = mark is not None and mark[0]["function"] == "directive"
            self.tallies["directives"].compare(wanted, item is not None and item.function == "directive", words)
            if mark and item:
                above = None if item.parent is None else number.get(item.parent, "none of the annotated")
                self.tallies["parents"].agree(mark[0]["parent"] == above, words)

    def _obligations(self, gold: Gold, found: Extraction) -> None:
        marks = {mark["seg"]: mark for mark in gold["segments"]}
        parties = {party.id: party for party in found.parties}
        for number, (start, end) in enumerate(self._segments):
            mark = marks.get(number)
            inside = [o for o in found.obligations if o.span.start < end and o.span.end > start]
            words = self._raw[start:end]
            limits = [d for d in found.deadlines if start <= d.span.start < end]
            self._deadlines(number, mark, limits)
            if mark and mark["heading"]:
                continue
            got = self._covered(start, end, inside)
            self.tallies["obligations"].compare(mark is not None, got, words)
            if mark and got:
                main = max(inside, key=lambda o: min(o.span.end, end) - max(o.span.start, start))
                self.tallies["modality"].agree(main.modality == mark["modality"], words)
            roles = {part.party: part for o in reversed(inside) for part in o.parties}
            self._parties(mark, [(part, parties[part.party]) for part in roles.values()], words)

    def _covered(self, start: int, end: int, obligations: Sequence[Obligation]) -> bool:
        """Whether obligations hold at least half of what is printed in a segment."""
        printed = [k for k in range(start, end) if not self._raw[k].isspace()]
        held = [k for k in printed if any(o.span.start <= k < o.span.end for o in obligations)]
        return 2 * len(held) >= len(printed)

    def _parties(self, mark: Gold | None, found: Sequence[tuple[PartyRole, Party]], words: str) -> None:
        wanted = [(p, self._at(p, p["text"])) for p in mark["parties"]] if mark else []
        for gold, got in pairs(wanted, found, lambda w, f: share(w[1], place(f[1].span))):
            name = gold[0]["text"] if gold else got[1].span.text if got else ""
            self.tallies["parties"].compare(gold is not None, got is not None, f"{name} — {words}")
            if gold and got:
                self.tallies["roles"].agree(gold[0]["role"] == got[0].role, f"{got[0].role}: {name} — {words}")
                self.tallies["party types"].agree(gold[0]["type"] == got[1].type, f"{got[1].type}: {name}")

    def _deadlines(self, number: int, mark: Gold | None, found: Sequence[Deadline]) -> None:
        wanted = [(d, self._at(d, d["text"], number)) for d in mark["deadlines"]] if mark else []
        for gold, got in pairs(wanted, found, lambda w, d: share(w[1], place(d.span))):
            words = gold[0]["text"] if gold else got.span.text if got else ""
            self.tallies["deadlines"].compare(gold is not None, got is not None, words)
            if gold and got:
                same = _meaning(gold[0]) == (got.kind, got.value, got.times or 1)
                self.tallies["deadline values"].agree(same, f"{got.kind} {got.value}: {words}")
            else:
                self.tallies["deadline values"].compare(gold is not None, got is not None, words)

    def _quarantine(self, gold: Gold, found: Extraction) -> None:
        for rule, got in pairs(gold["rules"], found.quarantine_rules, self._same_rule):
            words = json.dumps(rule, ensure_ascii=False) if rule else f"{got.measure} {got.span.text}" if got else ""
            self.tallies["quarantine rules"].compare(rule is not None, got is not None, words)

    def _same_rule(self, gold: Gold, got: QuarantineRule) -> float:
        slots = ("measure", "days", "tests", "within", "times_per_day", "every_days")
        if any((gold.get(slot) or None) != (getattr(got, slot) or None) for slot in slots):
            return 0.0
        if set(gold.get("test_days") or ()) != set(got.test_days):
            return 0.0
        if not gold.get("population"):
            return 0.5
        start, end = self._segments[gold["seg"]]
        named = gold["population"] in self._raw[start:end]
        wanted = self._at(gold, gold["population"]) if named else (start, end)
        return share(wanted, place(got.population)) if got.population else 0.0


def _meaning(gold: Gold) -> tuple[str, str | None, int]:
    return gold["kind"], gold["value"], gold.get("times") or 1


def _spans(record: Any) -> Iterator[Span]:
    """All spans in an extraction, or in one of its records."""
    if isinstance(record, Span):
        yield record
    names = (part.name for part in fields(record)) if is_dataclass(record) else type(record).model_fields
    for name in names:
        value = getattr(record, name)
        for part in value if isinstance(value, tuple) else (value,):
            if is_dataclass(part):
                yield from _spans(part)


def score(folder: Path) -> Scorer:
    """The figures of all texts of a folder."""
    scorer = Scorer()
    for path in sorted(folder.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        raw = (folder / gold["file"]).read_bytes().decode("utf-8")
        day = date.fromisoformat(gold["reference_date"]) if gold["reference_date"] else None
        scorer.add(raw, gold, extractor.extract(raw, day))
    return scorer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", choices=KINDS, help="show what was missed (-), false (+) or labelled wrongly (≠)")
    parser.add_argument("--min", action="append", default=[], metavar="KIND=F1", help="exit 1 below this")
    args = parser.parse_args()
    scorer = score(args.folder)
    if args.errors:
        print(*scorer.tallies[args.errors].errors, sep="\n")
    print(f"{'':18}{'F1':>6}{'right':>8}{'missed':>8}{'false':>8}")
    for kind, tally in scorer.tallies.items():
        print(f"{kind:18}{tally.f1:6.3f}{tally.right:8}{tally.missed:8}{tally.false:8}")
    print(f"{scorer.ungrounded} of {scorer.spans} spans do not repeat the raw text")
    asked = [limit.partition("=") for limit in args.min]
    short = [kind for kind, _, least in asked if scorer.tallies[kind].f1 < float(least)]
    if short or scorer.ungrounded:
        sys.exit(f"short: {', '.join(short) or 'grounding'}")


if __name__ == "__main__":
    main()
