"""Directives: the points of a speech that ask somebody to act, with what stands under them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from models.errors import BadFilter, NotFound
from models.store import obligations, paging
from models.store.filters import Filter
from models.store.obligations import DeadlineView, ObligationView, PartyView
from models.store.paging import Page, Position
from models.store.writing import MAX_ID
from models.tables import Item, Obligation, Speech

# How many obligations are looked at in one go while a page is being filled.
BATCH = 500


@dataclass(frozen=True, slots=True)
class DirectiveView:
    """A point with its place. Its obligations are its own and those of the points below it, in text order; parties
    and deadlines are theirs, each once."""

    id: int
    speech_id: int
    key: str
    parent_id: int | None
    style: str
    number: int | None
    path: str
    label: str
    section: str
    heading: str
    start: int
    end: int
    text: str
    function: str
    rule: str
    speech_title: str | None
    speech_date: dt.date | None
    obligations: list[ObligationView] = field(default_factory=list)
    parties: list[PartyView] = field(default_factory=list)
    deadlines: list[DeadlineView] = field(default_factory=list)


def page(
    connection: Connection,
    wanted: Filter,
    *,
    ordering: str = "text",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[DirectiveView]:
    """One page of directives by speech and place in it (`text`), or from the last one back (`-text`).

    With a filter they are those under which an obligation fulfils all of it. Raises BadFilter for an ordering, cursor
    or limit that means nothing.
    """
    if ordering not in ("text", "-text"):
        raise BadFilter("ordering", "须为 text 或 -text", "must be text or -text")
    paging.check_limit(limit)
    start = paging.decode(cursor, ordering) if cursor else None
    if start and (start.part or [type(part) for part in start.key] != [int, int, int]):
        raise paging.bad_cursor()
    descending = (ordering == "-text") != (start is not None and start.backward)
    beyond = start.key if start else None
    if wanted == Filter(speech=wanted.speech):
        keys = _all(connection, wanted.speech, beyond, descending, limit + 1)
    else:
        keys = _with_obligations(connection, wanted, beyond, descending, limit + 1)
    positions = [Position(0, key) for key in keys]
    cut = paging.cut(positions, positions, ordering, start, limit)
    return Page(load(connection, [position.key[-1] for position in cut.results]), cut.next, cut.previous)


def get(connection: Connection, item_id: int) -> DirectiveView:
    """One point, also one whose function is `other`. Raises NotFound."""
    found = load(connection, [item_id]) if 0 < item_id <= MAX_ID else []
    if not found:
        raise NotFound("directive", item_id)
    return found[0]


def _all(
    connection: Connection, speech: int | None, beyond: paging.Key | None, descending: bool, limit: int
) -> list[paging.Key]:
    place = (Item.speech_id, Item.ord, Item.id)
    query = select(*place).where(Item.function == "directive")
    if speech is not None:
        if not 0 < speech <= MAX_ID:
            return []
        query = query.where(Item.speech_id == speech)
    if beyond is not None:
        here: Any = tuple_(Item.speech_id, Item.ord)
        there: Any = tuple_(beyond[0], beyond[1])
        query = query.where(here < there if descending else here > there)
    query = query.order_by(*(column.desc() if descending else column for column in place[:2])).limit(limit)
    return [tuple(row) for row in connection.execute(query)]


def _with_obligations(
    connection: Connection, wanted: Filter, beyond: paging.Key | None, descending: bool, limit: int
) -> list[paging.Key]:
    """The keys of directives above matching obligations: these are read in text order, a speech at a time."""
    found: list[paging.Key] = []
    at: Position | None = None
    if beyond is not None:
        # From the edge of the cursor's speech on, for its points may lie above obligations on either side.
        edge = (beyond[0] + 1, -1, 0) if descending else (beyond[0], -1, 0)
        at = Position(0, edge, backward=descending)
    elif descending:
        at = Position(0, (MAX_ID, 0, 0), backward=True)
    size = BATCH
    while len(found) < limit:
        hits = obligations.keys(connection, wanted, "text", at, size)
        last = len(hits) < size
        if not last:
            # The last speech may go on in the next batch.
            whole = [hit for hit in hits if hit.key[0] != hits[-1].key[0]]
            if not whole:
                size *= 2
                continue
            hits = whole
        for key in _above(connection, [hit.key[-1] for hit in hits], descending):
            if beyond is None or (key[:2] < beyond[:2] if descending else key[:2] > beyond[:2]):
                found.append(key)
        if last:
            break
        at = Position(0, hits[-1].key, backward=descending)
    return found[:limit]


def _above(connection: Connection, hits: list[int], descending: bool) -> list[paging.Key]:
    """The directives that hold these obligations, in text order."""
    direct = select(Obligation.item_id).where(Obligation.id.in_(hits), Obligation.item_id.is_not(None))
    holders = direct.cte("holders", recursive=True)
    parents = select(Item.parent_id).join(holders, holders.c.item_id == Item.id).where(Item.parent_id.is_not(None))
    holders = holders.union(parents)
    place = (Item.speech_id, Item.ord)
    query = select(*place, Item.id).where(Item.id.in_(select(holders.c.item_id)), Item.function == "directive")
    rows = connection.execute(query.order_by(*(column.desc() if descending else column for column in place)))
    return [tuple(row) for row in rows]


def load(connection: Connection, ids: list[int]) -> list[DirectiveView]:
    """The points with these numbers, in this order, with their obligations."""
    if not ids:
        return []
    heading = func.coalesce(Item.heading_clean, Item.heading_text)
    words = func.substr(Speech.text, Item.start + 1, Item.end - Item.start)
    items = (
        select(Item.id, Item.speech_id, Item.key, Item.parent_id, Item.style, Item.number, Item.path, Item.label,
               Item.section, heading, Item.start, Item.end, words, Item.function, Item.rule, Speech.title, Speech.date)
        .join(Speech, Speech.id == Item.speech_id)
        .where(Item.id.in_(ids))
    )  # fmt: skip
    views = {view.id: view for view in paging.made(DirectiveView, connection.execute(items))}
    below = select(Item.id.label("top"), Item.id.label("item_id")).where(Item.id.in_(ids)).cte("below", recursive=True)
    below = below.union_all(select(below.c.top, Item.id).join(below, Item.parent_id == below.c.item_id))
    held = (
        select(below.c.top, Obligation.id)
        .join(Obligation, Obligation.item_id == below.c.item_id)
        .order_by(Obligation.start, Obligation.id)
    )
    holders: dict[int, list[int]] = defaultdict(list)
    for top, obligation in connection.execute(held):
        holders[obligation].append(top)
    for obligation in obligations.load(connection, list(holders)):
        for top in holders[obligation.id]:
            views[top].obligations.append(obligation)
    for view in views.values():
        view.parties.extend(dict.fromkeys(party for one in view.obligations for party in one.parties))
        view.deadlines.extend(dict.fromkeys(limit for one in view.obligations for limit in one.deadlines))
    return [views[number] for number in ids if number in views]
