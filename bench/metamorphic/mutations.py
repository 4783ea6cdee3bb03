"""Changes to a speech under which its records must stay the same, but for what was changed."""

# Each Chinese character counts as two columns; the phrases are data.
# ruff: noqa: E501
from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from bench.metamorphic.texts import DEADLINES, PARTIES, Piece, Speech, changed, marked

Change = Callable[[Speech, random.Random], "Speech | None"]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change with what it is called and what may differ after it.

    ``free`` names what a comparison leaves out: ``canonical`` of parties, ``value`` of deadlines, ``style`` of items,
    ``title``: whether the first sentence of a point is its title or its text (writers put titles after （一）, hardly
    ever after 1.).
    ``change`` gives None where a speech offers nothing to change.
    """

    name: str
    change: Change
    free: frozenset[str] = frozenset()


# Web dirt on lines of its own, in our own words.
_NOISE_LINES = (
    "当前位置：首页 > 政务公开 > 领导讲话", "分享到：", "来源：青原县人民政府办公室 浏览次数：312次", "【字体：大 中 小】 打印 关闭",
    "责任编辑：小丁", "上一篇：青原县召开春耕生产现场会", "第2页 共6页", "- 3 -", "扫一扫在手机打开当前页", "推荐访问：讲话稿 县长 会议",
    "发布时间：2022-03-11 09:20 来源：县政府网", "版权所有：青原县人民政府 备案号ICP备20220311号", "本文由会员分享，可在线阅读",
    "2022-03-11 09:21:07 来源: 县融媒体中心", "文档编号：88213 上传时间：2022-03-12", "—5—",
)  # fmt: skip
# Notices inside a sentence.
_NOTICES = (
    "（此处省略312字）", "当前隐藏内容免费查看", "……（未完，全文共5120字，当前显示1200字）", "https://www.example.cn/doc/3321.html",
    "【此处隐藏208字】", "【点击查看全文】", "未完，继续阅读 >",
)  # fmt: skip
_INVISIBLE = (" ", "  ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\u2060", "\u00ad")


def _noise(text: str) -> Piece:
    return Piece(text, "noise", -1)


def _cut(speech: Speech, places: dict[int, list[tuple[int, str]]]) -> Speech:
    """The speech with noise put into pieces: for each index the offsets in that piece and what stands there."""
    out: list[Piece] = []
    for i, p in enumerate(speech):
        at = 0
        for offset, text in sorted(places.get(i, [])):
            if offset > at:
                out.append(replace(p, text=p.text[at:offset], at=at))
            out.append(_noise(text))
            at = offset
        out.append(replace(p, text=p.text[at:], at=at))
    return tuple(out)


def _inside(speech: Speech, dice: random.Random, share: float, texts: tuple[str, ...]) -> Speech | None:
    """Something put between two characters of words, never beside a mark or a figure."""
    places: dict[int, list[tuple[int, str]]] = {}
    for i, p in enumerate(speech):
        if p.kind == "words" and len(p.text) >= 8 and dice.random() < share:
            for _ in range(8):
                at = dice.randint(3, len(p.text) - 3)
                if re.fullmatch("[\u4e00-\u9fff]{4}", p.text[at - 2 : at + 2]):
                    places[i] = [(at, dice.choice(texts))]
                    break
    return _cut(speech, places) if places else None


def noise_lines(speech: Speech, dice: random.Random) -> Speech | None:
    """Web dirt on lines of its own between the lines, at the top and at the end."""
    out: list[Piece] = []
    for _ in range(dice.randint(0, 3)):
        out += [_noise(dice.choice(_NOISE_LINES) + "\n")]
    for p in speech:
        out.append(p)
        if p.kind == "break" and dice.random() < 0.3:
            out.append(_noise(dice.choice(_NOISE_LINES) + "\n"))
    out.append(_noise("\n" + dice.choice(_NOISE_LINES)))
    return tuple(out)


def notices(speech: Speech, dice: random.Random) -> Speech | None:
    """Notices of document sites in the middle of sentences."""
    return _inside(speech, dice, 0.25, _NOTICES)


def invisible(speech: Speech, dice: random.Random) -> Speech | None:
    """Spaces and invisible characters inside words."""
    return _inside(speech, dice, 0.5, _INVISIBLE)


def page_marks(speech: Speech, dice: random.Random) -> Speech | None:
    """Page numbers that cut sentences in long lines, counting on. A page holds more than a sentence."""
    places: dict[int, list[tuple[int, str]]] = {}
    page = dice.randint(2, 4)
    column, full_stop = 0, False
    for i, p in enumerate(speech):
        if p.kind == "break":
            column, full_stop = 0, False
        elif p.kind == "words" and column >= 45 and full_stop:
            at = next((a for a in range(3, len(p.text) - 3) if re.fullmatch("[\u4e00-\u9fff]{4}", p.text[a - 2 : a + 2])), None)
            if at is not None:
                places[i] = [(at, f"\n{page}、")]
                page, column, full_stop = page + 1, -at, False
        full_stop = full_stop or "。" in p.text
        column += len(p.text) if p.kind != "break" else 0
    return _cut(speech, places) if len(places) >= 2 else None


def hard_wrap(speech: Speech, dice: random.Random) -> Speech | None:
    """Lines broken after a fixed width, as in text copied from a PDF."""
    width = dice.randint(24, 44)
    places: dict[int, list[tuple[int, str]]] = {}
    column = 0
    for i, p in enumerate(speech):
        if p.kind == "break":
            column = 0
            continue
        for k in range(len(p.text)):
            before = p.text[k - 1] if k else speech[i - 1].text[-1] if i else "。"
            # A line that ends in a full stop may as well end a paragraph: nobody can tell.
            if column >= width and p.text[k] not in "，。；：、）" and before not in "。；：）":
                places.setdefault(i, []).append((k, "\n"))
                column = 0
            column += 1
    return _cut(speech, places) if places else None


def crlf(speech: Speech, dice: random.Random) -> Speech | None:  # noqa: ARG001
    """Windows line ends."""
    return tuple(changed(p, p.text.replace("\n", "\r\n")) for p in speech)


def blank_lines(speech: Speech, dice: random.Random) -> Speech | None:
    """Empty lines and indents between the lines."""
    return tuple(changed(p, dice.choice(("\n\n", "\n\u3000\u3000", "\n    ", "\n \n"))) if p.kind == "break" else p for p in speech)


_HALF = str.maketrans("，：；！？（）０１２３４５６７８９", ",:;!?()0123456789")
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")


def half_width(speech: Speech, dice: random.Random) -> Speech | None:  # noqa: ARG001
    """Half-width punctuation."""
    return tuple(changed(p, p.text.translate(_HALF)) for p in speech)


def full_width(speech: Speech, dice: random.Random) -> Speech | None:  # noqa: ARG001
    """Full-width digits."""
    return tuple(changed(p, p.text.translate(_FULL)) for p in speech)


def joined(by: str) -> Change:
    """The whole speech in one line, as some pages give it."""

    def change(speech: Speech, dice: random.Random) -> Speech | None:  # noqa: ARG001
        return tuple(changed(p, by) if p.kind == "break" else p for p in speech)

    return change


def rename(speech: Speech, dice: random.Random) -> Speech | None:
    """Every party under another name of its class."""
    said = {p.text for p in speech if p.kind == "party"}
    if not said:
        return None
    new: dict[str, str] = {}
    for pool in PARTIES.values():
        mine = [t for t in pool if t in said]
        others = [t for t in pool if t not in said]
        dice.shuffle(others)
        new.update(zip(mine, others, strict=False))
    return tuple(changed(p, new.get(p.text, p.text)) if p.kind == "party" else p for p in speech)


def move_deadlines(speech: Speech, dice: random.Random) -> Speech | None:
    """Every deadline at another time of its class."""
    if not any(p.kind == "deadline" for p in speech):
        return None
    return tuple(
        changed(p, dice.choice([d for d in DEADLINES[p.value[0]] if d != p.text])) if p.kind == "deadline" else p
        for p in speech
    )


def restyled(style: str) -> Change:
    """Gives the innermost lists markers of another style."""

    def change(speech: Speech, dice: random.Random) -> Speech | None:  # noqa: ARG001
        inner = [p for p in speech if p.kind == "marker" and p.value[0] in ("shi", "section")]
        if not inner or all(p.value[0] == style for p in inner):
            return None
        return tuple(changed(p, marked(style, p.value[1])) if p in inner else p for p in speech)

    return change


_STYLE = frozenset({"style", "title"})
MUTATIONS: tuple[Mutation, ...] = (
    Mutation("noise lines", noise_lines),
    Mutation("notices in sentences", notices),
    Mutation("invisible characters", invisible),
    Mutation("page marks", page_marks),
    Mutation("hard-wrapped lines", hard_wrap),
    Mutation("CRLF", crlf),
    Mutation("blank lines and indents", blank_lines),
    Mutation("half-width punctuation", half_width),
    Mutation("full-width digits", full_width),
    Mutation("one line with indents", joined("\u3000\u3000")),
    Mutation("one line with spaces", joined(" ")),
    Mutation("party renamed", rename, frozenset({"canonical"})),
    Mutation("deadline moved", move_deadlines, frozenset({"value"})),
    Mutation("marked 一是", restyled("shi"), _STYLE),
    Mutation("marked 一要", restyled("yao"), _STYLE),
    Mutation("marked （一）", restyled("section"), _STYLE),
    Mutation("marked 1.", restyled("arabic"), _STYLE),
    Mutation("marked 第一，", restyled("di"), _STYLE),
)  # fmt: skip
