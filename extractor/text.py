"""Raw text to cleaned text, with the exact way back.

The cleaned text is a view: noise, spaces and control characters are cut out, a few characters are replaced one to one
(half-width punctuation, full-width digits), nothing is inserted. Only this file changes characters and converts
offsets, so a span of the cleaned text always maps to one span of the raw text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.rule import Rule, compiled
from extractor.rules import noise
from models.records import Noise, Span

_TABLE = str.maketrans(
    {
        **{chr(0xFF10 + i): str(i) for i in range(10)},
        **{chr(0xFF21 + i): chr(0x41 + i) for i in range(26)},
        **{chr(0xFF41 + i): chr(0x61 + i) for i in range(26)},
        **dict(zip("，：；！？（）．％＋－～／＝＞＜＃＆", "，：；！？（）.%+-~/=><#&", strict=True)),
        **dict(zip(",:;!?()", "，：；！？（）", strict=True)),
        **dict(zip("﹑､﹐﹔﹕", "、、，；：", strict=True)),
        **dict(zip("「」『』〝〞", "“”“”“”", strict=True)),
        **dict(zip("後馀於爲裡", "后余于为里", strict=True)),
        **dict.fromkeys("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
        **dict.fromkeys([*map(chr, range(0x2000, 0x200B)), *"\xa0\u1680\u202f\u205f\u3000"], " "),
    }
)  # fmt: skip
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_FILLED = re.compile(r"[^\n]+")
_GLUE = re.compile(rf"[\s{_INVISIBLE}]+")
_INDENTS = ("\u3000\u3000", "  ", "\t\t")
_CELL = re.compile(r"(?<=\S)\t+(?=\S)")
_LATIN = re.compile(r"[A-Za-z0-9]")
# Half-width marks inside figures are no punctuation: 1,000  20:00  10:30:05.
_FIGURE = re.compile(r"(?<=[0-9])[，：](?=[0-9]{2,3}(?![0-9]))")
_TERMINAL = frozenset("。！？；：!?…”’》】）")
_SENTENCE_END = tuple("。！？；：，")
_OPENING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.]|[（(][一二三四五六七八九十0-9]{1,3}[）)]|[0-9]{1,3}[、.]|[①-⑳]|[•●·▪■◆★☆>#*]|第[一二三四五六七八九十]{1,3}[，、章条]|"
    r"[一二三四五六七八九十]{1,3}[是要]|同志们|各位|各[^，。]{1,30}：|附件|【)"
)
_PAGE_MARK = re.compile(r"([0-9]{1,3})、")


class TextError(ValueError):
    """The text cannot be read as a speech: says what, where and how to fix it."""


@dataclass(frozen=True, slots=True)
class CleanText:
    """The cleaned text and its map.

    ``text`` is the cleaned text; ``noise`` what was cut out because it is no part of the speech, in raw offsets.
    ``gaps`` holds the cleaned offsets before which something was cut out (a space, a line break, noise).
    """

    raw: str
    text: str
    noise: tuple[Noise, ...]
    gaps: frozenset[int]
    _clean_at: Sequence[int] = field(repr=False)
    _raw_at: Sequence[int] = field(repr=False)

    def raw_offset(self, at: int) -> int:
        """The raw offset of the character at offset ``at`` of the cleaned text."""
        k = bisect_right(self._clean_at, at) - 1
        return self._raw_at[k] + at - self._clean_at[k]

    def span(self, start: int, end: int) -> Span:
        """The raw span of cleaned text[start:end], which must not be empty; it covers the noise inside.

        >>> clean("请 各单位").span(0, 2)
        Span(start=0, end=3, text='请 各', clean='请各')
        """
        a, b = self.raw_offset(start), self.raw_offset(end - 1) + 1
        text = self.raw[a:b]
        return Span(start=a, end=b, text=text, clean=None if b - a == end - start else self.text[start:end])


class _Line(NamedTuple):
    """A line of the raw text: [start, end) raw, without the white space around it.

    ``view`` is the line with neither spaces nor half-width marks.
    """

    start: int
    end: int
    view: str
    indented: bool


def clean(raw: str, own_noise: Sequence[Rule] = ()) -> CleanText:
    """The cleaned view of a raw text. ``own_noise`` are further rules that judge a whole line.

    Raises TextError when the text holds a lone surrogate, which no encoding can store.

    >>> clean("第1页/共2页\\n请 各单位,抓好落实。").text
    '请各单位，抓好落实。'
    """
    lone = _SURROGATE.search(raw)
    if lone:
        raise TextError(
            f"第{lone.start() + 1}个字符是孤立的代理码位 U+{ord(lone.group()):04X}，无法保存。"
            "请以正确的编码重新读取文本。"
        )
    view = _view(raw)
    lines = _lines(raw, view)
    noisy = _noise_lines(lines, (*noise.LINE, *own_noise))
    body = [line for line in lines if line not in noisy]
    whole = [(line.start, line.end, rule) for line, rule in noisy.items()]
    inline = _merged(_page_marks(view, body) + _notices(view, body))
    return _assemble(raw, view, body, whole, inline)


def _view(raw: str) -> str:
    """The raw text with characters replaced one to one, so that offsets stay as they are."""
    text = raw.replace("\u3000\u3000", "\n\n").translate(_TABLE)  # a double indent begins a paragraph
    text = _with_lost_breaks(text)
    if "\t" in text:
        text = _CELL.sub(lambda m: "|".ljust(len(m.group())), text)
    return _FIGURE.sub(lambda m: "," if m.group() == "，" else ":", text)


# Where a page came as one line, with a space for each line break: behind a stop, before a marker, behind the title of a
# point or of the text.
_POINT = r"(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|[0-9]{1,2}[.．、](?![0-9]))"
_LOST_BREAK = re.compile(
    rf"(?:(?<=[。！？；：…])|(?<=[。！？…]”)) (?=[^\s。，、；：！？”）])|(?<=[^\s，、]) (?={_POINT})"
)
_HEADING_BREAK = re.compile(rf"(?<=\n)({_POINT}[^\s。；：！？]{{2,30}}) (?=[^\s。，、；：！？”）])")
_TITLE_BREAK = re.compile(
    r"\s{0,9}[^。，；：！？\s]{4,50}"
    r"(?:通知|通告|公告|讲话|意见|方案|规定|办法|纪要|发言|提示|决定|倡议书|要点|措施|报告|令|书|信) (?=\S)"
)
_ONE_LINE = 100


def _with_lost_breaks(text: str) -> str:
    """The text with line breaks where one line holds most of it and spaces stand for them."""
    longest = max(text.split("\n"), key=len)
    if len(longest) < _ONE_LINE or 2 * len(longest) < len(text):
        return text
    broken = _HEADING_BREAK.sub("\\1\n", _LOST_BREAK.sub("\n", text))
    title = _TITLE_BREAK.match(broken)
    return broken if title is None else broken[: title.end() - 1] + "\n" + broken[title.end() :]


def _lines(raw: str, view: str) -> list[_Line]:
    out = []
    for m in _FILLED.finditer(view):
        start, end = m.span()
        inner = _GLUE.sub("", m.group())
        if not inner:
            continue
        while _GLUE.match(view[start]):
            start += 1
        while _GLUE.match(view[end - 1]):
            end -= 1
        out.append(_Line(start, end, inner, raw[max(0, start - 2) : start] in _INDENTS))
    return out


_MENU_LINE = re.compile(r"^[^，。；：！？、（(0-9][^，。；：！？（(]{0,9}$")
_HEADLINE = re.compile(r"^[·•▪●>][^。]{4,70}$")


def _noise_lines(lines: list[_Line], rules: Sequence[Rule]) -> dict[_Line, str]:
    """The lines that are no part of the speech, each with the rule that says so."""
    out: dict[_Line, str] = {}
    searches = [(compiled(rule.pattern).search, rule.id) for rule in rules]
    for line in lines:
        if len(line.view) <= 400 and (rule := next((name for search, name in searches if search(line.view)), None)):
            out[line] = rule
    out.update(_menus(lines))
    out.update(_contents(lines))
    out.update(_tail(lines, out))
    out.update(_repeated_titles([line for line in lines if line not in out]))
    return out


def _menus(lines: list[_Line]) -> dict[_Line, str]:
    """Runs of four and more short lines without punctuation above or below all prose: the menu of a page."""
    out: dict[_Line, str] = {}
    prose = [i for i, line in enumerate(lines) if "。" in line.view and "，" in line.view]
    if not prose:
        return out
    run: list[_Line] = []
    for i, line in enumerate([*lines, _Line(0, 0, "。", False)]):
        outside = i < prose[0] or i > prose[-1]
        if outside and _MENU_LINE.match(line.view) and not _OPENING.match(line.view):
            run.append(line)
        else:
            if len(run) >= 4:
                out.update(dict.fromkeys(run, "noise.menu"))
            run = []
    return out


_CONTENTS = re.compile(r"^目录(?:/提纲)?[：:…]{0,6}$|^目录/?提纲.{0,4}$")
_PAGE_REFERENCE = re.compile(r"(?:[.…·]{1,80}[0-9]{0,4}|[0-9]{1,4})$")


def _contents(lines: list[_Line]) -> dict[_Line, str]:
    """A table of contents before the body: headings under 目录 or 提纲, or headings that the body repeats."""
    out: dict[_Line, str] = {}
    seen: dict[str, int] = {}
    for line in lines:
        title = line.view.rstrip("。")
        seen[title] = seen.get(title, 0) + 1
    inside = False
    listed: set[str] = set()
    for line in lines:
        if _CONTENTS.match(line.view):
            inside = True
            out[line] = "noise.contents"
        elif inside:
            title = _PAGE_REFERENCE.sub("", line.view)
            heading = bool(_OPENING.match(line.view)) and len(line.view) <= 60 and not line.view.endswith(_SENTENCE_END)
            inside = title not in listed and (heading or set(line.view) <= {"…", "."})
            if inside:
                out[line] = "noise.contents"
                listed.add(title)
    run: list[_Line] = []
    for line in [*lines, _Line(0, 0, "。", False)]:
        short = len(line.view) <= 50 and not line.view.endswith(_SENTENCE_END)
        if short and line not in out and seen.get(line.view, 0) >= 2:
            run.append(line)
            seen[line.view] -= 1
        else:
            if len(run) >= 3:
                out.update(dict.fromkeys(run, "noise.contents"))
            run = []
    return out


_PROSE = re.compile("，[^。]{0,200}。|。[^。]{1,200}。")  # the titles and captions of other pages have neither


def _tail(lines: list[_Line], known: dict[_Line, str]) -> dict[_Line, str]:
    """All lines after a recommendation bar, unless prose follows: then the bar was only an insertion."""
    prose = [i for i, line in enumerate(lines) if line not in known and _PROSE.search(line.view)]
    for i in range(prose[-1] + 1 if prose else 0, len(lines)):
        if any(compiled(rule.pattern).search(lines[i].view) for rule in noise.TAIL):
            return {line: known.get(line, "noise.tail") for line in lines[i:]}
    return {}


def _repeated_titles(lines: list[_Line]) -> dict[_Line, str]:
    """Copies of the title above the body: only the last one is the title."""
    out: dict[_Line, str] = {}
    top = lines[:12]
    for i, line in enumerate(top):
        later = top[i + 1 :]
        bare = re.sub(r"[-—_|].{0,20}$", "", line.view)
        titled = len(bare) >= 6 and not line.view.endswith(_SENTENCE_END) and "：" not in line.view[:7]
        if titled and not _OPENING.match(line.view) and any(o.view == line.view or o.view == bare for o in later):
            out[line] = "noise.title-copy"
    return out


def _page_marks(view: str, body: list[_Line]) -> list[tuple[int, int, str]]:
    """Page numbers (``3、``) that cut a sentence in two.

    A document site glues the number of each page before its first word. Such numbers count on through the whole
    document, and the line before breaks off in mid-sentence; the points of a list do neither together. A number that
    stands alone, with neither the one before it nor the one after it in the text, is no point of a list either.
    """
    marks: list[tuple[_Line, int, bool]] = []
    for i, line in enumerate(body):
        m = _PAGE_MARK.match(line.view)
        if m:
            before = body[i - 1].view if i else ""
            cut = len(before) >= 40 and "。" in before and before[-1] not in _TERMINAL
            marks.append((line, int(m.group(1)), cut))
    cuts = [(line, n) for line, n, cut in marks if cut]
    if len(marks) == 1:
        line, n, _ = marks[0]
        before = body[body.index(line) - 1].view if line is not body[0] else ""
        broken = len(before) >= 20 and ("。" in before or "，" in before) and before[-1] not in _TERMINAL
        return [_page_mark(view, line)] if n >= 2 and broken else []
    if len(cuts) < 2 or any(b[1] <= a[1] for a, b in zip(cuts, cuts[1:], strict=False)):
        return []
    sure = {n for _, n in cuts}
    pages: list[_Line] = []
    page = cuts[0][1] - 1
    for line, n, cut in marks:
        if cut or (n == page and n not in sure):
            pages.append(line)
            page = n + 1
    return [_page_mark(view, line) for line in pages]


def _page_mark(view: str, line: _Line) -> tuple[int, int, str]:
    return line.start, view.index("、", line.start) + 1, "noise.page-mark"


def _notices(view: str, body: list[_Line]) -> list[tuple[int, int, str]]:
    """Notices inside a sentence, in raw offsets."""
    out: list[tuple[int, int, str]] = []
    inline = [r for r in noise.INLINE if r.id != "noise.link" or "http" in view or "www." in view]
    for line in body:
        for rule in inline:
            out += [(*m.span(), rule.id) for m in compiled(rule.pattern).finditer(view, line.start, line.end)]
        for rule in noise.CLOSE:
            if m := compiled(rule.pattern).search(view, max(line.start, line.end - 100), line.end):
                out.append((*m.span(), rule.id))
        for rule in noise.LEAD:
            if m := compiled(rule.pattern).match(view[line.start : min(line.end, line.start + 60)]):
                out.append((line.start, line.start + m.end(), rule.id))
    return out


def _width(body: list[_Line]) -> int | None:
    """The least length of a full line, where the text was broken after a fixed number of characters; else None."""
    longest = max((len(line.view) for line in body), default=0)
    if longest > 60:
        return None
    broken = [len(a.view) for a, b in zip(body, body[1:], strict=False) if _wrapped(a, b, None)]
    full = [size for size in broken if size >= longest - 4]
    return longest - 4 if len(full) >= 3 and len(full) * 5 >= len(broken) * 4 else None


def _wrapped(above: _Line, below: _Line, width: int | None) -> bool:
    """Does the line break between two lines cut a sentence?

    Prose breaks off without a final mark and goes on without a marker or indent; a title holds no sentence marks.
    Where lines were broken after a fixed ``width``, a full line goes on whatever it holds. Rows of a table stay apart.
    """
    before, after = above.view, below.view
    if below.indented or before[-1] in _TERMINAL or _OPENING.match(after) or ("|" in before and "|" in after):
        return False
    if before.count("|") >= 2:  # a row of a table, and prose below it
        return False
    if before[-1] in "，、" or (width is not None and len(before) >= width):
        return True
    marked = bool(_OPENING.match(before))
    prose = "。" in before or "；" in before or (not marked and "，" in before)
    return prose and len(before) >= 12 and not re.fullmatch(r".{0,30}[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日", after)


def _kept(view: str, body: list[_Line], cuts: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of the view that the cleaned text keeps, in order: words, and one line break between lines."""
    starts = {a for a, _ in cuts}
    width = _width(body)
    above: _Line | None = None
    k = 0
    for line in body:
        words: list[tuple[int, int]] = []
        at, before = line.start, k
        while k < len(cuts) and cuts[k][0] < line.end:
            words += _words(view, at, cuts[k][0])
            at = max(at, cuts[k][1])
            k += 1
        words += _words(view, at, line.end)
        if not words:
            continue
        cut_by_page = line.start in starts and _PAGE_MARK.match(line.view)
        if k > before:  # a notice in a title, with its marks, makes no prose of it
            line = line._replace(view="".join(view[a:b] for a, b in words))
        if above and not cut_by_page and not _wrapped(above, line, width):
            newline = view.index("\n", above.end)
            yield newline, newline + 1
        yield from words
        above = line


def _words(view: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """view[start:end] without its glue; between two Latin words one space stays."""
    at = start
    for m in _GLUE.finditer(view, start, end):
        a, b = m.span()
        if a > at:
            yield at, a
        space = view.find(" ", a, b)
        if start < a and b < end and space >= 0 and _LATIN.match(view[a - 1]) and _LATIN.match(view[b]):
            yield space, space + 1
        at = b
    if end > at:
        yield at, end


def _merged(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Overlapping stretches of noise as one, named after the first."""
    out: list[tuple[int, int, str]] = []
    for a, b, rule in sorted(found):
        if out and a < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], b), out[-1][2])
        else:
            out.append((a, b, rule))
    return out


def _assemble(
    raw: str, view: str, body: list[_Line], whole: list[tuple[int, int, str]], inline: list[tuple[int, int, str]]
) -> CleanText:
    """Cuts out noise and glue and keeps the way back."""
    pieces: list[str] = []
    clean_at: list[int] = []
    raw_at: list[int] = []
    size = 0
    for a, b in _kept(view, body, [(a, b) for a, b, _ in inline]):
        if raw_at and a == raw_at[-1] + size - clean_at[-1]:
            pieces.append(view[a:b])
        else:
            clean_at.append(size)
            raw_at.append(a)
            pieces.append(view[a:b])
        size += b - a
    noise_spans = tuple(Noise(start=a, end=b, text=raw[a:b], rule=rule) for a, b, rule in _merged([*whole, *inline]))
    return CleanText(raw, "".join(pieces), noise_spans, frozenset(clean_at), clean_at, raw_at)
