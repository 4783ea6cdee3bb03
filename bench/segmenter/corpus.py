"""Segmented sentences to train the word segmenter on and, kept apart from them, to test it with."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SENTENCES = Path(__file__).with_name("sentences.txt")
FRAMES = Path(__file__).with_name("frames.txt")
NAMES = Path(__file__).with_name("names.txt")
GSD = ("gsdsimp-dev.conllu", "gsdsimp-test.conllu")
PUD = "pud.conllu"

Sentence = list[str]


class Corpus(NamedTuple):
    """One source of sentences: `train` is learnt from, `test` never is."""

    train: list[Sentence]
    test: list[Sentence]


def read_ud(folder: Path) -> Corpus:
    """The treebanks GSDSimp and PUD in simplified characters; every tenth sentence is for testing."""
    from opencc import OpenCC

    simplify = OpenCC("t2s").convert
    gsd = [sentence for name in GSD for sentence in _read_conllu(folder / name)]
    pud = [[simplify(word) for word in sentence] for sentence in _read_conllu(folder / PUD)]
    return _split([*gsd, *pud], every=10)


def read_own() -> Corpus:
    """Our own sentences of official prose; every fifth is for testing."""
    return _split(_read_words(SENTENCES), every=5)


def fill_frames(times: int, chance: random.Random) -> list[Sentence]:
    """Each frame, `times` times over, with names drawn for its gaps; to learn from only."""
    names = [name for line in _read_words(NAMES) for name in line]
    return [
        [chance.choice(names) if word == "X" else word for word in frame]
        for frame in _read_words(FRAMES)
        for _ in range(times)
    ]


def _read_words(path: Path) -> list[Sentence]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def _split(sentences: list[Sentence], every: int) -> Corpus:
    return Corpus(
        train=[sentence for index, sentence in enumerate(sentences) if index % every],
        test=sentences[::every],
    )


def _read_conllu(path: Path) -> Iterator[Sentence]:
    sentence: Sentence = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line:
            if sentence:
                yield sentence
            sentence = []
            continue
        columns = line.split("\t")
        if not columns[0].isdigit():  # a comment, or the line of a contraction that repeats words
            continue
        word, xpos = columns[1].replace(" ", ""), columns[4]
        # GSD cuts the suffix from a noun (教育|部), PUD and official usage do not: one habit for all, 教育部.
        if xpos == "SFN" and sentence:
            sentence[-1] += word
        else:
            sentence.append(word)
    if sentence:
        yield sentence
