"""The records as SQLAlchemy tables, the same on SQLite and PostgreSQL.

The fields are those of `models.records`; `tests/test_store.py` compares the two. What the tables add: numbers of their
own for rows that are addressed from outside, the follow-up of an obligation, the directory of departments, and what
the service keeps (audit, keys). Offsets are code points of `speeches.text`; instants are naive, those that end in
`_at` and are set by the program are UTC, those that a speech names are local time. `docs/storage.md` explains them.
"""

from __future__ import annotations

import datetime as dt
import zlib
from typing import Annotated, Any, Literal, get_args

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models import records

Status = Literal["待签收", "办理中", "申请办结", "已办结", "退回重办", "延期", "超期"]
KeyRole = Literal["reader", "writer", "admin"]

# Byte order on both databases, whatever the locale of the server: paging compares such columns.
Ordered = Text().with_variant(Text(collation="C"), "postgresql")
Number = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, "number of a row"]


class Compressed(TypeDecorator[str]):
    """Text, given as str or in UTF-8, kept as zlib-compressed UTF-8: the JSON of a run shrinks to a fifth."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | bytes | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else zlib.compress(value.encode() if isinstance(value, str) else value, 1)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else zlib.decompress(value).decode()


class Names(TypeDecorator[list[str]]):
    """A few names of fields, with commas between; read with every obligation, so it is no JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else ",".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:  # noqa: ARG002
        return None if value is None else value.split(",") if value else []


class Base(DeclarativeBase):
    """Base of all tables; constraint names follow one convention, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text(), int: Integer(), Id: Number, dt.date: Date(), dt.datetime: DateTime()}


def one_of(column: str, kinds: object, *extra: str) -> CheckConstraint:
    """A check that a column holds one of the words of a Literal (or nothing, where it may be null)."""
    words = ", ".join(f"'{word}'" for word in (*extra, *get_args(kinds)))
    return CheckConstraint(f"{column} IN ({words})", name=column)


def ordered_span(prefix: str = "") -> CheckConstraint:
    """A check that a span does not end before it starts."""
    return CheckConstraint(f'{prefix}start >= 0 AND {prefix}start <= "{prefix}end"', name=f"{prefix}span")


class Department(Base):
    """The directory: every canonical name that records use, of whatever type of party."""

    __tablename__ = "departments"
    __table_args__ = (UniqueConstraint("canonical"), one_of("type", records.PartyType))

    id: Mapped[Id] = mapped_column(primary_key=True)
    canonical: Mapped[str] = mapped_column(Ordered)
    type: Mapped[str]


class DepartmentAlias(Base):
    """Another name of a department; one name means one department."""

    __tablename__ = "department_aliases"

    alias: Mapped[str] = mapped_column(Ordered, primary_key=True)
    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id", ondelete="CASCADE"), index=True)


class Speech(Base):
    """A text as it came in, once for each content (`sha256` of its UTF-8)."""

    __tablename__ = "speeches"
    __table_args__ = (
        UniqueConstraint("sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("date_source IN ('given', 'text', 'none')", name="date_source"),
        CheckConstraint("(date IS NULL) = (date_source = 'none')", name="date"),
        Index("ix_speeches_date", "date", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    chars: Mapped[int]
    title: Mapped[str | None]
    speaker: Mapped[str | None]
    occasion: Mapped[str | None]
    date: Mapped[dt.date | None]
    date_source: Mapped[str]
    source_url: Mapped[str | None]
    search_title: Mapped[str]
    created_at: Mapped[dt.datetime]
    directives: Mapped[int]
    obligations: Mapped[int]
    # Last, because SQLite reads a row from its front: the columns before it cost nothing of a long text.
    text: Mapped[str]


class Run(Base):
    """One extraction of one speech, as the rules gave it; the newest is the one the other tables hold."""

    __tablename__ = "runs"

    id: Mapped[Id] = mapped_column(primary_key=True)
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"), index=True)
    version: Mapped[str]
    rules: Mapped[str]
    records: Mapped[int]
    created_at: Mapped[dt.datetime]
    extraction: Mapped[str] = mapped_column(Compressed)


class Item(Base):
    """An enumerated point. `label` is its path in Chinese, `section` the heading of its outermost point.

    The words of the whole point are not stored: they are `speeches.text[start:end]`, and would repeat at each level.
    """

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("speech_id", "ord"),
        one_of("style", records.MarkerStyle),
        one_of("function", records.ItemFunction),
        ordered_span(),
        ordered_span("marker_"),
        ordered_span("heading_"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"))
    ord: Mapped[int]
    key: Mapped[str]
    parent_id: Mapped[Id | None] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), index=True)
    marker_start: Mapped[int]
    marker_end: Mapped[int]
    marker_text: Mapped[str]
    marker_clean: Mapped[str | None]
    style: Mapped[str]
    number: Mapped[int | None]
    path: Mapped[str]
    label: Mapped[str]
    section: Mapped[str]
    heading_start: Mapped[int]
    heading_end: Mapped[int]
    heading_text: Mapped[str]
    heading_clean: Mapped[str | None]
    start: Mapped[int]
    end: Mapped[int]
    function: Mapped[str]
    rule: Mapped[str]


class Obligation(Base):
    """A sentence that tells somebody to act, with its follow-up.

    `function` is that of its item; `due_at` the earliest instant of its deadlines; `search_text` its words as
    `models.search` compares them. `locked` names the fields that a person has corrected, `proposal` what a later run
    would have put there. `version` grows by one with each change: it is the entity tag.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        one_of("modality", records.Modality),
        one_of("function", records.ItemFunction),
        one_of("status", Status),
        ordered_span(),
        CheckConstraint("completion BETWEEN 0 AND 100", name="completion"),
        Index("ix_obligations_speech", "speech_id", "start", "id"),
        # Only the rare values are indexed: the common ones are found as fast by walking all rows. Each index holds all
        # that lists are filtered by, so that a row, which is many times as large, is read only where it is wanted.
        Index("ix_obligations_modality", "modality", "id", "due_at", "has_deadline", "status", "function",
              sqlite_where=text("modality <> 'require'"), postgresql_where=text("modality <> 'require'")),
        Index("ix_obligations_status", "status", "id", "due_at", "has_deadline", "modality", "function",
              sqlite_where=text("status <> '待签收'"), postgresql_where=text("status <> '待签收'")),
        Index("ix_obligations_function", "function", "id", "due_at", "has_deadline", "modality", "status",
              sqlite_where=text("function <> 'directive'"), postgresql_where=text("function <> 'directive'")),
        Index("ix_obligations_filters", "id", "due_at", "has_deadline", "modality", "status", "function"),
        Index("ix_obligations_due", "due_at", "id", "modality", "status", "function",
              sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[Id] = mapped_column(primary_key=True)
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"))
    ord: Mapped[int]
    key: Mapped[str]
    item_id: Mapped[Id | None] = mapped_column(ForeignKey("items.id", ondelete="SET NULL"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    clean: Mapped[str | None]
    modality: Mapped[str]
    standing: Mapped[bool]
    rule: Mapped[str]
    function: Mapped[str | None]
    has_deadline: Mapped[bool]
    due_at: Mapped[dt.datetime | None]
    search_text: Mapped[str]
    status: Mapped[str]
    progress: Mapped[str | None]
    problems: Mapped[str | None]
    next_steps: Mapped[str | None]
    completion: Mapped[int | None]
    closed_on: Mapped[dt.date | None]
    locked: Mapped[list[str]] = mapped_column(Names)
    proposal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int]
    updated_at: Mapped[dt.datetime]


class Party(Base):
    """A mention of somebody who has to act; the canonical name is the department's."""

    __tablename__ = "parties"
    __table_args__ = (UniqueConstraint("speech_id", "ord"), one_of("type", records.PartyType), ordered_span())

    id: Mapped[Id] = mapped_column(primary_key=True)
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"))
    ord: Mapped[int]
    key: Mapped[str]
    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id"))
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    clean: Mapped[str | None]
    type: Mapped[str]
    rule: Mapped[str]


class ObligationParty(Base):
    """Who has which part in an obligation; `party_id` is the mention, null where a person named the department."""

    __tablename__ = "obligation_parties"
    __table_args__ = (one_of("role", records.Role), {"sqlite_with_rowid": False})

    obligation_id: Mapped[Id] = mapped_column(ForeignKey("obligations.id", ondelete="CASCADE"), primary_key=True)
    ord: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id"))
    party_id: Mapped[Id | None] = mapped_column(ForeignKey("parties.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    inherited: Mapped[bool]


class ObligationDepartment(Base):
    """The index behind the query by department: one row for each department and role, and one for the role `any`.

    It follows from `obligation_parties` and is written with it. Its key is in the order of the lists, so that a page
    costs the same at any depth; `due_at` repeats that of the obligation for the order by date.
    """

    __tablename__ = "obligation_departments"
    __table_args__ = (
        one_of("role", records.Role, "any"),
        Index("ix_obligation_departments_due", "department_id", "role", "due_at", "obligation_id",
              sqlite_where=text("due_at IS NOT NULL"), postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_obligation_departments_obligation_id", "obligation_id"),
        {"sqlite_with_rowid": False},
    )  # fmt: skip

    department_id: Mapped[Id] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    obligation_id: Mapped[Id] = mapped_column(ForeignKey("obligations.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[dt.datetime | None]


class Deadline(Base):
    """By when. `due` is the instant as the contract writes it, `due_at` the same to compare with.

    A deadline that a person gave has no place in the text: `start` and `end` are null and `rule` is `correction`.
    """

    __tablename__ = "deadlines"
    __table_args__ = (
        one_of("kind", records.DeadlineKind),
        ordered_span(),
        CheckConstraint('(start IS NULL) = ("end" IS NULL)', name="place"),
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"), index=True)
    ord: Mapped[int]
    key: Mapped[str]
    start: Mapped[int | None]
    end: Mapped[int | None]
    text: Mapped[str]
    clean: Mapped[str | None]
    kind: Mapped[str]
    value: Mapped[str | None]
    due: Mapped[str | None]
    due_at: Mapped[dt.datetime | None]
    trigger_start: Mapped[int | None]
    trigger_end: Mapped[int | None]
    trigger_text: Mapped[str | None]
    trigger_clean: Mapped[str | None]
    times: Mapped[int | None]
    workdays: Mapped[bool]
    rule: Mapped[str]


class ObligationDeadline(Base):
    """Which deadlines limit an obligation, in order."""

    __tablename__ = "obligation_deadlines"
    __table_args__ = ({"sqlite_with_rowid": False},)

    obligation_id: Mapped[Id] = mapped_column(ForeignKey("obligations.id", ondelete="CASCADE"), primary_key=True)
    ord: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[Id] = mapped_column(ForeignKey("deadlines.id", ondelete="CASCADE"), index=True)


class QuarantineRule(Base):
    """What a person of some population must undergo.

    `scope` says whom a rule is for, so that a later one is known to replace it: the risk level of where people come
    from, or else the population's words in normal form.
    """

    __tablename__ = "quarantine_rules"
    __table_args__ = (
        UniqueConstraint("speech_id", "ord"),
        one_of("origin", records.RiskLevel),
        one_of("measure", records.Measure),
        one_of("after", records.Measure),
        ordered_span(),
        Index("ix_quarantine_rules_scope", "scope", "measure", "speech_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"))
    ord: Mapped[int]
    key: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    clean: Mapped[str | None]
    population_start: Mapped[int | None]
    population_end: Mapped[int | None]
    population_text: Mapped[str | None]
    population_clean: Mapped[str | None]
    scope: Mapped[str] = mapped_column(Ordered)
    origin: Mapped[str | None]
    measure: Mapped[str]
    days: Mapped[int | None]
    tests: Mapped[int | None]
    test_days: Mapped[list[int]] = mapped_column(JSON)
    within: Mapped[str | None]
    times_per_day: Mapped[int | None]
    every_days: Mapped[int | None]
    times_per_period: Mapped[int | None]
    after: Mapped[str | None]
    obligation_id: Mapped[Id | None] = mapped_column(ForeignKey("obligations.id", ondelete="SET NULL"), index=True)
    rule: Mapped[str]


class Noise(Base):
    """A stretch that is no part of the speech."""

    __tablename__ = "noise"
    __table_args__ = (ordered_span(), {"sqlite_with_rowid": False})

    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"), primary_key=True)
    ord: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    clean: Mapped[str | None]
    rule: Mapped[str]


class Warning(Base):
    """Something the reader of an extraction should know."""

    __tablename__ = "warnings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"), primary_key=True)
    ord: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    message: Mapped[str]
    start: Mapped[int | None]
    end: Mapped[int | None]
    text: Mapped[str | None]
    clean: Mapped[str | None]


class Audit(Base):
    """Who changed what, written in the transaction of the change. It outlives its rows: no foreign keys."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_record", "record", "record_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[Id] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    record: Mapped[str]
    record_id: Mapped[Id]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ApiKey(Base):
    """A key of the service: only its hash is stored, and a prefix to recognise it by."""

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("prefix"),
        UniqueConstraint("sha256"),
        one_of("role", KeyRole),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id] = mapped_column(primary_key=True)
    prefix: Mapped[str]
    sha256: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class IdempotencyKey(Base):
    """What a request with an Idempotency-Key did: `owner` is who sent it, `fingerprint` a hash of the request."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"), {"sqlite_with_rowid": False})

    owner: Mapped[str] = mapped_column(Ordered, primary_key=True)
    key: Mapped[str] = mapped_column(Ordered, primary_key=True)
    fingerprint: Mapped[str]
    speech_id: Mapped[Id] = mapped_column(ForeignKey("speeches.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[Id] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    created: Mapped[bool]
    created_at: Mapped[dt.datetime]
