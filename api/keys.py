"""Who may do what: API keys in requests, and access without keys on this machine.

The keys themselves (how they look, how they are stored and compared) are the store's: `models.store.access`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection

from api.errors import Problem
from models.store import access

ROLES = ("reader", "writer", "admin")
"""Each role may do what those before it may."""

# A revoked key is refused within this time, everywhere.
REMEMBER_SECONDS = 0.5
REMEMBER_KEYS = 1000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request: the name of the key (empty where none is needed) and what it may do."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the store says of a token: whether any key exists at all, and whose this one is."""

    any_key: bool
    caller: Caller | None


def look_up(connection: Connection, token: str) -> Answer:
    """Asks the store about a token."""
    found = access.authenticate(connection, token)
    caller = Caller(found.name, found.role) if found else None
    return Answer(caller is not None or access.any_key(connection), caller)


@lru_cache(1000)
def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
    (True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Gate:
    """Lets requests in. Answers of the store are kept for REMEMBER_SECONDS, by the hash of the token."""

    def __init__(self, ask: Callable[[str], Awaitable[Answer]], *, loopback: bool) -> None:
        self._ask = ask
        self._loopback = loopback
        self._answers: dict[bytes, tuple[float, Answer]] = {}

    async def check(self, headers: Mapping[str, str]) -> Caller:
        """Who sends a request with these headers. Raises Problem `unauthenticated` or `forbidden`.

        As long as there is no key, everybody on this machine may do everything.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        answer = await self._answer(token.strip() if scheme.lower() == "bearer" else "")
        if answer.caller is not None:
            return answer.caller
        if not answer.any_key and self._loopback:
            _refuse_foreign_pages(headers)
            return Caller("", "admin")
        raise Problem(
            "unauthenticated",
            "请在请求头 Authorization: Bearer 中给出有效密钥（由 duban keys add 建立）",
            "send a valid key in the header Authorization: Bearer (duban keys add makes one)",
            headers={"WWW-Authenticate": 'Bearer realm="duban"'},
        )

    def forget(self) -> None:
        """Asks the store anew at the next request."""
        self._answers.clear()

    async def _answer(self, token: str) -> Answer:
        name = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        now = time.monotonic()
        asked_at, answer = self._answers.get(name, (float("-inf"), Answer(True, None)))
        if now - asked_at > REMEMBER_SECONDS:
            answer = await self._ask(token)
            if len(self._answers) >= REMEMBER_KEYS:
                self._answers.clear()
            self._answers[name] = (now, answer)
        return answer


def require(caller: Caller, role: str) -> None:
    """Raises Problem `forbidden` unless the caller has at least this role."""
    if ROLES.index(caller.role) < ROLES.index(role):
        raise Problem(
            "forbidden",
            f"此操作需要 {role} 权限，该密钥为 {caller.role}",
            f"this needs the role {role}; the key has the role {caller.role}",
        )


def _refuse_foreign_pages(headers: Mapping[str, str]) -> None:
    # Without keys the browser of the same machine is let in, but not a web page from elsewhere that it shows, neither
    # by its origin nor by a name of its own that it lets point to this machine.
    origin = headers.get("origin")
    hosts = [headers.get("host", "localhost"), *([origin.partition("://")[2]] if origin else [])]
    if not all(is_loopback(re.sub(r":[0-9]{1,5}$", "", host)) for host in hosts):
        raise Problem(
            "forbidden",
            "未设密钥时只接受本机请求；请先用 duban keys add 建立密钥",
            "without keys only requests from this machine are served; make a key with duban keys add",
        )
