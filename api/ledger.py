"""The ledger of speeches that were just read: `models.ledger` has the columns, here are the rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from models import ledger
from models.ledger import Cell, Encoding, Entry, Preset
from models.records import Extraction, Item, Obligation


def csv_file(speeches: Iterable[tuple[str, Extraction]], preset: Preset, encoding: Encoding) -> Iterator[bytes]:
    """The ledger of several speeches in one file. Where a speech has no title, the name of its file stands for it."""
    found = (entry for name, extraction in speeches for entry in tasks(Path(name).stem, extraction))
    return ledger.write_csv(_lines(found, preset), encoding)


def _lines(found: Iterable[Entry], preset: Preset) -> Iterator[Iterable[Cell]]:
    yield ledger.header(preset)
    yield from ledger.rows(found, preset)


def tasks(name: str, extraction: Extraction) -> Iterator[Entry]:
    """One entry a task. Its words stand in one line.

    A bracket after the full stop that only names units or a date (`…。（市商务局牵头，6月底前完成）`) is an obligation
    of its own in the records; here it completes the task it stands behind.
    """
    items = {item.id: item for item in extraction.items}
    entries = dict(zip((o.id for o in extraction.obligations), ledger.entries(extraction), strict=True))
    for group in _groups(extraction.obligations):
        first = entries[group[0].id]
        parts = [entries[obligation.id] for obligation in group]
        yield replace(
            first,
            source=_one_line(first.source or name),
            section=_one_line(first.section),
            text=_task(group[0], items),
            standing=any(part.standing for part in parts),
            parties=tuple(party for part in parts for party in part.parties),
            deadlines=tuple(deadline for part in parts for deadline in part.deadlines),
        )


def _groups(obligations: Iterable[Obligation]) -> list[list[Obligation]]:
    """Obligations that make one row: each alone, but for brackets, which go with what they stand behind."""
    groups: list[list[Obligation]] = []
    for obligation in obligations:
        if groups and _follows(groups[-1], obligation):
            groups[-1].append(obligation)
        else:
            groups.append([obligation])
    return groups


def _follows(group: Sequence[Obligation], obligation: Obligation) -> bool:
    before = group[-1]
    # A line break and an indent at most stand between a task and its bracket, or between the parts of a bracket.
    near = before.item == obligation.item and obligation.span.start - before.span.end <= 4
    return near and (_is_bracket(obligation) or _open(group))


def _is_bracket(obligation: Obligation) -> bool:
    """Whether an obligation is a bracket; `（一）` in front of a task is none."""
    text = obligation.span.text.strip()
    return text.startswith(("（", "(")) and not 0 < text.replace(")", "）").find("）") < min(5, len(text) - 1)


def _open(group: Sequence[Obligation]) -> bool:
    """Whether a bracket that began in the group goes on: `（责任单位：市商务局；` before `完成时限：10月底前）`."""
    text = "".join(o.span.text for o in group)
    return sum(map(text.count, "（(")) > sum(map(text.count, "）)"))


def _task(obligation: Obligation, items: Mapping[str, Item]) -> str:
    """The words of a task. Those of a lone bracket are what stands before it in its point."""
    item = items.get(obligation.item or "")
    if _is_bracket(obligation) and item is not None:
        before = item.span.text[item.marker.end - item.span.start : obligation.span.start - item.span.start]
        return _one_line(before) or _one_line(ledger.words(obligation.span))
    return _one_line(ledger.words(obligation.span))


def _one_line(text: str) -> str:
    return " ".join(text.split())
