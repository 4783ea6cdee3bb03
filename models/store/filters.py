"""Which obligations fulfil a filter, in what order, and where the statement that finds them starts.

On SQLite, which keeps no statistics of single values, this module itself decides where a query starts: at the filter
that few rows match, else at the index that is in the order of the list, and of several such at the one whose rows lie
furthest apart from the page on. PostgreSQL decides for itself, but for words.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
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
from models.errors import BadFilter
from models.store import departments, paging
from models.store.paging import Position
from models.store.writing import MAX_ID, storable
from models.tables import Obligation, ObligationDepartment

Statement = Select[Any]

# A filter that at most so many rows match is where a query starts: fetching and sorting them takes milliseconds.
FEW = 2000
# Of several filters in the order of the list, the one whose rows lie furthest apart is where it starts: how far apart
# is seen by the number of the row that comes so many rows later.
PROBE = 400
# So many rows ahead words are looked for on PostgreSQL, and at most.
WINDOW = 2000
MOST_AHEAD = 60_000
# So many statements of each kind are kept.
SHAPES = 500

# Columns with one common value, which is not indexed.
RARE = {"status": "待签收", "modality": "require", "function": "directive"}

# What an index in the order of numbers holds of each row, for statements that show no more of it (but maybe how many
# there are); how SQLite is told.
COVERED = {"id", "due_at", "has_deadline", "modality", "status", "function", "number"}
ROWS = {True: "INDEXED BY ix_obligations_filters", False: "NOT INDEXED"}

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
# What a position in each of these parts consists of.
KEYS: dict[str, list[type]] = {"id": [int], "undated": [int], "due": [dt.datetime, int], "text": [int, int, int]}


@dataclass(frozen=True, slots=True)
class _Shape:
    """A filter without its values: all that decides how its statements read. For each shape they are made once, for to
    make one takes longer than to run it; the values have the names of the fields of Filter.

    A statement starts from a source: `departments` (the department index), `words` (the search index), an index of the
    obligations, or their primary key.
    """

    sqlite: bool
    departments: int
    role: bool
    equal: tuple[str, ...]
    rare: tuple[str, ...]
    has_deadline: bool | None
    limits: tuple[str, ...]
    speech: bool
    # For each term, whether it is so long that its pairs may stand apart.
    terms: tuple[bool, ...]

    # Where a statement can start

    def natural_source(self, by: str) -> str:
        """The source that is in the order of the list, for a filter that many rows match."""
        if by == "text" or self.speech:
            return "ix_obligations_speech"
        if by == "due":
            return "departments" if self.departments == 1 else "ix_obligations_due"
        return (self.by_number() or ["primary key"])[-1]

    def by_number(self) -> list[str]:
        """The sources that answer a part of the filter by themselves, and are in the order of numbers."""
        found = [f"ix_obligations_{name}" for name in reversed(self.rare)]
        return found + ["departments"] * (self.departments == 1) + ["words"] * bool(self.terms)

    def by_other(self) -> list[str]:
        """Those in another order: their rows have to be sorted."""
        return ["ix_obligations_due"] * bool(self.limits) + ["ix_obligations_speech"] * self.speech

    def number(self, source: str) -> Any:
        """The column with the number of the obligation."""
        if source == "words":
            return _fts.c.rowid if self.sqlite else search.array_index.c.obligation_id
        return ObligationDepartment.obligation_id if source == "departments" else Obligation.id

    def due(self, source: str) -> Any:
        return ObligationDepartment.due_at if source == "departments" else Obligation.due_at

    def start(self, query: Statement, source: str, *, covered: bool = False) -> Statement:
        if source == "departments":
            return query.select_from(ObligationDepartment)
        if source == "words":
            return query.select_from(_fts if self.sqlite else search.array_index)
        hint = ROWS[covered] if source == "primary key" else f"INDEXED BY {source}"
        return query.select_from(Obligation).with_hint(Obligation, hint, "sqlite")

    def restrict(self, query: Statement, source: str) -> Statement:
        """Adds the source and all conditions of the filter."""
        rest = self.remaining(source)
        of_obligation = Obligation.__table__ in query.get_final_froms()
        columns = {one.name for one in query.selected_columns} if of_obligation else set()
        words = any(self.terms) if source == "words" else bool(self.terms)
        covered = columns <= COVERED and not (words or self.speech)
        query = self.start(query, source, covered=covered)
        if source in ("departments", "words") and (rest or of_obligation):
            # The department index alone has the answer to the most frequent question.
            query = query.join(Obligation, Obligation.id == self.number(source))
            query = query.with_hint(Obligation, ROWS[covered], "sqlite")
        if source != "departments" and (self.departments or self.role):
            query = query.where(self.has_department(self.number(source)))
        return query.where(*self.answered(source), *rest)

    # The conditions

    def answered(self, source: str) -> list[ColumnElement[bool]]:
        """The conditions that the source answers by itself."""
        if source == "departments":
            mine = [ObligationDepartment.department_id == bindparam("department")]
            return [*mine, ObligationDepartment.role == bindparam("role"), *self.due_range(ObligationDepartment.due_at)]
        if source == "words":
            return [self.in_search_index()]
        if source == "ix_obligations_due":
            return [Obligation.due_at.is_not(None), *self.due_range(Obligation.due_at)]
        if source == "ix_obligations_speech":
            return [Obligation.speech_id == bindparam("speech")] if self.speech else []
        return self.equals(source.removeprefix("ix_obligations_")) if source != "primary key" else [Obligation.id > 0]

    def remaining(self, source: str) -> list[ColumnElement[bool]]:
        """The conditions that are left for the row of the obligation."""
        given = []
        for name in self.equal:
            if source != f"ix_obligations_{name}":
                given += self.equals(name)
        if self.has_deadline is not None:
            given.append(Obligation.has_deadline.is_(self.has_deadline))
        if self.speech and source != "ix_obligations_speech":
            given.append(Obligation.speech_id == bindparam("speech"))
        if source not in ("departments", "ix_obligations_due"):
            given += self.due_range(Obligation.due_at)
        return given + self.has_words(indexed=source == "words")

    def equals(self, name: str) -> list[ColumnElement[bool]]:
        equal = [getattr(Obligation, name) == bindparam(name)]
        # Says what the partial index holds, word for word: only then is it used.
        return [*equal, text(f"obligations.{name} <> '{RARE[name]}'")] if name in self.rare else equal  # type: ignore[list-item]

    def due_range(self, due: Any) -> list[ColumnElement[bool]]:
        operators = {"due_after": operator.ge, "due_before": operator.lt}
        return [operators[name](due, bindparam(name)) for name in self.limits]

    def has_department(self, number: Any) -> ColumnElement[bool]:
        mine = [ObligationDepartment.obligation_id == number, ObligationDepartment.role == bindparam("role")]
        if self.departments == 1:
            mine.append(ObligationDepartment.department_id == bindparam("department"))
        elif self.departments:
            mine.append(ObligationDepartment.department_id.in_(bindparam("departments", expanding=True)))
        return exists().where(*mine)

    def in_search_index(self) -> ColumnElement[bool]:
        if self.sqlite:
            return _fts.c.obligation_search.op("MATCH", is_comparison=True)(bindparam("match"))
        return search.array_index.c.tokens.contains(bindparam("match"))

    def has_words(self, *, indexed: bool) -> list[ColumnElement[bool]]:
        """The terms in the words themselves; after the search index only those whose pairs may stand apart."""
        given = self.contained_in(Obligation.search_text, indexed=indexed)
        if self.terms and not indexed and not self.sqlite:
            given.append(Obligation.id.in_(select(search.array_index.c.obligation_id).where(self.in_search_index())))
        return given

    def contained_in(self, words: Any, *, indexed: bool = False) -> list[ColumnElement[bool]]:
        position = func.instr if self.sqlite else func.strpos
        return [
            position(words, bindparam(f"term{place}", type_=Text())) > 0
            for place, long in enumerate(self.terms)
            if long or not indexed
        ]


def _keys(shape: _Shape, source: str, by: str) -> list[Any]:
    """The columns that a list is ordered by."""
    number = shape.number(source)
    if by == "text":
        return [Obligation.speech_id, Obligation.start, number]
    return [shape.due(source), number] if by == "due" else [number]


def _in_order(query: Statement, keys: list[Any], descending: bool, beyond: bool) -> Statement:
    """The query in the order of some keys, from a position on if there is one."""
    if beyond:
        here: Any = tuple_(*keys)
        there: Any = tuple_(*(bindparam(f"beyond{place}", type_=key.type) for place, key in enumerate(keys)))
        query = query.where(here < there if descending else here > there)
    return query.order_by(*(key.desc() if descending else key for key in keys))


def _list(shape: _Shape, source: str, by: str, descending: bool, beyond: bool, *more: Any) -> Statement:
    """One part of an ordering: its keys, and more columns of the obligations."""
    keys = _keys(shape, source, by)
    query = select(*keys, *more)
    if by == "due":
        query = query.where(keys[0].is_not(None))
    elif by == "undated":
        query = query.where(shape.due(source).is_(None))
    return _in_order(shape.restrict(query, source), keys, descending, beyond)


@lru_cache(SHAPES)
def _select_keys(shape: _Shape, source: str, by: str, descending: bool, beyond: bool) -> Statement:
    """The keys of the next `limit` rows of one part of an ordering."""
    return _list(shape, source, by, descending, beyond).limit(bindparam("limit"))


@lru_cache(SHAPES)
def _select_ahead(shape: _Shape, by: str, descending: bool, beyond: bool) -> Statement:
    """The same of those with the words among the next `window` rows that fulfil all else."""
    others = replace(shape, terms=())
    rows = _list(others, others.natural_source(by), by, descending, beyond, Obligation.search_text)
    *keys, words = rows.limit(bindparam("window")).subquery().c
    query = select(*keys).where(*shape.contained_in(words)).limit(bindparam("limit"))
    return query.order_by(*(key.desc() if descending else key for key in keys))


@lru_cache(SHAPES)
def _select_probe(shape: _Shape, source: str, descending: bool, beyond: bool) -> Statement:
    """The number of the row that comes `limit` rows later in a source that is in the order of numbers."""
    number = shape.number(source)
    query = shape.start(select(number), source).where(*shape.answered(source))
    return _in_order(query, [number], descending, beyond).limit(1).offset(bindparam("limit"))


@lru_cache(SHAPES)
def _select_size(shape: _Shape, source: str) -> Statement:
    """How many rows a source has; counting stops at `limit`."""
    some = shape.start(select(literal(1)), source).where(*shape.answered(source)).limit(bindparam("limit"))
    return select(func.count()).select_from(some.subquery())


@dataclass(frozen=True, slots=True)
class Query:
    """A filter as SQL: its shape, its values, and whether nothing can fulfil it."""

    connection: Connection
    shape: _Shape
    values: dict[str, Any]
    impossible: bool

    @classmethod
    def of(cls, connection: Connection, wanted: Filter) -> Query:
        sqlite = connection.dialect.name == "sqlite"
        terms = search.terms(wanted.q or "")
        found = departments.resolve(connection, wanted.departments) if wanted.departments else []
        limits = tuple(name for name in ("due_after", "due_before") if getattr(wanted, name) is not None)
        shape = _Shape(
            sqlite=sqlite,
            departments=min(len(found), 2),
            role=wanted.role is not None,
            equal=tuple(name for name in RARE if getattr(wanted, name) is not None),
            rare=tuple(name for name, common in RARE.items() if getattr(wanted, name) not in (None, common)),
            has_deadline=wanted.has_deadline,
            limits=limits,
            speech=wanted.speech is not None,
            terms=tuple(len(term) > 2 for term in terms),
        )
        impossible = (
            (bool(wanted.departments) and not found)
            or not all(map(storable, terms))
            or (wanted.speech is not None and not 0 < wanted.speech <= MAX_ID)
            # Who has a date has a deadline.
            or (wanted.has_deadline is False and bool(limits))
        )
        values = {name: getattr(wanted, name) for name in (*RARE, *limits, "speech")}
        values |= {"role": wanted.role or "any", "departments": found, "department": found[0] if found else None}
        values |= {f"term{place}": term for place, term in enumerate(terms)}
        if terms:
            values["match"] = search.fts_query(terms) if sqlite else search.wanted_entries(terms)
        return cls(connection, shape, values, impossible)

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
            if beyond is not None and list(map(type, beyond)) != KEYS[part.by]:
                raise paging.bad_cursor()
            keys = self.part(part.by, part.descending != backward, beyond, limit - len(found))
            found.extend(Position(number, key) for key in keys)
            if len(found) == limit:
                break
        return found

    def part(self, by: str, descending: bool, beyond: paging.Key | None, limit: int) -> list[paging.Key]:
        """The next keys of one part of an ordering, in order."""
        if self.shape.departments > 1 and by != "text":
            # The list of one department is in the order of an index; that of several is put together from theirs.
            each = (self.only(number).part(by, descending, beyond, limit) for number in self.values["departments"])
            return sorted({key for some in each for key in some}, reverse=descending)[:limit]
        place = {f"beyond{n}": value for n, value in enumerate(beyond or ())}
        if self.shape.terms and not self.shape.sqlite:
            found = self.ahead(by, descending, place, limit)
            if len(found) == limit:
                return found
        source = self.source(by, descending, place)
        statement = _select_keys(self.shape, source, by, descending, beyond is not None)
        return self.rows(statement, **place, limit=limit)

    def ahead(self, by: str, descending: bool, place: Mapping[str, Any], limit: int) -> list[paging.Key]:
        """As many of the next keys as are found by looking for the words in one row after the other.

        PostgreSQL's index gives all rows with some words before the first of them is known; of words that many rows
        have, a page is found ahead long before. That they are many it cannot know: it takes pairs that always stand
        together for independent. So the first rows tell it.
        """
        statement = _select_ahead(self.shape, by, descending, bool(place))
        found = self.rows(statement, **place, limit=limit, window=WINDOW)
        needed = 2 * WINDOW * limit // max(len(found), 1)
        if len(found) < limit and needed <= MOST_AHEAD:
            found = self.rows(statement, **place, limit=limit, window=needed)
        return found

    def rows(self, statement: Statement, **values: Any) -> list[paging.Key]:
        return [tuple(row) for row in self.connection.execute(statement, {**self.values, **values}).all()]

    def only(self, department: int) -> Query:
        """The same for one of several departments."""
        return replace(self, shape=replace(self.shape, departments=1), values={**self.values, "department": department})

    def count(self, at_most: int | None) -> int:
        if self.impossible:
            return 0
        found = self.shape.restrict(select(literal(1)), self.source("id")).limit(at_most)
        counted = select(func.count()).select_from(found.subquery())
        return int(self.connection.execute(counted, self.values).scalar_one())

    def facets(self) -> dict[str, dict[str, int]]:
        spread: dict[str, dict[str, int]] = {name: {} for name in ("modality", "function", "status", "has_deadline")}
        if self.impossible:
            return spread
        groups = [getattr(Obligation, name) for name in spread]
        query = self.shape.restrict(select(*groups, func.count().label("number")), self.source("id"))
        for row in self.connection.execute(query.group_by(*groups), self.values).mappings():
            number = row["number"]
            for name in spread:
                value = row[name]
                word = {None: "none", True: "yes", False: "no"}.get(value, value)
                spread[name][word] = spread[name].get(word, 0) + number
        return spread

    # Where a statement starts

    def source(self, by: str, descending: bool = False, place: Mapping[str, Any] | None = None) -> str:
        """Where a statement starts that lists by number (`id`, `undated`), date (`due`) or place (`text`).

        `place` holds the values of the position that it starts beyond.
        """
        ordered, others = self.shape.by_number(), self.shape.by_other()
        natural = self.shape.natural_source(by)
        if not self.shape.sqlite or not (ordered or others) or [*ordered, *others] == [natural]:
            return natural
        if by in ("due", "text"):
            # The rows of a filter that few match are fetched and sorted.
            least, size = min(((one, self.size(one)) for one in (*ordered, *others)), key=lambda one: one[1])
            return least if size < FEW else natural
        reach = {one: self.reach(one, descending, place or {}) for one in ordered}
        for source, number in reach.items():
            if number is None:
                return source
        for source in others:
            if self.size(source) < FEW:
                return source
        # Of sources in the same order, the one whose rows lie furthest apart is the one with the fewest.
        return natural if natural not in reach else (min if descending else max)(reach, key=lambda one: reach[one] or 0)

    def reach(self, source: str, descending: bool, place: Mapping[str, Any]) -> int | None:
        """The number of the row that comes PROBE rows later in a source; None if there are no more so many."""
        probe = _select_probe(self.shape, source, descending, bool(place))
        found = self.connection.execute(probe, {**self.values, **place, "limit": PROBE}).scalar_one_or_none()
        return None if found is None else int(found)

    def size(self, source: str) -> int:
        """How many rows a source has; counting stops at FEW."""
        size = _select_size(self.shape, source)
        return int(self.connection.execute(size, {**self.values, "limit": FEW}).scalar_one())


def speeches_with(connection: Connection, terms: tuple[str, ...], speech: Any, title: Any) -> ColumnElement[bool]:
    """The condition that all terms occur in a speech's title, or in one of its obligations."""
    query = Query.of(connection, Filter(q=" ".join(terms)))
    position = func.instr if query.shape.sqlite else func.strpos
    in_title = and_(*(position(title, term) > 0 for term in terms))
    if query.impossible:
        return false()
    if not query.shape.sqlite or query.size("words") < FEW:
        of_words = query.shape.restrict(select(Obligation.speech_id), "words").params(query.values)
        return or_(in_title, speech.in_(of_words))
    here = select(Obligation.id).where(Obligation.speech_id == speech, *query.shape.has_words(indexed=False))
    return or_(in_title, here.params(query.values).exists())
