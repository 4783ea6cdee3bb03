"""A database of a million obligations for B42 and B43: made for the run, or once and kept."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import store
from bench.hostile import harness
from models.engine import open_database

# So many speeches share a transaction, and a wait for the disk: storing is not what is measured here.
TOGETHER = 100


def keep(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, help="use this SQLite file, filled if it is not there yet")
    parser.add_argument("--database-url", help="use this database of either kind, which has been filled already")
    parser.add_argument("--obligations", type=int, default=store.OBLIGATIONS)


@contextmanager
def filled(given: argparse.Namespace) -> Iterator[str]:
    """The address of a database with so many obligations."""
    if given.database_url:
        yield given.database_url
        return
    if given.keep and given.keep.exists():
        yield f"sqlite:///{given.keep}"
        return
    with harness.database(given.db) as made:
        url = f"sqlite:///{given.keep}" if given.keep else made.url
        opened = open_database(url)
        store.fill(opened, harness.scaled(given.obligations, given), random.Random(given.seed), together=TOGETHER)
        opened.close()
        yield url
