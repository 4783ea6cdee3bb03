"""Starts the service with a reader of `bench.hostile.readers` instead of the rules. Settings come from the environment.

    DUBAN_DATABASE_URL=sqlite:///x.db python -m bench.hostile.serve empty

The service itself has no way to be told so: what its worker processes run is an argument of `create_app`.
"""

from __future__ import annotations

import sys

from api import logs, server
from api.main import create_app
from api.settings import load
from bench.hostile import readers


def main() -> None:
    settings = load()
    logs.configure(settings.log_format, settings.log_level)
    server.run(create_app(settings, read=getattr(readers, sys.argv[1])), settings)


if __name__ == "__main__":
    main()
