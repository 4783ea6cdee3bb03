"""The description of the service. FastAPI writes it from the routes; models that no route names are added here."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from api.bodies import Question, Submission
from api.errors import ProblemBody
from api.obligations import Change

# Bodies that routes read from the request themselves, and the body of every error.
MODELS: tuple[type[BaseModel], ...] = (Question, Submission, Change, ProblemBody)


def install(app: FastAPI) -> None:
    """Makes `app.openapi()` complete."""
    own = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            schemas = own()["components"]["schemas"]
            for model in MODELS:
                schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
                schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
        return own()

    app.openapi = complete  # type: ignore[method-assign]


def document(app: FastAPI) -> str:
    """The description as `docs/openapi.json` holds it: indented, so that changes are seen line by line."""
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"
