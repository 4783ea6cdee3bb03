"""The audit trail: who changed what, in the transaction of the change."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from models.store.bulk import insert_rows
from models.store.writing import utc_now
from models.tables import Audit


def record(
    connection: Connection,
    *,
    actor: str,
    action: str,
    record: str,
    record_id: int,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Writes one line. `before` and `after` hold only what changed, and never the text of a speech."""
    row = {
        "at": utc_now(),
        "actor": actor,
        "action": action,
        "record": record,
        "record_id": record_id,
        "before": before,
        "after": after,
    }
    insert_rows(connection, Audit, [row])


def history(connection: Connection, record: str, record_id: int) -> list[Row[Any]]:
    """The lines about one record, oldest first."""
    lines = select(Audit.__table__).where(Audit.record == record, Audit.record_id == record_id).order_by(Audit.id)
    return list(connection.execute(lines))
