"""Scores the verdicts on short paragraphs that no weight was fitted on and no rule was written for.

    python -m bench.probe [--errors]

bench/eval/probe.jsonl holds one paragraph a line: its sentences, each with the verdict that a careful reader gives it
(require, prohibit, encourage, heading, context). A sentence that a marker or a colon cuts into several pieces counts
as an order when half of its characters lie in pieces judged so.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import extractor

PROBE = Path(__file__).parent / "eval" / "probe.jsonl"
ORDERS = ("require", "prohibit", "encourage")


def verdicts(sentences: list[tuple[str, str]]) -> list[str]:
    """What the extractor says of each sentence of a paragraph, in the words of the probe."""
    raw = "".join(text for text, _ in sentences)
    kind = [""] * len(raw)
    for s in extractor.explain(raw):
        kind[s.span.start : s.span.end] = [s.verdict] * (s.span.end - s.span.start)
    for o in extractor.extract(raw).obligations:
        kind[o.span.start : o.span.end] = [o.modality] * (o.span.end - o.span.start)
    out, at = [], 0
    for text, _ in sentences:
        votes = Counter(kind[at : at + len(text)])
        votes.pop("", None)
        out.append(votes.most_common(1)[0][0] if votes else "noise")
        at += len(text)
    return out


def figures(errors: list[str] | None = None) -> dict[str, int | float]:
    """The figures of the probe; adds every sentence judged wrongly to ``errors``."""
    tp = fp = fn = right = same = total = background = 0
    for line in PROBE.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        for (text, gold), got in zip(one["sentences"], verdicts(one["sentences"]), strict=True):
            total += 1
            right += gold == got
            tp += gold in ORDERS and got in ORDERS
            same += gold in ORDERS and got == gold
            fp += gold not in ORDERS and got in ORDERS
            fn += gold in ORDERS and got not in ORDERS
            background += len(text) if gold == "context" else 0
            if errors is not None and gold != got:
                errors.append(f"{one['id']} {one['field']}  gold {gold}, got {got}: {text.strip()}")
    return {
        "sentences": total,
        "verdict and modality right": right / total,
        "orders: precision": tp / (tp + fp),
        "orders: recall": tp / (tp + fn),
        "orders: F1": 2 * tp / (2 * tp + fp + fn),
        "modality of orders found": same / tp,
        "false orders per 1,000 characters of context": 1000 * fp / background,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="show every sentence judged wrongly")
    args = parser.parse_args()
    errors: list[str] = []
    for name, value in figures(errors).items():
        print(f"{name:46}{value:8.3f}" if isinstance(value, float) else f"{name:46}{value:8}")
    if args.errors:
        print(*errors, sep="\n")


if __name__ == "__main__":
    main()
