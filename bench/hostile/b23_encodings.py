"""Encodings: each text is read exactly, or refused with a reason; never something else than what was meant.

    python -m bench.hostile.b23_encodings [--quick] [--db sqlite|postgres]

Every text goes out in every encoding, and damaged in twenty ways. The answer holds the hash of the text as it was
read, which tells whether it is the right one. A damaged text may be read as what its bytes say in the encoding that it
was written in; it must not be read as something else.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.hostile.client import Client
from bench.hostile.harness import Report, Service, database, options, samples, scaled
from bench.hostile.requests import each

TEXTS = 500
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "gb18030", "gbk",
    "gb2312", "big5", "latin-1",
)  # fmt: skip
BIG_ENDIAN_MARKED = ("utf-16-be", "utf-32-be")
LATIN = "Le préfet a demandé à chaque mairie d'achever le contrôle avant le 30 juin. Größe, Übung, señor. "
EXPLAINED = re.compile(r"[Bb]yte \d|encoding|binary|charset|compressed|empty|garbled|offset")
UNREAD = ("big5", "latin-1")

Damage = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """Bytes to send, how they are called, and the texts as which they may be read."""

    name: str
    data: bytes
    allowed: frozenset[str]
    charset: str | None = None


def _at(data: bytes, random: random.Random) -> int:
    return random.randrange(len(data) // 4, len(data))


def _replaced(put: bytes, removed: int = 1) -> Damage:
    def damage(data: bytes, random: random.Random) -> bytes:
        at = _at(data, random)
        return data[:at] + put + data[at + removed :]

    return damage


def _flipped(data: bytes, random: random.Random) -> bytes:
    at = _at(data, random)
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _swapped(data: bytes, random: random.Random) -> bytes:
    at = _at(data, random) - 1
    return data[:at] + data[at + 1 : at + 2] + data[at : at + 1] + data[at + 2 :]


def _joined(other: str) -> Damage:
    """The second half in another encoding, as when two files are put together."""

    def damage(data: bytes, _random: random.Random) -> bytes:
        for encoding in ("utf-8", "gb18030"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            half = len(text) // 2
            return text[:half].encode(encoding) + text[half:].encode(other)
        return data[: len(data) // 2]

    return damage


DAMAGES: dict[str, Damage] = {
    "first byte lost": lambda data, _: data[1:],
    "last byte lost": lambda data, _: data[:-1],
    "one byte lost": _replaced(b""),
    "two bytes lost": _replaced(b"", 2),
    "five bytes lost": _replaced(b"", 5),
    "a bit flipped": _flipped,
    "two bytes swapped": _swapped,
    "FF put in": _replaced(b"\xff", 0),
    "FE for a byte": _replaced(b"\xfe"),
    "80 for a byte": _replaced(b"\x80"),
    "C0 80 put in": _replaced(b"\xc0\x80", 0),
    "CESU pair put in": _replaced(b"\xed\xa0\xbd\xed\xb8\x80", 0),
    "overlong put in": _replaced(b"\xf0\x82\x82\xac", 0),
    "beyond Unicode put in": _replaced(b"\xf5\x80\x80\x80", 0),
    "a NUL put in": _replaced(b"\0", 0),
    "a question mark for a byte": _replaced(b"?"),
    "a line of binary put in": _replaced(bytes(range(256)), 0),
    "the rest in GB18030": _joined("gb18030"),
    "the rest in UTF-8": _joined("utf-8"),
    "the rest in UTF-16": _joined("utf-16-le"),
}


def texts(count: int, random: random.Random) -> list[str]:
    """Pieces of the samples, of 40 to 800 characters, from one full stop to another."""
    sentences = re.findall(r"[^。\n]{6,}。", "\n".join(samples()))
    made = []
    while len(made) < count:
        start = random.randrange(len(sentences))
        piece = "\n".join(sentences[start : start + random.randrange(2, 14)])
        if 40 <= len(piece) <= 800:
            made.append(f"第{len(made)}号通知\n{piece}")
    return made


def cases(wanted: list[str], random: random.Random) -> Iterator[Case]:
    for number, text in enumerate(wanted):
        for encoding in ENCODINGS:
            meant = (LATIN * (1 + number % 5)) if encoding == "latin-1" else text
            data = meant.encode(encoding, "ignore")
            # The byte order mark of UTF-8 may stay, as offsets are those of the file.
            allowed = {data.decode(encoding), data.decode("utf-8" if encoding == "utf-8-sig" else encoding)}
            yield Case(encoding, data, frozenset(allowed))
            yield Case(f"{encoding}, stated", data, frozenset(allowed), encoding)
            if encoding in BIG_ENDIAN_MARKED:
                marked = ("\ufeff" + meant).encode(encoding)
                yield Case(f"{encoding} with mark", marked, frozenset({meant, "\ufeff" + meant}))
            wrong = ENCODINGS[(ENCODINGS.index(encoding) + 1 + number % 9) % len(ENCODINGS)]
            yield Case("wrong charset stated", data, frozenset({*allowed, *_strictly(data, wrong)}), wrong)
        for name, damage in DAMAGES.items():
            encoding = ("utf-8", "gb18030")[number % 2]
            data = damage(text.encode(encoding), random)
            yield Case(f"damaged: {name}", data, frozenset({text, *_strictly(data, encoding)}))


def _strictly(data: bytes, encoding: str) -> list[str]:
    """What the bytes are in an encoding, if they are something in it."""
    try:
        return [data.decode(encoding)]
    except UnicodeDecodeError:
        return []


def main() -> int:
    given = options(__doc__)
    report = Report("B23", given)
    wanted = texts(scaled(TEXTS, given), random.Random(given.seed))
    wrong: list[str] = []
    errors: list[str] = []
    seen: Counter[str] = Counter()
    unexplained: list[str] = []
    by_case: dict[str, Counter[str]] = {}
    with database(given.db) as store, Service(store.url, workers=2) as service:

        async def one(client: Client, case: Case) -> None:
            media = "text/plain" + (f"; charset={case.charset}" if case.charset else "")
            answer = await client.request("POST", "/v1/extract", case.data, content_type=media)
            outcome = "refused"
            if answer.status == 200:
                digest = answer.json()["source"]["sha256"]
                exact = any(hashlib.sha256(text.encode()).hexdigest() == digest for text in case.allowed)
                outcome = "exact" if exact else "WRONG"
                if not exact:
                    wrong.append(f"{case.name}: {case.data[:60]!r}")
            elif answer.status >= 500:
                outcome = "error"
                errors.append(f"{case.name}: {answer.status} {answer.body[:200]!r}")
            elif not EXPLAINED.search(said := answer.json()["detail_en"]):
                unexplained.append(f"{case.name}: {said}")
            else:
                seen["with the byte"] += bool(re.search(r"[Bb]yte \d|offset \d", said))
            seen[outcome] += 1
            by_case.setdefault(case.name, Counter())[outcome] += 1

        each(service.port, cases(wanted, random.Random(given.seed)), one)
        kept = asyncio.run(store_and_compare(service.port, wanted[:20]))
    for name, outcomes in by_case.items():
        print(f"      {name:40} {dict(outcomes)}", file=sys.stderr)
    readable = [name for name in by_case if name.removesuffix(" with mark") in set(ENCODINGS) - set(UNREAD)]
    unread = {name: by_case[name]["refused"] for name in readable if by_case[name]["refused"]}
    total = sum(outcomes.total() for outcomes in by_case.values())
    report.fact("nothing is read as something else", not wrong, f"{len(wrong)} of {total}")
    report.fact("no 5xx", not errors, len(errors))
    report.fact("every refusal says why", not unexplained, dict(seen))
    report.fact("every text in an encoding that is read, is read", not unread, unread)
    report.fact("the stored text is the sent text", not kept, f"{len(kept)} wrong")
    for fault in (wrong + errors + unexplained + kept)[:20]:
        print("      ", fault, file=sys.stderr)
    return report.end()


async def store_and_compare(port: int, wanted: list[str]) -> list[str]:
    """Stores texts in the encodings in turn; those that do not come back as they were meant."""
    client = Client(port)
    wrong = []
    for text, encoding in zip(wanted, ENCODINGS[:10] * 2, strict=False):
        answer = await client.request("POST", "/v1/speeches", text.encode(encoding), content_type="text/plain")
        back = await client.get(f"/v1/speeches/{answer.json()['id']}/text")
        if back.body.decode().removeprefix("\ufeff") != text:
            wrong.append(f"{encoding}: {back.body[:60]!r}")
    client.close()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
