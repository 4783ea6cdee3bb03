"""How words are found: normal form, character bigrams, and the index table of each database.

Chinese has no spaces, and the extensions that index substrings are not everywhere. So each obligation's words are cut
into pairs of neighbouring characters, the same on both databases: an FTS5 table on SQLite, a GIN index over an array on
PostgreSQL. A query is split at white space; every term must occur as a substring. The pairs of a term find the
candidates, and a term of three characters or more is then looked for in the words themselves, because its pairs may
stand apart. A term of one character is the beginning of a pair on SQLite; on PostgreSQL, whose index knows no
beginnings, characters are entered as well.

>>> normalise("核 酸\\u200b检测１次")
'核酸检测1次'
>>> terms("核酸 教育局")
('核酸', '教育局')
>>> pairs("核酸检测")
'核酸 酸检 检测 测  '
"""

from __future__ import annotations

import re
import string
import unicodedata
from array import array
from itertools import pairwise

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from models.errors import BadFilter

MAX_QUERY_CHARS = 200

# White space, and what shows nothing: controls, zero-width and bidirectional marks, soft hyphen, variation selectors.
# U+0000 stays: no stored text has it, so a search for it must find nothing.
_UNSEEN = re.compile(
    "[\\s\x01-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)

# Nearly every sentence has some of these. Without them most need no folding, which takes ten times as long as this.
_USUAL = tuple(zip("，；：（）！？", ",;:()!?", strict=True))


def normalise(text: str) -> str:
    """The text as it is compared: compatibility forms folded (NFKC), small letters, nothing that shows nothing."""
    for wide, narrow in _USUAL:
        text = text.replace(wide, narrow)
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text).lower())


def terms(query: str) -> tuple[str, ...]:
    """The terms of a query in normal form, in order, each once.

    Raises BadFilter for a query longer than MAX_QUERY_CHARS.
    """
    if len(query) > MAX_QUERY_CHARS:
        raise BadFilter("q", f"不得超过{MAX_QUERY_CHARS}字", f"must not be longer than {MAX_QUERY_CHARS} characters")
    return tuple(dict.fromkeys(term for word in query.split() if (term := normalise(word))))


def pairs(normal: str) -> str:
    """The pairs of neighbouring characters of a text in normal form, a space after each; the last character is alone.

    Each character begins one of them. Cutting takes more time than anything else in storing a speech when it is done
    pair by pair; so it is done for all at once, on code points.
    """
    characters = array("I", normal.encode("utf-32-le"))
    cut = array("I", " ".encode("utf-32-le")) * (3 * len(characters))
    cut[0::3] = characters
    cut[1:-2:3] = characters[1:]
    return cut.tobytes().decode("utf-32-le")


def fts_document(normal: str) -> str:
    """What the FTS5 table is given for a text."""
    return pairs(normal)


def array_document(normal: str) -> str:
    """What the array on PostgreSQL is made of, with spaces between."""
    return " ".join([pairs(normal).rstrip(), *dict.fromkeys(normal)])


def wanted_entries(wanted: tuple[str, ...]) -> list[str]:
    """The pairs, or single characters, that a text must have for all terms (in normal form) to occur in it."""
    return list(dict.fromkeys(entry for term in wanted for entry in _entries(term)))


def _entries(term: str) -> list[str]:
    return list(map("".join, pairwise(term))) if len(term) > 1 else [term]


def fts_query(wanted: tuple[str, ...]) -> str:
    """The FTS5 expression for a text that has all entries of these terms, at least one."""
    quoted = ((entry, entry.replace('"', '""')) for entry in wanted_entries(wanted))
    return " AND ".join(f'"{text}"' if len(entry) > 1 else f'"{text}" *' for entry, text in quoted)


def fts_table(name: str) -> str:
    """The statement that creates the index on SQLite. It keeps no copy of the words, and no places in them.

    Every character but the space belongs to an entry; by itself FTS5 would cut at ASCII punctuation.
    """
    characters = string.punctuation.replace("'", "''").replace('"', '""')
    return (
        f"CREATE VIRTUAL TABLE {name} USING fts5 (tokens, content='', detail=none, columnsize=0, prefix='1',"
        f""" tokenize="ascii tokenchars '{characters}'")"""
    )


# The index on PostgreSQL. It stands outside the metadata of `models.tables` because SQLite has the FTS5 table instead.
array_index = Table(
    "obligation_search",
    MetaData(),
    Column("obligation_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tokens", ARRAY(Text), nullable=False),
    Index("ix_obligation_search_tokens", "tokens", postgresql_using="gin"),
)
