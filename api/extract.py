"""Reading speeches without storing them: one at a time, or many as lines of JSON."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from api import bodies, errors
from api.bodies import Question
from api.deps import Reading, Service, Serving
from api.errors import Problem
from models.records import Extraction

router = APIRouter(tags=["extract"])

EXAMPLE = "会议强调，县教育局要会同县卫健委在6月底前完成校园排查。"

# A spooled batch of up to this size stays in memory.
SPOOL_BYTES = 1024 * 1024


class BatchQuestion(Question):
    """A line of a batch; `id` comes back with its result."""

    id: Annotated[str, Field(max_length=200)] | Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] | None = None


def speech_body(model: type[Question] | type[bodies.Submission]) -> dict[str, Any]:
    """How a speech may be sent, for OpenAPI."""
    name = f"#/components/schemas/{model.__name__}"
    form = {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {"file": {"type": "string", "format": "binary"}}
        | {field: {"type": "string"} for field in model.model_fields if field != "text"},
    }
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": name},
                    "example": {"text": EXAMPLE, "date": "2022-06-01"},
                },
                "text/plain": {"schema": {"type": "string"}, "example": EXAMPLE},
                "multipart/form-data": {"schema": form},
            },
        }
    }


@router.post(
    "/v1/extract",
    operation_id="extract",
    summary="读一篇讲话，不保存 Read a speech, store nothing",
    response_class=Response,
    responses={
        200: {"model": Extraction, "description": "全部记录 all records"},
        **errors.documented(
            "malformed", "unauthenticated", "too-large", "media-type", "invalid", "document", "busy"
        ),
    },
    openapi_extra=speech_body(Question),
)
async def extract(request: Request, serving: Serving, _: Reading) -> Response:
    question = await bodies.read(request, Question, serving.workers)
    async with serving.workers.admitted():
        return Response(await serving.workers.read(question.text, question.date), media_type="application/json")


@router.post(
    "/v1/extract/batch",
    operation_id="extract_batch",
    summary="逐行读多篇讲话 Read many speeches, one JSON document a line",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "每行一个结果，次序同请求；坏行只影响本行。 A result a line, in order.",
            "content": {
                "application/jsonl": {
                    "schema": {"type": "string"},
                    "example": '{"line":1,"id":"a","extraction":{"schema":"1"}}\n{"line":2,"problem":{"status":422}}\n',
                }
            },
        },
        **errors.documented("unauthenticated", "too-large", "media-type"),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/jsonl": {
                    "schema": {"type": "string"},
                    "example": json.dumps({"id": "a", "text": EXAMPLE}, ensure_ascii=False) + "\n",
                }
            },
        }
    },
)
async def extract_batch(request: Request, serving: Serving, _: Reading) -> Response:
    media, _parameters = bodies.media_type(request.headers.get("content-type", ""))
    if media not in ("application/jsonl", "application/x-ndjson", "application/x-jsonlines"):
        raise Problem("media-type", "内容类型须为 application/jsonl", "the content type must be application/jsonl")
    # Most clients send everything before they read anything: answering while they send would block both for ever.
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115
    try:
        async for chunk in request.stream():
            if len(chunk) + spool.tell() > SPOOL_BYTES:
                await to_thread.run_sync(spool.write, chunk)
            else:
                spool.write(chunk)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return StreamingResponse(_results(serving, spool), media_type="application/jsonl")


async def _results(serving: Service, spool: IO[bytes]) -> AsyncIterator[bytes]:
    """A line for each line, in order; as many are read at once as there are processes."""
    limit = serving.settings.max_body_bytes
    ahead: list[asyncio.Task[bytes]] = []
    number = 0
    try:
        with spool:
            while True:
                line = await to_thread.run_sync(spool.readline, limit + 1)
                number += 1
                if line.strip():
                    ahead.append(asyncio.create_task(_result(serving, number, line, limit)))
                while len(line) > limit and not line.endswith(b"\n"):
                    line = await to_thread.run_sync(spool.readline, limit + 1)
                if not line and not ahead:
                    return
                if not line or len(ahead) > serving.workers.processes:
                    yield await ahead.pop(0)
    finally:
        for task in ahead:
            task.cancel()


async def _result(serving: Service, number: int, line: bytes, limit: int) -> bytes:
    head: dict[str, Any] = {"line": number}
    try:
        if len(line) > limit:
            raise Problem("too-large", f"一行不得超过 {limit} 字节", f"a line must not be larger than {limit} bytes")
        question = bodies.from_json(BatchQuestion, line)
        if question.id is not None:
            head["id"] = question.id
        extraction = await serving.workers.read(question.text, question.date)
    except Exception as error:
        return _json({**head, "problem": errors.from_exception(error).body()}) + b"\n"
    # The extraction is JSON already.
    return _json(head)[:-1] + b',"extraction":' + extraction + b"}\n"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
