"""Quarantine rules: what a person of some population must undergo, and which rule was in force on a day.

A rule holds from the date of its speech until a later speech gives a rule for the same scope and measure. The scope is
the risk level of where people come from, or else the words for the population. Rules of undated speeches are listed,
but never in force.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, Date, Text, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from models import records, search
from models.errors import BadFilter
from models.store import paging
from models.store.paging import Page, Position
from models.store.writing import MAX_ID
from models.tables import QuarantineRule, Speech


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """A rule with its time: `since` inclusive, `until` exclusive and null while it holds; `replaced_by` is the speech
    that ended it."""

    id: int
    speech_id: int
    start: int
    end: int
    text: str
    population: str | None
    origin: str | None
    measure: str
    days: int | None
    tests: int | None
    test_days: list[int]
    within: str | None
    times_per_day: int | None
    every_days: int | None
    times_per_period: int | None
    after: str | None
    obligation_id: int | None
    rule: str
    speech_title: str | None
    since: dt.date | None
    until: dt.date | None
    replaced_by: int | None


def page(
    connection: Connection,
    *,
    in_force: dt.date | None = None,
    measure: str | None = None,
    origin: str | None = None,
    population: str | None = None,
    speech: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[QuarantineView]:
    """One page of rules in the order in which they came.

    `in_force` keeps those that hold on a day; `population` holds terms, all of which its words must contain.
    Raises BadFilter.
    """
    paging.check_limit(limit)
    for name, value, kinds in (("measure", measure, records.Measure), ("origin", origin, records.RiskLevel)):
        if value is not None and value not in get_args(kinds):
            words = get_args(kinds)
            raise BadFilter(name, f"须为 {'、'.join(words)} 之一", f"must be one of {', '.join(words)}")
    start = paging.decode(cursor, "id") if cursor else None
    if start and (start.part or [type(part) for part in start.key] != [int]):
        raise paging.bad_cursor()

    rule = QuarantineRule
    # Speeches by scope and measure, each with the one that came next.
    given = (
        select(rule.scope, rule.measure, rule.speech_id, Speech.date)
        .join(Speech, Speech.id == rule.speech_id)
        .where(Speech.date.is_not(None))
        .distinct()
        .subquery()
    )
    scope, turn = (given.c.scope, given.c.measure), (given.c.date, given.c.speech_id)
    times = select(
        *given.columns,
        func.lead(given.c.date, type_=Date).over(partition_by=scope, order_by=turn).label("until"),
        func.lead(given.c.speech_id).over(partition_by=scope, order_by=turn).label("replaced_by"),
    ).subquery()
    population_words = func.coalesce(rule.population_clean, rule.population_text)
    columns: list[Any] = [
        rule.id, rule.speech_id, rule.start, rule.end, rule.text, population_words, rule.origin, rule.measure,
        rule.days, rule.tests, rule.test_days, rule.within, rule.times_per_day, rule.every_days, rule.times_per_period,
        rule.after, rule.obligation_id, rule.rule, Speech.title, Speech.date, times.c.until, times.c.replaced_by,
    ]  # fmt: skip
    query = (
        select(*columns)
        .join(Speech, Speech.id == rule.speech_id)
        .outerjoin(
            times,
            (times.c.scope == rule.scope) & (times.c.measure == rule.measure) & (times.c.speech_id == rule.speech_id),
        )
    )
    if in_force is not None:
        query = query.where(times.c.date <= in_force, or_(times.c.until.is_(None), times.c.until > in_force))
    if measure is not None:
        query = query.where(rule.measure == measure)
    if origin is not None:
        query = query.where(rule.origin == origin)
    if speech is not None:
        query = query.where(rule.speech_id == (speech if 0 < speech <= MAX_ID else 0))
    if wanted := search.terms(population or ""):
        populations = _populations(connection, population_words, wanted)
        query = query.where(_is_one_of(connection, population_words, populations))
    backward = start is not None and start.backward
    if start:
        query = query.where(rule.id < start.key[0] if backward else rule.id > start.key[0])
    query = query.order_by(rule.id.desc() if backward else rule.id).limit(limit + 1)
    found = paging.made(QuarantineView, connection.execute(query))
    return paging.cut(found, [Position(0, (view.id,)) for view in found], "id", start, limit)


def _populations(connection: Connection, words: ColumnElement[Any], wanted: tuple[str, ...]) -> list[str]:
    """The different words for populations that hold all terms. The tables do not have them in normal form."""
    said = connection.execute(select(words).where(words.is_not(None)).distinct()).scalars()
    return [population for population in said if all(term in search.normalise(population) for term in wanted)]


def _is_one_of(connection: Connection, words: ColumnElement[Any], values: list[str]) -> ColumnElement[bool]:
    """As one parameter, of which there may be only so many."""
    if connection.dialect.name == "sqlite":
        return words.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))
    return words == any_(literal(values, ARRAY(Text)))
