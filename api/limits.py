"""Limits on what a request may bring and an answer may do, as ASGI middleware.

How long it may take to arrive is the concern of `api.server`, which sees the connection.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem

# What is shown to a browser by mistake must do nothing there.
HARMLESS = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
}


class Harmless:
    """Adds the headers of HARMLESS to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in HARMLESS.items() if name not in given),
                ]
            await send(message)

        await self.app(scope, receive, guarded)


class BodyLimit:
    """Refuses bodies of more than `limit` bytes with 413, before they are read where their length is stated.

    `by_path` holds larger limits of single paths. Nothing beyond the limit is kept in memory.
    """

    def __init__(self, app: ASGIApp, limit: int, by_path: Mapping[str, int]) -> None:
        self.app = app
        self.limit = limit
        self.by_path = by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = self.by_path.get(scope["path"], self.limit)
        stated = headers.get("content-length", "0")
        refusal = None
        if not (stated.isascii() and stated.isdigit()) or int(stated[:20]) > limit:
            refusal = _too_large(limit)
        elif headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            # A compressed body of some KB can unfold to GB; a speech is small enough to be sent as it is.
            refusal = Problem(
                "media-type",
                "不接受压缩的请求体，请去掉 Content-Encoding",
                "compressed bodies are not accepted; send it without Content-Encoding",
                headers={"Connection": "close"},
            )
        if refusal:
            await refusal.response()(scope, receive, send)
            return
        size = 0
        started = False

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise _too_large(limit)
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, noted)
        except Problem as problem:
            # Usually the application answers by itself; it cannot when what reads the body stands outside of it.
            if started:
                raise
            await problem.response()(scope, receive, send)


def _too_large(limit: int) -> Problem:
    return Problem(
        "too-large",
        f"请求不得超过 {limit} 字节",
        f"a request must not be larger than {limit} bytes",
        headers={"Connection": "close"},
    )
