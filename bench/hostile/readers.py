"""What the worker processes run in these programs: the rules, no rules at all, or documents that fail on demand."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import time

from api.workers import read_speech
from models.records import Extraction, Extractor, Obligation, Source, Span

real = read_speech

POISON = {
    "毒：崩溃": "crashed",
    "毒：退出": "crashed",
    "毒：内存": "memory",
    "毒：循环": "time",
    "毒：异常": "error",
}
"""How the texts that `poison` cannot read begin, and the reason that the service must give."""

RECORDS = 30
DOCUMENT_SECONDS = 0.02


def _source(text: str, date: dt.date | None) -> Source:
    return Source(
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        chars=len(text),
        date=date.isoformat() if date else None,
        date_source="given" if date else "none",
    )


def empty(text: str, date: dt.date | None) -> Extraction:
    """No records."""
    return Extraction(extractor=Extractor(version="0", rules="empty"), source=_source(text, date))


def thirty(text: str, date: dt.date | None) -> Extraction:
    """RECORDS obligations, equal parts of the text; no rules."""
    size = len(text) // RECORDS
    return Extraction(
        extractor=Extractor(version="0", rules="thirty"),
        source=_source(text, date),
        obligations=tuple(
            Obligation(
                id=f"o{n}",
                item=None,
                span=Span(start=n * size, end=(n + 1) * size, text=text[n * size : (n + 1) * size]),
                modality="require",
                rule="bench",
            )
            for n in range(RECORDS)
        ),
    )


def busy(text: str, date: dt.date | None) -> Extraction:
    """DOCUMENT_SECONDS of computing, then no records."""
    end = time.process_time() + DOCUMENT_SECONDS
    while time.process_time() < end:
        pass
    return empty(text, date)


def poison(text: str, date: dt.date | None) -> Extraction:
    """The rules, but for texts that begin with a way to fail."""
    match text[:4]:
        case "毒：崩溃":
            signal.raise_signal(signal.SIGSEGV)
        case "毒：退出":
            os._exit(3)
        case "毒：内存":
            bytearray(4 * 1024**3)
        case "毒：循环":
            while True:
                pass
        case "毒：异常":
            raise RuntimeError("a fault in the rules")
    return read_speech(text, date)
