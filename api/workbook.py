"""The ledger as an Excel workbook (XLSX), laid out for print, in constant memory: rows go to a temporary file.

A workbook is a ZIP archive whose parts are complete only at the end, so it is finished before its first byte is sent.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, get_args

from xlsxwriter import Workbook as Writer

from models import ledger
from models.ledger import Cell, Entry, Preset
from models.tables import Status

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Of a sheet, with title and header. Text that is too long for a cell (32,767 characters) is cut by the library.
SHEET_ROWS = 1_048_576
HEAD_ROWS = 2
A4 = 9

_WIDTHS = {
    "序号": 6, "督办编号": 16, "任务来源": 20, "任务类别": 14, "重点任务": 16, "工作任务": 48, "牵头单位": 16,
    "配合单位": 16, "责任单位": 16, "完成时限": 14, "时限日期": 12, "进展情况": 24, "存在问题": 20, "下一步打算": 20,
    "备注": 14,
}  # fmt: skip
_WIDTH = 10


class Workbook:
    """A ledger of any number of rows: on as many sheets as it needs, each with title and header."""

    def __init__(self, preset: Preset, directory: Path) -> None:
        self._preset = preset
        self._titles = ledger.header(preset)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._writer = Writer(self._file, {"constant_memory": True, "tmpdir": str(directory)})
        self._writer.set_properties({"title": preset})
        cell = {"text_wrap": True, "valign": "top", "border": 1, "font_size": 10}
        self._cell = self._writer.add_format(cell)
        # Text it is either way; with this mark it stays text when somebody edits it.
        self._quoted = self._writer.add_format({**cell, "quote_prefix": True})
        self._header = self._writer.add_format({**cell, "bold": True, "align": "center", "valign": "vcenter"})
        self._title = self._writer.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self._rows = 0
        self._add_sheet()

    def add(self, tasks: Iterable[Entry]) -> None:
        """Writes the next tasks."""
        for cells in ledger.rows(tasks, self._preset, first=self._rows + 1, joint="\n"):
            if self._next == SHEET_ROWS:
                self._end_sheet()
                self._add_sheet()
            self._write(cells)
            self._rows += 1

    def finish(self) -> IO[bytes]:
        """The whole file, to be read and closed; it is gone then."""
        self._end_sheet()
        self._writer.close()
        self._file.seek(0)
        return self._file

    def discard(self) -> None:
        """Closes what is open; the library does so only for a workbook that it finishes."""
        for sheet in self._writer.worksheets():
            sheet.row_data_fh.close()
        self._file.close()

    def _write(self, cells: list[Cell]) -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                self._sheet.write_number(self._next, column, cell, self._cell)
            elif cell:
                formula = ledger.guard(cell) is not cell
                self._sheet.write_string(self._next, column, cell, self._quoted if formula else self._cell)
            else:
                self._sheet.write_blank(self._next, column, None, self._cell)
        self._next += 1

    def _add_sheet(self) -> None:
        number = len(self._writer.worksheets()) + 1
        sheet = self._sheet = self._writer.add_worksheet(self._preset if number == 1 else f"{self._preset}{number}")
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, HEAD_ROWS - 1)
        sheet.freeze_panes(HEAD_ROWS, 0)
        for column, title in enumerate(self._titles):
            sheet.set_column(
                column, column, _WIDTHS.get(title, _WIDTH), None, {"hidden": title in ledger.HIDDEN}
            )
        sheet.set_row(0, 30)
        sheet.merge_range(0, 0, 0, len(self._titles) - 1, self._preset, self._title)
        sheet.write_row(1, 0, self._titles, self._header)
        self._next = HEAD_ROWS

    def _end_sheet(self) -> None:
        last = max(self._next - 1, HEAD_ROWS)
        self._sheet.autofilter(HEAD_ROWS - 1, 0, last, len(self._titles) - 1)
        if "状态" in self._titles:
            column = self._titles.index("状态")
            self._sheet.data_validation(
                HEAD_ROWS, column, last, column, {"validate": "list", "source": list(get_args(Status))}
            )


@contextmanager
def new(preset: Preset) -> Iterator[Workbook]:
    """A workbook; what it needs until it is finished is gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as directory:
        book = Workbook(preset, Path(directory))
        try:
            yield book
        except BaseException:
            book.discard()
            raise


def written(parts: Iterable[Iterable[Entry]], preset: Preset) -> Iterator[bytes]:
    """The workbook of tasks that come in parts."""
    with new(preset) as book:
        for tasks in parts:
            book.add(tasks)
        yield from content(book.finish())


def content(file: IO[bytes], size: int = 256 * 1024) -> Iterator[bytes]:
    """What is in a file, in parts; closes it."""
    with file:
        while data := file.read(size):
            yield data
