"""Word boundaries: the one place that knows spaCy's tokenizer and pkuseg.

Rules match characters. A word that lies across the edge of a match is evidence against it: 办公安排 holds no 公安,
人民政府 no 民政. The segmenter errs, so it may speak against a match, never for one.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import is_zipfile

if TYPE_CHECKING:
    from spacy.lang.zh import ChineseTokenizer

Words = tuple[tuple[int, int], ...]

MODEL = Path(__file__).with_name("segmenter")
"""The model in the package; `bench/segmenter/train.py` makes it, `segmenter/NOTICE` says from what."""

_FILES = ("features.msgpack", "weights.npz")

# spaCy aligns words and text in quadratic time, so it never sees more than this at once. Cut at punctuation if any.
_WINDOW = re.compile(r".{0,199}[。！？；，、：…!?;,:\s]|.{1,200}", re.DOTALL)
_CONTEXT = 12
"""Characters on each side of a match that are looked at. Words further off do not change the cut at its edges."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class SegmenterError(ValueError):
    """There is no segmenter model at a path, or it cannot be read. The message says how to fix it."""


def load(model: Path | None = None) -> Segmenter:
    """The segmenter with the model in a folder, by default the one in the package; loaded once for each folder.

    The folder is one that `spacy_pkuseg.train` writes: features.msgpack and weights.npz. Nothing is downloaded.
    The first call imports spaCy, which takes half a second. Raises SegmenterError.

    >>> load().words("市教育局部署工作")
    ((0, 1), (1, 4), (4, 6), (6, 8))
    """
    return _load((MODEL if model is None else model).resolve())


@cache
def _load(folder: Path) -> Segmenter:
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise SegmenterError(
            f"{folder} 中没有分词模型，缺少 {'、'.join(missing)}；"
            "请指定 spacy_pkuseg.train 生成的模型目录，或去掉该设置以使用自带模型。"
        )
    from spacy.lang.zh import ChineseTokenizer
    from spacy.lang.zh import Segmenter as Kind
    from spacy.vocab import Vocab

    tokenizer = ChineseTokenizer(Vocab(), segmenter=Kind.pkuseg)
    try:
        if not is_zipfile(folder / "weights.npz"):  # numpy would fail too, and leave the file open
            raise ValueError("weights.npz 不是 npz 文件")
        tokenizer.initialize(pkuseg_model=str(folder))
        segmenter = Segmenter(tokenizer)
        segmenter.words("试")
    except Exception as error:  # pkuseg checks nothing, so a damaged file raises whatever it happens to run into
        raise SegmenterError(
            f"{folder} 中的分词模型无法读取（{type(error).__name__}: {error}）；"
            "请重新训练或重新安装，或去掉该设置以使用自带模型。"
        ) from error
    return segmenter


class Segmenter:
    """Cuts Chinese text into words; made by `load`. All offsets are code points of the text that is given."""

    def __init__(self, tokenizer: ChineseTokenizer) -> None:
        pkuseg: Any = tokenizer.pkuseg_seg
        if len(pkuseg.feature_extractor.feature_to_idx) != pkuseg.model.n_feature:
            # pkuseg would read beyond its weights, without a check.
            raise ValueError("features.msgpack 与 weights.npz 不属于同一个模型")
        # pkuseg's own word list joins words after the cut, by other habits than the model's (10月底): five points less
        # F1 on held-out text, and 40 MB.
        pkuseg.postprocesser.do_process = False
        pkuseg.postprocesser.other_words = set()
        self._vocabulary: frozenset[str] = frozenset(pkuseg.feature_extractor.unigram)
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        self._words_around = lru_cache(maxsize=4096)(self.words)

    def words(self, text: str) -> Words:
        """The words of `text`, half-open, in order; together they cover everything but white space.

        Linear in the length of the text.

        >>> [("全市住建系统")[start:end] for start, end in load().words("全市住建系统")]
        ['全市', '住建', '系统']
        """
        return tuple(span for window in _WINDOW.finditer(text) for span in self._cut(window.group(), window.start()))

    def crosses(self, text: str, start: int, end: int) -> bool:
        """Whether the words around text[start:end] speak against it as a mention of its own.

        They do when a word that the model has learnt lies across one of its edges: 办公|安排 speaks against 公安. Not
        when that word ends where the match ends, for the end of a Chinese word is its head: 镇政府 is a 政府. And not
        when the model has never seen the word, for then the cut is a guess: 市住|建局 leaves 住建局 alone.
        Looks at a few characters on either side only.

        >>> load().crosses("节日办公安排", 3, 5), load().crosses("市住建局要会同", 1, 4)
        (True, False)
        """
        left = start - _letters(reversed(text[max(0, start - _CONTEXT) : start]))
        right = end + _letters(text[end : end + _CONTEXT])
        if left == start and right == end:
            return False
        for word_start, word_end in self._words_around(text[left:right]):
            word_start, word_end = word_start + left, word_end + left
            cuts_start = word_start < start < word_end and word_end != end
            cuts_end = word_start < end < word_end
            if (cuts_start or cuts_end) and text[word_start:word_end] in self._vocabulary:
                return True
        return False

    def _cut(self, window: str, offset: int) -> Iterator[tuple[int, int]]:
        # spaCy stores strings as UTF-8, which has no lone surrogates.
        window = _SURROGATE.sub("\ufffd", window)
        # The zone frees the new words afterwards, else the vocabulary grows for ever; zones must not overlap.
        with self._lock, self._tokenizer.vocab.memory_zone():
            tokens = [
                (token.idx, token.idx + len(token))
                for token in self._tokenizer(window)
                if not token.text.isspace()  # token.is_space needs a vocabulary of a language
            ]
        for start, end in tokens:
            yield offset + start, offset + end


def _letters(characters: Iterator[str] | str) -> int:
    """How many characters come before the first that no word runs across: punctuation, a blank, a symbol."""
    count = 0
    for character in characters:
        if not character.isalnum():
            break
        count += 1
    return count
