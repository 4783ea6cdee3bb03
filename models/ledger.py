"""The ledger (台账): how records become the rows that an office works with. The one place where its columns are.

An entry is an obligation with what its row needs, from a fresh extraction or from the store. Entries that make one
task are joined, a preset says which columns a row has, and `write_csv` makes the file. No national standard says what
the columns are; these are the customary ones.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Literal, NamedTuple

from models.records import Extraction, Item, Span

if TYPE_CHECKING:
    from models.store.obligations import ObligationView

Preset = Literal["督办台账", "分解表", "杭州式"]
Encoding = Literal["utf-8-sig", "utf-8", "gb18030"]
Cell = str | int

UNITS = "、"
WORDS = "；"
UNTOUCHED = "待签收"

# A task has so many parts at most, so that a bracket that nobody closed does not swallow what follows.
MOST_PARTS = 8
# A line break and an indent at most stand between a task and its bracket, or between the parts of a bracket.
NEAR = 4

# Posts that lead (分管领导, 乡镇长, 党委书记, 卫健局主要负责人); other posts are staff.
_LEADS = re.compile(r"(领导|书记|负责人|负责同志|长|主任)$")

_MARKER_END = re.compile(r"[、．.，,：:\s]+$")
_TO_OFFICIAL = str.maketrans("()", "（）")


class EntryParty(NamedTuple):
    """Who has to act: canonical name, type and role as `models.records` has them."""

    canonical: str
    type: str
    role: str


class EntryDeadline(NamedTuple):
    """By when: the speech's words, and the exclusive instant that follows where one does."""

    kind: str
    text: str
    due: dt.datetime | None


# Not frozen only because there are millions of them: to make a frozen one takes twice the time.
@dataclass(slots=True)
class Entry:
    """One obligation, or one task of several, with all that its row of the ledger tells.

    `start` and `end` are code points of the speech, `item` is its point. `before` is what stands between a bracket and
    the obligation before it in its point, `after` what follows the words of the task in the text and belongs to it.
    """

    record: str
    number: int
    speech: int | None
    item: str | int | None
    start: int
    end: int
    source: str
    date: dt.date | None
    section: str
    label: str
    text: str
    standing: bool
    status: str = UNTOUCHED
    progress: str = ""
    problems: str = ""
    next_steps: str = ""
    completion: int | None = None
    closed_on: dt.date | None = None
    parties: tuple[EntryParty, ...] = ()
    deadlines: tuple[EntryDeadline, ...] = ()
    before: str = ""
    after: str = ""


# From records to entries


def entries(extraction: Extraction) -> Iterator[Entry]:
    """The entries of a fresh extraction, in text order; record numbers are those of the text's hash and the record."""
    source = extraction.source
    place = labels(extraction.items)
    items = {item.id: item for item in extraction.items}
    parties = {party.id: party for party in extraction.parties}
    deadlines = {deadline.id: deadline for deadline in extraction.deadlines}
    ended = 0
    for number, obligation in enumerate(extraction.obligations, 1):
        item, span = items.get(obligation.item or ""), obligation.span
        label, section = place.get(obligation.item or "", ("", ""))
        before = ""
        if item is not None and is_bracket(span.text):
            since = max(item.marker.end, ended) - item.span.start
            before = item.span.text[since : span.start - item.span.start]
        ended = span.end
        yield Entry(
            record=f"{source.sha256[:12]}-{obligation.id}",
            number=number,
            speech=None,
            item=obligation.item,
            start=span.start,
            end=span.end,
            source=source.title or "",
            date=_day(source.date),
            section=section,
            label=label,
            text=words(span),
            standing=obligation.standing,
            parties=tuple(
                EntryParty(parties[role.party].canonical, parties[role.party].type, role.role)
                for role in obligation.parties
            ),
            deadlines=tuple(
                EntryDeadline(limit.kind, words(limit.span), _instant(limit.due))
                for limit in map(deadlines.__getitem__, obligation.deadlines)
            ),
            before=before,
        )


def stored_entry(view: ObligationView) -> Entry:
    """The entry of a stored obligation by itself, with its follow-up; its record number is that of the store."""
    return Entry(
        record=str(view.id),
        number=view.number + 1,
        speech=view.speech_id,
        item=view.item_id,
        start=view.start,
        end=view.end,
        source=view.speech_title or "",
        date=view.speech_date,
        section=view.section or "",
        label=view.label or "",
        text=view.clean or view.text,
        standing=view.standing,
        status=view.status,
        progress=view.progress or "",
        problems=view.problems or "",
        next_steps=view.next_steps or "",
        completion=view.completion,
        closed_on=view.closed_on,
        parties=tuple(EntryParty(party.canonical, party.type, party.role) for party in view.parties),
        deadlines=tuple(EntryDeadline(limit.kind, limit.text, _instant(limit.due)) for limit in view.deadlines),
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


# From entries to tasks


def grouped(found: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries in text order, in the groups that make one task each.

    A bracket after the full stop that only names units or a date (`…。（市商务局牵头，6月底前完成）`) is an obligation
    of its own in the records; in the ledger it completes the task that it stands behind.
    """
    group: list[Entry] = []
    for entry in found:
        if group and continues(group, entry):
            group.append(entry)
            continue
        if group:
            yield group
        group = [entry]
    if group:
        yield group


def continues(group: Sequence[Entry], entry: Entry) -> bool:
    """Whether an entry belongs to the task of the entries before it."""
    last = group[-1]
    return (
        entry.start - last.end <= NEAR
        and entry.item == last.item
        and entry.speech == last.speech
        and (is_bracket(entry.text) or _is_open(group))
        and len(group) < MOST_PARTS
    )


def is_bracket(text: str) -> bool:
    """Whether an obligation is a bracket, or begins one; a number in front of a task is none, nor a bracket before it.

    >>> [is_bracket(text) for text in ("（市商务局牵头，6月底前完成）", "（责任单位：市商务局；")]
    [True, True]
    >>> [is_bracket(text) for text in ("（一）各镇要加强巡查。", "（市商务局牵头）各镇要加强巡查。")]
    [False, False]
    """
    text = text.strip()
    if not text.startswith(("（", "(")):
        return False
    number = 0 < text[:5].replace(")", "）").find("）") < min(5, len(text) - 1)
    ended = text.rstrip("。；;").endswith(("）", ")"))
    return not number and (ended or ("）" not in text and ")" not in text))


def _is_open(group: Iterable[Entry]) -> bool:
    """Whether a bracket that began in the group goes on: `（责任单位：市商务局；` before `完成时限：10月底前）`."""
    text = "".join(entry.text for entry in group)
    return sum(map(text.count, "（(")) > sum(map(text.count, "）)"))


def task(group: Sequence[Entry]) -> Entry:
    """One entry of those that make a task: the words and number of the first, with what all of them say.

    The task of a lone bracket is what stands before it. Follow-up is what was entered first.
    """
    first = group[0]
    alone = is_bracket(first.text) and bool(first.before.strip())
    if len(group) == 1 and not alone:
        return first
    text = first.before if alone else first.text
    worked_on = [part for part in group if part.status != UNTOUCHED]
    return replace(
        first,
        text=text,
        after="".join(part.text for part in (group if alone else group[1:])),
        standing=any(part.standing for part in group),
        parties=tuple(party for part in group for party in part.parties),
        deadlines=tuple(deadline for part in group for deadline in part.deadlines),
        status=worked_on[0].status if worked_on else UNTOUCHED,
        progress=next((part.progress for part in group if part.progress), ""),
        problems=next((part.problems for part in group if part.problems), ""),
        next_steps=next((part.next_steps for part in group if part.next_steps), ""),
        completion=next((part.completion for part in group if part.completion is not None), None),
        closed_on=next((part.closed_on for part in group if part.closed_on is not None), None),
    )


# The cells


class Roles(NamedTuple):
    """Who stands where in a row, each once: units that lead, co-operate and oversee, and posts, which are persons."""

    leads: list[str]
    others: list[str]
    overseers: list[str]
    posts: list[str]


def roles(parties: Sequence[EntryParty]) -> Roles:
    """Where nobody is said to lead, the only or first of those simply responsible does; the others of them co-operate.

    >>> roles([EntryParty(name, "department", "responsible") for name in ("教育局", "公安局")]).others
    ['公安局']
    """
    by_role: dict[str, list[str]] = {"lead": [], "responsible": [], "support": [], "supervise": []}
    posts: list[str] = []
    for canonical, kind, role in parties:
        (posts if kind == "post" else by_role[role]).append(canonical)
    lead, responsible, support, overseers = by_role.values()
    leads = lead or responsible[:1]
    others = [unit for unit in responsible + support if unit not in leads]
    return Roles(*(list(dict.fromkeys(names)) for names in (leads, others, overseers, posts)))


# The same few parties have to act again and again.
@lru_cache(4096)
def _party_cells(parties: tuple[EntryParty, ...], joint: str) -> dict[str, str]:
    leads, others, overseers, posts = roles(parties)
    return {
        "责任领导": joint.join(post for post in posts if _LEADS.search(post)),
        "牵头单位": joint.join(leads),
        "配合单位": joint.join(others),
        "责任单位": joint.join(leads + others),
        "责任人": joint.join(post for post in posts if not _LEADS.search(post)),
        "备注": f"督导：{joint.join(overseers)}" if overseers else "",
    }


def due_date(entry: Entry) -> dt.date | None:
    """The last day on which an entry is in time: instants are exclusive, so that of midnight is the day before."""
    instants = [limit.due for limit in entry.deadlines if limit.due is not None]
    return (min(instants) - dt.timedelta(microseconds=1)).date() if instants else None


def _case_number(entry: Entry) -> str:
    year = f"〔{entry.date.year}〕" if entry.date else ""
    speech = "" if entry.speech is None else f"{entry.speech}-"
    return f"督{year}{speech}{entry.number}号"


@lru_cache(256)
def _source(title: str, day: dt.date | None) -> str:
    return _one_line(title) + (f"（{day.year}年{day.month}月{day.day}日）" if day else "")


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cells(entry: Entry, joint: str) -> dict[str, str]:
    """What every column says of an entry, by its title."""
    section, text = _one_line(entry.section), _one_line(entry.text)
    limits, periods = "", ""
    if entry.deadlines:
        limits = WORDS.join(dict.fromkeys(limit.text for limit in entry.deadlines if limit.kind != "recurring"))
        periods = WORDS.join(dict.fromkeys(limit.text for limit in entry.deadlines if limit.kind == "recurring"))
    limits = limits or ("长期" if entry.standing else "")
    missing = [] if entry.parties else ["责任单位"]
    if not limits and not periods:
        missing.append("完成时限")
    return {
        **_party_cells(entry.parties, joint),
        "督办编号": _case_number(entry),
        "任务来源": _source(entry.source, entry.date),
        "任务类别": section,
        "重点任务": section,
        "工作任务": text,
        "完成时限": limits,
        "时限日期": _iso(due_date(entry)) if entry.deadlines else "",
        "反馈周期": periods,
        "进展情况": entry.progress,
        "存在问题": entry.problems,
        "下一步打算": entry.next_steps,
        "完成率": "" if entry.completion is None else f"{entry.completion}%",
        "状态": entry.status,
        "办结时间": _iso(entry.closed_on),
        "原文依据": _one_line(entry.text + entry.after) if entry.after else text,
        "段落号": entry.label,
        "待确认项": UNITS.join(missing),
        "记录ID": entry.record,
    }


# 序号, the number of the row, comes first in each.
PRESETS: dict[Preset, tuple[str, ...]] = {
    "督办台账": (
        "督办编号", "任务来源", "任务类别", "工作任务", "责任领导", "牵头单位", "配合单位", "责任人", "完成时限",
        "时限日期", "反馈周期", "进展情况", "存在问题", "下一步打算", "完成率", "状态", "办结时间", "备注",
        "原文依据", "段落号", "待确认项", "记录ID",
    ),
    "分解表": ("重点任务", "工作任务", "责任领导", "牵头单位", "配合单位", "完成时限", "备注"),
    "杭州式": ("重点任务", "工作任务", "责任领导", "责任单位", "完成时限", "备注"),
}  # fmt: skip
DEFAULT_PRESET: Preset = "督办台账"

# Columns that a spreadsheet hides: they tie the row to its place in the text.
HIDDEN = ("原文依据", "段落号", "待确认项", "记录ID")


def header(preset: Preset = DEFAULT_PRESET) -> list[str]:
    """The column titles of a preset.

    >>> header("分解表")
    ['序号', '重点任务', '工作任务', '责任领导', '牵头单位', '配合单位', '完成时限', '备注']
    """
    return ["序号", *PRESETS[preset]]


def rows(
    tasks: Iterable[Entry], preset: Preset = DEFAULT_PRESET, *, first: int = 1, joint: str = UNITS
) -> Iterator[list[Cell]]:
    """The rows of a preset, numbered from `first`; `joint` stands between several units of a cell.

    Cells are not yet guarded against formulas.
    """
    wanted = itemgetter(*PRESETS[preset])
    for number, entry in enumerate(tasks, first):
        yield [number, *wanted(_cells(entry, joint))]


# CSV

# What a spreadsheet takes for the start of a formula, full-width forms included. A quote before such a start counts
# too: so each guarded cell has one quote more than before, and taking one away gives back what was there.
_STARTS = frozenset("'=+-@\t\r\n＝＋－＠")
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")


def guard(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula.

    >>> guard("=1+1"), guard("县卫健局"), guard(5)
    ("'=1+1", '县卫健局', 5)
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell as it was before `guard`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell


def write_csv(
    lines: Iterable[Iterable[Cell]], encoding: Encoding = "utf-8-sig", *, batch: int = 500
) -> Iterator[bytes]:
    """A CSV file of lines of one length, in pieces: guarded cells, CRLF, quotes as in RFC 4180.

    `utf-8-sig` begins with a byte order mark. Half a surrogate pair, which no encoding has, becomes U+FFFD.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    if encoding == "utf-8-sig":
        yield b"\xef\xbb\xbf"
    remaining = iter(lines)
    while some := list(islice(remaining, batch)):
        columns = [_guarded(column) for column in zip(*some, strict=True)]
        writer.writerows(zip(*columns, strict=True))
        yield _encode(buffer, encoding)


def _guarded(column: Sequence[Cell]) -> Sequence[Cell]:
    # Most columns repeat a few cells, and hardly any begins like a formula; this runs for every one of millions.
    suspect = any(str(cell)[:1] in _STARTS for cell in set(column))
    return [guard(cell) for cell in column] if suspect else column


def _encode(buffer: io.StringIO, encoding: Encoding) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    codec = "gb18030" if encoding == "gb18030" else "utf-8"
    try:
        return text.encode(codec)
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text).encode(codec)
