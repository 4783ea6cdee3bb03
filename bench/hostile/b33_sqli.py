"""SQL and filters from hostile values: every parameter means its value literally, or refuses it.

    python -m bench.hostile.b33_sqli [--quick] [--db sqlite|postgres]

Each payload goes into each parameter of each list. What words find is compared with a search in Python; values that a
parameter does not know must be refused. Afterwards every row is as it was. Besides, the syntax trees of the sources
are searched for SQL that is put together from strings.
"""

from __future__ import annotations

import ast
import asyncio
import itertools
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.hostile.client import Client
from bench.hostile.harness import Report, Service, database, options, scaled, speech
from bench.hostile.requests import each, find, send
from extractor import directory
from models import search, tables
from models.engine import open_database

ROOT = Path(__file__).parents[2]
PAYLOADS = 2_000
SPEECHES = 40

_STARTS = ("", "'", '"', "`", "\\'", "')", "'))", "%27", "’", "＇", "1", "-1",
           "县卫健局'", "要", "核酸\"", "0x27", "/*", "[", "$$", "E'\\")  # fmt: skip
_MIDDLES = (
    " OR 1=1", " OR 'a'='a", " UNION SELECT sha256 FROM api_keys", "; DROP TABLE speeches", "; DELETE FROM obligations",
    " AND sleep(5)", " AND pg_sleep(5)", "||pg_sleep(5)||", " AND randomblob(100000000)", "; ATTACH 'x.db' AS x",
    "; COPY speeches TO '/tmp/x'", " OR length(text)>0", " LIKE '%'", "%", "_", "%%s", "%(x)s", ":name", "?", "{0}",
    "* OR obligation_search MATCH '要'", " NEAR(要, 做)", " NOT 要", "^要", "tokens:要", "要*", "{要,做}",
    "ARRAY['要']", " && ARRAY[1]", " ORDER BY 1", " LIMIT 0 OFFSET 1", " INTO OUTFILE 'x'", "\\", "\\x27", "\n",
    "\t", " ", "CAST(1 AS int)", "to_tsquery('a')", "; PRAGMA writable_schema=1", " GROUP BY id HAVING 1", "(SELECT 1)",
    "NULL",
)  # fmt: skip
_ENDS = ("", " --", "-- -", "#", ";", "/*", "*/", "'", '"', ")", "\0", "\ud800", "各镇", "\u202e", "\u200b")

WORDS: tuple[tuple[str, str], ...] = (
    ("/v1/obligations", "q"), ("/v1/obligations", "department"), ("/v1/directives", "q"), ("/v1/speeches", "q"),
    ("/v1/quarantine-rules", "population"), ("/v1/departments", "after"),
)  # fmt: skip
REFUSED: tuple[tuple[str, str], ...] = (
    *(("/v1/obligations", name) for name in ("role", "modality", "due_before", "due_after", "has_deadline", "speech",
                                             "function", "status", "ordering", "cursor", "limit", "facets")),
    *(("/v1/directives", name) for name in ("ordering", "cursor", "status")),
    *(("/v1/speeches", name) for name in ("ordering", "cursor", "limit")),
    *(("/v1/quarantine-rules", name) for name in ("measure", "origin", "in_force", "speech", "cursor")),
    *(("/v1/departments", name) for name in ("type", "limit")),
    *(("/v1/obligations.csv", name) for name in ("preset", "encoding", "ordering")),
)  # fmt: skip


def payloads(count: int, random: random.Random) -> list[str]:
    """Different values, drawn from all combinations."""
    made = ["".join(parts) for parts in itertools.product(_STARTS, _MIDDLES, _ENDS)]
    made += ["'" * 200, "字" * 201, "a" * 500, "9" * 400]
    random.shuffle(made)
    return list(dict.fromkeys(made))[:count]


class Reference:
    """What is stored, and what words must find in it."""

    def __init__(
        self,
        obligations: list[dict[str, Any]],
        directives: list[dict[str, Any]],
        rules: list[dict[str, Any]],
        departments: list[str],
    ) -> None:
        self.obligations = obligations
        self.directives = directives
        self.rules = rules
        self.departments = departments

    def found(self, path: str, name: str, value: str) -> list[Any] | None:
        """The numbers (names for departments) that must be found in order; None when the value must be refused."""
        # Bytes that are no UTF-8 arrive as replacement characters.
        value = value.replace("\ud800", "\ufffd\ufffd\ufffd")
        if name == "after" and "\0" in value:
            return None
        if len(value) > (100 if name == "department" else 200) or (name == "department" and not value):
            return None
        if name == "after":
            return [canonical for canonical in self.departments if canonical > value][:5]
        if name == "department":
            wanted = {value, directory.look_up(value).canonical}
            return [o["id"] for o in self.obligations if any(p["canonical"] in wanted for p in o["parties"])]
        terms = search.terms(value)
        if name == "population":
            return [r["id"] for r in self.rules if all(t in search.normalise(r["population"] or "") for t in terms)]

        def has(text: str | None) -> bool:
            return all(term in search.normalise(text or "") for term in terms)

        matching = [o for o in self.obligations if has(o["clean"] or o["text"])]
        if path == "/v1/obligations":
            return [o["id"] for o in matching]
        if path == "/v1/directives":
            ids = {o["id"] for o in matching}
            return [d["id"] for d in self.directives if any(o["id"] in ids for o in d["obligations"])]
        numbers = {o["speech_id"]: o["speech_title"] for o in self.obligations}
        return sorted({number for number, title in numbers.items() if has(title)} | {o["speech_id"] for o in matching})


def main() -> int:
    given = options(__doc__)
    report = Report("B33", given)
    values = payloads(scaled(PAYLOADS, given), random.Random(given.seed))
    wrong: list[str] = []
    statuses: dict[int, int] = {}
    with database(given.db) as store, Service(store.url, workers=2) as service:
        asyncio.run(fill(service.port))
        reference = asyncio.run(read(service.port))
        before = counts(store.url)

        async def attack(client: Client, job: tuple[str, str, str]) -> None:
            path, name, value = job
            paged = name != "limit" and ".csv" not in path
            extra = {"limit": "5" if name == "after" else "1000"} if paged else {}
            if path in ("/v1/speeches", "/v1/obligations") and name == "q":
                extra["ordering"] = "id"
            answer = await find(client, path, **{name: value}, **extra)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            if (path, name) in REFUSED:
                if answer.status != 422 and value.strip() != "1" and value != "":
                    wrong.append(f"{path} {name}={value!r}: {answer.status}")
                return
            expected = reference.found(path, name, value)
            if expected is None or answer.status != 200:
                if (expected is None) != (answer.status == 422):
                    wrong.append(f"{path} {name}={value!r}: {answer.status}, expected {expected}")
                return
            rows = [row["canonical" if name == "after" else "id"] for row in answer.json()["results"]]
            if rows != expected:
                wrong.append(f"{path} {name}={value!r}: {rows[:8]} instead of {expected[:8]}")

        jobs = [(path, name, value) for value in values for path, name in (*WORDS, *REFUSED)]
        each(service.port, jobs, attack)
        written = asyncio.run(write(service.port, [v for v in values if "\0" not in v and "\ud800" not in v][:200]))
        after = counts(store.url)
    report.fact("each value means itself, or is refused", not wrong, f"{len(wrong)} wrong of {len(jobs)} requests")
    report.fact("no 5xx", not any(status >= 500 for status in statuses), statuses)
    report.fact("values are stored literally", not written, f"{len(written)} wrong")
    report.fact("every row is still there", before == after, f"{sum(before.values())} rows")
    bare = [place for path in sources() for place in bare_sql(path)]
    report.fact("no SQL is put together from strings", not bare, bare or f"0 in {len(list(sources()))} files")
    for fault in (wrong + written)[:20]:
        print("      ", fault, file=sys.stderr)
    return report.end()


async def fill(port: int) -> None:
    """Speeches some of which hold the very words that the payloads consist of."""
    client = Client(port)
    for number in range(SPEECHES):
        hostile = "".join(_MIDDLES[number % len(_MIDDLES)] + _STARTS[number % len(_STARTS)])
        text = f"（三）各镇要核查 {hostile} 一事。对来自 {hostile} 县的人员实行{number % 9 + 3}天集中隔离。"
        title = f"通知{number} {hostile}".replace("\n", " ")
        value = {"text": speech(number) + text, "title": title, "date": "2022-03-01"}
        answer = await send(client, "POST", "/v1/speeches", value)
        assert answer.status == 201, answer.body
    client.close()


async def read(port: int) -> Reference:
    client = Client(port)
    lines = (await find(client, "/v1/obligations.jsonl", ordering="id")).body.splitlines()
    rules = (await find(client, "/v1/quarantine-rules", limit=1000)).json()["results"]
    directives = (await find(client, "/v1/directives", limit=1000)).json()["results"]
    names: list[str] = []
    path: str | None = "/v1/departments?limit=1000"
    while path:
        page = (await client.get(path)).json()
        names += [row["canonical"] for row in page["results"]]
        path = page["next"]
    client.close()
    # The order of names must be that of their code points, on both databases.
    return Reference(list(map(json.loads, lines)), directives, rules, sorted(names))


async def write(port: int, values: list[str]) -> list[str]:
    """Writes values into an obligation and the audit; those that do not come back as they were."""
    client = Client(port)
    wrong = []
    for value in values:
        fields = {"progress": value, "problems": value, "next_steps": value}
        answer = await send(client, "PATCH", "/v1/obligations/1", fields, if_match="*")
        if answer.status != 200 or any(answer.json()[name] != value for name in fields):
            wrong.append(f"PATCH {value!r}: {answer.status}")
    client.close()
    return wrong


def counts(url: str) -> dict[str, int]:
    """The number of rows in each table, but for the audit, which grows."""
    store = open_database(url)
    with store.reading() as connection:
        found = {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in tables.Base.metadata.sorted_tables
            if table.name != tables.Audit.__tablename__
        }
    store.close()
    return found


# SQL from strings

# Names of our own tables and columns, and a value that an index is made for: nothing that came in.
_OWN = {
    "models/store/filters.py": "equals",
    "models/store/stats.py": "_spread",
    "models/store/bulk.py": "_last_number",
}
_RUNS = {"execute", "exec_driver_sql", "text", "executemany", "executescript", "scalar", "scalars"}


def sources() -> Iterator[Path]:
    for package in ("api", "extractor", "models", "migrations"):
        yield from sorted((ROOT / package).rglob("*.py"))


def bare_sql(path: Path) -> Iterator[str]:
    """Where a call that runs SQL is given a string with something put into it that is not constant."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = _constants(tree)
    place = str(path.relative_to(ROOT))
    own = {
        id(inner)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name == _OWN.get(place)
        for inner in ast.walk(function)
    }
    for node in ast.walk(tree):
        if id(node) in own or not (isinstance(node, ast.Call) and node.args):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _RUNS and not _constant(node.args[0], constants):
            yield f"{place}:{node.lineno}"


def _constants(tree: ast.AST) -> set[str]:
    """Names that only ever hold constant strings: assigned one, or run over a tuple of them."""
    found, others = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    (found if _literal(node.value, found) else others).add(target.id)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            (found if _literal(node.iter, found) else others).add(node.target.id)
    return found - others


def _literal(node: ast.AST, known: set[str]) -> bool:
    match node:
        case ast.Tuple() | ast.List():
            return all(_literal(part, known) for part in node.elts)
        case ast.JoinedStr():
            return all(_literal(part, known) for part in node.values)
        case ast.FormattedValue():
            return _literal(node.value, known)
        case ast.BinOp():
            return _literal(node.left, known) and _literal(node.right, known)
        case ast.Name():
            return node.id in known
        case _:
            return isinstance(node, ast.Constant)


def _constant(node: ast.AST, constants: set[str]) -> bool:
    """Whether an expression is no string, or one into which nothing but constants is put."""
    if isinstance(node, ast.JoinedStr):
        return _literal(node, constants)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return not any(isinstance(part, ast.Constant | ast.JoinedStr) for part in (node.left, node.right))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("format", "join"):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
