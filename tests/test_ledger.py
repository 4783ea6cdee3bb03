"""The ledger: columns, conventions, exact bytes, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import ledger
from models.engine import Database
from models.ledger import Entry, EntryDeadline, EntryParty
from models.records import Item, Span
from models.store import followup, obligations, speeches
from models.store.filters import Filter
from models.store.followup import Correction, FollowUp
from tests import databases


def entry(*parties: tuple[str, str], deadlines: tuple[EntryDeadline, ...] = (), standing: bool = False,
          kind: str = "department") -> Entry:  # fmt: skip
    return Entry(
        record="1", number=1, speech=7, item=None, start=0, end=5, source="讲话", date=dt.date(2022, 6, 1), section="",
        label="", text="要抓落实。", standing=standing, parties=tuple(EntryParty(name, kind, role) for name, role in parties), deadlines=deadlines,
    )  # fmt: skip


def cells(one: Entry, preset: ledger.Preset = "督办台账") -> dict[str, ledger.Cell]:
    return dict(zip(ledger.header(preset), next(ledger.rows([one], preset)), strict=True))


def test_the_presets_have_the_customary_columns() -> None:
    assert ledger.header("分解表") == "序号 重点任务 工作任务 责任领导 牵头单位 配合单位 完成时限 备注".split()
    assert ledger.header("杭州式") == "序号 重点任务 工作任务 责任领导 责任单位 完成时限 备注".split()
    assert ledger.header() == (
        "序号 督办编号 任务来源 任务类别 工作任务 责任领导 牵头单位 配合单位 责任人 完成时限 时限日期 反馈周期 进展情况 存在问题 "
        "下一步打算 完成率 状态 办结时间 备注 原文依据 段落号 待确认项 记录ID"
    ).split()
    assert ledger.header()[-4:] == list(ledger.HIDDEN)


def test_a_fresh_extraction_gives_this_file() -> None:
    lines = [ledger.header("分解表"), *ledger.rows(ledger.entries(databases.extraction()), "分解表")]
    assert b"".join(ledger.write_csv(lines)) == (
        "\ufeff序号,重点任务,工作任务,责任领导,牵头单位,配合单位,完成时限,备注\r\n"
        "1,强化排查,县卫健局牵头，县教育局配合，6月30日前完成排查。,,卫生健康委,教育局,6月30日前,\r\n"
        "2,强化排查,各乡镇要立即行动。,,各乡镇,,立即,\r\n"
        "3,强化排查,严禁聚集。,,各乡镇,,,\r\n"
        "4,强化排查,对高风险区来人实行14天集中隔离，检测5次。,,,,,\r\n"
        "5,保障供应,商务部门要每周五前报送情况，长期坚持。,,商务局,,长期,\r\n"
    ).encode()


def test_stored_rows_are_those_of_the_extraction_with_the_follow_up(database: Database) -> None:
    with database.writing() as connection:
        speeches.save(connection, databases.SPEECH, databases.extraction())
        followup.update_followup(connection, 1, FollowUp(status="已办结", progress="=已完成", completion=100,
                                                         closed_on=dt.date(2022, 6, 20)))  # fmt: skip
        followup.correct(connection, 2, Correction(parties=()))
    with database.reading() as connection:
        views = obligations.page(connection, Filter()).results
    fresh = list(ledger.entries(databases.extraction()))
    for preset in ("分解表", "杭州式"):
        stored = list(ledger.rows(map(ledger.stored_entry, views), preset))
        expected = list(ledger.rows(fresh, preset))
        assert [stored[0], *stored[2:]] == [expected[0], *expected[2:]]
    first, second = (cells(ledger.stored_entry(view)) for view in views[:2])
    assert first["状态"] == "已办结" and first["完成率"] == "100%" and first["办结时间"] == "2022-06-20"
    assert first["督办编号"] == "督〔2022〕1-1号" and first["记录ID"] == "1" and first["时限日期"] == "2022-06-30"
    assert first["任务来源"] == "县长在全县工作推进会上的讲话（2022年6月1日）"
    assert second["待确认项"] == "责任单位" and second["段落号"] == "一（一）"


@pytest.mark.parametrize(
    ("parties", "lead", "others"),
    [
        ([("甲局", "responsible")], "甲局", ""),
        ([("甲局", "responsible"), ("乙局", "responsible"), ("丙局", "responsible")], "甲局", "乙局、丙局"),
        ([("甲局", "responsible"), ("乙局", "lead"), ("丙局", "support")], "乙局", "甲局、丙局"),
        ([("甲局", "support"), ("乙局", "responsible")], "乙局", "甲局"),
        ([("甲局", "lead"), ("甲局", "support"), ("甲局", "lead")], "甲局", ""),
        ([("甲局", "support")], "", "甲局"),
        ([], "", ""),
    ],
)
def test_who_stands_where(parties: list[tuple[str, str]], lead: str, others: str) -> None:
    row = cells(entry(*parties))
    assert (row["牵头单位"], row["配合单位"]) == (lead, others)
    assert cells(entry(*parties), "杭州式")["责任单位"] == "、".join(filter(None, (lead, others)))


def test_posts_are_persons_not_units_and_overseers_are_remarks() -> None:
    row = cells(entry(("主要领导", "responsible"), ("网格员", "responsible"), ("乡镇长", "lead"), kind="post"))
    assert (row["责任领导"], row["责任人"], row["牵头单位"]) == ("主要领导、乡镇长", "网格员", "")
    assert row["待确认项"] == "完成时限"
    assert cells(entry(("纪委监委", "supervise")))["备注"] == "督导：纪委监委"


@pytest.mark.parametrize(
    ("due", "day"),
    [
        (dt.datetime(2022, 7, 1), "2022-06-30"),
        (dt.datetime(2022, 3, 25, 18), "2022-03-25"),
        (dt.datetime(2022, 1, 1, 0, 1), "2022-01-01"),
        (None, ""),
    ],
)
def test_the_date_is_the_last_day_in_time(due: dt.datetime | None, day: str) -> None:
    assert cells(entry(deadlines=(EntryDeadline("by", "月底前", due),)))["时限日期"] == day


def test_limits_periods_and_what_is_open() -> None:
    weekly, soon = EntryDeadline("recurring", "每周五前", None), EntryDeadline("immediate", "立即", None)
    row = cells(entry(deadlines=(weekly, soon, soon)))
    assert (row["完成时限"], row["反馈周期"], row["待确认项"]) == ("立即", "每周五前", "责任单位")
    assert cells(entry(standing=True))["完成时限"] == "长期"
    assert cells(entry())["待确认项"] == "责任单位、完成时限"


def test_paths_are_chinese_and_never_read_as_dates() -> None:
    def item(key: str, parent: str | None, marker: str) -> Item:
        place = Span(start=0, end=len(marker), text=marker)
        return Item(id=key, parent=parent, marker=place, style="other", number=None, path="1", heading=place, span=place,
                    function="directive", rule="t.any")  # fmt: skip

    items = [item("a", None, "二、"), item("b", "a", "(三)"), item("c", "b", "2."), item("d", "c", "3．"),
             item("e", "b", "一是"), item("f", "c", "（1）"), item("g", None, "第一，")]  # fmt: skip
    assert [label for label, _ in ledger.labels(items).values()] == [
        "二", "二（三）", "二（三）2", "二（三）2·3", "二（三）一是", "二（三）2（1）", "第一",
    ]  # fmt: skip


@given(st.text(st.sampled_from("=+-@\t\r\n＝＋－＠'a，\0 "), max_size=6))
def test_no_cell_starts_a_formula_and_the_guard_can_be_undone(text: str) -> None:
    guarded = ledger.guard(text)
    assert str(guarded)[:1] not in "=+-@\t\r\n＝＋－＠" or guarded == ""
    assert ledger.unguard(str(guarded)) == text


@given(st.lists(st.lists(st.text(max_size=8), min_size=3, max_size=3), max_size=5), st.sampled_from(["utf-8", "gb18030"]))
def test_what_is_written_is_read_back(lines: list[list[str]], encoding: ledger.Encoding) -> None:
    data = b"".join(ledger.write_csv(lines, encoding, batch=2)).decode(encoding)
    read = list(csv.reader(io.StringIO(data, newline="")))
    assert [[ledger.unguard(cell) for cell in line] for line in read] == lines


def test_half_a_surrogate_becomes_the_replacement_character() -> None:
    assert b"".join(ledger.write_csv([["甲\ud800乙"]], "gb18030")).decode("gb18030") == "甲\ufffd乙\r\n"


def test_an_empty_ledger_is_still_a_file() -> None:
    assert b"".join(ledger.write_csv([], "utf-8-sig")) == b"\xef\xbb\xbf"
