"""The ledger of speeches that were just read: `models.ledger` has the columns, here are the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from models import ledger
from models.ledger import Encoding, Entry, Preset
from models.records import Extraction


def csv_file(speeches: Iterable[tuple[str, Extraction]], preset: Preset, encoding: Encoding) -> Iterator[bytes]:
    """The ledger of several speeches in one file."""
    rows = ledger.rows(tasks(speeches), preset)
    return ledger.write_csv(chain([ledger.header(preset)], rows), encoding)


def xlsx_file(speeches: Iterable[tuple[str, Extraction]], preset: Preset) -> Iterator[bytes]:
    """The same as a workbook."""
    from api import workbook  # most commands need none

    return workbook.written([tasks(speeches)], preset)


def tasks(speeches: Iterable[tuple[str, Extraction]]) -> Iterator[Entry]:
    """One entry a task. Where a speech has no title, the name of its file stands for it."""
    for name, extraction in speeches:
        for task in map(ledger.task, ledger.grouped(ledger.entries(extraction))):
            task.source = task.source or Path(name).stem
            yield task
