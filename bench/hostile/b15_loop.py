"""B15: computing never blocks the event loop. 16 clients keep all processes busy with documents of 20 ms.

Beside it, in the same run, the same documents in bare processes without a service: what the machine can do now.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import time

from bench.hostile import harness
from bench.hostile.client import Client
from bench.hostile.readers import DOCUMENT_SECONDS, busy

CLIENTS = 16
SECONDS = 40
P99_MS = 10.0
SHARE = 0.85


async def saturate(port: int, seconds: float) -> tuple[float, list[float], set[int]]:
    """Answers a second, seconds of each, statuses."""
    times: list[float] = []
    statuses: set[int] = set()
    end = time.monotonic() + seconds

    async def some(number: int) -> None:
        client = Client(port)
        while time.monotonic() < end:
            start = time.perf_counter()
            answer = await client.post("/v1/extract", harness.speech(number))
            times.append(time.perf_counter() - start)
            statuses.add(answer.status)
        client.close()

    start = time.monotonic()
    await harness.together(CLIENTS, some)
    return len(times) / (time.monotonic() - start), times, statuses


def _work(seconds: float) -> float:
    os.nice(5)  # as the worker processes of the service
    count, start = 0, time.monotonic()
    while time.monotonic() - start < seconds:
        busy("各单位要抓好落实。", None)
        count += 1
    return count / (time.monotonic() - start)


def bare(seconds: float) -> float:
    """Documents a second of as many bare processes as there are CPUs."""
    with multiprocessing.get_context("spawn").Pool(harness.CPUS) as pool:
        pool.map(_work, [0.1] * harness.CPUS, chunksize=1)
        return sum(pool.map(_work, [seconds] * harness.CPUS, chunksize=1))


def main() -> int:
    given = harness.options(__doc__)
    seconds = harness.scaled(SECONDS, given, least=4)
    report = harness.Report("B15", given)
    with harness.database(given.db) as database, harness.Service(database.url, "busy") as service:
        before = bare(seconds / 4)
        prober = harness.Prober(service.port)
        rate, times, statuses = asyncio.run(saturate(service.port, seconds))
        probed = prober.stop()
        baseline = (before + bare(seconds / 4)) / 2
    ideal = harness.CPUS / DOCUMENT_SECONDS
    report.fact("every document read", statuses == {200}, sorted(statuses))
    report.fact("/healthz never fails", probed["failures"] == 0, probed["failures"])
    report.speed(f"/healthz p99 {P99_MS:.0f} ms", probed["service"]["p99"] <= P99_MS, probed)
    found = {
        "a second": round(rate, 1),
        "of the bare processes": round(rate / baseline, 3),
        "of CPUs ÷ document time": round(rate / ideal, 3),
    }
    report.speed(f"{SHARE} of what bare processes read", rate >= SHARE * baseline, found)
    report.figures["answer ms"] = harness.spread(times)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
