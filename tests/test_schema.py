"""The published JSON Schema is the one of the records, and what the extractor gives fits it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import extractor
from models import records

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "docs" / "extraction.schema.json"


def test_the_file_is_the_schema_of_the_records() -> None:
    written = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert written == records.json_schema(), "renew it with: make schema"


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "speeches").glob("*.txt"))[::10], ids=lambda p: p.stem)
def test_an_extraction_fits_it(path: Path) -> None:
    found = extractor.extract(path.read_bytes().decode("utf-8"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found.model_dump(mode="json"))


def test_no_field_is_without_meaning_for_a_reader() -> None:
    undescribed = [name for name, part in records.json_schema()["$defs"].items() if "description" not in part]
    assert undescribed == []
