"""The store: every record kept exactly, all or nothing, once; found, paged, followed up, corrected and re-extracted."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from models import records, tables
from models.engine import Database, open_database
from models.errors import BadFilter, KeyReused, NotFound, UnstorableText, VersionConflict
from models.records import Extraction
from models.store import (
    access,
    audit,
    departments,
    directives,
    filters,
    followup,
    obligations,
    quarantine,
    rerun,
    speeches,
    stats,
)
from models.store.departments import DepartmentRow
from models.store.filters import ORDERINGS, Filter
from models.store.followup import Correction, DeadlineCorrection, FollowUp, PartyCorrection
from models.store.paging import Page
from tests import databases
from tests.databases import SPEECH, extraction, span

DIRECTORY = (
    DepartmentRow("卫生健康委", ("卫健局", "卫健委", "卫健部门"), "department"),
    DepartmentRow("教育局", ("教体局",), "department"),
)


def save(database: Database, raw: str = SPEECH, **changes: Any) -> speeches.Saved:
    with database.writing() as connection:
        return speeches.save(connection, raw, extraction(raw, **changes))


def numbers(database: Database, wanted: Filter, ordering: str = "id") -> list[int]:
    with database.reading() as connection:
        return [view.number for view in obligations.page(connection, wanted, ordering=ordering).results]


def rows(database: Database, table: type[tables.Base]) -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(table.__table__)).mappings()]


# What is stored


@pytest.mark.parametrize(
    ("record", "table", "elsewhere"),
    [
        (records.Item, tables.Item, {"id": "key", "parent": "parent_id"}),
        (records.Obligation, tables.Obligation,
         {"id": "key", "item": "item_id", "parties": tables.ObligationParty, "deadlines": tables.ObligationDeadline}),
        (records.Party, tables.Party, {"id": "key", "canonical": "department_id"}),
        (records.PartyRole, tables.ObligationParty, {"party": "party_id"}),
        (records.Deadline, tables.Deadline, {"id": "key"}),
        (records.QuarantineRule, tables.QuarantineRule, {"id": "key", "obligation": "obligation_id"}),
        (records.Noise, tables.Noise, {}),
        (records.Warning, tables.Warning, {}),
        (records.Source, tables.Speech, {}),
        (records.Extractor, tables.Run, {"name": "version"}),
    ],
)  # fmt: skip
def test_the_tables_have_every_field_of_the_records(
    record: type[Any], table: type[tables.Base], elsewhere: dict[str, Any]
) -> None:
    columns = set(table.__table__.columns.keys())
    for name, field in record.__pydantic_fields__.items():
        place = elsewhere.get(name, name)
        if isinstance(place, type):
            continue
        if "Span" in str(field.annotation):
            wanted = {name: ("start", "end", "text", "clean")}.get("", ("start", "end"))
            prefix = "" if name == "span" else f"{name}_"
            assert {f"{prefix}{part}" for part in wanted} <= columns
        else:
            assert place in columns


def test_a_record_of_every_kind_comes_back_as_it_was(database: Database) -> None:
    saved = save(database)
    with database.reading() as connection:
        assert speeches.get_text(connection, saved.speech_id) == SPEECH
        assert Extraction.model_validate_json(speeches.get_extraction(connection, saved.speech_id)) == extraction()
        view = speeches.get(connection, saved.speech_id)
    assert (view.chars, view.date, view.date_source) == (len(SPEECH), dt.date(2022, 6, 1), "given")
    assert (view.directives, view.obligations, view.title) == (3, 5, "县长在全县工作推进会上的讲话")
    for table in (tables.Obligation, tables.Party, tables.Deadline, tables.QuarantineRule, tables.Noise, tables.Warning):
        stored = rows(database, table)
        assert stored
        for row in stored:
            assert row["text"] == SPEECH[row["start"] : row["end"]]
    items = rows(database, tables.Item)
    assert [(row["label"], row["section"], row["parent_id"]) for row in items] == [
        ("一", "强化排查", None), ("一（一）", "强化排查", items[0]["id"]), ("二", "保障供应", None),
    ]  # fmt: skip
    [rule] = rows(database, tables.QuarantineRule)
    assert (rule["population_text"], rule["measure"], rule["days"], rule["test_days"]) == ("高风险区来人", "集中隔离", 14, [1, 4, 7])
    assert [(row["role"], row["inherited"]) for row in rows(database, tables.ObligationParty)] == [
        ("lead", False), ("support", False), ("responsible", False), ("responsible", True), ("responsible", False),
    ]  # fmt: skip
    assert [row["trigger_text"] for row in rows(database, tables.Deadline)] == [None, None, "每周五"]


def test_an_obligation_comes_with_its_place_parties_and_deadlines(database: Database) -> None:
    save(database)
    with database.reading() as connection:
        view = obligations.get(connection, 1)
    assert view.text == "县卫健局牵头，县教育局配合，6月30日前完成排查。" == SPEECH[view.start : view.end]
    assert (view.label, view.heading, view.section, view.function) == ("一", "强化排查", "强化排查", "directive")
    assert [(party.canonical, party.text, party.role) for party in view.parties] == [
        ("卫生健康委", "县卫健局", "lead"), ("教育局", "县教育局", "support"),
    ]  # fmt: skip
    assert [(limit.text, limit.value, limit.due) for limit in view.deadlines] == [
        ("6月30日前", "2022-06-30", "2022-07-01T00:00")
    ]
    assert view.due_at == dt.datetime(2022, 7, 1) and view.version == 1


@pytest.mark.parametrize("raw", ["\ufeff甲\r\n乙\x85丙\u2028", "𠮷\U0010ffff\ufdd0\ue000", "a\u202eb\u200b\u0301", "\x01\x7f\t", " "])
def test_any_text_that_can_be_stored_is_stored_as_it_is(database: Database, raw: str) -> None:
    bare = Extraction(extractor=extraction().extractor, source=databases.source(raw))
    with database.writing() as connection:
        saved = speeches.save(connection, raw, bare, title=raw, source_url=raw)
    with database.reading() as connection:
        assert speeches.get_text(connection, saved.speech_id) == raw
        assert speeches.get(connection, saved.speech_id).source_url == raw


@pytest.mark.parametrize(("raw", "offset", "name"), [("甲乙\x00丙", 2, "U+0000"), ("甲\ud800", 1, "U+D800"), ("\udfff", 0, "U+DFFF")])
def test_what_no_database_keeps_is_refused_with_its_place(database: Database, raw: str, offset: int, name: str) -> None:
    with database.writing() as connection:
        with pytest.raises(UnstorableText, match=rf"text holds {name.replace('+', '[+]')} at offset {offset},") as caught:
            speeches.find(connection, raw)
        assert (caught.value.field, caught.value.offset) == ("text", offset)
        with pytest.raises(UnstorableText, match="title"):
            speeches.save(connection, SPEECH, extraction(), title=raw)
        with pytest.raises(UnstorableText, match="source_url"):
            speeches.save(connection, SPEECH, extraction(), source_url=raw)
    save(database)
    with database.writing() as connection:
        with pytest.raises(UnstorableText, match="progress"):
            followup.update_followup(connection, 1, FollowUp.model_construct({"progress"}, progress=raw))
    assert rows(database, tables.Obligation)[0]["version"] == 1


def test_the_extraction_of_another_text_is_refused(database: Database) -> None:
    with database.writing() as connection, pytest.raises(ValueError, match="of another text"):
        speeches.save(connection, "别的讲话", extraction())


# All or nothing, once


def test_the_same_text_is_stored_once(database: Database) -> None:
    first = save(database)
    again = save(database, rules="other")
    assert first.created and again == speeches.Saved(first.speech_id, first.run_id, created=False)
    assert len(rows(database, tables.Speech)) == len(rows(database, tables.Run)) == 1
    with database.reading() as connection:
        assert speeches.find(connection, SPEECH) == again
        assert speeches.find(connection, SPEECH + " ") is None


def test_a_failure_leaves_nothing(database: Database) -> None:
    broken = extraction().model_copy(update={"deadlines": extraction().deadlines[:2]})
    with pytest.raises(KeyError), database.writing() as connection:
        speeches.save(connection, SPEECH, broken)
    for table in (tables.Speech, tables.Run, tables.Item, tables.Obligation, tables.Party, tables.Department):
        assert rows(database, table) == []
    assert numbers(database, Filter(q="排查")) == []
    assert save(database).created


def test_many_writers_store_each_text_once_without_an_error(database: Database) -> None:
    texts = [f"{SPEECH}第{number % 20}稿" for number in range(80)]

    def store(raw: str) -> bool:
        return database.write(lambda connection: speeches.save(connection, raw, extraction(raw))).created

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(store, texts))
    assert sum(created) == len(rows(database, tables.Speech)) == 20
    assert len(rows(database, tables.Obligation)) == 100
    with database.reading() as connection:
        assert stats.totals(connection).obligations == obligations.count(connection, Filter(q="排查 完成")) * 5 == 100


def test_work_that_fails_costs_no_other_work_of_its_transaction(database: Database) -> None:
    def store(connection: sa.Connection, number: int) -> int:
        raw = f"{SPEECH}第{number}稿"
        saved = speeches.save(connection, raw, extraction(raw))
        if number % 3 == 0:
            raise RuntimeError(number)
        return saved.speech_id

    outcomes = database.write_together([partial(store, number=number) for number in range(30)])
    failed = {number for number, outcome in enumerate(outcomes) if outcome.error}
    assert failed == set(range(0, 30, 3)) and all(type(one.error) is RuntimeError for one in outcomes if one.error)
    kept = {outcome.result for outcome in outcomes if not outcome.error}
    assert {row["id"] for row in rows(database, tables.Speech)} == kept and len(kept) == 20
    with database.reading() as connection:
        assert obligations.count(connection, Filter(q="集中隔离")) == 20


def test_processes_write_side_by_side(dialect: str, tmp_path: Path) -> None:
    url = databases.new_url(dialect, tmp_path)
    if dialect == "postgresql":
        databases.upgrade(url)
    code = (
        "import sys; from models.engine import open_database; from models.store import speeches\n"
        "from tests.databases import SPEECH, extraction\n"
        "database = open_database(sys.argv[1])\n"
        "for number in range(30):\n"
        "    raw = f'{SPEECH}第{number}稿'\n"
        "    with database.writing() as connection: speeches.save(connection, raw, extraction(raw))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [process.communicate(timeout=120)[1] for process in running]
    assert errors == [""] * 4
    database = open_database(url)
    assert len(rows(database, tables.Speech)) == 30 and len(rows(database, tables.Obligation)) == 150
    database.close()


def test_a_reader_sees_one_state_and_does_not_wait(database: Database) -> None:
    save(database)
    with database.reading() as reader:
        assert obligations.count(reader, Filter()) == 5
        save(database, SPEECH + "二稿")
        assert obligations.count(reader, Filter()) == 5
        assert len(list(itertools.chain(*obligations.stream(reader, Filter(), batch=2)))) == 5
    with database.reading() as reader:
        assert obligations.count(reader, Filter()) == 10


def test_a_deleted_speech_is_gone_with_all_its_records(database: Database) -> None:
    saved = save(database)
    with database.writing() as connection:
        access.remember(connection, "key", "k1", "f", saved)
        speeches.remove(connection, saved.speech_id, actor="张三")
    for table in tables.Base.metadata.sorted_tables:
        if table.name not in ("departments", "department_aliases", "audit"):
            with database.reading() as connection:
                assert connection.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0, table.name
    with database.reading() as connection:
        [_, deleted] = audit.history(connection, "speech", saved.speech_id)
        with pytest.raises(NotFound, match=f"no speech {saved.speech_id}"):
            speeches.get(connection, saved.speech_id)
    assert (deleted.actor, deleted.action, deleted.before["obligations"]) == ("张三", "delete", 5)
    assert SPEECH[:10] not in json.dumps([deleted.before, deleted.after], ensure_ascii=False)
    assert save(database).speech_id > saved.speech_id  # a number is never given again


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO department_aliases (alias, department_id) VALUES ('卫健局', 999)",
        "INSERT INTO departments (canonical, type) VALUES ('教育局', 'department')",
        "INSERT INTO departments (canonical, type) VALUES ('某局', 'ministry')",
        "UPDATE obligations SET modality = 'maybe'",
        "UPDATE obligations SET status = '完成'",
        "UPDATE obligations SET completion = 101",
        "UPDATE obligations SET item_id = 999",
        'UPDATE obligations SET start = "end" + 1',
        "UPDATE obligation_parties SET role = 'boss'",
        "UPDATE items SET function = 'perhaps'",
        "UPDATE deadlines SET kind = 'soon'",
        "UPDATE quarantine_rules SET measure = '休息'",
        "UPDATE speeches SET date = NULL",
        "DELETE FROM departments",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(database: Database, statement: str) -> None:
    save(database)
    with pytest.raises(sa.exc.IntegrityError), database.writing() as connection:
        connection.exec_driver_sql(statement)


# Finding


def filled(database: Database) -> None:
    with database.writing() as connection:
        departments.seed(connection, DIRECTORY)
    save(database)
    with database.writing() as connection:
        followup.update_followup(connection, 2, FollowUp(status="办理中"))


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"departments": ("卫健局",)}, [0]),
        ({"departments": ("卫健部门",)}, [0]),
        ({"departments": ("卫生健康委",)}, [0]),
        ({"departments": ("卫健局", "各乡镇", "教体局")}, [0, 1, 2]),
        ({"departments": ("民政局",)}, []),
        ({"departments": ("民政局", "各乡镇")}, [1, 2]),
        ({"departments": ("卫健\x00局",)}, []),
        ({"departments": ("卫健局",), "role": "lead"}, [0]),
        ({"departments": ("卫健局",), "role": "support"}, []),
        ({"role": "responsible"}, [1, 2, 4]),
        ({"modality": "prohibit"}, [2]),
        ({"modality": "require"}, [0, 1, 3, 4]),
        ({"modality": "encourage"}, []),
        ({"due_before": dt.datetime(2022, 7, 1)}, []),
        ({"due_before": dt.datetime(2022, 7, 1, 0, 1)}, [0]),
        ({"due_after": dt.datetime(2022, 7, 1)}, [0]),
        ({"due_after": dt.datetime(2022, 7, 1, 0, 1)}, []),
        ({"departments": ("卫健局",), "due_after": dt.datetime(2022, 6, 1)}, [0]),
        ({"has_deadline": True}, [0, 1, 4]),
        ({"has_deadline": False}, [2, 3]),
        ({"has_deadline": False, "due_after": dt.datetime(2022, 1, 1)}, []),
        ({"speech": 1}, [0, 1, 2, 3, 4]),
        ({"speech": 2}, []),
        ({"speech": 10**30}, []),
        ({"speech": -1}, []),
        ({"function": "directive"}, [0, 1, 2, 3, 4]),
        ({"function": "other"}, []),
        ({"status": "办理中"}, [1]),
        ({"status": "待签收"}, [0, 2, 3, 4]),
        ({"q": "各乡镇 行动"}, [1]),
        ({"q": "各乡镇", "status": "待签收"}, []),
        ({"q": "严禁", "departments": ("各乡镇",), "modality": "prohibit", "speech": 1}, [2]),
    ],
)
def test_each_filter_constrains(database: Database, wanted: dict[str, Any], expected: list[int]) -> None:
    filled(database)
    for ordering in ORDERINGS:
        assert sorted(numbers(database, Filter(**wanted), ordering)) == expected, ordering
    with database.reading() as connection:
        assert obligations.count(connection, Filter(**wanted)) == len(expected)
        assert obligations.count(connection, Filter(**wanted), at_most=1) == min(1, len(expected))
        spread = obligations.facets(connection, Filter(**wanted))
        assert {name: sum(values.values()) for name, values in spread.items()} == dict.fromkeys(spread, len(expected))


def many(database: Database, count: int = 12) -> None:
    """Speeches whose obligations have dates in both orders, some alike."""
    with database.writing() as connection:
        departments.seed(connection, DIRECTORY)
        for number in range(count):
            raw = f"{SPEECH}第{number}稿"
            one = extraction(raw)
            due = f"2022-07-{1 + number * 7 % 5:02}T00:00"
            first = replace(one.deadlines[0], due=due)
            speeches.save(connection, raw, one.model_copy(update={"deadlines": (first, *one.deadlines[1:])}))


@pytest.mark.parametrize(("few", "probe", "ahead"), [(0, 0, (1, 0)), (0, 400, (4, 60_000)), (2000, 400, (2000, 60_000))])
@pytest.mark.parametrize(
    "wanted",
    [Filter(), Filter(departments=("卫健局",)), Filter(departments=("卫健局", "各乡镇")), Filter(q="排查"),
     Filter(q="行动"), Filter(modality="prohibit"), Filter(has_deadline=True, role="lead"), Filter(speech=3),
     Filter(due_after=dt.datetime(2022, 7, 2)), Filter(departments=("各乡镇",), q="聚集"),
     Filter(departments=("卫健局", "各乡镇"), q="行动")],
    ids=str,
)  # fmt: skip
def test_pages_forth_and_back_give_each_row_once_in_order(
    database: Database, wanted: Filter, few: int, probe: int, ahead: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # With 0 no filter counts as one that few rows match, so that each query starts at the index of its order, and
    # nothing is found by looking ahead for words.
    monkeypatch.setattr(filters, "FEW", few)
    monkeypatch.setattr(filters, "PROBE", probe)
    monkeypatch.setattr(filters, "WINDOW", ahead[0])
    monkeypatch.setattr(filters, "MOST_AHEAD", ahead[1])
    many(database)
    for ordering in ORDERINGS:
        read_all_ways(database, wanted, ordering)


def read_all_ways(database: Database, wanted: Filter, ordering: str) -> None:
    def keys(page: Page[Any]) -> list[tuple[Any, ...]]:
        return [(view.due_at or dt.datetime.max, view.id) for view in page.results]

    with database.reading() as connection:

        def get(cursor: str | None, limit: int) -> Page[Any]:
            return obligations.page(connection, wanted, ordering=ordering, cursor=cursor, limit=limit)

        everything = keys(get(None, 1000))
        by = (lambda key: key) if "due" in ordering else (lambda key: key[1])
        assert everything == sorted(everything, key=by, reverse=ordering.startswith("-"))
        assert len(everything) == obligations.count(connection, wanted) > 0
        for limit in (1, 7):
            page = get(None, limit)
            assert page.previous is None
            forth = keys(page)
            while page.next:
                page = get(page.next, limit)
                forth += keys(page)
            back = keys(page)
            while page.previous:
                page = get(page.previous, limit)
                back = keys(page) + back
            assert forth == back == everything
        streamed = itertools.chain(*obligations.stream(connection, wanted, ordering=ordering, batch=5))
        assert [view.id for view in streamed] == [key[1] for key in everything]


@pytest.mark.parametrize(
    "wanted",
    [{"departments": ("卫健局",)}, {"departments": ("卫健局",), "role": "lead"}, {"q": "排查"}, {"q": "行"}, {"status": "超期"},
     {"modality": "prohibit"}, {"function": "other"}, {"speech": 3}, {"due_after": dt.datetime(2022, 7, 2)}, {"role": "lead"}],
    ids=str,
)  # fmt: skip
def test_no_filter_reads_a_whole_table(database: Database, wanted: dict[str, Any]) -> None:
    many(database)
    plan: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "LIMIT" in statement:
            word = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
            plan.extend(row[-1] for row in connection.exec_driver_sql(word + statement, values))

    with database.reading() as connection:
        if not database.is_sqlite:  # of twelve speeches a whole table is read fastest; can an index be used?
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        sa.event.listen(database.engine, "before_cursor_execute", explain)
        obligations.page(connection, Filter(**wanted))
        sa.event.remove(database.engine, "before_cursor_execute", explain)
    assert plan
    for line in plan:
        assert "Seq Scan" not in line
        assert not line.startswith("SCAN") or "VIRTUAL TABLE INDEX" in line or "SUBQUERY" in line or "anon_" in line, plan
    if "departments" in wanted:
        assert any("PRIMARY KEY (department_id=?" in line or "pk_obligation_departments" in line for line in plan)


def test_pages_stay_stable_while_speeches_are_added(database: Database) -> None:
    many(database, 4)
    with database.reading() as connection:
        first = obligations.page(connection, Filter(q="排查"), ordering="-id", limit=2)
    save(database, SPEECH + "新稿")
    with database.reading() as connection:
        second = obligations.page(connection, Filter(q="排查"), ordering="-id", limit=2, cursor=first.next)
        again = obligations.page(connection, Filter(q="排查"), ordering="-id", limit=2, cursor=second.previous)
    assert [view.id for view in first.results + second.results] == [16, 11, 6, 1]
    assert [view.id for view in again.results] == [16, 11]


BAD_CURSORS = ("", "x", "%00", "\x00", "é", "bnVsbA", "WyJpZCIsMCwwLFsxXV0x", "WyJpZCIsOSwwLFsxXV0", "WyJpZCIsMCwwLFsiYSJdXQ",
               "WyJpZCIsMCwwLFsxLDJdXQ", "WyJpZCIsMCwwLFsxMDAwMDAwMDAwMDAwMDAwMDAwMDAwMF1d", "W1tbW1tbW1tbW1tbW1tb",
               "WyJpZCIsMCwwLFt0cnVlXV0", "' OR 1=1 --")  # fmt: skip


@pytest.mark.parametrize("cursor", BAD_CURSORS[1:])
def test_a_cursor_of_somebody_else_is_refused(database: Database, cursor: str) -> None:
    filled(database)
    with database.reading() as connection:
        for ordering in ORDERINGS:
            with pytest.raises(BadFilter, match="^cursor: "):
                obligations.page(connection, Filter(), ordering=ordering, cursor=cursor)
        for listing in (speeches.page, quarantine.page):
            with pytest.raises(BadFilter, match="^cursor: "):
                listing(connection, cursor=cursor)
        with pytest.raises(BadFilter, match="^cursor: "):
            directives.page(connection, Filter(), cursor=cursor)
        other = obligations.page(connection, Filter(), ordering="due", limit=1).next
        with pytest.raises(BadFilter, match="^cursor: "):
            obligations.page(connection, Filter(), ordering="id", cursor=other)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda c: obligations.page(c, Filter(), ordering="id; DROP TABLE speeches"), "ordering"),
        (lambda c: obligations.page(c, Filter(), limit=0), "limit"),
        (lambda c: obligations.page(c, Filter(), limit=10**9), "limit"),
        (lambda _: Filter(role="boss"), "role"),
        (lambda _: Filter(modality="maybe"), "modality"),
        (lambda _: Filter(status="完成"), "status"),
        (lambda _: Filter(function="x"), "function"),
        (lambda c: quarantine.page(c, measure="休息"), "measure"),
        (lambda c: speeches.page(c, ordering="title"), "ordering"),
        (lambda c: directives.page(c, Filter(), ordering="due"), "ordering"),
        (lambda c: access.create_key(c, "甲", "root"), "role"),
    ],
)
def test_what_means_nothing_is_refused_by_name(database: Database, make: Any, field: str) -> None:
    with database.writing() as connection, pytest.raises(BadFilter) as caught:
        make(connection)
    assert caught.value.field == field and caught.value.chinese.startswith(f"{field}：")


@pytest.mark.parametrize("number", [0, -1, 999, 2**63, 10**40])
def test_a_number_without_a_record_is_not_found(database: Database, number: int) -> None:
    with database.writing() as connection:
        for act in (
            speeches.get, speeches.get_text, speeches.get_extraction, speeches.runs, speeches.remove, obligations.get,
            directives.get, lambda c, n: followup.update_followup(c, n, FollowUp()),
            lambda c, n: followup.correct(c, n, Correction()), lambda c, n: rerun.reextract(c, n, extraction()),
        ):  # fmt: skip
            with pytest.raises(NotFound, match=str(number)):
                act(connection, number)


def test_speeches_are_found_by_title_and_by_what_they_demand(database: Database) -> None:
    with database.writing() as connection:
        speeches.save(connection, SPEECH, extraction(), title="在春耕 会议上的讲话")
        speeches.save(connection, SPEECH + "二稿", extraction(SPEECH + "二稿"))
    with database.reading() as connection:

        def found(q: str | None) -> list[int]:
            return [view.id for view in speeches.page(connection, q=q).results]

        assert found(None) == found("集中隔离") == found("行动 立即") == [2, 1]
        assert found("春耕会议") == [1] and found("推进会") == [2]
        assert found("春耕 推进") == found("不存在") == found("\x00") == []
        first = speeches.page(connection, limit=1)
        second = speeches.page(connection, limit=1, cursor=first.next)
        assert (second.results[0].id, second.next) == (1, None)
        assert speeches.page(connection, limit=1, cursor=second.previous) == first


# Directives


def test_a_directive_holds_its_own_obligations_and_those_below(database: Database) -> None:
    filled(database)
    with database.reading() as connection:
        first, below, last = directives.page(connection, Filter()).results
        assert directives.get(connection, below.id) == below
    assert (first.label, first.heading, first.path, first.speech_title) == ("一", "强化排查", "1", "县长在全县工作推进会上的讲话")
    assert first.text == SPEECH[first.start : first.end] and first.text.startswith("一、强化排查。")
    assert [[one.number for one in each.obligations] for each in (first, below, last)] == [[0, 1, 2, 3], [1, 2, 3], [4]]
    assert [party.canonical for party in first.parties] == ["卫生健康委", "教育局", "各乡镇", "各乡镇"]
    assert [limit.text for limit in first.deadlines] == ["6月30日前", "立即"]
    assert below.parent_id == first.id


@pytest.mark.parametrize("batch", [3, 500])
@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (Filter(), ["一", "一（一）", "二"]),
        (Filter(departments=("卫健局",)), ["一"]),
        (Filter(departments=("各乡镇",)), ["一", "一（一）"]),
        (Filter(q="报送"), ["二"]),
        (Filter(modality="require"), ["一", "一（一）", "二"]),
        (Filter(modality="encourage"), []),
    ],
    ids=str,
)
def test_directives_by_what_stands_under_them(
    database: Database, wanted: Filter, labels: list[str], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directives, "BATCH", batch)
    many(database, 4)
    with database.reading() as connection:
        for ordering in ("text", "-text"):
            expected = [(speech, label) for speech in range(1, 5) for label in labels]
            expected = expected if ordering == "text" else expected[::-1]
            page = directives.page(connection, wanted, ordering=ordering, limit=2)
            forth = [(view.speech_id, view.label) for view in page.results]
            while page.next:
                page = directives.page(connection, wanted, ordering=ordering, limit=2, cursor=page.next)
                forth += [(view.speech_id, view.label) for view in page.results]
            back = [(view.speech_id, view.label) for view in page.results]
            while page.previous:
                page = directives.page(connection, wanted, ordering=ordering, limit=2, cursor=page.previous)
                back = [(view.speech_id, view.label) for view in page.results] + back
            assert forth == back == expected


# Departments


def test_the_directory_follows_its_rows_and_records_add_to_it(database: Database) -> None:
    filled(database)
    with database.writing() as connection:
        departments.seed(connection, [DepartmentRow("卫生健康委", ("卫健局", "疾控局"), "body"), *DIRECTORY[1:]])
        departments.seed(connection, [DepartmentRow("卫生健康委", ("卫健局", "疾控局"), "body"), *DIRECTORY[1:]])
    with database.reading() as connection:
        listed = {view.canonical: view for view in departments.page(connection)}
        assert [view.canonical for view in departments.page(connection, limit=2)] == sorted(listed)[:2]
        assert [view.canonical for view in departments.page(connection, after=sorted(listed)[1])] == sorted(listed)[2:]
        assert [view.canonical for view in departments.page(connection, type="territory")] == ["各乡镇"]
    assert sorted(listed) == ["卫生健康委", "各乡镇", "商务局", "教育局"]
    health = listed["卫生健康委"]
    assert (health.type, health.aliases, health.obligations, health.roles) == ("body", ["卫健局", "疾控局"], 1, {"lead": 1})
    assert listed["各乡镇"].obligations == 2
    assert numbers(database, Filter(departments=("疾控局",))) == [0] and numbers(database, Filter(departments=("卫健部门",))) == []


def test_one_alias_cannot_mean_two_departments(database: Database) -> None:
    with database.writing() as connection, pytest.raises(BadFilter, match="教体局 is an alias of both 教育局 and 体育局"):
        departments.seed(connection, [*DIRECTORY, DepartmentRow("体育局", ("教体局",), "department")])


def test_a_name_that_records_used_before_it_became_an_alias_finds_both(database: Database) -> None:
    save(database)
    with database.writing() as connection:
        departments.seed(connection, [DepartmentRow("商务厅", ("商务局",), "department")])
        followup.correct(connection, 1, Correction(parties=(PartyCorrection(name="商务厅"),)))
    for ordering in ORDERINGS:
        assert sorted(numbers(database, Filter(departments=("商务局",)), ordering)) == [0, 4]


# Quarantine rules


def quarantine_speech(database: Database, date: str | None, days: int, number: int) -> None:
    raw = f"{SPEECH}第{number}稿"
    one = extraction(raw, date=date)
    [rule] = one.quarantine_rules
    abroad = replace(rule, id="q2", origin=None, days=21)
    rules = (replace(rule, days=days), *((abroad,) if number == 1 else ()))
    with database.writing() as connection:
        speeches.save(connection, raw, one.model_copy(update={"quarantine_rules": rules}))


def test_a_population_is_found_however_its_letters_are_written(database: Database) -> None:
    raw = f"{SPEECH}来自Ｂ１区的人员居家隔离。"
    one = extraction(raw)
    [rule] = one.quarantine_rules
    rule = replace(rule, population=span(raw, "来自Ｂ１区的人员"))
    with database.writing() as connection:
        speeches.save(connection, raw, one.model_copy(update={"quarantine_rules": (rule,)}))
    with database.reading() as connection:
        for words, found in (("b1区 人员", 1), ("Ｂ１区", 1), ("b2区", 0), ("'", 0), ("\0", 0), ("", 1)):
            assert len(quarantine.page(connection, population=words).results) == found, words


def test_which_rule_was_in_force_on_a_day(database: Database) -> None:
    quarantine_speech(database, "2022-07-01", 7, 2)  # stored first, though given later
    quarantine_speech(database, "2022-01-01", 14, 1)
    quarantine_speech(database, None, 3, 3)
    quarantine_speech(database, "2022-12-01", 5, 4)

    def days(day: dt.date | None, **more: Any) -> list[int | None]:
        with database.reading() as connection:
            return [view.days for view in quarantine.page(connection, in_force=day, **more).results]

    assert days(dt.date(2021, 12, 31)) == []
    assert days(dt.date(2022, 1, 1)) == days(dt.date(2022, 6, 30)) == [14, 21]
    assert days(dt.date(2022, 7, 1)) == days(dt.date(2022, 11, 30)) == [7, 21]
    assert days(dt.date(2022, 12, 1)) == [21, 5]
    assert days(None) == [7, 14, 21, 3, 5]
    assert days(dt.date(2022, 12, 1), origin="high", measure="集中隔离") == [5]
    assert days(None, population="高风险 来人", speech=1) == [7] and days(None, population="低风险") == []
    assert days(None, speech=10**30) == [] and days(None, population="\x00") == []
    with database.reading() as connection:
        page = quarantine.page(connection, limit=2)
        assert [view.days for view in quarantine.page(connection, limit=2, cursor=page.next).results] == [21, 3]
        first = page.results[0]
    assert (first.since, first.until, first.replaced_by) == (dt.date(2022, 7, 1), dt.date(2022, 12, 1), 4)


# Follow-up and corrections


def test_a_follow_up_raises_the_version_and_is_audited(database: Database) -> None:
    save(database)
    with database.writing() as connection:
        view = followup.update_followup(
            connection, 1, FollowUp(status="办理中", progress="已部署", completion=40), version=1, actor="张三"
        )
    assert (view.version, view.status, view.progress, view.completion, view.closed_on) == (2, "办理中", "已部署", 40, None)
    with database.writing() as connection:
        view = followup.update_followup(connection, 1, FollowUp(progress=None, closed_on=dt.date(2022, 6, 9)), version=2)
        assert (view.version, view.status, view.progress, view.completion) == (3, "办理中", None, 40)
        first, second = audit.history(connection, "obligation", 1)
    assert (first.actor, first.action) == ("张三", "follow up")
    assert first.before == {"status": "待签收", "progress": None, "completion": None}
    assert first.after == {"status": "办理中", "progress": "已部署", "completion": 40}
    assert second.after == {"progress": None, "closed_on": "2022-06-09"}
    assert numbers(database, Filter(status="办理中")) == [0]


def test_who_comes_second_is_refused(database: Database) -> None:
    save(database)
    barrier = threading.Barrier(8)

    def change(number: int) -> str:
        barrier.wait()
        try:
            with database.writing() as connection:
                followup.update_followup(connection, 1, FollowUp(completion=number), version=1)
        except VersionConflict as error:
            return f"now {error.current}"
        return "first"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(change, range(8)))
    assert answers == ["first", *["now 2"] * 7]
    with database.reading() as connection:
        assert len(audit.history(connection, "obligation", 1)) == 1
        assert obligations.get(connection, 1).version == 2


@pytest.mark.parametrize(
    "change",
    [{"status": "完成"}, {"status": None}, {"completion": 101}, {"completion": "40"}, {"completion": True}, {"progress": 5},
     {"closed_on": "昨天"}, {"modality": "require"}, {"progress": "字" * 20_001}],
)  # fmt: skip
def test_a_follow_up_that_means_nothing_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FollowUp(**change)


def test_a_correction_replaces_is_found_and_is_locked(database: Database) -> None:
    filled(database)
    correction = Correction(
        modality="prohibit",
        parties=(PartyCorrection(name="教体局", role="lead"), PartyCorrection(name="团县委", type="all")),
        deadlines=(DeadlineCorrection(text="7月底前", value="2022-07-31"), DeadlineCorrection(text="立即", kind="immediate")),
    )
    with database.writing() as connection:
        view = followup.correct(connection, 1, correction, version=1, actor="张三")
    assert [(party.canonical, party.role, party.type, party.start) for party in view.parties] == [
        ("教育局", "lead", "department", None), ("团县委", "responsible", "all", None),
    ]  # fmt: skip
    assert [(limit.text, limit.due, limit.start) for limit in view.deadlines] == [
        ("7月底前", "2022-08-01T00:00", None), ("立即", None, None),
    ]  # fmt: skip
    assert (view.modality, view.due_at, view.locked) == ("prohibit", dt.datetime(2022, 8, 1), ["deadlines", "modality", "parties"])
    assert numbers(database, Filter(departments=("卫健局",))) == []
    assert numbers(database, Filter(departments=("教育局",), role="lead", due_after=dt.datetime(2022, 8, 1))) == [0]
    assert numbers(database, Filter(departments=("团县委",)), "due") == [0]
    with database.writing() as connection:
        view = followup.correct(connection, 1, Correction(deadlines=()))
        [_, second] = audit.history(connection, "obligation", 1)
    assert (view.deadlines, view.due_at) == ([], None)
    assert second.before == {"deadlines": [["by", "7月底前", "2022-07-31", "2022-08-01T00:00"], ["immediate", "立即", None, None]]}
    assert numbers(database, Filter(has_deadline=True)) == [1, 4]
    assert len(rows(database, tables.Deadline)) == 3  # those of the text


@pytest.mark.parametrize("value", ["6月", "2022-13-01", "9999-12-31", "2022-06-30T25:00"])
def test_a_corrected_date_must_be_one(database: Database, value: str) -> None:
    save(database)
    with pytest.raises(BadFilter, match="^deadlines: "), database.writing() as connection:
        followup.correct(connection, 1, Correction(deadlines=(DeadlineCorrection(text="某日前", value=value),)))
    assert rows(database, tables.Obligation)[0]["version"] == 1


# New runs over stored speeches


def changed(**obligation: Any) -> Extraction:
    """SPEECH as newer rules see it: the first obligation is changed as asked, the fifth is not found any more."""
    one = extraction(rules="r2")
    first = replace(one.obligations[0], **obligation)
    return one.model_copy(update={"obligations": (first, *one.obligations[1:4])})


def test_a_new_run_replaces_the_records_keeps_the_old_run_and_tells_what_changed(database: Database) -> None:
    saved = save(database)
    with database.writing() as connection:
        assert speeches.outdated(connection, "r2") == [1] and speeches.outdated(connection, "r1") == []
        result = rerun.reextract(connection, 1, changed(modality="encourage", deadlines=()), actor="系统")
        assert speeches.outdated(connection, "r2") == []
    assert (result.added, result.removed, result.proposed) == ([], [5], [])
    assert [(change.obligation_id, change.field, change.before, change.after) for change in result.changed] == [
        (1, "modality", "require", "encourage"),
        (1, "deadlines", [["by", "6月30日前", "2022-06-30", "2022-07-01T00:00"]], []),
    ]
    with database.reading() as connection:
        view = obligations.get(connection, 1)
        assert (view.modality, view.deadlines, view.due_at, view.version) == ("encourage", [], None, 2)
        assert obligations.get(connection, 2).version == 1
        assert [run.rules for run in speeches.runs(connection, 1)] == ["r2", "r1"]
        assert Extraction.model_validate_json(speeches.get_extraction(connection, 1, saved.run_id)) == extraction()
        assert speeches.get(connection, 1).obligations == 4
        assert [view.number for view in obligations.page(connection, Filter(q="报送")).results] == []
    assert numbers(database, Filter(q="完成排查")) == [0]
    assert numbers(database, Filter(has_deadline=True)) == [1]


def test_the_same_run_again_changes_nothing(database: Database) -> None:
    saved = save(database)
    before = {table: rows(database, table) for table in (tables.Obligation, tables.Item, tables.Run, tables.Audit)}
    with database.writing() as connection:
        assert rerun.reextract(connection, 1, extraction()) == rerun.Changes(saved.run_id)
    assert {table: rows(database, table) for table in before} == before


def test_a_new_run_with_the_same_records_keeps_all_numbers(database: Database) -> None:
    save(database)
    kept = (tables.Obligation, tables.Item, tables.Party, tables.QuarantineRule, tables.ObligationParty, tables.Noise)
    before = {table: rows(database, table) for table in kept}
    with database.writing() as connection:
        result = rerun.reextract(connection, 1, extraction(rules="r2"))
    assert (result.added, result.removed, result.changed, result.proposed) == ([], [], [], [])
    assert {table: sorted(rows(database, table), key=repr) for table in kept} == {
        table: sorted(lines, key=repr) for table, lines in before.items()
    }
    with database.reading() as connection:
        assert obligations.page(connection, Filter(q="集中隔离", departments=())).results[0].id == 4


def test_a_corrected_field_is_proposed_not_overwritten(database: Database) -> None:
    filled(database)
    with database.writing() as connection:
        followup.correct(connection, 1, Correction(parties=(PartyCorrection(name="民政局"),), modality="prohibit",
                                                   deadlines=(DeadlineCorrection(text="7月底前", value="2022-07-31"),)))  # fmt: skip
        result = rerun.reextract(connection, 1, changed(modality="encourage"))
    assert result.changed == [] and {change.field for change in result.proposed} == {"modality", "parties", "deadlines"}
    with database.reading() as connection:
        view = obligations.get(connection, 1)
    assert (view.modality, [party.canonical for party in view.parties]) == ("prohibit", ["民政局"])
    assert [limit.text for limit in view.deadlines] == ["7月底前"] and view.due_at == dt.datetime(2022, 8, 1)
    assert view.proposal == {
        "modality": "encourage",
        "parties": [["卫生健康委", "lead"], ["教育局", "support"]],
        "deadlines": [["by", "6月30日前", "2022-06-30", "2022-07-01T00:00"]],
    }
    assert numbers(database, Filter(departments=("民政局",), due_after=dt.datetime(2022, 8, 1))) == [0]
    with database.writing() as connection:
        # The person agrees with one proposal, and leaves another field to the rules.
        view = followup.correct(connection, 1, Correction(modality="encourage", parties=None))
        assert set(view.proposal or {}) == {"deadlines"} and view.locked == ["deadlines", "modality"]
        result = rerun.reextract(connection, 1, extraction(rules="r3"))
        view = obligations.get(connection, 1)
    assert [party.canonical for party in view.parties] == ["卫生健康委", "教育局"] and view.modality == "encourage"
    assert view.proposal is not None and view.proposal["modality"] == "require"


def test_an_obligation_that_people_worked_on_is_not_deleted(database: Database) -> None:
    save(database)
    with database.writing() as connection:
        followup.update_followup(connection, 5, FollowUp(progress="每周已报"))
        result = rerun.reextract(connection, 1, changed())
        view = obligations.get(connection, 5)
    assert result.removed == [] and [(change.obligation_id, change.field) for change in result.proposed] == [(5, "removed")]
    assert view.progress == "每周已报" and view.proposal == {"removed": True}
    assert [party.canonical for party in view.parties] == ["商务局"] and [limit.text for limit in view.deadlines] == ["每周五前"]
    assert numbers(database, Filter(departments=("商务局",))) == [4]
    with database.writing() as connection:  # found again by the next rules
        rerun.reextract(connection, 1, extraction(rules="r3"))
        view = obligations.get(connection, 5)
    assert (view.proposal, view.label, view.progress) == (None, "二", "每周已报")


def test_a_sentence_that_is_cut_otherwise_is_still_the_same_one(database: Database) -> None:
    save(database)
    one = extraction(rules="r2")
    longer = databases.span(SPEECH, "县卫健局牵头，县教育局配合，6月30日前完成排查。\n（一）压实责任。")
    moved = replace(one.obligations[0], span=longer)
    with database.writing() as connection:
        result = rerun.reextract(connection, 1, one.model_copy(update={"obligations": (moved, *one.obligations[1:])}))
    assert (result.added, result.removed) == ([], []) and [change.field for change in result.changed] == ["text"]
    assert numbers(database, Filter(q="完成排查 压实责任")) == [0]


# Keys, repeated requests, totals


def test_a_key_opens_until_it_is_revoked_and_is_not_stored(database: Database) -> None:
    with database.writing() as connection:
        assert not access.any_key(connection)
        view, key = access.create_key(connection, "台账系统", "reader", actor="张三")
        assert access.any_key(connection) and access.keys(connection) == [view]
    with database.reading() as connection:
        assert access.authenticate(connection, key) == view
        for wrong in ("", "duban", "duban__", key[:-1], key + "0", key[:-1] + ("0" if key[-1] != "0" else "1"), key.upper(),
                      f"duban_{view.prefix}_{'0' * 70}", "duban_\x00_x", "duban_卫_健", "\ud800"):  # fmt: skip
            assert access.authenticate(connection, wrong) is None
    secret = key.rsplit("_", 1)[1]
    for table in (tables.ApiKey, tables.Audit):
        assert rows(database, table) and secret not in repr(rows(database, table))
    with database.writing() as connection:
        assert access.revoke_key(connection, view.prefix).revoked_at is not None
        assert access.authenticate(connection, key) is None and not access.any_key(connection)
        with pytest.raises(NotFound):
            access.revoke_key(connection, "ffffffff0")


def test_one_idempotency_key_does_one_thing(database: Database) -> None:
    def post(raw: str, fingerprint: str) -> speeches.Saved:
        def work(connection: sa.Connection) -> speeches.Saved:
            first = access.recall(connection, "甲", "k1", fingerprint)
            if first is not None:
                return first
            saved = speeches.save(connection, raw, extraction(raw))
            return access.remember(connection, "甲", "k1", fingerprint, saved)

        return database.write(work)

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: post(SPEECH, "f1"), range(16)))
    assert answers == {speeches.Saved(1, 1, created=True)} or len(answers) == 1
    with pytest.raises(KeyReused):
        post(SPEECH + "二稿", "f2")
    assert len(rows(database, tables.Speech)) == 1
    with database.writing() as connection:
        assert access.recall(connection, "乙", "k1", "f1") is None
        assert access.forget(connection, dt.datetime(2000, 1, 1)) == 0
        assert access.forget(connection, dt.datetime(2100, 1, 1)) == 1


def test_totals(database: Database) -> None:
    with database.reading() as connection:
        assert stats.totals(connection).obligations == 0
    filled(database)
    with database.reading() as connection:
        totals = stats.totals(connection)
    assert (totals.speeches, totals.directives, totals.obligations, totals.quarantine_rules, totals.departments) == (1, 3, 5, 1, 4)
    assert totals.statuses == {"待签收": 4, "办理中": 1} and totals.modalities == {"require": 4, "prohibit": 1}


def test_a_speech_of_more_records_than_one_statement_takes(database: Database) -> None:
    count = 2_500
    start, found, parties, parts = 0, [], [], []
    for number in range(count):
        name, text = f"局{number % 1500}", f"局{number % 1500}要报{number}。"
        place = databases.Span(start=start, end=start + len(text), text=text)
        mention = databases.Span(start=start, end=start + len(name), text=name)
        parties.append(records.Party(id=f"p{number}", span=mention, canonical=name, type="department", rule="t.x"))
        role = records.PartyRole(party=f"p{number}", role="responsible")
        found.append(records.Obligation(id=f"o{number}", item=None, span=place, modality="require", parties=(role,), rule="t.x"))
        parts.append(text)
        start += len(text)
    raw = "".join(parts)
    large = Extraction(extractor=extraction().extractor, source=databases.source(raw), obligations=tuple(found), parties=tuple(parties))
    with database.writing() as connection:
        saved = speeches.save(connection, raw, large)
    assert numbers(database, Filter(q="报2499")) == [2_499]
    newer = large.model_copy(update={"obligations": tuple(found[:10])})
    with database.writing() as connection:
        assert len(rerun.reextract(connection, saved.speech_id, newer).removed) == count - 10
    with database.writing() as connection:
        speeches.remove(connection, saved.speech_id)
    with database.reading() as connection:
        assert stats.totals(connection).obligations == 0
