"""What an extraction becomes in the tables, made ready without a database.

That is most of the work of storing a speech. A service leaves it to the processes that read speeches, so that the one
place that writes has only to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from models import tables
from models.records import Extraction, Source
from models.store import writing
from models.store.bulk import Row, Sheet, insert_sheet, sheet


@dataclass(frozen=True, slots=True)
class Prepared:
    """The records of a speech as rows for the databases of one dialect.

    Rows are numbered 0, 1, 2 within the speech; `numbered` says how many of each table. Where they point to a
    department it is the place of its name in `departments` (canonical names with their types).
    """

    source: Source
    directives: int
    obligations: int
    numbered: Mapping[type[tables.Base], int]
    departments: Mapping[str, str]
    sheets: tuple[Sheet, ...]


def prepare(extraction: Extraction, dialect: str, written: bytes | None = None) -> Prepared:
    """The rows of an extraction for `dialect` ("sqlite" or "postgresql"), its run among them.

    `written` is the extraction as JSON, where the caller has it.
    """
    now = writing.utc_now()
    kinds: dict[type[tables.Base], Sequence[Any]] = {
        tables.Item: extraction.items,
        tables.Obligation: extraction.obligations,
        tables.Party: extraction.parties,
        tables.Deadline: extraction.deadlines,
        tables.QuarantineRule: extraction.quarantine_rules,
    }
    items, obligations, parties, deadlines, rules = (_places(one.id for one in found) for found in kinds.values())
    departments = {party.canonical: party.type for party in extraction.parties}
    places = _places(departments)

    run = writing.run_row(extraction, 0, 0, now, written)
    tasks = writing.obligation_rows(extraction, 0, obligations, items, now)
    roles = writing.role_rows(extraction, obligations, parties, places)
    due = {row["id"]: row["due_at"] for row in tasks}
    tables_with_rows: tuple[tuple[type[tables.Base], Sequence[Row]], ...] = (
        (tables.Run, [run]),
        (tables.Item, writing.item_rows(extraction, 0, items)),
        (tables.Obligation, tasks),
        (tables.Party, writing.party_rows(extraction, 0, parties, places)),
        (tables.ObligationParty, roles),
        (tables.ObligationDepartment, writing.department_index_rows(roles, due)),
        (tables.Deadline, writing.deadline_rows(extraction, 0, deadlines)),
        (tables.ObligationDeadline, writing.limit_rows(extraction, obligations, deadlines)),
        (tables.QuarantineRule, writing.quarantine_rows(extraction, 0, rules, obligations)),
        (tables.Noise, writing.noise_rows(extraction, 0)),
        (tables.Warning, writing.warning_rows(extraction, 0)),
    )
    return Prepared(
        source=extraction.source,
        directives=writing.count_directives(extraction),
        obligations=len(extraction.obligations),
        numbered={tables.Run: 1, **{table: len(found) for table, found in kinds.items()}},
        departments=departments,
        sheets=tuple(sheet(dialect, table, rows) for table, rows in tables_with_rows if rows),
    )


def insert(
    connection: Connection, speech_id: int, prepared: Prepared, free: Mapping[type[tables.Base], Sequence[int]]
) -> None:
    """Writes the rows of a speech that is there; `free` has as many numbers for each table as `prepared.numbered`."""
    found = writing.department_ids(connection, prepared.departments)
    numbers = {table.__tablename__: some for table, some in free.items()}
    numbers[tables.Speech.__tablename__] = [speech_id]
    numbers[tables.Department.__tablename__] = [found[name] for name in prepared.departments]
    for one in prepared.sheets:
        written = insert_sheet(connection, one, numbers)
        if one.table is tables.Obligation:
            writing.add_to_search(connection, written["id"], written["search_text"])


def _places(keys: Iterable[str]) -> dict[str, int]:
    return {key: place for place, key in enumerate(keys)}
