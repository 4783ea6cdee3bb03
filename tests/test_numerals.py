"""Numerals: what reads as a number, what does not, and every number reads back as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.numerals import parse

_DIGITS = "零一二三四五六七八九"


def _group(n: int) -> str:
    """1 to 9999 in Chinese, the way it is written inside a longer number (一十五)."""
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, unit)
        if digit:
            out += ("零" if gap and out else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = bool(out)
    return out


def written(n: int) -> str:
    """A number below 10**12 in Chinese."""
    if n == 0:
        return "零"
    out = ""
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        group, n = divmod(n, unit)
        if group:
            out += ("零" if out and group < 1000 else "") + _group(group) + name
    return out.removeprefix("一") if out.startswith("一十") else out


@given(st.integers(0, 10**12 - 1))
def test_reads_what_was_written(n: int) -> None:
    assert parse(written(n)) == n


@given(st.integers(0, 10**12 - 1))
def test_reads_arabic_with_and_without_commas(n: int) -> None:
    assert parse(str(n)) == parse(f"{n:,}") == n


@given(st.integers(1000, 9999))
def test_reads_years_digit_by_digit(n: int) -> None:
    assert parse("".join("〇一二三四五六七八九"[int(d)] for d in str(n))) == n


@given(st.text(alphabet="零〇一二三四五六七八九十百千万亿两廿卅半几数多0123456789,.", max_size=40))
def test_never_fails(text: str) -> None:
    found = parse(text)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("一百二十", 120), ("两", 2), ("廿", 20), ("廿五", 25), ("卅一", 31), ("〇", 0), ("十", 10), ("一百二", 120), ("一百零二", 102),
        ("三万五", 35_000), ("两千零五", 2005), ("二〇二二", 2022), ("1,200", 1200), ("3万", 30_000), ("1.2亿", 120_000_000),
        ("壹佰贰拾", 120), ("一亿二千万", 120_000_000),
    ],
)  # fmt: skip
def test_writings(text: str, number: int) -> None:
    assert parse(text) == number


@pytest.mark.parametrize(
    "text", ["", "半", "几", "十几", "数十", "百", "十十", "1,20", "1.5", "1.23万5", "八百分", "1" * 25, "1.00001万"]
)
def test_no_definite_number(text: str) -> None:
    assert parse(text) is None


def test_a_million_digits_are_refused_at_once() -> None:
    assert parse("9" * 1_000_000) is None
