"""`duban serve`: runs the service."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

import typer

from api import logs, output
from api.commands import stored
from api.output import Failure
from api.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("serve", help="启动服务（REST 接口）。 Runs the service; the settings are in docs/settings.md.")(serve)
    app.command("openapi", help="接口说明（OpenAPI）。 The description of the service, as docs/openapi.json.")(openapi)


def serve(**flags: Any) -> None:
    """Every setting is a flag; what is left out comes from the environment (DUBAN_…)."""
    settings = stored.settings(**flags)
    _refuse_open_door(settings, _usable_keys(settings))
    from api import server
    from api.main import create_app

    logs.configure(settings.log_format, settings.log_level)
    server.run(create_app(settings), settings)


def openapi() -> None:
    """Needs no database and no running service."""
    from api.main import create_app
    from api.openapi import document

    output.write([document(create_app(Settings()))])


def _usable_keys(settings: Settings) -> bool:
    from models.store import access

    with stored.opened(settings.database_url) as database, database.reading() as connection:
        return access.any_key(connection)


def _refuse_open_door(settings: Settings, keys: bool) -> None:
    from api.keys import is_loopback

    if keys or is_loopback(settings.host):
        return
    raise Failure(
        f"监听 {settings.host} 会让其他机器无需密钥即可读写全部数据，已拒绝启动。"
        "请先运行 duban keys add 名称 --role admin，或只监听 127.0.0.1。 "
        f"Listening on {settings.host} would let other machines read and write everything without a key. "
        "Make a key first (duban keys add NAME --role admin) or listen on 127.0.0.1."
    )


def _flags() -> list[inspect.Parameter]:
    """The flags of the command are the settings: named, typed and explained there alone."""
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                typer.Option(f"--{name.replace('_', '-')}", metavar="X", help=field.description, show_default=False),
            ],
        )
        for name, field in Settings.model_fields.items()
    ]


serve.__signature__ = inspect.Signature(_flags())  # type: ignore[attr-defined]
serve.__annotations__ = {flag.name: flag.annotation for flag in _flags()}
