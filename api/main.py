"""Makes the application: the routes, the parts that they share, and the limits around them."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError

from api import departments, description, directives, errors, extract, obligations, operations, quarantine, speeches
from api.deps import Service
from api.limits import BodyLimit, Harmless
from api.metrics import Metrics, Observed
from api.settings import Settings
from api.workers import Reader, Workers, reader
from extractor.version import VERSION
from models.engine import open_database
from models.store import access

log = logging.getLogger("duban.api")

DESCRIPTION = """\
督办：读讲话、通知、会议报道，列出谁、做什么、何时前完成。
Reads a Chinese speech, notice or meeting report and keeps a ledger of who has to do what by when.
"""

# The event loop gets its turn this often while threads compute; Python's default of 5 ms is felt.
SWITCH_SECONDS = 0.001


# A client that repeats a request does so soon.
REMEMBERED = dt.timedelta(days=1)


async def _forget_old_requests(service: Service) -> None:
    """Drops idempotency keys that nobody will send again, every hour."""
    while True:
        try:
            await service.write(access.forget, dt.datetime.now(dt.UTC).replace(tzinfo=None) - REMEMBERED)
        except DBAPIError as error:
            log.warning("old requests are not forgotten", exc_info=error)
        await asyncio.sleep(3600)


def create_app(settings: Settings, *, read: Reader | None = None) -> FastAPI:
    """The application. `read` is what the worker processes do with a text; it must be importable by name."""
    metrics = Metrics()
    workers = Workers(
        processes=settings.workers,
        queue=settings.queue,
        seconds=settings.document_seconds,
        memory_mb=settings.worker_memory_mb,
        read=read or reader(settings),
    )
    metrics.watch(workers)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_SECONDS)
        database = open_database(settings.database_url, pool_size=settings.database_pool)
        app.state.service = Service(settings, database, workers, metrics)
        try:
            await app.state.service.write(departments.seed)
            forgetting = asyncio.create_task(_forget_old_requests(app.state.service))
            try:
                async with workers.running():
                    # What is there now stays: the cycle collector would walk it again and again while all wait.
                    gc.collect()
                    gc.freeze()
                    workers.load_rest(database.dialect)
                    yield
            finally:
                forgetting.cancel()
        finally:
            app.state.service.close()

    app = FastAPI(
        title="督办 Duban",
        version=VERSION,
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        separate_input_output_schemas=False,
        servers=[{"url": "http://127.0.0.1:8000", "description": "duban serve"}],
    )
    routers = [
        module.router for module in (extract, speeches, directives, obligations, departments, quarantine, operations)
    ]
    for router in routers:
        app.include_router(router)
    errors.install(app, [route for router in routers for route in router.routes])
    description.install(app)
    app.add_middleware(
        BodyLimit, limit=settings.max_body_bytes, by_path={"/v1/extract/batch": settings.max_batch_bytes}
    )
    app.add_middleware(Harmless)
    app.add_middleware(Observed, metrics=metrics)
    return app
