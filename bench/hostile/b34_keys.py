"""Keys: random enough, kept only as a hash, compared in constant time, in no dump and no log, dead when revoked.

    python -m bench.hostile.b34_keys [--quick] [--db sqlite|postgres]

The comparison that `models.store.access` makes is timed as dudect does it: two kinds of wrong keys in random order,
Welch's t over the times below a percentile. |t| above 4.5 would show that a key's likeness to the stored one can be
seen in the time. A leak shows in every repetition, and the unrest of a machine in some: the median of five counts.
"""

from __future__ import annotations

import asyncio
import collections
import hashlib
import hmac
import math
import random
import re
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median, variance

import sqlalchemy as sa

from bench.hostile.client import Client
from bench.hostile.harness import Report, Service, database, options, scaled
from bench.hostile.requests import each, send
from models import tables
from models.engine import Database, open_database
from models.store import access

COMPARES = 1_000_000
KEYS = 2_000
GARBLED = 2_000
LARGEST_T = 4.5
REVOKED_SECONDS = 1.0
TEXT = "各镇要在6月底前完成排查。"


def main() -> int:
    given = options(__doc__)
    report = Report("B34", given)
    with database(given.db) as store:
        opened = open_database(store.url)
        made = [opened.write(lambda c: access.create_key(c, "some", "reader"))[1] for _ in range(scaled(KEYS, given))]
        randomness(report, made)
        stored(report, opened, made)
        with Service(store.url, workers=1, log_level="DEBUG", log_format="json") as service:
            admin = opened.write(lambda c: access.create_key(c, "boss", "admin"))
            wrong = attack(service, made, scaled(GARBLED, given), random.Random(given.seed))
            report.fact("only whole keys are let in", not wrong, wrong or f"{scaled(GARBLED, given)} others refused")
            seconds = asyncio.run(until_refused(service.port, opened, admin))
            report.fact("a revoked key is refused within a second", seconds <= REVOKED_SECONDS, f"{seconds:.2f} s")
            log = service.log.read_text()
        keys = [*made, admin[1]]
        places = {"log": log, "dump": dump(store.url, given.db, opened)}
        leaks = [
            place
            for place, content in places.items()
            if any(secret(key) in content for key in keys) or re.search(r"duban_[0-9a-f]{8}_", content)
        ]
        report.fact("no key in log, dump and audit", not leaks, leaks or f"{len(log)} characters of log")
        opened.close()
    found = [constant_time(scaled(COMPARES, given), random.Random(given.seed + n)) for n in range(5)]
    quiet = abs(median(found)) < LARGEST_T
    report.speed(f"the time of a comparison tells nothing: |t| below {LARGEST_T}", quiet, [round(t, 1) for t in found])
    return report.end()


def secret(key: str) -> str:
    return key.split("_")[2]


def randomness(report: Report, made: Sequence[str]) -> None:
    """256 bits in hexadecimal, a checksum, no two alike; each digit about as often as the others."""
    form = re.compile(r"duban_[0-9a-f]{8}_[0-9a-f]{64}[0-9a-f]{6}")
    digits = collections.Counter("".join(secret(key)[:64] for key in made))
    expected = 64 * len(made) / 16
    chi = sum((digits[digit] - expected) ** 2 / expected for digit in "0123456789abcdef")
    # With 15 degrees of freedom one in a million is above 58.
    report.fact("256 random bits each, none twice", all(map(form.fullmatch, made)) and chi < 58
                and len({secret(key) for key in made}) == len(made), f"{len(made)} keys, chi² {chi:.1f}")  # fmt: skip


def stored(report: Report, opened: Database, made: Sequence[str]) -> None:
    """What the table holds of a key is its SHA-256."""
    with opened.reading() as connection:
        hashes = set(connection.execute(sa.select(tables.ApiKey.sha256)).scalars())
    right = hashes == {hashlib.sha256(key.encode()).hexdigest() for key in made}
    start = time.perf_counter()
    for key in made:
        hashlib.sha256(key.encode()).hexdigest()
    each_one = (time.perf_counter() - start) / len(made) * 1e6
    report.fact("stored as SHA-256 alone", right, f"{len(hashes)} hashes, {each_one:.1f} µs each")


def attack(service: Service, made: Sequence[str], count: int, random: random.Random) -> list[str]:
    """Keys that were changed a little, and headers of all kinds; those that were let in or answered with an error."""
    wrong: list[str] = []

    def garble(key: str) -> str:
        at = random.randrange(len(key))
        return random.choice((
            key[:at] + random.choice("0123456789abcdef_ ") + key[at + 1 :], key[:at], key[at:], key + key, key.upper(),
            key[:-6] + secrets.token_hex(3), f"duban_{key[6:14]}_{secrets.token_hex(35)}", f"{key}\x00", f" {key}x",
            key.replace("_", "-"), f"Bearer {key}", key[::-1], "x" * 20_000, "", "é" * 70, f"{key[:14]}' OR 1=1 --",
        ))  # fmt: skip

    async def one(client: Client, key: str) -> None:
        answer = await client.get("/v1/stats", authorization=f"Bearer {key}")
        if answer.status not in (400, 401) and key.strip() not in made:
            wrong.append(f"{key[:60]!r}: {answer.status}")

    each(service.port, [garble(random.choice(made)) for _ in range(count)], one)

    async def good() -> None:
        client = Client(service.port)
        right = f"Bearer {made[0]}"
        for value, status in ((right, 200), (f"bearer  {made[0]} ", 200), (made[0], 401), ("Basic eDp5", 401)):
            answer = await client.get("/v1/stats", authorization=value)
            if answer.status != status:
                wrong.append(f"{value[:12]!r}: {answer.status}, not {status}")
        answer = await send(client, "POST", "/v1/speeches", {"text": TEXT}, authorization=f"Bearer {made[0]}")
        if answer.status != 403:
            wrong.append(f"a reader may post: {answer.status}")
        client.close()

    asyncio.run(good())
    return wrong


async def until_refused(port: int, opened: Database, admin: tuple[access.KeyView, str]) -> float:
    """Seconds from the revocation of a key in use to its refusal for good."""
    client = Client(port)
    view, key = admin
    assert (await client.get("/v1/stats", authorization=f"Bearer {key}")).status == 200
    await asyncio.to_thread(opened.write, lambda c: access.revoke_key(c, view.prefix))
    start = last = time.monotonic()
    while time.monotonic() - start < 3:
        if (await client.get("/v1/stats", authorization=f"Bearer {key}")).status == 200:
            last = time.monotonic()
        await asyncio.sleep(0.02)
    client.close()
    return last - start


def dump(url: str, kind: str, opened: Database) -> str:
    """All that the database files hold (SQLite), or all rows of all tables as text."""
    if kind == "sqlite":
        file = Path(sa.make_url(url).database or "")
        return "".join(path.read_bytes().decode("latin-1") for path in file.parent.glob(f"{file.name}*"))
    with opened.reading() as connection:
        every = tables.Base.metadata.sorted_tables
        return "\n".join(str(tuple(row)) for table in every for row in connection.execute(sa.select(table)))


def constant_time(count: int, random: random.Random) -> float:
    """Welch's t of the times that two kinds of wrong keys take: alike but for their last digits, and all different."""
    key = f"duban_{secrets.token_hex(4)}_{secrets.token_hex(32)}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    times: tuple[list[int], list[int]] = ([], [])
    for number in range(count):
        if number % 1000 == 0:
            # Made anew and in turn, so that neither kind has the better places in memory.
            size = len(key)
            values = [(key[:-4] + secrets.token_hex(2), secrets.token_hex(size)[:size]) for _ in range(64)]
        kind = random.getrandbits(1)
        value = values[number % 64][kind].encode()
        start = time.perf_counter_ns()
        hmac.compare_digest(digest, hashlib.sha256(value).hexdigest())
        times[kind].append(time.perf_counter_ns() - start)
    # The slowest are those that the machine interrupted.
    most = sorted(times[0] + times[1])[int(count * 0.9)]
    one, two = ([nanoseconds for nanoseconds in side if nanoseconds <= most] for side in times)
    return (fmean(one) - fmean(two)) / math.sqrt(variance(one) / len(one) + variance(two) / len(two))


if __name__ == "__main__":
    sys.exit(main())
