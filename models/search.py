"""How words are found: normal form, character bigrams, and the index table of each database.

Chinese has no spaces, and the extensions that index substrings are not everywhere. So each obligation's words are cut
into pairs of neighbouring characters, the same on both databases: an FTS5 table on SQLite, a GIN index over an array
on PostgreSQL. A query is split at white space; every term must occur as a substring. The pairs of a term find the
candidates, and a term of three characters or more is then looked for in the words themselves, because its pairs may
stand apart.

>>> normalise("核 酸\\u200b检测１次")
'核酸检测1次'
>>> terms("核酸 教育局")
('核酸', '教育局')
>>> bigrams("核酸检测")
['核酸', '酸检', '检测', '测']
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from models.errors import BadFilter

MAX_QUERY_CHARS = 200

# White space, and what shows nothing: zero-width and bidirectional controls, soft hyphen, variation selectors.
_UNSEEN = re.compile("[\\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")

# FTS5's ascii tokenizer splits at ASCII punctuation and takes every other character as part of a word, so ASCII is
# moved to its full-width forms, which the normal form no longer holds.
_TO_WIDE = {code: code + 0xFEE0 for code in range(0x80)}


def normalise(text: str) -> str:
    """The text as it is compared: compatibility forms folded (NFKC), small letters, nothing that shows nothing."""
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text).lower())


def terms(query: str) -> tuple[str, ...]:
    """The terms of a query in normal form, in order, each once.

    Raises BadFilter for a query longer than MAX_QUERY_CHARS.
    """
    if len(query) > MAX_QUERY_CHARS:
        raise BadFilter("q", f"不得超过{MAX_QUERY_CHARS}字", f"must not be longer than {MAX_QUERY_CHARS} characters")
    return tuple(dict.fromkeys(term for word in query.split() if (term := normalise(word))))


def bigrams(normal: str) -> list[str]:
    """The pairs of neighbouring characters of a text in normal form, each once, and its last character alone.

    With that last one, every character of the text begins some entry, so a single character is found as a prefix.
    """
    wide = normal.translate(_TO_WIDE)
    return list(dict.fromkeys([*map("".join, zip(wide, wide[1:], strict=False)), *wide[-1:]]))


def fts_document(normal: str) -> str:
    """What the FTS5 table indexes for a text in normal form."""
    return " ".join(bigrams(normal))


def fts_query(wanted: tuple[str, ...]) -> str:
    """The FTS5 expression that all terms match; at least one term must be given."""
    pairs = dict.fromkeys(pair for term in wanted if len(term) > 1 for pair in bigrams(term)[: len(term) - 1])
    singles = [term.translate(_TO_WIDE) for term in wanted if len(term) == 1]
    return " AND ".join([*(f'"{pair}"' for pair in pairs if len(pair) > 1), *(f'"{single}"*' for single in singles)])


def array_document(normal: str) -> list[str]:
    """What the array column holds for a text in normal form: the pairs, and the characters, for want of prefixes."""
    return list(dict.fromkeys([*bigrams(normal), *normal.translate(_TO_WIDE)]))


def array_query(wanted: tuple[str, ...]) -> list[str]:
    """The entries that an array must contain for all terms to match."""
    pairs = (
        "".join(pair)
        for term in wanted
        for wide in [term.translate(_TO_WIDE)]
        for pair in (zip(wide, wide[1:], strict=False) if len(wide) > 1 else [wide])
    )
    return list(dict.fromkeys(pairs))


# The index on PostgreSQL. It stands outside the metadata of `models.tables` because SQLite has the FTS5 table instead.
array_index = Table(
    "obligation_search",
    MetaData(),
    Column("obligation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tokens", ARRAY(Text), nullable=False),
    Index("ix_obligation_search_tokens", "tokens", postgresql_using="gin"),
)
