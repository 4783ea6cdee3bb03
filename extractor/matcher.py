"""Runs a list of rules over a text; the one place where overlaps are settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractor.rule import Match, Rule, compiled


def candidates(rules: Sequence[Rule], text: str, start: int = 0, end: int | None = None) -> list[Match]:
    """Every finding of every rule in text[start:end], overlapping ones too, in the order of the rules."""
    stop = len(text) if end is None else end
    found: list[Match] = []
    for rule in rules:
        pattern = compiled(rule.pattern)
        named = "span" in pattern.groupindex
        for m in pattern.finditer(text, start, stop):
            a, b = m.span("span") if named else m.span()
            if a >= b:
                continue
            value = rule.build(m)
            if value is not None:
                found.append(Match(rule, a, b, value))
    return found


def settle(found: Iterable[Match]) -> list[Match]:
    """Of overlapping findings the leftmost stays, of those the longest, of those the one of the earlier rule."""
    out: list[Match] = []
    at = 0
    for m in sorted(found, key=lambda m: (m.start, -m.end)):
        if m.start >= at:
            out.append(m)
            at = m.end
    return out


def find(rules: Sequence[Rule], text: str, start: int = 0, end: int | None = None) -> list[Match]:
    """The findings of the rules in text[start:end], in text order, none overlapping.

    >>> day = Rule("t.day", "日期", "[0-9]{1,2}日", yes=("[5日]前报",), no=("日报",))
    >>> [(m.start, m.end) for m in find([day], "5日前报")]
    [(0, 2)]
    """
    return settle(candidates(rules, text, start, end))
