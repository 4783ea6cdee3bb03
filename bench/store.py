"""Measures the store on a database of many obligations: storing, queries by page, their plans, export.

    python bench/store.py                  1,000,000 obligations on SQLite
    python bench/store.py --quick          a twentieth of that
    python bench/store.py --database-url postgresql://…      on an empty PostgreSQL database

Each query is put with other values each time, at the first page and deep in the list. Prints a table and one line of
JSON; exits 1 when a query by department misses its promise (p95 under 20 ms on SQLite) or a plan scans a table.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any

import sqlalchemy as sa

from models import migrate
from models.engine import Database, create_database_engine, open_database
from models.records import Deadline, Extraction, Extractor, Item, Obligation, Party, PartyRole, Role, Source, Span
from models.store import departments, obligations, speeches
from models.store.filters import Filter
from models.tables import Obligation as ObligationRow
from models.tables import Status

OBLIGATIONS = 1_000_000
PER_SPEECH = 30
P95_MS = 20.0
LINES_OF_WORK = (
    "卫生健康 教育 公安 交通运输 商务 民政 财政 住房建设 文化旅游 农业农村 "
    "市场监管 应急管理 发展改革 工业信息 司法 人力资源 自然资源 生态环境 水利 林业"
).split()
DEPARTMENTS = [f"{place}{work}局" for place in ("", "市", "县") for work in LINES_OF_WORK]
ACTS = "做好 加强 落实 抓好 推进 压实 完善 规范 检查 报送".split()
THINGS = (
    "核酸检测 隔离场所管理 物资储备 校园防控 春季农业生产 项目建设 道路运输保障 安全生产责任 信访矛盾化解 困难群众救助 "
    "市场秩序 环境整治 防汛准备 森林防火 稳岗就业 政务公开 信息报送 值班值守 督导检查 宣传引导"
).split()
ROLES: tuple[tuple[Role, ...], ...] = ((), ("responsible",), ("lead", "support"), ("responsible", "supervise"))
FILLER = "会场内同志们认真听取情况介绍并结合各自实际交流了看法大家认为形势总体平稳但任务仍然繁重"


def speech(number: int, random: Random) -> tuple[str, Extraction]:
    """A made-up speech of about 5,000 characters with PER_SPEECH obligations, many of them given to somebody."""
    parts, items, found, parties, deadlines = [f"第{number}次工作会议讲话\n"], [], [], [], []
    length = len(parts[0])

    def add(text: str) -> Span:
        nonlocal length
        parts.append(text)
        length += len(text)
        return Span(start=length - len(text), end=length, text=text)

    for n in range(PER_SPEECH):
        if n % 3 == 0:
            marker, heading = add(f"{n // 3 + 1}."), add(random.choice(THINGS))
            span = Span(start=marker.start, end=heading.end, text=marker.text + heading.text)
            items.append(
                Item(
                    id=f"i{n}",
                    parent=None,
                    marker=marker,
                    style="arabic",
                    number=n // 3 + 1,
                    path=str(n // 3 + 1),
                    heading=heading,
                    span=span,
                    function="directive" if random.random() < 0.9 else "other",
                    rule="b",
                )
            )
            add("。")
        start, roles, limits = length, [], []
        for role in random.choices(ROLES, (2, 5, 2, 1))[0]:
            # A few departments have most of the work, as in life.
            name = DEPARTMENTS[min(int(random.expovariate(0.07)), len(DEPARTMENTS) - 1)]
            parties.append(Party(id=f"p{len(parties)}", span=add(name), canonical=name, type="department", rule="b"))
            roles.append(PartyRole(party=parties[-1].id, role=role))
            add("、")
        if random.random() < 0.3:
            day = dt.date(2022, 1, 1) + dt.timedelta(days=random.randrange(730))
            words = add(f"{day.month}月{day.day}日前")
            due = f"{day + dt.timedelta(days=1)}T00:00"
            deadlines.append(Deadline(id=f"d{n}", span=words, kind="by", value=day.isoformat(), due=due, rule="b"))
            limits.append(deadlines[-1].id)
        for _ in range(random.randint(1, 4)):
            add(f"要{random.choice(ACTS)}{random.choice(THINGS)}，")
        add("确保取得实效。")
        text = "".join(parts)[start:length]
        modality = random.choices(("require", "prohibit", "encourage"), (88, 8, 4))[0]
        found.append(
            Obligation(
                id=f"o{n}",
                item=items[-1].id,
                span=Span(start=start, end=length, text=text),
                modality=modality,
                parties=tuple(roles),
                deadlines=tuple(limits),
                rule="b",
            )
        )
        add("".join(random.sample(FILLER, 30)) * 4 + "。\n")
    raw = "".join(parts)
    source = Source(
        sha256=hashlib.sha256(raw.encode()).hexdigest(),
        chars=len(raw),
        title=parts[0].strip(),
        date="2022-01-01",
        date_source="given",
    )
    return raw, Extraction(
        extractor=Extractor(version="0", rules="b"),
        source=source,
        items=tuple(items),
        obligations=tuple(found),
        parties=tuple(parties),
        deadlines=tuple(deadlines),
    )


def fill(database: Database, wanted: int, random: Random, together: int = 1) -> dict[str, float]:
    """Stores speeches, so many in each transaction, and gives some obligations a status; seconds in the store alone."""
    seconds = 0.0
    count = wanted // PER_SPEECH
    with database.writing() as connection:
        departments.seed(connection, [departments.DepartmentRow("卫生健康局", ("卫健局", "卫健委"), "department")])
    for first in range(0, count, together):
        some = [speech(number, random) for number in range(first, min(count, first + together))]
        start = time.perf_counter()
        with database.writing() as connection:
            for raw, extraction in some:
                speeches.save(connection, raw, extraction)
        seconds += time.perf_counter() - start
    rare = [word for word in sa.util.to_list(Status.__args__) if word != "待签收"]
    with database.writing() as connection:
        for position, status in enumerate(rare):
            some = ObligationRow.id % 40 == position
            connection.execute(sa.update(ObligationRow).where(some).values(status=status))
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return {"speeches": count, "ms_per_speech": seconds / count * 1000}


def filters(random: Random) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """Single filters by name, each as a function that draws a value."""

    def day() -> dt.datetime:
        return dt.datetime(2022, 1, 1) + dt.timedelta(days=random.randrange(700))

    def rare_or_common(*words: str) -> str:
        return random.choice(words)

    yield "department", lambda: {"departments": (random.choice(DEPARTMENTS),)}
    yield "role", lambda: {"role": rare_or_common("lead", "support", "supervise", "responsible")}
    yield "modality", lambda: {"modality": rare_or_common("require", "prohibit", "encourage")}
    yield "due", lambda: (lambda start: {"due_after": start, "due_before": start + dt.timedelta(days=30)})(day())
    yield "has_deadline", lambda: {"has_deadline": random.random() < 0.5}
    yield "function", lambda: {"function": rare_or_common("directive", "other")}
    yield "status", lambda: {"status": rare_or_common("待签收", "办理中", "超期", "已办结")}
    yield "q", lambda: {"q": random.choice(("核酸", "防汛 宣传", "春季农业生产", "火", "不存在", "县林业局"))}


def measure(database: Database, rounds: int, random: Random) -> dict[str, dict[str, float]]:
    """p50, p95 and p99 in ms of a page of 50: no filter, each filter, each pair; orders; deep pages."""
    single = dict(filters(random))
    cases: dict[str, Callable[[], tuple[dict[str, Any], str]]] = {"(none)": lambda: ({}, "id")}
    for name, draw in single.items():
        cases[name] = lambda draw=draw: (draw(), "id")
    names = list(single)
    for first in names:
        for second in names[names.index(first) + 1 :]:
            cases[f"{first} + {second}"] = lambda a=first, b=second: ({**single[a](), **single[b]()}, "id")
    for ordering in ("-id", "due", "-due"):
        cases[f"department, by {ordering}"] = lambda o=ordering: (single["department"](), o)
        cases[f"(none), by {ordering}"] = lambda o=ordering: ({}, o)
    results = {}
    for name, draw in cases.items():
        times, processor = [], []
        for _ in range(rounds):
            wanted, ordering = draw()
            start, started = time.perf_counter(), time.process_time()
            with database.reading() as connection:
                obligations.page(connection, Filter(**wanted), ordering=ordering)
            times.append((time.perf_counter() - start) * 1000)
            processor.append((time.process_time() - started) * 1000)
        # SQLite works within this process: its processor time is what a page costs on a machine that does nothing else.
        results[name] = {**spread(times), "cpu p95": spread(processor)["p95"]}
    results["department, all its pages"] = walk(database)
    return results


def busiest(database: Database) -> str:
    """The department with the most obligations."""
    with database.reading() as connection:
        return max(departments.page(connection, limit=10_000), key=lambda view: view.obligations).canonical


def walk(database: Database) -> dict[str, float]:
    """All pages of the busiest department, each timed by itself; `first` and `last` are the means of ten pages."""
    times, cursor, wanted = [], None, Filter(departments=(busiest(database),))
    while cursor is not None or not times:
        start = time.perf_counter()
        with database.reading() as connection:
            page = obligations.page(connection, wanted, cursor=cursor)
        times.append((time.perf_counter() - start) * 1000)
        cursor = page.next
    return {**spread(times), "pages": len(times), "first": sum(times[:10]) / 10, "last": sum(times[-10:]) / 10}


def spread(times: list[float]) -> dict[str, float]:
    cuts = quantiles(times, n=100, method="inclusive")
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98], "max": max(times)}


def plans(database: Database, random: Random) -> dict[str, list[str]]:
    """The plan of the first page for each filter; on SQLite a line that begins with SCAN reads a whole table."""
    found = {}
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    for name, draw in filters(random):
        lines: list[str] = []

        def tell(connection: Any, _: Any, statement: str, values: Any, *_rest: Any, lines: Any = lines) -> None:
            if statement.startswith("SELECT") and "LIMIT" in statement and "count(" not in statement:
                rows = connection.exec_driver_sql(explain + statement, values).all()
                lines.extend(str(row[-1]) for row in rows)

        sa.event.listen(database.engine, "before_cursor_execute", tell)
        with database.reading() as connection:
            obligations.page(connection, Filter(**draw()))
        sa.event.remove(database.engine, "before_cursor_execute", tell)
        found[name] = lines
    return found


def export(database: Database) -> dict[str, float]:
    """Streams every obligation; rows a second and growth of the peak memory in MB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows, start = 0, time.perf_counter()
    with database.reading() as connection:
        for batch in obligations.stream(connection, Filter()):
            rows += len(batch)
    seconds = time.perf_counter() - start
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"rows": rows, "rows_per_second": rows / seconds, "peak_growth_mb": growth}


def counting(database: Database) -> dict[str, float]:
    """Milliseconds of counts and facets."""
    found = {}
    department = Filter(departments=(busiest(database),))
    for name, act in {
        "count of a department": lambda c: obligations.count(c, department),
        "count up to 10,000 of q": lambda c: obligations.count(c, Filter(q="核酸"), at_most=10_000),
        "facets of a department": lambda c: obligations.facets(c, department),
        "facets of everything": lambda c: obligations.facets(c, Filter()),
        "departments with counts": lambda c: departments.page(c),
    }.items():
        start = time.perf_counter()
        with database.reading() as connection:
            act(connection)
        found[name] = (time.perf_counter() - start) * 1000
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the obligations and rounds")
    parser.add_argument("--database-url", help="an empty database; default is a temporary SQLite file")
    parser.add_argument("--keep", type=Path, help="use this SQLite file, filled if it is not there yet")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    scale = 20 if options.quick else 1
    chance = Random(options.seed)
    with tempfile.TemporaryDirectory() as directory:
        filled = options.keep is not None and options.keep.exists()
        url = options.database_url or f"sqlite:///{options.keep or Path(directory, 'bench.db')}"
        if url.startswith("postgres"):
            engine = create_database_engine(url)
            migrate.upgrade(engine)
            engine.dispose()
        database = open_database(url)
        stored = {} if filled else fill(database, OBLIGATIONS // scale, chance)
        report = {
            "database": "sqlite" if database.is_sqlite else "postgresql",
            "stored": stored,
            "pages_ms": measure(database, max(200 // scale, 20), chance),
            "counting_ms": counting(database),
            "export": export(database),
            "plans": plans(database, chance),
        }
        database.close()
    for name, times in report["pages_ms"].items():
        print(f"{name:40} " + "  ".join(f"{key} {value:8.2f}" for key, value in times.items()))
    for part in ("stored", "counting_ms", "export"):
        for name, value in report[part].items():
            print(f"{name:40} {value:10.2f}")
    for name, lines in report["plans"].items():
        print(f"plan of {name}:", *lines, sep="\n    ")
    scans = [line for lines in report["plans"].values() for line in lines if is_scan(line)]
    slow = database.is_sqlite and report["pages_ms"]["department"]["p95"] >= P95_MS
    report["passed"] = not scans and not slow
    print(json.dumps(report, ensure_ascii=False))
    print("PASS" if report["passed"] else f"FAIL {scans}")
    return 0 if report["passed"] else 1


def is_scan(line: str) -> bool:
    """Whether a line of a plan reads a whole table. A virtual table is the search index."""
    return (line.startswith("SCAN") and "VIRTUAL TABLE INDEX" not in line) or "Seq Scan on obligations" in line


if __name__ == "__main__":
    sys.exit(main())
