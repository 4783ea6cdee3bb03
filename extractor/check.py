"""What has to be asked back about a speech before its ledger can be filled in (待明确清单)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from extractor.rules import vague
from extractor.text import clean
from models.records import Deadline, Extraction, Item, Obligation, Query, Span

# A bracket or a labelled line that says whose the task before it is, or until when: （A牵头，6月底前完成） 责任单位：A
_ASSIGNS = re.compile(
    r"[（(【]|(?:责任|牵头|配合|主办|协办|承办)(?:单位|部门|领导|人|科室)|(?:完成|整改|办结|办理)?(?:时限|期限|时间)[：:]"
)


def check(found: Extraction, raw: str) -> tuple[Query, ...]:
    """What is missing or left open in the extraction ``found`` of the text ``raw``, in text order.

    Asked are: who is responsible and until when, for everything required that names neither (a prohibition binds all
    and always); wording that leaves open who, when, whether or how much; dates that do not follow from the words;
    numbers missing in a list. Raises ValueError when ``raw`` is not the text of ``found``.

    >>> from extractor import extract
    >>> text = "县水利局要尽快完成清淤。"
    >>> [q.question for q in check(extract(text), text)]
    ['何时完成？', '“尽快”：没有期限的时间表述，要问清哪一天']
    """
    if len(raw) != found.source.chars or any(raw[o.span.start : o.span.end] != o.span.text for o in found.obligations):
        raise ValueError("记录不属于这篇文本，请重新提取。 These are not the records of this text; extract it again.")
    deadlines = {d.id: d for d in found.deadlines}
    queries = [*_missing(found, deadlines), *_vague(found, raw, deadlines), *_open(found, deadlines), *_gaps(found)]
    return tuple(sorted(queries, key=lambda q: (q.span.start, q.span.end, q.code)))


def _missing(found: Extraction, deadlines: dict[str, Deadline]) -> list[Query]:
    """Required acts without a party, and those without a deadline."""
    items = {i.id: i for i in found.items}
    told = {d for o in found.obligations for d in o.deadlines}
    in_titles = sorted(d.span.start for d in deadlines.values() if d.id not in told)
    out: list[Query] = []
    for o, more in _with_assignments(found.obligations):
        if o.modality != "require" or _announces(o):
            continue
        if not any(each.parties for each in (o, *more)):
            out.append(_query("no-party", "由哪个单位负责？", o.span, o))
        dated = any(each.deadlines or each.standing for each in (o, *more))
        if not dated and not _dated_by_title(o, items, in_titles):
            out.append(_query("no-deadline", "何时完成？", o.span, o))
    return out


def _with_assignments(obligations: Sequence[Obligation]) -> list[tuple[Obligation, tuple[Obligation, ...]]]:
    """Each obligation with the brackets and labelled lines after it, in its point, that assign it."""
    out: list[tuple[Obligation, tuple[Obligation, ...]]] = []
    assigning: tuple[Obligation, ...] = ()
    for o in reversed(obligations):
        if assigning and assigning[0].item != o.item:
            assigning = ()
        if _ASSIGNS.match(o.span.text):
            assigning = (o, *assigning)
        else:
            out.append((o, assigning))
    return out[::-1]


def _announces(o: Obligation) -> bool:
    """A lead-in (要抓好以下工作：) is asked about by its points."""
    return o.span.text.endswith(("：", ":"))


def _dated_by_title(o: Obligation, items: dict[str, Item], starts: Sequence[int]) -> bool:
    """Whether the title of the point, or of one around it, holds a deadline."""
    at = o.item
    while at is not None:
        heading = items[at].heading
        if bisect_right(starts, heading.end) > bisect_right(starts, heading.start - 1):
            return True
        at = items[at].parent
    return False


def _vague(found: Extraction, raw: str, deadlines: dict[str, Deadline]) -> list[Query]:
    """Wording in obligations that leaves something open, unless the same sentence settles it."""
    view = clean(raw)
    starts = [o.span.start for o in found.obligations]
    out: list[Query] = []
    for m in vague.run(view.text):
        span = view.span(m.start, m.end)
        k = bisect_right(starts, span.start) - 1
        if k < 0 or span.end > found.obligations[k].span.end:
            continue
        o = found.obligations[k]
        kinds = {deadlines[d].kind for d in o.deadlines}
        settled = (m.rule.id == "vague.when" and kinds & {"by", "within"}) or (
            m.rule.id == "vague.how-often" and "recurring" in kinds
        )
        if not settled:
            words = span.clean or span.text
            question = f"“{words}”：{m.rule.meaning}"
            out.append(Query(code="vague", question=question, span=span, obligation=o.id, rule=m.rule.id))
    return out


def _open(found: Extraction, deadlines: dict[str, Deadline]) -> list[Query]:
    """Deadlines from which no date follows."""
    of = {d: o for o in found.obligations for d in o.deadlines}
    undated: list[Deadline] = []
    out: list[Query] = []
    for d in deadlines.values():
        words = d.span.clean or d.span.text
        if d.due is not None or d.kind in ("immediate", "recurring") or d.trigger is not None:
            continue
        if d.value is None and d.kind == "within":
            out.append(_query("open-deadline", f"“{words}”是多长时间？", d.span, of.get(d.id)))
        elif found.source.date is None:
            undated.append(d)
        elif d.workdays:
            reason = f"“{words}”跨入放假安排尚未公布的年份，到期日是哪一天？"
            out.append(_query("no-calendar", reason, d.span, of.get(d.id)))
        elif d.kind == "by":
            out.append(_query("open-deadline", f"“{words}”是哪一天？", d.span, of.get(d.id)))
    if undated:
        count = f"讲话日期不明，{len(undated)}处时限推算不出到期日。讲话是哪一天？"
        out.append(_query("no-date", count, undated[0].span, None))
    return out


def _gaps(found: Extraction) -> list[Query]:
    return [
        _query("numbering-gap", f"{w.message}，是否漏了内容？", w.span, None)
        for w in found.warnings
        if w.code == "numbering-gap" and w.span is not None
    ]


def _query(code: str, question: str, span: Span, about: Obligation | None) -> Query:
    return Query.model_validate(
        {"code": code, "question": question, "span": span, "obligation": about and about.id, "rule": f"check.{code}"}
    )
