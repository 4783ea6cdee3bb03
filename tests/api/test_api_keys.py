"""Access: who may call what with which key, and what is open without keys."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.store import access
from tests.api.conftest import assert_problem, service_of

OPEN = {"healthz", "readyz"}
ROLES = {
    "create_speech": "writer",
    "update_obligation": "writer",
    "delete_speech": "admin",
}
"""Operations that need more than the role reader; an operation that stands in neither list needs it."""


def make_key(client: TestClient, role: str, name: str = "测试") -> str:
    with service_of(client).database.writing() as connection:
        _, key = access.create_key(connection, name, role)
    service_of(client).gate.forget()
    return key


def operations(client: TestClient) -> list[tuple[str, str, str]]:
    paths = client.get("/openapi.json").json()["paths"]
    return [(details["operationId"], method, path) for path, ways in paths.items() for method, details in ways.items()]


def call(client: TestClient, method: str, path: str, key: str | None) -> Any:
    path = path.replace("{speech_id}", "999999").replace("{obligation_id}", "999999").replace("{directive_id}", "999999")
    headers = {"if-match": "*"} | ({"authorization": f"Bearer {key}"} if key else {})
    return client.request(method, path, headers=headers, json={} if method in ("post", "patch") else None)


def test_every_operation_for_every_role(client: TestClient) -> None:
    keys = {role: make_key(client, role) for role in ("reader", "writer", "admin")}
    found = operations(client)
    assert len(found) >= 18
    for name, method, path in found:
        needed = "none" if name in OPEN else ROLES.get(name, "reader")
        for role, key in {"none": None, **keys}.items():
            answer = call(client, method, path, key)
            allowed = list({"none": 0, **keys}).index(role) >= list({"none": 0, **keys}).index(needed)
            if allowed:
                assert answer.status_code not in (401, 403), (name, role, answer.text)
            else:
                assert_problem(answer, 401 if role == "none" else 403, "unauthenticated" if role == "none" else "forbidden")


@pytest.mark.parametrize(
    "authorization",
    [
        "", "Bearer", "Bearer ", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer duban_00000000_" + "0" * 70, "Bearer \x00",
        "Bearer " + "x" * 10_000, "bearer duban_", "Bearer 键",
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(client: TestClient, authorization: str) -> None:
    make_key(client, "reader")
    answer = client.get("/v1/stats", headers={b"authorization": authorization.encode()})  # type: ignore[dict-item]
    body = assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "duban keys add" in body["detail_en"]


def test_a_changed_key_is_refused(client: TestClient) -> None:
    key = make_key(client, "reader")
    headers = {"authorization": f"Bearer {key}"}
    assert client.get("/v1/stats", headers=headers).status_code == 200
    for at in (7, 20, len(key) - 1):
        wrong = key[:at] + ("0" if key[at] != "0" else "1") + key[at + 1 :]
        assert_problem(client.get("/v1/stats", headers={"authorization": f"Bearer {wrong}"}), 401, "unauthenticated")


def test_a_revoked_key_is_refused_within_a_second(client: TestClient) -> None:
    make_key(client, "admin", "another")
    key = make_key(client, "reader")
    headers = {"authorization": f"Bearer {key}"}
    assert client.get("/v1/stats", headers=headers).status_code == 200
    with service_of(client).database.writing() as connection:
        access.revoke_key(connection, key.split("_")[1])
    time.sleep(0.8)
    assert client.get("/v1/stats", headers=headers).status_code == 401


def test_the_first_key_closes_the_door(client: TestClient) -> None:
    assert client.get("/v1/stats").status_code == 200
    with service_of(client).database.writing() as connection:
        access.create_key(connection, "first", "admin")
    time.sleep(0.8)
    assert_problem(client.get("/v1/stats"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"host": "127.0.0.1.evil.example:8000"},
        {"host": ""},
    ],
)
def test_without_keys_foreign_pages_are_kept_out(client: TestClient, headers: dict[str, str]) -> None:
    assert_problem(client.get("/v1/stats", headers=headers), 403, "forbidden")


@pytest.mark.parametrize("headers", [{"host": "localhost:8000"}, {"host": "[::1]:80"}, {"origin": "http://127.0.0.1:8000"}])
def test_without_keys_this_machine_is_let_in(client: TestClient, headers: dict[str, str]) -> None:
    assert client.get("/v1/stats", headers=headers).status_code == 200


def test_the_audit_names_the_key(client: TestClient) -> None:
    from models.store import audit

    headers = {"authorization": f"Bearer {make_key(client, 'admin', '县督查室')}"}
    number = client.post("/v1/speeches", json={"text": "各镇要加强巡查。"}, headers=headers).json()["id"]
    with service_of(client).database.reading() as connection:
        assert [line.actor for line in audit.history(connection, "speech", number)] == ["县督查室"]


def test_two_keys_do_not_share_idempotency_keys(client: TestClient) -> None:
    first, second = (make_key(client, "writer", name) for name in ("甲", "乙"))

    def post(key: str, text: str) -> Any:
        headers = {"authorization": f"Bearer {key}", "idempotency-key": "1"}
        return client.post("/v1/speeches", json={"text": text}, headers=headers)

    assert post(first, "各镇要加强巡查。").status_code == 201
    assert post(second, "各村要加强巡查。").status_code == 201


def test_figures_hold_no_text_and_no_key(client: TestClient) -> None:
    key = make_key(client, "admin")
    headers = {"authorization": f"Bearer {key}"}
    number = client.post("/v1/speeches", json={"text": "各镇要加强巡查。"}, headers=headers).json()["id"]
    client.get(f"/v1/speeches/{number}?q=巡查", headers=headers)
    figures = client.get("/metrics", headers=headers).text
    assert 'duban_requests_total{method="POST",route="/v1/speeches",status="201"}' in figures
    assert 'route="/v1/speeches/{speech_id}"' in figures
    assert "duban_documents_waiting 0.0" in figures
    assert "巡查" not in figures and key not in figures and key.split("_")[1] not in figures
