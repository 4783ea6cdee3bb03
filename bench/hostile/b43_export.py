"""B43: a million obligations as CSV: first byte, rows a second, memory; and as a workbook: sheets and memory.

Beside it, in the same run, the least that any program does for it: the same table read by the driver alone and written
by Python's csv module.
"""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from api.workbook import HEAD_ROWS, SHEET_ROWS
from bench.hostile import harness, million
from bench.hostile.client import read_head
from models.engine import create_database_engine

FIRST_BYTE_MS = 200.0
ROWS_PER_SECOND = 50_000
GROWTH_MB = 50.0
WORKBOOK_MB = 150.0
COLUMNS = "id, speech_id, item_id, start, \"end\", text, modality, status, due_at, progress, problems, closed_on"


async def download(port: int, path: str) -> tuple[float, float, int, int]:
    """Seconds to the first byte of the body and to the last, rows, bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    start = time.perf_counter()
    writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode())
    status, _ = await read_head(reader)
    assert status == 200, status
    first, rows, size = 0.0, 0, 0
    while length := int(await reader.readuntil(b"\r\n"), 16):
        part = await reader.readexactly(length + 2)
        first = first or time.perf_counter() - start
        rows += part[:-2].count(b"\n")
        size += length
    writer.close()
    return first, time.perf_counter() - start, rows - 1, size


async def workbook(port: int, into: IO[bytes]) -> float:
    """Downloads the workbook; seconds to the last byte."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    start = time.perf_counter()
    writer.write(b"GET /v1/obligations.xlsx HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
    status, _ = await read_head(reader)
    assert status == 200, status
    while length := int(await reader.readuntil(b"\r\n"), 16):
        into.write((await reader.readexactly(length + 2))[:-2])
    writer.close()
    return time.perf_counter() - start


def sheet_rows(file: IO[bytes]) -> list[int]:
    """How many rows each sheet of a workbook has, title and header included."""
    with zipfile.ZipFile(file) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        rows = []
        for name in names:
            with archive.open(name) as sheet:
                rows.append(sum(part.count(b"<row ") for part in lines(sheet)))
        return rows


def lines(sheet: IO[bytes]) -> Iterator[bytes]:
    """The XML of a sheet in parts that cut no tag."""
    rest = b""
    while data := sheet.read(2**20):
        whole, bracket, rest = (rest + data).rpartition(b">")
        yield whole + bracket
    yield rest


def bare(url: str) -> float:
    """Rows a second of the driver and the csv module alone."""
    engine = create_database_engine(url)
    rows, start = 0, time.perf_counter()
    with engine.connect().execution_options(stream_results=True, max_row_buffer=1000) as connection:
        found = connection.exec_driver_sql(f"SELECT {COLUMNS} FROM obligations ORDER BY id")
        for some in found.partitions(1000):
            text = io.StringIO()
            csv.writer(text).writerows(some)
            rows += len(text.getvalue().encode()) > 0 and len(some)
    engine.dispose()
    return rows / (time.perf_counter() - start)


def peak_mb(pid: int) -> float:
    """The largest resident memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


def main() -> int:
    given = harness.options(__doc__, million.keep)
    report = harness.Report("B43", given)
    with million.filled(given) as url, harness.Service(url) as service:
        baseline = bare(url)
        # A first page opens the connections and their caches, so that the growth is that of the export.
        asyncio.run(download(service.port, "/v1/obligations.csv?speech=1"))
        before, cpu = peak_mb(service.pid), service.cpu_seconds()
        first, seconds, rows, size = asyncio.run(download(service.port, "/v1/obligations.csv"))
        growth, cpu = peak_mb(service.pid) - before, service.cpu_seconds() - cpu
        Path(f"/proc/{service.pid}/clear_refs").write_text("5")  # forgets the highest size so far
        before = peak_mb(service.pid)
        with tempfile.TemporaryFile() as file:
            took = asyncio.run(workbook(service.port, file))
            sheets, workbook_growth = sheet_rows(file), peak_mb(service.pid) - before
        engine = create_database_engine(url)
        with engine.connect() as connection:
            stored = connection.exec_driver_sql("SELECT count(*) FROM obligations").scalar_one()
        engine.dispose()
    report.fact("every obligation is a row", rows == stored, f"{rows} of {stored}, {size / 1e6:.0f} MB")
    report.speed(f"first byte in {FIRST_BYTE_MS:.0f} ms", first * 1000 <= FIRST_BYTE_MS, f"{first * 1000:.0f} ms")
    rate = {
        "a second": round(rows / seconds),
        "a second of its CPU time": round(rows / cpu),
        "bare driver and csv": round(baseline),
    }
    report.speed(f"{ROWS_PER_SECOND} rows a second", rows / seconds >= ROWS_PER_SECOND, rate)
    report.fact(f"memory grown at most {GROWTH_MB:.0f} MB", growth <= GROWTH_MB, f"{growth:.0f} MB")
    expected = [SHEET_ROWS] * (stored // (SHEET_ROWS - HEAD_ROWS)) + [stored % (SHEET_ROWS - HEAD_ROWS) + HEAD_ROWS]
    report.fact(f"a workbook in sheets of {SHEET_ROWS} rows", sheets == expected, f"{sheets} in {took:.0f} s")
    promise = f"memory grown at most {WORKBOOK_MB:.0f} MB by a workbook"
    report.fact(promise, workbook_growth <= WORKBOOK_MB, f"{workbook_growth:.0f} MB")
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
