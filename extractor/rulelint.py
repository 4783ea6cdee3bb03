"""Proves of a pattern that it runs in linear time, or says why not.

Python's regular expressions backtrack: where a pattern can match the same text in several ways, all are tried before it
fails. Time is linear in the text if the steps from one starting place are bounded by a constant. The lint computes such
a bound from the parsed pattern, for the worst text there can be: the number of *ways* in which a piece can match at one
place, multiplied along the pattern. Where the next character decides (`[0-9]{1,3}日`: a digit or 日) there is one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# The parser of the re module is the only one that reads exactly the syntax that re runs. It is not public; should it
# change, tests/test_rulelint.py shows it, which lints pieces of every kind.
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from extractor.rule import Rule

MAX_STEPS = 200_000
"""The most steps that a pattern may take from one starting place."""

MAX_REPEAT = 400
"""The longest that a repeat may be: no clause is longer."""

_CLASSES = {op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY}
_ASSERTIONS = {op.ASSERT, op.ASSERT_NOT}
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
_BACK_REFERENCES = {op.GROUPREF, op.GROUPREF_EXISTS}
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip

Nodes = Sequence[Any]
Characters = frozenset[int]


class BadPattern(ValueError):
    """A pattern that may take more than linear time, or is none at all; says why and how to write it instead."""


@dataclass(frozen=True, slots=True)
class _Bound:
    """Of a piece of a pattern: in how many ways it can match at one place, and the steps to try all of them."""

    ways: int
    steps: int


def check(pattern: str) -> int:
    """The most steps that a pattern takes from one starting place. Raises BadPattern if it is not linear in the text.

    >>> check("[0-9]{1,2}日")
    7
    >>> check("(?:[^。]+要)*")
    Traceback (most recent call last):
    extractor.rulelint.BadPattern: unbounded repeat: write {0,n} with a small n instead of *, + or {n,}
    """
    try:
        re.compile(pattern)  # says more than the parser: that a look-behind must have one width
        parsed = parser.parse(pattern)
    except re.error as error:
        raise BadPattern(f"not a regular expression: {error}") from None
    steps = _Lint(parsed).sequence(parsed, frozenset()).steps
    if steps > MAX_STEPS:
        raise BadPattern(
            f"up to {steps:,} steps from one starting place, the limit is {MAX_STEPS:,}: "
            "lower the bounds of repeats that follow one another, or make the character between them decide"
        )
    return steps


def faults(rules: Iterable[Rule]) -> list[str]:
    """What is wrong with a list of rules, one line a fault: patterns that are not linear, and ids used twice."""
    found = []
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            found.append(f"{rule.id}: the id is used twice")
        seen.add(rule.id)
        try:
            check(rule.pattern)
        except BadPattern as bad:
            found.append(f"{rule.id}: {bad}")
    return found


class _Lint:
    """One pattern. Sets of characters are sets of samples: the ends of every range in the pattern and their neighbours
    suffice to see whether two classes share a character."""

    def __init__(self, parsed: Nodes) -> None:
        ends = set(_ends(parsed)) | set(range(128)) | {0x4E00, 0x3002, 0xFF10, 0x3000}
        self._samples: Characters = frozenset(
            c for end in ends for c in (end - 1, end, end + 1) if 0 <= c <= 0x10FFFF and not 0xD800 <= c <= 0xDFFF
        )

    def sequence(self, nodes: Nodes, follow: Characters) -> _Bound:
        """Pieces one after the other: every way of the earlier ones tries the later ones again.

        ``follow`` are the characters that what comes after can begin with; none at the end, where the match is found.
        """
        bounds: list[_Bound] = []
        for node in reversed(list(nodes)):
            bounds.append(self._piece(node, follow))
            first, empty = self._first(node)
            follow = first | follow if empty else first
        ways, steps = 1, 1
        for bound in reversed(bounds):
            steps += ways * bound.steps
            ways *= bound.ways
        return _Bound(ways, steps)

    def _piece(self, node: tuple[Any, Any], follow: Characters) -> _Bound:
        kind, value = node
        if kind in _CLASSES or kind is op.AT:
            return _Bound(1, 1)
        if kind is op.SUBPATTERN:
            return self.sequence(value[3], follow)
        if kind is op.ATOMIC_GROUP:
            return _Bound(1, self.sequence(value, frozenset()).steps)
        if kind in _ASSERTIONS:
            return _Bound(1, self.sequence(value[1], frozenset()).steps)
        if kind is op.BRANCH:
            return self._branch(value[1], follow)
        if kind in _REPEATS:
            least, most, body = value
            return self._repeat(kind, least, most, body, follow)
        if kind in _BACK_REFERENCES:
            raise BadPattern("back-reference: compare the two texts in the build of the rule instead")
        raise BadPattern(f"unknown element {kind}")

    def _repeat(self, kind: Any, least: int, most: int, body: Nodes, follow: Characters) -> _Bound:
        if most == parser.MAXREPEAT:
            raise BadPattern("unbounded repeat: write {0,n} with a small n instead of *, + or {n,}")
        if most > MAX_REPEAT:
            raise BadPattern(f"repeat of up to {most}, the limit is {MAX_REPEAT}")
        first, empty = self._first_of(body)
        again, last = self.sequence(body, first), self.sequence(body, follow)
        steps_of_round = max(again.steps, last.steps)
        if kind is op.POSSESSIVE_REPEAT:
            return _Bound(1, 1 + most * steps_of_round)
        decided = not empty and not first & follow
        # Each round is tried for every way of the rounds before it, and may be the last one.
        ways, steps, before = int(least == 0), 1, 1
        for done in range(1, most + 1):
            steps += before * steps_of_round
            if done >= least:
                ways = max(ways, before * last.ways) if decided else ways + before * last.ways
            before *= again.ways
            if steps > MAX_STEPS and again.ways > 1:
                raise BadPattern(
                    "repeat inside a repeat: the ways to match multiply with each round; write the rounds out"
                    if _has_repeat(body)
                    else "repeat of alternatives that match alike: the ways to match multiply with each round"
                )
        return _Bound(max(ways, 1), steps)

    def _branch(self, alternatives: Sequence[Nodes], follow: Characters) -> _Bound:
        """Alternatives of which one is no beginning of the other exclude each other."""
        bounds = [self.sequence(alternative, follow) for alternative in alternatives]
        beginnings = [_beginning(alternative) for alternative in alternatives]
        firsts = [self._first_of(alternative) for alternative in alternatives]
        loose = frozenset().union(*(first for (first, _), text in zip(firsts, beginnings, strict=True) if not text))
        ways = 1
        for text in {*beginnings, *((character,) for character in loose)}:
            together = 0
            for bound, beginning, (first, empty) in zip(bounds, beginnings, firsts, strict=True):
                begins = text[: len(beginning)] == beginning if beginning else empty or text[:1] and text[0] in first
                together += bound.ways if begins else 0
            ways = max(ways, together)
        return _Bound(ways, sum(bound.steps for bound in bounds))

    def _first_of(self, nodes: Nodes) -> tuple[Characters, bool]:
        """The characters with which a sequence can begin, and whether it can be empty."""
        first: Characters = frozenset()
        for node in nodes:
            more, empty = self._first(node)
            first |= more
            if not empty:
                return first, False
        return first, True

    def _first(self, node: tuple[Any, Any]) -> tuple[Characters, bool]:
        kind, value = node
        if kind in _CLASSES:
            return self._class(kind, value), False
        if kind is op.SUBPATTERN:
            return self._first_of(value[3])
        if kind is op.ATOMIC_GROUP:
            return self._first_of(value)
        if kind is op.BRANCH:
            parts = [self._first_of(alternative) for alternative in value[1]]
            return frozenset().union(*(first for first, _ in parts)), any(empty for _, empty in parts)
        if kind in _REPEATS:
            first, empty = self._first_of(value[2])
            return first, empty or value[0] == 0
        return frozenset(), True

    def _class(self, kind: Any, value: Any) -> Characters:
        if kind is op.LITERAL:
            return _both_cases(value)
        if kind is op.NOT_LITERAL:
            return self._samples - {value}
        if kind is op.ANY:
            return self._samples - {ord("\n")}
        found: set[int] = set()
        negated = False
        for part, inner in value:
            if part is op.NEGATE:
                negated = True
            elif part is op.LITERAL:
                found |= {inner} if negated else _both_cases(inner)
            elif part is op.RANGE:
                found |= {c for c in self._samples if inner[0] <= c <= inner[1]}
            else:
                category = re.compile(_CATEGORIES[inner])
                found |= {c for c in self._samples if category.match(chr(c))}
        return self._samples - found if negated else frozenset(found)


def _both_cases(character: int) -> Characters:
    """A flag may make a letter stand for both."""
    return frozenset(map(ord, chr(character).lower() + chr(character).upper()))


def _ends(nodes: Any) -> Iterable[int]:
    """Every character and end of a range that a pattern names."""
    if isinstance(nodes, int):
        yield nodes
    elif isinstance(nodes, (tuple, list, parser.SubPattern)):
        for node in nodes:
            yield from _ends(node)


def _has_repeat(nodes: Any) -> bool:
    """Whether a repeat of more than one round, with a choice how many, stands anywhere inside."""
    if isinstance(nodes, tuple) and len(nodes) == 2 and nodes[0] in _REPEATS:
        least, most, body = nodes[1]
        return (most > 1 and least != most) or _has_repeat(body)
    if isinstance(nodes, (tuple, list, parser.SubPattern)):
        return any(_has_repeat(node) for node in nodes)
    return False


def _beginning(nodes: Nodes) -> tuple[int, ...]:
    """The fixed characters with which a sequence begins."""
    out: list[int] = []
    for kind, value in nodes:
        if kind is not op.LITERAL:
            break
        out.append(value)
    return tuple(out)
