"""The service in this process, over both databases; it starts once, and each test finds it empty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deps import Service
from api.main import create_app
from api.settings import Settings
from models.store import speeches
from models.tables import ApiKey, Audit, IdempotencyKey
from tests.api.readers_for_tests import poisonable
from tests.databases import DIALECTS, new_database

SMALL: dict[str, Any] = {"workers": 2, "queue": 6, "document_seconds": 1.5, "max_body_bytes": 11 * 1024 * 1024}


@pytest.fixture(scope="session", params=DIALECTS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service over one of the databases, for the whole session."""
    database = new_database(request.param, tmp_path_factory.mktemp("service"))
    url = database.engine.url.render_as_string(hide_password=False)
    database.close()
    app = create_app(Settings(database_url=url, **SMALL), read=poisonable)
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(running: TestClient) -> TestClient:
    """The service with nothing in it and no keys."""
    store = service_of(running).database
    with store.writing() as connection:
        for view in speeches.page(connection, limit=1000).results:
            speeches.remove(connection, view.id)
        for table in (ApiKey, IdempotencyKey, Audit):
            connection.execute(table.__table__.delete())
    service_of(running).gate.forget()
    running.headers.pop("authorization", None)
    return running


def service_of(client: TestClient) -> Service:
    """The parts of the service behind a client."""
    found = client.app.state.service  # type: ignore[attr-defined]
    assert isinstance(found, Service)
    return found


@cache
def problem_members() -> set[str]:
    return {"type", "title", "title_en", "status", "detail", "detail_en", "errors"}


def assert_problem(answer: Any, status: int, kind: str, field: str | None = None) -> dict[str, Any]:
    """Asserts that an answer is an RFC 9457 problem in both languages, and gives it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"urn:duban:problem:{kind}"
    assert body["status"] == status
    assert body["title"] and body["title_en"] and set(body) <= problem_members()
    if field is not None:
        assert field in [fault["field"] for fault in body["errors"]], body
    return body
