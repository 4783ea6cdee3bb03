"""How fast: the whole extraction beside spacy-pkuseg segmenting the same text, and the time to import and load.

    python -m bench.speed [--rounds N] [FOLDER ...]

Both read the texts of the folders (the samples and the annotated speeches of the tests), one after the other in each
round, so that they meet the same state of the machine; the figure is the median of the rounds. pkuseg runs with the
model of this package.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import extractor
from api import readers
from extractor import nlp

ROOT = Path(__file__).parent.parent
FOLDERS = (ROOT / "samples", ROOT / "tests/speeches")


def texts(folders: Sequence[Path]) -> list[str]:
    """All texts of some folders."""
    return [readers.read(str(p)).text for folder in folders for p in sorted(folder.glob("*.txt"))]


def seconds(act: Callable[[str], object], inputs: list[str]) -> float:
    """The processor time to read all inputs once; other programs on the machine do not count."""
    start = time.process_time()
    for text in inputs:
        act(text)
    return time.process_time() - start


def start_up(code: str) -> float:
    """The median time of a fresh Python that runs some code, less that of one that runs nothing."""

    def once(program: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
        return time.perf_counter() - start

    return statistics.median(once(code) - once("") for _ in range(5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=FOLDERS, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    inputs = texts(args.folders)
    size = sum(map(len, inputs))
    segmenter = nlp.load()
    seconds(extractor.extract, inputs[:3])
    seconds(segmenter.words, inputs[:3])
    pairs = [(seconds(extractor.extract, inputs), seconds(segmenter.words, inputs)) for _ in range(args.rounds)]
    ours = size / statistics.median(a for a, _ in pairs)
    theirs = size / statistics.median(b for _, b in pairs)
    print(f"{len(inputs)} texts, {size:,} characters, median of {args.rounds} rounds")
    print(f"extraction           {ours:10,.0f} characters/s")
    print(f"pkuseg segmentation  {theirs:10,.0f} characters/s")
    print(f"extraction is {ours / theirs:.1f} times as fast as segmenting")
    print(f"import               {start_up('import extractor'):10.2f} s")
    first = "import extractor; extractor.extract('会议强调，市教育局部署工作，各镇要在6月底前完成排查。')"
    print(f"import and first run {start_up(first):10.2f} s (with the segmenter, where the text needs it)")
    print(f"import and model     {start_up('from extractor import extract, nlp; nlp.load()'):10.2f} s")


if __name__ == "__main__":
    main()
