"""What may go wrong with the store, each with what, where and how to set it right.

StoreError
├── DatabaseUrlError     the address of the database cannot be used
├── UnsupportedDatabase  a library or server that is too old or lacks a part
├── SchemaError          the schema is behind or ahead of this program
├── UnstorableText       a character that no database keeps
├── BadFilter            a filter, an ordering or a cursor that means nothing
├── NotFound             no record with that number
├── VersionConflict      somebody changed the record first
└── KeyReused            an idempotency key that came with another request
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of the store's errors; `str()` is English, `chinese` the same for users."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.chinese = chinese


class DatabaseUrlError(StoreError):
    """The address of the database cannot be used. The message never repeats it: it may hold a password."""


class UnsupportedDatabase(StoreError):
    """A database library or server that is too old or lacks a part that is needed."""


class SchemaError(StoreError):
    """The schema of a database is behind this program (or ahead of it)."""


class UnstorableText(StoreError):
    """A text with U+0000 or half a surrogate pair at `offset` (code points) in `field`."""

    def __init__(self, field: str, offset: int, character: str) -> None:
        name = f"U+{ord(character):04X}"
        super().__init__(
            f"{field} 第{offset}个字符（从0数起）是 {name}，无法保存；请删去后重新提交",
            f"{field} holds {name} at offset {offset}, which cannot be stored; remove it and send the text again",
        )
        self.field = field
        self.offset = offset


class BadFilter(StoreError):
    """A filter, an ordering, a cursor or a new value that means nothing; `field` names it."""

    def __init__(self, field: str, chinese: str, english: str) -> None:
        super().__init__(f"{field}：{chinese}", f"{field}: {english}")
        self.field = field


class NotFound(StoreError):
    """No record with that number."""

    def __init__(self, record: str, number: int) -> None:
        super().__init__(f"没有编号为 {number} 的记录（{record}）", f"there is no {record} {number}")


class VersionConflict(StoreError):
    """The record is no longer in the version that the change was made for; `current` is its present one."""

    def __init__(self, current: int) -> None:
        super().__init__(
            f"记录已被他人修改，现为第{current}版；请重新读取后再改",
            f"the record has been changed, its version is now {current}; read it again and repeat the change",
        )
        self.current = current


class KeyReused(StoreError):
    """An idempotency key that was already used with another request."""

    def __init__(self) -> None:
        super().__init__(
            "该 Idempotency-Key 已用于另一请求；请换用新的键",
            "this idempotency key was used with another request; use a new key",
        )
