"""Word boundaries: they cover the text exactly, they refuse crossing matches, and a bad model is a clear error."""

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.nlp import MODEL, SegmenterError, load

CROSSINGS = Path(__file__).with_name("crossings.txt").read_text(encoding="utf-8").splitlines()

# Chinese, all kinds of white space, digits and Latin, emoji, 4-byte and combining characters, controls, lone surrogates.
ODD = st.text(
    st.sampled_from(
        "市教育局要抓好落实，。、；\n\r\t \u3000\x1c\x85\u2028\x00aZ09９.-_|/*:😀𠮷é\u0301\u200b\ufffd\ud83d\udc00"
    )
)
TEXTS = ODD | st.text(st.characters(), max_size=40)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in load().words(text)]


@settings(deadline=None)
@given(TEXTS)
def test_words_cover_everything_but_white_space(text: str) -> None:
    end_before = 0
    for start, end in load().words(text):
        assert start < end
        assert text[end_before:start].strip() == ""
        assert text[start:end].split() == [text[start:end]], "a word holds no white space"
        end_before = end
    assert text[end_before:].strip() == ""


@pytest.mark.parametrize("unit", ["市教育局部署工作", "各乡镇要抓好落实，", "　 ", "😀", "a"])
def test_long_text_without_a_stop_is_covered(unit: str) -> None:
    text = unit * 700
    assert "".join(cut(text)) == "".join(text.split())


def test_a_window_does_not_end_inside_a_word() -> None:
    clause = "县教育局要会同公安局抓好校园周边整治，"
    assert cut(clause * 40) == cut(clause) * 40


@pytest.mark.parametrize(
    "words",
    [
        "全市 住建 系统",
        "人民 政府",
        "办公 安排",
        "教育局 部署 工作",
        "要 切实 抓好 落实",
        "住建局 要 在 10 月 底 前 完成",
        "县 应急管理局 要 会同 公安局",
    ],
)
def test_words_of_official_prose(words: str) -> None:
    assert cut(words.replace(" ", "")) == words.split()


def crossings() -> list[object]:
    """One case a marked mention; the file says what the signs mean."""
    cases: list[object] = []
    for line in CROSSINGS:
        if line.startswith("#"):
            continue
        sign, marked = line[:2], line[3:]
        pieces = re.split(r"[\[\]]", marked)
        for start, end in list(pairwise(accumulate(map(len, pieces), initial=0)))[1::2]:
            text = "".join(pieces)
            known = [pytest.mark.xfail(reason="the model cuts this one wrongly", strict=False)] if "?" in sign else []
            cases.append(
                pytest.param(text, start, end, sign[0] == "-", marks=known, id=f"{text[start:end]} in {marked}")
            )
    return cases


@pytest.mark.parametrize(("text", "start", "end", "veto"), crossings())
def test_a_word_across_the_edge_refuses_the_match(text: str, start: int, end: int, veto: bool) -> None:
    assert load().crosses(text, start, end) is veto


@pytest.mark.parametrize(
    "text", ["民政", "由民政、公安负责", "（民政）", "民政 部", "人 民政 府", "人\n民政\n府", "人，民政，府"]
)
def test_nothing_crosses_punctuation_or_white_space(text: str) -> None:
    start = text.index("民政")
    assert not load().crosses(text, start, start + 2)


@settings(deadline=None)
@given(st.text("各乡镇要抓好落实人民", max_size=30), st.text("各乡镇要抓好落实人民", max_size=30))
def test_text_beyond_punctuation_changes_nothing(before: str, after: str) -> None:
    text = f"{before}，市人民政府印发，{after}"
    at = len(before) + 1
    assert load().crosses(text, at + 2, at + 4), "民政 in 人民政府"
    assert not load().crosses(text, at + 1, at + 5), "人民政府 itself"


def test_a_word_the_model_has_never_seen_refuses_nothing() -> None:
    text = "原局长张某不再兼任"
    assert "原局" in cut(text), "the cut is wrong here"
    assert not load().crosses(text, 1, 3), "局长 stays"


def test_the_head_of_a_longer_word_is_not_refused() -> None:
    text = "由镇政府牵头"
    assert "镇政府" in cut(text)
    assert not load().crosses(text, 2, 4), "镇政府 is a 政府"


def test_one_model_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(MODEL.parent)
    assert load() is load(MODEL) is load(Path(MODEL.name))


def test_a_setting_names_another_model(tmp_path: Path) -> None:
    other = shutil.copytree(MODEL, tmp_path / "模型")
    assert load(other) is not load()
    assert load(other).words("市教育局部署工作") == load().words("市教育局部署工作")


def test_a_path_without_a_model_is_an_error_that_helps(tmp_path: Path) -> None:
    with pytest.raises(SegmenterError, match=r"features\.msgpack、weights\.npz.*请指定") as caught:
        load(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_a_name_that_pkuseg_would_download_is_a_path_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SegmenterError, match="news"):
        load(Path("news"))
    shutil.copytree(MODEL, "web")
    assert load(Path("web")).words("教育局") == ((0, 3),)


@pytest.mark.parametrize("name", ["features.msgpack", "weights.npz"])
@pytest.mark.parametrize("size", [0, 1000])
@pytest.mark.parametrize("junk", [b"", b"x" * 500])
def test_a_damaged_model_is_an_error_that_helps(tmp_path: Path, name: str, size: int, junk: bytes) -> None:
    folder = shutil.copytree(MODEL, tmp_path / "model")
    (folder / name).write_bytes((folder / name).read_bytes()[:size] + junk)
    with pytest.raises(SegmenterError, match="无法读取.*请重新训练") as caught:
        load(folder)
    assert str(folder) in str(caught.value)


def test_files_of_two_models_are_an_error(tmp_path: Path) -> None:
    folder = shutil.copytree(MODEL, tmp_path / "model")
    np.savez(folder / "weights.npz", sizes=np.array([5, 1]), w=np.zeros(30))
    with pytest.raises(SegmenterError, match="不属于同一个模型"):
        load(folder)


def test_threads_share_a_segmenter() -> None:
    texts = [f"第{number}批由县教育局负责落实到位" for number in range(300)]
    expected = [load().words(text) for text in texts]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns all the time
    try:
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(load().words, texts)) == expected
    finally:
        sys.setswitchinterval(interval)


def test_new_words_do_not_stay_in_memory() -> None:
    segmenter = load()
    segmenter.words("预热")
    strings = segmenter._tokenizer.vocab.strings
    before = len(strings)
    for number in range(200):
        segmenter.words(f"编号{number:08d}的文件由x{number}y科办理")
    assert len(strings) == before


def test_importing_is_cheap() -> None:
    program = "import sys, extractor.nlp; sys.exit(any(name in sys.modules for name in ('spacy', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", program], cwd=MODEL.parents[1]).returncode == 0
