"""Cuts the cleaned text into lines and sentences."""

from __future__ import annotations

import re
from typing import NamedTuple

_END = re.compile(r"[。！？!?；;]{1,8}[”’」』\"'）)]{0,4}|\n")


class Sentence(NamedTuple):
    """A sentence of the cleaned text: half-open offsets, no white space at its ends.

    ``line`` counts the lines (paragraphs) of the cleaned text from 0. A sentence ends after 。！？； with their closing
    quotes and brackets, or at a line break.
    """

    start: int
    end: int
    line: int


def split(text: str) -> list[Sentence]:
    """The sentences of a cleaned text, in order; every character that is not white space lies in exactly one.

    >>> [(s.start, s.end, s.line) for s in split("请报。\\n要快；")]
    [(0, 3, 0), (4, 7, 1)]
    """
    out: list[Sentence] = []
    at = line = 0
    ends = [(m.end(), m.group() == "\n") for m in _END.finditer(text)]
    for stop, newline in [*ends, (len(text), False)]:
        a, b = at, stop
        while a < b and text[a].isspace():
            a += 1
        while b > a and text[b - 1].isspace():
            b -= 1
        if b > a:
            out.append(Sentence(a, b, line))
        at = stop
        line += newline
    return out
