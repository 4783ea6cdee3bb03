"""`duban db`: the schema of the database."""

from __future__ import annotations

import typer

from api import output
from api.commands import stored
from api.output import Failure


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    db = typer.Typer(help="数据库的版本。 The schema of the database.", no_args_is_help=True, rich_markup_mode=None)
    db.command("upgrade", help="升级到本程序所需的版本。 Brings the schema to that of this program.")(upgrade)
    db.command("status", help="数据库与本程序的版本。 The schema that is there, and the one that is needed.")(status)
    app.add_typer(db, name="db")


def upgrade(database_url: stored.DatabaseUrl = None) -> None:
    """A PostgreSQL database is upgraded by this command alone; a SQLite file also by whatever opens it."""
    from models import migrate
    from models.engine import create_database_engine
    from models.errors import StoreError

    try:
        engine = create_database_engine(stored.settings(database_url=database_url).database_url)
        try:
            migrate.upgrade(engine)
        finally:
            engine.dispose()
    except StoreError as error:
        raise Failure(f"{error.chinese}。 {error}") from None
    output.complain(f"数据库已是版本 {migrate.head()}。 The schema is {migrate.head()}.")


def status(database_url: stored.DatabaseUrl = None) -> None:
    """Ends with 1 when they differ."""
    from models import migrate
    from models.engine import create_database_engine
    from models.errors import StoreError

    try:
        engine = create_database_engine(stored.settings(database_url=database_url).database_url)
        try:
            with engine.connect() as connection:
                found = migrate.current(connection)
        finally:
            engine.dispose()
    except StoreError as error:
        raise Failure(f"{error.chinese}。 {error}") from None
    output.write([f"数据库 database\t{found or '-'}\n本程序 program\t{migrate.head()}\n".encode()])
    if found != migrate.head():
        raise typer.Exit(1)
