"""What those who run the service ask: is it alive, can it serve, what are its figures."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api import errors
from api.deps import Reading, Serving
from api.errors import Problem
from models import migrate
from models.store import stats
from models.store.stats import Totals

router = APIRouter()


class Alive(BaseModel):
    """The event loop answers."""

    status: str = "ok"


@router.get("/healthz", operation_id="healthz", summary="服务在运行 The service is alive", tags=["operations"])
async def healthz() -> Alive:
    return Alive()


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="服务可用：数据库可读且版本相符 The service can serve: its database answers and has the right schema",
    tags=["operations"],
    responses=errors.documented("storage"),
)
async def readyz(serving: Serving) -> Alive:
    if await serving.read(migrate.current) != migrate.head():
        raise Problem("storage", "数据库版本不符，请运行 duban db upgrade", "wrong schema; run: duban db upgrade")
    return Alive()


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Prometheus 指标 Figures for Prometheus",
    tags=["operations"],
    response_class=Response,
    responses={
        200: {"description": "指标 figures", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **errors.documented("unauthenticated"),
    },
)
async def metrics(serving: Serving, _: Reading) -> Response:
    return Response(serving.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get(
    "/v1/stats",
    operation_id="get_stats",
    summary="总数 Totals of what is stored",
    tags=["departments"],
    responses=errors.documented("unauthenticated"),
)
async def get_stats(serving: Serving, _: Reading) -> Totals:
    return await serving.read(stats.totals)
