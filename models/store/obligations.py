"""Obligations: finding them by department, date, words and so on, page by page or all of them as a stream.

On SQLite, which keeps no statistics of single values, this module itself decides where a query starts: at the filter
that few rows match, else at the index that is in the order of the list. PostgreSQL decides for itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    table,
    text,
    tuple_,
)

from models import records, search, tables
from models.errors import BadFilter, NotFound
from models.store import departments, paging
from models.store.instants import Local, Utc
from models.store.paging import Page, Position
from models.store.writing import MAX_ID, in_batches, storable
from models.tables import Obligation, ObligationDepartment

Statement = Select[Any]

# A filter that at most so many rows match is where a query starts: fetching and sorting them takes milliseconds.
FEW = 2000
# Of two filters in the order of the list, the one that fewer rows match is where it starts; counting stops here.
SOME = 8000

# Columns with one common value, which is not indexed.
RARE = {"status": "待签收", "modality": "require", "function": "directive"}

# The search index on SQLite; on PostgreSQL it is `search.array_index`.
_fts = table("obligation_search", column("rowid", tables.Number), column("obligation_search"))


@dataclass(frozen=True, slots=True)
class Filter:
    """What obligations must fulfil, all of it; an empty filter lets everything pass.

    `departments` are names or aliases, any of them; `role` is theirs, or anybody's where no department is given.
    `due_before` is exclusive, `due_after` inclusive, both of the earliest deadline with a date. `function` is that of
    the item. `q` holds terms between spaces, each of which must occur.

    >>> Filter(departments=("卫健局",), role="lead", due_before=dt.datetime(2022, 7, 1)).role
    'lead'
    """

    departments: tuple[str, ...] = ()
    role: str | None = None
    modality: str | None = None
    due_before: dt.datetime | None = None
    due_after: dt.datetime | None = None
    has_deadline: bool | None = None
    speech: int | None = None
    function: str | None = None
    status: str | None = None
    q: str | None = None

    def __post_init__(self) -> None:
        for name, allowed in (
            ("role", records.Role),
            ("modality", records.Modality),
            ("function", records.ItemFunction),
            ("status", tables.Status),
        ):
            value, words = getattr(self, name), get_args(allowed)
            if value is not None and value not in words:
                raise BadFilter(name, f"须为 {'、'.join(words)} 之一", f"must be one of {', '.join(words)}")
        search.terms(self.q or "")


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


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of an ordered list: the rows that fulfil `condition`, by `keys` and then by number."""

    by: str
    descending: bool


# Rows without a date come last by date, and so first in the reverse order, as PostgreSQL has it.
ORDERINGS: dict[str, tuple[_Part, ...]] = {
    "id": (_Part("id", False),),
    "-id": (_Part("id", True),),
    "due": (_Part("due", False), _Part("undated", False)),
    "-due": (_Part("undated", True), _Part("due", True)),
    "text": (_Part("text", False),),
}


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
    found = _Query(connection, wanted).keys(ordering, start, limit + 1)
    cut = paging.cut(found, found, ordering, start, limit)
    return Page(load(connection, [position.key[-1] for position in cut.results]), cut.next, cut.previous)


def stream(
    connection: Connection, wanted: Filter, *, ordering: str = "id", batch: int = 1000
) -> Iterator[list[ObligationView]]:
    """All obligations that fulfil a filter, in batches, in constant memory.

    With a connection of `Database.reading` they are those of one state of the database. The connection is in use
    until the stream ends: a reader that may be slow must not be waited for between batches.
    """
    query, position = _Query(connection, wanted), None
    while found := query.keys(ordering, position, batch):
        yield load(connection, [position.key[-1] for position in found])
        position = found[-1]


def keys(connection: Connection, wanted: Filter, ordering: str, beyond: Position | None, limit: int) -> list[Position]:
    """The places of the next obligations beyond a place; each key ends in the number of the obligation."""
    return _Query(connection, wanted).keys(ordering, beyond, limit)


def count(connection: Connection, wanted: Filter, *, at_most: int | None = None) -> int:
    """How many obligations fulfil a filter; counting stops at `at_most`, so that a long list costs no more."""
    return _Query(connection, wanted).count(at_most)


def facets(connection: Connection, wanted: Filter) -> dict[str, dict[str, int]]:
    """How the obligations that fulfil a filter spread over modality, function, status and deadline."""
    return _Query(connection, wanted).facets()


def get(connection: Connection, obligation_id: int) -> ObligationView:
    """One obligation. Raises NotFound."""
    found = load(connection, [obligation_id]) if 0 < obligation_id <= MAX_ID else []
    if not found:
        raise NotFound("obligation", obligation_id)
    return found[0]


def speeches_with(connection: Connection, terms: tuple[str, ...], speech: Any, title: Any) -> ColumnElement[bool]:
    """The condition that all terms occur in a speech's title, or in one of its obligations."""
    query = _Query(connection, Filter(q=" ".join(terms)))
    position = func.instr if query.sqlite else func.strpos
    in_title = and_(*(position(title, term) > 0 for term in terms))
    if query.impossible:
        return false()
    if not query.sqlite or query.least[1] < FEW:
        return or_(in_title, speech.in_(query.restrict(select(Obligation.speech_id), "words")))
    return or_(in_title, exists().where(Obligation.speech_id == speech, *query.has_words(indexed=False)))


class _Query:
    """A filter as SQL: its conditions, and the source that a statement starts from.

    A source is `departments` (the department index), `words` (the search index), or an index of the obligations.
    """

    def __init__(self, connection: Connection, wanted: Filter) -> None:
        self.connection = connection
        self.sqlite = connection.dialect.name == "sqlite"
        self.wanted = wanted
        self.terms = search.terms(wanted.q or "")
        self.departments = departments.resolve(connection, wanted.departments)
        self.impossible = (
            (bool(wanted.departments) and not self.departments)
            or not all(map(storable, self.terms))
            or (wanted.speech is not None and not 0 < wanted.speech <= MAX_ID)
            # Who has a date has a deadline.
            or (wanted.has_deadline is False and (wanted.due_before is not None or wanted.due_after is not None))
        )
        self.rare = [name for name, common in RARE.items() if getattr(wanted, name) not in (None, common)]

    def keys(self, ordering: str, start: Position | None, limit: int) -> list[Position]:
        """The keys of the next rows beyond a position, in the direction that it says."""
        if self.impossible:
            return []
        backward = start is not None and start.backward
        parts = list(enumerate(ORDERINGS[ordering]))
        if start is not None:
            parts = parts[start.part :: -1] if backward else parts[start.part :]
        found: list[Position] = []
        for number, part in parts:
            beyond = start.key if start is not None and start.part == number else None
            statement = self.statement(part.by, part.descending != backward, beyond).limit(limit - len(found))
            found.extend(Position(number, tuple(row)) for row in self.connection.execute(statement).all())
            if len(found) == limit:
                break
        return found

    def statement(self, by: str, descending: bool, beyond: paging.Key | None) -> Statement:
        """Selects the keys of one part of an ordering, in order."""
        source = self.source(by)
        number, due = self.number(source), self.due(source)
        keys = {
            "id": [number],
            "undated": [number],
            "due": [due, number],
            "text": [Obligation.speech_id, Obligation.start, number],
        }[by]
        query = select(*keys)
        if by == "due":
            query = query.where(due.is_not(None))
        elif by == "undated":
            query = query.where(due.is_(None))
        query = self.restrict(query, source)
        if beyond is not None:
            if list(map(type, beyond)) != [key.type.python_type for key in keys]:
                raise paging.bad_cursor()
            left: Any = tuple_(*keys)
            right: Any = tuple_(*(literal(value, key.type) for value, key in zip(beyond, keys, strict=True)))
            query = query.where(left < right if descending else left > right)
        return query.order_by(*(key.desc() if descending else key for key in keys))

    def count(self, at_most: int | None) -> int:
        if self.impossible:
            return 0
        source = self.source("id")
        found = self.restrict(select(literal(1)), source).limit(at_most)
        return int(self.connection.execute(select(func.count()).select_from(found.subquery())).scalar_one())

    def facets(self) -> dict[str, dict[str, int]]:
        spread: dict[str, dict[str, int]] = {name: {} for name in ("modality", "function", "status", "has_deadline")}
        if self.impossible:
            return spread
        groups = [getattr(Obligation, name) for name in spread]
        query = self.restrict(select(*groups, func.count().label("number")), self.source("id"))
        for row in self.connection.execute(query.group_by(*groups)).mappings():
            number = row["number"]
            for name in spread:
                value = row[name]
                word = {None: "none", True: "yes", False: "no"}.get(value, value)
                spread[name][word] = spread[name].get(word, 0) + number
        return spread

    # Where a statement starts

    def natural_source(self, by: str) -> str:
        """The source that is in the order of the list, for a filter that many rows match."""
        if by == "text" or self.wanted.speech is not None:
            return "ix_obligations_speech"
        if by == "due":
            return "departments" if len(self.departments) == 1 else "ix_obligations_due"
        if self.terms:
            return "words"
        if len(self.departments) == 1:
            return "departments"
        return f"ix_obligations_{self.rare[0]}" if self.rare else "primary key"

    def source(self, by: str) -> str:
        """Where a statement starts that lists by number (`id`, `undated`), date (`due`) or place (`text`)."""
        natural = self.natural_source(by)
        if not self.sqlite or (by in ("id", "undated") and self.candidates == [natural]):
            return natural
        least, size = self.least
        # The rows of a filter that few match are fetched and sorted, in whatever order its index has them.
        in_order = by in ("id", "undated") and least not in ("ix_obligations_due", "ix_obligations_speech")
        return least if size < FEW or (in_order and size < SOME) else natural

    @cached_property
    def candidates(self) -> list[str]:
        """The sources that answer a part of the filter by themselves."""
        found = [f"ix_obligations_{name}" for name in self.rare]
        if len(self.departments) == 1:
            found.append("departments")
        if self.terms:
            found.append("words")
        if self.wanted.due_after is not None or self.wanted.due_before is not None:
            found.append("ix_obligations_due")
        if self.wanted.speech is not None:
            found.append("ix_obligations_speech")
        return found

    @cached_property
    def least(self) -> tuple[str, int]:
        """The candidate that the fewest rows match, and how many do; counting stops at SOME."""
        sizes: dict[str, int] = {}
        for source in self.candidates:
            some = self.start(select(literal(1)), source).where(*self.answered(source)).limit(SOME)
            sizes[source] = self.connection.execute(select(func.count()).select_from(some.subquery())).scalar_one()
        return min(sizes.items(), key=lambda item: item[1], default=("primary key", SOME))

    def number(self, source: str) -> Any:
        """The column with the number of the obligation."""
        if source == "words":
            return _fts.c.rowid if self.sqlite else search.array_index.c.obligation_id
        return ObligationDepartment.obligation_id if source == "departments" else Obligation.id

    def due(self, source: str) -> Any:
        return ObligationDepartment.due_at if source == "departments" else Obligation.due_at

    def start(self, query: Statement, source: str) -> Statement:
        if source == "departments":
            return query.select_from(ObligationDepartment)
        if source == "words":
            return query.select_from(_fts if self.sqlite else search.array_index)
        hint = "NOT INDEXED" if source == "primary key" else f"INDEXED BY {source}"
        return query.select_from(Obligation).with_hint(Obligation, hint, "sqlite")

    def restrict(self, query: Statement, source: str) -> Statement:
        """Adds the source and all conditions of the filter."""
        answered, rest = self.answered(source), self.remaining(source)
        needs_obligation = bool(rest) or Obligation.__table__ in query.get_final_froms()
        query = self.start(query, source)
        if source in ("departments", "words") and needs_obligation:
            # The department index alone has the answer to the most frequent question.
            query = query.join(Obligation, Obligation.id == self.number(source))
            query = query.with_hint(Obligation, "NOT INDEXED", "sqlite")
        return query.where(*answered, *rest)

    # The conditions

    def answered(self, source: str) -> list[ColumnElement[bool]]:
        """The conditions that the source answers by itself."""
        if source == "departments":
            role = self.wanted.role or "any"
            mine = [ObligationDepartment.department_id == self.departments[0], ObligationDepartment.role == role]
            return mine + self.due_range(ObligationDepartment.due_at)
        if source == "words":
            return [self.in_search_index()]
        if source == "ix_obligations_due":
            return [Obligation.due_at.is_not(None), *self.due_range(Obligation.due_at)]
        if source == "ix_obligations_speech":
            return [] if self.wanted.speech is None else [Obligation.speech_id == self.wanted.speech]
        return self.equal(source.removeprefix("ix_obligations_")) if source != "primary key" else [Obligation.id > 0]

    def remaining(self, source: str) -> list[ColumnElement[bool]]:
        """The conditions that are left for the obligation itself."""
        wanted, given = self.wanted, []
        for name in RARE:
            if getattr(wanted, name) is not None and source != f"ix_obligations_{name}":
                given += self.equal(name)
        if wanted.has_deadline is not None:
            given.append(Obligation.has_deadline.is_(wanted.has_deadline))
        if wanted.speech is not None and source != "ix_obligations_speech":
            given.append(Obligation.speech_id == wanted.speech)
        if source not in ("departments", "ix_obligations_due"):
            given += self.due_range(Obligation.due_at)
        if source != "departments" and (self.departments or wanted.role):
            given.append(self.has_department())
        given += self.has_words(indexed=source == "words")
        return given

    def equal(self, name: str) -> list[ColumnElement[bool]]:
        value = getattr(self.wanted, name)
        equal = [getattr(Obligation, name) == value]
        # Says what the partial index holds, word for word: only then is it used.
        return [*equal, text(f"obligations.{name} <> '{RARE[name]}'")] if value != RARE[name] else equal  # type: ignore[list-item]

    def due_range(self, due: Any) -> list[ColumnElement[bool]]:
        after, before = self.wanted.due_after, self.wanted.due_before
        return [*([due >= after] if after is not None else []), *([due < before] if before is not None else [])]

    def has_department(self) -> ColumnElement[bool]:
        mine = [ObligationDepartment.obligation_id == Obligation.id]
        mine.append(ObligationDepartment.role == (self.wanted.role or "any"))
        if self.departments:
            mine.append(ObligationDepartment.department_id.in_(self.departments))
        return exists().where(*mine)

    def in_search_index(self) -> ColumnElement[bool]:
        if self.sqlite:
            return _fts.c.obligation_search.op("MATCH", is_comparison=True)(search.fts_query(self.terms))
        return search.array_index.c.tokens.contains(search.wanted_entries(self.terms))

    def has_words(self, *, indexed: bool) -> list[ColumnElement[bool]]:
        """The terms in the words themselves; after the search index only those whose pairs may stand apart."""
        position = func.instr if self.sqlite else func.strpos
        given = [position(Obligation.search_text, term) > 0 for term in self.terms if not indexed or len(term) > 2]
        if self.terms and not indexed and not self.sqlite:
            given.append(Obligation.id.in_(select(search.array_index.c.obligation_id).where(self.in_search_index())))
        return given


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
