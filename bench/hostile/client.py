"""A small HTTP/1.1 client for load: it must cost less than the service that it loads, and show what arrived exactly.

Complete libraries cost about as much for a request as the service does for its answer, and hide broken connections
behind retries.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

SECONDS = 60.0


class Broken(Exception):
    """The connection ended before a whole answer had come; `sent` tells whether the request had gone out."""

    def __init__(self, sent: bool) -> None:
        super().__init__("connection broken")
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection, opened anew when it is gone. Not for several tasks at once."""

    def __init__(self, port: int, *, seconds: float = SECONDS) -> None:
        self.port = port
        self.seconds = seconds
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.request("GET", path, b"", **headers)

    async def post(self, path: str, text: str, **headers: str) -> Answer:
        """A text in UTF-8."""
        headers.setdefault("content_type", "text/plain; charset=utf-8")
        return await self.request("POST", path, text.encode(), **headers)

    async def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """The answer to a request; underscores in header names stand for hyphens. Raises Broken or TimeoutError."""
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        sent = False
        try:
            async with asyncio.timeout(self.seconds):
                if self._streams is None or self._streams[0].at_eof():  # closed because it was idle
                    self.close()
                    self._streams = await asyncio.open_connection("127.0.0.1", self.port)
                reader, writer = self._streams
                writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
                sent = True
                await writer.drain()
                answer = await read_answer(reader)
        except (OSError, EOFError) as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise
            raise Broken(sent) from error
        except BaseException:
            self.close()
            raise
        if answer.headers.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers. Raises EOFError when they do not come."""
    first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in rest if line)
    return int(first.split(" ", 2)[1]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """A whole answer. Raises EOFError when the connection ends within."""
    status, headers = await read_head(reader)
    if headers.get("transfer-encoding") != "chunked":
        return Answer(status, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
    parts = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return Answer(status, headers, b"".join(parts))
