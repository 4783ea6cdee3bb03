"""Measures the accuracy of the extractor and keeps docs/accuracy.md.

    python -m bench.accuracy [--shared DIR] [--write] [--record]

Prints one table over tests/speeches, and over the annotated texts in DIR (gold with seeds, gold2 with texts2) where it
is there. --write renews the figures in docs/accuracy.md, with the breakdowns; --record adds today's figures to
bench/eval/history.jsonl first.

The weights of the verdict are fitted on annotated texts, so figures on the same texts flatter it. "left out" says how
well a text is read with weights fitted on other texts only: five folds, everything else as it is.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import extractor
from bench import ablation, probe
from bench.metamorphic.__main__ import counts
from bench.score import KINDS, Scorer
from bench.verdict import gold as labelled
from bench.verdict import train
from extractor import obligations
from extractor.rules import fingerprint
from models.records import Extraction

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "accuracy.md"
HISTORY = ROOT / "bench" / "eval" / "history.jsonl"
OWN = ROOT / "tests" / "speeches"
MUTATED = 300
SHORT = tuple(kind for kind in KINDS if kind != "party types")


@dataclass(frozen=True, slots=True)
class Case:
    """An annotated text: where it is from, the annotation, and what is found, with all weights and left out."""

    group: str
    raw: str
    gold: dict[str, Any]
    found: Extraction
    left_out: Extraction


@contextmanager
def weights(tables: dict[str, dict[str, float]]) -> Iterator[None]:
    """The verdict with other weights."""
    before = obligations.weights
    obligations.weights = lambda: tables  # type: ignore[assignment]
    try:
        yield
    finally:
        obligations.weights = before


def cases(folders: Sequence[tuple[str, Path, Path]]) -> list[Case]:
    """All texts of the folders (name, annotations, texts) with what is found in them."""
    texts: list[tuple[str, str, dict[str, Any]]] = []
    marks: list[labelled.Labelled] = []
    for name, gold, raws in folders:
        marks += labelled.load(gold, raws)
        for path in sorted(gold.glob("*.json")):
            record = json.loads(path.read_text(encoding="utf-8"))
            texts.append((name, (raws / record["file"]).read_bytes().decode("utf-8"), record))
    folds = []
    single = labelled.sentences(ROOT / "bench/verdict/sentences.txt", train.SENTENCE_WEIGHT)
    for fold in range(train.FOLDS):
        others = [m for i, m in enumerate(marks) if i % train.FOLDS != fold]
        folds.append(train.tables(train.stacked(others + single)))
    out = []
    for i, (name, raw, record) in enumerate(texts):
        day = date.fromisoformat(record["reference_date"]) if record["reference_date"] else None
        with weights(folds[i % train.FOLDS]):
            left_out = extractor.extract(raw, day)
        out.append(Case(name, raw, record, extractor.extract(raw, day), left_out))
    return out


def score(some: Sequence[Case], *, left_out: bool) -> dict[str, float]:
    """F1 of every kind of record over some texts."""
    scorer = Scorer()
    for case in some:
        scorer.add(case.raw, case.gold, case.left_out if left_out else case.found)
    return {kind: scorer.tallies[kind].f1 for kind in KINDS}


def false_alarms(some: Sequence[Case], *, left_out: bool) -> tuple[int, int]:
    """Obligations found in texts that hold none, and the characters of those texts."""
    empty = [c for c in some if not c.gold["segments"]]
    found = sum(len((c.left_out if left_out else c.found).obligations) for c in empty)
    return found, sum(len(c.raw) for c in empty)


KINDS_OF_TEXT: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("own, epidemic (e)", lambda c: c.group == "own" and c.gold["id"].startswith("e")),
    ("own, all other fields (g)", lambda c: c.group == "own" and c.gold["id"].startswith("g")),
    ("own, hardly demanding (n)", lambda c: c.group == "own" and c.gold["id"].startswith("n")),
    ("own, schools, hospitals, companies, streets (p)", lambda c: c.group == "own" and c.gold["id"].startswith("p")),
    ("own, who has to act (q)", lambda c: c.group == "own" and c.gold["id"].startswith("q")),
    ("own, who has to act, half spoken (r)", lambda c: c.group == "own" and c.gold["id"].startswith("r")),
    ("own, mostly spoken (s)", lambda c: c.group == "own" and c.gold["id"].startswith("s")),
    ("own, as on real pages (t)", lambda c: c.group == "own" and c.gold["id"].startswith("t")),
    ("real texts", lambda c: c.group != "own"),
    ("with web dirt", lambda c: bool(c.gold["noise"] or c.gold.get("noise_spans"))),
    ("clean", lambda c: not (c.gold["noise"] or c.gold.get("noise_spans"))),
    ("with points", lambda c: bool(c.gold["items"])),
    ("without points", lambda c: not c.gold["items"] and bool(c.gold["segments"])),
    ("with quarantine rules", lambda c: bool(c.gold["rules"])),
    ("under 600 characters", lambda c: len(c.raw) < 600),
    ("600 characters and more", lambda c: len(c.raw) >= 600),
)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def whole(every: Sequence[Case]) -> str:
    """One column a group of texts, as fitted and left out."""
    groups = list(dict.fromkeys(c.group for c in every))
    columns = [([c for c in every if c.group == g], left) for g in groups for left in (False, True)]
    figures = [score(some, left_out=left) for some, left in columns]
    names = [f"{g} ({sum(c.group == g for c in every)})" for g in groups]
    head = ["F1", *(column for name in names for column in (name, "left out"))]
    return table(head, [[kind, *(f"{f[kind]:.3f}" for f in figures)] for kind in KINDS])


def breakdown(every: Sequence[Case]) -> str:
    """One row a kind of text, left out of the fit."""
    rows = []
    for name, belongs in KINDS_OF_TEXT:
        some = [c for c in every if belongs(c)]
        if some:
            figures = score(some, left_out=True)
            rows.append([name, str(len(some)), *(f"{figures[kind]:.3f}" for kind in SHORT)])
    return table(["F1, left out", "texts", *SHORT], rows)


def negatives(every: Sequence[Case]) -> str:
    rows = []
    for name, left in (("as fitted", False), ("left out", True)):
        found, size = false_alarms(every, left_out=left)
        rows.append([name, str(found), f"{size:,}", f"{1000 * found / size:.2f}"])
    return table(["texts without any order", "false obligations", "characters", "per 1,000"], rows)


def probed() -> str:
    figures = probe.figures()
    return table(["probe", ""], [[k, f"{v:.3f}" if isinstance(v, float) else str(v)] for k, v in figures.items()])


def mutated() -> str:
    rows = [[n, str(tried), str(changed), f"{changed / tried:.1%}"] for n, tried, changed in counts(1, MUTATED)]
    return table(["change", "speeches", "in which another record changes", "share"], rows)


def contributions(every: Sequence[Case]) -> str:
    """What every kind of record loses without a group of rules or a step; changes below 0.001 are left blank."""
    texts = [(c.raw, c.gold, date.fromisoformat(d) if (d := c.gold["reference_date"]) else None) for c in every]
    rows = []
    for name, change in ablation.steps(texts, ablation.figures(texts)).items():
        rows.append([name, *(f"{change[kind]:+.3f}" if abs(change[kind]) >= 0.0005 else "" for kind in SHORT)])
    return table(["change of F1 without", *SHORT], rows)


def record(every: Sequence[Case], today: date) -> None:
    """Adds a line for each group of texts to the history."""
    with HISTORY.open("a", encoding="utf-8") as file:
        for group in dict.fromkeys(c.group for c in every):
            some = [c for c in every if c.group == group]
            figures = {k: round(v, 3) for k, v in score(some, left_out=True).items()}
            line = {"date": today.isoformat(), "rules": fingerprint(), "texts": f"{group} ({len(some)})"} | figures
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def history() -> str:
    lines = [json.loads(line) for line in HISTORY.read_text(encoding="utf-8").splitlines()] if HISTORY.exists() else []
    rows = [[str(x["date"]), str(x["rules"]), str(x["texts"]), *(f"{x[kind]:.3f}" for kind in SHORT)] for x in lines]
    return table(["date", "rules", "texts, left out", *SHORT], rows)


def renewed(page: str, parts: dict[str, str]) -> str:
    """The page with new text between each `<!-- name -->` and the `<!-- end -->` after it."""
    for name, text in parts.items():
        mark = f"<!-- {name} -->\n"
        start = page.index(mark) + len(mark)
        page = page[:start] + text + page[page.index("<!-- end -->", start) :]
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", metavar="DIR")
    parser.add_argument("--write", action="store_true", help="renew docs/accuracy.md")
    parser.add_argument("--record", action="store_true", help="add today's figures to the history")
    args = parser.parse_args()
    folders = [("own", OWN, OWN)]
    for name, gold, texts in (("five speeches", "gold", "seeds"), ("real texts", "gold2", "texts2")):
        if (args.shared / gold).is_dir():
            folders.append((name, args.shared / gold, args.shared / texts))
    every = cases(folders)
    print(whole(every))
    print(negatives(every))
    if args.record:
        record(every, date.today())
    if args.write:
        parts = {
            "figures": f"Rules `{fingerprint()}`.\n\n{whole(every)}",
            "breakdown": breakdown(every),
            "negatives": negatives(every),
            "probe": probed(),
            "metamorphic": mutated(),
            "contributions": contributions(every),
            "history": history(),
        }
        PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main()
