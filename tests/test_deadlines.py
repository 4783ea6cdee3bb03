"""Deadlines: kind, value and the instant that follows; what limits no act; what a reference date changes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.deadlines import find, standing

SPRING = date(2022, 3, 10)


@pytest.mark.parametrize(
    ("text", "span", "kind", "value", "due"),
    [
        ("2022年6月底前全部改完", "2022年6月底前", "by", "2022-06-30", "2022-07-01T00:00"),
        ("月底前把账交清", "月底前", "by", "2022-03-31", "2022-04-01T00:00"),
        ("3月25日18时前送到值班室", "3月25日18时前", "by", "2022-03-25T18:00", "2022-03-25T18:00"),
        ("即日起至4月9日24时关停浴室", "即日起至4月9日24时", "by", "2022-04-10T00:00", "2022-04-10T00:00"),
        ("端午节前走访到户", "端午节前", "by", "2022-06-03", "2022-06-03T00:00"),
        ("（甲局牵头，乙局配合，4月底前完成）", "4月底前", "by", "2022-04-30", "2022-05-01T00:00"),
        ("（责任单位：甲局；完成时限：4月底）", "4月底", "by", "2022-04-30", "2022-05-01T00:00"),
        ("年内持续推进", "年内", "by", "2022-12-31", "2023-01-01T00:00"),
        ("今年汛期前疏通河道", "今年汛期前", "by", None, None),
        ("应查当日尽查", "当日", "within", "P0D", None),
        ("发现漏管问题20分钟之内上报", "20分钟之内", "within", "PT20M", None),
        ("几天内拿出办法", "几天内", "within", None, None),
        ("力争一个潜伏期内收官", "一个潜伏期内", "within", None, None),
        ("立即整改", "立即", "immediate", None, None),
        ("坚持日报告制度", "日报告", "recurring", "P1D", None),
        ("每月5日前报进度", "每月5日前", "recurring", "P1M", None),
        ("夜市每晚七点到十一点定点值守", "每晚七点到十一点", "recurring", "P1D", None),
        ("每年4月底前完成年检", "每年4月底前", "recurring", "P1Y", None),
        ("每周五下班前交周报", "每周五下班前", "recurring", "P7D", None),
        ("首报不得超过事发后1小时", "不得超过事发后1小时", "within", "PT1H", None),
        ("务必赶在桃花汛到来之前堵好缺口", "桃花汛到来之前", "by", None, None),
        ("新生9月1日报到", "9月1日", "by", "2022-09-01", "2022-09-02T00:00"),
        ("图纸二十天出齐", "二十天", "within", "P20D", None),
        ("工单三个工作日回复", "三个工作日", "within", "P3D", None),
        ("违建限期一周拆除", "限期一周", "within", "P7D", "2022-03-18T00:00"),
        ("今晚八点点名", "今晚八点", "by", "2022-03-10T20:00", "2022-03-10T20:00"),
    ],
)  # fmt: skip
def test_one_deadline(text: str, span: str, kind: str, value: str | None, due: str | None) -> None:
    assert [(text[d.start : d.end], d.kind, d.value, d.due) for d in find(text, SPRING)] == [(span, kind, value, due)]


@pytest.mark.parametrize(
    "text",
    [
        "截止3月5日24时，已排查三千人", "18周岁以下人群", "近14天有旅居史的人员要报备", "执行14天集中隔离", "居家观察14天", "未满14天不得外出",
        "凭48小时内核酸阴性证明进场", "落实24小时值班制度", "定期开展演练", "尽快完成、及时上报", "自8月12日起施行", "4月30日召开推进会", "落实2022年工作方案",
        "洗手20秒以上", "对“十四五”项目再梳理", "要长期坚持", "“14+7”管控措施不变", "前期，市局完成了摸底", "即日起实行登记", "4/5G基站要加快", "贯彻第十七次会议精神",
        "春节前后是关键", "2008年前上户的车辆要淘汰", "马上就要开学了", "用好即时通讯群", "清明祭扫要文明", "服务大厅每天都有人值守", "把每一天当成最后一天",
    ],
)  # fmt: skip
def test_no_deadline(text: str) -> None:
    assert find(text, SPRING) == []


def test_a_span_that_counts_from_an_event_within_the_limit() -> None:
    text = "反馈最迟不超过接单后2天"
    (found,) = find(text, SPRING)
    assert found.value == "P2D"
    assert found.trigger is not None and text[slice(*found.trigger)] == "接单后"


def test_a_month_long_past_means_the_next_year() -> None:
    december = date(2025, 12, 3)
    assert [d.value for d in find("1月中旬组织互查", december)] == ["2026-01-20"]
    assert find("10月份组织互查", december) == []
    assert [d.value for d in find("7月和10月各抽查一次", SPRING)] == ["2022-07-31", "2022-10-31"]


def test_working_days_over_a_holiday() -> None:
    # From 28 September 2022: two days, the National Day holiday, then eight days from Saturday 8 October on.
    (found,) = find("请在10个工作日内书面答复", date(2022, 9, 28))
    assert (found.value, found.workdays, found.due, found.note) == ("P10D", True, "2022-10-18T00:00", None)


def test_working_days_of_an_unpublished_year_stay_open_and_say_why() -> None:
    (found,) = find("请在10个工作日内书面答复", date(2090, 9, 28))
    assert (found.value, found.due) == ("P10D", None)
    assert found.note is not None and "2090年" in found.note


@pytest.mark.parametrize(
    ("text", "span", "trigger", "due"),
    [
        ("会后3日内报方案", "会后3日内", "会后", "2022-03-14T00:00"),
        ("自本通知印发之日起5日内上报", "自本通知印发之日起5日内", "自本通知印发之日起", "2022-03-16T00:00"),
        ("从即日起一周内清完", "即日起一周内", "即日起", "2022-03-18T00:00"),
        ("老人接种后3天内随访", "接种后3天内", "接种后", None),
        ("接到通知之后，指挥部派单，2小时内到场", "2小时内", "接到通知之后", None),
        ("3日内报方案", "3日内", None, "2022-03-14T00:00"),
        ("两个月内建成", "两个月内", None, "2022-05-11T00:00"),
        ("一旦发现，3日内处置", "3日内", None, None),
        ("2小时内报送", "2小时内", None, None),
    ],
)
def test_spans_of_time_have_a_due_only_when_they_start_from_the_speech(
    text: str, span: str, trigger: str | None, due: str | None
) -> None:
    (found,) = find(text, SPRING)
    assert text[found.start : found.end] == span
    assert (text[slice(*found.trigger)] if found.trigger else None) == trigger
    assert found.due == due


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("每日两次消毒", 2), ("每天必须消毒至少2次", 2), ("每日“开门前、打烊后”消毒", 2), ("早、晚各测一次体温", 2), ("早中晚各消毒一次", 3), ("每周二、周四入户", 2),
        ("每日早晚各测两次", 4), ("每天2-3次通风", 2), ("一月一随访", 1), ("每周至少检查三次", 3), ("每周五前上报", 1),
    ],
)  # fmt: skip
def test_how_often(text: str, times: int) -> None:
    assert [(d.kind, d.times) for d in find(text, SPRING)] == [("recurring", times)]


@pytest.mark.parametrize(
    ("reference", "text", "value"),
    [
        (date(2022, 11, 10), "3月底前完成", "2023-03-31"),
        (date(2022, 1, 9), "12月底前完成", "2022-12-31"),
        (date(2022, 12, 29), "10日前报送", "2023-01-10"),
        (date(2022, 3, 20), "15日前报送", "2022-03-15"),  # the notice came late; the day stands
        (None, "6月底前完成", None),
        (None, "春节前完成", None),
        (None, "2022年底前完成", "2022-12-31"),
    ],
)
def test_the_year_that_is_not_said(reference: date | None, text: str, value: str | None) -> None:
    assert [(d.kind, d.value) for d in find(text, reference)] == [("by", value)]


def test_a_bare_period_is_a_deadline_only_while_it_lies_ahead() -> None:
    assert [d.value for d in find("5月份完成验收", SPRING)] == ["2022-05-31"]
    assert find("1月份完成验收", SPRING) == []
    assert [d.value for d in find("5月份完成验收", None)] == [None]


def test_each_occurrence_counts() -> None:
    assert [d.kind for d in find("第一时间上报、第一时间封控、第一时间救治", SPRING)] == ["immediate"] * 3


@pytest.mark.parametrize("text", ["要长期坚持", "年内持续推进", "常态化开展巡查", "完成时限：长期"])
def test_standing(text: str) -> None:
    assert standing(text, 0, len(text))


@pytest.mark.parametrize("text", ["6月底前完成", "常态化疫情防控条件下抓好生产", "长期居住人员要登记"])
def test_not_standing(text: str) -> None:
    assert not standing(text, 0, len(text))


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [*"0123一三十两年月日天前后内起至到每今当第报评，。（）：“”|\ue001\ue002\ue00c", "第一时间", "工作日", "早、晚各", "次", "接到", "不超过", "提前", "确保", "完成", "汛期"]
        ),
        max_size=40,
    ).map("".join),
    st.none() | st.dates(date(1000, 1, 1), date(2999, 12, 31)),
)
def test_any_text_gives_ordered_spans_and_triggers_inside(text: str, reference: date | None) -> None:
    at = 0
    for d in find(text, reference):
        assert at <= d.start < d.end <= len(text)
        at = d.end
        assert d.trigger is None or 0 <= d.trigger[0] < d.trigger[1] <= d.end
        assert (d.kind == "recurring") == (d.times is not None)
