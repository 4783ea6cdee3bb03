"""Downloads: exact bytes, filters kept, harmless cells. `tests/test_server.py` has those that break off."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from api import workbook
from models import ledger
from models.store import speeches
from tests.api.conftest import assert_problem, service_of
from tests.databases import SPEECH, extraction


@pytest.fixture
def speech(client: TestClient) -> int:
    with service_of(client).database.writing() as connection:
        return speeches.save(connection, SPEECH, extraction()).speech_id


def cells(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


def test_the_ledger_as_exact_bytes(client: TestClient, speech: int) -> None:
    answer = client.get("/v1/obligations.csv?preset=分解表&modality=prohibit&encoding=utf-8")
    assert speech and answer.status_code == 200
    assert answer.content == (
        "序号,重点任务,工作任务,责任领导,牵头单位,配合单位,完成时限,备注\r\n1,强化排查,严禁聚集。,,各乡镇,,,\r\n"
    ).encode()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=obligations.csv; filename*=UTF-8''%E5%88%86%E8%A7%A3%E8%A1%A8.csv"
    )


def test_the_default_is_the_ledger_with_a_byte_order_mark(client: TestClient, speech: int) -> None:
    answer = client.get("/v1/obligations.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf" + "序号,督办编号,".encode())
    table = cells(answer.content)
    assert table[0] == ledger.header("督办台账")
    assert [row[0] for row in table[1:]] == ["1", "2", "3", "4", "5"]
    assert {len(row) for row in table} == {23}
    assert speech


def test_the_workbook_has_the_rows_of_the_ledger(client: TestClient, speech: int) -> None:
    answer = client.get("/v1/obligations.xlsx?preset=分解表&department=教育局")
    assert answer.headers["content-type"] == workbook.MEDIA_TYPE
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''%E5%88%86%E8%A7%A3%E8%A1%A8.xlsx")
    rows = load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=2, values_only=True)
    csv = client.get("/v1/obligations.csv?preset=分解表&department=教育局")
    assert [[str(cell or "") for cell in row] for row in rows] == cells(csv.content)
    assert speech and len(cells(csv.content)) == 2
    by_accept = client.get("/v1/obligations", headers={"accept": workbook.MEDIA_TYPE})
    assert len(list(load_workbook(io.BytesIO(by_accept.content)).active.iter_rows())) == 7


def test_an_error_while_a_workbook_is_written_is_answered_as_such(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, speech: int
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("lost")

    monkeypatch.setattr("api.workbook.Workbook.finish", broken)
    assert_problem(client.get("/v1/obligations.xlsx"), 500, "internal")
    assert speech


def test_gb18030(client: TestClient, speech: int) -> None:
    answer = client.get("/v1/obligations.csv?encoding=gb18030")
    assert "charset=gb18030" in answer.headers["content-type"]
    assert cells(answer.content, "gb18030") == cells(client.get("/v1/obligations.csv").content)
    assert speech


@pytest.mark.parametrize("query", ["department=教育局", "q=隔离", "has_deadline=false&ordering=-id", "status=已办结"])
def test_filters_are_kept(client: TestClient, speech: int, query: str) -> None:
    listed = client.get(f"/v1/obligations?{query}").json()["results"]
    lines = [json.loads(line) for line in client.get(f"/v1/obligations.jsonl?{query}").text.splitlines()]
    if "ordering" in query:
        assert lines == listed
    assert sorted(line["id"] for line in lines) == sorted(one["id"] for one in listed)
    ids = [row[-1] for row in cells(client.get(f"/v1/obligations.csv?{query}").content)[1:]]
    assert sorted(ids) == sorted(str(one["id"]) for one in listed)
    assert speech


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("text/csv", "text/csv; charset=utf-8; header=present"),
        ("application/jsonl", "application/jsonl"),
        ("application/x-ndjson;q=0.9, application/json;q=0.1", "application/jsonl"),
        ("*/*", "application/json"),
        ("", "application/json"),
        ("text/html, */*;q=0.8", "application/json"),
        ("text/csv;q=x, application/json", "application/json"),
    ],
)
def test_the_form_follows_the_accept_header(client: TestClient, speech: int, accept: str, media: str) -> None:
    answer = client.get("/v1/obligations", headers={"accept": accept})
    assert speech and answer.headers["content-type"] == media
    assert len(answer.content.splitlines()) >= 1


def test_forms_that_do_not_exist(client: TestClient) -> None:
    assert_problem(client.get("/v1/obligations", headers={"accept": "image/png"}), 406, "not-acceptable")
    assert_problem(client.get("/v1/obligations.csv?preset=日报"), 422, "invalid", "preset")
    assert_problem(client.get("/v1/obligations.xlsx?encoding=utf-8"), 422, "invalid", "encoding")
    assert_problem(client.get("/v1/obligations.csv?encoding=big5"), 422, "invalid", "encoding")
    assert_problem(client.get("/v1/obligations.csv?limit=5"), 422, "invalid", "limit")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "'=", "\r"])
def test_no_cell_is_a_formula(client: TestClient, start: str) -> None:
    title = start + "cmd|' /C calc'!A0"
    client.post("/v1/speeches", json={"text": "各镇要加强巡查。", "title": title})
    number = client.get("/v1/obligations").json()["results"][0]["id"]
    client.patch(f"/v1/obligations/{number}", json={"progress": title}, headers={"if-match": "*"})
    row = cells(client.get("/v1/obligations.csv").content)[1]
    column = ledger.header().index("进展情况")
    assert not any(cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")) for cell in row)
    assert ledger.unguard(row[column]) == title


def test_many_batches_are_numbered_through(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, speech: int
) -> None:
    monkeypatch.setattr("models.store.export.BATCH", 2)
    monkeypatch.setattr("api.export.BATCH", 2)
    assert [row[0] for row in cells(client.get("/v1/obligations.csv").content)[1:]] == ["1", "2", "3", "4", "5"]
    assert len(client.get("/v1/obligations.jsonl").text.splitlines()) == 5
    assert speech
