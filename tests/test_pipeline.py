"""The whole extraction: exact grounding, nothing lost, noise without influence, the same answer each time."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor import TextError
from extractor.pipeline import explain, extract
from extractor.text import clean

SPEECHES = sorted(Path(__file__).with_name("speeches").glob("*.txt"))

SPEECH = """县长在全县森林防火工作会议上的讲话
（2022年3月1日）
同志们：
去冬以来，全县没有发生大的火情，成绩来之不易。当前存在的问题：一是部分群众防火意识淡薄。二是个别路口无人值守。
下面，我讲三点意见。
一、压实防火责任
各镇要在3月10日前与各村签订责任书，镇长是第一责任人。林业局要会同公安局每周通报火情。
二、管住野外火源
严禁任何人携带火种进山。凡进入林区的人员，要主动登记。
三、做好应急准备
（一）备足物资。应急局要在24小时内补齐缺口，并向县防火办报告。
（二）严格值守。各单位要实行领导带班制度，发现火情立即上报。
防火责任重于泰山。谢谢大家！
"""


def spans(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if {"start", "end", "text"} <= node.keys():
            yield node
        for value in node.values():
            yield from spans(value)
    elif isinstance(node, list):
        for value in node:
            yield from spans(value)


def records(raw: str) -> dict[str, Any]:
    return extract(raw, date=date(2022, 3, 1)).model_dump(mode="json")


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def check_grounding(raw: str) -> None:
    found = records(raw)
    for span in spans(found):
        assert raw[span["start"] : span["end"]] == span["text"] != ""
    ids = {kind: [r["id"] for r in found[kind]] for kind in ("items", "obligations", "parties", "deadlines", "quarantine_rules")}
    assert all(len(set(each)) == len(each) for each in ids.values())
    for item in found["items"]:
        assert item["parent"] in (None, *ids["items"])
        assert item["span"]["start"] == item["marker"]["start"] <= item["marker"]["end"] <= item["span"]["end"]
    for duty in found["obligations"]:
        assert duty["item"] in (None, *ids["items"])
        assert {p["party"] for p in duty["parties"]} <= set(ids["parties"])
        assert set(duty["deadlines"]) <= set(ids["deadlines"])
    for kind in ids:
        starts = [r["span"]["start"] for r in found[kind]]
        assert starts == sorted(starts), f"{kind} stand in text order"
    assert all(a["span"]["end"] <= b["span"]["start"] for a, b in pairwise(found["obligations"]))


def check_that_nothing_is_lost(raw: str) -> None:
    """Every character that can be seen stands in exactly one sentence or stretch of noise."""
    view = clean(raw)
    noisy = {at for n in view.noise for at in range(n.start, n.end)}
    owner = [0] * len(raw)
    for s in explain(raw):
        for at in range(s.span.start, s.span.end):
            owner[at] += s.verdict == "noise" or at not in noisy
    wrong = [
        (at, c, owner[at]) for at, c in enumerate(raw) if unicodedata.category(c)[0] in "LNPS" and owner[at] != 1
    ]
    assert wrong == []


@pytest.mark.parametrize("path", SPEECHES, ids=lambda p: p.stem)
def test_a_whole_speech_is_grounded_and_accounted_for(path: Path) -> None:
    raw = read(path)
    check_grounding(raw)
    check_that_nothing_is_lost(raw)


PARTS = (
    *SPEECH.split("\n"), "\n", "\r\n", "\u3000\u3000", " ", "一、", "（一）", "1.", "一是", "首先，", "，", "。", "；", "？", "（", "）", "“", "”",
    "各镇要", "严禁", "6月底前", "24小时内", "每天", "县教育局", "会同", "7天集中隔离", "首页 > 讲话 > 正文", "当前隐藏内容免费查看", "\u200b", "😀", "𠮷", "\t", "\x00",
)  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
def test_any_text_is_grounded_and_accounted_for(raw: str) -> None:
    check_grounding(raw)
    check_that_nothing_is_lost(raw)


@settings(max_examples=250, deadline=None)
@given(st.text(max_size=40))
def test_any_characters_are_read(raw: str) -> None:
    check_grounding(raw)


@pytest.mark.parametrize(
    "raw",
    ["", " ", "\n", "\u3000\u3000\n", "\ufeff", "要", "。", "1", "\x00", "一、", "一、二、三、", "（一）\n（二）", "一是", "首页 > 讲话 > 正文", "第1页/共2页\n分享到：", "（", "”", "？！", "|", "\t\t"],
)
def test_hardly_any_text(raw: str) -> None:
    check_grounding(raw)
    check_that_nothing_is_lost(raw)
    assert records(raw)["obligations"] == []


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(TextError, match="第3个字符"):
        extract("各镇\ud800要抓好落实。")


def test_the_records_of_a_speech() -> None:
    found = extract(SPEECH)
    assert (found.source.title, found.source.speaker, found.source.date, found.source.date_source) == (
        "县长在全县森林防火工作会议上的讲话", "县长", "2022-03-01", "text",
    )  # fmt: skip
    assert [(i.path, i.marker.text, i.heading.text, i.function) for i in found.items] == [
        ("1", "一是", "部分群众防火意识淡薄", "other"),
        ("2", "二是", "个别路口无人值守", "other"),
        ("3", "一、", "压实防火责任", "directive"),
        ("4", "二、", "管住野外火源", "directive"),
        ("5", "三、", "做好应急准备", "directive"),
        ("5.1", "（一）", "备足物资", "directive"),
        ("5.2", "（二）", "严格值守", "directive"),
    ]
    paths = {i.id: i.path for i in found.items}
    assert [(o.item and paths[o.item], o.modality, o.span.text) for o in found.obligations] == [
        ("3", "require", "各镇要在3月10日前与各村签订责任书，镇长是第一责任人。"),
        ("3", "require", "林业局要会同公安局每周通报火情。"),
        ("4", "prohibit", "严禁任何人携带火种进山。"),
        ("4", "require", "凡进入林区的人员，要主动登记。"),
        ("5.1", "require", "应急局要在24小时内补齐缺口，并向县防火办报告。"),
        ("5.2", "require", "各单位要实行领导带班制度，发现火情立即上报。"),
    ]
    assert [(d.span.text, d.kind, d.value) for d in found.deadlines] == [
        ("3月10日前", "by", "2022-03-10"), ("每周", "recurring", "P7D"), ("24小时内", "within", "PT24H"), ("立即", "immediate", None),
    ]  # fmt: skip
    assert {p.span.text for p in found.parties} >= {"各镇", "林业局", "公安局", "应急局", "各单位"}
    assert found.noise == ()
    assert found.warnings == ()


def test_points_are_found_behind_what_was_cut_out() -> None:
    raw = "各镇要落实以下工作 1.加强巡查，逐户登记。 2.备足物资，专人保管。"
    assert [i.marker.text for i in extract(raw).items] == ["1.", "2."]
    assert [s.item for s in explain(raw)] == [None, "i1", "i2"]


def test_the_date_given_wins_over_the_date_stated() -> None:
    found = extract(SPEECH, date=date(2023, 3, 1))
    assert (found.source.date, found.source.date_source) == ("2023-03-01", "given")
    assert found.deadlines[0].value == "2023-03-10"


def test_without_a_date_nothing_is_guessed() -> None:
    found = extract("各镇要抓好落实。")
    assert (found.source.date, found.source.date_source) == (None, "none")


def test_a_gap_in_the_numbering_is_told() -> None:
    warnings = extract("各镇要做到：一是加强巡查。二是备足物资。四是严格值守。").warnings
    assert [(w.code, w.span and w.span.text) for w in warnings] == [("numbering-gap", "四是")]


def test_explain_gives_each_sentence_its_verdict_and_rule() -> None:
    said = explain("首页 > 讲话 > 正文\n形势依然严峻。\n一、加强巡查\n各镇要组织干部逐户登记，明确专人看守路口，做到底数清、情况明。")
    assert [(s.verdict, s.span.text, s.item) for s in said] == [
        ("noise", "首页 > 讲话 > 正文", None),
        ("context", "形势依然严峻。", None),
        ("heading", "一、加强巡查", "i1"),
        ("directive", "各镇要组织干部逐户登记，明确专人看守路口，做到底数清、情况明。", "i1"),
    ]
    assert all(s.rule for s in said)


def test_the_same_text_gives_the_same_bytes() -> None:
    assert extract(SPEECH).model_dump_json() == extract(SPEECH).model_dump_json()


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    program = "import sys; from extractor import extract; sys.stdout.buffer.write(extract(sys.stdin.buffer.read().decode()).model_dump_json().encode())"
    root = Path(__file__).parents[1]
    answers = {
        subprocess.run([sys.executable, "-c", program], input=SPEECH.encode(), cwd=root, env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert answers == {extract(SPEECH).model_dump_json().encode()}


def told(raw: str) -> list[object]:
    """The records without their offsets: every span by its clean words."""

    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            if {"start", "end", "text"} <= node.keys():
                words = node["clean"] or clean(node["text"]).text
                return {**{k: bare(v) for k, v in node.items() if k not in ("start", "end", "text", "clean")}, "words": words}
            return {k: bare(v) for k, v in node.items()}
        return [bare(v) for v in node] if isinstance(node, list) else node

    found = records(raw)
    return [bare(found[kind]) for kind in ("items", "obligations", "parties", "deadlines", "quarantine_rules", "warnings")]


NOTICES = ("当前隐藏内容免费查看", "（此处省略312字）", "\u200b", " ", "\u3000", "\ufeff", "\u00ad", "登录后查看全文")
LINES = ("第3页/共20页", "当前位置：首页 > 讲话 > 正文", "【打印】【关闭】", "扫一扫在手机打开当前页", "- 5 -")


@pytest.mark.parametrize("seed", range(25))
def test_noise_changes_no_record(seed: int) -> None:
    """Notices inside sentences and furniture between lines: the same records, only their offsets move."""
    chance = random.Random(seed)
    lines = []
    for line in SPEECH.split("\n"):
        inside = [at for at in range(2, len(line) - 1) if not re.match("[0-9A-Za-z]", line[at])]
        for at in sorted(chance.sample(inside, min(2, len(inside))), reverse=True):
            line = line[:at] + chance.choice(NOTICES) + line[at:]
        lines.append(line)
        if chance.random() < 0.4:
            lines.append(chance.choice(LINES))
    raw = "\n".join(lines)
    assert told(raw) == told(SPEECH)
    check_grounding(raw)
    check_that_nothing_is_lost(raw)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: s.replace("\n", "\r\n"), id="line breaks of Windows"),
        pytest.param(lambda s: "\ufeff" + s, id="byte order mark"),
        pytest.param(lambda s: s.translate(str.maketrans("，：；！？（）", ",:;!?()")), id="half-width marks"),
        pytest.param(lambda s: s.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789"}), id="full-width digits"),
        pytest.param(lambda s: s.replace("\n", "\n\n\u3000\u3000"), id="blank lines and indents"),
        pytest.param(lambda s: re.sub("(?<=[\u4e00-\u9fff，])(?=[\u4e00-\u9fff])", " ", s), id="a space between all Chinese characters"),
    ],
)
def test_the_form_of_the_text_changes_no_record(change: Any) -> None:
    assert told(change(SPEECH)) == told(SPEECH)


def test_the_records_are_json_of_the_contract() -> None:
    found = json.loads(extract(SPEECH).model_dump_json())
    assert list(found)[:3] == ["schema", "extractor", "source"]
    assert found["schema"] == "1"
    assert found["source"]["chars"] == len(SPEECH)
