"""The description makes a working client: a public generator writes it, and it posts, queries and exports."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import openapi
from tests.databases import DIALECTS, SPEECH, new_url
from tests.test_server import served

DESCRIPTION = Path(__file__).parents[2] / "docs" / "openapi.json"
GENERATOR = "openapi-python-client==0.29.1"


def test_the_description_in_the_documentation_is_that_of_the_service(client: TestClient) -> None:
    assert DESCRIPTION.read_text(encoding="utf-8") == openapi.document(client.app)  # type: ignore[arg-type]


def test_operations_have_ids_that_programs_can_rely_on(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert sorted(operation["operationId"] for path in paths.values() for operation in path.values()) == [
        "create_speech", "delete_speech", "export_obligations_csv", "export_obligations_jsonl", "export_obligations_xlsx",
        "extract", "extract_batch",
        "get_directive", "get_obligation", "get_speech", "get_speech_extraction", "get_speech_text", "get_stats", "healthz",
        "list_departments", "list_directives", "list_obligations", "list_quarantine_rules", "list_speeches", "metrics",
        "readyz", "update_obligation",
    ]  # fmt: skip


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The package that the generator writes. It runs in an environment of its own, made by uv."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed")
    home = tmp_path_factory.mktemp("generated")
    command = [uv, "tool", "run", "--quiet", "--from", GENERATOR, "openapi-python-client", "generate", "--meta", "none"]
    done = subprocess.run(
        [*command, "--path", str(DESCRIPTION), "--output-path", str(home / "duban_client")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "Failed to fetch" in done.stderr or "error sending request" in done.stderr:
        pytest.skip("the generator cannot be fetched")
    assert done.returncode == 0, done.stdout + done.stderr
    return str(home)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_generated_client_posts_queries_and_exports(
    generated: str, dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(generated)

    def made(name: str) -> object:
        return importlib.import_module(f"duban_client.{name}")

    from models import migrate
    from models.engine import create_database_engine

    url = new_url(dialect, tmp_path)
    engine = create_database_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    with served(url) as running, made("client").Client(base_url=running.url) as client:  # type: ignore[attr-defined]
        submission = made("models").Submission(text=SPEECH, date="2022-06-01")  # type: ignore[attr-defined]
        created = made("api.speeches.create_speech").sync_detailed(client=client, body=submission)  # type: ignore[attr-defined]
        assert created.status_code == 201
        assert made("api.speeches.get_speech").sync(created.parsed.id, client=client) == created.parsed  # type: ignore[attr-defined]
        page = made("api.obligations.list_obligations").sync(client=client, department=["卫健委"], limit=5)  # type: ignore[attr-defined]
        assert page.results and all(one.speech_id == created.parsed.id for one in page.results)
        assert page.results[0].text in SPEECH
        ledger = made("api.obligations.export_obligations_csv").sync_detailed(client=client)  # type: ignore[attr-defined]
        assert ledger.content.decode("utf-8-sig").startswith("序号,督办编号,")
        change = made("models").Change(progress="已部署", completion=10)  # type: ignore[attr-defined]
        update = made("api.obligations.update_obligation").sync  # type: ignore[attr-defined]
        assert update(page.results[0].id, client=client, body=change, if_match="*").completion == 10
        wrong = made("api.speeches.get_speech").sync_detailed(10**6, client=client)  # type: ignore[attr-defined]
        assert (wrong.status_code, wrong.parsed.type_) == (404, "urn:duban:problem:not-found")
