"""Speeches: storing a text with its records, once for each content; reading and deleting it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, desc, exists, func, select, update
from sqlalchemy.orm import aliased

from models import search, tables
from models.errors import BadFilter, NotFound
from models.records import Extraction
from models.store import audit, bulk, filters, paging, prepared, writing
from models.store.instants import Utc
from models.store.paging import Page, Position
from models.store.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of `save`: `created` is False when the text was there already, with whatever run it has now."""

    speech_id: int
    run_id: int
    created: bool


@dataclass(frozen=True, slots=True)
class SpeechView:
    """A speech without its text. `directives` and `obligations` count those of the newest run."""

    id: int
    sha256: str
    chars: int
    title: str | None
    speaker: str | None
    occasion: str | None
    date: dt.date | None
    date_source: str
    source_url: str | None
    created_at: Utc
    directives: int
    obligations: int


_VIEW = [getattr(tables.Speech, name) for name in SpeechView.__dataclass_fields__]
_BY_NUMBER = select(*_VIEW).where(tables.Speech.id == bindparam("id"))


def sha256(raw: str) -> str:
    """The hash that tells texts apart: SHA-256 of the text in UTF-8. Raises UnstorableText."""
    writing.require_storable("text", raw)
    return hashlib.sha256(raw.encode()).hexdigest()


def find(connection: Connection, raw: str) -> Saved | None:
    """The stored speech with exactly this text, so that it need not be extracted again. Raises UnstorableText."""
    return _stored(connection, sha256(raw))


def _stored(connection: Connection, digest: str) -> Saved | None:
    row = connection.execute(_BY_HASH, {"sha256": digest}).first()
    return Saved(row[0], row[1], created=False) if row else None


_BY_HASH = select(
    tables.Speech.id, select(func.max(tables.Run.id)).where(tables.Run.speech_id == tables.Speech.id).scalar_subquery()
).where(tables.Speech.sha256 == bindparam("sha256"))


def save(
    connection: Connection,
    raw: str,
    extraction: Extraction,
    *,
    title: str | None = None,
    source_url: str | None = None,
    actor: str = "",
) -> Saved:
    """Stores a text with all its records; a text that is there already is left as it is.

    `title` and `source_url` are the caller's; a title goes before the one that the text shows. The extraction must be
    of this very text. Raises UnstorableText.
    """
    ready = prepared.prepare(extraction, connection.dialect.name)
    return save_prepared(connection, raw, ready, title=title, source_url=source_url, actor=actor)


def save_prepared(
    connection: Connection,
    raw: str,
    ready: Prepared,
    *,
    title: str | None = None,
    source_url: str | None = None,
    actor: str = "",
) -> Saved:
    """As `save`, with records that were made ready elsewhere, for the dialect of this database."""
    digest = sha256(raw)
    writing.require_storable("title", title)
    writing.require_storable("source_url", source_url)
    source = ready.source
    if source.sha256 != digest:
        raise ValueError("the extraction is of another text")
    [[speech_id], *numbers] = bulk.reserve(connection, {tables.Speech: 1, **ready.numbered})
    free = dict(zip(ready.numbered, numbers, strict=True))
    row = {
        "id": speech_id,
        "sha256": digest,
        "chars": len(raw),
        "text": raw,
        "title": title or source.title,
        "speaker": source.speaker,
        "occasion": source.occasion,
        "date": source.date and dt.date.fromisoformat(source.date),
        "date_source": source.date_source,
        "source_url": source_url,
        "search_title": search.normalise(title or source.title or ""),
        "created_at": writing.utc_now(),
        "directives": ready.directives,
        "obligations": ready.obligations,
    }
    # A writer of the same text that is not committed yet makes this one wait, then find the other's row.
    if not bulk.insert_new(connection, tables.Speech, [row], unless=["sha256"]):
        there = _stored(connection, digest)
        assert there is not None
        return there
    prepared.insert(connection, speech_id, ready, free)
    audit.record(connection, actor=actor, action="create", record="speech", record_id=speech_id)
    return Saved(speech_id, free[tables.Run][0], created=True)


def add_run(connection: Connection, speech_id: int, extraction: Extraction, now: dt.datetime) -> int:
    """Keeps what the rules gave, whole; the newest run of a speech is its present one."""
    [[run_id]] = bulk.reserve(connection, {tables.Run: 1})
    bulk.insert_rows(connection, tables.Run, [writing.run_row(extraction, run_id, speech_id, now)])
    return run_id


def newest_run(connection: Connection, speech_id: int) -> int:
    """The number of the run whose records the tables hold."""
    return connection.execute(select(func.max(tables.Run.id)).where(tables.Run.speech_id == speech_id)).scalar_one()


def lock(connection: Connection, speech_id: int) -> None:
    """Keeps other writers from a speech to the end of the transaction (PostgreSQL; on SQLite the writer is alone)."""
    if 0 < speech_id <= writing.MAX_ID:
        connection.execute(select(tables.Speech.id).where(tables.Speech.id == speech_id).with_for_update())


def describe(connection: Connection, speech_id: int, extraction: Extraction) -> None:
    """Takes over what a new run says about the speech itself; a title that is there stays, it may be the caller's."""
    source = extraction.source
    counted = select(func.count()).where(tables.Obligation.speech_id == speech_id)
    values = {
        "speaker": source.speaker,
        "occasion": source.occasion,
        "date": source.date and dt.date.fromisoformat(source.date),
        "date_source": source.date_source,
        "directives": writing.count_directives(extraction),
        "obligations": connection.execute(counted).scalar_one(),
    }
    connection.execute(update(tables.Speech).where(tables.Speech.id == speech_id).values(values))
    if source.title:
        untitled = tables.Speech.id == speech_id, tables.Speech.title.is_(None)
        named = {"title": source.title, "search_title": search.normalise(source.title)}
        connection.execute(update(tables.Speech).where(*untitled).values(named))


def get(connection: Connection, speech_id: int) -> SpeechView:
    """One speech. Raises NotFound."""
    if 0 < speech_id <= writing.MAX_ID:
        row = connection.execute(_BY_NUMBER, {"id": speech_id}).first()
        if row:
            return SpeechView(*row)
    raise NotFound("speech", speech_id)


def get_text(connection: Connection, speech_id: int) -> str:
    """The raw text of a speech, character for character as it came in. Raises NotFound."""
    return _one(connection, speech_id, select(tables.Speech.text).where(tables.Speech.id == speech_id))


@dataclass(frozen=True, slots=True)
class RunView:
    """An extraction run without its records."""

    id: int
    version: str
    rules: str
    records: int
    created_at: Utc


def runs(connection: Connection, speech_id: int) -> list[RunView]:
    """The runs over a speech, newest first. Raises NotFound."""
    get(connection, speech_id)
    columns = (getattr(tables.Run, name) for name in RunView.__dataclass_fields__)
    query = select(*columns).where(tables.Run.speech_id == speech_id).order_by(desc(tables.Run.id))
    return paging.made(RunView, connection.execute(query))


def outdated(connection: Connection, rules: str, *, after: int = 0, limit: int = 100) -> list[int]:
    """Speeches, by number beyond `after`, whose newest run was made by other rules than these."""
    later = aliased(tables.Run)
    newest = ~exists().where(later.speech_id == tables.Run.speech_id, later.id > tables.Run.id)
    query = (
        select(tables.Run.speech_id)
        .where(tables.Run.speech_id > after, tables.Run.rules != rules, newest)
        .order_by(tables.Run.speech_id)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def get_extraction(connection: Connection, speech_id: int, run_id: int | None = None) -> str:
    """The extraction of a speech as JSON, as the rules gave it in the newest run or in a given one. Raises NotFound.

    People's corrections are not in it; they are in the obligations.
    """
    runs = select(tables.Run.extraction).where(tables.Run.speech_id == speech_id).order_by(desc(tables.Run.id)).limit(1)
    return _one(connection, speech_id, runs if run_id is None else runs.where(tables.Run.id == run_id))


def _one(connection: Connection, speech_id: int, statement: Select[Any]) -> str:
    if 0 < speech_id <= writing.MAX_ID and (found := connection.execute(statement).scalar()) is not None:
        return str(found)
    raise NotFound("speech", speech_id)


def page(
    connection: Connection,
    *,
    q: str | None = None,
    ordering: str = "-id",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[SpeechView]:
    """Speeches, newest first unless `ordering` is `id`.

    All terms of `q` must occur in the title, or in one of the obligations. Raises BadFilter for an ordering, cursor or
    limit that means nothing.
    """
    if ordering not in ("id", "-id"):
        raise BadFilter("ordering", "须为 id 或 -id", "must be id or -id")
    paging.check_limit(limit)
    start = paging.decode(cursor, ordering) if cursor else None
    if start and (start.part or [type(part) for part in start.key] != [int]):
        raise paging.bad_cursor()
    number = tables.Speech.id
    descending = (ordering == "-id") != (start is not None and start.backward)
    query = select(*_VIEW).order_by(number.desc() if descending else number).limit(limit + 1)
    if start:
        query = query.where(number < start.key[0] if descending else number > start.key[0])
    if wanted := search.terms(q or ""):
        query = query.where(filters.speeches_with(connection, wanted, number, tables.Speech.search_title))
    found = paging.made(SpeechView, connection.execute(query))
    return paging.cut(found, [Position(0, (view.id,)) for view in found], ordering, start, limit)


def remove(connection: Connection, speech_id: int, *, actor: str = "") -> None:
    """Deletes a speech with all its records and runs; what was done to them stays in the audit. Raises NotFound."""
    view = get(connection, speech_id)
    found = select(tables.Obligation.id, tables.Obligation.search_text).where(tables.Obligation.speech_id == speech_id)
    writing.remove_from_search(connection, [row._asdict() for row in connection.execute(found)])
    connection.execute(delete(tables.Speech).where(tables.Speech.id == speech_id))
    audit.record(
        connection,
        actor=actor,
        action="delete",
        record="speech",
        record_id=speech_id,
        before={"sha256": view.sha256, "obligations": view.obligations},
    )
