"""The settings of the service: from the environment (`DUBAN_…`), or from the flags of `duban serve`.

`docs/settings.md` lists them; `reference` writes it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from extractor import nlp, pack

PREFIX = "DUBAN_"
MEBIBYTE = 1024 * 1024

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class SettingsError(ValueError):
    """A setting that does not exist or has a wrong value. Names it in Chinese and English."""


class Settings(BaseSettings):
    """Every setting with its default; the descriptions are those of the documentation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    database_url: Annotated[str, Field(description="`sqlite:///文件` or `postgresql://user:password@host/name`")] = (
        "sqlite:///duban.db"
    )
    database_pool: Annotated[int, Field(ge=2, le=100, description="open connections to the database, at most")] = 10
    host: Annotated[str, Field(min_length=1, description="address to listen on; beyond loopback a key is needed")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on; 0 takes a free one")] = 8000
    workers: Annotated[
        int, Field(ge=1, le=256, description="processes that read speeches; default: the number of CPUs")
    ] = Field(default_factory=lambda: os.cpu_count() or 1)
    queue: Annotated[
        int, Field(ge=1, le=10_000, description="speeches that may wait for a process; beyond it the answer is 503")
    ] = 64
    document_seconds: Annotated[
        float, Field(gt=0, le=3600, description="time for one speech, one second more for each 50,000 characters")
    ] = 10.0
    worker_memory_mb: Annotated[
        int, Field(ge=512, le=1_000_000, description="address space that one process may use, in MiB")
    ] = 2048
    rules: Annotated[
        Path | None, Field(description="the office's own rules: a TOML file or a folder (docs/own-rules.md)")
    ] = None
    segmenter: Annotated[Path | None, Field(description="folder of another word segmentation model")] = None
    max_body_bytes: Annotated[
        int, Field(ge=1024, le=1024 * MEBIBYTE, description="largest request, and largest line of a batch")
    ] = 10 * MEBIBYTE
    max_batch_bytes: Annotated[
        int, Field(ge=1024, le=1024 * 1024 * MEBIBYTE, description="largest batch; it is kept on disk")
    ] = 256 * MEBIBYTE
    header_seconds: Annotated[float, Field(gt=0, le=600, description="time for the head of a request to arrive")] = 10.0
    receive_seconds: Annotated[
        float, Field(gt=0, le=600, description="time for the body to arrive, one second more for each 64 KiB received")
    ] = 15.0
    shutdown_seconds: Annotated[
        float, Field(gt=0, le=600, description="time for requests under way to finish after SIGTERM")
    ] = 8.0
    log_format: Annotated[Literal["text", "json"], Field(description="`text` or `json` (one object a line)")] = "text"
    log_level: Annotated[LogLevel, Field(description="`DEBUG`, `INFO`, `WARNING` or `ERROR`")] = "INFO"


    @field_validator("rules", "segmenter")
    @classmethod
    def _usable(cls, path: Path | None, field: ValidationInfo) -> Path | None:
        """What the processes would read is read once here, so that a fault is told before anything starts."""
        if path is not None:
            pack.load(path) if field.field_name == "rules" else nlp.load(path)
        return path


def load(**flags: Any) -> Settings:
    """The settings from flags (those that are not None) and, for the rest, the environment.

    Raises SettingsError that names each unknown or wrong one.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        names = ", ".join(unknown)
        raise SettingsError(f"没有这些设置：{names}；全部设置见 docs/settings.md。 Unknown settings: {names}.")
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        faults = "; ".join(f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"设置有误 Wrong settings: {faults}") from None


def reference() -> str:
    """The table of settings, as `docs/settings.md` holds it."""
    lines = [
        "# 设置 Settings",
        "",
        "Each is read from the environment. `duban serve` takes the same as flags (`DUBAN_PORT` is `--port`), which go",
        "first. An unknown or wrong setting is refused by name.",
        "",
        "| Variable | Default | Meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"
