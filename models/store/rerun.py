"""Puts a new run in the place of an earlier one: what is the same keeps its number, what people wrote stays.

The text of a speech never changes, so places in it tell which new record is which old one. The earlier run stays in
`runs` as it was. Fields that a person has corrected are not overwritten: what the new rules say of them is kept as a
proposal. An obligation that people have worked on is not deleted either; that it was not found again is a proposal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from models import tables
from models.records import Extraction
from models.store import audit, bulk, obligations, speeches, writing
from models.store.bulk import Row
from models.store.obligations import ObligationView
from models.tables import Obligation

Place = tuple[int, int]

# What the rules say of an obligation, and a new run says anew.
_FROM_RULES = (
    "ord", "key", "item_id", "start", "end", "text", "clean", "modality", "standing", "rule", "function",
    "has_deadline", "due_at", "search_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of an obligation before and after a run; for a proposal `after` is what the rules would say."""

    obligation_id: int
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run changed: numbers of obligations that came and went, fields that changed, fields kept as a person
    had corrected them."""

    run_id: int
    added: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    changed: list[FieldChange] = field(default_factory=list)
    proposed: list[FieldChange] = field(default_factory=list)


def reextract(connection: Connection, speech_id: int, extraction: Extraction, *, actor: str = "") -> Changes:
    """Stores a new extraction of a stored speech; nothing happens when it equals the present one.

    Raises NotFound; the extraction must be of this very text.
    """
    speeches.lock(connection, speech_id)
    speech = speeches.get(connection, speech_id)
    if extraction.source.sha256 != speech.sha256:
        raise ValueError("the extraction is of another text")
    if speeches.get_extraction(connection, speech_id) == extraction.model_dump_json():
        return Changes(speeches.newest_run(connection, speech_id))
    now = writing.utc_now()
    changes = Changes(speeches.add_run(connection, speech_id, extraction, now))
    everything = select(Obligation.id).where(Obligation.speech_id == speech_id).order_by(Obligation.start)
    before = obligations.load(connection, list(connection.execute(everything).scalars()))

    numbers = {
        "items": _numbered(connection, tables.Item, speech_id, extraction.items),
        "obligations": _numbered(connection, Obligation, speech_id, extraction.obligations),
        "parties": _numbered(connection, tables.Party, speech_id, extraction.parties),
        "quarantine_rules": _numbered(connection, tables.QuarantineRule, speech_id, extraction.quarantine_rules),
        # Never the old ones: those that a person's obligation still points to stay beside the new.
        "deadlines": _new_numbers(connection, tables.Deadline, [one.id for one in extraction.deadlines]),
    }
    found = set(numbers["obligations"].values())
    kept = {view.id for view in before if view.id not in found and _touched(view)}
    removed = {view.id for view in before if view.id not in found | kept}
    changes.removed.extend(sorted(removed))
    changes.added.extend(sorted(found - {view.id for view in before}))
    _clear(connection, speech_id, before, removed, kept)
    _write(connection, speech_id, extraction, numbers, {view.id: view for view in before}, now)
    _compare(connection, before, kept, extraction, numbers["obligations"], changes, now)
    speeches.describe(connection, speech_id, extraction)
    audit.record(
        connection,
        actor=actor,
        action="re-extract",
        record="speech",
        record_id=speech_id,
        after={
            "run": changes.run_id,
            "added": len(changes.added),
            "removed": len(changes.removed),
            "changed": len(changes.changed),
            "proposed": len(changes.proposed),
        },
    )
    return changes


def _match(old: Iterable[tuple[int, Place]], new: Iterable[tuple[str, Place]]) -> dict[str, int]:
    """The old number of each new record that has one: same place, else same start, else same end."""
    numbers: dict[str, int] = {}
    earlier, later = list(old), list(new)
    for part in (slice(0, 2), slice(0, 1), slice(1, 2)):
        free = {place[part]: number for number, place in reversed(earlier)}
        numbers.update((key, free.pop(place[part])) for key, place in later if place[part] in free)
        taken = set(numbers.values())
        earlier = [(number, place) for number, place in earlier if number not in taken]
        later = [(key, place) for key, place in later if key not in numbers]
    return numbers


def _touched(view: ObligationView) -> bool:
    """Whether people have worked on an obligation."""
    follow_up = (view.progress, view.problems, view.next_steps, view.completion, view.closed_on)
    return bool(view.locked) or view.status != "待签收" or any(value is not None for value in follow_up)


def _numbered(connection: Connection, table: Any, speech_id: int, records: Iterable[Any]) -> dict[str, int]:
    """The numbers for the new records of a kind: those of the old ones in the same place, else new ones."""
    records = list(records)
    old = connection.execute(select(table.id, table.start, table.end).where(table.speech_id == speech_id))
    numbers = _match(
        [(number, (start, end)) for number, start, end in old],
        [(one.id, (one.span.start, one.span.end)) for one in records],
    )
    new = [one.id for one in records if one.id not in numbers]
    return {**numbers, **_new_numbers(connection, table, new)}


def _new_numbers(connection: Connection, table: type[tables.Base], keys: Sequence[str]) -> dict[str, int]:
    [free] = bulk.reserve(connection, {table: len(keys)})
    return dict(zip(keys, free, strict=True))


def _delete_each(connection: Connection, column: Any, numbers: Iterable[int]) -> None:
    # One by one, because a list in a statement has a limit and a speech has none.
    if rows := [{"number": number} for number in numbers]:
        connection.execute(delete(column.class_).where(column == bindparam("number")), rows)


def _clear(
    connection: Connection, speech_id: int, before: Sequence[ObligationView], removed: set[int], kept: set[int]
) -> None:
    """Takes away what the earlier run said and no person has made their own."""
    found = select(Obligation.id, Obligation.search_text).where(Obligation.speech_id == speech_id)
    writing.remove_from_search(connection, [row._asdict() for row in connection.execute(found)])
    _delete_each(connection, Obligation.id, removed)

    role, limit = tables.ObligationParty, tables.ObligationDeadline
    free_parties = [one.id for one in before if one.id not in kept | removed and "parties" not in one.locked]
    for column in (role.obligation_id, tables.ObligationDepartment.obligation_id):
        _delete_each(connection, column, free_parties)
    # The mentions go, so those who stay keep their departments only.
    stay = [{"number": one.id} for one in before if one.id not in removed]
    if stay:
        connection.execute(update(role).where(role.obligation_id == bindparam("number")).values(party_id=None), stay)
    connection.execute(delete(tables.Party).where(tables.Party.speech_id == speech_id))

    own_deadlines = {one.id for one in before if one.id in kept or "deadlines" in one.locked}
    links = select(limit.obligation_id, limit.deadline_id).join(Obligation).where(Obligation.speech_id == speech_id)
    needed = {deadline for obligation, deadline in connection.execute(links) if obligation in own_deadlines}
    present = connection.execute(select(tables.Deadline.id).where(tables.Deadline.speech_id == speech_id)).scalars()
    _delete_each(connection, limit.obligation_id, [one.id for one in before if one.id not in own_deadlines])
    _delete_each(connection, tables.Deadline.id, [number for number in present if number not in needed])

    for table in (tables.QuarantineRule, tables.Noise, tables.Warning, tables.Item):
        connection.execute(delete(table).where(table.speech_id == speech_id))


def _write(
    connection: Connection,
    speech_id: int,
    extraction: Extraction,
    numbers: Mapping[str, Mapping[str, int]],
    before: Mapping[int, ObligationView],
    now: dt.datetime,
) -> None:
    """Writes the new run's records; a locked field of an obligation stays as it is."""
    obligation_numbers = numbers["obligations"]
    departments = writing.department_ids(connection, {party.canonical: party.type for party in extraction.parties})
    bulk.insert_rows(connection, tables.Item, writing.item_rows(extraction, speech_id, numbers["items"]))
    rows = writing.obligation_rows(extraction, speech_id, obligation_numbers, numbers["items"], now)
    bulk.insert_rows(connection, Obligation, [row for row in rows if row["id"] not in before])
    again = [row for row in rows if row["id"] in before]
    for row in again:
        row.update(_locked_values(before[row["id"]]))
    if again:
        values: Row = {name: bindparam(f"new_{name}") for name in _FROM_RULES}
        said = update(Obligation).where(Obligation.id == bindparam("number")).values(values)
        connection.execute(
            said, [{"number": row["id"], **{f"new_{name}": row[name] for name in _FROM_RULES}} for row in again]
        )

    free = {
        name: {key: number for key, number in obligation_numbers.items() if not _is_locked(before, number, name)}
        for name in ("parties", "deadlines")
    }
    roles = writing.role_rows(extraction, free["parties"], numbers["parties"], departments)
    due = {row["id"]: row["due_at"] for row in rows}
    for table, new in (
        (tables.Party, writing.party_rows(extraction, speech_id, numbers["parties"], departments)),
        (tables.ObligationParty, roles),
        (tables.ObligationDepartment, writing.department_index_rows(roles, due)),
        (tables.Deadline, writing.deadline_rows(extraction, speech_id, numbers["deadlines"])),
        (tables.ObligationDeadline, writing.limit_rows(extraction, free["deadlines"], numbers["deadlines"])),
        (
            tables.QuarantineRule,
            writing.quarantine_rows(extraction, speech_id, numbers["quarantine_rules"], obligation_numbers),
        ),
        (tables.Noise, writing.noise_rows(extraction, speech_id)),
        (tables.Warning, writing.warning_rows(extraction, speech_id)),
    ):
        bulk.insert_rows(connection, table, new)
    # Where a person fixed the parties, a new date of the rules still has to reach the department index.
    index = tables.ObligationDepartment
    fixed = [{"number": number, "due": due[number]} for number in due if _is_locked(before, number, "parties")]
    if fixed:
        moved = update(index).where(index.obligation_id == bindparam("number")).values(due_at=bindparam("due"))
        connection.execute(moved, fixed)
    found = select(Obligation.id, Obligation.search_text).where(Obligation.speech_id == speech_id)
    stored = connection.execute(found).all()
    writing.add_to_search(connection, [row.id for row in stored], [row.search_text for row in stored])


def _is_locked(before: Mapping[int, ObligationView], number: int, name: str) -> bool:
    return number in before and name in before[number].locked


def _locked_values(view: ObligationView) -> Row:
    values: Row = {}
    if "modality" in view.locked:
        values["modality"] = view.modality
    if "deadlines" in view.locked:
        values.update(has_deadline=bool(view.deadlines), due_at=view.due_at)
    return values


def _compare(
    connection: Connection,
    before: Sequence[ObligationView],
    kept: set[int],
    extraction: Extraction,
    numbers: Mapping[str, int],
    changes: Changes,
    now: dt.datetime,
) -> None:
    """Notes what changed, keeps what the rules propose, and raises the version of what is no longer the same."""
    after = {view.id: view for view in obligations.load(connection, [view.id for view in before])}
    said = _said(extraction, numbers)
    for old in before:
        new = after.get(old.id)
        if new is None:
            continue
        told, telling = _told(old), _told(new)
        fields = [FieldChange(old.id, name, told[name], telling[name]) for name in told if told[name] != telling[name]]
        if old.id in kept:
            # Its item is gone with the earlier run; only the proposal says so.
            fields = []
            proposed = [FieldChange(old.id, "removed", False, True)]
        else:
            proposed = [
                FieldChange(old.id, name, telling[name], said[old.id][name])
                for name in old.locked
                if telling[name] != said[old.id][name]
            ]
        changes.changed.extend(fields)
        changes.proposed.extend(proposed)
        proposal = {change.field: change.after for change in proposed} or None
        if fields or proposal != old.proposal:
            raised = {"proposal": proposal, "version": old.version + 1, "updated_at": now}
            connection.execute(update(Obligation).where(Obligation.id == old.id).values(raised))


def _told(view: ObligationView) -> dict[str, Any]:
    """What a run says of an obligation, as it is stored."""
    return {
        "text": view.text,
        "modality": view.modality,
        "standing": view.standing,
        "path": view.path,
        "parties": [[party.canonical, party.role] for party in view.parties],
        "deadlines": [[limit.kind, limit.text, limit.value, limit.due] for limit in view.deadlines],
    }


def _said(extraction: Extraction, numbers: Mapping[str, int]) -> dict[int, dict[str, Any]]:
    """What an extraction says of the fields that can be locked, by the number of the obligation."""
    canonical = {party.id: party.canonical for party in extraction.parties}
    limits = {limit.id: [limit.kind, limit.span.text, limit.value, limit.due] for limit in extraction.deadlines}
    return {
        numbers[one.id]: {
            "modality": one.modality,
            "parties": [[canonical[role.party], role.role] for role in one.parties],
            "deadlines": [limits[key] for key in one.deadlines],
        }
        for one in extraction.obligations
    }
