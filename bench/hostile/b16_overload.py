"""B16: overload is refused, not queued. Four times as many documents arrive as can be read, whatever is answered.

Before and after it a normal load of half of what can be read shows what normal is, and when it is back. How much can
be read is measured first: on a busy machine it is less than the documents' own time allows.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass

from bench.hostile import harness
from bench.hostile.b15_loop import saturate
from bench.hostile.client import Broken, Client

SECONDS = 60
NORMAL_SECONDS = 8.0
QUEUE = 32
REFUSED_MS = 50.0
GROWTH = 0.10
BACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One request: when it was sent, how long it took, its status (0 for a broken connection)."""

    at: float
    seconds: float
    status: int
    retry: bool


async def arrive(port: int, rate: float, seconds: float) -> list[Seen]:
    """Requests at a steady rate, each on a free connection or a new one; none waits for an answer."""
    idle: list[Client] = []
    seen: list[Seen] = []
    start = time.perf_counter()

    async def one(number: int) -> None:
        client = idle.pop() if idle else Client(port)
        sent = time.perf_counter()
        try:
            answer = await client.post("/v1/extract", harness.speech(number))
            seen.append(Seen(sent - start, time.perf_counter() - sent, answer.status, "retry-after" in answer.headers))
        except (Broken, TimeoutError):
            seen.append(Seen(sent - start, time.perf_counter() - sent, 0, False))
        idle.append(client)

    tasks = []
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    for client in idle:
        client.close()
    return seen


def back_after(seen: list[Seen], normal: float) -> float:
    """From which second on the 99th percentile is at most twice the normal one."""
    for second in range(int(NORMAL_SECONDS)):
        rest = [request.seconds for request in seen if request.at >= second]
        if rest and harness.percentile(rest, 0.99) <= 2 * normal:
            return second
    return float("inf")


def main() -> int:
    given = harness.options(__doc__)
    seconds = harness.scaled(SECONDS, given, least=4)
    report = harness.Report("B16", given)
    with harness.database(given.db) as database, harness.Service(database.url, "busy", queue=QUEUE) as service:
        capacity, _, _ = asyncio.run(saturate(service.port, 4))
        before = asyncio.run(arrive(service.port, capacity / 2, NORMAL_SECONDS))
        flood_started = asyncio.run(arrive(service.port, 4 * capacity, max(1.0, seconds / 10)))
        rss = service.rss_mb()
        flood = flood_started + asyncio.run(arrive(service.port, 4 * capacity, seconds))
        growth = service.rss_mb() / rss - 1
        after = asyncio.run(arrive(service.port, capacity / 2, NORMAL_SECONDS))
        code, _ = service.terminate()
    answers: dict[int, int] = {}
    for request in flood:
        answers[request.status] = answers.get(request.status, 0) + 1
    refused = [request.seconds for request in flood if request.status == 503]
    normal = harness.percentile([request.seconds for request in before], 0.99)
    report.fact("only 2xx and 503", set(answers) <= {200, 503} and bool(refused), answers)
    report.fact("each refusal says when to come again", all(s.retry for s in flood if s.status == 503), len(refused))
    report.speed("nothing refused before and after", {s.status for s in before + after} == {200},
                 sorted({s.status for s in before + after}))  # fmt: skip
    report.fact(f"memory grown at most {GROWTH:.0%}", growth <= GROWTH, f"{growth:.1%} of {rss:.0f} MB")
    report.fact("orderly end", code == 0, code)
    report.speed(f"refusals p99 {REFUSED_MS:.0f} ms", harness.percentile(refused, 0.99) * 1000 <= REFUSED_MS,
                 harness.spread(refused))  # fmt: skip
    back = back_after(after, normal)
    report.speed(f"normal again {BACK_SECONDS:.0f} s later", back <= BACK_SECONDS, f"{back} s")
    report.figures["capacity a second"] = round(capacity, 1)
    report.figures["served a second"] = round(answers.get(200, 0) / (seconds + max(1.0, seconds / 10)), 1)
    report.figures["served ms"] = harness.spread([request.seconds for request in flood if request.status == 200])
    report.figures["normal ms"] = harness.spread([request.seconds for request in before])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
