"""The cleaned view: what it drops, what it keeps, and the exact way back to the raw text."""

from __future__ import annotations

import os
import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractor.text import CleanText, TextError, clean

# DUBAN_EXAMPLES=100000 pytest tests/test_text.py reads that many random texts.
EXAMPLES = int(os.environ.get("DUBAN_EXAMPLES", "1500"))

INVISIBLE = "\x00\x07\x1f\x7f\x84\xad\u061c\u115f\u1160\u180e\u200b\u200d\u200e\u202a\u202e\u2060\u2069\u3164\ufe0f\ufeff\uffa0\U000e0001\U000e0101"
SPACES = " \t\xa0\u1680\u2000\u2003\u2007\u2009\u200a\u202f\u205f\u3000"
BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
PROSE = "各镇要组织力量对沿河低洼地带逐户排查登记，落实转移路线和安置场所。对独居老人要明确专人负责，汛情来临时第一时间"
PIECES = (
    *"请各单位抓好落实要後馀一二三，。；：、！？（）“”「」《》,.:;!?()0189０９ＡzA%％—…·|>#*【】[]é\u0301😀𠮷",
    *INVISIBLE, *SPACES, *BREAKS,
    "\r\n", "\n\n", "\u3000\u3000", "\n\u3000\u3000", "\t\t", "　\n　",
    "一、", "（一）", "\n1、", "\n2、", "\n3、", "一是", "首先，", "同志们：",
    "\n目录\n", "\n第3页/共20页\n", "\n上一篇：", "\n推荐阅读\n", "\n首页\n", "\n更多\n", "\n打印\n", "\n关闭\n", "\n- 5 -\n",
    "当前隐藏内容免费查看", "（此处省略200字）", "http://www.example.com/a", "（某网http://www.example.com省略20字）", "（记者某某）", "\n责任编辑：某某\n", "1,000", "20:00",
    PROSE, PROSE + "\n", "各镇要抓好落实。\n",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=60)


def kept(view: CleanText) -> list[int]:
    """The raw offset of every character of the cleaned text."""
    return [view.raw_offset(at) for at in range(len(view.text))]


def visible(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character not in INVISIBLE


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=TEXTS, cut=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_any_text_is_cleaned_with_an_exact_way_back(raw: str, cut: tuple[float, float]) -> None:
    view = clean(raw)
    offsets = kept(view)
    assert all(a < b for a, b in pairwise(offsets)), "offsets increase strictly"

    if view.text:
        start, end = sorted(int(c * (len(view.text) - 1)) for c in cut)
        span = view.span(start, end + 1)
        assert raw[span.start : span.end] == span.text
        assert (span.start, span.end) == (offsets[start], offsets[end] + 1)
        assert span.clean in (None, view.text[start : end + 1])
        assert (span.clean is None) == (span.end - span.start == end + 1 - start)

    assert re.fullmatch(r"(?:\S|\n|(?<=[A-Za-z0-9]) (?=[A-Za-z0-9]))*", view.text), "no other white space is left"
    assert not re.search(f"[{INVISIBLE}]|\n\n|^\n|\n$", view.text)

    assert all(raw[n.start : n.end] == n.text and n.text for n in view.noise)
    assert all(a.end <= b.start for a, b in pairwise(view.noise)), "stretches of noise lie apart, in order"

    noisy = {at for n in view.noise for at in range(n.start, n.end)}
    assert not noisy & set(offsets)
    lost = [c for at, c in enumerate(raw) if visible(c) and at not in noisy and at not in set(offsets)]
    assert lost == [], "what is cut out is white space, invisible, or named as noise"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(["各镇要抓好落实。", "一是备足物资；", "“严防死守”，责任到人！", "完成投资1,000万元，20:00前报。"]), min_size=1).map("\n".join))
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(text).text == text
    assert clean(text).noise == ()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*INVISIBLE, *" \xa0\u2003"]), min_size=1, max_size=6).map("".join), st.integers(1, 14))
def test_invisible_characters_and_spaces_change_nothing(glue: str, at: int) -> None:
    sentence = "各镇要严禁带火种进山，确保安全。"
    assert clean(sentence[:at] + glue + sentence[at:]).text == sentence


@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_lone_surrogate_is_refused_with_its_place(at: int) -> None:
    text = "各镇要抓好落实"
    with pytest.raises(TextError, match=f"第{at + 1}个字符.*U\\+DC80"):
        clean(text[:at] + "\udc80" + text[at:])


@pytest.mark.parametrize("raw", ["", " ", "\n", "\r\n\r\n", "\ufeff", "\u200b\u3000\t\n"])
def test_nothing_is_left_of_white_space(raw: str) -> None:
    assert clean(raw).text == ""
    assert clean(raw).noise == ()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param("\ufeff请各单位抓好落实。", "请各单位抓好落实。", id="byte order mark"),
        pytest.param("请 各 单 位,抓好落实!", "请各单位，抓好落实！", id="half-width marks and spaces"),
        pytest.param("请各单位（含学校）:抓好;", "请各单位（含学校）：抓好；", id="half-width colon"),
        pytest.param("２０２２年６月底前，完成率１００％。", "2022年6月底前，完成率100%。", id="full-width digits"),
        pytest.param("投资1,000万元，20:00前，方案2.0版。", "投资1,000万元，20:00前，方案2.0版。", id="marks inside figures stay"),
        pytest.param("投资1，000万元，20：00前报。", "投资1,000万元，20:00前报。", id="full-width marks inside figures"),
        pytest.param("启用 Word 2016 版 OA系统。", "启用Word 2016版OA系统。", id="one space between Latin words"),
        pytest.param("灾後重建，馀款於月底付清。", "灾后重建，余款于月底付清。", id="variants"),
        pytest.param("「安全第一」", "“安全第一”", id="corner brackets"),
        pytest.param("要严防\u200b死\u00ad守。", "要严防死守。", id="zero width"),
        pytest.param("第一段。\r\n第二段。\r第三段。\u2028第四段。\x85第五段。", "第一段。\n第二段。\n第三段。\n第四段。\n第五段。", id="every kind of line break"),
        pytest.param("要用好𠮷田😀。", "要用好𠮷田😀。", id="beyond the basic plane"),
        pytest.param("向__上一致，要求___同志整改。", "向__上一致，要求___同志整改。", id="redaction marks"),
        pytest.param("要迸一步压买责任。", "要迸一步压买责任。", id="slips of recognition are not corrected"),
        pytest.param("1\t整治河道\t水利局", "1|整治河道|水利局", id="table cells"),
        pytest.param("第一条内容。　　第二条内容。", "第一条内容。\n第二条内容。", id="a double indent begins a paragraph"),
    ],
)
def test_the_view(raw: str, text: str) -> None:
    assert clean(raw).text == text


def test_a_span_over_noise_covers_it_and_says_what_is_clean() -> None:
    raw = "要把责任落当前隐藏内容免费查看实到人。"
    view = clean(raw)
    span = view.span(1, 7)
    assert (span.text, span.clean) == ("把责任落当前隐藏内容免费查看实到", "把责任落实到")
    assert [n.text for n in view.noise] == ["当前隐藏内容免费查看"]


HARD = "汛期就要到了，各镇要抓紧组织力量，对辖区内所有的山塘水库、"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(HARD + "\n低洼地带开展排查。", HARD + "低洼地带开展排查。", id="after a comma"),
        pytest.param("要抓紧排查。对独居老人和留守\n儿童要专人负责。", "要抓紧排查。对独居老人和留守儿童要专人负责。", id="inside a word"),
        pytest.param("要抓紧排查。\n对独居老人要专人负责。", "要抓紧排查。\n对独居老人要专人负责。", id="after a full stop"),
        pytest.param("局长在全局工作会上的讲话\n各位同事，大家好。", "局长在全局工作会上的讲话\n各位同事，大家好。", id="a title"),
        pytest.param("一、提高思想认识\n当前形势严峻，要清醒。", "一、提高思想认识\n当前形势严峻，要清醒。", id="a heading"),
        pytest.param("要抓紧排查。对独居老人要登记，\n一是查人员。", "要抓紧排查。对独居老人要登记，\n一是查人员。", id="before a marker"),
        pytest.param("要抓紧排查。对独居老人要登记，\n　　二要查车辆。", "要抓紧排查。对独居老人要登记，\n二要查车辆。", id="before an indent"),
        pytest.param("要抓紧排查。对独居老人要登记，\n  各村也要落实。", "要抓紧排查。对独居老人要登记，\n各村也要落实。", id="before an indent of two spaces"),
        pytest.param("全县要动起来，各镇要抓好落实。县防汛办\n2022年6月1日", "全县要动起来，各镇要抓好落实。县防汛办\n2022年6月1日", id="before a date"),
    ],
)
def test_hard_wrapped_lines(raw: str, text: str) -> None:
    assert clean(raw).text == text


def _pages(*parts: str) -> str:
    return "\n\n".join(f"{n}、{part}" for n, part in enumerate(parts, 1))


def test_page_numbers_that_cut_a_word_are_noise() -> None:
    first = "今年汛期来得早、雨量大，全县上下要高度警惕。各镇要组织干部逐村逐户排查隐患，把群众的事当作自己的事，管好责任田、看"
    second = "好自家门。各部门要密切配合。水利局要加密监测，气象局要及时发布预警信息，应急局要备足物资，确保一旦发生险情能够迅"
    third = "速处置。"
    view = clean(_pages(first, second, third))
    assert view.text == first + second + third
    assert [n.text for n in view.noise] == ["1、", "2、", "3、"]
    assert view.span(view.text.index("看好"), view.text.index("看好") + 2).clean == "看好"


def test_a_list_in_a_paged_document_keeps_its_numbers() -> None:
    first = "今年汛期来得早、雨量大，全县上下要高度警惕。各镇要组织干部逐村逐户排查隐患，把群众的事当作自己的事，管好责任田、看"
    second = "好自家门。具体抓好三件事：\n1、查水库。\n2、查堤防。\n3、查地灾点。\n以上三件事由水利局牵头落实，下周一上会。各部门要密切配合，确保一旦发生险情能够迅"
    view = clean(_pages(first, second, "速处置。"))
    assert [n.text for n in view.noise] == ["1、", "2、", "3、"]
    assert "\n1、查水库。\n2、查堤防。\n3、查地灾点。\n" in view.text


@pytest.mark.parametrize(
    "end",
    [
        pytest.param("。", id="with full stops"),
        pytest.param("；", id="with semicolons"),
        pytest.param("", id="without final marks"),
    ],
)
def test_a_numbered_list_is_no_run_of_page_numbers(end: str) -> None:
    points = [
        "各镇要组织力量对沿江沿河的危旧房屋开展拉网式排查，逐户登记造册，明确责任人和整改时限",
        "各学校要对校舍、围墙、厕所、食堂等重点部位开展安全检查，检查结果按时报送教育局备案存档",
        "各企业要对危险化学品仓库开展自查自纠，整改情况按时报送应急局备案存档，不得漏报瞒报迟报",
        "各村要把防溺水警示牌立到每一处水塘边上，安排专人看守，并且做到全天候巡查不留任何死角",
    ]
    text = "\n".join(f"{n}、{point}{end}" for n, point in enumerate(points, 1))
    assert clean(text).text == text
    assert clean(text).noise == ()


def test_rows_of_a_table_stay_apart() -> None:
    rows = "| 改造供水管网，更换老旧水表 | 县水利局 | 12月20日前 |\n| 建设物流站，实现全覆盖 | 县商务局 | 三季度 |\n"
    assert clean(rows).text.count("\n") == 1


def test_a_single_page_number_that_cuts_a_word() -> None:
    view = clean("各乡镇要落实属地责任，对辖区内的渡口码头开展全面检\n\n3、查，发现隐患立即整改。")
    assert view.text.endswith("开展全面检查，发现隐患立即整改。")
    assert [n.text for n in view.noise] == ["3、"]


@pytest.mark.parametrize(
    "raw",
    [
        "各乡镇要落实属地责任，对辖区内的渡口码头开展全面检查。\n3、查清底数，立即整改。",
        "会议要求抓好三项工作，一项也不能少，各单位照此办理\n1、查水库\n2、查堤防\n3、查渡口",
        "渡口整治清单\n3、查清底数，立即整改。",
    ],
)
def test_the_number_of_a_point_stays(raw: str) -> None:
    assert clean(raw).noise == ()


ONE_LINE = (
    "县防汛办关于做好强降雨防范的通知 各镇人民政府： 据预报，明后天有暴雨。现将有关事项通知如下： 一、加强值班值守 "
    "各镇要严格落实领导带班，2小时一报。 （一）盯紧山塘水库。 （二）转移危险区群众。 二、备足物资 县应急局要在今晚前把“ 救生衣 ”发到村。"
)


def test_spaces_stand_for_line_breaks_where_a_page_came_as_one_line() -> None:
    assert clean(ONE_LINE).text.split("\n") == [
        "县防汛办关于做好强降雨防范的通知",
        "各镇人民政府：",
        "据预报，明后天有暴雨。现将有关事项通知如下：",
        "一、加强值班值守",
        "各镇要严格落实领导带班，2小时一报。",
        "（一）盯紧山塘水库。",
        "（二）转移危险区群众。",
        "二、备足物资",
        "县应急局要在今晚前把“救生衣”发到村。",
    ]


def test_spaces_stay_glue_where_a_text_has_lines() -> None:
    raw = "\n".join(["各镇要严格落实值班制度。 县应急局要盯紧山塘水库，做到人员、物资、预案三到位。"] * 8)
    assert "。\n县" not in clean(raw).text
