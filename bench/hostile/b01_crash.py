"""B1, B2: what was acknowledged is stored, whole and once, however often everything is killed.

Writers post distinct speeches without pause. At random instants all processes of the service are killed with kill -9
(on PostgreSQL every fifth time the postmaster as well, or alone), and the database is looked into: every second time
before the service starts again, so that the killed state itself is seen, else after it.

    python -m bench.hostile.b01_crash --db sqlite --kills 200 --posts 20000 --seed 1
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, field

from bench.hostile import harness, verify
from bench.hostile.client import Broken, Client
from models.store.speeches import sha256

WRITERS = 8
READY_SECONDS = 2.0


@dataclass(slots=True)
class Posts:
    """What the writers did: speeches by number, and those acknowledged by the hash of their text."""

    next: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    unexpected: list[str] = field(default_factory=list)
    stop: bool = False


async def write(port: int, posts: Posts, seed: int) -> None:
    client = Client(port)
    while not posts.stop:
        posts.next += 1
        text = harness.speech(posts.next, seed)
        while True:
            try:
                answer = await client.post("/v1/speeches", text)
            except (Broken, TimeoutError):
                answer = None
            if answer is not None and answer.status in (200, 201):
                posts.acknowledged[sha256(text)] = answer.json()["id"]
                break
            if answer is not None and answer.status != 503:
                posts.unexpected.append(f"{answer.status} {answer.body[:200]!r}")
            await asyncio.sleep(0.02)
    client.close()


async def attack(
    service: harness.Service, database: harness.SqliteFile | harness.Postgres, posts: Posts,
    kills: int, wanted: int, chance: random.Random,
) -> tuple[list[str], list[float], int]:  # fmt: skip
    """The faults found, the seconds of each start, and how often the postmaster was killed."""
    seed = chance.randrange(10_000)
    writers = [asyncio.create_task(write(service.port, posts, seed)) for _ in range(WRITERS)]
    faults: list[str] = []
    starts: list[float] = []
    postmasters = examined = 0
    for number in range(kills):
        enough = len(posts.acknowledged) + chance.randint(1, 2 * wanted // kills)
        patience = time.monotonic() + 20
        while len(posts.acknowledged) < enough and time.monotonic() < patience:
            await asyncio.sleep(0.002)
        await asyncio.sleep(chance.random() * 0.02)
        server = database if isinstance(database, harness.Postgres) and number % 5 == 4 else None
        app = server is None or number % 2 == 0
        if server:
            server.kill()
            postmasters += 1
        if app:
            await asyncio.to_thread(service.kill)
        acknowledged = dict(posts.acknowledged)
        if server:
            await asyncio.to_thread(server.start)
        look_first = number % 2 == 0
        if look_first:
            found = await asyncio.to_thread(verify.examine, database.url, after=examined)
        if app:
            starts.append(await asyncio.to_thread(service.start))
        if not look_first:
            found = await asyncio.to_thread(verify.examine, database.url, after=examined)
        faults += [f"kill {number}: {fault}" for fault in found.faults]
        faults += [
            f"kill {number}: speech {known} lost" for digest, known in acknowledged.items()
            if found.speeches.get(digest) != known
        ]  # fmt: skip
        examined = max(found.speeches.values(), default=0) if look_first else examined
    posts.stop = True
    await asyncio.gather(*writers)
    return faults, starts, postmasters


def main() -> int:
    given = harness.options(
        __doc__,
        lambda parser: parser.add_argument("--kills", type=int, default=200),
        lambda parser: parser.add_argument("--posts", type=int, default=20_000),
        lambda parser: parser.add_argument("--reader", default=None, help="of bench.hostile.readers, not the rules"),
    )
    kills, wanted = harness.scaled(given.kills, given), harness.scaled(given.posts, given)
    report = harness.Report("B1" if given.db == "sqlite" else "B2", given)
    posts = Posts()
    with harness.database(given.db) as database, harness.Service(database.url, given.reader) as service:
        chance = random.Random(given.seed)
        faults, starts, postmasters = asyncio.run(attack(service, database, posts, kills, wanted, chance))
        code, _ = service.terminate()
        final = verify.examine(database.url)
    lost = [digest for digest, number in posts.acknowledged.items() if final.speeches.get(digest) != number]
    report.figures |= {"kills": kills, "postmaster kills": postmasters, "acknowledged": len(posts.acknowledged)}
    report.fact("nothing acknowledged is lost", not lost, len(lost))
    report.fact("no damage, no half speech, no duplicate at any look", not faults + final.faults,
                (faults + final.faults)[:5])  # fmt: skip
    report.fact("no other answer than 2xx and 503", not posts.unexpected, posts.unexpected[:5])
    report.fact("orderly end", code == 0, code)
    report.speed(f"ready again in {READY_SECONDS} s", max(starts) <= READY_SECONDS, harness.spread(starts))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
