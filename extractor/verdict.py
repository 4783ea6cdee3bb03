"""Weighs what speaks for and against a sentence being an order, and a point being a directive.

Three sums of weights, each turned into a probability: a sentence alone (its cues), a point (its lead-in, its heading
and its sentences), a sentence in context (its cues, its point, its neighbours). The weights are data
(rules/verdict_weights.json), fitted on annotated speeches; nothing here knows a text.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import repeat
from operator import mul
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from extractor.items import Node
from extractor.rule import compiled
from extractor.rules.verdict import CONNECTIVES, CUES, LEADS, NEAR, PATTERNS, VERBS
from extractor.sentences import Sentence

Features = dict[str, float]


class Piece(NamedTuple):
    """A sentence, cut where a point begins: half-open offsets of the cleaned text, its line, its innermost point.

    ``words`` is where its own words begin, after the marker.
    """

    start: int
    end: int
    line: int
    point: int | None
    words: int


def pieces(sentences: Sequence[Sentence], nodes: Sequence[Node]) -> list[Piece]:
    """The sentences of the text cut at the markers of the points, each with the innermost point it stands in."""
    out: list[Piece] = []
    k = 0
    open_points: list[int] = []
    for s in sentences:
        at = s.start
        while True:
            while open_points and nodes[open_points[-1]].end <= at:
                open_points.pop()
            words = at
            while k < len(nodes) and nodes[k].start <= at:
                open_points = [i for i in open_points if nodes[i].end > nodes[k].start]
                open_points.append(k)
                words = nodes[k].marker_end
                k += 1
            stop = min(nodes[k].start, s.end) if k < len(nodes) else s.end
            if stop > at:
                out.append(Piece(at, stop, s.line, open_points[-1] if open_points else None, min(words, stop)))
            at = stop
            if at >= s.end:
                break
    return out


# What the search asks of a cue at each of its words: id, head, near, before, after, whether it demands or denies.
_Asked = tuple[str, bool, bool, str, str, bool, bool]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    automaton: AhoCorasick
    cues: tuple[tuple[_Asked, ...], ...]


@cache
def _lexicon() -> _Lexicon:
    words: dict[str, list[_Asked]] = {}
    for c in CUES:
        asked = (c.id, c.head, c.near, c.before, c.after, c.id in _DEMANDS, c.id in _DENIES)
        for word in c.words.split():
            words.setdefault(word, []).append(asked)
    return _Lexicon(AhoCorasick(list(words)), tuple(tuple(c) for c in words.values()))


_CLAUSE = re.compile(r"[，：；。！？“”（）\n]+")
_BY_HEAD: dict[str, tuple[str, ...]] = {}
for _word in sorted(CONNECTIVES, key=len, reverse=True):
    _BY_HEAD[_word[0]] = (*_BY_HEAD.get(_word[0], ()), _word)


def _heads(text: str, all_pieces: Sequence[Piece]) -> tuple[set[int], list[list[int]]]:
    """All offsets at which a clause begins, also behind its connectives; and where the clauses of each piece begin."""
    every: set[int] = set()
    own: list[list[int]] = []
    for p in all_pieces:
        mine: list[int] = []
        starts = [p.words, *(m.end() for m in _CLAUSE.finditer(text, p.words, p.end))]
        for at in starts:
            if at >= p.end:
                continue
            every.add(at)
            for _ in range(3):
                for word in _BY_HEAD.get(text[at], ()):
                    if text.startswith(word, at):
                        break
                else:
                    break
                if at + len(word) >= p.end:
                    break
                at += len(word)
                if text[at] in "，：":
                    break
                every.add(at)
            mine.append(at)
        own.append(mine)
    return every, own


def _bare(text: str, at: int) -> bool:
    return text[at : at + 2] in VERBS or text[at : at + 3] in VERBS or text[at] in VERBS or text[at : at + 4] in VERBS


# What may stand between somebody and what he does: when, how often, how.
_HOW = re.compile(
    "(?:(?:今[天晚]|明[天早晚]|现在|马上|本[周月季年]内?|[0-9一二三两半十]{1,3}(?:个)?(?:天|日|小时|分钟|周|月)(?:之?内)|[0-9]{1,2}[月日号]底?前?"
    "|每[天日周月]|每[0-9一二两三半]{0,2}个?(?:小时|天|日|周|月|季度)|足额|抓紧|提前|统一|一并|全部|专门|尽量|轮流|分头|同步|逐[一个户村项]|就|都|也|再){0,2})"
)


def evidence(text: str, all_pieces: Sequence[Piece]) -> list[Features]:
    """For each piece the cues that stand in it (value 1) and the shape of its clauses."""
    if not all_pieces:
        return []
    heads, own = _heads(text, all_pieces)
    out: list[Features] = [{} for _ in all_pieces]
    starts = [p.start for p in all_pieces]
    lexicon = _lexicon()
    demands: list[list[int]] = [[] for _ in all_pieces]
    denies: list[list[int]] = [[] for _ in all_pieces]
    k, size = 0, len(text)
    p, f, words, stop = all_pieces[0], out[0], all_pieces[0].words, all_pieces[0].end
    for word, a, b in lexicon.automaton.find_matches_as_indexes(text, overlapping=True):  # in the order of their ends
        if stop < b:
            while all_pieces[k].end < b and k + 1 < len(all_pieces):
                k += 1
            p, f = all_pieces[k], out[k]
            words, stop = p.words, p.end
        if a < words or b > stop:
            continue
        for cue, head, near, before, after, demand, denial in lexicon.cues[word]:
            if head and a not in heads:
                continue
            if near and a - own[k][bisect_right(own[k], a) - 1] > NEAR:
                continue
            if (before and a and text[a - 1] in before) or (after and b < size and text[b] in after):
                continue
            f[cue] = 1.0
            if near and b < stop:
                verb = _HOW.match(text, b, stop).end()  # type: ignore[union-attr]
                if verb < stop and (text[b] in "要应须把将先" or _bare(text, verb)):
                    f["shape.actor-acts" if verb == b else "shape.actor-acts-so"] = 1.0
            if demand:
                demands[k].append(a)
            elif denial:
                denies[k].append(a)
    for rule in PATTERNS:
        for m in compiled(rule.pattern).finditer(text):
            k = bisect_right(starts, m.start()) - 1
            if k >= 0 and m.start() < all_pieces[k].end:
                out[k][rule.id] = 1.0
    for k, (f, p, clauses) in enumerate(zip(out, all_pieces, own, strict=True)):
        _shape(f, text, p, clauses)
        _clause_demands(f, clauses, demands[k], denies[k])
    return out


# Cues that demand, and cues that take the force out of a demand in the same clause (他要求, 说明要, 是否要).
_DEMANDS = frozenset(
    f"verdict.{name}"
    for name in ("yao", "must", "shall", "forbid", "never", "dont", "please", "ensure", "resolute", "uniform")
)
_DENIES = frozenset(
    f"verdict.{name}"
    for name in (
        "past",
        "already",
        "self",
        "question",
        "reason",
        "since",
        "some",
        "count",
        "story",
        "third",
        "condition",
        "forecast",
    )
)


def _clause_demands(f: Features, clauses: list[int], demands: list[int], denies: list[int]) -> None:
    """A long explanation may end in a demand: says whether some clause, or the last one, demands without a denial."""
    if not demands or not clauses:
        return
    denied = {bisect_right(clauses, at) for at in denies}
    clean = {bisect_right(clauses, at) for at in demands} - denied
    if clean:
        f["shape.demand"] = 1.0
        if max(clean) >= len(clauses) - 1:
            f["shape.demand-last"] = 1.0
            if "shape.lead-in" in f:
                f["shape.lead-in-demands"] = 1.0
        if len(clean) >= 2:
            f["shape.demands"] = 1.0


# Signs of somebody doing something, with nothing that says it is wanted.
_ACTS = frozenset(
    (
        "shape.bare", "shape.actor-acts", "shape.actor-acts-so",
        *(
            f"verdict.{name}"
            for name in (
                "first then go result ba ba-so ba-done hand-over sequence one-each as-due those who-then once-more "
                "to-me dont none-of uniform rate by-then before at-once frequency limit bound"
            ).split()
        ),
    )
)  # fmt: skip

# Signs that something is told, thought or judged. A sentence of acts with none of them is plain: an order as spoken.
_TELLS = frozenset(
    f"verdict.{name}"
    for name in (
        "past already is count since self third story question reason expository attend praise problem still some "
        "effect history frame-weak announce slogan done date-story long-ago forecast wish "
        "pledge foreign now legal note preamble"
    ).split()
)

_SIGNATURE = re.compile(
    r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日$|^[^，。；：、]{2,30}(?:政府|委员会|办公室|指挥部|局|党委)$"
)


def _shape(f: Features, text: str, p: Piece, clauses: list[int]) -> None:
    bare = [_bare(text, at) for at in clauses]
    count = sum(bare)
    size = p.end - p.words
    if bare and bare[0]:
        f["shape.bare-first"] = 1.0
    if count:
        f["shape.bare"] = 1.0
        f["shape.bare-share"] = count / len(bare)
    if count >= 3:
        f["shape.bare-many"] = 1.0
    if _TELLS.isdisjoint(f) and not _ACTS.isdisjoint(f):
        f["shape.plain"] = 1.0
    if size <= 12:
        f["shape.short"] = 1.0
    elif size >= 80:
        f["shape.long"] = 1.0
    if text[p.end - 1] in "：":
        f["shape.lead-in"] = 1.0
    if text[p.end - 1] in "？":
        f["shape.question"] = 1.0
    if text.startswith("“", p.words):
        f["shape.quote"] = 1.0
    if size <= 40 and _SIGNATURE.search(text[p.start : p.end]):
        f["shape.signature"] = 1.0
    if "|" in text[p.start : p.end]:
        f["shape.cells"] = 1.0
    if text[p.end - 1] not in "。；！？：…”":
        f["shape.open-bullet" if text[p.start] in "•·●■◆○▪" else "shape.open"] = 1.0
    if size <= 24 and text[p.words : p.end].rstrip("。：；").endswith(("方面", "领域", "对象", "人员", "人群")):
        f["shape.topic"] = 1.0


@cache
def weights() -> dict[str, dict[str, float]]:
    """The three tables of weights: sentence, point, context."""
    data = resources.files("extractor.rules").joinpath("verdict_weights.json").read_text("utf-8")
    return {table: dict(rows) for table, rows in json.loads(data).items()}


def weighed(f: Mapping[str, float], table: Mapping[str, float]) -> float:
    """The weighted sum of signs; those without a weight count nothing."""
    values: Iterator[float] = map(mul, map(table.get, f, _NOTHING), f.values())
    return sum(values)


_NOTHING = repeat(0.0)


def probability(f: Mapping[str, float], table: Mapping[str, float], about_text: float = 0.0) -> float:
    """The logistic of the weighted sum; "bias" counts always. ``about_text`` is the sum for the signs of the text."""
    total = about_text + table.get("bias", 0.0) + weighed(f, table)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


_AFTER_STOP = re.compile(r"(?<=[。；！？\n])")


def lead_in(text: str, nodes: Sequence[Node], i: int) -> str:
    """The words that announce the list of point i: what stands before it in its sentence, or the sentence before."""
    first = nodes[nodes[i].first]
    floor = 0
    if first.parent is not None:
        floor = nodes[first.parent].marker_end
    before = text[max(floor, first.start - 90) : first.start].rstrip("\n")
    parts = [s for s in _AFTER_STOP.split(before) if s.strip()]
    if not parts:
        return ""
    last = parts[-1]
    if len(last) < 8 and len(parts) > 1:
        last = parts[-2] + last
    return last


@dataclass(slots=True)
class _Sum:
    """A running mean."""

    total: float = 0.0
    count: int = 0

    def add(self, total: float, count: int) -> None:
        self.total += total
        self.count += count

    def mean(self) -> float:
        return self.total / self.count


@cache
def _of_head(sign: str) -> str:
    """The name of a sign where it stands in the heading of a point."""
    return "head." + sign


def point_features(
    text: str, nodes: Sequence[Node], all_pieces: Sequence[Piece], alone: Sequence[float], found: Sequence[Features]
) -> list[Features]:
    """For each point what its lead-in, its heading, its own sentences and its whole list say.

    The signs of the whole text (`text_features`) count for every point as well.
    """
    head: list[int | None] = [None] * len(nodes)
    whole = [_Sum() for _ in nodes]
    for k, p in enumerate(all_pieces):
        if p.point is not None:
            if head[p.point] is None:
                head[p.point] = k
            whole[p.point].add(alone[k], 1)
    for i in range(len(nodes) - 1, -1, -1):
        parent = nodes[i].parent
        if parent is not None:
            whole[parent].add(whole[i].total, whole[i].count)
    lists: dict[int, _Sum] = {}
    for i, n in enumerate(nodes):
        lists.setdefault(n.first, _Sum()).add(whole[i].total, whole[i].count)
    out: list[Features] = []
    for i, n in enumerate(nodes):
        f: Features = {}
        lead = lead_in(text, nodes, i)
        for rule in LEADS:
            if compiled(rule.pattern).search(lead):
                f[rule.id] = 1.0
        if lead:
            f["lead.any"] = 1.0
        first = head[i]
        if first is not None:
            f["point.head"] = alone[first]
            f.update({_of_head(name): value for name, value in found[first].items()})
            body = _Sum(whole[i].total - alone[first], whole[i].count - 1)
            f["point.body"] = body.mean() - 0.5 if body.count else 0.0
            f["point.has-body"] = 1.0 if body.count else 0.0
        f["point.list"] = lists[n.first].mean() - 0.5 if lists[n.first].count else 0.0
        f["point." + n.style] = 1.0
        f["point.parent"] = 1.0 if n.parent is not None else 0.0
        out.append(f)
    return out


_NOTICE = re.compile(
    r"(?:通知|通告|公告|方案|意见|办法|规定|细则|指南|提示|倡议书|告知书|一封信|公开信|须知|纪要|要点|分工|计划|令)(?:（[^）]{0,12}）)?[。：]?$"
)
_REPORT = re.compile(
    r"(?:总结会?|工作情况|简介|侧记|掠影|见闻|汇报|经验|纪实|述职|回顾|发言|报告|致辞|答谢|体会|心得|调研|竞聘|演讲|解读|通报)"
    r"(?:材料|提纲|提要|发言稿|稿|报告)?$")


def heading_features(
    text: str, nodes: Sequence[Node], all_pieces: Sequence[Piece], found: Sequence[Features]
) -> dict[int, Features]:
    """For each piece that begins a point with more to come (by its index): what tells a title from a sentence."""
    first: dict[int, int] = {}
    size: dict[int, int] = {}
    for k, p in enumerate(all_pieces):
        if p.point is not None:
            first.setdefault(p.point, k)
            size[p.point] = size.get(p.point, 0) + p.end - p.start
    more = {i: _more(nodes, all_pieces, i, k) for i, k in first.items() if all_pieces[k].words > all_pieces[k].start}
    lists: dict[int, tuple[_Sum, _Sum]] = {}
    for i, goes_on in more.items():
        going, lengths = lists.setdefault(nodes[i].first, (_Sum(), _Sum()))
        going.add(goes_on, 1)
        lengths.add(all_pieces[first[i]].end - all_pieces[first[i]].words, 1)
    out: dict[int, Features] = {}
    for i, k in first.items():
        if not more.get(i):
            continue
        p = all_pieces[k]
        length = p.end - p.words
        words = text[p.words : p.end]
        if "shape.open" not in found[k] and _LIMIT.search(words):
            continue
        going, lengths = lists[nodes[i].first]
        others = going.count - 1
        f: Features = {
            "title.length": min(length, 80) / 10,
            "title.long": float(length > 30),
            "title.very-long": float(length > 45),
            "title.commas": float(min(3, words.count("，"))),
            "title.body": min(1.0, (size[i] - length) / 80),
            "title.style-" + nodes[i].style: 1.0,
            "title.quoted-mark": float(words.endswith(("；", "：", "，"))),
        }
        if others:
            f["title.others-go-on"] = (going.total - 1) / others
            f["title.others-length"] = min(80.0, (lengths.total - length) / others) / 10
        for name in _TITLE_SIGNS:
            if name in found[k]:
                f["title." + name] = 1.0
        out[k] = f
    return out


_LIMIT = re.compile("(?:[0-9日号底末初旬]|[周期][一二三四五六日末])(?:[0-9]{1,2}[时点])?(?:之|以)?前")
"""By when something is to be done: no title that ends like a sentence says that."""
_TITLE_SIGNS = (
    "shape.open",
    "shape.bare-first",
    *(
        f"verdict.{name}"
        for name in (
            "before yao yao-head each shall must forbid owner frequency at-once isolation figure ensure condition is"
        ).split()
    ),
)


# The title of a piece of news on what somebody achieves is a clause; that of a document that orders ends in a noun.
_ACHIEVES = re.compile(
    r"^[^，。：；]{2,24}?(?:扎实|积极|深入|全力|持续|多措并举|多点发力|多管齐下|有序|稳步|着力|奋力|创新|精准|“[^”]{2,8}”)[^，。；：]{0,6}(?:开展|推进|推动|做好|抓好|打造|筑牢|织密|织牢|激活|破解|提升|守护|赋能|化解|优化|跑出|擦亮|点亮|护航|答好|走好|开辟)[^。；：]{2,24}$"
    r"|^[^。；：]{2,24}(?:破解|激活|赋能|跑出|筑牢|织密|织牢|打通|点亮|擦亮|护航|蹚出|走出)[^。；：]{2,16}$"
)
_ORDERS = re.compile("召开|会议|强调|要求|部署|通知|通告|公告|方案|意见|讲话|要点|计划|办法|措施|倡议")


def _more(nodes: Sequence[Node], all_pieces: Sequence[Piece], i: int, k: int) -> bool:
    return k + 1 < len(all_pieces) and all_pieces[k + 1].start < nodes[i].end


def text_asked(found: Sequence[Features]) -> float:
    """How far a text asks in so many words: three times the share of such sentences, at most 1. A text of a few
    sentences need not ask: what it lacks counts the less the shorter it is."""
    n = max(1, len(found))
    lacks = 1 - min(1.0, 3 * sum(not _ASKS.isdisjoint(f) for f in found) / n)
    return 1 - lacks * min(1.0, n / 12)


def text_features(text: str, found: Sequence[Features], alone: Sequence[float]) -> Features:
    """What kind of text it is: a notice, a report, a story; how much of it demands, tells, or speaks of oneself."""
    head_lines = text[:200].split("\n")[:4]
    n = max(1, len(found))
    f: Features = {"text.demands": sum(alone) / n - 0.5}
    if any(_NOTICE.search(line) for line in head_lines):
        f["text.notice"] = 1.0
    if any(_REPORT.search(line) for line in head_lines):
        f["text.report"] = 1.0
    asked = text_asked(found)
    if any(_ACHIEVES.match(line) and not _ORDERS.search(line) for line in head_lines[:2]):
        f["text.achieves"] = 1 - asked
    f["text.asked"] = asked
    how_often = Counter(sign for g in found for sign in _TEXT_SIGNS.keys() & g.keys())
    for sign, name in _TEXT_SIGNS.items():  # in this order: a sum of floats depends on it
        if sign in how_often:
            f[name] = min(1.0, 3 * how_often[sign] / n)
    return f


_ASKS = frozenset(
    f"verdict.{name}"
    for name in (
        "yao-head must shall need-you please please-do forbid never dont us-must hope scheduled frame-strong dei to-me "
        "from-now"
    ).split()
)
"""Signs that somebody is told to act in so many words. A text without them hardly demands, whatever acts it names."""
_RECALLS = frozenset(f"verdict.{name}" for name in "since practice profile long-ago date-story story attend".split())
"""Signs that open an account of what has been done."""

_TEXT_SIGNS = {
    f"verdict.{name}": f"text.{name}"
    for name in "story foreign history expository past count question frame-strong".split()
}


def context_features(
    text: str,
    all_pieces: Sequence[Piece],
    found: Sequence[Features],
    alone: Sequence[float],
    directive: Sequence[float],
) -> list[Features]:
    """For each piece its cues again, and what its point and its neighbours say.

    The signs of the whole text (`text_features`) count for every piece as well.
    """
    lines: dict[int, _Sum] = {}
    for p, a in zip(all_pieces, alone, strict=True):
        lines.setdefault(p.line, _Sum()).add(a, 1)
    out: list[Features] = []
    framed_line = recalled_line = -1
    asked = text_asked(found)
    for k, (p, f) in enumerate(zip(all_pieces, found, strict=True)):
        g: Features = dict(f)
        bare = f.get("shape.bare", 0.0)
        if p.point is not None:
            d = directive[p.point]
            g["context.directive-point"] = d
            g["context.other-point"] = 1 - d
            g["context.bare-in-directive"] = bare * d
            g["context.bare-in-other"] = bare * (1 - d)
            if p.words > p.start:
                g["context.point-head"] = 1.0
                g["context.directive-head"] = d
        else:
            g["context.no-point"] = 1.0
            g["context.bare-no-point"] = bare
        same = k > 0 and all_pieces[k - 1].line == p.line
        g["context.prev"] = alone[k - 1] - 0.5 if same else 0.0
        g["context.bare-after"] = bare * alone[k - 1] if same else 0.0
        g["context.prev2"] = alone[k - 2] - 0.5 if same and k > 1 and all_pieces[k - 2].line == p.line else 0.0
        after = k + 1 < len(all_pieces) and all_pieces[k + 1].line == p.line
        g["context.next"] = alone[k + 1] - 0.5 if after else 0.0
        g["context.line-start"] = 0.0 if same else 1.0
        line = lines[p.line]
        if line.count > 2:
            g["context.line"] = (line.total - alone[k]) / (line.count - 1) - 0.5
        if same and text[all_pieces[k - 1].end - 1] == "；":
            g["context.prev-clause"] = alone[k - 1] - 0.5
        if after and text[p.end - 1] == "；":
            g["context.next-clause"] = alone[k + 1] - 0.5
        if "shape.open" in f and p.words > p.start and p.point is not None:
            g["context.title"] = directive[p.point]
        if framed_line == p.line:
            g["context.framed"] = 1.0
        if "verdict.frame-strong" in f:
            framed_line = p.line
        if not _ASKS.isdisjoint(f):
            recalled_line = -1
        else:
            g["context.bare-unasked"] = bare * (1 - asked)
            g["context.actor-unasked"] = f.get("verdict.actor", 0.0) * (1 - asked)
            if recalled_line == p.line:
                g["context.recalled"] = 1.0
            if not _RECALLS.isdisjoint(f):
                recalled_line = p.line
        out.append(g)
    return out
