"""Reads whole numbers written in Chinese or Arabic numerals."""

from __future__ import annotations

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {c: n for n, c in enumerate("〇壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"两": 2, "俩": 2, "仨": 3, "○": 0} | {str(n): n for n in range(10)}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_GROUPS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
# Longer numerals do not occur, and int() refuses or crawls on very long ones.
_LONGEST = 24


def parse(text: str) -> int | None:
    """The whole number that ``text`` writes, or None when it is no definite whole number (几, 十几, 数十, 半, 1.5).

    Reads Arabic digits with grouping commas, Chinese numerals with units (financial forms too), digit by digit writing
    (二〇二二), 廿 and 卅, a mixed count (3万, 1.2亿) and the spoken short form (一百二 is 120).

    >>> parse("一百二十"), parse("两千零五"), parse("廿五"), parse("二〇二二"), parse("1,200"), parse("十几")
    (120, 2005, 25, 2022, 1200, None)
    """
    if not 0 < len(text) <= _LONGEST:
        return None
    if text[0] in "0123456789" and text.isascii():
        return _arabic(text)
    if text[-1] in _GROUPS and text[:-1].isascii():
        return _mixed(text)
    if len(text) > 1 and all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    return _chinese(text)


def _arabic(text: str) -> int | None:
    head, *groups = text.split(",")
    if not head.isdigit() or any(len(g) != 3 or not g.isdigit() for g in groups) or (groups and len(head) > 3):
        return None
    return int(head + "".join(groups))


def _mixed(text: str) -> int | None:
    """3万, 1.25亿: an Arabic number, perhaps with decimals, before a group unit."""
    whole, _, decimals = text[:-1].partition(".")
    count, unit = _arabic(whole), _GROUPS[text[-1]]
    if count is None or (decimals and not decimals.isdigit()):
        return None
    scaled, rest = divmod(int(decimals or "0") * unit, 10 ** len(decimals))
    return None if rest else count * unit + scaled


def _chinese(text: str) -> int | None:
    """Units must fall inside a group of four (九千八百…), groups must fall from 亿 to 万; 零 only fills a gap."""
    total = group = 0
    digit: int | None = None
    last, gap = 10_000, False
    ceiling = 10**12
    for c in text:
        if c in _DIGITS:
            if digit is not None or (last == 1):
                return None
            if _DIGITS[c] == 0:
                gap = True
            else:
                digit = _DIGITS[c]
        elif c in _TENS:
            if digit is not None or last <= 10:
                return None
            group, last, gap = group + _TENS[c], 10, False
        elif c in _UNITS:
            unit = _UNITS[c]
            if unit >= last or (digit is None and (unit != 10 or (group and not gap))):
                return None
            group += (1 if digit is None else digit) * unit
            digit, last, gap = None, unit, False
        elif c in _GROUPS:
            unit = _GROUPS[c]
            group += digit or 0
            if group == 0 or unit >= ceiling:
                return None
            total += group * unit
            group, digit, last, gap, ceiling = 0, None, unit, False, unit
        else:
            return None
    if digit is not None:
        # 一百二 and 三万五 leave the unit of the last digit unsaid; 一百零二 does not.
        short = last if not gap and 100 <= last and (group or total) and not (last == 10_000 and not total) else 10
        group += digit * (short // 10)
    elif gap and (group or total):
        return None
    elif not gap and not group and not total:
        return None
    return total + group
