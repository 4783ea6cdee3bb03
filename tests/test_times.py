"""Time expressions: kinds, values and sides, what is none, and what a reference date changes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.times import find, times

SPRING = date(2022, 3, 10)


@pytest.mark.parametrize(
    ("text", "span", "kind", "value", "since", "until"),
    [
        ("6月底前见效", "6月底前", "date", "2022-06-30", None, "2022-07-01T00:00"),
        ("3月25日18时前送到", "3月25日18时前", "datetime", "2022-03-25T18:00", None, "2022-03-25T18:00"),
        ("8月5日24时", "8月5日24时", "datetime", "2022-08-06T00:00", "2022-08-06T00:00", "2022-08-06T00:00"),
        ("自8月12日起", "8月12日起", "date", "2022-08-12", "2022-08-12T00:00", None),
        ("截至3月5日", "3月5日", "date", "2022-03-05", None, "2022-03-06T00:00"),
        ("2022年6月", "2022年6月", "range", "2022-06-01/2022-06-30", "2022-06-01T00:00", "2022-07-01T00:00"),
        ("3月19日至22日", "3月19日至22日", "range", "2022-03-19/2022-03-22", "2022-03-19T00:00", "2022-03-23T00:00"),
        ("12月28日至1月3日", "12月28日至1月3日", "range", "2022-12-28/2023-01-03", "2022-12-28T00:00", "2023-01-04T00:00"),
        ("即日起至4月9日24时", "即日起至4月9日24时", "range", "2022-03-10T00:00/2022-04-10T00:00", "2022-03-10T00:00", "2022-04-10T00:00"),
        ("3月5日9时至11时", "3月5日9时至11时", "range", "2022-03-05T09:00/2022-03-05T11:00", "2022-03-05T09:00", "2022-03-05T11:00"),
        ("今晚8点前", "今晚8点前", "datetime", "2022-03-10T20:00", None, "2022-03-10T20:00"),
        ("3月20日（周日）上午9点半", "3月20日（周日）上午9点半", "datetime", "2022-03-20T09:30", "2022-03-20T09:30", "2022-03-20T09:30"),
        ("4月20日（农历三月二十）前", "4月20日（农历三月二十）前", "date", "2022-04-20", None, "2022-04-21T00:00"),
        ("春节前", "春节前", "date", "2023-01-22", None, "2023-01-22T00:00"),
        ("下周一", "下周一", "date", "2022-03-14", "2022-03-14T00:00", "2022-03-15T00:00"),
        ("近14天内", "近14天内", "duration", "P14D", None, None),
        ("24小时内", "24小时内", "duration", "PT24H", None, None),
        ("几天内", "几天内", "duration", None, None, None),
        ("每周二、周四", "每周二、周四", "recurring", "R/P7D", None, None),
        ("三天后，将", "三天后", "date", "2022-03-13", "2022-03-13T00:00", "2022-03-14T00:00"),
        ("当日清零", "当日", "date", None, None, None),
        ("5月1日12点前采完", "5月1日12点前", "datetime", "2022-05-01T12:00", None, "2022-05-01T12:00"),
    ],
)  # fmt: skip
def test_one_expression(text: str, span: str, kind: str, value: str | None, since: str | None, until: str | None) -> None:
    assert [(text[t.start : t.end], t.kind, t.value, t.since, t.until) for t in find(text, SPRING)] == [
        (span, kind, value, since, until)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "建设4/5G基站", "第十七次会议", "系统升级到2.0版", "（2022）青01民初23号", "一是抓排查", "三下乡活动", "十二五规划", "三中全会精神", "五一路整治",
        "双十一促销", "第一时间处置", "18周岁以下", "五年级学生", "拨打0971-8123456", "提3点要求", "90年代", "3个乡镇", "同时推进", "5号楼", "8号通告", "百年大计",
        "每人每户", "三天然气站", "比分3：1", "投资20.5亿元",
    ],
)  # fmt: skip
def test_false_friends(text: str) -> None:
    assert find(text, SPRING) == []


@pytest.mark.parametrize(
    ("reference", "text", "value"),
    [
        (date(2022, 1, 9), "12月底前", "2022-12-31"),  # a limit lies ahead
        (date(2022, 11, 10), "3月底前", "2023-03-31"),
        (date(2022, 11, 10), "已于3月底前", "2022-03-31"),
        (date(2022, 1, 9), "12月28日召开", "2021-12-28"),  # a story tells of the nearer year
        (date(2022, 12, 20), "1月5日召开", "2023-01-05"),
        (date(2022, 6, 1), "3月2日召开", "2022-03-02"),
        (None, "6月底前", None),
        (None, "2022年6月底前", "2022-06-30"),
    ],
)
def test_the_year_that_is_not_said(reference: date | None, text: str, value: str | None) -> None:
    assert [t.value for t in find(text, reference)] == [value]


def test_a_clock_time_belongs_to_the_day_named_before_in_its_sentence() -> None:
    assert [t.value for t in find("明天12点前采完，18点前出结果", SPRING)] == ["2022-03-11T12:00", "2022-03-11T18:00"]
    assert [t.value for t in find("明天采完。18点前出结果", SPRING)] == ["2022-03-11", "T18:00"]


def test_raw_offsets() -> None:
    raw = "请 各单位 于３月２５日 18时前,报结果。"
    (found,) = times(raw, SPRING)
    assert raw[found.span.start : found.span.end] == found.span.text == "３月２５日 18时前"
    assert (found.value, found.start, found.end) == ("2022-03-25T18:00", None, "2022-03-25T18:00")


def test_a_reference_date_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="1000 to 2999"):
        find("今天", date.max)


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from([*"0123456789一二三四五六七八九十廿两半几年月日号天周季时点分前后内起至到每今明当第上下旬底末初，。（）：", "春节", "工作日", "小时", "星期"]),
        max_size=40,
    ).map("".join),
    st.none() | st.dates(date(1000, 1, 1), date(2999, 12, 31)),
)
def test_any_text_gives_ordered_spans_and_sides_in_order(text: str, reference: date | None) -> None:
    at = 0
    for t in find(text, reference):
        assert at <= t.start < t.end <= len(text)
        at = t.end
        assert t.since is None or t.until is None or t.since <= t.until


def test_a_lunar_day_told_is_the_nearest_and_a_limit_lies_ahead() -> None:
    (told,) = times("正月初三堵了路", date(2024, 2, 18))
    (limit,) = times("正月初三前清走", date(2024, 2, 18))
    assert (told.value, limit.value) == ("2024-02-12", "2025-01-31")


def test_a_lunar_day_that_few_years_have() -> None:
    (found,) = times("腊月三十前贴好春联", date(2022, 3, 10))
    assert found.value == "2023-01-21"
    (none,) = times("腊月三十前贴好春联", None)
    assert none.value is None
