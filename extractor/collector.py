"""Lets Python's cycle collector rest while a text is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_readers = 0
_was_on = False


@contextmanager
def resting() -> Iterator[None]:
    """Switches the cycle collector off within the block, and on again after the last of several at a time.

    The findings of a text are many and hold no cycles. The collector would walk all of them whenever their number has
    grown by a quarter, which costs a third of the time of a long text and finds nothing.

    >>> with resting():
    ...     gc.isenabled()
    False
    """
    global _readers, _was_on
    with _lock:
        if not _readers:
            _was_on = gc.isenabled()
            gc.disable()
        _readers += 1
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if not _readers and _was_on:
                gc.enable()
