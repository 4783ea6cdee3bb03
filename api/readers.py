"""Bytes to text: which encoding, and whether it is a Chinese text at all. A guess that may be wrong is an error.

Decoding with the wrong table often succeeds and gives nonsense (a UTF-8 file with one broken byte is a valid GB18030
file full of rare characters), so nothing is accepted because it decodes: it must also look like Chinese prose.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

MAX_BYTES = 10 * 1024 * 1024
"""The largest input that is read. A speech of one hour has about 30,000 bytes."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),  # before UTF-16: the little-endian marks begin alike
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Write characters as plain ASCII: what was sent would not be what is read, and may hide markup from filters.
_ESCAPES = {"utf-7", "unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape", "punycode", "idna"}
_SIGNATURES = (
    (b"PK\x03\x04", "Word（docx）、Excel 或压缩文件", "a Word (docx), Excel or zip file"),
    (b"\xd0\xcf\x11\xe0", "Word（doc）或 Excel 文件", "a Word (doc) or Excel file"),
    (b"%PDF", "PDF 文件", "a PDF file"),
    (b"{\\rtf", "RTF 文件", "an RTF file"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"\x1f\x8b", "压缩文件", "a compressed file"),
)
# Among the most frequent characters of Chinese prose; about a third of any text consists of them.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民"
    "得经进着等部度家电力里如水化高自理起小物现实加量都两体制机当使点从业本去把性好应开合还因由其些然前外天政四日那社义事平形相"
    "全表间样与关各重新线内数正心反明看原又利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五"
    "市区县防疫控安全责任落实情况及加强组织领导管理单位做好请按照通知报"
)
_LEVEL_1 = "".join(
    chars
    for row in range(0xB0, 0xD8)
    for chars in [bytes(b for cell in range(0xA1, 0xFF) for b in (row, cell)).decode("gb2312", "ignore")]
)
# All but the 3,755 everyday characters of GB 2312 and the letters, marks, digits and signs that texts are printed with.
_STRANGE = re.compile(
    rf"[^\x00-\x7f\xa0-\u04ff\u2000-\u2bff\u3000-\u33ff\ufe00-\ufe0f\ufeff\uff00-\uffef\U0001f000-\U0001faff{_LEVEL_1}]"
)
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_KANA = re.compile("[\u3041-\u30ff]")
_LETTER = re.compile(r"[^\W\d_]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_PIECE = re.compile(r"[^\n]{12,32}")
_MARKUP = re.compile(r"\s*(?:<!DOCTYPE html|<html|<\?xml)", re.IGNORECASE)


class InputError(ValueError):
    """An input that cannot be read as a Chinese text. Says in Chinese and English what, where and how to fix it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it came in, with the name of its file (``-`` for standard input) and the encoding it was read with.

    ``notes`` are remarks for the reader, in Chinese and English.
    """

    name: str
    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def read(name: str) -> Document:
    """The text of a file, or of standard input for ``-``. Raises InputError, also when there is no such file."""
    if name == "-":
        return document(name, sys.stdin.buffer.read(MAX_BYTES + 1))
    path = Path(name)
    if path.is_dir():
        raise InputError("这是一个文件夹，请给出文件。", "This is a folder; name the files in it.")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise InputError("没有这个文件。", "There is no such file.") from None
    except OSError as error:
        reason = error.strerror
        raise InputError(f"文件打不开（{reason}）。", f"The file cannot be opened ({reason}).") from None
    return document(os.fsencode(name).decode("utf-8", "replace"), data)  # a name may hold bytes that are no text


def document(name: str, data: bytes, charset: str | None = None) -> Document:
    """The bytes of a file as a Chinese text. Raises InputError when they are none, or more than MAX_BYTES.

    ``charset`` is the encoding that somebody vouches for; without it, it is found out.
    """
    text, encoding = decode(data, charset)
    notes = []
    lost = text.count("\ufffd")
    if lost:
        notes.append(
            f"文中有 {lost} 处字符在保存前已经丢失（�）。 {lost} characters were lost before the file was saved (�)."
        )
    check_chinese(text)
    return Document(name, text, encoding, tuple(notes))


def decode(data: bytes, charset: str | None = None) -> tuple[str, str]:
    """The text of some bytes and the name of its encoding: UTF-8, GB18030, UTF-16 or UTF-32.

    A byte order mark of UTF-8 stays in the text as U+FEFF, so that offsets are those of the file read as UTF-8. Line
    ends stay as they are. Raises InputError, with the offset of the first faulty byte where there is one.

    >>> decode("请各单位抓好落实。".encode("gb18030"))
    ('请各单位抓好落实。', 'gb18030')
    """
    _check_bytes(data)
    if charset is not None:
        return _declared(data, charset)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data, encoding), encoding
    text = _try(data, "utf-8")
    if text is not None and (_HAN.search(text) or text.isascii()):
        if b"\0" in data and (wide := _wide(data)):  # ASCII and NUL in turn: UTF-16 is valid UTF-8 too
            return wide
        _check_binary(text)
        _check_twice_encoded(text)
        return text, "utf-8"
    gb = _try(data, "gb18030")
    if gb is not None and _looks_chinese(gb):
        return gb, "gb18030"
    if wide := _wide(data):
        return wide
    if text is not None:
        _check_binary(text)
        return text, "utf-8"
    raise _undecodable(data, gb)


def decode_or_say_why(data: bytes, charset: str | None) -> tuple[str, tuple[str, str] | None]:
    """The text, or why it is refused in Chinese and English: errors do not travel between processes."""
    try:
        return decode(data, charset)[0], None
    except InputError as error:
        return "", (error.zh, error.en)


def check_chinese(text: str) -> None:
    """Raises InputError when a text is empty, the source of a web page, or not mainly Chinese."""
    if not text.strip("\ufeff \t\r\n\u3000"):
        raise InputError("文件是空的，没有文字。", "The file is empty: there is no text in it.")
    if _MARKUP.match(text):
        raise InputError(
            "这是网页源代码，请从浏览器中复制正文，另存为文本文件。",
            "This is the source of a web page; copy the text from the browser into a text file.",
        )
    han = len(_HAN.findall(text))
    kana = len(_KANA.findall(text))
    letters = len(_LETTER.findall(text))
    if han < 2 or han * 10 < letters or kana * 5 > han:
        raise InputError(
            "这不是中文文本（汉字太少），本工具只读中文讲话、通知和会议报道。",
            "This is not a Chinese text: it has hardly any Chinese characters.",
        )


def _check_bytes(data: bytes) -> None:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError("文件是空的，没有文字。", "The file is empty: there is no text in it.")
    if len(data) > MAX_BYTES:
        raise InputError(
            f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请分成几个文件。",
            f"The file is larger than {MAX_BYTES // 1024 // 1024} MB; split it into several.",
        )
    for signature, zh, en in _SIGNATURES:
        if data.startswith(signature):
            raise InputError(
                f"这是{zh}，不是纯文本；请打开后另存为“纯文本（.txt）”。",
                f"This is {en}, not plain text; open it and save it as plain text (.txt).",
            )


def _check_binary(text: str) -> None:
    if len(_CONTROL.findall(text)) * 20 > len(text):
        raise InputError("这是二进制文件，不是文本。", "This is a binary file, not a text.")


def _check_twice_encoded(text: str) -> None:
    """Raises InputError for a text that was once read with the wrong table and saved like that."""
    once = text[:4000].encode("gb18030", "replace").decode("utf-8", "replace")
    if len(_HAN.findall(once)) > 2 * once.count("\ufffd"):
        raise InputError(
            "文件内容已经是乱码（UTF-8 文本曾被当作 GBK 打开后保存），请用原来的文件。",
            "The text is garbled: UTF-8 was once read as GBK and saved like that; use the original file.",
        )


def _declared(data: bytes, charset: str) -> tuple[str, str]:
    try:
        encoding = codecs.lookup(charset.strip()).name
        if encoding in _ESCAPES:
            raise LookupError
        data.decode(encoding, "ignore")
    except (LookupError, ValueError):
        raise InputError(f"不认识编码“{charset}”。", f"There is no encoding named {charset!r}.") from None
    if encoding in ("gb2312", "gbk"):
        encoding = "gb18030"  # what is declared as one of its subsets often holds characters of the whole
    return _strict(data, encoding), encoding


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"第 {error.start + 1} 个字节不符合 {encoding.upper()} 编码，文件可能已损坏。",
            f"Byte {error.start} (from 0) is not valid {encoding.upper()}; the file may be damaged.",
        ) from None
    _check_binary(text)
    return text


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _wide(data: bytes) -> tuple[str, str] | None:
    """UTF-16 or UTF-32 without a byte order mark, if the bytes read so look like Chinese prose."""
    for encoding, size in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        if len(data) % size == 0:
            text = _try(data, encoding)
            if text is not None and "\0" not in text and _HAN.search(text) and _looks_chinese(text):
                return text, encoding
    return None


def _looks_chinese(text: str) -> bool:
    """Whether the characters are those of Chinese prose, everywhere in the text.

    Everywhere, because one lost byte shifts all that follows in its line and leaves the rest alone.
    """
    if _CONTROL.search(text):
        return False
    han = _HAN.findall(text)
    if not han and not text.isascii():
        return False
    if len(han) >= 30 and sum(map(_FREQUENT.__contains__, han)) * 12 < len(han):
        return False
    if len(_STRANGE.findall(text)) * 4 > len(han):
        return False
    return all(len(_STRANGE.findall(m.group())) * 3 <= m.end() - m.start() for m in _PIECE.finditer(text))


def _undecodable(data: bytes, gb: str | None) -> InputError:
    """What to say of bytes that are no text in any encoding that is read."""
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError as error:
            before = data[: error.start].decode(encoding)
            if _HAN.search(before) and _looks_chinese(before):
                return InputError(
                    f"文件像是 {encoding.upper()} 编码，但第 {error.start + 1} 个字节有误，可能已损坏。",
                    f"The file looks like {encoding.upper()}, but byte {error.start} (from 0) is wrong: it is damaged.",
                )
    if gb is not None:
        for m in _PIECE.finditer(gb):
            if len(_STRANGE.findall(m.group())) * 3 > m.end() - m.start():
                at = len(gb[: m.start()].encode("gb18030"))
                if m.start() and _looks_chinese(gb[: m.start()]):
                    return InputError(
                        f"文件像是 GB18030 编码，但约从第 {at + 1} 个字节起是乱码，可能已损坏。",
                        f"The file looks like GB18030, but is garbled from about byte {at} (from 0) on.",
                    )
                break
    guess = from_bytes(data[:65536]).best()
    if guess is None or len(_CONTROL.findall(data.decode("latin-1"))) * 20 > len(data):
        return InputError("这是二进制文件，不是文本。", "This is a binary file, not a text.")
    return InputError(
        f"认不出文件的编码（或许是 {guess.encoding}），请另存为 UTF-8。",
        f"The encoding was not recognised (it may be {guess.encoding}); save the file as UTF-8.",
    )
