"""A database of a million obligations for B42 and B43, made once and kept where `--keep` says."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import store
from bench.hostile import harness
from models.engine import open_database


def keep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, help="use this SQLite file, filled if it is not there yet")
    parser.add_argument("--obligations", type=int, default=store.OBLIGATIONS)


@contextmanager
def filled(given: argparse.Namespace) -> Iterator[str]:
    """The address of a database with so many obligations."""
    if given.keep and given.keep.exists():
        yield f"sqlite:///{given.keep}"
        return
    with harness.database(given.db) as made:
        url = f"sqlite:///{given.keep}" if given.keep else made.url
        opened = open_database(url)
        store.fill(opened, harness.scaled(given.obligations, given), random.Random(given.seed))
        opened.close()
        yield url
