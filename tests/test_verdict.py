"""The steps below the verdict: sentences cut at points, cues where they may stand, lead-ins of lists, probabilities."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.items import outline
from extractor.sentences import split
from extractor.verdict import Features, Piece, evidence, lead_in, pieces, probability, weights


def cut(text: str) -> list[Piece]:
    return pieces(split(text), outline(text))


def signs(text: str) -> list[Features]:
    return evidence(text, cut(text))


def test_pieces_cover_the_sentences_and_begin_at_points() -> None:
    text = "各镇要做到：一是加强巡查；二是备足物资。\n形势严峻。"
    found = cut(text)
    assert [text[p.start : p.end] for p in found] == ["各镇要做到：", "一是加强巡查；", "二是备足物资。", "形势严峻。"]
    assert [(p.point, p.line) for p in found] == [(None, 0), (0, 0), (1, 0), (None, 1)]
    assert [text[p.words : p.end] for p in found] == ["各镇要做到：", "加强巡查；", "备足物资。", "形势严峻。"]


@given(st.text(st.sampled_from("一二三、是要（）1.，。；：\n各镇抓好落实"), max_size=50))
def test_pieces_lose_and_double_nothing(text: str) -> None:
    found = cut(text)
    assert "".join(text[p.start : p.end] for p in found) == "".join(text[s.start : s.end] for s in split(text))
    assert all(p.start <= p.words <= p.end for p in found)
    assert all(p.start < p.end for p in found)
    assert len(evidence(text, found)) == len(found)


@pytest.mark.parametrize(
    ("sentence", "cue", "stands"),
    [
        ("各镇要抓好落实。", "verdict.yao", True),
        ("主要任务已经明确。", "verdict.yao", False),
        ("村委会要抓好落实。", "verdict.yao", True),
        ("业主要抓好落实。", "verdict.yao", True),
        ("派出所要抓好落实。", "verdict.yao", True),
        ("司机要佩戴口罩。", "verdict.yao", True),
        ("农机要提前检修。", "verdict.yao", True),
        ("思想要高度统一。", "verdict.yao", True),
        ("所要的材料已经备齐。", "verdict.yao", False),
        ("业主要求退房。", "verdict.yao", False),
        ("要抓好落实。", "verdict.yao-head", True),
        ("同时，要抓好落实。", "verdict.yao-head", True),
        ("同时要抓好落实。", "verdict.yao-head", True),
        ("一是要抓好落实。", "verdict.yao-head", True),
        ("各镇要抓好落实。", "verdict.yao-head", False),
        ("村里确保安全。", "verdict.ensure", False),
        ("抓好排查，确保安全。", "verdict.ensure", True),
    ],
)
def test_a_cue_counts_only_where_it_may_stand(sentence: str, cue: str, stands: bool) -> None:
    assert [cue in f for f in signs(sentence)] == [stands]


def test_a_cue_counts_for_its_own_sentence_alone() -> None:
    found = signs("形势严峻。各镇要抓好落实。成效明显。")
    assert ["verdict.yao" in f for f in found] == [False, True, False]


def test_a_cue_in_a_marker_does_not_count() -> None:
    assert "verdict.yao" not in signs("一要加强巡查；二要备足物资。")[0]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("还存在以下问题：一是认识不足。二是措施不力。", "还存在以下问题："),
        ("形势严峻。下面讲三点意见。\n一、提高认识。\n二、压实责任。", "下面讲三点意见。"),
        ("一、要严管。对此有三点要求：一是要细。二是要实。", "对此有三点要求："),
        ("一是认识不足。二是措施不力。", ""),
    ],
)
def test_the_words_that_announce_a_list(text: str, lead: str) -> None:
    nodes = outline(text)
    assert lead_in(text, nodes, len(nodes) - 1) == lead


def test_all_points_of_a_list_share_its_lead_in() -> None:
    text = "还存在以下问题：一是认识不足。二是措施不力。三是督查不严。"
    nodes = outline(text)
    assert {lead_in(text, nodes, i) for i in range(3)} == {"还存在以下问题："}


def test_probability() -> None:
    assert probability({}, {}) == 0.5
    assert probability({}, {"bias": 2.0}) == pytest.approx(1 / (1 + math.exp(-2)))
    assert probability({"a": 2.0, "unknown": 9.0}, {"a": 1.5, "bias": -1.0}) == pytest.approx(1 / (1 + math.exp(-2)))
    assert 0 < probability({"a": 1e9}, {"a": -1.0}) < 0.001, "no sum overflows"


def test_the_weights_are_numbers_of_known_signs() -> None:
    assert {"sentence", "point", "context", "heading"} <= set(weights())
    assert all(math.isfinite(w) for table in weights().values() for w in table.values())
