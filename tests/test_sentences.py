"""Where sentences end, and that nothing lies between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.sentences import split


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("各镇要巡查。各村要值守！谁来负责？", ["各镇要巡查。", "各村要值守！", "谁来负责？"], id="final marks"),
        pytest.param("一是查人；二是查车；", ["一是查人；", "二是查车；"], id="semicolons"),
        pytest.param("各镇要巡查，各村要值守：逐户登记。", ["各镇要巡查，各村要值守：逐户登记。"], id="commas and colons do not end it"),
        pytest.param("县长说：“要抓紧。”大家要落实。", ["县长说：“要抓紧。”", "大家要落实。"], id="closing quotes belong to it"),
        pytest.param("（各镇要巡查。）各村要值守。", ["（各镇要巡查。）", "各村要值守。"], id="closing brackets belong to it"),
        pytest.param("怎么办？！马上整改。。。", ["怎么办？！", "马上整改。。。"], id="runs of marks"),
        pytest.param("工作要点\n各镇要巡查", ["工作要点", "各镇要巡查"], id="line breaks"),
        pytest.param("2.0版方案20:00前完成1,000户。", ["2.0版方案20:00前完成1,000户。"], id="marks inside figures"),
        pytest.param("", [], id="nothing"),
        pytest.param(" \n ", [], id="white space"),
        pytest.param("。", ["。"], id="a mark alone"),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_lines_are_counted() -> None:
    assert [s.line for s in split("标题\n各镇要巡查。各村要值守。\n\n各校要演练。")] == [0, 1, 1, 3]


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("各镇要巡查，：。！？；”’）\n A1"), max_size=60))
def test_every_visible_character_lies_in_exactly_one_sentence(text: str) -> None:
    found = split(text)
    assert all(a.end <= b.start and a.line <= b.line for a, b in pairwise(found))
    assert "".join(cut(text)).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(text[s.start : s.end].strip() == text[s.start : s.end] != "" for s in found)
    assert all(s.line == text[: s.start].count("\n") for s in found)
