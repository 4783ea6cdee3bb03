"""Speeches: storing one with its records, reading and deleting it."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field, TypeAdapter
from sqlalchemy import Connection

from api import bodies, errors
from api.bodies import Submission
from api.deps import Administering, Reading, Service, Serving, Writing
from api.extract import speech_body
from api.paging import Listing, PageQuery, listing
from models.records import Extraction
from models.store import access, speeches
from models.store.prepared import Prepared
from models.store.speeches import Saved, SpeechView

router = APIRouter(prefix="/v1/speeches", tags=["speeches"])

Number = Annotated[int, Path(description="编号 number of the speech", examples=[1])]

_view = TypeAdapter(SpeechView)


class SpeechQuery(PageQuery):
    """Which speeches."""

    q: Annotated[
        str | None, Field(max_length=200, description="标题或任务中的词，空格分开 words of title or tasks")
    ] = None
    ordering: Annotated[Literal["id", "-id"], Field(description="新的在前为 -id newest first is -id")] = "-id"


@router.post(
    "",
    operation_id="create_speech",
    summary="提交一篇讲话，保存原文及全部记录 Store a speech with all its records",
    status_code=201,
    response_model=SpeechView,
    responses={
        200: {"model": SpeechView, "description": "原文已保存过，给出已存的一篇 the same text is stored already"},
        201: {"headers": {"Location": {"schema": {"type": "string"}, "description": "/v1/speeches/1"}}},
        **errors.documented(
            "malformed", "unauthenticated", "forbidden", "too-large", "media-type", "invalid", "key-reused", "document",
            "busy", "storage",
        ),
    },
    openapi_extra=speech_body(Submission),
)
async def create_speech(
    request: Request,
    serving: Serving,
    caller: Writing,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=200, pattern=r"^[!-~]+$", description="重试时带同一个键，不会重复提交 the same for a retry"),
    ] = None,
) -> Response:
    submission = await bodies.read(request, Submission, serving.workers)
    memory = (caller.name, idempotency_key, _fingerprint(submission)) if idempotency_key else None
    async with serving.workers.admitted():
        saved, view = await _store(serving, submission, memory, caller.name)
    serving.metrics.speeches.labels("created" if saved.created else "known").inc()
    return Response(
        _view.dump_json(view),
        201 if saved.created else 200,
        {"Location": f"/v1/speeches/{view.id}"},
        "application/json",
    )


Memory = tuple[str, str, str] | None


async def _store(serving: Service, given: Submission, memory: Memory, actor: str) -> tuple[Saved, SpeechView]:
    known = await serving.read(_known, given.text, memory)
    if known is not None and (memory is None or known[0].created):
        return known
    ready = None
    while True:
        if ready is None and known is None:
            ready = await serving.workers.prepare(given.text, given.date, serving.database.dialect)
        stored = await serving.write(_save, given, ready, memory, actor)
        if stored is not None:
            return stored
        # It was there and has been deleted meanwhile.
        known = None


def _known(connection: Connection, text: str, memory: Memory) -> tuple[Saved, SpeechView] | None:
    """The stored speech of an earlier request with this key, or else with this text."""
    saved = access.recall(connection, *memory) if memory else None
    saved = saved or speeches.find(connection, text)
    return (saved, speeches.get(connection, saved.speech_id)) if saved else None


def _save(
    connection: Connection, given: Submission, ready: Prepared | None, memory: Memory, actor: str
) -> tuple[Saved, SpeechView] | None:
    if ready is None:
        saved = speeches.find(connection, given.text)
        if saved is None:
            return None
    else:
        about = {"title": given.title, "source_url": given.source_url}
        saved = speeches.save_prepared(connection, given.text, ready, **about, actor=actor)
    if memory:
        saved = access.remember(connection, *memory, saved)
    return saved, speeches.get(connection, saved.speech_id)


def _fingerprint(submission: Submission) -> str:
    return hashlib.sha256(submission.model_dump_json().encode()).hexdigest()


@router.get(
    "",
    operation_id="list_speeches",
    summary="讲话列表 Speeches, newest first",
    responses=errors.documented("unauthenticated", "invalid"),
)
async def list_speeches(
    request: Request, serving: Serving, _: Reading, query: Annotated[SpeechQuery, Query()]
) -> Listing[SpeechView]:
    page = await serving.read(
        speeches.page, q=query.q, ordering=query.ordering, cursor=query.cursor, limit=query.limit
    )
    return listing(request, page)


@router.get(
    "/{speech_id}",
    operation_id="get_speech",
    summary="一篇讲话 One speech without its text",
    responses=errors.documented("unauthenticated", "not-found", "invalid"),
)
async def get_speech(serving: Serving, _: Reading, speech_id: Number) -> SpeechView:
    return await serving.read(speeches.get, speech_id)


@router.get(
    "/{speech_id}/text",
    operation_id="get_speech_text",
    summary="原文，一字不差 The raw text, character for character",
    response_class=Response,
    responses={
        200: {"description": "原文 the text", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **errors.documented("unauthenticated", "not-found", "invalid"),
    },
)
async def get_speech_text(serving: Serving, _: Reading, speech_id: Number) -> Response:
    text = await serving.read(speeches.get_text, speech_id)
    # Encoded here: a str would be sent with a charset, but also with its byte order mark read as one.
    return Response(text.encode(), media_type="text/plain; charset=utf-8")


@router.get(
    "/{speech_id}/extraction",
    operation_id="get_speech_extraction",
    summary="规则给出的全部记录（不含人工更正） All records as the rules gave them, without people's corrections",
    response_class=Response,
    responses={
        200: {"model": Extraction, "description": "全部记录 all records"},
        **errors.documented("unauthenticated", "not-found", "invalid"),
    },
)
async def get_speech_extraction(serving: Serving, _: Reading, speech_id: Number) -> Response:
    return Response(await serving.read(speeches.get_extraction, speech_id), media_type="application/json")


@router.delete(
    "/{speech_id}",
    operation_id="delete_speech",
    summary="删除一篇讲话及其全部记录 Delete a speech with all its records",
    status_code=204,
    responses=errors.documented("unauthenticated", "forbidden", "not-found", "invalid", "storage"),
)
async def delete_speech(serving: Serving, caller: Administering, speech_id: Number) -> None:
    await serving.write(speeches.remove, speech_id, actor=caller.name)
