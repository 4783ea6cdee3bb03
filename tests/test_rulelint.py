"""The lint accepts what is linear, refuses what is not, and every rule passes it."""

from __future__ import annotations

from re import _parser as parser  # type: ignore[attr-defined]

import pytest

from extractor import items, rulelint
from extractor.rule import Rule
from extractor.rules import groups

RULES = [rule for group in groups() for rule in group.rules]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_linear(rule: Rule) -> None:
    rulelint.check(rule.pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "[0-9]{1,3}日",
        "(?:[0-9]{1,2}、){1,30}[0-9]{1,2}日",  # a repeat in a repeat, but each character decides
        "(?:县|市|区)(?:财政|教育|民政)局",
        "(?:集中|集中隔离)[0-9]{1,2}天",
        "(?<![主重])要(?!求)",
        "(?P<who>[^，。]{2,20})牵头",
        "(?>[^。]{0,60})。",
        "(?i:icp)备[0-9]{1,12}号",
        "^附件",
    ],
)
def test_accepts(pattern: str) -> None:
    assert rulelint.check(pattern) <= rulelint.MAX_STEPS


BAD = {
    "unbounded": [".*", ".+要", "要[^。]*", "[ ]+$", r"\s+$", "a{3,}", "(?:要)+", "x*?y", "[0-9]++日", "(?=.*要)要", "(?P<name>.+)"],
    "repeat inside a repeat": [
        "(?:[^。]{1,9}，?){1,9}。",
        "(?:[一二三]{1,3}){1,20}、",
        "(?:(?:a{1,4}){1,4}){1,4}b",
        "(?:[^，]{0,5}要[^，]{0,5}){2,8}的",
    ],
    "back-reference": [r"(.)\1", "(?P<a>要)(?P=a)", "(要)?(?(1)求|是)"],
    "repeat of alternatives": ["(?:a|ab|abc|b|bc|c){1,12}d", "(?:要|要){20}的"],
    "steps": [".{0,60}要.{0,60}的.{0,60}好", "[^。]{0,99}[^，]{0,99}[^；]{0,99}。"],
    "repeat of up to": ["[^。]{0,5000}。", "(?:要){900}", "(?:a?){12}(?:a?){401}b"],
    "not a regular expression": ["(", "[一-", "(?P<a>要", "要)", "?要", "(?<=.{1,2})要", "(?P=b)"],
}  # fmt: skip


@pytest.mark.parametrize(("reason", "pattern"), [(reason, p) for reason, patterns in BAD.items() for p in patterns])
def test_refuses(reason: str, pattern: str) -> None:
    with pytest.raises(rulelint.BadPattern, match=reason):
        rulelint.check(pattern)


HINTED = [
    pytest.param(pattern, id=name)
    for name, pattern in (
        *((r.id, r.pattern) for r in RULES if r.pattern.startswith("(?=[")),
        ("items", items._MARKER.pattern),
    )
]


@pytest.mark.parametrize("pattern", HINTED)
def test_a_look_ahead_at_the_beginning_leaves_no_beginning_out(pattern: str) -> None:
    asked, *rest = parser.parse(pattern)
    lint = rulelint._Lint([asked, *rest])
    allowed, _ = lint._first_of(asked[1][1])
    begins, _ = lint._first_of(rest)
    assert rest and not {chr(c) for c in begins - allowed}


def test_faults_name_the_rule_and_ids_used_twice() -> None:
    good = Rule("t.good", "好", "要[0-9]{1,2}日", yes=(), no=())
    bad = Rule("t.bad", "坏", "要.*", yes=(), no=())
    assert rulelint.faults([good]) == []
    assert [fault.split(":")[0] for fault in rulelint.faults([good, bad, good])] == ["t.bad", "t.good"]


def test_the_bound_grows_with_the_ways_to_match() -> None:
    assert rulelint.check("a{0,30}b") < rulelint.check("a{0,30}a{0,30}b") < rulelint.check("a{0,30}a{0,30}a{0,30}b")
