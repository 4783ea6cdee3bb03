"""How words are found: normal form, character bigrams, and the index table of each database.

Chinese has no spaces, and the extensions that index substrings are not everywhere. So each obligation's words are cut
into pairs of neighbouring characters, and single ones, the same on both databases: an FTS5 table on SQLite, a GIN index
over an array on PostgreSQL. A query is split at white space; every term must occur as a substring. The pairs of a term
find the candidates, and a term of three characters or more is then looked for in the words themselves, because its
pairs may stand apart.

>>> normalise("核 酸\\u200b检测１次")
'核酸检测1次'
>>> terms("核酸 教育局")
('核酸', '教育局')
>>> entries("核酸检测")
['核酸', '酸检', '检测', '核', '酸', '检', '测']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

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


def entries(normal: str) -> list[str]:
    """What the index holds for a text in normal form: its pairs of neighbouring characters and its characters, once."""
    wide = normal.translate(_TO_WIDE)
    return list(dict.fromkeys([*_pairs(wide), *wide]))


def wanted_entries(wanted: tuple[str, ...]) -> list[str]:
    """The entries that a text must have for all terms (in normal form) to occur in it."""
    wide = (term.translate(_TO_WIDE) for term in wanted)
    return list(dict.fromkeys(entry for term in wide for entry in (_pairs(term) if len(term) > 1 else term)))


def _pairs(text: str) -> Iterator[str]:
    return map("".join, pairwise(text))


def fts_document(normal: str) -> str:
    """The entries of a text for the FTS5 table."""
    return " ".join(entries(normal))


def fts_query(wanted: tuple[str, ...]) -> str:
    """The FTS5 expression for a text that has all entries of these terms, at least one."""
    return " AND ".join(f'"{entry}"' for entry in wanted_entries(wanted))


# The index on PostgreSQL. It stands outside the metadata of `models.tables` because SQLite has the FTS5 table instead.
array_index = Table(
    "obligation_search",
    MetaData(),
    Column("obligation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tokens", ARRAY(Text), nullable=False),
    Index("ix_obligation_search_tokens", "tokens", postgresql_using="gin"),
)
