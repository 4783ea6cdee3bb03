"""Runs the service: uvicorn with httptools and uvloop, deadlines for slow senders, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import Any

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import Problem
from api.settings import Settings

log = logging.getLogger("duban.server")

# Each so many bytes of a body give its sender a second more.
BYTES_PER_SECOND = 64 * 1024
MAX_HEAD_BYTES = 64 * 1024


class DeadlineProtocol(HttpToolsProtocol):
    """Closes connections whose request does not arrive in time; uvicorn would wait for ever.

    The head has `header_seconds` from the opening of the connection, or from the first byte of a further request; the
    body `receive_seconds`, and a second more for each 64 KiB that has come. A sender of single bytes gains nothing.
    """

    header_seconds = 10.0
    receive_seconds = 15.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._alarm: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._received = 0
        self._receiving = False
        self._set_alarm(self.header_seconds)

    def data_received(self, data: bytes) -> None:
        if not self._receiving and (self.cycle is None or self.cycle.response_complete):
            # The parser keeps a head whole until it ends, so a head must have a largest size as well.
            self._head_bytes += len(data)
            if self._alarm is None:
                self._set_alarm(self.header_seconds)
        super().data_received(data)
        if not self._receiving and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_headers_complete(self) -> None:
        self._head_bytes = 0
        self._received = 0
        self._receiving = True
        self._set_alarm(self.receive_seconds)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._receiving = False
        self._set_alarm(None)
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_alarm(None)
        super().connection_lost(exc)

    def _set_alarm(self, seconds: float | None) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        self._alarm = None
        earned, self._received = self._received / BYTES_PER_SECOND, 0
        if self._receiving and earned >= 1:
            self._set_alarm(earned)
            return
        if not self.transport.is_closing():
            if self.cycle is None or not self.cycle.response_started:
                self.transport.write(_timeout_answer())
            self.transport.close()


class OrderlyServer(Server):
    """Ends with exit code 0 on SIGTERM and SIGINT, once the requests under way are answered."""

    async def serve(self, sockets: Any = None) -> None:
        # uvicorn raises the signal once more when it has finished, which would end the process as if it had not.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        await super().serve(sockets)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        for place in (place for server in self.servers for place in server.sockets):
            host, port, *_ = place.getsockname()
            log.info("listening", extra={"facts": {"url": f"http://{f'[{host}]' if ':' in host else host}:{port}"}})


def run(app: ASGIApp, settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT."""
    DeadlineProtocol.header_seconds = settings.header_seconds
    DeadlineProtocol.receive_seconds = settings.receive_seconds
    config = Config(
        app,
        host=settings.host,
        port=settings.port,
        http=DeadlineProtocol,
        ws="none",
        loop="auto",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
    )
    OrderlyServer(config).run()


def _timeout_answer() -> bytes:
    answer = Problem(
        "timeout", "请求未在限定时间内发完，连接已关闭", "the request did not arrive in time; the connection is closed"
    ).response()
    head = "HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n"
    head += "".join(f"{name.decode()}: {value.decode()}\r\n" for name, value in answer.raw_headers)
    return head.encode() + b"\r\n" + bytes(answer.body)
