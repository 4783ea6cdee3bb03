"""B41: the service with its rules, from 16 clients: the sample speeches, again and again under other numbers.

Beside it, in the same run, the CPU time that the rules alone need for the same texts.
"""

from __future__ import annotations

import statistics
import sys
import time

from api.workers import written
from bench.hostile import harness
from bench.hostile.b40_ingest import CLIENTS, load
from bench.hostile.readers import real

SECONDS = 40
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
    texts = harness.samples()
    bodies = [{"text": text + "\n第@@号"} for text in texts]
    with harness.database(given.db) as database, harness.Service(database.url) as service:
        load(service, "/v1/extract", bodies, 2.0, 500)  # the first speech of each process loads what it needs
        document = document_seconds(texts, harness.scaled(20, given, least=3))
        read = load(service, "/v1/extract", bodies, seconds / 2, 1)
        stored = load(service, "/v1/speeches", bodies, seconds, 1000)
    ideal = harness.CPUS / document
    report.figures["document ms"] = round(document * 1000, 2)
    report.figures["characters"] = round(statistics.mean(map(len, texts)))
    for name, found, status in (("read", read, "200"), ("stored", stored, "201")):
        report.fact(f"every speech {name}", set(found["statuses"]) == {status}, found["statuses"])
        report.speed(f"{name}: {SHARE} of CPUs ÷ document time", found["rate"] >= SHARE * ideal,
                     {"a second": round(found["rate"], 1), "share": round(found["rate"] / ideal, 3)})  # fmt: skip
        report.figures[f"{name}: CPU ms a speech"] = round(found["cpu"] * 1000, 2)
        p99 = harness.percentile(found["times"], 0.99)
        report.speed(f"{name}: p99 at most {CLIENTS} document times", p99 <= CLIENTS * document,
                     harness.spread(found["times"]) | {"document times": round(p99 / document, 1)})  # fmt: skip
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
