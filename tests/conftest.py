"""Fixtures: each test that asks for a database runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.engine import Database
from tests import databases


@pytest.fixture(params=databases.DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(dialect: str, tmp_path: Path) -> Iterator[Database]:
    """An empty database with the present schema."""
    opened = databases.emptied_database(dialect, tmp_path)
    yield opened
    opened.close()
