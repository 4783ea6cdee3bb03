"""Totals of what is stored."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from models.store.filters import RARE
from models.tables import Department, Obligation, QuarantineRule, Speech


@dataclass(frozen=True, slots=True)
class Totals:
    """How much is stored; `statuses` and the like count obligations."""

    speeches: int
    directives: int
    obligations: int
    quarantine_rules: int
    departments: int
    statuses: dict[str, int]
    modalities: dict[str, int]


def totals(connection: Connection) -> Totals:
    """Counts everything; the rare values of obligations from their indexes, the common one as what is left."""
    directives, obligations = func.sum(Speech.directives), func.sum(Speech.obligations)
    summed = connection.execute(select(func.count(), directives, obligations).select_from(Speech)).one()
    number = int(summed[2] or 0)
    rules, departments = (
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (QuarantineRule, Department)
    )
    statuses, modalities = (_spread(connection, name, number) for name in ("status", "modality"))
    return Totals(summed[0], int(summed[1] or 0), number, rules, departments, statuses, modalities)


def _spread(connection: Connection, name: str, total: int) -> dict[str, int]:
    column = getattr(Obligation, name)
    rare = select(column, func.count()).where(text(f"{name} <> '{RARE[name]}'")).group_by(column)
    counts = {str(value): int(count) for value, count in connection.execute(rare)}
    return {RARE[name]: total - sum(counts.values()), **counts}
