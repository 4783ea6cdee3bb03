"""Pages of a list by cursor: where the last page ended, not how many rows to skip, so that depth costs nothing."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import starmap
from typing import Any, Generic, TypeVar

from models.errors import BadFilter

View = TypeVar("View")
Key = tuple[Any, ...]

MAX_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[View]):
    """One page of a list; `next` and `previous` are cursors, null at the ends."""

    results: list[View]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in an ordered list: the row with this key in this part of it; the page is what follows, or precedes."""

    part: int
    key: Key
    backward: bool = False


def made(view: Callable[..., View], rows: Iterable[Any]) -> list[View]:
    """The views of rows whose columns are in the order of the view's fields."""
    return list(starmap(view, rows))


def encode(ordering: str, position: Position) -> str:
    """The cursor of a position: opaque to clients, bound to its ordering."""
    key = [part.isoformat() if isinstance(part, dt.datetime) else part for part in position.key]
    data = json.dumps([ordering, position.part, int(position.backward), key], separators=(",", ":"))
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


def decode(cursor: str, ordering: str) -> Position:
    """The position that a cursor stands for. Raises BadFilter for anything that `encode` did not write."""
    try:
        data = json.loads(base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), b"-_", validate=True))
        made_for, part, backward, key = data
        position = Position(int(part), tuple(map(_key_part, key)), bool(backward))
        genuine = made_for == ordering and encode(ordering, position) == cursor
    except (binascii.Error, ValueError, TypeError, RecursionError, OverflowError):
        genuine = False
    if not genuine:
        raise bad_cursor()
    return position


def bad_cursor() -> BadFilter:
    return BadFilter(
        "cursor", "不是本列表给出的游标；请从第一页重新开始", "is not one that this list gave; start again without it"
    )


def _key_part(part: object) -> int | dt.datetime:
    if isinstance(part, str):
        return dt.datetime.fromisoformat(part)
    if isinstance(part, int) and not isinstance(part, bool) and abs(part) < 2**63:
        return part
    raise ValueError(part)


def check_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise BadFilter("limit", f"须在1到{MAX_LIMIT}之间", f"must be from 1 to {MAX_LIMIT}")


def cut(
    found: Sequence[View], positions: Sequence[Position], ordering: str, start: Position | None, limit: int
) -> Page[View]:
    """Makes a page of up to `limit` + 1 rows found from `start` on; the row too many tells of another page."""
    more, backward = len(found) > limit, start is not None and start.backward
    results, places = list(found[:limit]), list(positions[:limit])
    if backward:
        results.reverse()
        places.reverse()
    before = places and (more if backward else start is not None)
    after = places and (backward or more)
    return Page(
        results,
        next=encode(ordering, replace(places[-1], backward=False)) if after else None,
        previous=encode(ordering, replace(places[0], backward=True)) if before else None,
    )
