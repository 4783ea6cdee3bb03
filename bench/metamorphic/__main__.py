"""Runs every mutation over many made-up speeches and counts what changes that should not.

    python -m bench.metamorphic [--speeches 2000] [--seed 1] [--show MUTATION] [--json OUT]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from bench.metamorphic.compare import differences
from bench.metamorphic.mutations import MUTATIONS
from bench.metamorphic.texts import speech


def counts(seed: int, speeches: int) -> list[tuple[str, int, int]]:
    """For every mutation its name, how many speeches it changed, and in how many of those another record changed."""
    out = []
    for mutation in MUTATIONS:
        results = [differences(speech(s), mutation, s) for s in range(seed, seed + speeches)]
        tried = [r for r in results if r is not None]
        out.append((mutation.name, len(tried), sum(bool(found) for _, found in tried)))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speeches", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", metavar="MUTATION", help="show what changes under it")
    parser.add_argument("--limit", type=int, default=20, help="how many to show")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the counts")
    args = parser.parse_args()
    tried: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    labels: dict[str, Counter[str]] = {m.name: Counter() for m in MUTATIONS}
    shown = 0
    for seed in range(args.seed, args.seed + args.speeches):
        original = speech(seed)
        for mutation in MUTATIONS:
            if args.show not in (None, mutation.name):
                continue
            result = differences(original, mutation, seed)
            if result is None:
                continue
            tried[mutation.name] += 1
            text, found = result
            changed[mutation.name] += bool(found)
            labels[mutation.name].update(d.label for d in found)
            if args.show and found and shown < args.limit:
                shown += 1
                print(f"--- seed {seed}")
                for d in found:
                    print(f"  {d.label}\n    lost   {' | '.join(d.lost)}\n    gained {' | '.join(d.gained)}")
                if args.limit <= 3:
                    print(text)
    print(f"{'mutation':26}{'texts':>7}{'changed':>9}{'share':>8}  labels")
    for m in MUTATIONS:
        if tried[m.name]:
            share = changed[m.name] / tried[m.name]
            why = ", ".join(f"{k} {n}" for k, n in labels[m.name].most_common(6))
            print(f"{m.name:26}{tried[m.name]:7}{changed[m.name]:9}{share:8.3f}  {why}")
    if args.json:
        rows = {m.name: {"texts": tried[m.name], "changed": changed[m.name], **labels[m.name]} for m in MUTATIONS}
        args.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
