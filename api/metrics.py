"""Figures for Prometheus, and one log line for each request. Neither holds a text, a query or a key."""

from __future__ import annotations

import logging
import time
from functools import partial
from urllib.parse import quote

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.workers import Workers

log = logging.getLogger("duban.requests")


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter("duban_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "duban_request_seconds", "Time to the last byte of an answer", ["route"], registry=self.registry
        )
        self.speeches = Counter("duban_speeches", "Speeches posted", ["outcome"], registry=self.registry)
        self.waiting = Gauge("duban_documents_waiting", "Documents waiting or being read", registry=self.registry)
        self.failed = Gauge("duban_documents_failed", "Documents set aside", ["reason"], registry=self.registry)
        self.processes = Gauge("duban_worker_processes", "Processes that read documents", registry=self.registry)

    def watch(self, workers: Workers) -> None:
        """Takes the figures of the pool at each scrape."""
        self.waiting.set_function(lambda: workers.waiting)
        self.processes.set(workers.processes)
        for reason in workers.failures:
            self.failed.labels(reason).set_function(partial(workers.failures.__getitem__, reason))

    def text(self) -> bytes:
        """The figures in Prometheus's text format."""
        return generate_latest(self.registry)


class Observed:
    """ASGI middleware that counts, times and logs requests."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - started
            # The pattern of the path, not the path: a figure for each speech would never end.
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.requests.labels(scope["method"] if route != "none" else "none", route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(seconds)
            level = logging.DEBUG if route in ("/healthz", "/readyz", "/metrics") else logging.INFO
            log.log(
                level,
                "request",
                extra={
                    "facts": {
                        "method": scope["method"],
                        # As it was sent: decoded, it could pass for other facts of the line.
                        "path": quote(scope["path"]),
                        "status": status,
                        "ms": round(seconds * 1000, 1),
                        "key": scope.get("state", {}).get("caller", ""),
                    }
                },
            )
