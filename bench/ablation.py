"""What every part of the extractor contributes: the figures with it switched off, in memory.

    python -m bench.ablation [FOLDER | GOLD:TEXTS ...] [--part steps|rules|verdict] [--json OUT]

Three tables over annotated texts (tests/speeches unless told otherwise):

steps    a group of rules, the word boundaries or a step switched off: change of F1 of every kind of record
rules    each rule switched off by itself: which kinds of record it changes; rules that change nothing come last
verdict  the sums of the verdict fitted again without a cue, and how well they then do on texts left out of the fit

A minus says that the figure falls without the part. A rule that changes nothing on these texts may still matter on
others; one that changes nothing on any corpus is to go.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import extractor
from bench.score import KINDS, Scorer
from extractor import items, nlp, parties, text
from extractor.rule import Rule
from extractor.rules import groups

_APART = ("verdict", "vague")  # the verdict has a table of its own; vague wording is no record
Text = tuple[str, dict[str, Any], date | None]
Figures = dict[str, float]


def load(folders: Sequence[str]) -> list[Text]:
    """The texts with their annotations and dates. A folder holds both, or GOLD:TEXTS names two."""
    out: list[Text] = []
    for folder in folders:
        gold, _, texts = folder.partition(":")
        for path in sorted(Path(gold).glob("*.json")):
            mark = json.loads(path.read_text(encoding="utf-8"))
            raw = (Path(texts or gold) / mark["file"]).read_bytes().decode("utf-8")
            day = date.fromisoformat(mark["reference_date"]) if mark["reference_date"] else None
            out.append((raw, mark, day))
    return out


def figures(texts: Sequence[Text]) -> Figures:
    """F1 of every kind of record, and obligations that should not be there."""
    scorer = Scorer()
    for raw, mark, day in texts:
        scorer.add(raw, mark, extractor.extract(raw, day))
    return {kind: scorer.tallies[kind].f1 for kind in KINDS}


def _modules() -> list[Any]:
    for found in pkgutil.walk_packages(extractor.__path__, "extractor."):
        importlib.import_module(found.name)
    return [m for name, m in sorted(sys.modules.items()) if name.startswith("extractor.")]


@contextmanager
def without(rules: frozenset[str]) -> Iterator[None]:
    """The extractor without these rules: out of every tuple of rules, never matching where they are named."""
    kept: list[tuple[Any, str, Any]] = []
    for module in _modules():
        for name, value in [*vars(module).items()]:
            if isinstance(value, tuple) and value and all(isinstance(v, Rule) for v in value):
                kept.append((module, name, value))
                setattr(module, name, tuple(v for v in value if v.id not in rules))
            elif isinstance(value, Rule) and value.id in rules:
                kept.append((module, name, value))
                setattr(module, name, replace(value, pattern="(?!)"))
    # The markers are searched for together, in one pattern made when the module is loaded.
    kept.append((items, "_MARKER", items._MARKER))
    items._MARKER = re.compile("|".join(rule.pattern for rule in items.rules.MARKERS) or "(?!)")
    try:
        yield
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


@contextmanager
def replaced(owner: Any, name: str, value: Callable[..., Any]) -> Iterator[None]:
    """An attribute replaced for a while."""
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def steps(texts: Sequence[Text], whole: Figures) -> dict[str, Figures]:
    """The change of every figure without a group of rules or a step."""
    offs: dict[str, Any] = {
        f"rules: {group.name}": without(frozenset(rule.id for rule in group.rules))
        for group in groups()
        if group.name not in _APART
    }
    offs["word boundaries (segmenter)"] = replaced(nlp.Segmenter, "crosses", lambda *_: False)
    offs["joining of broken lines"] = replaced(text, "_wrapped", lambda *_: False)
    offs["page marks in sentences"] = replaced(text, "_page_marks", lambda *_: [])
    offs["notices in sentences"] = replaced(text, "_notices", lambda *_: [])
    offs["menus and contents"] = replaced(text, "_menus", lambda *_: {})
    offs["subjects carried over"] = replaced(parties._Carried, "_in_force", lambda *_: ())
    return {name: _change(texts, whole, off) for name, off in offs.items()}


def _change(texts: Sequence[Text], whole: Figures, off: Any) -> Figures:
    with off:
        now = figures(texts)
    return {kind: now[kind] - whole[kind] for kind in KINDS}


def rules(texts: Sequence[Text], whole: Figures) -> dict[str, Figures]:
    """The change of every figure without each rule of the groups that find records."""
    out: dict[str, Figures] = {}
    for group in groups():
        if group.name not in _APART:
            for rule in group.rules:
                out[rule.id] = _change(texts, whole, without(frozenset({rule.id})))
    return out


def verdict(folders: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """For every cue and every family of signs: the change of F1 of sentences and points, and of false orders."""
    from bench.verdict import train
    from bench.verdict.gold import load as labelled

    pairs = [folder.partition(":") for folder in folders]
    marks = [t for gold, _, texts in pairs for t in labelled(Path(gold), Path(texts or gold))]
    names = {rule.id for group in groups() for rule in group.rules if rule.id.startswith("lead.")}

    def run(keep: Callable[[str], bool]) -> tuple[float, float, int]:
        s = train.stacked(marks, keep)
        names.update(name for text in s.signs["sentence"] for row in text for name in row)
        f1, false = _f1(s.probabilities["context"], s.labels["context"])
        return f1, _f1(s.probabilities["point"], s.labels["point"])[0], false

    whole = run(lambda _: True)
    families = ("shape.", "lead.", "point.", "context.prev", "context.next", "context.line", "context.", "text.")
    out = {"everything": (whole[0], whole[1], float(whole[2]))}
    for name in [*families, *sorted(names)]:
        off = run(lambda n, name=name: not n.startswith(name) if name in families else n != name)
        out[name] = (off[0] - whole[0], off[1] - whole[1], float(off[2] - whole[2]))
    return out


def _f1(probabilities: Sequence[Any], labels: Sequence[Sequence[int | None]]) -> tuple[float, int]:
    right = missed = false = 0
    for p, ys in zip(probabilities, labels, strict=True):
        for q, y in zip(p, ys, strict=True):
            if y is not None:
                right += y == 1 and q >= 0.5
                missed += y == 1 and q < 0.5
                false += y == 0 and q >= 0.5
    return 2 * right / max(1, 2 * right + missed + false), false


def _told(change: Figures) -> str:
    """The kinds of record that change, the most changed first."""
    moved = sorted(((abs(v), k, v) for k, v in change.items() if abs(v) > 0), reverse=True)
    return ", ".join(f"{kind} {value:+.4f}" for _, kind, value in moved) or "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", default=["tests/speeches"], metavar="FOLDER|GOLD:TEXTS")
    parser.add_argument("--part", choices=("steps", "rules", "verdict"), action="append")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the figures")
    args = parser.parse_args()
    parts = args.part or ["steps", "rules", "verdict"]
    texts = load(args.folders)
    whole = figures(texts)
    out: dict[str, Any] = {"texts": len(texts), "figures": whole}
    print(f"{len(texts)} texts: " + ", ".join(f"{kind} {value:.3f}" for kind, value in whole.items()))
    if "steps" in parts:
        out["steps"] = steps(texts, whole)
        print("\nwithout a group or step")
        for name, change in out["steps"].items():
            print(f"  {name:32}{_told(change)}")
    if "rules" in parts:
        out["rules"] = rules(texts, whole)
        print("\nwithout one rule")
        for name, change in sorted(out["rules"].items(), key=lambda r: sum(r[1].values())):
            if _told(change) != "nothing":
                print(f"  {name:32}{_told(change)}")
        idle = [name for name, change in out["rules"].items() if _told(change) == "nothing"]
        print(f"  nothing changes without {len(idle)} of {len(out['rules'])}: {' '.join(idle)}")
    if "verdict" in parts:
        out["verdict"] = verdict(args.folders)
        (f1, points, false), *_ = out["verdict"].values()
        print("\nverdict, on texts left out of the fit")
        print(f"  sentences {f1:.4f}, points {points:.4f}, false orders {false:.0f}")
        print(f"  {'without':28}{'sentences':>10}{'points':>9}{'false':>7}")
        for name, (a, b, c) in sorted([*out["verdict"].items()][1:], key=lambda r: r[1][0]):
            print(f"  {name:28}{a:+10.4f}{b:+9.4f}{c:+7.0f}")
    if args.json:
        args.json.write_text(json.dumps(out, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
