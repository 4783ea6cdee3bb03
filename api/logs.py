"""Logs on standard error: one line an event, as text or as JSON. No text of a speech is ever logged.

Code logs a short constant message and puts the facts into `extra={"facts": {...}}`.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        return f"{_time(record)} {record.levelname:<7} {_one_line(record.getMessage())} {_one_line(facts)}".rstrip()


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        return json.dumps(event, ensure_ascii=True, default=str)


def configure(form: str, level: str) -> None:
    """Sends all logs of the service to standard error, in the form `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Each request is logged once, by `api.requests`.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("uvicorn.error").setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("alembic").setLevel(logging.WARNING)


def _facts(record: logging.LogRecord) -> dict[str, object]:
    facts = dict(getattr(record, "facts", {}))
    if record.exc_info and record.exc_info[0]:
        # Only where it happened and of what kind: the message of an exception may quote its input.
        facts["exception"] = record.exc_info[0].__name__
        trace = record.exc_info[2]
        while trace and trace.tb_next:
            trace = trace.tb_next
        if trace:
            facts["at"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return facts


def _time(record: logging.LogRecord) -> str:
    return dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")


def _one_line(text: str) -> str:
    # A client cannot start a line of its own.
    return text.replace("\r", "\\r").replace("\n", "\\n")
