"""Obligations: page by page or all of them as a stream, each with its parties, deadlines and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from models import tables
from models.errors import BadFilter, NotFound
from models.store import paging
from models.store.filters import ORDERINGS, Filter, Query
from models.store.instants import Local, Utc
from models.store.paging import Page, Position
from models.store.writing import MAX_ID, in_batches
from models.tables import Obligation

# These three are not frozen only because there are millions of them: to make a frozen one takes twice the time.


@dataclass(slots=True, unsafe_hash=True)
class PartyView:
    """Who has to act: `text` and offsets are those of the mention, null where a person named the party."""

    canonical: str
    type: str
    role: str
    inherited: bool
    start: int | None
    end: int | None
    text: str | None


@dataclass(slots=True, unsafe_hash=True)
class DeadlineView:
    """By when; offsets are null where a person gave it."""

    kind: str
    value: str | None
    due: str | None
    text: str
    start: int | None
    end: int | None
    trigger: str | None
    times: int | None
    workdays: bool


@dataclass(slots=True)
class ObligationView:
    """An obligation with its place, parties, deadlines and follow-up. `version` is its entity tag."""

    id: int
    speech_id: int
    number: int
    key: str
    item_id: int | None
    start: int
    end: int
    text: str
    clean: str | None
    modality: str
    standing: bool
    rule: str
    function: str | None
    due_at: Local | None
    status: str
    progress: str | None
    problems: str | None
    next_steps: str | None
    completion: int | None
    closed_on: dt.date | None
    locked: list[str]
    proposal: dict[str, Any] | None
    version: int
    updated_at: Utc
    path: str | None
    label: str | None
    section: str | None
    heading: str | None
    speech_title: str | None
    speech_date: dt.date | None
    parties: list[PartyView] = field(default_factory=list)
    deadlines: list[DeadlineView] = field(default_factory=list)


def page(
    connection: Connection,
    wanted: Filter,
    *,
    ordering: str = "id",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ObligationView]:
    """One page of the obligations that fulfil a filter.

    `ordering` is one of `id` (as they came), `-id`, `due`, `-due`, or `text` (by speech and place in it).
    Raises BadFilter for an ordering, cursor or limit that means nothing.
    """
    if ordering not in ORDERINGS:
        raise BadFilter("ordering", f"须为 {'、'.join(ORDERINGS)} 之一", f"must be one of {', '.join(ORDERINGS)}")
    paging.check_limit(limit)
    start = paging.decode(cursor, ordering) if cursor else None
    if start and not 0 <= start.part < len(ORDERINGS[ordering]):
        raise paging.bad_cursor()
    found = Query.of(connection, wanted).keys(ordering, start, limit + 1)
    cut = paging.cut(found, found, ordering, start, limit)
    return Page(load(connection, [position.key[-1] for position in cut.results]), cut.next, cut.previous)


def stream(
    connection: Connection, wanted: Filter, *, ordering: str = "id", batch: int = 1000
) -> Iterator[list[ObligationView]]:
    """All obligations that fulfil a filter, in batches, in constant memory.

    With a connection of `Database.reading` they are those of one state of the database. The connection is in use
    until the stream ends: a reader that may be slow must not be waited for between batches.
    """
    query, position = Query.of(connection, wanted), None
    while found := query.keys(ordering, position, batch):
        yield load(connection, [position.key[-1] for position in found])
        position = found[-1]


def keys(connection: Connection, wanted: Filter, ordering: str, beyond: Position | None, limit: int) -> list[Position]:
    """The places of the next obligations beyond a place; each key ends in the number of the obligation."""
    return Query.of(connection, wanted).keys(ordering, beyond, limit)


def count(connection: Connection, wanted: Filter, *, at_most: int | None = None) -> int:
    """How many obligations fulfil a filter; counting stops at `at_most`, so that a long list costs no more."""
    return Query.of(connection, wanted).count(at_most)


def facets(connection: Connection, wanted: Filter) -> dict[str, dict[str, int]]:
    """How the obligations that fulfil a filter spread over modality, function, status and deadline."""
    return Query.of(connection, wanted).facets()


def get(connection: Connection, obligation_id: int) -> ObligationView:
    """One obligation. Raises NotFound."""
    found = load(connection, [obligation_id]) if 0 < obligation_id <= MAX_ID else []
    if not found:
        raise NotFound("obligation", obligation_id)
    return found[0]


# Loading the rows of a page

_FIELDS = [
    *(
        getattr(Obligation, {"number": "ord"}.get(name, name))
        for name in list(ObligationView.__dataclass_fields__)[: list(ObligationView.__dataclass_fields__).index("path")]
    ),
    tables.Item.path,
    tables.Item.label,
    tables.Item.section,
    func.coalesce(tables.Item.heading_clean, tables.Item.heading_text),
    tables.Speech.title,
    tables.Speech.date,
]


# Statements are made once: making one takes longer than running it.
_IDS: Any = bindparam("ids", expanding=True)
_role, _party, _limit, _deadline = tables.ObligationParty, tables.Party, tables.ObligationDeadline, tables.Deadline

_OBLIGATIONS = (
    select(*_FIELDS)
    .outerjoin(tables.Item, tables.Item.id == Obligation.item_id)
    .join(tables.Speech, tables.Speech.id == Obligation.speech_id)
    .where(Obligation.id.in_(_IDS))
)
_PARTIES = (
    select(_role.obligation_id, tables.Department.canonical, func.coalesce(_party.type, tables.Department.type),
           _role.role, _role.inherited, _party.start, _party.end, _party.text)
    .join(tables.Department, tables.Department.id == _role.department_id)
    .outerjoin(_party, _party.id == _role.party_id)
    .where(_role.obligation_id.in_(_IDS))
    .order_by(_role.obligation_id, _role.ord)
)  # fmt: skip
_DEADLINES = (
    select(_limit.obligation_id, _deadline.kind, _deadline.value, _deadline.due, _deadline.text, _deadline.start,
           _deadline.end, _deadline.trigger_text, _deadline.times, _deadline.workdays)
    .join(_deadline, _deadline.id == _limit.deadline_id)
    .where(_limit.obligation_id.in_(_IDS))
    .order_by(_limit.obligation_id, _limit.ord)
)  # fmt: skip


def load(connection: Connection, ids: Sequence[int]) -> list[ObligationView]:
    """The obligations with these numbers, in this order; numbers without a row are left out."""
    return [view for some in in_batches(ids) for view in _load(connection, some)]


def _load(connection: Connection, ids: Sequence[int]) -> list[ObligationView]:
    found = {"ids": ids}
    views = {view.id: view for view in paging.made(ObligationView, connection.execute(_OBLIGATIONS, found).all())}
    values: Any
    for values in connection.execute(_PARTIES, found).all():
        views[values[0]].parties.append(PartyView(*values[1:]))
    for values in connection.execute(_DEADLINES, found).all():
        views[values[0]].deadlines.append(DeadlineView(*values[1:]))
    return [views[number] for number in ids if number in views]
