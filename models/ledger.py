"""The ledger (台账): how records become the rows that an office works with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from models.records import Item, Span

_MARKER_END = re.compile(r"[、．.，,：:\s]+$")
_TO_OFFICIAL = str.maketrans("()", "（）")


def words(span: Span) -> str:
    """What a span says, without the noise that cuts it."""
    return span.clean or span.text


def labels(items: Iterable[Item]) -> Mapping[str, tuple[str, str]]:
    """For each item its path in Chinese and the heading of its outermost point: `二（三）2`, `强化排查`.

    The path is that of the markers as the text has them; never `2-3-2`, of which spreadsheets make dates.
    """
    found: dict[str, tuple[str, str]] = {}
    for item in items:
        marker = _MARKER_END.sub("", words(item.marker)).translate(_TO_OFFICIAL)
        above, section = found.get(item.parent or "", ("", words(item.heading)))
        # Two numbers side by side would read as one.
        joint = "·" if above[-1:].isdecimal() and marker[:1].isdecimal() else ""
        found[item.id] = (f"{above}{joint}{marker}", section)
    return found
