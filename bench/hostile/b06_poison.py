"""B6: a document cannot kill the service.

Documents that crash, exit, take 4 GB, loop for ever or raise an error come among good ones. Each good one is answered
as ever, each poisonous one as set aside with its reason; afterwards the processes are back within seconds.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter

from bench.hostile import harness
from bench.hostile.client import Client
from bench.hostile.readers import POISON

CLIENTS = 8
DOCUMENT_SECONDS = 1.0
BACK_SECONDS = 3.0


async def mixed(port: int, good: int, bad: int, chance: random.Random) -> Counter[str]:
    kinds = list(POISON)
    jobs = [("", number) for number in range(good)] + [(kinds[n % len(kinds)], n) for n in range(bad)]
    chance.shuffle(jobs)
    outcomes: Counter[str] = Counter()

    async def some(_: int) -> None:
        client = Client(port)
        while jobs:
            kind, number = jobs.pop()
            answer = await client.post("/v1/extract", kind + harness.speech(number))
            if not kind:
                right = answer.status == 200 and len(answer.json()["obligations"]) > 0
                outcomes["good" if right else f"good document: {answer.status}"] += 1
            else:
                problem = answer.json()
                said = answer.status == 422 and f"({POISON[kind]})" in str(problem.get("detail_en"))
                outcomes["set aside" if said else f"{kind}: {answer.status} {problem.get('detail_en')}"] += 1

    await harness.together(CLIENTS, some)
    return outcomes


async def back(port: int, kind: str) -> float:
    """Seconds from the answer to as many poisonous documents as there are processes, to that for as many good ones."""
    clients = [Client(port) for _ in range(harness.CPUS)]
    await asyncio.gather(*(client.post("/v1/extract", kind + harness.speech(0)) for client in clients))
    start = time.monotonic()
    answers = await asyncio.gather(*(client.post("/v1/extract", harness.speech(1)) for client in clients))
    assert {answer.status for answer in answers} == {200}
    return time.monotonic() - start


async def attack(port: int, good: int, bad: int, rounds: int, seed: int) -> tuple[Counter[str], dict[str, list[float]]]:
    outcomes = await mixed(port, good, bad, random.Random(seed))
    return outcomes, {kind: [await back(port, kind) for _ in range(rounds)] for kind in POISON}


def main() -> int:
    given = harness.options(__doc__)
    good, bad = harness.scaled(3000, given), harness.scaled(300, given)
    report = harness.Report("B6", given)
    with (
        harness.database(given.db) as database,
        harness.Service(database.url, "poison", document_seconds=DOCUMENT_SECONDS) as service,
    ):
        prober = harness.Prober(service.port)
        outcomes, times = asyncio.run(attack(service.port, good, bad, harness.scaled(20, given), given.seed))
        probed = prober.stop()
        code, _ = service.terminate()
    others = {said: count for said, count in outcomes.items() if said not in ("good", "set aside")}
    report.fact("good documents answered as ever", outcomes["good"] == good, f"{outcomes['good']} of {good}")
    report.fact("poison set aside with its reason", outcomes["set aside"] == bad, f"{outcomes['set aside']} of {bad}")
    report.fact("no other outcome", not others, others)
    report.fact("/healthz never fails", probed["failures"] == 0, probed["failures"])
    report.fact("orderly end", code == 0, code)
    slowest = max(max(some) for some in times.values())
    report.figures["back, by kind"] = {kind: harness.spread(some) for kind, some in times.items()}
    report.speed(f"processes back in {BACK_SECONDS:.0f} s", slowest <= BACK_SECONDS, round(slowest, 2))
    report.figures["/healthz ms"] = probed
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
