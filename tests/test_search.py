"""Search: the normal form, the pairs, and that the index finds exactly what a reader would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import search
from models.engine import Database
from models.errors import BadFilter
from models.records import Extraction, Extractor, Obligation
from models.store import obligations, speeches
from models.store.filters import Filter
from tests import databases

WORDS = (
    "县卫健局要做好核酸检测工作，14+7措施不变。",
    "核酸样本，酸检不是词，室内检测温度。",
    "教育局要检查校园核酸采样点；提供 WiFi 与5G 信号。",
    "严禁聚集！100%到位，_不留死角_，‘单引号’\"双引号\"。",
    "𠮷林村要\u200b做好值守，①压实责任。",
)


def speech(*sentences: str) -> tuple[str, Extraction]:
    raw = "\n".join(sentences)
    found = tuple(
        Obligation(id=f"o{n}", item=None, span=databases.span(raw, words), modality="require", rule="t.all")
        for n, words in enumerate(sentences)
    )
    extractor = Extractor(version="0", rules="t")
    return raw, Extraction(extractor=extractor, source=databases.source(raw), obligations=found)


def found(database: Database, q: str) -> list[int]:
    with database.reading() as connection:
        return [view.number for view in obligations.page(connection, Filter(q=q)).results]


def test_normal_form_ignores_width_case_and_what_cannot_be_seen() -> None:
    assert search.normalise("Ｗｉ Ｆｉ\u200b１４\u3000天，\x01\u202e") == "wifi14天,"


def test_every_term_must_be_there_and_pairs_apart_do_not_make_a_word(database: Database) -> None:
    with database.writing() as connection:
        speeches.save(connection, *speech(*WORDS))
    assert found(database, "核酸") == [0, 1, 2]
    assert found(database, "核酸 检测") == [0, 1]
    assert found(database, "核酸检测") == [0]  # 1 has 核酸, 酸检 and 检测, but not in a row
    assert found(database, "核酸 教育局") == [2]
    assert found(database, "核酸 不存在") == []


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("禁", [3]), ("。", [0, 1, 2, 3, 4]), ("+", [0]), ("14+7", [0]), ("%", [3]), ("_", [3]), ("'", []), ("‘", [3]),
        ('"', [3]), ('""', []), ("*", []), ("wifi", [2]), ("WIFI", [2]), ("５Ｇ", [2]), ("𠮷", [4]), ("𠮷林", [4]),
        ("要做", [0, 4]), ("1压实", [4]), ("AND", []), ("检测 OR 严禁", []), ("\x00", []), ("核\x00酸", []),
        ("\ud800", []), ("", [0, 1, 2, 3, 4]), (" \u200b ", [0, 1, 2, 3, 4]),
    ],
)  # fmt: skip
def test_any_character_is_only_a_character(database: Database, q: str, expected: list[int]) -> None:
    with database.writing() as connection:
        speeches.save(connection, *speech(*WORDS))
    assert found(database, q) == expected


def test_a_query_that_is_too_long_is_refused_by_name() -> None:
    with pytest.raises(BadFilter, match="^q: must not be longer"):
        Filter(q="核" * 201)


ALPHABET = "核酸检测局 a1+%'\"*-。①\x01，"


@given(st.lists(st.text(ALPHABET, min_size=1, max_size=12), min_size=1, max_size=6), st.text(ALPHABET, max_size=6))
def test_the_index_finds_what_a_plain_search_finds(texts: list[str], q: str) -> None:
    """On SQLite, whose index is the stricter one: it has an expression language."""
    import sqlite3

    wanted = search.terms(q)
    normal = [search.normalise(text) for text in texts]
    plain = [n for n, text in enumerate(normal, 1) if all(term in text for term in wanted)]
    with sqlite3.connect(":memory:") as connection:
        connection.execute(search.fts_table("t"))
        connection.executemany(
            "INSERT INTO t (rowid, tokens) VALUES (?, ?)", enumerate(map(search.fts_document, normal), 1)
        )
        if wanted:
            rows = connection.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid", [search.fts_query(wanted)])
            candidates = [row[0] for row in rows]
            assert set(plain) <= set(candidates)
            long = [term for term in wanted if len(term) > 2]
            assert [n for n in candidates if all(term in normal[n - 1] for term in long)] == plain
            needed = set(search.wanted_entries(wanted))
            entered = [set(search.array_document(text).split()) for text in normal]
            assert [n for n, entries in enumerate(entered, 1) if needed <= entries] == candidates
    connection.close()


def test_a_deleted_speech_is_no_longer_found(database: Database) -> None:
    with database.writing() as connection:
        first = speeches.save(connection, *speech(*WORDS[:2]))
        speeches.save(connection, *speech(WORDS[2]))
    with database.writing() as connection:
        speeches.remove(connection, first.speech_id)
    assert found(database, "核酸") == [0]
    with database.reading() as connection:
        assert obligations.count(connection, Filter(q="检测")) == 0
