"""B13: slow readers are harmless. Many downloads are read at 1 KB a second while others post and ask.

A slow reader must hold no transaction of the database: with the posts paused none may be open (two at most, for those
that fetch their next rows).
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from pathlib import Path

from bench.hostile import harness
from bench.hostile.client import Client

READERS = 200
SECONDS = 40
POSTERS = 4
SPEECHES = 600
POOL = 10
HELD = 2
P99_MS = 20.0
# The locks that a reader of the write-ahead log holds, as bytes of the shared-memory file.
READ_LOCKS = range(123, 128)


async def read_slowly(port: int, got: list[int]) -> None:
    """Reads an export at 1 KB a second, with a receive buffer so small that the service feels it."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    place.setblocking(False)
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(place, ("127.0.0.1", port))
        await loop.sock_sendall(place, b"GET /v1/obligations.csv HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        while data := await loop.sock_recv(place, 1024):
            got.append(len(data))
            await asyncio.sleep(1)
    finally:
        place.close()


async def post(port: int, first: int, statuses: list[int], paused: asyncio.Event) -> None:
    client, number = Client(port), first
    while True:
        await paused.wait()
        number += POSTERS
        statuses.append((await client.post("/v1/speeches", harness.long_speech(number))).status)


def held(database: harness.SqliteFile | harness.Postgres) -> int:
    """How many transactions are open; on SQLite, whether any reading one is."""
    if isinstance(database, harness.Postgres):
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'duban' AND state <> 'idle'"
        return int(database.execute(query)[0][0])
    inode = os.stat(f"{database.file}-shm").st_ino
    locks = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    return sum(
        fields[-3].endswith(f":{inode}") and fields[-5] == "READ" and int(fields[-2]) in READ_LOCKS
        for fields in locks
        if "->" not in fields
    )


async def attack(
    service: harness.Service, database: harness.SqliteFile | harness.Postgres, readers: int, seconds: float
) -> tuple[list[int], list[int], list[int]]:
    got: list[int] = []
    statuses: list[int] = []
    running = asyncio.Event()
    slow = [asyncio.create_task(read_slowly(service.port, got)) for _ in range(readers)]
    posters = [asyncio.create_task(post(service.port, 10**6 + n, statuses, running)) for n in range(POSTERS)]
    await asyncio.sleep(2)
    running.set()
    await asyncio.sleep(seconds)
    running.clear()
    await asyncio.sleep(1)
    samples = []
    for _ in range(30):
        samples.append(await asyncio.to_thread(held, database))
        await asyncio.sleep(0.1)
    assert not any(task.done() for task in [*slow, *posters]), [task for task in [*slow, *posters] if task.done()]
    for task in [*slow, *posters]:
        task.cancel()
    await asyncio.gather(*slow, *posters, return_exceptions=True)
    return got, statuses, samples


async def fill(port: int, speeches: int) -> None:
    async def some(number: int) -> None:
        client = Client(port)
        for n in range(number, speeches, 8):
            await client.post("/v1/speeches", harness.long_speech(n))
        client.close()

    await harness.together(8, some)


def main() -> int:
    given = harness.options(__doc__)
    readers, seconds = harness.scaled(READERS, given), harness.scaled(SECONDS, given, least=3)
    report = harness.Report("B13", given)
    with (
        harness.database(given.db) as database,
        harness.Service(database.url, "thirty", database_pool=POOL) as service,
    ):
        asyncio.run(fill(service.port, SPEECHES))
        quiet_mb = service.rss_mb()
        prober = harness.Prober(service.port)
        got, statuses, samples = asyncio.run(attack(service, database, readers, seconds))
        probed = prober.stop()
        grown = service.rss_mb() - quiet_mb
        start = time.monotonic()
        answer = asyncio.run(Client(service.port).get("/v1/obligations?limit=1"))
        after = time.monotonic() - start
    report.figures |= {"readers": readers, "bytes read": sum(got), "posts": len(statuses), "rss grown MB": round(grown)}
    report.fact("posts all stored meanwhile", set(statuses) == {201}, f"{len(statuses)} {sorted(set(statuses))}")
    report.fact(f"at most {HELD} transactions held by slow readers", max(samples) <= HELD, max(samples))
    report.fact("/healthz never fails", probed["failures"] == 0, probed["failures"])
    report.fact("served at once when they have gone", answer.status == 200, f"{after * 1000:.0f} ms")
    report.speed(f"/healthz p99 {P99_MS:.0f} ms", probed["service"]["p99"] <= P99_MS, probed)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
