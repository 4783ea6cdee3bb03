"""The 督办台账 of speeches that were just read, as CSV that opens in Excel and WPS.

One row an obligation. The columns are those that supervision offices use; 督办编号, 责任领导 and the columns of the
follow-up are left blank for people.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from models.ledger import labels, words
from models.records import Deadline, Extraction, Item, Modality, Obligation, Party, PartyRole

COLUMNS = (
    "序号", "督办编号", "任务来源", "任务类别", "工作任务", "责任领导", "牵头单位", "配合单位", "责任人", "完成时限",
    "时限日期", "反馈周期", "进展情况", "存在问题", "下一步打算", "完成率", "状态", "办结时间", "备注", "原文依据",
    "段落号", "待确认项", "记录ID",
)  # fmt: skip
NEW = "待签收"
"""The 状态 of an obligation that nobody has taken up yet."""

_REMARKS: dict[Modality, str] = {"require": "", "prohibit": "禁止性要求", "encourage": "倡导性要求"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_lines(speeches: Iterable[tuple[str, Extraction]]) -> Iterator[str]:
    """The ledger of several speeches, line by line with CRLF, header first.

    Each speech comes with the name that stands for it where it has no title. A cell that a spreadsheet would take for
    a formula begins with an apostrophe.
    """
    yield _csv_line(COLUMNS)
    number = 0
    for name, extraction in speeches:
        for row in rows(name, extraction):
            number += 1
            yield _csv_line([str(number), *(row.get(column, "") for column in COLUMNS[1:])])


def rows(name: str, extraction: Extraction) -> Iterator[dict[str, str]]:
    """What the columns hold for each obligation of a speech; a column that is not there is blank.

    A bracket after the full stop that only names units or a date (`…。（市商务局牵头，6月底前完成）`) is an obligation
    of its own in the records; here it completes the row of the task it stands behind.
    """
    parties = {party.id: party for party in extraction.parties}
    deadlines = {deadline.id: deadline for deadline in extraction.deadlines}
    items = {item.id: item for item in extraction.items}
    places = labels(extraction.items)
    for group in _tasks(extraction.obligations):
        first = group[0]
        path, section = places.get(first.item or "", ("", ""))
        limits = [deadlines[d] for d in dict.fromkeys(d for o in group for d in o.deadlines)]
        once = [x for x in limits if x.kind != "recurring"]
        standing = any(o.standing for o in group)
        named = [part for o in group for part in o.parties]
        lead, support, posts = _units(named, parties)
        yield {
            "任务来源": _one_line(extraction.source.title or name),
            "任务类别": _one_line(section),
            "工作任务": _task(first, items),
            "牵头单位": "、".join(lead),
            "配合单位": "、".join(support),
            "责任人": "、".join(posts),
            "完成时限": "；".join(_said(x) for x in once) or ("长期" if standing else ""),
            "时限日期": min((last_day(x.due) for x in once if x.due), default=""),
            "反馈周期": "；".join(_said(x) for x in limits if x.kind == "recurring"),
            "状态": NEW,
            "备注": _REMARKS[first.modality],
            "原文依据": _one_line("".join(o.span.text for o in group)),
            "段落号": path,
            "待确认项": "、".join(_doubts(named, dated=bool(limits) or standing)),
            "记录ID": f"{extraction.source.sha256[:12]}-{first.id}",
        }


def _tasks(obligations: Iterable[Obligation]) -> list[list[Obligation]]:
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
    return obligation.span.text.startswith(("（", "("))


def _open(group: Sequence[Obligation]) -> bool:
    """Whether a bracket that began in the group goes on: `（责任单位：市商务局；` before `完成时限：10月底前）`."""
    text = "".join(o.span.text for o in group)
    return sum(map(text.count, "（(")) > sum(map(text.count, "）)"))


def _task(obligation: Obligation, items: Mapping[str, Item]) -> str:
    """The words of a task. Those of a lone bracket are what stands before it in its point."""
    item = items.get(obligation.item or "")
    if _is_bracket(obligation) and item is not None:
        before = item.span.text[item.marker.end - item.span.start : obligation.span.start - item.span.start]
        return _one_line(before) or _one_line(words(obligation.span))
    return _one_line(words(obligation.span))


def _units(named: Iterable[PartyRole], parties: Mapping[str, Party]) -> tuple[list[str], list[str], list[str]]:
    """牵头单位, 配合单位 and 责任人. Of units without a stated role the first leads, unless another one does."""
    lead: list[str] = []
    plain: list[str] = []
    support: list[str] = []
    posts: list[str] = []
    for part in named:
        party = parties[part.party]
        if party.type == "post":
            posts.append(words(party.span))
        elif part.role == "lead":
            lead.append(words(party.span))
        elif part.role == "support":
            support.append(words(party.span))
        else:
            plain.append(words(party.span))
    if not lead:
        lead, plain = plain[:1], plain[1:]
    lead = list(dict.fromkeys(lead))
    return lead, [u for u in dict.fromkeys([*plain, *support]) if u not in lead], list(dict.fromkeys(posts))


def _doubts(named: Sequence[PartyRole], *, dated: bool) -> Iterator[str]:
    """What somebody should settle before the row is sent out."""
    if not named:
        yield "责任单位未明确"
    elif all(part.inherited for part in named):
        yield "责任单位承前文"
    if not dated:
        yield "完成时限未明确"


def _said(deadline: Deadline) -> str:
    """The words of a deadline, after those of its trigger unless they hold it."""
    span, trigger = deadline.span, deadline.trigger
    before = words(trigger) if trigger and trigger.end <= span.start else ""
    return _one_line(before + words(span))


def last_day(due: str) -> str:
    """The last day on which an act is in time: `due` is exclusive, so midnight belongs to the day before.

    >>> last_day("2022-07-01T00:00"), last_day("2022-03-25T18:00")
    ('2022-06-30', '2022-03-25')
    """
    return (dt.datetime.fromisoformat(due) - dt.timedelta(minutes=1)).date().isoformat()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    safe = ["'" + cell if cell.startswith(_FORMULA) else cell for cell in cells]
    csv.writer(line, lineterminator="\r\n").writerow(safe)
    return line.getvalue()
