"""The three ways to send a speech: plain text, JSON, or a file in a form. Each gives the same Submission."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.datastructures import UploadFile

from api import errors, readers
from api.errors import Bilingual, Problem
from api.workers import Workers
from models.store.writing import unstorable

Model = TypeVar("Model", bound=BaseModel)

INLINE_BYTES = 64 * 1024
DECODE_SECONDS = 10.0
MAX_TITLE = 500
MAX_URL = 2000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def day(value: Any) -> dt.date:
    """An ISO date and nothing else: numbers and date-times are not guessed at."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            found = dt.date.min
        if 1900 <= found.year <= 2199:
            return found
    raise Bilingual("须为1900至2199年的日期，如 2022-06-30", "must be a date from 1900 to 2199 such as 2022-06-30")


Day = Annotated[dt.date, BeforeValidator(day)]


def _storable(value: Any) -> Any:
    if isinstance(value, str) and (bad := unstorable(value)):
        raise Bilingual(
            f"第 {bad.start()} 个字符（从0数起）U+{ord(bad.group()):04X} 无法保存",
            f"U+{ord(bad.group()):04X} at offset {bad.start()} cannot be stored",
        )
    return value


Storable = BeforeValidator(_storable)
# The pattern only describes: `Storable` says the same, with the place.
Text = Annotated[
    str,
    Field(min_length=1, description="原文，原样保存 the raw text", json_schema_extra={"pattern": r"^[^\x00]*$"}),
    Storable,
]


# Constraints stand on the text alone: they would be applied to null as well, and fail.
Title = Annotated[
    str, Storable, Field(max_length=MAX_TITLE, pattern=r"^[^\x00]*$", examples=["在全县工作会议上的讲话"])
]
Address = Annotated[
    str,
    Storable,
    Field(max_length=MAX_URL, pattern=r"^https?://[!-~]+$", examples=["https://example.org/speech.html"]),
]


class About(BaseModel):
    """What may be said about a speech besides its text."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    date: Annotated[Day | None, Field(description="讲话日期 the day of the speech", examples=["2022-06-01"])] = None
    title: Title | None = None
    source_url: Address | None = None


class Submission(About):
    """A speech to be read and stored."""

    text: Text


class Question(BaseModel):
    """A speech to be read only."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    text: Text
    date: Annotated[Day | None, Field(description="讲话日期 the day of the speech", examples=["2022-06-01"])] = None


async def read(request: Request, model: type[Model], workers: Workers) -> Model:
    """The body of a request as a Submission or a Question. Raises Problem or readers.InputError.

    What a plain text cannot say about itself is in the query; in JSON and forms it is a member of the body.
    """
    media, parameters = media_type(request.headers.get("content-type", ""))
    query = _once(request.query_params.multi_items())
    if media == "text/plain":
        data = await request.body()
        return build(model, {**query, "text": await decode(data, parameters.get("charset"), workers)})
    if query:
        name = next(iter(query))
        raise Problem(
            "invalid",
            "查询参数只用于 text/plain",
            "query parameters go with text/plain only; put them into the body",
            faults=[(name[:100], "请放入请求体", "put it into the body")],
        )
    if media == "application/json":
        return from_json(model, await request.body())
    if media == "multipart/form-data":
        return await _from_form(request, model, workers)
    raise Problem(
        "media-type",
        "内容类型须为 text/plain、application/json 或 multipart/form-data",
        "the content type must be text/plain, application/json or multipart/form-data",
        headers={"Accept-Post": "text/plain, application/json, multipart/form-data"},
    )


def from_json(model: type[Model], data: bytes) -> Model:
    """A JSON document as a model. Raises Problem `invalid`."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise errors.invalid(error.errors(include_url=False, include_input=False)) from None


def build(model: type[Model], members: dict[str, Any]) -> Model:
    """Named strings as a model. Raises Problem `invalid`."""
    try:
        return model.model_validate(members)
    except ValidationError as error:
        raise errors.invalid(error.errors(include_url=False, include_input=False)) from None


async def decode(data: bytes, charset: str | None, workers: Workers) -> str:
    """The text of some bytes in the encoding stated, or in one that is found out. Raises readers.InputError."""
    if len(data) <= INLINE_BYTES:
        text, _ = readers.decode(data, charset)
    else:
        # Finding out the encoding of megabytes would hold up everybody else.
        text, refusal = await workers.run(DECODE_SECONDS, readers.decode_or_say_why, data, charset)
        if refusal is not None:
            raise readers.InputError(*refusal)
    return text


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """The media type and parameters of a Content-Type.

    >>> media_type('text/plain; charset="GB18030"')
    ('text/plain', {'charset': 'GB18030'})
    """
    media, *rest = header.split(";")
    pairs = (part.partition("=") for part in rest)
    return media.strip().lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


async def _from_form(request: Request, model: type[Model], workers: Workers) -> Model:
    async with request.form(max_files=1, max_fields=10, max_part_size=64 * 1024) as form:
        members: dict[str, Any] = _once(list(form.multi_items()))
        file = members.pop("file", None)
        if not isinstance(file, UploadFile):
            raise Problem(
                "invalid",
                "表单须含文件 file",
                "the form must have a file named file",
                faults=[("file", "缺少文件", "the file is missing")],
            )
        if wrong := next((name for name, value in members.items() if not isinstance(value, str)), None):
            raise Problem("invalid", faults=[(wrong[:100], "须为字符串", "must be a string")])
        _, parameters = media_type(file.content_type or "")
        text = await decode(await file.read(), parameters.get("charset"), workers)
        return build(model, {**members, "text": text})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise Problem("invalid", faults=[(name[:100], "不得重复", "must be given once")])
        members[name] = value
    return members
