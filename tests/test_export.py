"""Stored obligations as tasks of the ledger: the same rows as from the fresh text, whole and once, whatever the filter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import extractor
from api import readers
from api.ledger import tasks
from models import ledger
from models.engine import Database
from models.ledger import Entry
from models.records import Extraction
from models.store import export, followup, obligations, speeches
from models.store.filters import Filter
from models.store.followup import FollowUp

ALL = Filter()
SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*.txt"))

BRACKETS = """全县消费工作方案
一、扩大消费
（一）举办活动。各镇要举办促消费活动。（县商务局牵头，县文旅局配合，10月底前完成）
（二）发放消费券。（责任单位：县财政局；配合单位：县审计局；完成时限：6月底前）
二、稳定生产
（一）开展巡查。各企业要加强巡查，各学校要加强值守。（县应急管理局、县教育局负责）
（二）县公安局要加强夜间巡逻。
"""


def read(text: str) -> Extraction:
    return extractor.extract(text, dt.date(2022, 3, 1))


def save(database: Database, *texts: str) -> None:
    for text in texts:
        with database.writing() as connection:
            speeches.save(connection, text, read(text))


def exported(database: Database, wanted: Filter = ALL, ordering: str = "text") -> list[Entry]:
    mark, found = export.Mark(), []
    with database.reading() as connection:
        while (some := export.following(connection, wanted, ordering, mark)) is not None:
            found += some
    return found


def told(entry: Entry) -> tuple[object, ...]:
    """What a row says."""
    return tuple(next(ledger.rows([entry])))


@pytest.fixture(params=[1, 2, 1000])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.store.export.BATCH", request.param)


def test_brackets_complete_the_task_before_them(database: Database) -> None:
    save(database, BRACKETS)
    rows = list(ledger.rows(exported(database), "分解表"))
    assert [row[2:3] + row[4:7] for row in rows] == [
        ["各镇要举办促消费活动。", "商务局", "各乡镇、文化和旅游局", "10月底前"],
        ["发放消费券。", "财政局", "审计局", "6月底前"],
        ["各企业要加强巡查，各学校要加强值守。", "企业", "学校、应急管理局、教育局", ""],
        ["（二）县公安局要加强夜间巡逻。", "公安局", "", ""],
    ]
    basis = [row[19] for row in ledger.rows(exported(database))]
    assert basis[0] == "各镇要举办促消费活动。（县商务局牵头，县文旅局配合，10月底前完成）"
    assert basis[1] == "发放消费券。（责任单位：县财政局；配合单位：县审计局；完成时限：6月底前）"


@pytest.mark.usefixtures("batch")
def test_stored_tasks_are_those_of_the_fresh_texts(database: Database) -> None:
    texts = [BRACKETS, *(readers.read(str(path)).text for path in SAMPLES[:3])]
    save(database, *texts)
    fresh = list(tasks(("", read(text)) for text in texts))
    for preset in ("分解表", "杭州式"):
        assert list(ledger.rows(exported(database), preset)) == list(ledger.rows(fresh, preset))


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize(
    "wanted",
    [
        Filter(departments=("商务局",)),
        Filter(departments=("审计局",), role="support"),
        Filter(q="促消费"),
        Filter(q="教育局"),
        Filter(has_deadline=True),
        Filter(role="lead"),
        Filter(modality="require"),
        Filter(speech=1),
    ],
)
def test_a_filter_gives_whole_tasks(database: Database, wanted: Filter) -> None:
    save(database, BRACKETS)
    everything = [told(entry) for entry in exported(database)]
    found = [told(entry) for entry in exported(database, wanted)]
    with database.reading() as connection:
        hits = {str(view.id) for view in obligations.page(connection, wanted).results}
    assert found and len(found) <= len(hits)
    assert [row for row in everything if row in found] == found


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize("ordering", ["id", "-id", "due", "-due"])
def test_each_task_comes_once_in_every_order(database: Database, ordering: str) -> None:
    save(database, BRACKETS)
    in_text, ordered = exported(database), exported(database, ordering=ordering)
    assert sorted(map(told, ordered)) == sorted(map(told, in_text))
    if ordering == "due":
        assert [entry.deadlines[0].text for entry in ordered[:2]] == ["6月底前", "10月底前"]


def test_a_task_whose_bracket_has_a_deadline_is_not_without_one(database: Database) -> None:
    save(database, BRACKETS)
    assert [entry.text for entry in exported(database, Filter(has_deadline=False))] == [
        "各企业要加强巡查，各学校要加强值守。", "（二）县公安局要加强夜间巡逻。",
    ]  # fmt: skip


def test_follow_up_entered_at_the_bracket_is_that_of_the_task(database: Database) -> None:
    save(database, BRACKETS)
    with database.reading() as connection:
        bracket = next(v for v in obligations.page(connection, Filter()).results if v.text.startswith("（县商务局"))
    with database.writing() as connection:
        followup.update_followup(connection, bracket.id, FollowUp(status="办理中", progress="已立项"))
    first = exported(database)[0]
    assert (first.text, first.status, first.progress) == ("各镇要举办促消费活动。", "办理中", "已立项")
    assert int(first.record) < bracket.id


def test_an_open_bracket_does_not_swallow_the_rest() -> None:
    text = "一、抓好落实。（各镇要加强巡查。" + "各村要加强值守。" * 30
    groups = list(ledger.grouped(ledger.entries(read(text))))
    assert max(map(len, groups)) <= ledger.MOST_PARTS
    assert sum(map(len, groups)) >= 30


def test_a_bracket_before_the_next_task_does_not_join_the_two() -> None:
    text = "一、抓好落实。" + "各镇要加强巡查。（县公安局牵头）" * 5
    groups = list(ledger.grouped(ledger.entries(read(text))))
    assert len(groups) >= 5


def test_nothing_stored_gives_no_task(database: Database) -> None:
    assert exported(database) == []
