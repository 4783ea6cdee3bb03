"""The directory of organs, posts and groups: finds their names in a text and gives each its canonical form and type."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from extractor.rules.actions import ADVERBS
from extractor.rules.names import (
    ACTION,
    ACTIONS,
    ADDRESSEE,
    ALSO_VERBS,
    ASIDE,
    BANS,
    BARE_FIRMS,
    BREAK,
    ENDING,
    FALSE_FRIENDS,
    GENERIC,
    GOVERNING_VERBS,
    HEAD,
    INNER_OFFICE,
    JOB,
    JOIN,
    LONE_ACT,
    MODIFIER,
    OF_PLACE,
    OFFICE,
    ONE_VERB,
    OPENING,
    ORGAN_END,
    ORGAN_OF_FIELD,
    PLAIN_ORGANS,
    PREFIX,
    REST,
    TAIL,
    TRAVEL,
    UNKNOWN,
    VERBS_FIRST,
    WITHIN,
)
from models.records import PartyType

Crosses = Callable[[str, int, int], bool]
"""crosses(text, start, end): does the segmenter see a word that sticks out of text[start:end]?"""


class Name(NamedTuple):
    """A name in the text, half-open offsets.

    ``bare`` when it is only a field of work (``交通``): it names its organ in company (``交通、住建等部门``) and is an
    ordinary word elsewhere (``交通安全``). ``core`` is where the name begins that a modifier before it narrows
    (``铁路运输`` + ``企业``), -1 without one.
    """

    start: int
    end: int
    canonical: str
    type: PartyType
    bare: bool = False
    core: int = -1


class Group(NamedTuple):
    """Names joined by 、和及. [start, end) also covers a generic tail (``等行业主管部门``), which is no name itself."""

    start: int
    end: int
    names: tuple[Name, ...]
    bare: bool


class Entry(NamedTuple):
    """What an alias stands for."""

    canonical: str
    type: PartyType
    bare: bool = False


Own = tuple[tuple[str, tuple[str, ...], PartyType], ...]
"""Parties of an office's own: canonical name, aliases, type."""

# The directory in force is read in many places below `parties.assign`; a call that brings parties of its own sets them
# here for its duration, so that no other call sees them.
_own: ContextVar[Own] = ContextVar("own parties", default=())


@contextmanager
def including(own: Own) -> Iterator[None]:
    """Adds parties of an office's own to the directory within the block; their aliases come before the directory's.

    >>> with including((("数据资源服务中心", ("数源办",), "department"),)):
    ...     look_up("数源办").canonical
    '数据资源服务中心'
    """
    token = _own.set(own)
    try:
        yield
    finally:
        _own.reset(token)


def entries() -> dict[str, Entry]:
    """The directory in force: alias to entry, as `rules/parties.csv` holds it, with the organs of the bare fields.

    >>> entries()["卫健部门"].canonical
    '卫生健康委员会'
    """
    return _entries(_own.get())


@lru_cache(maxsize=8)
def _entries(own: Own) -> dict[str, Entry]:
    out: dict[str, Entry] = {}
    rows = files("extractor").joinpath("rules/parties.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(rows):
        kind: PartyType = row["type"]  # type: ignore[assignment]
        for alias in row["aliases"].split("|"):
            organ = ORGAN_END.search(alias) or alias in PLAIN_ORGANS
            bare = (kind == "department" and not organ) or alias in BARE_FIRMS
            out[alias] = Entry(row["canonical"], kind, bare)
        out.setdefault(row["canonical"], Entry(row["canonical"], kind))
    for alias, entry in [*out.items()]:
        if entry.bare:
            for end in ORGAN_OF_FIELD:
                out.setdefault(alias + end, Entry(entry.canonical, entry.type))
    for canonical, aliases, kind in own:
        out.update(dict.fromkeys((canonical, *aliases), Entry(canonical, kind)))
    return out


@lru_cache(maxsize=8)
def _automaton(own: Own) -> tuple[AhoCorasick, tuple[Entry | None, ...]]:
    """The automaton over all aliases and false friends, and what each pattern stands for (None: no name)."""
    table: dict[str, Entry | None] = {**_entries(own), **dict.fromkeys(FALSE_FRIENDS)}
    return AhoCorasick([*table], matchkind=MatchKind.LeftmostLongest), tuple(table.values())


def look_up(name: str, otherwise: PartyType = "department") -> Entry:
    """The entry of a name known to be one: from the directory, else by its ending, else of the type ``otherwise``.

    >>> look_up("县畜禽中心").type, look_up("市卫健委").canonical
    ('department', '卫生健康委员会')
    """
    table = entries()
    if name.endswith("办公室") and name not in table and len(name) > 5 and look_up(name[:-3]).type == "body":
        return Entry(normal(name), "body")
    for cut in range(min(len(name) - 1, 8)):
        if found := table.get(name[cut:]):
            return found._replace(bare=False)
    if INNER_OFFICE.search(name):
        return Entry(normal(name), "department")
    m = ENDING.search(name)
    return Entry(normal(name), m.lastgroup if m else otherwise)  # type: ignore[arg-type]


def in_one(words: str, at: int) -> bool:
    """Whether the 和 at a place of a list's words stands within one name: 市文化广电 + 和 + 旅游局.

    >>> in_one("市工业和信息化局", 3), in_one("水利局和财政局", 3)
    (True, False)
    """
    table = entries()
    if any(words[cut:] in table for cut in range(min(at, 4))):
        return True
    return not ENDING.search(words[:at]) and not any(words[cut:at] in table for cut in range(min(at, 4)))


def units(words: str) -> bool:
    """Whether the words are nothing but names of units, joined by 、和: known ones, or such as end like one.

    >>> units("县水利局、县应急局"), units("压实乡镇")
    (True, False)
    """
    table = entries()

    def unit(word: str) -> bool:
        if any(word[cut:] in table for cut in range(min(len(word) - 1, 4))):
            return ENDING.search(word) is not None and (word in table or not ACTION.match(word))
        plain = word.replace("和", "")
        return ENDING.search(word) is not None and not ACTION.match(plain) and not BREAK.search(plain)

    return all(unit(word) for word in words.split("、"))


def normal(name: str) -> str:
    """A name as said, without brackets' fillings and quotes: 各乡镇（街道） -> 各乡镇（街道）."""
    return name.replace("“", "").replace("”", "")


Hit = tuple[int, int, Entry]


def hits(text: str) -> list[Hit]:
    """Every alias in the text with its entry, half-open offsets, in order, none overlapping."""
    automaton, stands_for = _automaton(_own.get())
    out: list[Hit] = []
    for i, start, end in automaton.find_matches_as_indexes(text):
        entry = stands_for[i]
        if entry is not None:
            out.append((start, end, entry))
    return out


def _with_openings(text: str, start: int, end: int, found: Sequence[Hit]) -> list[Hit]:
    """The hits, and before them the unknown names at the head of a clause; a known name that ends alike wins."""
    out: list[Hit] = []
    i = 0
    for opening in (start, *(m.end() for m in OPENING.finditer(text, start, end))):
        m = HEAD.match(text, opening, end)
        if m is None and (opening == start or text[opening - 1] in "。；！？\n归"):
            m = ADDRESSEE.match(text, opening, end)
        if m is None:
            continue
        a, b = m.span("name")
        while i < len(found) and found[i][0] < a:
            out.append(found[i])
            i += 1
        inside = [h for h in found[i : i + 8] if h[0] < b]
        if (out and out[-1][1] > a) or any(not h[2].bare and _closes(text, h, b) for h in inside):
            continue
        out.append((a, b, look_up(text[a:b])))
        i += len(inside)
    return [*out, *found[i:]]


def _closes(text: str, hit: Hit, end: int) -> bool:
    """Whether a known name ends an unknown one that ends at ``end``, or a verb follows it: no longer name is meant."""
    at = hit[1]
    if at >= end:
        return True
    stands = hit[2].type == "post" and text[at] in "站守看领"
    return stands or text[at : at + 2] in ACTIONS or ONE_VERB.match(text, at) is not None


def names(text: str, start: int, end: int, found: Sequence[Hit]) -> list[Name]:
    """The names in the sentence text[start:end]: aliases with the words before them that belong to the name,
    and an alias right behind another as one name (``各乡镇`` + ``党委书记``)."""
    out: list[Name] = []
    floor = start
    for a, b, entry in _with_openings(text, start, end, found):
        if a < floor:
            continue
        prefix = PREFIX.search(text, max(floor, a - 14), a)
        at = prefix.start() if prefix else a
        name = Name(at, b, entry.canonical, entry.type, entry.bare and not (at < a and text[at] == "各"))
        name = _with_office(text, name)
        last = out[-1] if out else None
        word = last is not None and last.start > start and _within_word(text, last.start)
        word = word and text[last.start - 2 : last.start] not in BANS  # type: ignore[union-attr]
        word = word and (len(out) < 2 or out[-2].end < out[-1].start)
        if last and last.end == at and (whole := _merged(text, last, name, word)):
            out[-1] = whole
        elif name.bare and text[at:b] in ALSO_VERBS and (text[at - 2 : at] in ADVERBS or (last and last.end == at)):
            continue  # what the unit before it does: 教育局 + (统一) + 组织
        elif last and 0 < at - last.end <= 12 and _modifies(text, last, name, word) and _plain(text, last.end, at):
            kind: PartyType = "institution" if name.type == "all" else name.type
            out[-1] = name._replace(start=last.start, canonical=normal(text[last.start : b]), type=kind)
        else:
            out.append(name)
        floor = name.end
    return [_widened(text, start, out[i - 1].end if i else start, name) for i, name in enumerate(out)]


def _modifies(text: str, first: Name, second: Name, word: bool) -> bool:
    """Whether a name may begin the modifier of a later one: 铁路 + 沿线环境治理 + 联席会议, 重点地区 + 返岗 + 人员."""
    if text[second.start : second.end] in GENERIC and first.type in ("public", "institution", "territory", "body"):
        return text[first.end : first.end + 2] not in GOVERNING_VERBS
    if not first.bare and ONE_VERB.match(text, first.end):
        return False
    if first.bare:
        return not second.bare and (word or text[first.start : first.end] not in ALSO_VERBS)
    place = first.type == "territory" and text[first.start] not in "各每有相"
    return place and second.type in ("public", "institution", "body")


def _within_word(text: str, at: int) -> bool:
    """Whether a Chinese character stands right before a place."""
    return at > 0 and "一" <= text[at - 1] <= "鿿"


_HEADS = re.compile("[局委办处科所站院校队厅部组室]长(?![期效远度大时者安江])")
"""The head of an organ: 文旅局 + 长."""


def _with_office(text: str, name: Name) -> Name:
    """The name with the office behind it that the directory does not know: 市局 + 食品处, 民政 + 办."""
    if name.type not in ("department", "body") and name.canonical not in ("党组", "党委", "各地"):
        return name
    if text[name.end : name.end + 1] == "长" and _HEADS.match(text, name.end - 1):
        return Name(name.start, name.end + 1, normal(text[name.start : name.end + 1]), "post")
    m = OFFICE.match(text, name.end)
    if not m or (m.end() - name.end > 4 and not name.bare):
        return name
    if not m["verb"] and text[name.end : name.end + 2] in ACTIONS:
        return name
    whole = text[name.start : m.end()]
    body = name.type == "body" or m.group().endswith(("组", "专班"))
    return Name(name.start, m.end(), normal(whole), "body" if body else "department")


def _plain(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] may be a modifier: no mark, particle or verb that would end it."""
    if text[start] in "两二三四五六七八九" or text[start : start + 2] in ACTIONS:
        return False
    return not BREAK.search(text, start, end)


def _widened(text: str, start: int, floor: int, name: Name) -> Name:
    """The name with the modifier before it that identifies it (``铁路运输`` + ``企业``), where that begins plainly."""
    if name.bare or (text[name.start] in "各每有相所" and name.canonical != "所有人"):
        return name
    lo = max(floor, name.start - 18)
    at = start if lo == start else -1
    for m in BREAK.finditer(text, max(start, lo - 4), name.start):
        if m.end() >= lo and m.group() not in WITHIN.get(name.type, ()):
            at = m.end()
    if not 0 <= at < name.start or name.canonical == "同志" or not MODIFIER.match(text, at, name.start):
        return name
    job = name.type == "post" and JOB.fullmatch(text, at, name.start)
    state = name.canonical == "人员" and TRAVEL.search(text, at, name.start)  # 隔离 + 人员
    if ACTION.match(text, at) and not (job or state):
        return name
    if name.type == "department" and text[name.end - 1] in "局委厅办" and not OF_PLACE.search(text, at, name.start):
        return name
    if name.canonical == "单位":
        return Name(at, name.end, normal(text[at : name.end]), "institution", core=name.start)
    if name.canonical == "人员" and not TRAVEL.search(text, at, name.end):
        return Name(at, name.end, normal(text[at : name.end]), "post", core=name.start)
    if name.type == "post" and TRAVEL.search(text, at, name.end):
        return Name(at, name.end, normal(text[at : name.end]), "public", core=name.start)
    said = name.type == "department" or name.canonical in ("主要领导", "分管领导")
    whole = name.canonical if said else normal(text[at : name.end])
    return Name(at, name.end, whole, name.type, name.bare, name.start)


def _merged(text: str, first: Name, second: Name, word: bool) -> Name | None:
    """Two adjacent names as one, or None when they stay two; ``word`` when the first goes on a word (义务教育)."""
    if text[second.start] == "各" and (first.type != second.type or second.type != "department"):
        return Name(first.start, second.end, normal(text[first.start : second.end]), "all")
    if text[second.start] == "每":
        return None
    if first.type == "public" and second.type == "post":
        return second._replace(start=first.start, canonical=normal(text[first.start : second.end]))
    if second.bare and text[first.start : first.end] == "各级":
        return second._replace(start=first.start, bare=False)
    generic = text[second.start : second.end] in ("地区", "区域") and text[first.start] != "各"
    if second.canonical == "本人" and first.type == "public":
        return first._replace(end=second.end)
    if first.type in ("post", "public") and second.type == "institution" and text[second.start] not in "各每有相":
        return Name(first.start, second.end, normal(text[first.start : second.end]), "institution")
    if first.type == second.type == "public":
        return second._replace(start=first.start, canonical=normal(text[first.start : second.end]))
    if first.bare and second.end - second.start > 1 and text[second.start : second.end].endswith(("办", "室", "科")):
        return Name(first.start, second.end, normal(text[first.start : second.end]), second.type)
    verb = first.bare and not word and text[first.start : first.end] in VERBS_FIRST
    if second.bare or verb or first.type in ("post", "public") or (first.bare and second.type == "department"):
        return None
    if first.type == "territory" and text[second.start : second.end].endswith(("管委会", "居委会", "村委会", "办事处")):
        return Name(first.start, second.end, normal(text[first.start : second.end]), "territory")
    if text[first.start : first.end] in ("属地", "当地", "基层") and second.type in ("territory", "department"):
        return second._replace(start=first.start)
    if first.type == second.type == "territory" and "政府" not in second.canonical:
        return second._replace(start=first.start, canonical=normal(text[first.start : second.end])) if generic else None
    if first.type == "body" and second.canonical == "办公室":
        return Name(first.start, second.end, normal(text[first.start : second.end]), "body")
    return Name(first.start, second.end, second.canonical, second.type)


def groups(text: str, end: int, found: Sequence[Name]) -> list[Group]:
    """The names of a sentence that ends at ``end``, joined to groups."""
    out: list[Group] = []
    i = 0
    while i < len(found):
        members = [found[i]]
        stop = _aside(text, found[i].end, end)
        i += 1
        while True:
            if i < len(found) and (at := _joins(text, stop, found[i], members[-1].bare)) is not None:
                members.append(found[i] if found[i].start == at else found[i]._replace(start=at))
                stop = _aside(text, found[i].end, end)
                i += 1
            elif (other := UNKNOWN.match(text, stop, end)) and len(members) < 40:
                a, b = other.span("name")
                entry = look_up(text[a:b])
                members.append(Name(a, b, entry.canonical, entry.type))
                stop = b
                while i < len(found) and found[i].start < stop:
                    i += 1
            else:
                break
        if members[-1].bare and (rest := REST.match(text, stop, end)):
            stop = rest.end()
            members[-1] = members[-1]._replace(end=stop, bare=False, canonical=normal(text[members[-1].start : stop]))
        tail = TAIL.match(text, stop, end)
        if tail:
            stop = tail.end()
            while i < len(found) and found[i].start < stop:
                i += 1
        while i < len(found) and found[i].start < stop:
            i += 1
        bare = tail is None and all(n.bare for n in members)
        if not bare or text[members[0].start : stop] not in ALSO_VERBS or LONE_ACT.match(text, stop):
            out.append(Group(members[0].start, stop, tuple(members), bare))
    return out


def _aside(text: str, at: int, end: int) -> int:
    """The end of a bracket at ``at`` that explains the name before it."""
    m = ASIDE.match(text, at, end)
    return m.end() if m else at


def _joins(text: str, stop: int, name: Name, bare: bool) -> int | None:
    """Where ``name`` begins as a further member of the group that reaches to ``stop``; None when it is no member."""
    join = JOIN.match(text, stop)
    at = join.end() if join else stop
    if at == name.start:
        return at if join or (name.type == "department" and bare) else None
    if join and 0 < name.start - at <= 8 and not BREAK.search(text, at, name.start):
        return at
    return None
