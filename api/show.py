"""Records as people read them on a terminal: the outline as a tree, sentences and rules as tables."""

from __future__ import annotations

import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text
from rich.tree import Tree

from extractor.rule import Rule
from models.records import Deadline, Extraction, Item, Obligation, QuarantineRule, Sentence, Span

ROLES = {"lead": "牵头", "support": "配合", "supervise": "监督", "responsible": ""}
MODALITIES = {"require": "●", "prohibit": "✕", "encourage": "○"}
VERDICTS = {
    "directive": ("要求", "bold green"),
    "heading": ("标题", "cyan"),
    "context": ("叙述", "dim"),
    "noise": ("杂质", "dim red"),
}
LEGEND = "● 要求 require  ✕ 禁止 prohibit  ○ 倡导 encourage"


def extraction(console: Console, name: str, found: Extraction) -> None:
    """One speech: title and date, the outline with the obligations under each point, isolation rules, remarks."""
    console.print(_head(name, found))
    console.print(Padding(_outline(found), (0, 0, 0, 1)))
    if found.quarantine_rules:
        console.print(_quarantine(found))
    for warning in found.warnings:
        console.print(Text(f"注意：{warning.message}", style="yellow"))
    console.print(Text(LEGEND, style="dim"), "")


def as_text(name: str, found: Extraction) -> str:
    """The same without colours, 100 columns wide."""
    console = Console(file=io.StringIO(), highlight=False, width=100, color_system=None)
    with console.capture() as captured:
        extraction(console, name, found)
    return "".join(line.rstrip() + "\n" for line in captured.get().splitlines())


def sentences(console: Console, found: Sequence[Sentence]) -> None:
    """Every sentence with its place in the text, its verdict and the rule that gave it."""
    table = Table("位置", "判定", "规则", _folded("句子"), box=None, pad_edge=False, header_style="bold")
    for sentence in found:
        word, style = VERDICTS[sentence.verdict]
        table.add_row(
            Text(f"{sentence.span.start}–{sentence.span.end}", style="dim"),
            Text(word, style=style),
            Text(sentence.rule),
            Text(_words(sentence.span)),
        )
    console.print(table)


def rule_list(console: Console, rules: Iterable[Rule]) -> None:
    """Rules in short: id, meaning, one example."""
    table = Table("规则", _folded("含义"), _folded("例"), box=None, pad_edge=False, header_style="bold")
    for rule in rules:
        example = next((y if isinstance(y, str) else y[0] for y in rule.yes), "")
        table.add_row(Text(rule.id), Text(rule.meaning), _marked(example))
    console.print(table)


def rule(console: Console, one: Rule) -> None:
    """A rule in full: meaning, all examples, pattern."""
    console.print(Text(one.id, style="bold"), Text(one.meaning))
    for yes in one.yes:
        text, value = (yes, None) if isinstance(yes, str) else yes
        built = Text("" if value is None else f"→ {value}", style="dim")
        console.print(Text(" 是 ", style="green"), _marked(text), built)
    for no in one.no:
        console.print(Text(" 否 ", style="red"), Text(no))
    console.print(Text(one.pattern, style="dim"))


def _words(span: Span) -> str:
    """What a span says, in one line."""
    return " ".join((span.clean or span.text).split())


def _folded(header: str) -> Column:
    """A column whose text goes on in the next line; Chinese has no blanks to break at."""
    return Column(header, overflow="fold")


def _marked(example: str) -> Text:
    """An example with the part that the rule finds, in ASCII brackets there, set off."""
    out = Text()
    inside = False
    for piece in example.replace("]", "[").split("["):
        out.append(piece, style="bold underline" if inside else "")
        inside = not inside
    return out


def _head(name: str, found: Extraction) -> RenderableType:
    source = found.source
    told = [t for t in (source.speaker, source.occasion) if t]
    if source.date:
        told.append(f"{source.date}（{'给定' if source.date_source == 'given' else '文中'}）")
    directive = sum(item.function == "directive" for item in found.items)
    counts = (
        f"要求 {len(found.obligations)} 条，要点 {len(found.items)} 个（要求类 {directive} 个），"
        f"责任单位 {len(found.parties)} 处，时限 {len(found.deadlines)} 处"
    )
    title = Text(name, style="dim")
    if source.title:
        title = Text(" ".join(source.title.split()), style="bold").append(f"  {name}", style="dim not bold")
    return Group(title, *([Text("　".join(told))] if told else []), Text(counts, style="dim"))


def _outline(found: Extraction) -> RenderableType:
    below: dict[str | None, list[Item]] = defaultdict(list)
    for item in found.items:
        below[item.parent].append(item)
    orders: dict[str | None, list[Obligation]] = defaultdict(list)
    for obligation in found.obligations:
        orders[obligation.item].append(obligation)
    root = Tree("", hide_root=True, guide_style="dim")
    # Points and the sentences outside of them, in the order of the text.
    entries: list[tuple[int, Item | Obligation]] = [(i.span.start, i) for i in below[None]]
    entries += [(o.span.start, o) for o in orders[None]]
    pending: list[tuple[Tree, list[tuple[int, Item | Obligation]]]] = [(root, sorted(entries, key=lambda e: e[0]))]
    while pending:
        tree, here = pending.pop()
        for _, entry in here:
            if isinstance(entry, Obligation):
                tree.add(_obligation(entry, found))
                continue
            own = orders[entry.id]
            # A point of one sentence is that sentence, marker and all: once is enough.
            same = [o for o in own if o.span.start == entry.span.start]
            branch = tree.add(_obligation(same[0], found) if same else _item(entry))
            inside: list[tuple[int, Item | Obligation]] = [(i.span.start, i) for i in below[entry.id]]
            inside += [(o.span.start, o) for o in own if o not in same]
            pending.append((branch, sorted(inside, key=lambda e: e[0])))
    return root


def _item(item: Item) -> Text:
    marker, heading = _words(item.marker), _words(item.heading)
    words = heading if heading.startswith(marker) else marker + heading
    return Text(words, style="bold" if item.function == "directive" else "dim")


def _obligation(obligation: Obligation, found: Extraction) -> RenderableType:
    parties = {p.id: p for p in found.parties}
    deadlines = {d.id: d for d in found.deadlines}
    grid = Table.grid(Column(), Column(overflow="fold"), padding=(0, 1, 0, 0))
    grid.add_row(MODALITIES[obligation.modality], Text(_words(obligation.span)))
    who = []
    for part in obligation.parties:
        role = ROLES[part.role]
        who.append(parties[part.party].span.text + (f"（{role}）" if role else ""))
    notes = Text()
    if who:
        notes.append("责任 ", style="dim").append("、".join(dict.fromkeys(who)), style="cyan").append("  ")
    if obligation.deadlines:
        limits = "；".join(_deadline(deadlines[d]) for d in obligation.deadlines)
        notes.append("时限 ", style="dim").append(limits, style="magenta")
    if notes:
        grid.add_row("", notes)
    return grid


def _deadline(deadline: Deadline) -> str:
    trigger = deadline.trigger
    before = _words(trigger) + "，" if trigger and trigger.end <= deadline.span.start else ""
    return before + _words(deadline.span) + (f" → {_due(deadline.due)}" if deadline.due else "")


def _due(due: str) -> str:
    """The last day in time, or the hour where one was said. `due` is exclusive: midnight belongs to the day before.

    >>> _due("2022-07-01T00:00"), _due("2022-03-25T18:00")
    ('2022-06-30', '2022-03-25 18:00')
    """
    instant = dt.datetime.fromisoformat(due)
    if instant.time() == dt.time():
        return (instant - dt.timedelta(days=1)).date().isoformat()
    return instant.isoformat(" ", "minutes")


def _quarantine(found: Extraction) -> RenderableType:
    table = Table(_folded("对象"), "措施", _folded("要求"), _folded("原文"), box=box.SIMPLE, header_style="bold")
    for one in found.quarantine_rules:
        table.add_row(
            _words(one.population) if one.population else "",
            one.measure,
            "，".join(_needs(one)),
            Text(_words(one.span)),
        )
    return table


def _needs(one: QuarantineRule) -> Iterator[str]:
    """The numbers of a quarantine rule in words."""
    if one.days:
        yield f"{one.days} 天"
    if one.tests:
        yield f"检测 {one.tests} 次"
    if one.test_days:
        yield f"第 {'、'.join(map(str, one.test_days))} 天"
    if one.within:
        count, unit = one.within.strip("PTDH"), "小时" if one.within.endswith("H") else "天"
        yield f"{count} {unit}内"
    if one.times_per_day:
        yield f"每天 {one.times_per_day} 次"
    if one.every_days:
        yield f"每 {one.every_days} 天 {one.times_per_period or 1} 次"
