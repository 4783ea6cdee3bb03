"""Settings: flags before environment before defaults; what is wrong or unknown is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import settings
from api.settings import Settings, SettingsError, load

DOCUMENT = Path(__file__).parent.parent / "docs" / "settings.md"


def test_the_documentation_lists_what_there_is() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == settings.reference()


def test_flags_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_PORT", "9000")
    monkeypatch.setenv("DUBAN_HOST", "localhost")
    found = load(port="9001", host=None)
    assert (found.port, found.host) == (9001, "localhost")


def test_an_unknown_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_PROT", "9000")
    with pytest.raises(SettingsError, match="DUBAN_PROT"):
        load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"), ("port", "x"), ("port", "NaN"), ("workers", "0"), ("queue", "-1"), ("document_seconds", "0"),
        ("log_format", "xml"), ("log_level", "LOUD"), ("max_body_bytes", "10MB"), ("host", ""), ("database_pool", "1"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"DUBAN_{name.upper()}", value)
    with pytest.raises(SettingsError, match=f"DUBAN_{name.upper()}"):
        load()


def test_a_password_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBAN_DATABASE_URL", "postgresql://u:secret@h/n")
    monkeypatch.setenv("DUBAN_PORT", "secret")
    with pytest.raises(SettingsError) as caught:
        load()
    assert "secret" not in str(caught.value)


def test_every_setting_is_explained() -> None:
    assert all(field.description for field in Settings.model_fields.values())
