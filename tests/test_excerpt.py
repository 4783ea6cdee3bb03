"""Every character of an excerpt lies where its offset says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import extractor
from extractor.excerpt import Excerpt


@given(st.text(min_size=1, max_size=60), st.lists(st.integers(0, 60), max_size=12))
def test_every_character_is_found_again(source: str, cuts: list[int]) -> None:
    ends = sorted({min(c, len(source)) for c in cuts})
    stretches = list(zip(ends[::2], ends[1::2], strict=False))
    part = Excerpt(source, stretches)
    kept = {i for a, b in stretches for i in range(a, b)}
    back = [part.offset(at) for at in range(len(part.text))]
    assert kept <= set(back)
    for at, i in enumerate(back):
        assert part.text[at] == (source[i] if i in kept else "\n")


def test_only_what_is_asked_has_deadlines() -> None:
    text = "截至6月底前，已有三镇完成验收。各镇要在9月底前完成整改，县水利局接报后2小时内到场。"
    found = extractor.extract(text).deadlines
    assert [d.span.text for d in found] == ["9月底前", "接报后2小时内"]
    assert [d.trigger.text for d in found if d.trigger] == ["接报后"]
    assert all(text[d.span.start : d.span.end] == d.span.text for d in found)
