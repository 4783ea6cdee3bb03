"""Enumerated points: which markers count, which only look like it, and the tree they form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.items import Node, outline, parse_number
from extractor.text import clean


def points(raw: str) -> tuple[str, list[Node]]:
    view = clean(raw)
    return view.text, outline(view.text, view.gaps)


def tree(raw: str) -> str:
    """The markers with the paths of their points: ``1 一、 1.1 一是``."""
    text, nodes = points(raw)
    paths: list[str] = []
    count: dict[int | None, int] = {}
    for n in nodes:
        count[n.parent] = count.get(n.parent, 0) + 1
        above = "" if n.parent is None else paths[n.parent] + "."
        paths.append(f"{above}{count[n.parent]}")
    return " ".join(f"{path} {text[n.start : n.marker_end]}" for path, n in zip(paths, nodes, strict=True))


STYLES = [
    pytest.param(("一、", "二、", "三、"), "chapter", id="chapter"),
    pytest.param(("（一）", "（二）", "（三）"), "section", id="section"),
    pytest.param(("(一)", "(二)", "(三)"), "section", id="half-width section"),
    pytest.param(("1.", "2.", "3."), "arabic", id="arabic"),
    pytest.param(("1、", "2、", "3、"), "arabic", id="arabic with comma"),
    pytest.param(("１．", "２．", "３．"), "arabic", id="full-width arabic"),
    pytest.param(("（1）", "（2）", "（3）"), "arabic_paren", id="arabic in brackets"),
    pytest.param(("1）", "2）", "3）"), "arabic_paren", id="arabic before a bracket"),
    pytest.param(("①", "②", "③"), "other", id="circled"),
    pytest.param(("一是", "二是", "三是"), "shi", id="shi"),
    pytest.param(("一要", "二要", "三要"), "yao", id="yao"),
    pytest.param(("第一，", "第二，", "第三，"), "di", id="di"),
    pytest.param(("第一、", "第二、", "第三、"), "di", id="di with comma"),
    pytest.param(("第一点要求是", "第二点要求是", "第三点要求是"), "di", id="di with a noun"),
    pytest.param(("其一，", "其二，", "其三，"), "other", id="qi"),
    pytest.param(("首先", "其次", "最后"), "other", id="order"),
]
ACTS = ("加强巡查，备足物资", "压实责任，盯紧源头", "严格值守，及时上报")


@pytest.mark.parametrize(("markers", "style"), STYLES)
@pytest.mark.parametrize("between", ["\n", "。", "；"], ids=["lines", "sentences", "clauses"])
def test_every_style_counts_at_line_starts_and_inside_a_paragraph(markers: tuple[str, ...], style: str, between: str) -> None:
    raw = "会议要求：" + between.join(m + act for m, act in zip(markers, ACTS, strict=True)) + "。"
    text, nodes = points(raw)
    assert [text[n.start : n.marker_end] for n in nodes] == [clean(m).text for m in markers]
    assert [(n.style, n.number, n.parent, n.gap) for n in nodes] == [(style, i, None, False) for i in (1, 2, 3)]
    assert [text[n.marker_end : n.end].strip("。；\n") for n in nodes] == list(ACTS)


def test_two_sides_count_as_a_pair() -> None:
    assert tree("一方面要抓好防控，另一方面要抓好生产。") == "1 一方面 2 另一方面"
    assert tree("一方面要抓好防控。") == ""


def test_an_order_word_alone_is_no_point() -> None:
    assert tree("首先，我代表县委向大家表示慰问。各镇要抓好落实。") == ""
    assert tree("最后，祝大家身体健康。") == ""


@pytest.mark.parametrize(
    "after",
    [
        pytest.param("各镇要尽快传达，抓好落实。", id="a plain paragraph"),
        pytest.param("特此通知。", id="the close"),
        pytest.param("县防汛办2022年6月1日", id="the signature"),
        pytest.param("总之，要抓好落实。", id="a summary"),
    ],
)
def test_a_list_ends_where_a_plain_line_stands_outside_of_it(after: str) -> None:
    text, nodes = points(f"一要加强巡查。各村要逐户登记。\n二要备足物资。各村要专人保管。\n{after}")
    assert [text[n.start : n.end].rstrip() for n in nodes] == ["一要加强巡查。各村要逐户登记。", "二要备足物资。各村要专人保管。"]


def test_a_marker_counts_where_something_was_cut_out_before_it() -> None:
    assert tree("各镇要落实以下工作 1.查水库。 2.查堤防。") == "1 1. 2 2."
    assert tree("各镇要落实以下工作1.查水库。2.查堤防。") == ""


def test_headings_and_ends() -> None:
    text, nodes = points("一、压实责任。各镇要包片。\n（一）排查要细\n逐户登记。\n二、严明纪律。")
    assert [text[n.marker_end : n.heading_end] for n in nodes] == ["压实责任", "排查要细", "严明纪律"]
    assert [text[n.start : n.end].rstrip() for n in nodes] == ["一、压实责任。各镇要包片。\n（一）排查要细\n逐户登记。", "（一）排查要细\n逐户登记。", "二、严明纪律。"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            "一、抓排查。\n（一）查人员。\n1.查车站。\n（1）查候车室。\n①查东门。\n②查西门。\n（2）查站台。\n2.查路口。\n（二）查车辆。\n二、抓管控。",
            "1 一、 1.1 （一） 1.1.1 1. 1.1.1.1 （1） 1.1.1.1.1 ① 1.1.1.1.2 ② 1.1.1.2 （2） 1.1.2 2. 1.2 （二） 2 二、",
            id="five levels",
        ),
        pytest.param("一、讲认识。一是要清醒。二是要坚定。二、讲措施。一是要细。二是要实。", "1 一、 1.1 一是 1.2 二是 2 二、 2.1 一是 2.2 二是", id="restart below each point"),
        pytest.param("一、甲项。\n1、查水库。\n2、查堤防。\n二、乙项。\n1、查桥梁。\n2、查隧道。\n3、查边坡。", "1 一、 1.1 1、 1.2 2、 2 二、 2.1 1、 2.2 2、 2.3 3、", id="numbers restart"),
        pytest.param("一、抓排查。二、抓管控。第三，抓宣传。", "1 一、 2 二、 3 第三，", id="mixed markers"),
        pytest.param("会议指出：一是成绩好；二是势头好。会议要求：一要守住；二要抓实。", "1 一是 2 二是 3 一要 4 二要", id="two lists side by side"),
        pytest.param("一、抓项目。要快。\n二、抓环境。要优。\n下面再讲三点要求：\n一、要务实。\n二、要较真。", "1 一、 2 二、 3 一、 4 二、", id="restart after a plain paragraph"),
        pytest.param("县里要做到一是抓排查、二是抓管控、三是抓宣传。", "1 一是 2 二是 3 三是", id="in the middle of a clause"),
        pytest.param("一是查水库。1.查坝体。2.查闸门。二是查堤防。1.查险段。2.查涵管。", "1 一是 1.1 1. 1.2 2. 2 二是 2.1 1. 2.2 2.", id="numbers below shi"),
        pytest.param("第一个方面，抓教学。\n（一）抓课堂。\n（二）抓师资。\n第二个方面，抓安全。\n（一）抓食堂。", "1 第一个方面， 1.1 （一） 1.2 （二） 2 第二个方面， 2.1 （一）", id="sections below a spoken list"),
        pytest.param("1.问：隔离多久？\n答：七天。\n2.问：费用谁付？\n答：自己付。", "1 1. 2 2.", id="questions and answers"),
        pytest.param("1严格管理制度，落实到人。\n2规范操作流程，落实到岗。\n3强化监督检查，落实到位。", "1 1 2 2 3 3", id="lost dots"),
        pytest.param("一、强化管控。措施要有效1严格门卫管理，逐一登记。2.严格食堂管理，每餐留样。", "1 一、 1.1 1 1.2 2.", id="a lost first number"),
        pytest.param("五、严明纪律。\n六、强化督查。", "1 五、 2 六、", id="an excerpt from the middle"),
        pytest.param("第一要抓排查，第二要抓管控。", "1 第一 2 第二", id="di before yao"),
    ],
)  # fmt: skip
def test_the_tree(raw: str, expected: str) -> None:
    assert tree(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected", "warned"),
    [
        pytest.param("一是查人员。二是查车辆。四是查物资。", "1 一是 2 二是 3 四是", ["四是"], id="gap"),
        pytest.param("（一）查人员。\n（二）查车辆。\n（四）查物资。", "1 （一） 2 （二） 3 （四）", ["（四）"], id="gap of sections"),
        pytest.param("一是查人员。二是查车辆。二是查物资。三是查台账。", "1 一是 2 二是 3 二是 4 三是", ["二是"], id="repeat"),
        pytest.param("1.查人员。\n2.查车辆。\n2.查物资。\n3.查台账。", "1 1. 2 2. 3 2. 4 3.", ["2."], id="repeat of numbers"),
        pytest.param("二、查车辆。\n三、查物资。", "1 二、 2 三、", ["二、"], id="no first point"),
        pytest.param("一、总体要求。\n（一）查人员。\n（三）查车辆。\n二、工作安排。", "1 一、 1.1 （一） 1.2 （三） 2 二、", ["（三）"], id="gap inside"),
    ],
)
def test_gaps_and_repeats_keep_their_place_and_are_told(raw: str, expected: str, warned: list[str]) -> None:
    assert tree(raw) == expected
    text, nodes = points(raw)
    assert [text[n.start : n.marker_end] for n in nodes if n.gap] == warned


@pytest.mark.parametrize(
    "raw",
    [
        "县里召开第十七次会议，第三季度要加快进度。",
        "候诊时要保持一米线距离，发布2.0版指引。",
        "做事要一是一、二是二，不打折扣。",
        "讲话要一是一，二是二。",
        "一、二年级停课，二、三年级照常。",
        "2022年6月1日要完成，3月5日前报送，比例1.5倍，投资3.5万元。",
        "1、2、3号楼要封闭管理。",
        "隔离人员在第1、4、7天检测。",
        "今年办好十件实事，其中一、二、三件由住建局牵头。",
        "三、四季度要加快。",
        "高一、高二年级要停课。",
        "星期一、二、三值班。",
        "（详见附件1、2）各镇要落实。",
        "要坚持一要、二看、三通过。",
        "稳定是第一要务，人才是第一资源，书记是第一责任人。",
        "要在第一时间处置，第二天报告。",
        "目标要统一，要求要唯一，万一是误报也要核实。",
        "第一要务是发展，第二要务是民生。",
        "万一是误报也要核实；二者都要上报。",
        "统一要调度，统一是前提，统二要不得。",
        "一要素保障到位，二要点突出。",
        "这是五一、十一期间的重点。",
        "按照第三条第二款执行。",
        "其一生坎坷。",
        "最后一公里要打通，首先发难者要严查。",
        "20.5公里河道和1.2米护栏要维修。",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_marker(raw: str) -> None:
    assert tree(raw) == ""


SHI = ("一是", "二是", "三是", "四是", "五是")
PEERS = {
    "yao": ("一要", "二要", "三要", "四要", "五要"),
    "section": ("（一）", "（二）", "（三）", "（四）", "（五）"),
    "di": ("第一，", "第二，", "第三，", "第四，", "第五，"),
}


@settings(max_examples=200, deadline=None)
@given(
    shape=st.lists(st.integers(0, 5), min_size=1, max_size=5),
    peer=st.sampled_from(sorted(PEERS)),
    body=st.sampled_from(["抓好排查。", "抓好排查，落实到人。", "抓好排查。各镇要包片。"]),
)
def test_the_style_of_the_marker_does_not_change_the_tree(shape: list[int], peer: str, body: str) -> None:
    chapters = ("一、", "二、", "三、", "四、", "五、")

    def speech(markers: tuple[str, ...]) -> str:
        return "\n".join(chapters[i] + body + "".join(markers[k] + body for k in range(n)) for i, n in enumerate(shape))

    def parents(markers: tuple[str, ...]) -> list[tuple[int | None, int]]:
        return [(n.parent, n.number) for n in points(speech(markers))[1]]

    assert parents(PEERS[peer]) == parents(SHI)
    assert len(parents(SHI)) == len(shape) + sum(shape)


PARTS = (
    *SHI, "一、", "（一）", "二、", "（二）", "1.", "2.", "（1）", "①", "首先，", "其次，", "一方面", "\n", "。", "，", "抓好排查", "总之", "会议强调，",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
def test_points_always_form_a_tree(raw: str) -> None:
    text, nodes = points(raw)
    for i, n in enumerate(nodes):
        assert n.start < n.marker_end <= n.heading_end <= max(n.heading_end, n.end) <= len(text)
        assert n.marker_end <= n.end
        assert n.first <= i
        assert nodes[n.first].parent == n.parent
        if n.parent is not None:
            above = nodes[n.parent]
            assert n.parent < i
            assert above.start < n.start
            assert n.end <= above.end
        if i:
            assert nodes[i - 1].start < n.start
    for a, b in zip(nodes, nodes[1:], strict=False):
        assert a.end <= b.start or b.end <= a.end, "points lie apart or inside each other"


@pytest.mark.parametrize(
    "unit",
    ["一、（一）1.（1）①一是一要第一，", "一、", "一是", "（一）", "1.", "2.", "首先，", "一方面", "一、一、", "一是：", "\n一、甲", "\n1查", "一是查。\n", "一、。二、。"],
)
def test_a_text_of_markers_alone_is_read_without_recursion(unit: str) -> None:
    text = unit * 10_000
    nodes = outline(text)
    depth: list[int] = []
    for n in nodes:
        depth.append(1 if n.parent is None else depth[n.parent] + 1)
    assert max(depth, default=0) <= 20, "no outline is as deep as such a text pretends"


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("一", 1), ("九", 9), ("十", 10), ("十一", 11), ("二十", 20), ("二十一", 21), ("九十九", 99), ("五一", None), ("十十", None), ("二二十", None), ("", None)],
)
def test_ordinals(numeral: str, value: int | None) -> None:
    assert parse_number(numeral) == value


def test_every_ordinal_up_to_ninety_nine() -> None:
    digits = ["", *"一二三四五六七八九"]
    written = [(("" if tens == 1 else digits[tens]) + "十" if tens else "") + digits[ones] for tens in range(10) for ones in range(10)]
    assert [parse_number(w) for w in written[1:]] == list(range(1, 100))
    assert not [w for w in written[1:] if not re.fullmatch("[一二三四五六七八九十]{1,3}", w)]
