"""A spreadsheet opens the ledger as the same cells. Runs where LibreOffice Calc is installed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from models.store import speeches
from tests.api.conftest import service_of
from tests.api.test_hostile_input import HARMLESS, change, stored
from tests.databases import SPEECH, extraction

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
# How its import dialogue numbers the encodings that it finds out by itself.
ENCODINGS = {"utf-8-sig": 76, "gb18030": 85}
# What a workbook can hold: no control characters, and line breaks of one kind.
SHOWN = [value for value in HARMLESS.values() if not re.search("[\x00-\x09\x0b-\x1f\x7f\ufdd0\uffff]", value)]

pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")


def opened(content: bytes, encoding: str, directory: Path) -> list[list[Any]]:
    """The cells that LibreOffice makes of a CSV with its usual settings."""
    (directory / "台账.csv").write_bytes(content)
    command = [
        str(OFFICE), f"-env:UserInstallation=file://{directory}/profile", "--headless",
        f"--infilter=CSV:44,34,{ENCODINGS[encoding]},1", "--convert-to", "xlsx", "--outdir", str(directory),
        str(directory / "台账.csv"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    sheet = load_workbook(directory / "台账.xlsx").active
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def shown(cell: str) -> Any:
    """What a spreadsheet makes of a cell on purpose: numbers, dates, shares; the rest is text."""
    if not cell:
        return None
    if re.fullmatch("[0-9]+", cell):
        return int(cell)
    if re.fullmatch("[0-9]+%", cell):
        return int(cell[:-1]) / 100
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
        return dt.datetime.fromisoformat(cell)
    return cell


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_same_cells(client: TestClient, tmp_path: Path, encoding: str) -> None:
    with service_of(client).database.writing() as connection:
        speeches.save(connection, SPEECH, extraction())
    for number, value in enumerate(SHOWN):
        stored(client, f"{value}各镇要在6月{number + 1}日前完成排查。", title=value)
    for view in client.get("/v1/obligations?limit=1000").json()["results"]:
        words = SHOWN[view["id"] % len(SHOWN)]
        fields = {"progress": words, "problems": f"“{words}”", "completion": 40, "closed_on": "2022-06-30"}
        assert change(client, view["id"], **fields).status_code == 200
    content = client.get(f"/v1/obligations.csv?encoding={encoding}").content
    expected = list(csv.reader(io.StringIO(content.decode(encoding), newline="")))
    assert len(expected) > len(SHOWN)
    assert opened(content, encoding, tmp_path) == [[shown(cell) for cell in row] for row in expected]
