"""Speeches: stored once, character for character, read, listed and deleted; retries with an Idempotency-Key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.store import audit
from tests.api.conftest import assert_problem, service_of
from tests.databases import SPEECH

HOSTILE = {
    "sql": "各镇要行动'; DROP TABLE speeches; --",
    "html": "<script>alert('各镇要行动')</script><img src=x onerror=alert(1)>",
    "formula": "=cmd|' /C calc'!A0 各镇要行动。＝1+1",
    "path": "../../etc/passwd 各镇要行动",
    "header": "各镇要行动\r\nSet-Cookie: a=b\r\n\r\n",
    "bidi": "各镇\u202e要行动\u2066。\u200b\u200d\ufeff",
    "lines": "各镇要\r行动\u2028立即\u0085完成\u000b。",
    "rare": "𠮷野家要行动，e\u0301\ufe0f\uffff\ue000\U0010ffff",
    "template": "{{7*7}}${jndi:ldap://x}%s%n",
    "braces": '{"text": "各镇要行动"}',
    "percent": "%00%ff%E5各镇",
    "controls": "各镇要行动" + "".join(map(chr, range(1, 9))) + "抓好落实，确保安全。" * 20,
}


def post(client: TestClient, text: str = SPEECH, **members: Any) -> Any:
    return client.post("/v1/speeches", json={"text": text, **members})


def test_a_new_speech(client: TestClient) -> None:
    answer = post(client, date="2022-06-01", title="在推进会上的讲话", source_url="https://example.org/1")
    assert answer.status_code == 201
    view = answer.json()
    assert answer.headers["location"] == f"/v1/speeches/{view['id']}"
    assert view["title"] == "在推进会上的讲话"
    assert (view["date"], view["date_source"], view["source_url"]) == ("2022-06-01", "given", "https://example.org/1")
    assert view["obligations"] > 0
    assert client.get(answer.headers["location"]).json() == view


def test_null_is_nothing(client: TestClient) -> None:
    answer = post(client, date=None, title=None, source_url=None)
    assert answer.status_code == 201
    assert (answer.json()["source_url"], answer.json()["date_source"]) == (None, "none")


def test_the_same_text_again_is_the_stored_speech(client: TestClient) -> None:
    first = post(client, title="甲")
    again = client.post("/v1/speeches?title=乙", content=SPEECH.encode(), headers={"content-type": "text/plain"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(client.get("/v1/speeches").json()["results"]) == 1


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_texts_are_stored_verbatim_and_harmless(client: TestClient, kind: str) -> None:
    answer = post(client, HOSTILE[kind], title=HOSTILE[kind])
    assert answer.status_code == 201, answer.text
    shown = client.get(answer.headers["location"] + "/text")
    assert shown.content == HOSTILE[kind].encode()
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "set-cookie" not in shown.headers
    assert answer.json()["title"] == HOSTILE[kind]


@pytest.mark.parametrize(("text", "offset"), [("各镇\0要行动", 2), ("\ud83d各镇", 0)])
def test_what_no_database_keeps_is_refused(client: TestClient, text: str, offset: int) -> None:
    import json

    headers = {"content-type": "application/json"}
    answer = client.post("/v1/speeches", content=json.dumps({"text": text}).encode(), headers=headers)
    body = assert_problem(answer, 422, "invalid")
    if "\0" in text:
        assert f"U+0000 at offset {offset}" in body["detail_en"]
    assert client.get("/v1/speeches").json()["results"] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_gives_the_same_text(client: TestClient, encoding: str) -> None:
    answer = client.post("/v1/speeches", content=SPEECH.encode(encoding), headers={"content-type": "text/plain"})
    assert answer.status_code == 201, answer.text
    text = client.get(answer.headers["location"] + "/text").content.decode()
    assert text.removeprefix("\ufeff") == SPEECH


def test_the_extraction_is_that_of_the_text(client: TestClient) -> None:
    where = post(client, date="2022-06-01").headers["location"]
    stored = client.get(where + "/extraction")
    assert stored.json() == client.post("/v1/extract", json={"text": SPEECH, "date": "2022-06-01"}).json()


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"title": "长" * 501}, "title"),
        ({"title": "\0"}, "title"),
        ({"title": 5}, "title"),
        ({"source_url": "javascript:alert(1)"}, "source_url"),
        ({"source_url": "https://a/\r\nX: y"}, "source_url"),
        ({"date": "9999-12-31"}, "date"),
        ({"id": 7}, "id"),
    ],
)
def test_wrong_members_are_named(client: TestClient, members: dict[str, Any], field: str) -> None:
    assert_problem(post(client, **members), 422, "invalid", field)


def test_a_document_that_cannot_be_read_is_not_stored(client: TestClient) -> None:
    assert_problem(post(client, "毒：退出"), 422, "document", "text")
    assert client.get("/v1/speeches").json()["results"] == []


def test_the_list_is_paged_both_ways(client: TestClient) -> None:
    ids = [post(client, f"第{n}号通知：各镇要加强巡查。").json()["id"] for n in range(5)]
    first = client.get("/v1/speeches?limit=2").json()
    assert [view["id"] for view in first["results"]] == ids[4:2:-1]
    assert first["previous"] is None
    post(client, "插队通知：各镇要加强巡查。")
    second = client.get(first["next"]).json()
    assert [view["id"] for view in second["results"]] == ids[2:0:-1]
    third = client.get(second["next"]).json()
    assert ([view["id"] for view in third["results"]], third["next"]) == (ids[0:1], None)
    assert client.get(third["previous"]).json()["results"] == second["results"]


def test_a_list_is_searched_by_words(client: TestClient) -> None:
    post(client, "各镇要加强森林防火巡查。", title="防火通知")
    post(client, "各镇要加强防汛值守。", title="防汛通知")
    assert [view["title"] for view in client.get("/v1/speeches?q=森林").json()["results"]] == ["防火通知"]
    assert client.get("/v1/speeches", params={"q": "\0"}).json()["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=1001", "limit"), ("limit=9999999999999999999999", "limit"), ("limit=NaN", "limit"),
        ("cursor=x", "cursor"), ("cursor=%00", "cursor"), ("cursor=W10", "cursor"), ("ordering=title", "ordering"),
        ("q=" + "字" * 201, "q"), ("limt=5", "limt"),
    ],
)  # fmt: skip
def test_wrong_queries_are_named(client: TestClient, query: str, field: str) -> None:
    assert_problem(client.get(f"/v1/speeches?{query}"), 422, "invalid", field)


@pytest.mark.parametrize("number", ["0", "-1", "999999", "9223372036854775807", "9223372036854775808", "9" * 30])
def test_numbers_that_nothing_has(client: TestClient, number: str) -> None:
    for path in (f"/v1/speeches/{number}", f"/v1/speeches/{number}/text", f"/v1/speeches/{number}/extraction"):
        assert_problem(client.get(path), 404, "not-found")
    assert_problem(client.delete(f"/v1/speeches/{number}"), 404, "not-found")


@pytest.mark.parametrize("number", ["x", "1.5", "%00", "1%0d%0aX:y", "9" * 5000])
def test_what_is_no_number(client: TestClient, number: str) -> None:
    assert_problem(client.get(f"/v1/speeches/{number}"), 422, "invalid", "speech_id")


def test_deleting(client: TestClient) -> None:
    where = post(client).headers["location"]
    assert client.delete(where).status_code == 204
    assert_problem(client.get(where), 404, "not-found")
    assert_problem(client.delete(where), 404, "not-found")
    assert client.get("/v1/obligations").json()["results"] == []
    assert post(client).status_code == 201


def test_changes_leave_a_trail(client: TestClient) -> None:
    number = post(client).json()["id"]
    client.delete(f"/v1/speeches/{number}")
    with service_of(client).database.reading() as connection:
        assert [line.action for line in audit.history(connection, "speech", number)] == ["create", "delete"]


def keyed(client: TestClient, key: str, text: str = SPEECH, **members: Any) -> Any:
    return client.post("/v1/speeches", json={"text": text, **members}, headers={"idempotency-key": key})


def test_a_retry_gives_the_first_answer(client: TestClient) -> None:
    first = keyed(client, "k1")
    again = keyed(client, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]


def test_a_key_is_for_one_request(client: TestClient) -> None:
    keyed(client, "k1")
    assert_problem(keyed(client, "k1", "各镇要加强巡查。"), 422, "key-reused")
    assert_problem(keyed(client, "k1", title="别的"), 422, "key-reused")
    assert len(client.get("/v1/speeches").json()["results"]) == 1


def test_a_key_for_a_text_that_is_there_already(client: TestClient) -> None:
    assert post(client).status_code == 201
    assert [keyed(client, "k2").status_code for _ in range(2)] == [200, 200]
    assert_problem(keyed(client, "k2", "各镇要加强巡查。"), 422, "key-reused")


@pytest.mark.parametrize("key", ["k" * 201, "键".encode().decode("latin-1"), "a b"])
def test_wrong_keys_are_refused(client: TestClient, key: str) -> None:
    answer = client.post("/v1/speeches", json={"text": SPEECH}, headers={"idempotency-key": key.encode("latin-1")})  # type: ignore[dict-item]
    assert_problem(answer, 422, "invalid", "idempotency-key")


def test_simultaneous_posts_of_one_text_make_one_speech(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: keyed(client, "same") if n % 2 else post(client), range(8)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(client.get("/v1/speeches").json()["results"]) == 1


def test_a_full_queue_is_answered_at_once(client: TestClient) -> None:
    with ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(lambda n: post(client, f"慢：第{n}号通知，各镇要加强巡查。"), range(24)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {201, 503}
    for answer in refused:
        assert_problem(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) >= 1
    assert len(client.get("/v1/speeches").json()["results"]) == 24 - len(refused)
