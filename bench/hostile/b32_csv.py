"""Formulas in downloads: no cell of a CSV begins one, none of a workbook is one, and all text comes back as it was.

    python -m bench.hostile.b32_csv [--quick] [--db sqlite|postgres]

Each payload is put into a title, into the beginning of a task, and into all that people enter. The CSV is then read as
a spreadsheet reads it, in each preset and encoding, and the workbook by openpyxl and as plain XML.
"""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import random
import re
import sys
import zipfile
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from bench.hostile.client import Client
from bench.hostile.harness import Report, Service, database, options, scaled
from bench.hostile.requests import each, find, send
from models import ledger

PAYLOADS = 3_000
TRIGGERS = "=+-@\t\r\n＝＋－＠"
TASK = "各镇要在6月底前完成排查。"
_STARTS = (
    "=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "'=", "''=", "'＝", " =", "\u3000=", "\u200b=",
    "\ufeff=", "\x0b=", "\x0c=", "\x85=", "\u2028=", "\x01=", "\xad=", ",=", ";=", '"=', '",=', '"\r\n=', "\r\n=",
    "a\r\n=", "\0=", "|=", "﹢", "﹣", "﹦", "−", "–", "%0A=", "sep==\r\n",
)  # fmt: skip
_BODIES = (
    "1+1", "cmd|' /C calc'!A0", "cmd|'/c powershell'!A1", 'HYPERLINK("http://127.0.0.1/?"&A1,"督办")', "WEBSERVICE(A1)",
    'IMPORTXML("http://127.0.0.1","//a")', 'DDE("cmd";"/C calc";"A")', "SUM(A:A)", "@SUM(1+1)*cmd|' /C calc'!A0",
    "A1", "-2+3", "2022", "1E9", '""', '"a","b"', "a,b;c\td|e", '"', "'", "各镇", "要求各镇=1", "IF(1,2,3)", "{1,2}",
    "[x]Sheet!A1", "0x41", "T(1)", 'INDIRECT("A1")', "rundll32|'URL.dll'!A", 'EXEC("calc")', 'CALL("a","b")',
    "REGISTER(1)",
)  # fmt: skip
_ENDS = ("", "\r\n=1", "\t", '"', '",=1', "'")


def payloads(count: int, random: random.Random) -> list[str]:
    made = ["".join(parts) for parts in itertools.product(_STARTS, _BODIES, _ENDS)]
    random.shuffle(made)
    return made[:count]


def main() -> int:
    given = options(__doc__)
    report = Report("B32", given)
    values = payloads(scaled(PAYLOADS, given), random.Random(given.seed))
    entered: dict[int, str] = {}
    wrong: list[str] = []
    refused = 0
    with database(given.db) as store, Service(store.url, workers=2) as service:

        async def put(client: Client, job: tuple[int, str]) -> None:
            nonlocal refused
            number, value = job
            text = f"{value}{TASK}第{number}号。"
            answer = await send(client, "POST", "/v1/speeches", {"text": text, "title": value, "date": "2022-03-01"})
            if "\0" in value:
                refused += 1
                if answer.status != 422:
                    wrong.append(f"{value!r}: {answer.status} for U+0000")
                return
            listed = (await find(client, "/v1/obligations", speech=answer.json()["id"])).json()["results"]
            if not listed:
                wrong.append(f"{value!r}: no obligation")
                return
            parties = [{"name": value[:100], "role": "lead"}, {"name": f"{value[:90]}局", "role": "support"}]
            fields = {"progress": value, "problems": value, "next_steps": value, "parties": parties,
                      "deadlines": [{"text": value, "kind": "by"}]}  # fmt: skip
            changed = await send(client, "PATCH", f"/v1/obligations/{listed[0]['id']}", fields, if_match="*")
            if changed.status != 200:
                wrong.append(f"{value!r}: {changed.status} {changed.body[:200]!r}")
            entered[listed[0]["id"]] = value

        each(service.port, enumerate(values), put)
        cells, formulas, back = asyncio.run(download(service.port, entered))
        workbook_cells, workbook_faults = asyncio.run(download_workbook(service.port, entered))
    report.fact("all payloads are stored", not wrong, f"{len(entered)} stored, {refused} with U+0000 refused")
    report.fact("no cell begins a formula", not formulas, f"{len(formulas)} of {cells} cells")
    report.fact("undoing the guard gives back what was entered", not back, f"{len(back)} of {len(entered)} lost")
    found = f"{len(workbook_faults)} in {workbook_cells} cells"
    report.fact("no cell of a workbook is a formula, and its text comes back", not workbook_faults, found)
    for fault in (wrong + formulas + back + workbook_faults)[:20]:
        print("      ", fault, file=sys.stderr)
    return report.end()


async def download(port: int, entered: dict[int, str]) -> tuple[int, list[str], list[str]]:
    """The number of cells of all downloads, those that begin a formula, and payloads that do not come back."""
    client = Client(port)
    count = 0
    formulas: list[str] = []
    for preset, encoding in itertools.product(("督办台账", "分解表", "杭州式"), ("utf-8-sig", "utf-8", "gb18030")):
        answer = await find(client, "/v1/obligations.csv", preset=preset, encoding=encoding, ordering="id")
        assert answer.status == 200, answer.body
        table = read(answer.body.decode(encoding))
        count += sum(map(len, table))
        begun = [cell for row in table for cell in row if cell and cell[0] in TRIGGERS]
        formulas += [f"{preset}, {encoding}: {cell!r}" for cell in begun]
        if {len(row) for row in table} != {len(ledger.header(preset))}:
            formulas.append(f"{preset}, {encoding}: the table is not rectangular")
        if preset == "督办台账":
            last = table
    listed: list[dict[str, Any]] = []
    path: str | None = "/v1/obligations?ordering=id&limit=1000"
    while path:
        page = (await client.get(path)).json()
        listed += page["results"]
        path = page["next"]
    client.close()
    columns = [last[0].index(name) for name in ("进展情况", "存在问题", "下一步打算")]
    lost = []
    for view, row in zip(listed, last[1:], strict=True):
        if view["id"] in entered and any(ledger.unguard(row[at]) != entered[view["id"]] for at in columns):
            lost.append(f"{entered[view['id']]!r} became {row[columns[0]]!r}")
    return count, formulas, lost


async def download_workbook(port: int, entered: dict[int, str]) -> tuple[int, list[str]]:
    """The number of cells of the workbooks, and what is wrong with them: formulas, links, text that was changed."""
    client = Client(port)
    count = 0
    faults: list[str] = []
    columns = [ledger.header().index(name) for name in ("进展情况", "存在问题", "下一步打算")]
    for preset in ledger.PRESETS:
        answer = await find(client, "/v1/obligations.xlsx", preset=preset)
        assert answer.status == 200, answer.body
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name]
        faults += [f"{preset}: {found}" for sheet in sheets for found in re.findall("<(?:f|hyperlink)[ >]", sheet)]
        for row in load_workbook(io.BytesIO(answer.body), read_only=True).active.iter_rows(min_row=3):
            count += len(row)
            faults += [f"{preset}: {cell.value!r}" for cell in row if cell.data_type == "f"]
            value = entered.get(int(row[-1].value)) if preset == ledger.DEFAULT_PRESET else None
            if value is not None and any(unescape(row[at].value or "") != value for at in columns):
                faults.append(f"{value!r} became {row[columns[0]].value!r}")
    client.close()
    return count, faults


def read(content: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline="")))


if __name__ == "__main__":
    sys.exit(main())
