"""B11: a request with an Idempotency-Key happens once, however often and at whatever moment it is sent.

Each key comes 64 times at once with a new text. All 64 must be told that they made the speech (201): without the key
all but one would be told that it was there (200). Then answers are lost: the service is killed while such requests are
under way, and they are sent again.
"""

from __future__ import annotations

import asyncio
import random
import sys

from bench.hostile import harness, verify
from bench.hostile.client import Broken, Client

TIMES = 64
CRASHES = 20


async def storm(port: int, keys: int) -> tuple[int, list[str], int]:
    """How many keys got one and the same body TIMES times, what else was answered, refusals of another body."""
    clients = [Client(port) for _ in range(TIMES)]
    same, others, refused = 0, [], 0
    for number in range(keys):
        text, key = harness.speech(number, 11), f"key-{number}"
        answers = await asyncio.gather(
            *(client.post("/v1/speeches", text, idempotency_key=key) for client in clients)
        )
        same += len({(answer.status, answer.body) for answer in answers}) == 1 and answers[0].status == 201
        others += [f"{answer.status} {answer.body[:100]!r}" for answer in answers if answer.status not in (200, 201)]
        answer = await clients[0].post("/v1/speeches", text + "另。", idempotency_key=key)
        refused += answer.status == 422 and answer.json()["type"].endswith(":key-reused")
    for client in clients:
        client.close()
    return same, others, refused


async def lost_answers(service: harness.Service, number: int, chance: random.Random) -> int:
    """Kills the service in the midst of requests and sends them again; how many were answered alike ever after."""

    async def insist(writer: int) -> bool:
        client = Client(service.port)
        bodies: set[bytes] = set()
        while len(bodies) == 0 or not restarted.is_set():
            try:
                answer = await client.post(
                    "/v1/speeches", harness.speech(number, 1000 + writer), idempotency_key=f"lost-{number}-{writer}"
                )
                if answer.status == 201:
                    bodies.add(answer.body)
            except (Broken, TimeoutError):
                pass
            await asyncio.sleep(0.02)
        client.close()
        return len(bodies) == 1

    restarted = asyncio.Event()
    writers = [asyncio.create_task(insist(writer)) for writer in range(8)]
    await asyncio.sleep(chance.random() * 0.1)
    await asyncio.to_thread(service.kill)
    await asyncio.to_thread(service.start)
    restarted.set()
    return sum(await asyncio.gather(*writers))


def main() -> int:
    given = harness.options(__doc__)
    keys, crashes = harness.scaled(500, given), harness.scaled(CRASHES, given, least=2)
    report = harness.Report("B11", given)
    chance = random.Random(given.seed)
    with harness.database(given.db) as database, harness.Service(database.url, "empty", queue=TIMES) as service:
        same, others, refused = asyncio.run(storm(service.port, keys))
        speeches = len(verify.examine(database.url).speeches)
        alike = sum(asyncio.run(lost_answers(service, number, chance)) for number in range(crashes))
        found = verify.examine(database.url)
    report.fact("one speech for each key", speeches == keys, f"{speeches} of {keys}")
    report.fact(f"the same answer {TIMES} times", same == keys, f"{same} of {keys}")
    report.fact("no other answer", not others, others[:5])
    report.fact("another body with the key is refused", refused == keys, f"{refused} of {keys}")
    report.fact("after a lost answer and kill -9 the same answer", alike == 8 * crashes, f"{alike} of {8 * crashes}")
    report.fact("and one speech", len(found.speeches) == keys + 8 * crashes and not found.faults, found.faults[:5])
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
