"""Train the word segmenter that Duban ships, always to the same result.

    pip install opencc-python-reimplemented
    python -m bench.segmenter.train UD_FOLDER [--out extractor/segmenter]

UD_FOLDER holds gsdsimp-dev.conllu, gsdsimp-test.conllu (UD_Chinese-GSDSimp) and pud.conllu (UD_Chinese-PUD).
`evaluate.py` beside this file measures what came out.
"""

import argparse
import contextlib
import io
import random
import tempfile
from pathlib import Path

import numpy as np
import spacy_pkuseg
import srsly
from spacy_pkuseg.config import config

from bench.segmenter.corpus import Sentence, fill_frames, read_own, read_ud

SEED = 20240601
ITERATIONS = 12
OWN_WEIGHT = 2  # each own sentence counts as two: it is the register that the model is for
FILLINGS = 8
MIN_FEATURE_COUNT = 2
MIN_WEIGHT = 0.05  # a feature that is weaker than this for every tag decides nothing
WEIGHT_STEP = 1 / 128  # rounded weights compress better

PACKAGED = Path(__file__).parents[2] / "extractor" / "segmenter"


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the word segmenter that Duban ships.")
    parser.add_argument("ud_folder", type=Path)
    parser.add_argument("--out", type=Path, default=PACKAGED)
    arguments = parser.parse_args()

    ud, own = read_ud(arguments.ud_folder), read_own()
    sentences = [*ud.train, *(own.train * OWN_WEIGHT), *fill_frames(FILLINGS, random.Random(SEED))]
    with tempfile.TemporaryDirectory() as scratch:
        trained = train(sentences, [*ud.test, *own.test], Path(scratch))
        shrink(trained, arguments.out)


def train(sentences: list[Sentence], test: list[Sentence], scratch: Path) -> Path:
    """A folder with the full model; pkuseg takes its sentences as files and most of its settings from a global."""
    config.featureTrim = MIN_FEATURE_COUNT - 1
    random.seed(SEED)  # pkuseg shuffles with the global generator
    files = {name: scratch / f"{name}.txt" for name in ("train", "test")}
    for name, group in (("train", sentences), ("test", test)):
        files[name].write_text("".join(" ".join(sentence) + "\n" for sentence in group), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        spacy_pkuseg.train(str(files["train"]), str(files["test"]), str(scratch / "model"), train_iter=ITERATIONS)
    return scratch / "model"


def shrink(full: Path, out: Path) -> None:
    """Write the model without the features that decide nothing, and without what only training needs."""
    features = srsly.read_msgpack(full / "features.msgpack")
    weights = np.load(full / "weights.npz")
    tags, count = (int(size) for size in weights["sizes"])
    by_feature = weights["w"][: count * tags].reshape(count, tags)
    transitions = weights["w"][count * tags :]

    kept = np.flatnonzero(np.abs(by_feature).max(axis=1) >= MIN_WEIGHT)
    kept = np.union1d([0], kept)  # feature 0 is the bias, which pkuseg uses by its number
    names = sorted(features["feature_to_idx"], key=features["feature_to_idx"].__getitem__)

    out.mkdir(parents=True, exist_ok=True)
    srsly.write_msgpack(
        out / "features.msgpack",
        {
            "unigram": features["unigram"],
            "bigram": [],
            "feature_to_idx": {names[old]: new for new, old in enumerate(kept)},
            "tag_to_idx": features["tag_to_idx"],
        },
    )
    rounded = np.round(np.concatenate([by_feature[kept].ravel(), transitions]) / WEIGHT_STEP) * WEIGHT_STEP
    np.savez_compressed(out / "weights.npz", sizes=np.array([tags, len(kept)]), w=rounded)


if __name__ == "__main__":
    main()
