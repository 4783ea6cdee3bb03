"""Fits the weights of the verdict on annotated speeches and writes extractor/rules/verdict_weights.json.

    python bench/verdict/train.py GOLD:TEXTS [GOLD:TEXTS …] [--write]

GOLD holds the annotations, TEXTS the raw texts; tests/speeches:tests/speeches is the project's own corpus. Prints how
well each sum does on texts it was not fitted on (five folds by text). Deterministic: the same texts give the same file.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.verdict.gold import Labelled, crops, load, sentences  # noqa: E402
from extractor.verdict import Features, context_features, evidence, heading_features, point_features, text_features  # noqa: E402

FOLDS = 5
CROPS_EACH = 6
"""How many short texts are cut out of each text (see gold.crops)."""
SENTENCE_WEIGHT = 0.5
"""How much a sentence of sentences.txt counts beside one of a speech."""


def matrix(rows: list[Features], names: list[str]) -> np.ndarray:
    index = {n: i for i, n in enumerate(names)}
    x = np.zeros((len(rows), len(names)))
    for r, f in enumerate(rows):
        for name, value in f.items():
            if name in index:
                x[r, index[name]] = value
    return x


def fit(rows: list[Features], labels: list[int], weight: list[float], c: float) -> tuple[list[str], np.ndarray, float]:
    names = sorted({n for f in rows for n in f})
    model = LogisticRegression(C=c, max_iter=3000)
    model.fit(matrix(rows, names), labels, sample_weight=weight)
    return names, model.coef_[0], float(model.intercept_[0])


def predict(rows: list[Features], fitted: tuple[list[str], np.ndarray, float]) -> np.ndarray:
    names, coef, bias = fitted
    if not rows:
        return np.zeros(0)
    return 1 / (1 + np.exp(-(matrix(rows, names) @ coef + bias)))


def crossed(
    docs: list[list[Features]], labels: list[list[int | None]], weight: list[float], folds: list[int], c: float
) -> list[np.ndarray]:
    """Out-of-fold probabilities, text by text; ``folds`` tells the fold of each text."""
    out: list[np.ndarray] = [np.zeros(0)] * len(docs)
    for fold in range(FOLDS):
        train = [i for i in range(len(docs)) if folds[i] != fold]
        rows, ys, ws = flat(docs, labels, weight, train)
        fitted = fit(rows, ys, ws, c)
        for i in range(len(docs)):
            if folds[i] == fold:
                out[i] = predict(docs[i], fitted)
    return out


def flat(
    docs: list[list[Features]], labels: list[list[int | None]], weight: list[float], which: list[int]
) -> tuple[list[Features], list[int], list[float]]:
    rows, ys, ws = [], [], []
    for i in which:
        for f, y in zip(docs[i], labels[i], strict=True):
            if y is not None:
                rows.append(f)
                ys.append(y)
                ws.append(weight[i])
    return rows, ys, ws


def report(name: str, texts: list[Labelled], probs: list[np.ndarray], labels: list[list[int | None]]) -> None:
    for group in sorted({t.group for t in texts}):
        tp = fp = fn = 0
        for t, p, ys in zip(texts, probs, labels, strict=True):
            if t.group == group:
                for q, y in zip(p, ys, strict=True):
                    if y is not None:
                        tp += y == 1 and q >= 0.5
                        fp += y == 0 and q >= 0.5
                        fn += y == 1 and q < 0.5
        print(f"{name:10}{group:12} F1 {2 * tp / max(1, 2 * tp + fp + fn):.3f}  tp {tp} fp {fp} fn {fn}")


def show(group: str, texts: list[Labelled], context: list[list[Features]], probs: list[np.ndarray]) -> None:
    for t, fs, p in zip(texts, context, probs, strict=True):
        if t.group == group:
            for piece, y, f, q in zip(t.pieces, t.sentence_labels, fs, p, strict=True):
                if y is not None and (q >= 0.5) != bool(y):
                    signs = " ".join(sorted(n.split(".")[1] for n in f if n.startswith(("verdict", "shape"))))
                    d = f.get("context.directive-point")
                    words = t.text[piece.start : piece.end]
                    print(f"{t.id} gold={y} p={q:.2f} point={d if d is None else round(d, 2)} [{signs}] {words}")


@dataclass(frozen=True, slots=True)
class Stacked:
    """The signs and labels of all texts for each of the four sums; later sums see earlier ones only out of fold."""

    texts: list[Labelled]
    signs: dict[str, list[list[Features]]]
    labels: dict[str, list[list[int | None]]]
    probabilities: dict[str, list[np.ndarray]]

    @property
    def weight(self) -> list[float]:
        return [t.weight for t in self.texts]


# The inverse strength of the penalty on weights, for each sum.
C = {"sentence": 1.0, "point": 0.1, "context": 3.0, "heading": 1.0}


def stacked(texts: list[Labelled], keep: Callable[[str], bool] = lambda _: True) -> Stacked:
    """The signs of all texts and their crops, those alone whose names are kept, with out-of-fold probabilities of
    every sum. A crop lies in the fold of its text."""
    rng = Random(1)
    folds = [i % FOLDS for i in range(len(texts))]
    for i, t in enumerate(list(texts)):
        short = crops(t, CROPS_EACH, rng)
        texts = texts + short
        folds += [i % FOLDS] * len(short)
    weight = [t.weight for t in texts]
    signs: dict[str, list[list[Features]]] = {}
    probabilities: dict[str, list[np.ndarray]] = {}
    begins = [heading_features(t.text, t.nodes, t.pieces, evidence(t.text, t.pieces)) for t in texts]
    labels = {
        "sentence": [t.sentence_labels for t in texts],
        "point": [t.point_labels for t in texts],
        "context": [t.sentence_labels for t in texts],
        "heading": [[t.heading_labels[k] for k in b] for t, b in zip(texts, begins, strict=True)],
    }

    def weigh(name: str, rows: list[list[Features]]) -> None:
        signs[name] = [
            [{n: v for n, v in f.items() if keep(n.removeprefix("head.").removeprefix("title."))} for f in row]
            for row in rows
        ]
        probabilities[name] = crossed(signs[name], labels[name], weight, folds, C[name])

    weigh("sentence", [evidence(t.text, t.pieces) for t in texts])
    found, alone = signs["sentence"], [list(a) for a in probabilities["sentence"]]
    kinds = [text_features(t.text, f, a) for t, a, f in zip(texts, alone, found, strict=True)]

    def in_text(rows: list[list[Features]]) -> list[list[Features]]:
        return [[f | kind for f in row] for row, kind in zip(rows, kinds, strict=True)]

    points = [point_features(t.text, t.nodes, t.pieces, a, f) for t, a, f in zip(texts, alone, found, strict=True)]
    weigh("point", in_text(points))
    directive = [list(d) for d in probabilities["point"]]
    contexts = [
        context_features(t.text, t.pieces, f, a, d) for t, f, a, d in zip(texts, found, alone, directive, strict=True)
    ]
    weigh("context", in_text(contexts))
    weigh("heading", [list(b.values()) for b in begins])
    return Stacked(texts, signs, labels, probabilities)


def tables(s: Stacked) -> dict[str, dict[str, float]]:
    """The weights of the four sums, fitted on all the texts."""
    out: dict[str, dict[str, float]] = {}
    for name, c in C.items():
        names, coef, bias = fit(*flat(s.signs[name], s.labels[name], s.weight, list(range(len(s.texts)))), c)
        weights = {n: round(float(w), 2) for n, w in zip(names, coef, strict=True) if abs(w) >= 0.05}
        out[name] = {"bias": round(bias, 2)} | weights
    return out


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folders", nargs="+", metavar="GOLD:TEXTS")
    ap.add_argument("--write", action="store_true")
    ap.add_argument("--errors", metavar="GROUP", help="show the sentences judged wrongly in this group of texts")
    args = ap.parse_args()
    speeches = [t for pair in args.folders for t in load(*map(Path, pair.split(":")))]
    s = stacked(speeches + sentences(ROOT / "bench/verdict/sentences.txt", SENTENCE_WEIGHT))
    for name in C:
        report(name, s.texts, s.probabilities[name], s.labels[name])
    if args.errors:
        show(args.errors, s.texts, s.signs["context"], s.probabilities["context"])
    if args.write:
        path = ROOT / "extractor/rules/verdict_weights.json"
        path.write_text(json.dumps(tables(s), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print("written", path.relative_to(ROOT))


if __name__ == "__main__":
    main()
