"""Hostile input of every kind in every place: refused with the right status, or kept as it is and harmless."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models import ledger
from tests.api.conftest import assert_problem

TASK = "各镇要在6月底前完成排查。"

# Kept as they are, wherever people may write.
HARMLESS = {
    "sql": "'; DROP TABLE obligations; --",
    "sql in a string": "\\' OR '1'='1",
    "search syntax": '" OR 要* NEAR(a b) NOT ^c',
    "html": "<script>alert(1)</script><svg onload=alert(1)>",
    "template": "{{7*7}} ${jndi:ldap://127.0.0.1/a} %s %(x)s {0}",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1+1)",
    "full-width equals": "＝1+1",
    "full-width plus": "＋1",
    "full-width minus": "－1",
    "full-width at": "＠SUM(1)",
    "tab": "\t=1+1",
    "carriage return": "\r=1+1",
    "line break": "\n=1+1",
    "guarded already": "''=1+1",
    "separators": '",=1+1;\t|=1',
    "path": "../../../etc/passwd",
    "windows path": "..\\..\\boot.ini",
    "header": "a\r\nSet-Cookie: session=1\r\n\r\n<html>",
    "bidi": "\u202e\u2066反\u2069\u202c",
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "non-characters": "\uffff\ufdd0\U0010ffff",
    "rare": "𠮷\U00030000\ue000e\u0301\ufe0f",
    "lines": "\u0085\u2028\u2029\x0b\x0c",
    "terminal": "\x1b[31m\x07\x7f",
    "percent": "%00%0d%0a%ff",
}
# In no database.
REFUSED = {"nul": "\0", "surrogate": "\ud800", "low surrogate": "\udfff", "reversed pair": "\udc00\ud800"}

STRINGS = ("progress", "problems", "next_steps")
WRONG_TYPES: list[Any] = [5, 1.5, True, [], ["a"], {}, {"a": 1}]


def send(client: TestClient, method: str, path: str, value: Any, **headers: str) -> Any:
    """JSON whose surrogates are escapes, as any encoder of JSON sends them."""
    return client.request(
        method, path, content=json.dumps(value).encode(), headers={"content-type": "application/json", **headers}
    )


def stored(client: TestClient, text: str = TASK, **members: Any) -> int:
    answer = send(client, "POST", "/v1/speeches", {"text": text, **members})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def obligation(client: TestClient) -> dict[str, Any]:
    return dict(client.get("/v1/obligations").json()["results"][0])


def change(client: TestClient, number: int, **fields: Any) -> Any:
    return send(client, "PATCH", f"/v1/obligations/{number}", fields, **{"if-match": "*"})


@pytest.mark.parametrize("kind", HARMLESS)
def test_kept_as_it_is_in_every_field(client: TestClient, kind: str) -> None:
    value = HARMLESS[kind]
    speech = stored(client, f"{value}{TASK}", title=value)
    shown = client.get(f"/v1/speeches/{speech}/text")
    assert shown.content == f"{value}{TASK}".encode()
    assert "set-cookie" not in shown.headers and shown.headers["x-content-type-options"] == "nosniff"
    number = obligation(client)["id"]
    parties = [{"name": value, "role": "lead"}]
    answer = change(client, number, **dict.fromkeys(STRINGS, value), parties=parties, deadlines=[{"text": value}])
    assert answer.status_code == 200, answer.text
    view = client.get(f"/v1/obligations/{number}").json()
    assert view == answer.json()
    assert [view[name] for name in STRINGS] == [value] * 3
    assert view["speech_title"] == value
    assert ([party["canonical"] for party in view["parties"]], view["deadlines"][0]["text"]) == ([value], value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
@pytest.mark.parametrize("kind", HARMLESS)
def test_no_cell_of_a_download_is_a_formula(client: TestClient, kind: str, encoding: str) -> None:
    value = HARMLESS[kind]
    stored(client, f"{value}{TASK}", title=value)
    change(client, obligation(client)["id"], **dict.fromkeys(STRINGS, value), parties=[{"name": value}])
    answer = client.get(f"/v1/obligations.csv?encoding={encoding}")
    header, *rows = csv.reader(io.StringIO(answer.content.decode(encoding), newline=""))
    assert {len(row) for row in rows} == {len(header)}
    assert not [cell for row in rows for cell in row if re.match("[=+\\-@\t\r\n＝＋－＠]", cell)]
    assert [ledger.unguard(rows[0][header.index(name)]) for name in ("进展情况", "存在问题", "下一步打算")] == [value] * 3


@pytest.mark.parametrize("kind", HARMLESS)
@pytest.mark.parametrize("path", ["/v1/obligations", "/v1/directives", "/v1/speeches"])
def test_words_are_searched_for_and_nothing_else(client: TestClient, path: str, kind: str) -> None:
    stored(client, "各镇要加强巡查。")
    answer = client.get(path, params={"q": HARMLESS[kind]})
    assert answer.status_code == 200
    # Nothing but what shows nothing finds all; the rest is not in the text.
    assert answer.json()["results"] == [] or kind in ("zero width", "lines")


@pytest.mark.parametrize("kind", REFUSED)
def test_what_no_database_keeps_is_refused_in_every_field(client: TestClient, kind: str) -> None:
    value = f"甲{REFUSED[kind]}"
    for members in ({"text": value}, {"text": TASK, "title": value}, {"text": TASK, "source_url": f"https://a/{value}"}):
        assert_problem(send(client, "POST", "/v1/speeches", members), 422, "invalid")
    assert_problem(send(client, "POST", "/v1/extract", {"text": value}), 422, "invalid")
    stored(client)
    number = obligation(client)["id"]
    for fields in (
        *({name: value} for name in STRINGS), {"parties": [{"name": value}]}, {"deadlines": [{"text": value}]},
        {"deadlines": [{"text": "甲", "value": value}]}, {value: 1},
    ):  # fmt: skip
        assert_problem(change(client, number, **fields), 422, "invalid")
    assert obligation(client)["version"] == 1


@pytest.mark.parametrize("value", WRONG_TYPES, ids=str)
def test_values_of_a_wrong_type(client: TestClient, value: Any) -> None:
    for field in ("text", "title", "source_url", "date"):
        answer = send(client, "POST", "/v1/speeches", {"text": TASK, field: value})
        assert_problem(answer, 422, "invalid", field)
    assert_problem(send(client, "POST", "/v1/speeches", value), 422, "invalid")
    stored(client)
    number = obligation(client)["id"]
    for field in (*STRINGS, "status", "closed_on", "modality", *(() if value in ([], 5) else ("completion",))):
        assert_problem(change(client, number, **{field: value}), 422, "invalid", field)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff", b"{'text': 'a'}", b'{"text": NaN}', b'{"text": Infinity}',
        b'{"text": "\xff"}', b'{"text": "\xed\xa0\x80"}', b'{"text": "\x00"}', b"[" * 100_000, b'{"a":' * 100_000,
        b'{"text": ' + b"9" * 5000 + b"}", b'{"date": 1e400, "text": "a"}', '{"text": "各镇"}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_what_is_no_json_of_a_speech(client: TestClient, body: bytes) -> None:
    for path in ("/v1/speeches", "/v1/extract"):
        answer = client.post(path, content=body, headers={"content-type": "application/json"})
        assert_problem(answer, 422, "invalid")


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("ascii", TASK.encode()), ("utf-8", TASK.encode("gb18030")), ("gb18030", TASK.encode("utf-8")[:-1]),
        ("utf-16", b"\x00"), ("no-such-charset", TASK.encode()), ("utf-7", b"+ADw-script+AD4-"), ("base64", b"5ZCE"),
        ("rot13", b"abc"), ("idna", b"abc"), ("unicode_escape", b"\\u5404"), ("", b"\xff\xfe\xff"), ("gbk\r\nx", b"a"),
    ],
)  # fmt: skip
def test_bytes_that_are_not_what_they_are_called(client: TestClient, charset: str, data: bytes) -> None:
    media = f"text/plain; charset={charset}".replace("\r\n", "%0d%0a")
    assert_problem(client.post("/v1/speeches", content=data, headers={"content-type": media}), 422, "invalid", "text")


def test_more_than_the_limits_of_a_request_and_of_what_is_found(client: TestClient) -> None:
    limit = 11 * 1024 * 1024  # of the service under test
    for headers in ({"content-type": "text/plain"}, {"content-type": "application/json"}):
        assert_problem(client.post("/v1/speeches", content=b"a" * (limit + 1), headers=headers), 413, "too-large")
    chunks = (b"a" * 65536 for _ in range(limit // 65536 + 1))
    answer = client.post("/v1/speeches", content=chunks, headers={"content-type": "text/plain"})
    assert_problem(answer, 413, "too-large")
    answer = client.post("/v1/speeches", content=TASK.encode() * 80_000, headers={"content-type": "text/plain"})
    assert answer.status_code in (413, 422)
    assert client.get("/v1/speeches").json()["results"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/speeches/..%2f..%2fetc%2fpasswd", "/v1/speeches/%2e%2e/text", "/v1/speeches/1%00", "/v1/speeches/1;a",
        "/v1/speeches/１", "/v1/speeches/1e3", "/v1/speeches/0x1", "/v1/speeches/+1", "/v1/speeches/1_0",
        "/v1/obligations/1%0d%0aX:y", "/v1/obligations.csv/..", "/v1/obligations.exe", "//v1/speeches", "/%ff%fe",
    ],
)  # fmt: skip
def test_addresses_that_lead_nowhere(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (404, 405, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "x" not in answer.headers


@pytest.mark.parametrize("kind", [*HARMLESS, *REFUSED])
def test_the_name_of_a_file_is_of_no_account(client: TestClient, kind: str) -> None:
    name = (HARMLESS | REFUSED)[kind].encode("utf-8", "surrogatepass").replace(b"\r\n", b"%0D%0A").replace(b'"', b"%22")
    part = b'Content-Disposition: form-data; name="file"; filename="' + name + b'"'
    body = b"--b\r\n" + part + b"\r\n\r\n" + TASK.encode() + b"\r\n--b--\r\n"
    answer = client.post("/v1/speeches", content=body, headers={"content-type": "multipart/form-data; boundary=b"})
    assert answer.status_code in (201, 400, 422), answer.text
    if answer.status_code == 201:
        assert client.get(answer.headers["location"] + "/text").text == TASK


@pytest.mark.parametrize("name", ["accept", "authorization", "if-match", "idempotency-key", "content-type", "origin", "host"])
@pytest.mark.parametrize("kind", [kind for kind, value in HARMLESS.items() if not re.search("[\r\n\x00]", value)])
def test_headers_of_any_content(client: TestClient, name: str, kind: str) -> None:
    value = HARMLESS[kind].encode()
    headers: Any = {"content-type": "application/json", name: value}
    for method, path in (("GET", "/v1/obligations"), ("POST", "/v1/speeches"), ("PATCH", "/v1/obligations/1")):
        answer = client.request(method, path, content=json.dumps({"text": TASK}).encode(), headers=headers)
        assert answer.status_code < 500, answer.text


def test_an_address_adds_no_facts_to_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "duban.requests"):
        client.get("/x%20status=200%0d%0a2022-01-01 INFO request")
    [path] = [record.facts["path"] for record in caplog.records if record.name == "duban.requests"]  # type: ignore[attr-defined]
    assert path == "/x%20status%3D200%0D%0A2022-01-01%20INFO%20request"
