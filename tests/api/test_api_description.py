"""The description of the service: complete, and true of what the service answers."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
from fastapi.testclient import TestClient

from api.deps import REPEATABLE
from tests.api.conftest import assert_problem
from tests.databases import SPEECH


def test_every_reference_leads_somewhere(client: TestClient) -> None:
    description = client.get("/openapi.json").json()
    named = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(description)))
    assert named >= {"Submission", "Question", "Change", "ProblemBody"}
    assert named <= set(description["components"]["schemas"])


def test_errors_are_described_as_problems(client: TestClient) -> None:
    for path in client.get("/openapi.json").json()["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/obligations/1", "GET, PATCH"),
        ("PUT", "/v1/speeches/1", "DELETE, GET"),
        ("DELETE", "/v1/speeches", "GET, POST"),
        ("TRACE", "/healthz", "GET"),
    ],
)
def test_a_wrong_method_is_told_all_right_ones(client: TestClient, method: str, path: str, allowed: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_times_of_the_service_say_their_zone(client: TestClient) -> None:
    created = client.post("/v1/speeches", json={"text": SPEECH}).json()["created_at"]
    updated = client.get("/v1/obligations").json()["results"][0]["updated_at"]
    for at in (created, updated):
        assert abs(dt.datetime.fromisoformat(at) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


def test_a_parameter_that_is_given_twice_is_refused_where_one_is_wanted(client: TestClient) -> None:
    lists, single = set(), set()
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", []):
            if parameter["in"] == "query":
                (lists if "array" in json.dumps(parameter["schema"]) else single).add((path, parameter["name"]))
    assert {name for _, name in lists} == REPEATABLE
    assert len(single) > 20
    for path, name in single:
        answer = client.get(path.replace("{speech_id}", "1"), params=[(name, "1"), (name, "1")])
        assert_problem(answer, 422, "invalid", name)
    assert client.get("/v1/obligations?department=教育局&department=公安局").status_code == 200
    assert client.get("/v1/stats?any=1&any=2").status_code == 200
