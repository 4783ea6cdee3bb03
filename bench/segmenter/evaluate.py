"""Measure the word segmenter: F1 on sentences it has not learnt from, vetoes, size and speed.

    python -m bench.segmenter.evaluate UD_FOLDER [--model FOLDER]

Runs through `extractor.nlp`, so the figures are those of the product; UD_FOLDER is the one that train.py takes.
"""

import argparse
import re
import time
from itertools import accumulate, pairwise
from pathlib import Path

from bench.segmenter.corpus import Sentence, read_own, read_ud
from extractor.nlp import MODEL, Segmenter, load

CROSSINGS = Path(__file__).parents[2] / "tests" / "crossings.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the word segmenter.")
    parser.add_argument("ud_folder", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    arguments = parser.parse_args()

    begin = time.perf_counter()
    segmenter = load(arguments.model)
    seconds = time.perf_counter() - begin
    size = sum(file.stat().st_size for file in arguments.model.iterdir())
    print(f"load {seconds:.2f} s, spaCy included; model {size / 1e6:.2f} MB")

    ud, own = read_ud(arguments.ud_folder), read_own()
    for name, sentences in (("treebanks", ud.test), ("own sentences", own.test)):
        print(f"{name} ({len(sentences)} held out): {score(segmenter, sentences)}")
    for part in CROSSINGS.read_text(encoding="utf-8").split("# -- ")[1:]:
        print(f"vetoes, {part.splitlines()[0]}: {score_vetoes(segmenter, part.splitlines()[1:])}")

    text = "".join(word for sentence in own.train for word in sentence)
    for factor in (1, 4, 16):
        begin = time.perf_counter()
        segmenter.words(text * factor)
        seconds = time.perf_counter() - begin
        print(f"{len(text) * factor:,} characters at {len(text) * factor / seconds:,.0f} a second")


def score(segmenter: Segmenter, sentences: list[Sentence]) -> str:
    """Precision, recall and F1 of words: both ends must be right."""
    right = found = expected = 0
    for sentence in sentences:
        gold = set(pairwise(accumulate(map(len, sentence), initial=0)))
        cut = set(segmenter.words("".join(sentence)))
        right, found, expected = right + len(gold & cut), found + len(cut), expected + len(gold)
    return f"P {right / found:.4f} R {right / expected:.4f} F1 {2 * right / (found + expected):.4f}"


def score_vetoes(segmenter: Segmenter, lines: list[str]) -> str:
    """Precision and recall of the vetoes against the candidates that cross a word."""
    right = wrong = missed = 0
    for line in lines:
        sign, pieces = line[0], re.split(r"[\[\]]", line[3:])
        for span in list(pairwise(accumulate(map(len, pieces), initial=0)))[1::2]:
            veto = segmenter.crosses("".join(pieces), *span)
            right += veto and sign == "-"
            wrong += veto and sign == "+"
            missed += not veto and sign == "-"
    return f"P {right / (right + wrong):.3f} ({wrong} wrong) R {right / (right + missed):.3f} ({missed} missed)"


if __name__ == "__main__":
    main()
