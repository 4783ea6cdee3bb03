"""What people write into an obligation: its follow-up, and corrections of what the rules found.

Each change raises the version and leaves a line in the audit, in one transaction. A change may name the version that
it was made for; when somebody else was first, it is refused.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, delete, func, insert, select, update

from models import records, tables
from models.errors import BadFilter, NotFound, VersionConflict
from models.store import audit, bulk, departments, obligations, writing
from models.store.obligations import ObligationView
from models.tables import Obligation, Status

# The rule of a deadline that a person gave.
CORRECTION = "correction"

Words = Annotated[str, Field(max_length=20_000)]


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class FollowUp(_Change):
    """Fields that are not set stay as they are; null empties a field.

    >>> FollowUp(status="办理中", completion=40).model_fields_set == {"status", "completion"}
    True
    """

    status: Status = "待签收"
    progress: Words | None = None
    problems: Words | None = None
    next_steps: Words | None = None
    completion: Annotated[int, Field(ge=0, le=100)] | None = None
    closed_on: dt.date | None = Field(None, strict=False)


class PartyCorrection(_Change):
    """A party by its canonical name or an alias; a new name enters the directory with `type`."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: records.Role = "responsible"
    type: records.PartyType = "department"


class DeadlineCorrection(_Change):
    """A deadline in a person's words. `due` is exclusive; where it is not given and `value` is a date, it is the day
    after."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    kind: records.DeadlineKind = "by"
    value: Annotated[str, Field(max_length=40)] | None = None
    due: dt.datetime | None = Field(None, strict=False)


class Correction(_Change):
    """The corrected fields, each whole. A corrected field is locked: later runs propose, they do not overwrite it.

    Null gives a field back to the rules: its value stays until the next run, which may then change it.
    """

    modality: records.Modality | None = None
    parties: tuple[PartyCorrection, ...] | None = Field(None, strict=False, max_length=100)
    deadlines: tuple[DeadlineCorrection, ...] | None = Field(None, strict=False, max_length=20)


def update_followup(
    connection: Connection, obligation_id: int, changes: FollowUp, *, version: int | None = None, actor: str = ""
) -> ObligationView:
    """Sets the fields of the follow-up that `changes` sets.

    Raises NotFound, VersionConflict, or UnstorableText for a character that cannot be stored.
    """
    before = _claim(connection, obligation_id, version)
    values = {name: getattr(changes, name) for name in changes.model_fields_set}
    for name, value in values.items():
        if isinstance(value, str):
            writing.require_storable(name, value)
    return _finish(connection, before, values, action="follow up", actor=actor)


def correct(
    connection: Connection, obligation_id: int, correction: Correction, *, version: int | None = None, actor: str = ""
) -> ObligationView:
    """Puts a person's word in the place of the rules', and locks the fields.

    Raises NotFound, VersionConflict, UnstorableText, or BadFilter for a deadline whose value is no date or duration.
    """
    before = _claim(connection, obligation_id, version)
    values: dict[str, Any] = {}
    locked = set(before.locked)
    for name in correction.model_fields_set:
        (locked.discard if getattr(correction, name) is None else locked.add)(name)
    if correction.modality is not None:
        values["modality"] = correction.modality
    if correction.parties is not None:
        _replace_parties(connection, before, correction.parties)
    if correction.deadlines is not None:
        values["due_at"] = _replace_deadlines(connection, before, correction.deadlines)
        values["has_deadline"] = bool(correction.deadlines)
    values["locked"] = sorted(locked)
    values["proposal"] = {
        name: value for name, value in (before.proposal or {}).items() if name not in correction.model_fields_set
    } or None
    return _finish(connection, before, values, action="correct", actor=actor)


def _claim(connection: Connection, obligation_id: int, version: int | None) -> ObligationView:
    # The row stays locked to the end of the transaction (PostgreSQL; on SQLite the writer is alone).
    claimed = select(Obligation.version).where(Obligation.id == obligation_id).with_for_update()
    current = connection.execute(claimed).scalar() if 0 < obligation_id <= writing.MAX_ID else None
    if current is None:
        raise NotFound("obligation", obligation_id)
    if version is not None and version != current:
        raise VersionConflict(current)
    return obligations.get(connection, obligation_id)


def _finish(
    connection: Connection, before: ObligationView, values: dict[str, Any], *, action: str, actor: str
) -> ObligationView:
    raised = {**values, "version": before.version + 1, "updated_at": writing.utc_now()}
    connection.execute(update(Obligation).where(Obligation.id == before.id).values(raised))
    after = obligations.get(connection, before.id)
    old, new = _told(before), _told(after)
    changed = [name for name in old if old[name] != new[name]]
    audit.record(
        connection,
        actor=actor,
        action=action,
        record="obligation",
        record_id=before.id,
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
    )
    return after


def _told(view: ObligationView) -> dict[str, Any]:
    """What the audit tells of an obligation: all that a person may change."""
    return {
        **{name: getattr(view, name) for name in ("status", "progress", "problems", "next_steps", "completion")},
        "closed_on": view.closed_on and view.closed_on.isoformat(),
        "modality": view.modality,
        "parties": [[party.canonical, party.role] for party in view.parties],
        "deadlines": [[deadline.kind, deadline.text, deadline.value, deadline.due] for deadline in view.deadlines],
        "locked": view.locked,
    }


def _replace_parties(connection: Connection, obligation: ObligationView, parties: tuple[PartyCorrection, ...]) -> None:
    for party in parties:
        writing.require_storable("parties", party.name)
    rows = []
    for number, party in enumerate(parties):
        found = departments.resolve(connection, [party.name])
        department = found[0] if found else writing.department_ids(connection, {party.name: party.type})[party.name]
        rows.append(
            {
                "obligation_id": obligation.id,
                "ord": number,
                "department_id": department,
                "party_id": None,
                "role": party.role,
                "inherited": False,
            }
        )
    for table in (tables.ObligationParty, tables.ObligationDepartment):
        connection.execute(delete(table).where(table.obligation_id == obligation.id))
    bulk.insert_rows(connection, tables.ObligationParty, rows)
    index = writing.department_index_rows(rows, {obligation.id: obligation.due_at})
    bulk.insert_rows(connection, tables.ObligationDepartment, index)


def _replace_deadlines(
    connection: Connection, obligation: ObligationView, deadlines: tuple[DeadlineCorrection, ...]
) -> dt.datetime | None:
    """Puts these deadlines in the place of those of an obligation; the earliest instant of them."""
    limits = select(tables.ObligationDeadline.deadline_id).where(
        tables.ObligationDeadline.obligation_id == obligation.id
    )
    # Those of the text stay where the text has them; those of an earlier correction go.
    earlier = tables.Deadline.id.in_(limits), tables.Deadline.rule == CORRECTION
    connection.execute(delete(tables.Deadline).where(*earlier))
    connection.execute(
        delete(tables.ObligationDeadline).where(tables.ObligationDeadline.obligation_id == obligation.id)
    )
    last = select(func.coalesce(func.max(tables.Deadline.ord), -1)).where(
        tables.Deadline.speech_id == obligation.speech_id
    )
    first = connection.execute(last).scalar_one() + 1
    earliest: dt.datetime | None = None
    [free] = bulk.reserve(connection, {tables.Deadline: len(deadlines)})
    for number, (deadline, deadline_id) in enumerate(zip(deadlines, free, strict=True)):
        writing.require_storable("deadlines", deadline.text)
        due = _due(deadline)
        earliest = min((at for at in (earliest, due) if at is not None), default=None)
        row = {
            "id": deadline_id,
            "speech_id": obligation.speech_id,
            "ord": first + number,
            "key": f"{obligation.key}.{CORRECTION}{number + 1}",
            "text": deadline.text,
            "kind": deadline.kind,
            "value": deadline.value,
            "due": due and due.isoformat(timespec="minutes"),
            "due_at": due,
            "workdays": False,
            "rule": CORRECTION,
        }
        connection.execute(insert(tables.Deadline), row)
        link = {"obligation_id": obligation.id, "ord": number, "deadline_id": deadline_id}
        connection.execute(insert(tables.ObligationDeadline), link)
    connection.execute(
        update(tables.ObligationDepartment)
        .where(tables.ObligationDepartment.obligation_id == obligation.id)
        .values(due_at=earliest)
    )
    return earliest


def _due(deadline: DeadlineCorrection) -> dt.datetime | None:
    if deadline.due is not None:
        return deadline.due.replace(tzinfo=None)
    if deadline.kind != "by" or deadline.value is None:
        return None
    try:
        if "T" in deadline.value:
            return dt.datetime.fromisoformat(deadline.value).replace(tzinfo=None)
        return dt.datetime.combine(dt.date.fromisoformat(deadline.value) + dt.timedelta(days=1), dt.time())
    except (ValueError, OverflowError) as error:
        raise BadFilter(
            "deadlines", "value 须是日期，如 2022-06-30", "value must be a date such as 2022-06-30"
        ) from error
