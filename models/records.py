"""The contract: what one extraction holds. This is the one list of fields.

Offsets are code points of the raw text as it came in, half-open; ``text`` is always ``raw[start:end]``.
The JSON Schema, the CSV columns and the database tables are derived from these classes or checked against them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass

Modality = Literal["require", "prohibit", "encourage"]
Role = Literal["responsible", "lead", "support", "supervise"]
PartyType = Literal["department", "territory", "body", "post", "institution", "all", "public"]
ItemFunction = Literal["directive", "other"]
MarkerStyle = Literal["chapter", "section", "arabic", "arabic_paren", "shi", "yao", "di", "other"]
DeadlineKind = Literal["by", "within", "immediate", "recurring"]
TimeKind = Literal["date", "datetime", "range", "duration", "recurring"]
RiskLevel = Literal["high", "medium", "low", "abroad"]
Measure = Literal[
    "集中隔离", "居家隔离", "居家健康监测", "健康监测", "社区管理", "核酸检测", "抗原检测", "体温监测", "报告",
    "闭环管理", "封控管理", "其他",
]  # fmt: skip
VerdictKind = Literal["directive", "heading", "context", "noise"]

Offset = Annotated[int, Field(ge=0)]


# A text of a megabyte has tens of thousands of records. As models each would take six times the memory and twice the
# time to make, for a dictionary and a set of the fields that were given; so only what a call returns is a model.
_STRICT = ConfigDict(extra="forbid")


class Document(BaseModel):
    """Base of what the calls of the extractor return: frozen, no unknown fields, aliases used in JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Span:
    """A place in the raw text: ``text == raw[start:end]``.

    ``clean`` is the same words without the noise that cuts them (page numbers, notices, line breaks, spaces);
    it is null where it would only repeat ``text``.
    """

    start: Offset
    end: Offset
    text: str
    clean: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Noise(Span):
    """A stretch that is no part of the speech, and the rule that says so."""

    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Source:
    """Where the text comes from, as far as it says so itself.

    ``sha256`` is of the raw text in UTF-8, ``chars`` its length in code points. ``date`` is the date of the speech
    (not of its upload), ISO; ``date_source`` tells whether it was given by the caller or stated in the text.
    """

    sha256: str
    chars: int
    title: str | None = None
    speaker: str | None = None
    occasion: str | None = None
    date: str | None = None
    date_source: Literal["given", "text", "none"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Extractor:
    """Which program made the records; ``rules`` is a hash over all rules and data in force."""

    name: Literal["duban"] = "duban"
    version: str
    rules: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Item:
    """An enumerated point. ``span`` runs from its marker to the end of the point, children included.

    ``path`` counts positions among siblings (``2.3.1``); ``number`` is the number its marker shows, null if none.
    ``rule`` names what decided ``function``.
    """

    id: str
    parent: str | None
    marker: Span
    style: MarkerStyle
    number: int | None
    path: str
    heading: Span
    span: Span
    function: ItemFunction
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class PartyRole:
    """A party's part in one obligation; ``inherited`` when the subject is carried over from elsewhere."""

    party: str
    role: Role
    inherited: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Obligation:
    """A sentence that tells somebody to act; ``standing`` when it holds with no end (长期坚持, 常态化)."""

    id: str
    item: str | None
    span: Span
    modality: Modality
    parties: tuple[PartyRole, ...] = ()
    deadlines: tuple[str, ...] = ()
    standing: bool = False
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Party:
    """A mention of somebody who has to act, with the directory's canonical name."""

    id: str
    span: Span
    canonical: str
    type: PartyType
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Deadline:
    """By when. ``value`` is what the words say (ISO 8601 date, date-time or duration), ``due`` the instant that
    follows from it and the date of the speech, exclusive; both null where nothing follows.

    ``workdays`` marks a duration counted in working days; ``times`` how often per period of a recurring one.
    """

    id: str
    span: Span
    kind: DeadlineKind
    value: str | None
    due: str | None = None
    trigger: Span | None = None
    times: int | None = None
    workdays: bool = False
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class QuarantineRule:
    """What a person of some population must undergo. Lengths in days, ``within`` an ISO 8601 duration.

    ``every_days`` is the period of a repeated test, ``times_per_period`` how often in it (1 unless said).
    """

    id: str
    span: Span
    population: Span | None
    origin: RiskLevel | None = None
    measure: Measure
    days: int | None = None
    tests: int | None = None
    test_days: tuple[int, ...] = ()
    within: str | None = None
    times_per_day: int | None = None
    every_days: int | None = None
    times_per_period: int | None = None
    after: Measure | None = None
    obligation: str | None = None
    rule: str


class TimeExpression(Document):
    """A time expression in any Chinese text: start inclusive, end exclusive, ISO date-times; an open side is null."""

    span: Span
    kind: TimeKind
    value: str | None
    start: str | None = None
    end: str | None = None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Warning:
    """Something the reader should know: a numbering gap, a calendar year without data."""

    code: str
    message: str
    span: Span | None = None


class Sentence(Document):
    """A sentence of the text with its verdict and the rule that gave it."""

    span: Span
    verdict: VerdictKind
    rule: str
    item: str | None = None


class Extraction(Document):
    """All records of one speech."""

    schema_: Literal["1"] = Field("1", alias="schema")
    extractor: Extractor
    source: Source
    items: tuple[Item, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    parties: tuple[Party, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    quarantine_rules: tuple[QuarantineRule, ...] = ()
    noise: tuple[Noise, ...] = ()
    warnings: tuple[Warning, ...] = ()

    def to_json(self) -> bytes:
        """As `model_dump_json`, in UTF-8. A str between would take twice the memory of a long speech's records."""
        return self.__pydantic_serializer__.to_json(self)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an extraction, as `docs/extraction.schema.json` holds it."""
    return Extraction.model_json_schema(mode="serialization")


QueryCode = Literal[
    "no-party", "no-deadline", "vague", "open-deadline", "no-date", "no-calendar", "numbering-gap",
]  # fmt: skip


class Query(Document):
    """Something to ask back before a row of the ledger can be filled in: what is missing or left open, and where.

    ``question`` is in Chinese; ``obligation`` is the obligation it is about, null where it is about the text.
    """

    code: QueryCode
    question: str
    span: Span
    obligation: str | None = None
    rule: str
