"""What a rule is, and what it finds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

Build = Callable[["re.Match[str]"], object]


def keep(_: re.Match[str]) -> object:
    """The build of a rule whose finding is the place itself."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with a meaning.

    ``id`` is unique, stored with each record and never reused (``deadlines.by-date``). ``meaning`` says in official
    Chinese what it finds. ``pattern`` is a regular expression over the cleaned text, every repeat bounded; a group
    named ``span`` narrows the finding to that group. ``build`` turns the match into a value, or None for "not after
    all". ``yes`` holds sentences with the finding in ASCII brackets, alone or with the value expected; ``no`` holds
    false friends that must yield nothing for this rule.

    >>> Rule("t.day", "日期", "[0-9]{1,2}日", yes=("[5日]前报",), no=("日报",)).id
    't.day'
    """

    id: str
    meaning: str
    pattern: str
    yes: tuple[str | tuple[str, object], ...]
    no: tuple[str, ...]
    build: Build = keep


class Match(NamedTuple):
    """A finding: half-open offsets in the text that was searched, and the value that the rule built."""

    rule: Rule
    start: int
    end: int
    value: object


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled once. A faulty one raises re.error when it is first used or linted."""
    return re.compile(pattern)
