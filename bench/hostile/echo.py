"""The least that FastAPI does with such a body: takes it as a model and gives it back. The baseline of B40."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Body(BaseModel):
    """As the service's, without its checks."""

    text: str


@app.post("/echo")
async def echo(body: Body) -> Body:
    return body


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
