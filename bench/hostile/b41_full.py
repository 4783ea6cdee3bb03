"""B41: the service with its rules, from 16 clients: the same speeches, again and again under other numbers.

They are the short samples, and whole speeches of the size that B40 has (15 KB), made of several samples each. Beside
it, in the same run, the CPU time that the rules alone need for the same texts.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from api.workers import written
from bench.hostile import harness
from bench.hostile.b40_ingest import CLIENTS, load
from bench.hostile.readers import real

SECONDS = 40
WHOLE = 5000
SHARE = 0.85
"""Of what all CPUs could read if they did nothing else."""


def document_seconds(texts: list[str], rounds: int) -> float:
    """Mean CPU time of reading one of the texts; the median of some rounds, after one that loads the rules."""
    found = []
    for _ in range(rounds + 1):
        start = time.process_time()
        for text in texts:
            written(real, text, None)
        found.append((time.process_time() - start) / len(texts))
    return statistics.median(found[1:])


def main() -> int:
    given = harness.options(__doc__)
    seconds = max(4.0, SECONDS / harness.QUICK) if given.quick else SECONDS
    report = harness.Report("B41", given)
    short = harness.samples()
    with harness.database(given.db) as database, harness.Service(database.url) as service:
        load(service, "/v1/extract", numbered(short), 2.0, 500)  # the first speech of each process loads what it needs
        for turn, (kind, texts) in enumerate({"short": short, "whole": whole(short)}.items()):
            document = document_seconds(texts, harness.scaled(20, given, least=3))
            read = load(service, "/v1/extract", numbered(texts), seconds / 2, 1000 * turn + 1)
            stored = load(service, "/v1/speeches", numbered(texts), seconds, 1000 * turn + 600)
            report.figures[f"{kind}: document ms"] = round(document * 1000, 2)
            report.figures[f"{kind}: characters"] = round(statistics.mean(map(len, texts)))
            tell(report, f"{kind}, read", read, "200", document)
            tell(report, f"{kind}, stored", stored, "201", document)
    return report.end()


def numbered(texts: list[str]) -> list[dict[str, str]]:
    return [{"text": text + "\n第@@号"} for text in texts]


def whole(texts: list[str]) -> list[str]:
    """Speeches of at least WHOLE characters, each beginning with another of the texts."""
    joined = ["\n".join(texts[start:] + texts[:start]) for start in range(len(texts))]
    return [(one + "\n") * (WHOLE // len(one) + 1) for one in joined]


def tell(report: harness.Report, name: str, found: dict[str, Any], status: str, document: float) -> None:
    ideal = harness.CPUS / document
    report.fact(f"every speech: {name}", set(found["statuses"]) == {status}, found["statuses"])
    report.speed(f"{name}: {SHARE} of CPUs ÷ document time", found["rate"] >= SHARE * ideal,
                 {"a second": round(found["rate"], 1), "share": round(found["rate"] / ideal, 3)})  # fmt: skip
    report.figures[f"{name}: CPU ms a speech"] = round(found["cpu"] * 1000, 2)
    p99 = harness.percentile(found["times"], 0.99)
    report.speed(f"{name}: p99 at most {CLIENTS} document times", p99 <= CLIENTS * document,
                 harness.spread(found["times"]) | {"document times": round(p99 / document, 1)})  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
