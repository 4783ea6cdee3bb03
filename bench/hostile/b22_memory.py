"""Memory: how much a request, however large it claims to be, makes the service grow.

    python -m bench.hostile.b22_memory [--quick] [--db sqlite|postgres] [--part bodies|refusals|export]

The growth is the highest resident size of all its processes together, looked at every 20 ms, less what it was before
the request. What the service reads of a refused body is counted by the kernel. The bodies are written to hold records
in every line ("dense"), or are the samples one after another ("ordinary").
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.hostile import million
from bench.hostile.client import Answer, Client, read_answer
from bench.hostile.harness import Report, Service, database, long_speech, members, options, samples

MB = 1_000_000
BODIES = {"1 MB": (MB, 25), "10 MB": (10 * MB, 100)}
PATHS = ("/v1/extract", "/v1/speeches")
EXPORT_MB = 50
READ_MB = 1
LIMIT = 10 * 1024 * 1024


class Growth:
    """The growth of the processes of a service: of all at once, and of the one that answers alone."""

    def __init__(self, service: Service) -> None:
        self._group = service.pid
        Path(f"/proc/{self._group}/clear_refs").write_text("5")  # forgets the highest size so far
        self._before = self._resident(), _status(self._group, "VmRSS"), _read(self._group)
        self._highest = self._before[0]
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()

    def _resident(self) -> float:
        return sum(pages for _, _, pages in members(self._group)) * os.sysconf("SC_PAGE_SIZE") / MB

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self._highest = max(self._highest, self._resident())

    def end(self) -> dict[str, float]:
        """MB by which the service, and the process that answers, grew; MB that the latter read."""
        self._ended.set()
        self._watching.join()
        every, front, read = self._before
        front = max(0.0, _status(self._group, "VmHWM") - front)
        grown = max(front, self._highest - every)
        return {"all": round(grown, 1), "front": round(front, 1), "read": round(_read(self._group) - read, 2)}


def _status(pid: int, name: str) -> float:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/status").read_text().split(f"{name}:")[1].split()[0]) * 1024 / MB
    return 0.0


def _read(pid: int) -> float:
    """MB that a process has read, from files and sockets."""
    return int(Path(f"/proc/{pid}/io").read_text().split("rchar:")[1].split()[0]) / MB


@contextmanager
def measured(service: Service, into: dict[str, dict[str, float]], name: str) -> Iterator[None]:
    growth = Growth(service)
    yield
    into[name] = growth.end()
    print(f"      {name}: {into[name]}", file=sys.stderr)


async def post(port: int, body: bytes, path: str = "/v1/extract", media: str = "text/plain") -> Answer:
    client = Client(port, seconds=200)
    answer = await client.request("POST", path, body, content_type=media)
    client.close()
    return answer


async def flood(port: int, head: str, chunks: Callable[[], Iterator[bytes]], path: str = "/v1/extract") -> int:
    """Sends a head and then a body until the service answers or hangs up; the status, 0 for none.

    The body is no JSON, so that one that is received costs nothing more.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", "content-type: application/json", head]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")

    async def send() -> None:
        with suppress(ConnectionError):
            for chunk in chunks():
                writer.write(chunk)
                await writer.drain()

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(60):
            return (await read_answer(reader)).status
    except (EOFError, ConnectionError):
        return 0
    finally:
        sending.cancel()
        writer.close()


def pieces(total: int, framed: bool = False) -> Callable[[], Iterator[bytes]]:
    """A body of so many bytes in pieces, each with its length before it where the body is chunked."""
    piece = "各镇要完成排查。".encode() * 2500  # 60 KB

    def make() -> Iterator[bytes]:
        for _ in range(total // len(piece)):
            yield f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if framed else piece
        if framed:
            yield b"0\r\n\r\n"

    return make


def main() -> int:
    def part(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--part", choices=("bodies", "refusals", "export"), action="append")

    given = options(__doc__, million.keep, part)
    # The bodies take minutes, and cost more than they may (docs/reliability.md says how much).
    parts = given.part or (["refusals", "export"] if given.quick else ["bodies", "refusals", "export"])
    report = Report("B22", given)
    for name, run in (("bodies", bodies), ("refusals", refusals)):
        if name in parts:
            with database(given.db) as store, Service(store.url, workers=1) as service:
                # The segmenter and the calendars are read when first needed, once in the life of a process.
                for path in PATHS:
                    asyncio.run(post(service.port, ordinary(10_000).encode(), path))
                run(service, report, given)
    if "export" in parts:
        export(report, given)
    return report.end()


def ordinary(characters: int) -> str:
    text = "\n".join(samples())
    return (text * (characters // len(text) + 1))[:characters]


def bodies(service: Service, report: Report, given: argparse.Namespace) -> None:
    grown: dict[str, dict[str, float]] = {}
    kinds = {"ordinary": ordinary, "dense": lambda characters: long_speech(1, characters)}
    for name, (size, most) in BODIES.items():
        if given.quick and size > MB:
            continue
        answers: dict[str, int] = {}
        for kind, write in kinds.items():
            body = write(size // 3).encode()
            for path in PATHS:
                with measured(service, grown, f"{name}, {kind}, {path}"):
                    answers[f"{kind}, {path}"] = asyncio.run(post(service.port, body, path)).status
        found = {key: value for key, value in grown.items() if key.startswith(f"{name},")}
        highest = max(value["all"] for value in found.values())
        report.fact(f"{name}: at most {most} MB", highest <= most, f"{found}; {answers}")


def refusals(service: Service, report: Report, given: argparse.Namespace) -> None:
    hundred = 100 * MB
    grown: dict[str, dict[str, float]] = {}
    statuses: dict[str, int] = {}

    def attack(name: str, head: str, body: Callable[[], Iterator[bytes]]) -> None:
        with measured(service, grown, name):
            statuses[name] = asyncio.run(flood(service.port, head, body))

    attack("100 MB, stated", f"content-length: {hundred}", pieces(hundred))
    attack("100 MB, chunked", "transfer-encoding: chunked", pieces(hundred, framed=True))
    attack("100 MB stated as 5 MB", f"content-length: {5 * MB}", pieces(hundred))
    attack("100 MB stated as 20 bytes", "content-length: 20", pieces(hundred))
    attack("5 MB stated as 100 MB", f"content-length: {hundred}", pieces(5 * MB))
    attack("length stated twice", f"content-length: 20\r\ncontent-length: {hundred}", pieces(hundred))
    both = f"content-length: {hundred}\r\ntransfer-encoding: chunked"
    attack("length and chunks", both, pieces(hundred, framed=True))
    attack("a negative length", "content-length: -1", pieces(hundred))
    attack("a length of 5,000 digits", f"content-length: {'9' * 5000}", pieces(hundred))
    whole = [f"{hundred:x}\r\n".encode(), *pieces(hundred)()]
    attack("one chunk of 100 MB", "transfer-encoding: chunked", lambda: iter(whole))
    attack("an endless head", "x: " + "y" * 10 * MB, pieces(MB))
    bomb = gzip.compress(bytes(10 * MB * 10), 9)
    attack("gzip 1:1000", f"content-encoding: gzip\r\ncontent-length: {len(bomb)}", lambda: iter([bomb]))
    with measured(service, grown, "gzip 1:1000, not stated"):
        statuses["gzip 1:1000, not stated"] = asyncio.run(post(service.port, bomb)).status
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.gz"\r\n\r\n' + bomb + b"\r\n--b--\r\n"
    with measured(service, grown, "gzip 1:1000 in a form"):
        answer = asyncio.run(post(service.port, form, media="multipart/form-data; boundary=b"))
        statuses["gzip 1:1000 in a form"] = answer.status
    line = json.dumps({"text": 5, "id": "x" * 1000}).encode() + b"\n"
    batch = line * ((20 if given.quick else 100) * MB // len(line))
    with measured(service, grown, f"a batch of {len(batch) // MB} MB"):
        answer = asyncio.run(post(service.port, batch, "/v1/extract/batch", "application/jsonl"))
        statuses["a batch"] = answer.status

    refused = {name: status for name, status in statuses.items() if name != "a batch"}
    # What comes after a body that is as short as it says is the next request, and no HTTP.
    lying = {"100 MB stated as 20 bytes", "100 MB stated as 5 MB"}
    right = all(400 <= status < 500 or status == 0 or name in lying for name, status in refused.items())
    # A sender that does not listen before it has sent everything may find the connection closed instead.
    told = statuses["100 MB, stated"] in (413, 0) and statuses["100 MB, chunked"] in (413, 0)
    report.fact("too much is refused, where its size is known with 413", right and told, statuses)
    large = ("100 MB, stated", "5 MB stated as 100 MB", "a length of 5,000 digits")
    stated = {name: grown[name]["read"] for name in large}
    report.fact(f"of a body stated as too large at most {READ_MB} MB are read", max(stated.values()) <= READ_MB, stated)
    others = {name: figures["read"] for name, figures in grown.items() if name not in large and "batch" not in name}
    most = LIMIT / MB + READ_MB
    report.fact("of other bodies at most the limit and 1 MB", max(others.values()) <= most, others)
    costs = {name: figures["all"] for name, figures in grown.items()}
    report.fact("none costs more than 25 MB", max(costs.values()) <= 25, costs)


def export(report: Report, given: argparse.Namespace) -> None:
    with million.filled(given) as url, Service(url, workers=1) as service:
        asyncio.run(read_all(service.port, "/v1/obligations.csv?speech=1"))
        grown: dict[str, dict[str, float]] = {}
        rows: dict[str, int] = {}
        for path in ("/v1/obligations.csv", "/v1/obligations.jsonl", "/v1/obligations.csv?ordering=-due"):
            with measured(service, grown, path):
                rows[path] = asyncio.run(read_all(service.port, path))
        found = {path: figures["all"] for path, figures in grown.items()}
        report.fact(f"an export at most {EXPORT_MB} MB", max(found.values()) <= EXPORT_MB, f"{found} MB, lines {rows}")


async def read_all(port: int, path: str) -> int:
    """The number of lines of a download."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
    lines = 0
    while data := await reader.read(2**18):
        lines += data.count(b"\n")
    writer.close()
    return lines


if __name__ == "__main__":
    sys.exit(main())
