"""Faults of the service itself: each is a problem, says nothing of its insides, and leaves nothing half done."""

from __future__ import annotations

import datetime as dt
import sqlite3
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api import errors
from api.errors import KINDS
from models.store import access, obligations, speeches
from models.tables import IdempotencyKey
from tests.api.conftest import assert_problem, service_of

FULL = OperationalError("INSERT 机密", {"text": "机密"}, sqlite3.OperationalError("database or disk is full"))


def fail_with(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, error: Exception) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(module, name, failing)


@pytest.mark.parametrize("error", [FULL, PoolTimeout("QueuePool limit")])
def test_a_database_that_fails_is_answered_with_503(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    fail_with(monkeypatch, speeches, "save_prepared", error)
    answer = client.post("/v1/speeches", json={"text": "各镇要加强巡查。"})
    assert_problem(answer, 503, "storage")
    assert "retry-after" in answer.headers
    assert "机密" not in answer.text and "INSERT" not in answer.text
    monkeypatch.undo()
    assert client.get("/v1/speeches").json()["results"] == []
    assert client.post("/v1/speeches", json={"text": "各镇要加强巡查。"}).status_code == 201


def test_a_fault_of_the_program_tells_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, obligations, "page", RuntimeError("机密"))
    body = assert_problem(client.get("/v1/obligations"), 500, "internal")
    assert "机密" not in str(body)


def test_a_failure_after_the_records_undoes_them(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, access, "remember", RuntimeError("lost"))
    answer = client.post("/v1/speeches", json={"text": "各镇要加强巡查。"}, headers={"idempotency-key": "k"})
    assert_problem(answer, 500, "internal")
    monkeypatch.undo()
    assert client.get("/v1/speeches").json()["results"] == []
    assert client.get("/v1/obligations").json()["results"] == []


def test_not_ready_without_a_database_but_alive(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from models import migrate

    assert client.get("/readyz").json() == {"status": "ok"}
    fail_with(monkeypatch, migrate, "current", FULL)
    assert_problem(client.get("/readyz"), 503, "storage")
    assert client.get("/healthz").json() == {"status": "ok"}
    monkeypatch.undo()
    monkeypatch.setattr(migrate, "current", lambda _: "older")
    assert "duban db upgrade" in assert_problem(client.get("/readyz"), 503, "storage")["detail_en"]


def test_old_idempotency_keys_are_forgotten(client: TestClient) -> None:
    for key in ("old", "new"):
        client.post("/v1/speeches", json={"text": "各镇要加强巡查。"}, headers={"idempotency-key": key})
    table = IdempotencyKey.__table__
    day = dt.datetime(2020, 1, 1)
    with service_of(client).database.writing() as connection:
        connection.execute(table.update().where(IdempotencyKey.key == "old").values(created_at=day))  # type: ignore[attr-defined]
        assert access.forget(connection, day + dt.timedelta(days=1)) == 1
        assert list(connection.execute(table.select().with_only_columns(IdempotencyKey.key)).scalars()) == ["new"]  # type: ignore[attr-defined]


def test_every_kind_of_problem_has_both_languages() -> None:
    for kind, (status, chinese, english) in KINDS.items():
        body = errors.Problem(kind).body()
        assert (body["status"], body["title"], body["title_en"]) == (status, chinese, english)
        assert english.isascii() and not chinese.isascii()
