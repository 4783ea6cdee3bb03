"""Every example of every rule, each a test of its own, with all rules of the group at work."""

from __future__ import annotations

import re

import pytest

from extractor.rule import Rule
from extractor.rules import Group, groups

GROUPS = groups()
RULES = [(group, rule) for group in GROUPS for rule in group.rules]


def _examples() -> list[object]:
    out: list[object] = []
    for group, rule in RULES:
        for kind, examples in (("yes", rule.yes), ("no", rule.no)):
            out += [pytest.param(group, rule, e, kind, id=f"{rule.id}-{kind}{n}") for n, e in enumerate(examples, 1)]
    return out


def _unmarked(example: str) -> tuple[str, int, int]:
    """The sentence without its brackets, and where they stood."""
    assert example.count("[") == example.count("]") == 1, f"one finding in ASCII brackets, please: {example}"
    start, end = example.index("["), example.index("]") - 1
    return re.sub(r"[\[\]]", "", example), start, end


@pytest.mark.parametrize(("group", "rule", "example", "kind"), _examples())
def test_example(group: Group, rule: Rule, example: str | tuple[str, object], kind: str) -> None:
    if kind == "no":
        assert isinstance(example, str)
        found = [example[m.start : m.end] for m in group.run(example) if m.rule.id == rule.id]
        assert not found, f"{rule.id} must not find {found} in: {example}"
        return
    sentence, value = (example, None) if isinstance(example, str) else example
    text, start, end = _unmarked(sentence)
    here = [m for m in group.run(text) if (m.start, m.end) == (start, end)]
    assert rule.id in [m.rule.id for m in here], f"not found by {rule.id}: {sentence}; found {_told(group, text)}"
    if value is not None:
        assert value in [m.value for m in here if m.rule.id == rule.id]


def _told(group: Group, text: str) -> list[tuple[str, str]]:
    return [(m.rule.id, text[m.start : m.end]) for m in group.run(text)]


def test_no_rule_lacks_examples_of_either_kind() -> None:
    poor = [rule.id for _, rule in RULES if len(rule.yes) < 2 or len(rule.no) < 2]
    assert not poor, f"at least two yes and two no examples each: {poor}"


def test_ids_are_unique_and_their_first_word_tells_the_group() -> None:
    ids = [rule.id for _, rule in RULES]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if not re.fullmatch(r"[a-z]+\.[a-z0-9-]+", i)] == []
    groups_of = {(rule.id.split(".")[0], group.name) for group, rule in RULES}
    assert len({word for word, _ in groups_of}) == len(groups_of)


def test_every_rule_says_in_chinese_what_it_means() -> None:
    assert [r.id for _, r in RULES if not re.search("[\u4e00-\u9fff]", r.meaning)] == []
