"""The commands of the store and the service."""

from __future__ import annotations

import typer

from api.commands import db, ingest, keys, query, reextract, serve


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    for module in (ingest, query, reextract, serve, keys, db):
        module.register(app)
