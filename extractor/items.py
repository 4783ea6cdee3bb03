"""Finds the enumerated points of a text and the tree they form."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.rule import compiled
from extractor.rules import items as rules
from models.records import ItemFunction, MarkerStyle

_DIGIT = {c: i for i, c in enumerate("一二三四五六七八九", 1)}


class Point(NamedTuple):
    """An enumerated point, in half-open offsets of the cleaned text.

    [start, marker_end) is the marker, [marker_end, heading_end) its heading, [start, end) the whole point with its
    children. ``parent`` is the index of the enclosing point in the list of points, or None.
    """

    start: int
    marker_end: int
    heading_end: int
    end: int
    style: MarkerStyle
    number: int | None
    parent: int | None
    function: ItemFunction
    rule: str


class Node(NamedTuple):
    """A point before its function is known. ``first`` is the index of the first point of its list (its eldest sibling).

    ``gap`` says that its number does not follow its elder sibling's (or that a list does not begin at one).
    """

    start: int
    marker_end: int
    heading_end: int
    end: int
    style: MarkerStyle
    number: int
    parent: int | None
    first: int
    gap: bool


class _Marker(NamedTuple):
    """A place that reads like a marker.

    ``edge`` says what stands before it: line (a line begins), strong (。；：), weak (，、), none.
    """

    start: int
    end: int
    style: MarkerStyle
    kind: str
    number: int
    edge: str
    line: int


# How deep a style usually stands; the styles inside a paragraph share one depth.
_RANK = {"chapter": 0, "section": 1, "arabic": 2, "arabic_paren": 3, "circled": 4}
_INLINE = 5
_LOW = ("arabic", "arabic_paren", "circled")  # these may also stand below a 一是 that its 二是 follows
_DEEPEST = 12  # no outline of a speech goes deeper; a text that seems to restarts its list instead
_COUNTED = ("chapter", "di", "shi", "yao", "qi", "order")  # these may take over from each other: 一、…二、…第三，

# What any marker begins with is asked first, for most characters begin none.
_MARKER = re.compile(f"(?={rules.FIRST})(?:{'|'.join(rule.pattern for rule in rules.MARKERS)})")
_ORDER = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "然后": 0, "最后": 0}
_STRONG = frozenset("。！？；：”）】…")
_NEWLINE = re.compile("\n")
_STOP = re.compile("[。；！？\n]")
_HEAD_END = re.compile(r"[。；：\n！？]")


def parse_number(text: str) -> int | None:
    """The value of a Chinese ordinal of up to 99, or None where the characters form none.

    >>> parse_number("二十一"), parse_number("五一")
    (21, None)
    """
    tens, ten, ones = text.rpartition("十")
    if ten:
        if (tens and tens not in _DIGIT) or (ones and ones not in _DIGIT):
            return None
        return _DIGIT.get(tens, 1) * 10 + _DIGIT.get(ones, 0)
    return _DIGIT.get(text)


def _edge(text: str, at: int, gaps: frozenset[int]) -> str:
    if at == 0 or text[at - 1] == "\n":
        return "line"
    if text[at - 1] in _STRONG or at in gaps:
        return "strong"
    return "weak" if text[at - 1] in "，、" else "none"


def _markers(text: str, gaps: frozenset[int]) -> list[_Marker]:
    """All places that read like a marker, in text order."""
    newlines = [m.start() for m in _NEWLINE.finditer(text)]
    out: list[_Marker] = []
    for m in _MARKER.finditer(text):
        kind = str(m.lastgroup)
        words = m.group(kind)
        if kind in ("chapter", "section", "di", "shi", "yao", "qi"):
            number = parse_number(words)
        elif kind == "circled":
            number = ord(words) - ord("①") + 1
        elif kind == "side":
            number = 1 if words == "一方面" else 2
        elif kind == "order":
            number = _ORDER[words]
        elif kind == "one":
            number = 1 if words in ("一个", "头一个") else 2
        else:
            number = int(words)
        if number is None or (kind in ("arabic", "paren", "half") and number == 0):
            continue
        style: MarkerStyle = "other"
        if kind == "timed":
            kind = "arabic"
        if kind in ("paren", "half"):
            kind, style = "arabic_paren", "arabic_paren"
        elif kind in ("chapter", "section", "arabic", "shi", "yao", "di"):
            style = kind  # type: ignore[assignment]
        line = bisect_right(newlines, m.start())
        out.append(_Marker(m.start(), m.end(), style, kind, number, _edge(text, m.start(), gaps), line))
    bare = _without_dots(text, newlines) + _rows(text, newlines)
    return _ones(_paired(_with_lost_ones(text, out + bare)))


def _without_dots(text: str, newlines: list[int]) -> list[_Marker]:
    """Numbers at line starts that lost their dots (``1严格管理。``), where they count from one and are no menu."""
    found: list[_Marker] = []
    for m in compiled(rules.LOST_DOT.pattern).finditer(text):
        line = bisect_right(newlines, m.start())
        found.append(_Marker(m.start(), m.end(), "arabic", "arabic", int(m.group("bare")), "line", line))
    counted = [m.number for m in found] == list(range(1, len(found) + 1))
    pairs = zip(found, found[1:], strict=False)
    menu = any(b.line - a.line == 1 and "。" not in text[a.start : b.start] for a, b in pairs)
    return found if len(found) >= 2 and counted and not menu else []


def _rows(text: str, newlines: list[int]) -> list[_Marker]:
    """The numbers in the first column of a table, where they count from one."""
    found: list[_Marker] = []
    for m in compiled(rules.ROW.pattern).finditer(text):
        line = bisect_right(newlines, m.start())
        start, end = m.span("bare")
        found.append(_Marker(start, end, "arabic", "arabic", int(m["bare"]), "line", line))
    return found if len(found) >= 2 and [m.number for m in found] == list(range(1, len(found) + 1)) else []


def _with_lost_ones(text: str, markers: list[_Marker]) -> list[_Marker]:
    """Adds the ``1`` that lost its dot (``…有效1严格管理…2.居家…``), where a ``2.`` has no first."""
    out: list[_Marker] = []
    since = 0
    has_one = False
    for m in sorted(markers, key=lambda m: m.start):
        if m.kind in ("chapter", "section"):
            since, has_one = m.end, False
        if m.kind == "arabic" and m.edge != "weak":
            if m.number == 1 and m.edge != "none":
                has_one = True
            elif m.number == 2 and not has_one and since:
                has_one = True
                if one := compiled(rules.LOST_ONE.pattern).search(text, since, m.start):
                    while out and out[-1].start >= one.start() and out[-1].start < one.end():
                        out.pop()
                    out.append(_Marker(one.start(), one.end(), "arabic", "arabic", 1, "strong", m.line))
        out.append(m)
    return sorted(out, key=lambda m: m.start)


def _ones(markers: list[_Marker]) -> list[_Marker]:
    """Counts 一个是, 再一个是, 还有一个是; one that stands alone, first or later, is no point."""
    out: list[_Marker] = []
    last: int | None = None  # the index in ``out`` of the last point of the list that is open
    alone: set[int] = set()
    for m in markers:
        if m.kind == "one":
            open_list = last is not None and m.start - out[last].start <= 1200
            if m.number == 1:
                alone.add(len(out))
            elif open_list and last is not None:
                m = m._replace(number=out[last].number + 1)
                alone.discard(last)
            else:
                continue
            last = len(out)
        out.append(m)
    return [m for i, m in enumerate(out) if i not in alone]


def _paired(markers: list[_Marker]) -> list[_Marker]:
    """Drops 首先 and 一方面 that stand alone: they count only with what must follow them.

    A 一是 in the middle of a clause (要做到一是…，二是…) counts when its 二是 follows.
    """
    keep: list[_Marker] = []
    later: dict[str, int] = {}
    for m in reversed(markers):
        if m.kind == "side":
            if m.number == 2:
                later["另一方面"] = m.start
            elif later.get("另一方面", 1 << 60) - m.start > 800:
                continue
        if m.kind == "order":
            if m.number == 1 and later.get("其次", 1 << 60) - m.start > 1200:
                continue
            if m.number in (2, 3) and m.edge != "none":
                later["其次"] = m.start
        if m.kind in ("shi", "yao"):
            if m.number == 2 and m.edge != "none":
                later[m.kind] = m.start
            elif m.number == 1 and m.edge == "none" and later.get(m.kind, 1 << 60) - m.start <= 400:
                m = m._replace(edge="weak")
        keep.append(m)
    return keep[::-1]


@dataclass(slots=True)
class _Level:
    """A list that is still open: the kind of its markers, its last number and the indices of its points."""

    kind: str
    rank: int
    last: int
    points: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    plain: bool = False  # a line without a marker stands inside the list
    inner: set[str] = field(default_factory=set)  # the kinds of the lists below its points


def outline(text: str, gaps: frozenset[int] = frozenset()) -> list[Node]:
    """The points of a cleaned text in text order, each with its parent.

    ``gaps`` are the offsets before which something was cut out (see CleanText). A marker opens a list, goes on with an
    open one of its kind, or takes over from one of another kind (一、…二、…第三，); a list ends where a point of an
    outer list begins or a paragraph closes it.

    >>> [(n.number, n.parent) for n in outline("一、抓排查。一是查人员。二是查车辆。二、抓管控。")]
    [(1, None), (1, 0), (2, 0), (2, None)]
    """
    return _Builder(text).build(_markers(text, gaps))


class _Builder:
    """Holds the open lists while the markers are placed one after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.nodes: list[Node] = []
        self.levels: list[_Level] = []
        self.seen: dict[str, int] = {}
        self.ahead: dict[str, list[_Marker]] = {}
        self.line_starts = [0, *(m.end() for m in _NEWLINE.finditer(text))]

    def build(self, markers: list[_Marker]) -> list[Node]:
        for m in markers:
            self.ahead.setdefault(m.kind, []).append(m)
        line = 0
        starts_line = {m.line for m in markers if m.edge == "line"}
        for m in markers:
            for plain in range(line + 1, m.line + 1):
                if self.levels and plain not in starts_line:
                    self._plain_line(plain)
            line = max(line, m.line)
            self._place(m)
        for plain in range(line + 1, len(self.line_starts)):
            if not self.levels:
                break
            self._plain_line(plain)
        self._close(0, len(self.text))
        self._cut_recaps()
        return self.nodes

    def _cut_recaps(self) -> None:
        """Ends a list inside a paragraph where the text turns to the whole of it (对此，各镇要……)."""
        last = {n.first: i for i, n in enumerate(self.nodes) if _RANK.get(n.style) is None}
        for i in last.values():
            n = self.nodes[i]
            found = compiled(rules.RECAP.pattern).search(self.text, n.marker_end, n.end)
            if found is None:
                continue
            for k in range(i, len(self.nodes)):
                if self.nodes[k].start >= found.start():
                    break
                self.nodes[k] = self.nodes[k]._replace(end=min(self.nodes[k].end, found.start()))

    def _line(self, number: int) -> str:
        start = self.line_starts[number]
        end = self.line_starts[number + 1] - 1 if number + 1 < len(self.line_starts) else len(self.text)
        return self.text[start:end]

    def _close(self, depth: int, at: int) -> None:
        """Ends all lists from depth on at offset ``at``."""
        for level in self.levels[depth:]:
            self.seen[level.kind] = level.last
            i = level.points[-1]
            self.nodes[i] = self.nodes[i]._replace(end=at)
        del self.levels[depth:]

    def _plain_line(self, number: int) -> None:
        """A line that begins without a marker may end open lists."""
        start = self.line_starts[number]
        words = self._line(number)
        if compiled(rules.END_OF_ALL.pattern).match(words):
            self._close(0, start)
            return
        for depth, level in enumerate(self.levels):
            ends = level.rank == _INLINE and (
                compiled(rules.NEW_SUBJECT.pattern).match(words) or compiled(rules.ANNOUNCE.pattern).search(words[-60:])
            )
            if ends or (len(level.points) >= 2 and self._fills_its_lines(level)):
                self._close(depth, start)
                return
            level.plain = True

    def _fills_its_lines(self, level: _Level) -> bool:
        """Every point of the list so far is prose in lines of its own: a plain line stands outside the list."""
        if level.plain:
            return False
        last = self._line(level.lines[-1])
        prose = len(last) > 40 or "。" in last[:-1] or last.endswith(("。", "；")) and "，" in last
        return prose or level.lines[0] == level.lines[-1]

    def _place(self, m: _Marker) -> None:
        rank = _RANK.get(m.kind, _INLINE)
        depth = self._continued(m)
        if depth is not None:
            self._close(depth + 1, m.start)
            level = self.levels[depth]
            number = level.last + 1 if m.number == 0 else m.number
            before = level.points[-1]
            self.nodes[before] = self.nodes[before]._replace(end=m.start)
            self._add(level, m, number, self.nodes[before].parent, gap=number != level.last + 1)
            return
        resumed = self._resumed(m)
        if not (m.number == 1 or resumed or self._may_begin_late(m)):
            return
        if m.edge == "none" and not (m.kind == "section" and self.levels):
            return
        if m.edge == "weak" and rank < _INLINE and m.kind != "section":
            return
        keep = self._enclosing(m, rank)
        self._close(keep, m.start)
        parent = self.levels[-1].points[-1] if self.levels else None
        if self.levels:
            self.levels[-1].inner.add(m.kind)
        level = _Level(m.kind, rank if keep or rank < _INLINE else _INLINE, 0)
        self.levels.append(level)
        self._add(level, m, m.number, parent, gap=m.number != 1 and not resumed)

    def _resumed(self, m: _Marker) -> bool:
        """Does the marker go on with a list of its kind that was closed before?"""
        follows = m.kind in _RANK and m.number == self.seen.get(m.kind, 0) + 1
        return follows and (m.edge in ("line", "strong") or m.kind == "section")

    def _may_begin_late(self, m: _Marker) -> bool:
        """May the marker begin a list without a first point, as in an excerpt or where the first marker is lost?"""
        if m.kind in ("chapter", "section") and m.edge == "line" and self._follows(m):
            return True
        return m.edge in ("line", "strong") and m.number in (2, 3) and m.kind not in ("arabic", "order", "side")

    def _continued(self, m: _Marker) -> int | None:
        """The depth of the open list that the marker goes on with, or None."""
        same = [d for d, level in enumerate(self.levels) if level.kind == m.kind]
        exact = [d for d in same if m.number in (self.levels[d].last + 1, 0)]
        if exact:
            if len(exact) > 1 and m.edge == "line" and self.levels[exact[-1]].lines[-1] != m.line:
                inner = self.levels[exact[-1]]
                if not self._starts_line(inner.points[-1]):
                    return exact[0]
            return exact[-1]
        if m.edge not in ("line", "strong"):
            return None
        if m.kind in _COUNTED and m.number >= 2:
            mixed = [d for d, level in enumerate(self.levels) if level.kind in _COUNTED and level.last + 1 == m.number]
            if mixed:
                return mixed[-1]
        for d in reversed(same):
            last = self.levels[d].last
            if last < m.number <= last + 3 or m.number == last >= 2:
                return d
        return None

    def _next(self, kind: str, at: int) -> _Marker | None:
        """The first marker of a kind behind offset ``at``."""
        markers = self.ahead.get(kind, [])
        k = bisect_right(markers, at, key=lambda m: m.start)
        return markers[k] if k < len(markers) else None

    def _follows(self, m: _Marker) -> bool:
        """Does the next number of its kind begin a line, too? Then an excerpt may begin in the middle of its list."""
        after = self._next(m.kind, m.start)
        return after is not None and (after.number, after.edge) == (m.number + 1, "line")

    def _goes_on(self, level: _Level, m: _Marker) -> bool:
        """Does an open 一是 list go on behind a marker, before the next chapter (or section) begins?"""
        after = self._next(level.kind, m.start)
        if after is None or after.number != level.last + 1:
            return False
        if m.kind == "section":  # only 第二个方面 at the head of a line stands above sections
            closing, fits = ["chapter"], level.kind == "di" and self._starts_line(level.points[-1])
        else:
            closing, fits = ["chapter", "section"], m.kind in _LOW
        parts = [self._next(kind, m.start) for kind in closing]
        return fits and all(part is None or after.start < part.start for part in parts)

    def _starts_line(self, node: int) -> bool:
        start = self.nodes[node].start
        return start == 0 or self.text[start - 1] == "\n"

    def _enclosing(self, m: _Marker, rank: int) -> int:
        """How many open lists stay open around a new one that begins at the marker."""
        before = self.nodes[-1].marker_end if self.nodes else 0
        lead = self.text[max(before, m.start - 60) : m.start].rstrip("。：，\n")
        led = rank == _INLINE and bool(compiled(rules.SPEAKER_LEAD.pattern).search(_STOP.split(lead)[-1]))
        for depth, level in enumerate(self.levels):
            inside = level.rank == _INLINE and (m.kind in level.inner or self._goes_on(level, m))
            if (level.rank > rank and not inside) or (led and level.rank == _INLINE):
                return depth
            if level.kind == m.kind:
                same_line = level.lines[-1] == m.line or (
                    level.lines[-1] == m.line - 1 and self.text[m.start - 2 : m.start] == "：\n"
                )
                if rank != _INLINE or not same_line or led or len(self.levels) >= _DEEPEST:
                    return depth
        return len(self.levels)

    def _add(self, level: _Level, m: _Marker, number: int, parent: int | None, *, gap: bool) -> None:
        level.last = number
        level.points.append(len(self.nodes))
        level.lines.append(m.line)
        end = _HEAD_END.search(self.text, m.end, m.end + 80)
        heading_end = end.start() if end else min(m.end + 80, len(self.text))
        self.nodes.append(
            Node(m.start, m.end, heading_end, len(self.text), m.style, number, parent, level.points[0], gap)
        )
