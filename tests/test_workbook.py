"""The ledger as a workbook: the cells of the CSV, laid out for print, and text that stays text."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from api import workbook
from models import ledger
from models.ledger import Entry, EntryParty, Preset

PARTIES = tuple(EntryParty(name, "department", role) for name, role in (("甲局", "lead"), ("乙局", "support"), ("丙局", "support")))


def entry(number: int = 1, text: str = "要抓落实。", **fields: Any) -> Entry:
    return Entry(
        record=str(number), number=number, speech=1, item=None, start=0, end=5, source="讲话", date=dt.date(2022, 6, 1),
        section="抓落实", label="一", text=text, standing=False, parties=PARTIES, **fields,
    )  # fmt: skip


def written(*tasks: Entry, preset: Preset = "督办台账") -> bytes:
    return b"".join(workbook.written([tasks], preset))


def sheets(content: bytes) -> list[Any]:
    return load_workbook(io.BytesIO(content)).worksheets


@pytest.mark.parametrize("preset", list(ledger.PRESETS))
def test_the_cells_are_those_of_the_csv(preset: Preset) -> None:
    tasks = [entry(n, f"第{n}项要抓落实。", progress="已完成", completion=40) for n in range(1, 4)]
    (sheet,) = sheets(written(*tasks, preset=preset))
    title, header, *rows = sheet.iter_rows(values_only=True)
    assert (sheet.title, title[0]) == (preset, preset)
    assert list(header) == ledger.header(preset)
    expected = [[cell or None for cell in row] for row in ledger.rows(tasks, preset, joint="\n")]
    assert [list(row) for row in rows] == expected
    assert any("乙局\n丙局" in row for row in expected) or preset == "杭州式"


def test_it_is_laid_out_for_print_and_for_filling_in() -> None:
    (sheet,) = sheets(written(entry()))
    assert sheet.freeze_panes == "A3" and sheet.print_title_rows == "$1:$2"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet["A2"].font.bold and sheet["E3"].alignment.wrap_text
    hidden = {letter for letter, one in sheet.column_dimensions.items() if one.hidden}
    assert hidden == {"T"} and sheet.column_dimensions["T"].max == 23  # 原文依据 to 记录ID
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"待签收,办理中,申请办结,已办结,退回重办,延期,超期"' and str(choice.sqref) == "Q3"
    assert sheet.cell(2, 17).value == "状态"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", "'=1", "=HYPERLINK(\"http://127.0.0.1\")", "http://127.0.0.1/", "007",
     "2022-03-01", "_x0041_", "a\x01b", "甲\r\n乙", "<&>\"'", " 甲", "\u2028", "x\ufffey"],
)  # fmt: skip
def test_text_stays_text_and_comes_back(text: str) -> None:
    content = written(entry(progress=text))
    (sheet,) = sheets(content)
    cell = sheet["M3"]
    assert cell.data_type == "s" and unescape(cell.value) == text
    assert cell.quotePrefix is (ledger.guard(text) != text)
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert not re.search("<f[ >]|<hyperlink", xml)


def test_a_cell_holds_what_a_cell_can_hold() -> None:
    (sheet,) = sheets(written(entry(progress="甲" * 50_000)))
    assert sheet["M3"].value == "甲" * 32_767


def test_rows_beyond_a_sheet_go_on_upon_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.workbook.SHEET_ROWS", 5)
    found = sheets(written(*map(entry, range(1, 8))))
    assert [sheet.title for sheet in found] == ["督办台账", "督办台账2", "督办台账3"]
    assert [[row[0] for row in sheet.iter_rows(min_row=3, values_only=True)] for sheet in found] == [[1, 2, 3], [4, 5, 6], [7]]
    assert all(sheet.freeze_panes == "A3" and sheet["A2"].value == "序号" for sheet in found)


def test_an_empty_ledger_is_still_a_workbook() -> None:
    (sheet,) = sheets(written())
    assert sheet.max_row == 2


def test_nothing_is_left_behind(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken() -> Any:
        yield [entry()]
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        list(workbook.written(broken(), "分解表"))
    assert list(workbook.written([[entry()]], "分解表"))
    assert list(tmp_path.iterdir()) == []
