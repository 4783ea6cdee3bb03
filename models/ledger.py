"""The ledger (台账): how records become the rows that an office works with. The one place where its columns are.

An entry is an obligation with what its row needs, from a fresh extraction or from the store; a preset is a list of
columns; `write_csv` makes the file. No national standard says what the columns are; these are the customary ones.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from models.records import Extraction, Item, Span

if TYPE_CHECKING:
    from models.store.obligations import ObligationView

Preset = Literal["督办台账", "分解表", "杭州式"]
Encoding = Literal["utf-8-sig", "utf-8", "gb18030"]
Cell = str | int

UNITS = "、"
WORDS = "；"

# Posts that lead (分管领导, 乡镇长, 党委书记, 卫健局主要负责人); other posts are staff.
_LEADS = re.compile(r"(领导|书记|负责人|负责同志|长|主任)$")

_MARKER_END = re.compile(r"[、．.，,：:\s]+$")
_TO_OFFICIAL = str.maketrans("()", "（）")


@dataclass(frozen=True, slots=True)
class EntryParty:
    """Who has to act: canonical name, type and role as `models.records` has them."""

    canonical: str
    type: str
    role: str


@dataclass(frozen=True, slots=True)
class EntryDeadline:
    """By when: the speech's words, and the exclusive instant that follows where one does."""

    kind: str
    text: str
    due: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One obligation with all that its row of the ledger tells."""

    record: str
    number: int
    speech: int | None
    source: str
    date: dt.date | None
    section: str
    label: str
    text: str
    standing: bool
    parties: tuple[EntryParty, ...]
    deadlines: tuple[EntryDeadline, ...]
    status: str = "待签收"
    progress: str = ""
    problems: str = ""
    next_steps: str = ""
    completion: int | None = None
    closed_on: dt.date | None = None


# From records to entries


def entries(extraction: Extraction) -> Iterator[Entry]:
    """The entries of a fresh extraction, in text order; record numbers are those of the text's hash and the record."""
    source = extraction.source
    place = labels(extraction.items)
    parties = {party.id: party for party in extraction.parties}
    deadlines = {deadline.id: deadline for deadline in extraction.deadlines}
    for number, obligation in enumerate(extraction.obligations, 1):
        label, section = place.get(obligation.item or "", ("", ""))
        yield Entry(
            record=f"{source.sha256[:12]}-{obligation.id}",
            number=number,
            speech=None,
            source=source.title or "",
            date=_day(source.date),
            section=section,
            label=label,
            text=words(obligation.span),
            standing=obligation.standing,
            parties=tuple(
                EntryParty(parties[role.party].canonical, parties[role.party].type, role.role)
                for role in obligation.parties
            ),
            deadlines=tuple(
                EntryDeadline(limit.kind, words(limit.span), _instant(limit.due))
                for limit in map(deadlines.__getitem__, obligation.deadlines)
            ),
        )


def stored_entry(view: ObligationView) -> Entry:
    """The entry of a stored obligation, with its follow-up; its record number is that of the store."""
    return Entry(
        record=str(view.id),
        number=view.number + 1,
        speech=view.speech_id,
        source=view.speech_title or "",
        date=view.speech_date,
        section=view.section or "",
        label=view.label or "",
        text=view.clean or view.text,
        standing=view.standing,
        parties=tuple(EntryParty(party.canonical, party.type, party.role) for party in view.parties),
        deadlines=tuple(
            EntryDeadline(limit.kind, limit.text, _instant(limit.due)) for limit in view.deadlines
        ),
        status=view.status,
        progress=view.progress or "",
        problems=view.problems or "",
        next_steps=view.next_steps or "",
        completion=view.completion,
        closed_on=view.closed_on,
    )


def _day(value: str | None) -> dt.date | None:
    return None if value is None else dt.date.fromisoformat(value)


def _instant(value: str | None) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(value)


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


# The cells


def lead_units(entry: Entry) -> list[str]:
    """Who leads: those said to; where none is, the only or first of those simply responsible."""
    leads = _units(entry, "lead")
    return leads or _units(entry, "responsible")[:1]


def other_units(entry: Entry) -> list[str]:
    """Who co-operates: those said to, after those responsible beside the lead."""
    leads = lead_units(entry)
    return [unit for unit in _units(entry, "responsible") + _units(entry, "support") if unit not in leads]


def _units(entry: Entry, role: str) -> list[str]:
    return list(dict.fromkeys(p.canonical for p in entry.parties if p.role == role and p.type != "post"))


def _posts(entry: Entry, *, leading: bool) -> list[str]:
    posts = (party.canonical for party in entry.parties if party.type == "post")
    return list(dict.fromkeys(post for post in posts if bool(_LEADS.search(post)) == leading))


def due_date(entry: Entry) -> dt.date | None:
    """The last day on which an entry is in time: instants are exclusive, so that of midnight is the day before."""
    instants = [limit.due for limit in entry.deadlines if limit.due is not None]
    return (min(instants) - dt.timedelta(microseconds=1)).date() if instants else None


def _limits(entry: Entry) -> str:
    said = list(dict.fromkeys(limit.text for limit in entry.deadlines if limit.kind != "recurring"))
    return WORDS.join(said) or ("长期" if entry.standing else "")


def _periods(entry: Entry) -> str:
    return WORDS.join(dict.fromkeys(limit.text for limit in entry.deadlines if limit.kind == "recurring"))


def _remark(entry: Entry) -> str:
    overseers = _units(entry, "supervise")
    return f"督导：{UNITS.join(overseers)}" if overseers else ""


def _open_points(entry: Entry) -> str:
    missing = [] if entry.parties else ["责任单位"]
    return UNITS.join(missing + ([] if _limits(entry) or _periods(entry) else ["完成时限"]))


def _case_number(entry: Entry) -> str:
    year = f"〔{entry.date.year}〕" if entry.date else ""
    speech = "" if entry.speech is None else f"{entry.speech}-"
    return f"督{year}{speech}{entry.number}号"


def _source(entry: Entry) -> str:
    day = entry.date
    return entry.source + (f"（{day.year}年{day.month}月{day.day}日）" if day else "")


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


Column = tuple[str, Callable[[Entry], Cell]]

_TASK: tuple[Column, ...] = (
    ("重点任务", lambda entry: entry.section),
    ("工作任务", lambda entry: entry.text),
    ("责任领导", lambda entry: UNITS.join(_posts(entry, leading=True))),
)
_LEAD: Column = ("牵头单位", lambda entry: UNITS.join(lead_units(entry)))
_OTHERS: Column = ("配合单位", lambda entry: UNITS.join(other_units(entry)))
_ALL_UNITS: Column = ("责任单位", lambda entry: UNITS.join(lead_units(entry) + other_units(entry)))
_LIMIT: Column = ("完成时限", _limits)
_REMARK: Column = ("备注", _remark)

# The first column, 序号, is the number of the row and is added by `rows`.
PRESETS: dict[Preset, tuple[Column, ...]] = {
    "督办台账": (
        ("督办编号", _case_number),
        ("任务来源", _source),
        ("任务类别", lambda entry: entry.section),
        *_TASK[1:],
        _LEAD,
        _OTHERS,
        ("责任人", lambda entry: UNITS.join(_posts(entry, leading=False))),
        _LIMIT,
        ("时限日期", lambda entry: _iso(due_date(entry))),
        ("反馈周期", _periods),
        ("进展情况", lambda entry: entry.progress),
        ("存在问题", lambda entry: entry.problems),
        ("下一步打算", lambda entry: entry.next_steps),
        ("完成率", lambda entry: "" if entry.completion is None else f"{entry.completion}%"),
        ("状态", lambda entry: entry.status),
        ("办结时间", lambda entry: _iso(entry.closed_on)),
        _REMARK,
        ("原文依据", lambda entry: entry.text),
        ("段落号", lambda entry: entry.label),
        ("待确认项", _open_points),
        ("记录ID", lambda entry: entry.record),
    ),
    "分解表": (*_TASK, _LEAD, _OTHERS, _LIMIT, _REMARK),
    "杭州式": (*_TASK, _ALL_UNITS, _LIMIT, _REMARK),
}
DEFAULT_PRESET: Preset = "督办台账"

# Columns that a spreadsheet hides: they tie the row to its place in the text.
HIDDEN = ("原文依据", "段落号", "待确认项", "记录ID")


def header(preset: Preset = DEFAULT_PRESET) -> list[str]:
    """The column titles of a preset.

    >>> header("分解表")
    ['序号', '重点任务', '工作任务', '责任领导', '牵头单位', '配合单位', '完成时限', '备注']
    """
    return ["序号", *(title for title, _ in PRESETS[preset])]


def rows(found: Iterable[Entry], preset: Preset = DEFAULT_PRESET) -> Iterator[list[Cell]]:
    """The rows of a preset, numbered from 1; cells are not yet guarded against formulas."""
    columns = [cell for _, cell in PRESETS[preset]]
    for number, entry in enumerate(found, 1):
        yield [number, *(cell(entry) for cell in columns)]


# CSV

# What a spreadsheet takes for the start of a formula, full-width forms included. A quote before such a start counts
# too: so each guarded cell has one quote more than before, and taking one away gives back what was there.
_STARTS = "'=+-@\t\r\n＝＋－＠"
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def guard(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula.

    >>> guard("=1+1"), guard("县卫健局"), guard(5)
    ("'=1+1", '县卫健局', 5)
    """
    # Most cells are let pass by their first character; this runs for every one of millions.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in _STARTS and _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell as it was before `guard`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def write_csv(
    lines: Iterable[Iterable[Cell]], encoding: Encoding = "utf-8-sig", *, batch: int = 500
) -> Iterator[bytes]:
    """A CSV file in pieces: guarded cells, CRLF, quotes as in RFC 4180; `utf-8-sig` begins with a byte order mark.

    Half a surrogate pair, which no encoding has, becomes U+FFFD.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if encoding == "utf-8-sig":
        buffer.write("\ufeff")
    count = 0
    for count, line in enumerate(lines, 1):
        writer.writerow([guard(cell) for cell in line])
        if count % batch == 0:
            yield _encode(buffer, encoding)
    if count % batch or count == 0:
        yield _encode(buffer, encoding)


def _encode(buffer: io.StringIO, encoding: Encoding) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    codec = "gb18030" if encoding == "gb18030" else "utf-8"
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text).encode(codec)
