"""Runs the service on a free port with documents that misbehave on demand: `python -m tests.api.serve_for_tests`.

Settings come from the environment; `BREAK_EXPORT` in the arguments lets every second batch of a download fail, `SLOW`
makes every batch take a second.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from sqlalchemy import Connection

from api import logs, server
from api.main import create_app
from api.settings import load
from models.store import export, obligations
from models.store.filters import Filter
from models.store.paging import Position
from tests.api.readers_for_tests import poisonable


def main(arguments: list[str]) -> None:
    keys = obligations.keys

    def changed(connection: Connection, wanted: Filter, ordering: str, beyond: Position | None, limit: int) -> Any:
        if "SLOW" in arguments:
            time.sleep(1.0)
        if "BREAK_EXPORT" in arguments and beyond:
            raise RuntimeError("of 各镇要加强巡查")
        return keys(connection, wanted, ordering, beyond, limit)

    obligations.keys = changed
    export.BATCH = 2
    settings = load(port=0)
    logs.configure(settings.log_format, settings.log_level)
    server.run(create_app(settings, read=poisonable), settings)


if __name__ == "__main__":
    main(sys.argv[1:])
