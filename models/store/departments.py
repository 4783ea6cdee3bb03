"""The directory of departments: names, aliases, and how often each has to act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, union, update

from models.errors import BadFilter
from models.store.bulk import insert_new
from models.store.writing import storable
from models.tables import Department, DepartmentAlias, ObligationDepartment


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """An entry of the directory: the canonical name, its other names, and the type of party."""

    canonical: str
    aliases: tuple[str, ...]
    type: str


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """A department with its other names and the number of obligations that name it in any role, and in each."""

    id: int
    canonical: str
    type: str
    aliases: list[str]
    obligations: int
    roles: dict[str, int]


def seed(connection: Connection, rows: Iterable[DepartmentRow]) -> None:
    """Brings the directory to these rows: names are added, types and aliases follow; nothing that records use is lost.

    Raises BadFilter when one alias stands for two departments.
    """
    rows = list(rows)
    owner: dict[str, str] = {}
    for row in rows:
        for alias in row.aliases:
            if owner.setdefault(alias, row.canonical) != row.canonical:
                raise BadFilter(
                    "aliases",
                    f"“{alias}”同时是“{owner[alias]}”和“{row.canonical}”的别名",
                    f"{alias} is an alias of both {owner[alias]} and {row.canonical}",
                )
    insert_new(
        connection, Department, [{"canonical": row.canonical, "type": row.type} for row in rows], unless=["canonical"]
    )
    stored = {name: (number, kind) for number, name, kind in connection.execute(select(Department.__table__))}
    for row in rows:
        number, kind = stored[row.canonical]
        if kind != row.type:
            connection.execute(update(Department).where(Department.id == number).values(type=row.type))
    wanted = {alias: stored[canonical][0] for alias, canonical in owner.items()}
    present = dict(connection.execute(select(DepartmentAlias.alias, DepartmentAlias.department_id)).all())
    if stale := [alias for alias, number in present.items() if wanted.get(alias) != number]:
        connection.execute(delete(DepartmentAlias).where(DepartmentAlias.alias.in_(stale)))
    insert_new(
        connection,
        DepartmentAlias,
        [{"alias": alias, "department_id": number} for alias, number in sorted(wanted.items())],
        unless=["alias"],
    )


def resolve(connection: Connection, names: Sequence[str]) -> list[int]:
    """The numbers of the departments that these names or aliases mean, ascending; unknown names mean none.

    A name can mean two: an alias whose department came into the directory after records had used it by itself.
    """
    known = [name for name in names if storable(name)]
    return sorted(connection.execute(_NAMED, {"names": known}).scalars()) if known else []


# Made once: to make it takes longer than to run it.
_NAMES: Any = bindparam("names", expanding=True)
_NAMED = union(
    select(Department.id).where(Department.canonical.in_(_NAMES)),
    select(DepartmentAlias.department_id).where(DepartmentAlias.alias.in_(_NAMES)),
)


def page(
    connection: Connection, *, type: str | None = None, after: str | None = None, limit: int = 100
) -> list[DepartmentView]:
    """Departments by canonical name beyond `after`, each with the number of its obligations. Raises BadFilter."""
    wanted = select(Department.__table__).order_by(Department.canonical).limit(limit)
    if type is not None:
        wanted = wanted.where(Department.type == type)
    if after is not None:
        if not storable(after):
            raise BadFilter("after", "含无法保存的字符", "holds a character that no name can have")
        wanted = wanted.where(Department.canonical > after)
    views = {row.id: DepartmentView(row.id, row.canonical, row.type, [], 0, {}) for row in connection.execute(wanted)}
    aliases = select(DepartmentAlias.department_id, DepartmentAlias.alias).where(
        DepartmentAlias.department_id.in_(views)
    )
    for number, alias in connection.execute(aliases.order_by(DepartmentAlias.alias)):
        views[number].aliases.append(alias)
    counts = (
        select(ObligationDepartment.department_id, ObligationDepartment.role, func.count())
        .where(ObligationDepartment.department_id.in_(views))
        .group_by(ObligationDepartment.department_id, ObligationDepartment.role)
    )
    for number, role, obligations in connection.execute(counts):
        views[number].roles[role] = obligations
    return [
        DepartmentView(view.id, view.canonical, view.type, view.aliases, view.roles.pop("any", 0), view.roles)
        for view in views.values()
    ]
