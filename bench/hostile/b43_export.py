"""B43: a million obligations as CSV: first byte, rows a second, memory.

Beside it, in the same run, the least that any program does for it: the same table read by the driver alone and written
by Python's csv module.
"""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import time
from pathlib import Path

from bench.hostile import harness, million
from bench.hostile.client import read_head
from models.engine import create_database_engine

FIRST_BYTE_MS = 200.0
ROWS_PER_SECOND = 50_000
GROWTH_MB = 50.0
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
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
