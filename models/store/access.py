"""API keys, and the memory of requests that carry an Idempotency-Key.

A key is `duban_PREFIX_SECRET`: the prefix finds it, the secret (256 bits and a checksum against slips of the pen) is
shown once and stored only as a hash. A plain hash is enough: nobody guesses 256 random bits.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection, delete, insert, select, update

from models.errors import BadFilter, KeyReused, NotFound
from models.store import audit, bulk, writing
from models.store.speeches import Saved
from models.tables import ApiKey, IdempotencyKey, KeyRole

CHECKSUM_CHARS = 6


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key without its secret."""

    id: int
    prefix: str
    name: str
    role: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


_VIEW = [getattr(ApiKey, name) for name in KeyView.__dataclass_fields__]


def create_key(connection: Connection, name: str, role: str, *, actor: str = "") -> tuple[KeyView, str]:
    """Makes a key; the second value is the key itself, which is not kept. Raises BadFilter for an unknown role."""
    if role not in get_args(KeyRole):
        words = get_args(KeyRole)
        raise BadFilter("role", f"须为 {'、'.join(words)} 之一", f"must be one of {', '.join(words)}")
    writing.require_storable("name", name)
    prefix, secret = secrets.token_hex(4), secrets.token_hex(32)
    key = f"duban_{prefix}_{secret}{_checksum(prefix + secret)}"
    [[number]] = bulk.reserve(connection, {ApiKey: 1})
    view = KeyView(number, prefix, name, role, writing.utc_now(), None)
    connection.execute(
        insert(ApiKey),
        {
            "id": number,
            "prefix": prefix,
            "sha256": _hash(key),
            "name": name,
            "role": role,
            "created_at": view.created_at,
            "revoked_at": None,
        },
    )
    audit.record(
        connection, actor=actor, action="create", record="key", record_id=number, after={"name": name, "role": role}
    )
    return view, key


def authenticate(connection: Connection, key: str) -> KeyView | None:
    """The key that somebody presents, None for one that is unknown, garbled or revoked."""
    parts = key.split("_")
    if len(parts) != 3 or parts[0] != "duban" or not key.isascii() or "\0" in key:
        return None
    prefix, secret = parts[1], parts[2]
    if _checksum(prefix + secret[:-CHECKSUM_CHARS]) != secret[-CHECKSUM_CHARS:]:
        return None
    row = connection.execute(select(*_VIEW, ApiKey.sha256).where(ApiKey.prefix == prefix)).first()
    if row is None or not hmac.compare_digest(row.sha256, _hash(key)) or row.revoked_at is not None:
        return None
    return KeyView(*row[:-1])


def keys(connection: Connection) -> list[KeyView]:
    """All keys, also the revoked ones, oldest first."""
    return [KeyView(*row) for row in connection.execute(select(*_VIEW).order_by(ApiKey.id))]


def any_key(connection: Connection) -> bool:
    """Whether there is a key that works."""
    return connection.execute(select(ApiKey.id).where(ApiKey.revoked_at.is_(None)).limit(1)).first() is not None


def revoke_key(connection: Connection, prefix: str, *, actor: str = "") -> KeyView:
    """Revokes a key by its prefix, for ever. Raises NotFound."""
    found = connection.execute(select(ApiKey.id).where(ApiKey.prefix == prefix)).scalar()
    if found is None:
        raise NotFound(f"key {prefix}", 0)
    connection.execute(
        update(ApiKey).where(ApiKey.id == found, ApiKey.revoked_at.is_(None)).values(revoked_at=writing.utc_now())
    )
    audit.record(connection, actor=actor, action="revoke", record="key", record_id=found)
    return KeyView(*connection.execute(select(*_VIEW).where(ApiKey.id == found)).one())


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:CHECKSUM_CHARS]


def recall(connection: Connection, owner: str, key: str, fingerprint: str) -> Saved | None:
    """What the first request with this key did, None when there was none. Raises KeyReused for another request."""
    row = connection.execute(
        select(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
    ).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused
    return Saved(row.speech_id, row.run_id, row.created)


def remember(connection: Connection, owner: str, key: str, fingerprint: str, saved: Saved) -> Saved:
    """Keeps what a request did, in the transaction in which it did it; what a twin kept first goes before.

    Raises KeyReused when the twin was another request: the transaction is then to be undone.
    """
    row = {
        "owner": owner,
        "key": key,
        "fingerprint": fingerprint,
        "speech_id": saved.speech_id,
        "run_id": saved.run_id,
        "created": saved.created,
        "created_at": writing.utc_now(),
    }
    bulk.insert_new(connection, IdempotencyKey, [row], unless=["owner", "key"])
    first = recall(connection, owner, key, fingerprint)
    assert first is not None
    return first


def forget(connection: Connection, before: dt.datetime) -> int:
    """Drops the memory of requests older than an instant (UTC); how many."""
    return connection.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before)).rowcount
