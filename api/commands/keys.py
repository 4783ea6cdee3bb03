"""`duban keys`: who may use the service."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from api import output
from api.commands import stored

ACTOR = "cli"


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    keys = typer.Typer(help="服务的密钥。 API keys of the service.", no_args_is_help=True, rich_markup_mode=None)
    keys.command("add", help="建立密钥，只显示这一次。 Makes a key and shows it this once.")(add)
    keys.command("list", help="列出密钥（不含密文）。 Lists the keys, without their secrets.")(list_keys)
    keys.command("revoke", help="停用密钥，一秒内生效。 Ends a key, within a second.")(revoke)
    app.add_typer(keys, name="keys")


def add(
    name: Annotated[str, typer.Argument(help="用途或使用者 who or what uses it")],
    role: Annotated[str, typer.Option("--role", help="reader 只读；writer 可提交、填报；admin 可删除")] = "reader",
    database_url: stored.DatabaseUrl = None,
) -> None:
    """The key alone goes to standard output, so that it can be piped into a secret store."""
    from models.store import access

    if not name.strip() or len(name) > 100:
        raise typer.BadParameter("名称须为1至100字。 The name must have 1 to 100 characters.")
    with stored.opened(database_url) as database:
        view, key = database.write(lambda connection: access.create_key(connection, name, role, actor=ACTOR))
    output.complain(
        f"密钥 {view.prefix}（{name}，{role}）已建立，请立即保存，以后无法再看。 "
        f"Key {view.prefix} is made; save it now, it is not shown again."
    )
    output.write([f"{key}\n".encode()])


def list_keys(database_url: stored.DatabaseUrl = None) -> None:
    """One key a line: prefix, role, made, revoked, name."""
    from models.store import access

    with stored.opened(database_url) as database, database.reading() as connection:
        found = access.keys(connection)
    output.write(
        "\t".join(
            [key.prefix, key.role, _day(key.created_at), _day(key.revoked_at), " ".join(key.name.split())]
        ).encode()
        + b"\n"
        for key in found
    )
    if not found:
        output.complain("还没有密钥。 There are no keys yet.")


def revoke(
    prefix: Annotated[str, typer.Argument(help="密钥的前8位，见 duban keys list its prefix")],
    database_url: stored.DatabaseUrl = None,
) -> None:
    """For ever."""
    from models.store import access

    with stored.opened(database_url) as database:
        view = database.write(lambda connection: access.revoke_key(connection, prefix, actor=ACTOR))
    output.complain(f"密钥 {view.prefix}（{view.name}）已停用。 Key {view.prefix} is revoked.")


def _day(at: dt.datetime | None) -> str:
    return at.date().isoformat() if at else "-"
