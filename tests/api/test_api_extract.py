"""Reading without storing: three ways to send a text, and lines of many."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from fastapi.testclient import TestClient

import extractor
from api.extract import EXAMPLE
from tests.api.conftest import assert_problem

PLAIN = {"content-type": "text/plain"}


def test_the_answer_is_that_of_the_library(client: TestClient) -> None:
    answer = client.post("/v1/extract", json={"text": EXAMPLE, "date": "2022-06-01"})
    assert answer.status_code == 200
    assert answer.json() == extractor.extract(EXAMPLE, dt.date(2022, 6, 1)).model_dump(mode="json")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "gbk", "utf-16", "big5"])
def test_a_charset_is_honoured(client: TestClient, charset: str) -> None:
    text = "各部要立即行工。"
    headers = {"content-type": f"text/plain; charset={charset}"}
    answer = client.post("/v1/extract?date=2022-06-01", content=text.encode(charset), headers=headers)
    assert answer.json()["source"]["chars"] == len(text)
    assert answer.json()["source"]["date"] == "2022-06-01"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_an_encoding_that_is_not_stated_is_found_out(client: TestClient, encoding: str) -> None:
    answer = client.post("/v1/extract", content=EXAMPLE.encode(encoding), headers=PLAIN)
    assert answer.json()["obligations"][0]["span"]["text"].endswith("校园排查。")


def test_a_file_in_a_form(client: TestClient) -> None:
    files = {"file": ("讲话.txt", EXAMPLE.encode("gb18030"), "text/plain")}
    answer = client.post("/v1/extract", files=files, data={"date": "2022-06-01"})
    assert answer.json()["source"]["date"] == "2022-06-01"
    assert answer.json()["obligations"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"text": "\\ud800"}', "body"),
        (b'{"text": "a\\u0000b"}', "text"),
        (b'{"text": NaN}', "text"),
        (b'{"text": "a", "date": 20220601}', "date"),
        (b'{"text": "a", "date": "2022-02-30"}', "date"),
        (b'{"text": "a", "date": "2022-06-01T00:00:00"}', "date"),
        (b'{"text": "a", "date": 1e400}', "date"),
        (b'{"text": 123456789012345678901234567890}', "text"),
        (b'{"text": ' + b"9" * 5000 + b"}", "body"),
        (b'{"text": "a", "other": 1}', "other"),
        (b'{"text": ""}', "text"),
        (b"{}", "text"),
        (b"[]", "body"),
        (b"null", "body"),
        (b"", "body"),
        (b"\xff\xfe", "body"),
        (b"[" * 100_000, "body"),
        (b'{"text": "\xed\xa0\x80"}', "body"),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, body: bytes, field: str) -> None:
    answer = client.post("/v1/extract", content=body, headers={"content-type": "application/json"})
    assert_problem(answer, 422, "invalid", field)


@pytest.mark.parametrize(
    ("body", "charset"),
    [(b"\xe5\x8e", "utf-8"), (b"", "utf-8"), (b"abc\xff", "utf-8"), (b"\x81", "gb18030"), (b"abc", "klingon")],
)
def test_bytes_that_are_no_text_are_refused(client: TestClient, body: bytes, charset: str) -> None:
    answer = client.post("/v1/extract", content=body, headers={"content-type": f"text/plain; charset={charset}"})
    assert_problem(answer, 422, "invalid", "text")


@pytest.mark.parametrize("media", ["text/html", "application/xml", "", "application/x-www-form-urlencoded"])
def test_other_media_types_are_refused(client: TestClient, media: str) -> None:
    answer = client.post("/v1/extract", content=b"abc", headers={"content-type": media})
    assert_problem(answer, 415, "media-type")


def test_query_parameters_go_with_plain_text_only(client: TestClient) -> None:
    assert_problem(client.post("/v1/extract?date=2022-06-01", json={"text": EXAMPLE}), 422, "invalid", "date")
    assert_problem(client.post("/v1/extract?day=1", content="各镇要行动。", headers=PLAIN), 422, "invalid", "day")
    twice = client.post("/v1/extract?date=2022-06-01&date=2022-06-02", content="各镇要行动。", headers=PLAIN)
    assert_problem(twice, 422, "invalid", "date")


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"other": ("a.txt", b"abc")}},
        {"files": {"file": ("a.txt", "各镇要行动。".encode())}, "data": {"date": "6月"}},
        {"files": {"file": ("a.txt", "各镇要行动。".encode()), "date": ("b.txt", b"x")}},
        {"files": {"file": ("a.docx", b"PK\x03\x04" + bytes(100))}},
    ],
)  # fmt: skip
def test_wrong_forms_are_refused(client: TestClient, form: dict[str, object]) -> None:
    answer = client.post("/v1/extract", **form)  # type: ignore[arg-type]
    assert answer.status_code in (400, 422), answer.text
    assert_problem(answer, answer.status_code, "invalid" if answer.status_code == 422 else "malformed")


def test_a_broken_form_is_refused(client: TestClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert_problem(client.post("/v1/extract", content=b"--y\r\n\r\n", headers=headers), 400, "malformed")
    headers = {"content-type": "multipart/form-data"}
    assert_problem(client.post("/v1/extract", content=b"--y\r\n\r\n", headers=headers), 400, "malformed")


@pytest.mark.parametrize("kind", ["退出", "崩溃", "内存", "循环", "过多", "异常"])
def test_a_document_that_cannot_be_read_is_answered_as_such(client: TestClient, kind: str) -> None:
    body = assert_problem(client.post("/v1/extract", json={"text": f"毒：{kind}"}), 422, "document", "text")
    assert "毒" not in json.dumps(body, ensure_ascii=False)
    assert client.post("/v1/extract", json={"text": EXAMPLE}).status_code == 200


def test_ten_megabytes(client: TestClient) -> None:
    text = "各镇要加强巡查。" + " " * 10_000_000
    answer = client.post("/v1/extract", content=text.encode(), headers=PLAIN)
    assert answer.json()["source"]["chars"] == len(text)
    assert_problem(client.post("/v1/extract", content=text.encode() * 2, headers=PLAIN), 413, "too-large")


def batch(client: TestClient, *lines: bytes) -> list[dict[str, object]]:
    answer = client.post("/v1/extract/batch", content=b"\n".join(lines), headers={"content-type": "application/jsonl"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_bad_line_spoils_only_itself(client: TestClient) -> None:
    good = json.dumps({"id": "a", "text": EXAMPLE, "date": "2022-06-01"}).encode()
    found = batch(client, good, b"{", b"", json.dumps({"id": 5, "text": "毒：退出"}).encode(), b'{"text": 1}', good)
    assert [line["line"] for line in found] == [1, 2, 4, 5, 6]
    assert [line.get("id") for line in found] == ["a", None, 5, None, "a"]
    assert [line["problem"]["type"].rsplit(":", 1)[1] if "problem" in line else "" for line in found] == [  # type: ignore[index]
        "", "invalid", "document", "invalid", "",
    ]  # fmt: skip
    assert found[0]["extraction"] == client.post("/v1/extract", json={"text": EXAMPLE, "date": "2022-06-01"}).json()


def test_a_batch_keeps_its_order(client: TestClient) -> None:
    lines = [json.dumps({"id": n, "text": ("慢：" if n % 3 == 0 else "") + EXAMPLE}).encode() for n in range(12)]
    assert [line["id"] for line in batch(client, *lines)] == list(range(12))


def test_a_line_that_is_too_long_spoils_only_itself(client: TestClient) -> None:
    long = b'{"text": "' + b"a" * (11 * 1024 * 1024) + b'"}'
    found = batch(client, long, json.dumps({"text": EXAMPLE}).encode())
    assert [line["line"] for line in found] == [1, 2]
    assert found[0]["problem"]["status"] == 413  # type: ignore[index]
    assert "extraction" in found[1]


def test_an_empty_batch_is_empty(client: TestClient) -> None:
    assert batch(client, b"") == []
    assert_problem(client.post("/v1/extract/batch", json={}), 415, "media-type")
