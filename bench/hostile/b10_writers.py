"""B10: many writers, two services over one database, half of the posts of equal content.

No lock error, no 5xx, each content stored once. The reader is empty: this is about the store.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter

from bench.hostile import harness, verify
from bench.hostile.client import Client
from models.store.speeches import sha256

WRITERS = 32
SERVICES = 2
P99_SECONDS = 0.5


async def attack(ports: list[int], posts: int, seed: int) -> tuple[Counter[int], list[float], set[str], float]:
    """Answers by status, seconds of each post, hashes of all that was posted, seconds of everything."""
    statuses: Counter[int] = Counter()
    times: list[float] = []
    posted: set[str] = set()

    async def write(writer: int) -> None:
        chance = random.Random(f"{seed}/{writer}")
        clients = [Client(port) for port in ports]
        for number in range(posts):
            # Every second text is one that all the writers post at about the same moment.
            text = harness.speech(number, 0) if number % 2 else harness.speech(number, writer + 1)
            posted.add(sha256(text))
            start = time.perf_counter()
            answer = await chance.choice(clients).post("/v1/speeches", text)
            times.append(time.perf_counter() - start)
            statuses[answer.status] += 1

    start = time.monotonic()
    await harness.together(WRITERS, write)
    return statuses, times, posted, time.monotonic() - start


def main() -> int:
    given = harness.options(
        __doc__, lambda parser: parser.add_argument("--posts", type=int, default=1000, help="of each writer")
    )
    posts = harness.scaled(given.posts, given)
    report = harness.Report("B10", given)
    with (
        harness.database(given.db) as database,
        harness.Service(database.url, "empty", workers=1, queue=WRITERS) as first,
        harness.Service(database.url, "empty", workers=1, queue=WRITERS) as second,
    ):
        services = [first, second]
        ports = [service.port for service in services]
        statuses, times, posted, seconds = asyncio.run(attack(ports, posts, given.seed))
        locked = sum(service.logged("locked") for service in services)
        codes = [service.terminate()[0] for service in services]
        found = verify.examine(database.url)
    report.fact("only 2xx", set(statuses) == {200, 201}, dict(statuses))
    report.fact("nothing 'locked' in the logs", locked == 0, locked)
    stored = f"{len(found.speeches)} of {len(posted)}"
    report.fact("one speech for each content", found.speeches.keys() == posted, stored)
    report.fact("as many answers 201 as speeches", statuses[201] == len(posted), statuses[201])
    report.fact("no damage", not found.faults, found.faults[:5])
    report.fact("orderly end", codes == [0] * SERVICES, codes)
    report.figures["posts a second"] = round(WRITERS * posts / seconds)
    p99 = harness.percentile(times, 0.99)
    report.speed(f"p99 {P99_SECONDS * 1000:.0f} ms", p99 <= P99_SECONDS, harness.spread(times))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
