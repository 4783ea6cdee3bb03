"""Some stretches of a text as one text, with the way back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable


class Excerpt:
    """The stretches of a text that are worth reading, each on a line of its own.

    Stretches that touch stay together; they are given in order and do not overlap. ``text`` is what to read.

    >>> part = Excerpt("形势严峻。6月底前报。已有进展。3日内改。", [(5, 11), (16, 21)])
    >>> part.text, part.offset(7)
    ('6月底前报。\\n3日内改。', 16)
    """

    def __init__(self, source: str, stretches: Iterable[tuple[int, int]]) -> None:
        merged: list[tuple[int, int]] = []
        for start, end in stretches:
            if merged and merged[-1][1] == start:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
        self.text = "\n".join(source[start:end] for start, end in merged)
        self._from = [start for start, _ in merged]
        self._at: list[int] = []
        size = 0
        for start, end in merged:
            self._at.append(size)
            size += end - start + 1

    def offset(self, at: int) -> int:
        """The offset in the source of offset ``at`` of the excerpt; of a line break, the end of what stands before."""
        k = bisect_right(self._at, at) - 1
        return self._from[k] + at - self._at[k]
