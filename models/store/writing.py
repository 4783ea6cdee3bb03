"""Turns an extraction into rows: the one place where records become columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection, bindparam, delete, select, text

from models import ledger, search, tables
from models.errors import UnstorableText
from models.records import Extraction, Span
from models.store.bulk import Row, insert_new

Value = TypeVar("Value")

# PostgreSQL keeps no U+0000, and half a surrogate pair has no UTF-8. Both are refused on both databases alike.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

# An identifier beyond 64 bits names no row; the drivers would raise instead of finding none.
MAX_ID = 2**63 - 1


def utc_now() -> dt.datetime:
    """The present instant as the tables hold it: UTC, without a zone."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def unstorable(value: str) -> re.Match[str] | None:
    """The first character of a text that cannot be stored; None for nearly all texts."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return _UNSTORABLE.search(value)
    # To encode and to look for one character takes a tenth of the time of looking for any of them.
    return _UNSTORABLE.search(value) if "\0" in value else None


def storable(value: str) -> bool:
    """Whether a text can be stored, and so whether it can be found."""
    return unstorable(value) is None


def require_storable(field: str, value: str | None) -> None:
    """Raises UnstorableText for a text with U+0000 or half a surrogate pair."""
    if value is not None and (found := unstorable(value)):
        raise UnstorableText(field, found.start(), found.group())


def department_ids(connection: Connection, types: Mapping[str, str]) -> dict[str, int]:
    """The numbers of departments by canonical name; those that the directory lacks are added with the given type."""
    found = _known_departments(connection, types)
    if missing := sorted(types.keys() - found.keys()):
        # In sorted order, so that two writers never wait for each other.
        insert_new(
            connection,
            tables.Department,
            [{"canonical": name, "type": types[name]} for name in missing],
            unless=["canonical"],
        )
        found.update(_known_departments(connection, missing))
    return found


def _known_departments(connection: Connection, names: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in in_batches(list(names)):
        found.update(connection.execute(_BY_NAME, {"names": some}).all())
    return found


_BY_NAME = select(tables.Department.canonical, tables.Department.id).where(
    tables.Department.canonical.in_(bindparam("names", expanding=True))
)


def in_batches(values: Sequence[Value], size: int = 1000) -> Iterator[Sequence[Value]]:
    """A list in parts that fit into one statement: both databases limit its parameters."""
    return (values[start : start + size] for start in range(0, len(values), size))


def instant(value: str | None) -> dt.datetime | None:
    """An ISO date-time of the contract as the tables compare it."""
    return None if value is None else dt.datetime.fromisoformat(value).replace(tzinfo=None)


def columns_of(span: Span | None, prefix: str = "") -> Row:
    """The four columns of a span; all null where there is none."""
    return {
        f"{prefix}start": span and span.start,
        f"{prefix}end": span and span.end,
        f"{prefix}text": span and span.text,
        f"{prefix}clean": span and span.clean,
    }


def count_directives(extraction: Extraction) -> int:
    return sum(item.function == "directive" for item in extraction.items)


def count_records(extraction: Extraction) -> int:
    """How many records an extraction holds, of all kinds."""
    kinds = (
        extraction.items,
        extraction.obligations,
        extraction.parties,
        extraction.deadlines,
        extraction.quarantine_rules,
        extraction.noise,
        extraction.warnings,
    )
    return sum(map(len, kinds))


def run_row(extraction: Extraction, run_id: int, speech_id: int, now: dt.datetime, written: bytes | None = None) -> Row:
    """The row that keeps what the rules gave, whole; `written` is the extraction as JSON, where the caller has it."""
    return {
        "id": run_id,
        "speech_id": speech_id,
        "version": extraction.extractor.version,
        "rules": extraction.extractor.rules,
        "records": count_records(extraction),
        "extraction": written or extraction.to_json(),
        "created_at": now,
    }


def item_rows(extraction: Extraction, speech_id: int, ids: Mapping[str, int]) -> list[Row]:
    labels = ledger.labels(extraction.items)
    return [
        {
            "id": ids[item.id],
            "speech_id": speech_id,
            "ord": number,
            "key": item.id,
            "parent_id": ids[item.parent] if item.parent else None,
            **columns_of(item.marker, "marker_"),
            "style": item.style,
            "number": item.number,
            "path": item.path,
            "label": labels[item.id][0],
            "section": labels[item.id][1],
            **columns_of(item.heading, "heading_"),
            "start": item.span.start,
            "end": item.span.end,
            "function": item.function,
            "rule": item.rule,
        }
        for number, item in enumerate(extraction.items)
    ]


def obligation_rows(
    extraction: Extraction, speech_id: int, ids: Mapping[str, int], items: Mapping[str, int], now: dt.datetime
) -> list[Row]:
    """The rows of all obligations as the rules see them, with an untouched follow-up."""
    functions = {item.id: item.function for item in extraction.items}
    due = {deadline.id: instant(deadline.due) for deadline in extraction.deadlines}
    return [
        {
            "id": ids[obligation.id],
            "speech_id": speech_id,
            "ord": number,
            "key": obligation.id,
            "item_id": items[obligation.item] if obligation.item else None,
            **columns_of(obligation.span),
            "modality": obligation.modality,
            "standing": obligation.standing,
            "rule": obligation.rule,
            "function": functions.get(obligation.item or ""),
            "has_deadline": bool(obligation.deadlines),
            "due_at": min((at for key in obligation.deadlines if (at := due[key])), default=None),
            "search_text": search.normalise(ledger.words(obligation.span)),
            "status": "待签收",
            "progress": None,
            "problems": None,
            "next_steps": None,
            "completion": None,
            "closed_on": None,
            "locked": [],
            "proposal": None,
            "version": 1,
            "updated_at": now,
        }
        for number, obligation in enumerate(extraction.obligations)
    ]


def party_rows(
    extraction: Extraction, speech_id: int, ids: Mapping[str, int], departments: Mapping[str, int]
) -> list[Row]:
    return [
        {
            "id": ids[party.id],
            "speech_id": speech_id,
            "ord": number,
            "key": party.id,
            "department_id": departments[party.canonical],
            **columns_of(party.span),
            "type": party.type,
            "rule": party.rule,
        }
        for number, party in enumerate(extraction.parties)
    ]


def deadline_rows(extraction: Extraction, speech_id: int, ids: Mapping[str, int]) -> list[Row]:
    return [
        {
            "id": ids[deadline.id],
            "speech_id": speech_id,
            "ord": number,
            "key": deadline.id,
            **columns_of(deadline.span),
            "kind": deadline.kind,
            "value": deadline.value,
            "due": deadline.due,
            "due_at": instant(deadline.due),
            **columns_of(deadline.trigger, "trigger_"),
            "times": deadline.times,
            "workdays": deadline.workdays,
            "rule": deadline.rule,
        }
        for number, deadline in enumerate(extraction.deadlines)
    ]


def quarantine_rows(
    extraction: Extraction, speech_id: int, ids: Mapping[str, int], obligations: Mapping[str, int]
) -> list[Row]:
    return [
        {
            "id": ids[rule.id],
            "speech_id": speech_id,
            "ord": number,
            "key": rule.id,
            **columns_of(rule.span),
            **columns_of(rule.population, "population_"),
            "scope": rule.origin or (search.normalise(ledger.words(rule.population)) if rule.population else ""),
            "origin": rule.origin,
            "measure": rule.measure,
            "days": rule.days,
            "tests": rule.tests,
            "test_days": list(rule.test_days),
            "within": rule.within,
            "times_per_day": rule.times_per_day,
            "every_days": rule.every_days,
            "times_per_period": rule.times_per_period,
            "after": rule.after,
            "obligation_id": obligations[rule.obligation] if rule.obligation else None,
            "rule": rule.rule,
        }
        for number, rule in enumerate(extraction.quarantine_rules)
    ]


def role_rows(
    extraction: Extraction, obligations: Mapping[str, int], parties: Mapping[str, int], departments: Mapping[str, int]
) -> list[Row]:
    """Who has which part in the obligations that `obligations` names."""
    canonical = {party.id: party.canonical for party in extraction.parties}
    return [
        {
            "obligation_id": obligations[obligation.id],
            "ord": number,
            "department_id": departments[canonical[role.party]],
            "party_id": parties[role.party],
            "role": role.role,
            "inherited": role.inherited,
        }
        for obligation in extraction.obligations
        if obligation.id in obligations
        for number, role in enumerate(obligation.parties)
    ]


def limit_rows(extraction: Extraction, obligations: Mapping[str, int], deadlines: Mapping[str, int]) -> list[Row]:
    """Which deadlines limit the obligations that `obligations` names."""
    return [
        {"obligation_id": obligations[obligation.id], "ord": number, "deadline_id": deadlines[deadline]}
        for obligation in extraction.obligations
        if obligation.id in obligations
        for number, deadline in enumerate(obligation.deadlines)
    ]


def noise_rows(extraction: Extraction, speech_id: int) -> list[Row]:
    return [
        {"speech_id": speech_id, "ord": number, **columns_of(noise), "rule": noise.rule}
        for number, noise in enumerate(extraction.noise)
    ]


def warning_rows(extraction: Extraction, speech_id: int) -> list[Row]:
    return [
        {
            "speech_id": speech_id,
            "ord": number,
            "code": warning.code,
            "message": warning.message,
            **columns_of(warning.span),
        }
        for number, warning in enumerate(extraction.warnings)
    ]


def department_index_rows(parties: Iterable[Row], due: Mapping[int, dt.datetime | None]) -> list[Row]:
    """The rows of `obligation_departments` that follow from those of `obligation_parties`."""
    keys = dict.fromkeys(
        (party["department_id"], role, party["obligation_id"]) for party in parties for role in ("any", party["role"])
    )
    return [
        {"department_id": department, "role": role, "obligation_id": obligation, "due_at": due[obligation]}
        for department, role, obligation in keys
    ]


def add_to_search(connection: Connection, numbers: Sequence[int], words: Iterable[str]) -> None:
    """Adds obligations to the search index: their numbers, and the words of each in normal form."""
    if connection.dialect.name == "sqlite":
        statement, document = _ADD_FTS, search.fts_document
    else:
        statement, document = _ADD_ARRAY, search.array_document
    if numbers:
        connection.exec_driver_sql(statement, list(zip(numbers, map(document, words), strict=True)))


_ADD_FTS = "INSERT INTO obligation_search (rowid, tokens) VALUES (?, ?)"
_ADD_ARRAY = "INSERT INTO obligation_search (obligation_id, tokens) VALUES (%s, string_to_array(%s, ' '))"


def remove_from_search(connection: Connection, rows: Iterable[Row]) -> None:
    """Takes obligations (rows with `id` and `search_text`) out of the search index."""
    if connection.dialect.name == "sqlite":
        # The index keeps no copy of the words, so it has to be told what it indexed.
        statement = text(
            "INSERT INTO obligation_search (obligation_search, rowid, tokens) VALUES ('delete', :id, :tokens)"
        )
        entries = [{"id": row["id"], "tokens": search.fts_document(row["search_text"])} for row in rows]
        if entries:
            connection.execute(statement, entries)
    else:
        for some in in_batches([row["id"] for row in rows]):
            connection.execute(delete(search.array_index).where(search.array_index.c.obligation_id.in_(some)))
