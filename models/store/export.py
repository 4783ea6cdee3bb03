"""Stored obligations as the tasks of a ledger, in the order of a list, part by part in constant memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from models import ledger, tables
from models.ledger import Entry, EntryDeadline, EntryParty
from models.store import obligations
from models.store.filters import Filter
from models.store.paging import Position
from models.store.writing import in_batches
from models.tables import Obligation

# So many rows at a time: enough to make statements cheap, and few enough to leave others their turn.
BATCH = 1000


@dataclass(slots=True)
class Mark:
    """How far an export has come: the last obligation read, and the tasks of several obligations that were written."""

    place: Position | None = None
    written: set[int] = field(default_factory=set)


def tasks(connection: Connection, wanted: Filter, ordering: str = "text") -> Iterator[list[Entry]]:
    """All tasks with an obligation that fulfils a filter, in parts; each task is whole and comes once.

    With a connection of `Database.reading` they are those of one state of the database.
    """
    mark = Mark()
    while (some := following(connection, wanted, ordering, mark)) is not None:
        yield some


def following(connection: Connection, wanted: Filter, ordering: str, mark: Mark) -> list[Entry] | None:
    """The next tasks after a mark, which is moved on; None after the last. A task stands where its first hit does."""
    places = obligations.keys(connection, wanted, ordering, mark.place, BATCH)
    if not places:
        return None
    mark.place = places[-1]
    hits = [place.key[-1] for place in places]
    entries = _load(connection, hits)
    in_text = ordering == "text"
    # Of a whole speech in the order of the text only the last obligation has a neighbour that is not among the hits.
    _add_neighbours(connection, entries, hits[-1:] if in_text and wanted == Filter(speech=wanted.speech) else hits)
    groups: dict[int, list[Entry]] = {}
    for group in ledger.grouped(sorted(entries.values(), key=_place)):
        groups.update((int(entry.record), group) for entry in group)
    found: list[list[Entry]] = []
    for number in hits:
        group = groups[number]
        head = int(group[0].record)
        if number in mark.written or head in mark.written:
            continue
        if len(group) > 1:
            mark.written.add(head)
        found.append(group)
    if in_text and found:
        # Only of the last task a part can come again.
        mark.written = {int(entry.record) for entry in found[-1]}
    _tell_what_is_before(connection, [group[0] for group in found if ledger.is_bracket(group[0].text)])
    tasks = [ledger.task(group) for group in found]
    # The bracket behind a task without a deadline may give it one.
    return [one for one in tasks if not one.deadlines] if wanted.has_deadline is False else tasks


def _place(entry: Entry) -> tuple[int | None, int]:
    return entry.speech, entry.start


def _add_neighbours(connection: Connection, entries: dict[int, Entry], numbers: Sequence[int]) -> None:
    """Adds the other parts of tasks of which the filter has let some pass."""
    new = numbers
    for _ in range(ledger.MOST_PARTS):
        found = [
            connection.execute(statement, {"ids": some}).scalars().all()
            for statement in (_BEHIND, _AHEAD)
            for some in in_batches(new)
        ]
        new = [number for number in dict.fromkeys(chain(*found)) if number not in entries]
        if not new:
            return
        entries.update(_load(connection, new))


def _tell_what_is_before(connection: Connection, brackets: Sequence[Entry]) -> None:
    """Gives brackets that stand alone the words before them in their point, back to the obligation before."""
    alone = {int(entry.record): entry for entry in brackets}
    for some in in_batches(list(alone)):
        text, of = "", None
        for number, speech, marker, last in connection.execute(_SINCE, {"ids": some}).all():
            if of != speech:
                text, of = connection.execute(_TEXT, {"speech": speech}).scalar_one(), speech
            alone[number].before = text[max(marker, last or 0) : alone[number].start]


# Loading. Statements are made once: making one takes longer than running it.

_IDS: Any = bindparam("ids", expanding=True)
_role, _party, _limit, _deadline = tables.ObligationParty, tables.Party, tables.ObligationDeadline, tables.Deadline
_last, _next, _other = aliased(Obligation), aliased(Obligation), aliased(Obligation)

# In the order of the fields of Entry, but for those of the speech: to join it, PostgreSQL would read all speeches for
# each part.
_ENTRIES = (
    select(
        Obligation.id,
        Obligation.ord + 1,
        Obligation.speech_id,
        Obligation.item_id,
        Obligation.start,
        Obligation.end,
        func.coalesce(tables.Item.section, ""),
        func.coalesce(tables.Item.label, ""),
        func.coalesce(Obligation.clean, Obligation.text),
        Obligation.standing,
        Obligation.status,
        func.coalesce(Obligation.progress, ""),
        func.coalesce(Obligation.problems, ""),
        func.coalesce(Obligation.next_steps, ""),
        Obligation.completion,
        Obligation.closed_on,
    )
    .outerjoin(tables.Item, tables.Item.id == Obligation.item_id)
)
_SPEECHES = select(tables.Speech.id, func.coalesce(tables.Speech.title, ""), tables.Speech.date).where(
    tables.Speech.id.in_(_IDS)
)
_PARTIES = (
    select(
        _role.obligation_id,
        tables.Department.canonical,
        func.coalesce(_party.type, tables.Department.type),
        _role.role,
    )
    .join(tables.Department, tables.Department.id == _role.department_id)
    .outerjoin(_party, _party.id == _role.party_id)
    .order_by(_role.obligation_id, _role.ord)
)
_DEADLINES = (
    select(_limit.obligation_id, _deadline.kind, func.coalesce(_deadline.clean, _deadline.text), _deadline.due_at)
    .join(_deadline, _deadline.id == _limit.deadline_id)
    .order_by(_limit.obligation_id, _limit.ord)
)
_LOADED = ((_ENTRIES, Obligation.id), (_PARTIES, _role.obligation_id), (_DEADLINES, _limit.obligation_id))
_IN_LIST = [statement.where(number.in_(_IDS)) for statement, number in _LOADED]
_IN_RANGE = [statement.where(number.between(bindparam("first"), bindparam("last"))) for statement, number in _LOADED]

# The obligations right behind and right before each that may be parts of the same task: what begins with a bracket, or
# goes on where the one before it has not ended its sentence. `ledger.continues` decides.
def _may_go_on(one: Any, other: Any) -> ColumnElement[bool]:
    same_point = one.item_id.is_not_distinct_from(other.item_id)
    return and_(same_point, or_(func.substr(other.text, 1, 1).in_(("（", "(")), one.text.not_like("%。")))


_before = (
    select(_other.id)
    .where(_other.speech_id == Obligation.speech_id, _other.start < Obligation.start)
    .order_by(_other.start.desc(), _other.id.desc())
    .limit(1)
    .correlate(Obligation)
    .scalar_subquery()
)
_BEHIND = (
    select(_next.id)
    .join(Obligation, _next.speech_id == Obligation.speech_id)
    .where(Obligation.id.in_(_IDS), _next.start.between(Obligation.end, Obligation.end + ledger.NEAR))
    .where(_may_go_on(Obligation, _next))
    .with_hint(_next, "INDEXED BY ix_obligations_speech", "sqlite")
)
_AHEAD = (
    select(_last.id)
    .join(Obligation, _last.id == _before)
    .where(Obligation.id.in_(_IDS), Obligation.start <= _last.end + ledger.NEAR, _may_go_on(_last, Obligation))
)
# Where the words before a bracket begin in its point: after the marker, and after the obligation before it.
_SINCE = (
    select(Obligation.id, Obligation.speech_id, tables.Item.marker_end, _last.end)
    .join(tables.Item, tables.Item.id == Obligation.item_id)
    .outerjoin(_last, _last.id == _before)
    .where(Obligation.id.in_(_IDS))
    .order_by(Obligation.speech_id)
)
_TEXT = select(tables.Speech.text).where(tables.Speech.id == bindparam("speech"))


def _load(connection: Connection, ids: Sequence[int]) -> dict[int, Entry]:
    """Entries of single obligations by number, in no order; numbers without a row are left out."""
    entries: dict[int, Entry] = {}
    values: Any
    for some in in_batches(ids):
        wanted, first, last = set(some), min(some), max(some)
        # Numbers that lie close together are read as a range, for half of what a list of them costs.
        close = last - first < 2 * len(some)
        found = {"first": first, "last": last} if close else {"ids": some}
        obligation, party, deadline = _IN_RANGE if close else _IN_LIST
        rows = [values for values in connection.execute(obligation, found).all() if values[0] in wanted]
        spoken = list({values[2] for values in rows})
        speeches = {number: about for number, *about in connection.execute(_SPEECHES, {"ids": spoken}).all()}
        for values in rows:
            entries[values[0]] = Entry(str(values[0]), *values[1:6], *speeches[values[2]], *values[6:])
        for values in connection.execute(party, found).all():
            if values[0] in wanted:
                entries[values[0]].parties += (EntryParty(*values[1:]),)
        for values in connection.execute(deadline, found).all():
            if values[0] in wanted:
                entries[values[0]].deadlines += (EntryDeadline(*values[1:]),)
    return entries
