"""Obligations, directives, departments, quarantine rules: filters, facets, pages, follow-up and corrections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from extractor import directory
from models.records import Extraction
from models.store import speeches
from tests.api.conftest import assert_problem, service_of
from tests.databases import SPEECH, extraction


@pytest.fixture
def speech(client: TestClient) -> int:
    """A stored speech whose records do not depend on the rules."""
    with service_of(client).database.writing() as connection:
        return speeches.save(connection, SPEECH, named_as_the_directory_does()).speech_id


def named_as_the_directory_does() -> Extraction:
    found = extraction()
    parties = tuple(
        replace(party, canonical=directory.look_up(party.span.text).canonical) for party in found.parties
    )
    return found.model_copy(update={"parties": parties})


def texts(client: TestClient, **query: Any) -> list[str]:
    answer = client.get("/v1/obligations", params=query)
    assert answer.status_code == 200, answer.text
    return [one["text"][:3] for one in answer.json()["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["县卫健", "各乡镇", "严禁聚", "对高风", "商务部"]),
        ({"department": "卫健局"}, ["县卫健"]),
        ({"department": "卫健委"}, ["县卫健"]),
        ({"department": "卫生健康局"}, ["县卫健"]),
        ({"department": "卫健部门"}, ["县卫健"]),
        ({"department": "县卫健局"}, ["县卫健"]),
        ({"department": ["卫健局", "各乡镇"]}, ["县卫健", "各乡镇", "严禁聚"]),
        ({"department": "卫健局", "role": "lead"}, ["县卫健"]),
        ({"department": "卫健局", "role": "support"}, []),
        ({"department": "教育局", "role": "support"}, ["县卫健"]),
        ({"role": "lead"}, ["县卫健"]),
        ({"modality": "prohibit"}, ["严禁聚"]),
        ({"due_before": "2022-07-01"}, ["县卫健"]),
        ({"due_before": "2022-06-30"}, []),
        ({"due_after": "2022-06-30"}, ["县卫健"]),
        ({"due_after": "2022-07-01"}, []),
        ({"due_after": "2022-06-30T10:00"}, ["县卫健"]),
        ({"has_deadline": "true"}, ["县卫健", "各乡镇", "商务部"]),
        ({"has_deadline": "false"}, ["严禁聚", "对高风"]),
        ({"function": "other"}, []),
        ({"status": "待签收", "q": "隔离"}, ["对高风"]),
        ({"status": "已办结"}, []),
        ({"q": "集中 检测"}, ["对高风"]),
        ({"q": "集中 聚集"}, []),
        ({"q": "'; DROP TABLE obligations; --"}, []),
        ({"q": "%"}, []),
        ({"q": "\0"}, []),
        ({"department": "没有这个单位"}, []),
        ({"department": "\0"}, []),
        ({"speech": 999999}, []),
        ({"speech": 10**30}, []),
        ({"ordering": "-id"}, ["商务部", "对高风", "严禁聚", "各乡镇", "县卫健"]),
        ({"ordering": "due"}, ["县卫健", "各乡镇", "严禁聚", "对高风", "商务部"]),
        ({"ordering": "text"}, ["县卫健", "各乡镇", "严禁聚", "对高风", "商务部"]),
    ],
)
def test_filters(client: TestClient, speech: int, query: dict[str, Any], found: list[str]) -> None:
    assert speech
    assert texts(client, **query) == found


def test_a_speech_is_a_filter(client: TestClient, speech: int) -> None:
    assert len(texts(client, speech=speech)) == 5


@pytest.mark.parametrize(
    "query",
    [
        {"role": "boss"}, {"modality": "NaN"}, {"due_before": "6月底"}, {"due_before": "1656547200"}, {"due_before": "9999-12-31T23:59:59"}, {"due_after": "2022-02-30"},
        {"has_deadline": "maybe"}, {"speech": "x"}, {"function": ""}, {"status": "好"}, {"q": "字" * 201}, {"ordering": "text;--"},
        {"limit": "1e3"}, {"cursor": "AAAA"}, {"facets": "2"}, {"department": ""}, {"department": ["甲"] * 21}, {"departement": "卫健局"},
    ],
)  # fmt: skip
def test_wrong_filters_are_named(client: TestClient, query: dict[str, Any]) -> None:
    name = next(iter(query))
    body = assert_problem(client.get("/v1/obligations", params=query), 422, "invalid")
    assert [fault["field"].split(".")[0] for fault in body["errors"]] == [name]
    if name not in ("limit", "cursor", "facets"):
        assert_problem(client.get("/v1/obligations.csv", params=query), 422, "invalid")


def test_an_obligation_comes_with_its_place(client: TestClient, speech: int) -> None:
    first = client.get("/v1/obligations").json()["results"][0]
    assert SPEECH[first["start"] : first["end"]] == first["text"]
    assert (first["speech_id"], first["label"], first["section"]) == (speech, "一", "强化排查")
    assert [(party["canonical"], party["role"]) for party in first["parties"]] == [
        (directory.look_up("卫健局").canonical, "lead"),
        (directory.look_up("教育局").canonical, "support"),
    ]
    assert first["deadlines"][0]["due"] == "2022-07-01T00:00"
    assert client.get(f"/v1/obligations/{first['id']}").json() == first


def test_pages_stay_stable_while_rows_come(client: TestClient, speech: int) -> None:
    assert speech
    page = client.get("/v1/obligations?limit=2&count=true").json()
    assert page["count"] == 5
    seen = [one["text"][:3] for one in page["results"]]
    client.post("/v1/speeches", json={"text": "各镇要加强巡查。"})
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += [one["text"][:3] for one in page["results"]]
    assert seen[:5] == ["县卫健", "各乡镇", "严禁聚", "对高风", "商务部"]
    assert len(seen) == len(set(seen)) == page["count"] == 6


def test_the_count_is_there_where_a_page_holds_all_and_on_request(client: TestClient, speech: int) -> None:
    assert speech

    def count(path: str) -> int | None:
        found: int | None = client.get(path).json()["count"]
        return found

    assert count("/v1/obligations") == 5
    assert count("/v1/obligations?limit=2") is None
    assert count("/v1/obligations?limit=2&count=true&modality=prohibit") == 1
    assert count("/v1/speeches") == 1


def test_the_next_page_keeps_the_filter(client: TestClient, speech: int) -> None:
    assert speech
    page = client.get("/v1/obligations", params={"has_deadline": "true", "limit": 2, "ordering": "due"}).json()
    assert "has_deadline=true" in page["next"]
    assert [one["text"][:3] for one in client.get(page["next"]).json()["results"]] == ["商务部"]
    assert_problem(client.get(page["next"].replace("ordering=due", "ordering=-due")), 422, "invalid", "cursor")


def test_facets_on_request(client: TestClient, speech: int) -> None:
    assert speech
    assert client.get("/v1/obligations").json()["facets"] is None
    facets = client.get("/v1/obligations?facets=true&has_deadline=false").json()["facets"]
    assert facets["modality"] == {"prohibit": 1, "require": 1}


def test_directives_come_with_what_stands_under_them(client: TestClient, speech: int) -> None:
    found = client.get("/v1/directives", params={"speech": speech}).json()["results"]
    assert [(one["label"], len(one["obligations"])) for one in found] == [("一", 4), ("一（一）", 3), ("二", 1)]
    assert [party["canonical"] for party in found[2]["parties"]] == [directory.look_up("商务部门").canonical]
    assert client.get(f"/v1/directives/{found[0]['id']}").json() == found[0]
    named = client.get("/v1/directives", params={"department": "教育局"}).json()["results"]
    assert [one["label"] for one in named] == ["一"]
    assert_problem(client.get("/v1/directives/999999"), 404, "not-found")
    assert_problem(client.get("/v1/directives?ordering=id"), 422, "invalid", "ordering")


def test_departments_with_counts(client: TestClient, speech: int) -> None:
    assert speech
    found: list[dict[str, Any]] = []
    address = "/v1/departments?type=department&limit=30"
    while address:
        page = client.get(address).json()
        found += page["results"]
        address = page["next"]
    names = [one["canonical"] for one in found]
    assert names == sorted(set(names))
    health = next(one for one in found if one["canonical"] == directory.look_up("卫健局").canonical)
    assert "卫健局" in health["aliases"]
    assert (health["obligations"], health["roles"]) == (1, {"lead": 1})
    assert_problem(client.get("/v1/departments?type=x"), 422, "invalid", "type")
    assert_problem(client.get("/v1/departments?after=%00"), 422, "invalid", "after")


def test_quarantine_rules_by_day(client: TestClient, speech: int) -> None:
    rule = client.get("/v1/quarantine-rules", params={"in_force": "2022-06-01", "population": "高风险"}).json()["results"][0]
    assert (rule["speech_id"], rule["measure"], rule["days"], rule["since"], rule["until"]) == (
        speech, "集中隔离", 14, "2022-06-01", None,
    )  # fmt: skip
    assert client.get("/v1/quarantine-rules?in_force=2022-05-31").json()["results"] == []
    assert client.get("/v1/quarantine-rules?measure=报告").json()["results"] == []
    assert_problem(client.get("/v1/quarantine-rules?measure=绝食"), 422, "invalid", "measure")
    assert_problem(client.get("/v1/quarantine-rules?in_force=昨天"), 422, "invalid", "in_force")


def test_totals(client: TestClient, speech: int) -> None:
    assert speech
    totals = client.get("/v1/stats").json()
    assert (totals["speeches"], totals["obligations"], totals["quarantine_rules"]) == (1, 5, 1)


def change(client: TestClient, number: int, tag: str | None = "*", **members: Any) -> Any:
    headers = {"if-match": tag} if tag else {}
    return client.patch(f"/v1/obligations/{number}", json=members, headers=headers)


@pytest.fixture
def number(client: TestClient, speech: int) -> int:
    assert speech
    found: int = client.get("/v1/obligations").json()["results"][0]["id"]
    return found


def test_follow_up(client: TestClient, number: int) -> None:
    tag = client.get(f"/v1/obligations/{number}").headers["etag"]
    answer = change(client, number, tag, status="办理中", progress="已查3家", completion=40, closed_on="2022-06-30")
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in ("status", "progress", "completion", "closed_on")} == {
        "status": "办理中", "progress": "已查3家", "completion": 40, "closed_on": "2022-06-30",
    }  # fmt: skip
    assert answer.headers["etag"] != tag
    assert_problem(change(client, number, tag, completion=50), 412, "changed")
    assert change(client, number, answer.headers["etag"], completion=None).json()["completion"] is None
    assert texts(client, status="办理中") == ["县卫健"]


def test_corrections_lock_their_fields(client: TestClient, number: int) -> None:
    answer = change(
        client, number, modality="encourage", parties=[{"name": "教育局", "role": "lead"}],
        deadlines=[{"text": "7月底前", "value": "2022-07-31"}], status="办理中",
    )  # fmt: skip
    assert answer.json()["locked"] == ["deadlines", "modality", "parties"]
    assert texts(client, department="卫健局") == []
    assert texts(client, department="教育局", role="lead") == ["县卫健"]
    assert texts(client, due_after="2022-07-31", due_before="2022-08-01") == ["县卫健"]
    assert texts(client, modality="encourage", status="办理中") == ["县卫健"]


def test_an_empty_change_changes_nothing_that_is_seen(client: TestClient, number: int) -> None:
    before = client.get(f"/v1/obligations/{number}").json()
    after = change(client, number).json()
    assert {k: v for k, v in after.items() if k not in ("version", "updated_at")} == {
        k: v for k, v in before.items() if k not in ("version", "updated_at")
    }


@pytest.mark.parametrize("tag", ["3", "W/\"1\"", '"x"', '"99999999999999999999"', '"999"'])
def test_other_tags_are_no_match(client: TestClient, number: int, tag: str) -> None:
    assert_problem(change(client, number, tag, completion=5), 412, "changed")


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"status": "好"}, "status"), ({"status": None}, "status"), ({"completion": 101}, "completion"), ({"completion": "40"}, "completion"),
        ({"completion": 10**30}, "completion"), ({"progress": "\0"}, "progress"), ({"progress": 5}, "progress"),
        ({"progress": "字" * 20_001}, "progress"), ({"closed_on": "明天"}, "closed_on"), ({"text": "改原文"}, "text"),
        ({"parties": [{"name": ""}]}, "parties.0.name"), ({"parties": [{"name": "a\0b"}]}, "parties"),
        ({"parties": "教育局"}, "parties"), ({"deadlines": [{"text": "x", "value": "不是日期"}]}, "deadlines"),
        ({"deadlines": [{"text": "x", "due": "0001-01-01T00:00:00+23:59"}]}, "deadlines.0.due"), ({"version": 9}, "version"),
    ],
)  # fmt: skip
def test_wrong_changes_are_named(client: TestClient, number: int, members: dict[str, Any], field: str) -> None:
    before = client.get(f"/v1/obligations/{number}").json()
    assert_problem(change(client, number, **members), 422, "invalid", field)
    assert client.get(f"/v1/obligations/{number}").json() == before


def test_changes_need_a_tag_a_record_and_json(client: TestClient, number: int) -> None:
    assert_problem(change(client, number, None, completion=5), 428, "precondition")
    assert_problem(change(client, 999999, completion=5), 404, "not-found")
    plain = {"if-match": "*", "content-type": "text/plain"}
    assert_problem(client.patch(f"/v1/obligations/{number}", content=b"{}", headers=plain), 415, "media-type")


def test_unknown_addresses_and_methods(client: TestClient) -> None:
    assert_problem(client.get("/v1/nothing"), 404, "not-found")
    assert_problem(client.get("/%00/..%2f..%2fetc"), 404, "not-found")
    assert_problem(client.put("/v1/obligations"), 405, "method")
