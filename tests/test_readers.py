"""Bytes in: the exact text or a message, in every encoding. Nonsense is never passed on in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import readers

ROOT = Path(__file__).parent.parent
SPEECHES = sorted((ROOT / "tests" / "speeches").glob("*.txt"))[::4]
SENTENCE = "会议强调，各镇要在6月底前完成隐患排查，严禁瞒报漏报。"
CODECS = ["utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("codec", CODECS)
def test_every_speech_comes_back_exactly(codec: str) -> None:
    for path in SPEECHES:
        text = text_of(path)
        assert readers.decode(text.encode(codec))[0] == text, path.name


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize(
    "text", ["各镇要抓好落实。", "请报。", "联通", SENTENCE + "\r\n" + SENTENCE, "COVID-19 防控要求：PM2.5≤35μg/m³。"]
)
def test_short_texts(codec: str, text: str) -> None:
    if text == "联通" and codec != "utf-8":
        pytest.skip("two characters leave nothing to tell the encodings apart by")
    assert readers.decode(text.encode(codec))[0] == text


def test_the_mark_of_utf8_stays_so_that_offsets_are_those_of_the_file() -> None:
    assert readers.decode(SENTENCE.encode("utf-8-sig")) == ("\ufeff" + SENTENCE, "utf-8")


@pytest.mark.parametrize("codec", ["big5", "euc_kr", "shift_jis", "euc_jp"])
def test_a_text_in_another_encoding_is_refused(codec: str) -> None:
    words = {
        "big5": "會議強調，各鎮要在六月底前完成隱患排查。",
        "euc_kr": "모든 기관은 유월 말까지 점검을 마쳐야 합니다. ",
    }
    text = words.get(codec, "すべての機関は六月末までに点検を完了しなければならない。") * 4
    with pytest.raises(readers.InputError):
        readers.document("-", text.encode(codec))


def test_a_lost_byte_is_noticed_wherever_it_is() -> None:
    text = SENTENCE * 8
    for codec in ("utf-8", "gb18030"):
        whole = text.encode(codec)
        for at in range(7, len(whole) - 60, 11):
            if whole[at] < 0x80:
                continue  # a lost digit leaves a sound text
            with pytest.raises(readers.InputError):
                readers.decode(whole[:at] + whole[at + 1 :])


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_the_first_faulty_byte_is_named(codec: str) -> None:
    sound = (SENTENCE * 3).encode(codec)
    with pytest.raises(readers.InputError) as raised:
        readers.decode(sound + b"\xff" + sound)
    assert f"byte {len(sound)} " in raised.value.en
    assert f"第 {len(sound) + 1} 个字节" in raised.value.zh


def test_garbled_text_saved_as_utf8_is_refused() -> None:
    garbled = (SENTENCE * 2).encode("utf-8").decode("gb18030", "ignore")
    with pytest.raises(readers.InputError, match="乱码"):
        readers.decode(garbled.encode("utf-8"))


def test_lost_characters_are_told() -> None:
    assert "1" in readers.document("-", (SENTENCE + "\ufffd").encode()).notes[0]


@pytest.mark.parametrize(
    ("charset", "codec"), [("GBK", "gbk"), ("gb2312", "gb18030"), ("UTF-8", "utf-8"), ("utf-16", "utf-16")]
)
def test_a_declared_charset_is_honoured(charset: str, codec: str) -> None:
    assert readers.document("-", SENTENCE.encode(codec), charset).text == SENTENCE


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SENTENCE.encode("gbk"), "utf-8"), (SENTENCE.encode(), "klingon"), (b"x", "hex"), (b"+Tgo-", "utf-7"),
        (rb"\u4e0a", "unicode_escape"), (rb"\u4e0a", "raw-unicode-escape"), (b"x-", "punycode"), (b"x", "idna"),
    ],
)  # fmt: skip
def test_a_wrong_charset_is_an_error(data: bytes, charset: str) -> None:
    with pytest.raises(readers.InputError):
        readers.decode(data, charset)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "没有文字"),
        (b" \r\n\t ", "没有文字"),
        ("\ufeff\n".encode("utf-16-le"), "没有文字"),
        (b"PK\x03\x04rest", "另存为"),
        (b"\xd0\xcf\x11\xe0rest", "另存为"),
        (b"%PDF-1.4", "PDF"),
        (bytes(range(256)) * 20, "二进制"),
        (b"All departments shall report by Friday.", "不是中文"),
        (b"12345 67890", "不是中文"),
        ("<!DOCTYPE html><html><p>各镇要抓好落实。</p>".encode(), "网页源代码"),
        (b"\xe5\x90\x84" * (readers.MAX_BYTES // 3 + 1), "10 MB"),
    ],
    ids=["empty", "blank", "only a mark", "docx", "doc", "pdf", "binary", "english", "digits", "html", "huge"],
)
def test_what_is_no_chinese_text_is_told(data: bytes, words: str) -> None:
    with pytest.raises(readers.InputError, match=words):
        readers.document("-", data)


def test_a_folder_and_a_missing_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(readers.InputError, match="文件夹"):
        readers.read(str(tmp_path))
    with pytest.raises(readers.InputError, match="没有这个文件"):
        readers.read(str(tmp_path / "没有.txt"))
