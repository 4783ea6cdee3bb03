"""Errors as RFC 9457 problems, in Chinese and English: the one place where an exception becomes an answer.

    {"type": "urn:duban:problem:invalid", "title": "请求有误", "title_en": "Invalid request", "status": 422,
     "detail": "…", "detail_en": "…", "errors": [{"field": "date", "detail": "…", "detail_en": "…"}]}
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match

import extractor
from api.readers import InputError
from api.workers import Busy, DocumentFailed
from models import errors as store

log = logging.getLogger("duban.api")

MEDIA_TYPE = "application/problem+json"

# code: (status, title in Chinese, title in English)
KINDS: dict[str, tuple[int, str, str]] = {
    "malformed": (400, "请求格式有误", "Malformed request"),
    "unauthenticated": (401, "缺少有效的密钥", "A valid key is needed"),
    "forbidden": (403, "权限不足", "Not allowed"),
    "not-found": (404, "没有此记录或地址", "Not found"),
    "method": (405, "此地址不支持该方法", "Method not allowed"),
    "not-acceptable": (406, "没有所要的格式", "No such format here"),
    "timeout": (408, "请求发送过慢", "The request arrived too slowly"),
    "changed": (412, "记录已被他人修改", "The record has changed"),
    "too-large": (413, "请求过大", "Too large"),
    "media-type": (415, "不支持的内容类型", "Unsupported media type"),
    "invalid": (422, "请求有误", "Invalid request"),
    "key-reused": (422, "Idempotency-Key 已用于另一请求", "The idempotency key was used with another request"),
    "document": (422, "该文稿无法处理，已隔离", "The document cannot be read and was set aside"),
    "precondition": (428, "须带 If-Match", "If-Match is needed"),
    "internal": (500, "服务内部错误", "Internal error"),
    "busy": (503, "服务繁忙，请稍后再试", "Busy, try again later"),
    "storage": (503, "数据库暂不可用", "The database is not available"),
}

FAILURES = {
    "crashed": ("处理该文稿的进程意外终止", "the process that read it ended (crashed)"),
    "time": ("未能在限定时间内处理完该文稿", "it was not read within the time limit (time)"),
    "memory": ("处理该文稿所需内存超限", "it needs more memory than allowed (memory)"),
    "size": ("该文稿的记录过多，请分成几篇", "it has too many records for one speech; split it (size)"),
    "error": ("处理该文稿时出错", "reading it failed (error)"),
}


class FieldFault(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(examples=["date"])
    detail: str = Field(examples=["须为日期，如 2022-06-30"])
    detail_en: str = Field(examples=["must be a date such as 2022-06-30"])


class ProblemBody(BaseModel):
    """An RFC 9457 problem; `type` names its kind, the texts are for people."""

    type: str = Field(examples=["urn:duban:problem:invalid"])
    title: str = Field(examples=["请求有误"])
    title_en: str = Field(examples=["Invalid request"])
    status: int = Field(examples=[422])
    detail: str | None = None
    detail_en: str | None = None
    errors: list[FieldFault] | None = None


class Problem(Exception):
    """An answer that is an error; `kind` is one of KINDS, `faults` are (field, Chinese, English)."""

    def __init__(
        self,
        kind: str,
        zh: str | None = None,
        en: str | None = None,
        *,
        faults: Sequence[tuple[str, str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(en or KINDS[kind][2])
        self.kind = kind
        self.status, self.title, self.title_en = KINDS[kind]
        self.zh = zh
        self.en = en
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The problem as JSON; members without a value are left out."""
        members = {
            "type": f"urn:duban:problem:{self.kind}",
            "title": self.title,
            "title_en": self.title_en,
            "status": self.status,
            "detail": self.zh,
            "detail_en": self.en,
            "errors": [{"field": f, "detail": zh, "detail_en": en} for f, zh, en in self.faults] or None,
        }
        return {name: value for name, value in members.items() if value is not None}

    def response(self) -> Response:
        # Whatever part of a request is quoted, half a surrogate pair in it must not break the answer.
        content = json.dumps(self.body(), ensure_ascii=False).encode("utf-8", "replace")
        return Response(content, self.status, self.headers, MEDIA_TYPE)


def from_exception(error: Exception) -> Problem:
    """The problem that an exception means to a client. One that nobody foresaw is `internal` and logged."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return invalid(error.errors())
        case HTTPException():
            return _from_http(error)
        case Busy():
            return Problem("busy", "等待处理的文稿过多", "too many documents are waiting", headers={"Retry-After": "1"})
        case DocumentFailed():
            zh, en = FAILURES[error.reason]
            return Problem("document", zh, en, faults=[("text", zh, en)])
        case extractor.TextError():
            return Problem("invalid", str(error), str(error), faults=[("text", str(error), str(error))])
        case InputError():
            return Problem("invalid", error.zh, error.en, faults=[("text", error.zh, error.en)])
        case store.NotFound():
            return Problem("not-found", error.chinese, str(error))
        case store.UnstorableText() | store.BadFilter():
            return Problem("invalid", error.chinese, str(error), faults=[(error.field, error.chinese, str(error))])
        case store.VersionConflict():
            return Problem("changed", error.chinese, str(error), headers={"ETag": f'"{error.current}"'})
        case store.KeyReused():
            return Problem("key-reused", error.chinese, str(error))
        case DBAPIError() | PoolTimeout():
            log.error("database", exc_info=error)
            return Problem(
                "storage",
                "数据库暂时无法读写（如磁盘已满、连接中断），本次未保存任何内容，请稍后重试",
                "the database cannot be read or written for now (disk full, connection lost); nothing was stored",
                headers={"Retry-After": "5"},
            )
        case _:
            log.error("unexpected", exc_info=error)
            return Problem("internal", "请求未能完成，未保存任何内容", "the request failed; nothing was stored")


def invalid(faults: Iterable[Mapping[str, Any]], drop: str = "") -> Problem:
    """The problem for pydantic's errors; `drop` is a leading part of field names that means nothing to a client."""
    named = [_fault(fault, drop) for fault in list(faults)[:20]]
    first = named[0] if named else ("", "", "")
    return Problem("invalid", f"{first[0]}：{first[1]}", f"{first[0]}: {first[2]}", faults=named)


def install(app: FastAPI, routes: Sequence[BaseRoute]) -> None:
    """Makes every error of the application a problem; `routes` are all of its routes."""

    async def handle(request: Request, error: Exception) -> Response:
        problem = from_exception(error)
        if problem.kind == "method":
            # The framework names the methods of the first route at an address, and there may be several.
            here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
            problem.headers["Allow"] = ", ".join(sorted({m for route in here for m in getattr(route, "methods", ())}))
        return problem.response()

    for kind in (Problem, RequestValidationError, HTTPException, extractor.TextError, InputError, Busy,
                 DocumentFailed, store.StoreError,
                 DBAPIError, PoolTimeout, Exception):  # fmt: skip
        app.add_exception_handler(kind, handle)


_BODY = {"$ref": "#/components/schemas/ProblemBody"}


def documented(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The answers of an operation that are problems, for OpenAPI."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        status, title, title_en = KINDS[kind]
        known = found.setdefault(status, {"description": "", "content": {MEDIA_TYPE: {"schema": _BODY}}})
        known["description"] = "; ".join(filter(None, [known["description"], f"{title} {title_en}"]))
    return found


_CHINESE = {
    "missing": "缺少此项",
    "extra_forbidden": "没有此项",
    "json_invalid": "不是有效的 JSON",
    "string_type": "须为字符串",
    "string_too_long": "过长",
    "string_too_short": "过短",
    "string_unicode": "含无效的字符",
    "string_pattern_mismatch": "格式不符",
    "date": "须为日期，如 2022-06-30",
    "datetime": "须为日期或时间，如 2022-06-30",
    "int": "须为整数",
    "float": "须为数",
    "bool": "须为 true 或 false",
    "literal_error": "不是可选的值之一",
    "enum": "不是可选的值之一",
    "greater": "过小",
    "less": "过大",
    "list": "须为数组",
    "model": "须为 JSON 对象",
    "dict": "须为 JSON 对象",
    "too_long": "过多",
    "too_short": "过少",
}


def _fault(fault: Mapping[str, Any], drop: str) -> tuple[str, str, str]:
    loc = [str(part) for part in fault["loc"]]
    if loc[:1] in (["body"], ["query"], ["path"], ["header"]):
        loc = loc[1:]
    field = ".".join(part for part in loc if part != drop)[:100] or "body"
    kind = str(fault["type"])
    chinese = next((zh for start, zh in _CHINESE.items() if kind.startswith(start)), "取值不符合要求")
    context = fault.get("ctx", {})
    if "expected" in context:
        chinese += f"：{context['expected']}".replace(" or ", "、")
    if kind == "value_error" and isinstance(context.get("error"), Bilingual):
        return field, context["error"].zh, context["error"].en
    return field, chinese, str(fault["msg"])


class Bilingual(ValueError):
    """A fault that a validator of ours finds in a field."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def _from_http(error: HTTPException) -> Problem:
    kind = next((kind for kind, (status, _, _) in KINDS.items() if status == error.status_code), None)
    if kind is None:
        kind = "malformed" if error.status_code < 500 else "internal"
    detail = None if error.detail == HTTPStatus(error.status_code).phrase else error.detail
    return Problem(kind, None, detail, headers=error.headers)
