"""The commands on stored records: ingest, query, export, reextract, keys, db, and how serve refuses to start."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

import extractor
from api import cli
from models.engine import open_database
from models.store import access, audit, followup, obligations, rerun, speeches
from models.store.filters import Filter
from models.store.followup import Correction
from tests.databases import new_database, new_url

SPEECH = "（2022年3月1日）\n一、压实责任\n县公安局牵头、县交通局配合，要在3月底前完成排查。严禁瞒报。\n"
OTHER = "各镇要立即组织巡查，县教育局要在6月底前报送情况。"


@dataclass(frozen=True)
class Run:
    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.decode().splitlines()


Duban = Callable[..., Run]


@pytest.fixture
def duban(
    dialect: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Duban:
    """Runs the command in this process, with an empty database in the environment."""
    database = new_database(dialect, tmp_path)
    monkeypatch.setenv("DUBAN_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    database.close()
    monkeypatch.setenv("DUBAN_WORKERS", "1")

    def run(*args: object, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["duban", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code: object = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert code is None or isinstance(code, int)
        return Run(code or 0, out, err.decode())

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "文稿"
    (home / "下级").mkdir(parents=True)
    (home / "甲.txt").write_bytes(SPEECH.encode("gb18030"))
    (home / "下级" / "乙.txt").write_text(OTHER, encoding="utf-8")
    (home / ".隐藏.txt").write_text("不读。", encoding="utf-8")
    return home


def test_a_folder_is_stored_and_a_second_run_finds_it_there(duban: Duban, folder: Path) -> None:
    first = duban("ingest", folder, "--jsonl")
    assert first.code == 0, first.err
    assert sorted(json.loads(line)["outcome"] for line in first.lines) == ["created", "created"]
    assert "2 stored, 0 known, 0 failed" in first.err
    again = duban("ingest", folder)
    assert (again.code, again.out) == (0, b"")
    assert "0 stored, 2 known, 0 failed" in again.err


def test_what_fails_is_named_and_the_rest_is_stored(duban: Duban, folder: Path) -> None:
    (folder / "坏.txt").write_bytes(b"PK\x03\x04" + bytes(100))
    (folder / "空.txt").write_bytes(b"")
    run = duban("ingest", folder, "--jsonl")
    assert run.code == 3
    assert "2 stored, 0 known, 2 failed" in run.err and "坏.txt" in run.err and "空.txt" in run.err
    assert sum(json.loads(line)["outcome"] == "failed" for line in run.lines) == 2
    assert duban("ingest", folder / "坏.txt").code == 1
    assert duban("ingest", folder / "没有.txt").code == 1


def test_standard_input_and_a_date(duban: Duban) -> None:
    assert duban("ingest", "-", "--date", "2022-06-01", stdin=OTHER.encode()).code == 0
    found = [json.loads(line) for line in duban("query", "--jsonl", "--department", "教育局").lines]
    assert [one["speech_date"] for one in found] == ["2022-06-01"]
    assert duban("ingest", "-", "-").code == 2


def test_queries(duban: Duban, folder: Path) -> None:
    duban("ingest", folder)

    def texts(*options: str) -> list[str]:
        run = duban("query", *options)
        assert run.code == 0, run.err
        return [json.loads(line)["text"] for line in run.lines]

    assert len(texts()) >= 3
    assert [text[:4] for text in texts("-d", "公安局", "--role", "lead")] == ["县公安局"]
    assert texts("-d", "县交通局", "--role", "support") == texts("-d", "公安局")
    assert texts("--due-before", "2022-04-01") == texts("-d", "公安局")
    assert [text[:2] for text in texts("--modality", "prohibit")] == ["严禁"]
    assert texts("-d", "没有这个单位") == []


@pytest.mark.parametrize(
    "options", [["--due-before", "月底"], ["--role", "boss"], ["--ordering", "random"], ["--limit", "0"], ["--nonsense"]]
)
def test_wrong_options_are_named(duban: Duban, options: list[str]) -> None:
    run = duban("query", *options)
    assert run.code in (1, 2) and run.out == b""
    assert options[0].lstrip("-") in run.err


def test_the_export_is_that_of_the_service(duban: Duban, folder: Path, tmp_path: Path) -> None:
    duban("ingest", folder)
    run = duban("export", "--preset", "分解表", "--modality", "prohibit")
    table = list(csv.reader(io.StringIO(run.out.decode("utf-8-sig"), newline="")))
    assert table[0][:3] == ["序号", "重点任务", "工作任务"]
    assert [row[2] for row in table[1:]] == ["严禁瞒报。"]
    target = tmp_path / "台账.csv"
    assert duban("export", "-o", target, "--csv-encoding", "gb18030").out == b""
    assert target.read_bytes().decode("gb18030").startswith("序号,督办编号,")
    assert duban("export", "--preset", "日报").code == 2
    assert duban("export", "-o", tmp_path / "台账.xls").code == 2
    assert duban("export", "--preset", "分解表", "--modality", "prohibit", "-o", tmp_path / "台账.xlsx").out == b""
    rows = load_workbook(tmp_path / "台账.xlsx").active.iter_rows(values_only=True)
    assert [[str(cell or "") for cell in row] for row in rows][1:] == table
    assert duban("export", "-o", tmp_path / "没有" / "台账.csv").code == 1


def test_new_rules_are_run_and_corrections_stay(duban: Duban) -> None:
    duban("ingest", "-", stdin=OTHER.encode())
    database = open_database(os.environ["DUBAN_DATABASE_URL"])
    with database.writing() as connection:
        [view] = obligations.page(connection, Filter(q="报送情况")).results
        followup.correct(connection, view.id, Correction(modality="encourage"))
        old = extractor.extract(OTHER)
        stale = old.model_copy(
            update={"extractor": replace(old.extractor, rules="old"), "obligations": ()}
        )
        rerun.reextract(connection, view.speech_id, stale)
    run = duban("reextract")
    assert run.code == 0, run.err
    [line] = [json.loads(line) for line in run.lines]
    assert line["speech"] == view.speech_id
    with database.reading() as connection:
        [again] = obligations.page(connection, Filter(q="报送情况")).results
        assert (again.modality, again.locked) == ("encourage", ["modality"])
        assert len(speeches.runs(connection, view.speech_id)) == 3
    database.close()
    assert duban("reextract").lines == []
    assert duban("reextract", "999").code == 1


OWN_RULES = """
[[party]]
canonical = "县数据资源服务中心"
aliases = ["数源办"]
type = "department"
"""


def test_own_rules_are_tried_on_stored_speeches_before_they_count(duban: Duban, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN_RULES, encoding="utf-8")
    assert duban("ingest", "-", stdin="数源办要在6月底前建成平台。".encode()).code == 0
    tried = duban("reextract", "--rules", own, "--dry-run")
    assert tried.code == 0, tried.err
    [would] = [json.loads(line) for line in tried.lines]
    assert would["changed"] or would["added"]
    assert [json.loads(line) for line in duban("reextract", "--rules", own).lines] == [would], "nothing was kept before"
    assert duban("reextract", "--rules", own).lines == []


def test_faulty_own_rules_are_named_before_anything_is_read(duban: Duban, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(OWN_RULES.replace("department", "bureau"), encoding="utf-8")
    run = duban("reextract", "--rules", own)
    assert run.code == 1
    assert "DUBAN_RULES" in run.err and "party.1.type" in run.err


def test_keys_are_shown_once(duban: Duban) -> None:
    run = duban("keys", "add", "县督查室", "--role", "writer")
    assert run.code == 0, run.err
    key = run.out.decode().strip()
    prefix = key.split("_")[1]
    database = open_database(os.environ["DUBAN_DATABASE_URL"])
    with database.reading() as connection:
        found = access.authenticate(connection, key)
        assert found is not None and (found.name, found.role) == ("县督查室", "writer")
        assert [line.actor for line in audit.history(connection, "key", found.id)] == ["cli"]
    listed = duban("keys", "list")
    assert prefix in listed.out.decode() and key not in listed.out.decode()
    assert duban("keys", "revoke", prefix).code == 0
    with database.reading() as connection:
        assert access.authenticate(connection, key) is None
    database.close()
    assert duban("keys", "revoke", "00000000").code == 1
    assert duban("keys", "add", "x", "--role", "boss").code in (1, 2)
    assert duban("keys", "add", " ").code == 2


def test_the_schema_is_brought_up_to_date(duban: Duban, dialect: str, tmp_path: Path) -> None:
    url = new_url(dialect, tmp_path)
    assert duban("db", "status", "--database-url", url).code == 1
    if dialect == "postgresql":
        refused = duban("query", "--database-url", url)
        assert refused.code == 1 and "duban db upgrade" in refused.err
        assert "duban db upgrade" in duban("serve", "--database-url", url).err
    assert duban("db", "upgrade", "--database-url", url).code == 0
    assert duban("db", "status", "--database-url", url).code == 0
    assert duban("query", "--database-url", url).code == 0


def test_an_open_door_is_refused_with_the_reason(duban: Duban) -> None:
    run = duban("serve", "--host", "0.0.0.0", "--port", "0")
    assert (run.code, run.out) == (1, b"")
    assert "duban keys add" in run.err and "0.0.0.0" in run.err


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--port", "x"], "DUBAN_PORT"),
        (["--workers", "0"], "DUBAN_WORKERS"),
        (["--database-url", "mysql://u:secret@h/n"], "sqlite:///"),
        (["--database-url", "sqlite:////没有/这个/目录.db"], "directory"),
    ],
)
def test_wrong_settings_are_named(duban: Duban, options: list[str], named: str) -> None:
    run = duban("serve", *options)
    assert run.code == 1
    assert named in run.err and "secret" not in run.err and "Traceback" not in run.err


def test_an_unknown_setting_is_named(duban: Duban, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_PASSWORT", "x")
    for command in (["serve"], ["query"], ["keys", "list"]):
        run = duban(*command)
        assert run.code == 1 and "DUBAN_PASSWORT" in run.err
