"""B5: an orderly stop. SIGTERM comes while 16 posts and 2 downloads are under way.

What was acknowledged is stored; no post is stored whose client was cut off before its answer; a download that was
cut off is not taken for a whole one; the exit code is 0.
"""

from __future__ import annotations

import asyncio
import random
import sys

from bench.hostile import harness, verify
from bench.hostile.client import Broken, Client, read_head
from models.store.speeches import sha256

POSTERS = 16
DOWNLOADS = 2
STOP_SECONDS = 10.0
SHUTDOWN_SECONDS = 2
SEEDED = 300


class Round:
    """What the clients saw between a start and a stop."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, int] = {}
        self.cut: set[str] = set()
        self.whole = 0
        self.broken = 0


async def post(port: int, seen: Round, chance: random.Random) -> None:
    client = Client(port)
    while True:
        text = harness.speech(chance.randrange(10**9), chance.randrange(10**6))
        try:
            answer = await client.post("/v1/speeches", text)
        except Broken as error:
            if error.sent:
                seen.cut.add(sha256(text))
            return
        if answer.status == 201:
            seen.acknowledged[sha256(text)] = answer.json()["id"]
        elif answer.status != 503:
            raise RuntimeError(f"{answer.status} {answer.body!r}")


async def download(port: int, seen: Round, bytes_per_step: int) -> None:
    """Reads one export after the other, each a little at a time, so that the stop finds it half way."""
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
            writer.write(b"GET /v1/obligations.jsonl HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            await read_head(reader)
            while size := int(await reader.readuntil(b"\r\n"), 16):
                left = size + 2
                while left:
                    part = await reader.readexactly(min(left, bytes_per_step))
                    left -= len(part)
                    await asyncio.sleep(0.001)
            seen.whole += 1
            writer.close()
        except (OSError, EOFError):
            seen.broken += 1
            return


async def one_round(service: harness.Service, chance: random.Random) -> tuple[Round, int | None, float]:
    seen = Round()
    clients = [asyncio.create_task(post(service.port, seen, chance)) for _ in range(POSTERS)]
    clients += [
        asyncio.create_task(download(service.port, seen, chance.choice((4096, 65536)))) for _ in range(DOWNLOADS)
    ]
    await asyncio.sleep(0.1 + chance.random() * 0.4)
    code, seconds = await asyncio.to_thread(service.terminate)
    await asyncio.gather(*clients)
    return seen, code, seconds


async def fill(port: int) -> None:
    async def some(number: int) -> None:
        client = Client(port)
        for n in range(number, SEEDED, 8):
            await client.post("/v1/speeches", harness.long_speech(n))
        client.close()

    await harness.together(8, some)


def main() -> int:
    given = harness.options(__doc__, lambda parser: parser.add_argument("--rounds", type=int, default=200))
    rounds = harness.scaled(given.rounds, given)
    report = harness.Report("B5", given)
    chance = random.Random(given.seed)
    lost, unanswered, codes, times, starts, broken, whole, acknowledged = [], [], [], [], [], 0, 0, 0
    with harness.database(given.db) as database:
        service = harness.Service(database.url, "thirty", shutdown_seconds=SHUTDOWN_SECONDS)
        with service:
            asyncio.run(fill(service.port))
            for _ in range(rounds):
                if not service.running():
                    starts.append(service.start())
                seen, code, seconds = asyncio.run(one_round(service, chance))
                codes.append(code)
                times.append(seconds)
                broken += seen.broken
                whole += seen.whole
                acknowledged += len(seen.acknowledged)
                stored = verify.examine(database.url, after=2**60).speeches
                lost += [number for digest, number in seen.acknowledged.items() if stored.get(digest) != number]
                unanswered += [digest for digest in seen.cut if digest in stored]
        faults = verify.examine(database.url).faults
    report.figures |= {"rounds": rounds, "acknowledged": acknowledged, "downloads whole": whole, "cut": broken}
    report.fact("nothing acknowledged is lost", not lost, len(lost))
    report.fact("no post stored whose answer was cut off", not unanswered, len(unanswered))
    report.fact("every download under way is cut, none ends as a whole file", broken == DOWNLOADS * rounds, broken)
    report.fact("exit code 0", set(codes) == {0}, sorted({str(code) for code in codes}))
    report.fact("no damage", not faults, faults[:5])
    report.speed(f"ended in {STOP_SECONDS:.0f} s", max(times) <= STOP_SECONDS, harness.spread(times))
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
