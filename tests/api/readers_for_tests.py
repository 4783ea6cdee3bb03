"""What worker processes do in tests: documents that misbehave on demand, besides the real reader."""

from __future__ import annotations

import datetime as dt
import os
import signal
import time

from api.workers import read_speech
from models.records import Extraction, Warning


def poisonable(text: str, date: dt.date | None) -> Extraction:
    """The real reader, but for texts that name a way to fail."""
    match text:
        case "毒：退出":
            os._exit(3)
        case "毒：崩溃":
            signal.raise_signal(signal.SIGSEGV)
        case "毒：内存":
            bytearray(8 * 1024**3)
        case "毒：循环":
            while True:
                pass
        case "毒：过多":
            much = Warning(code="much", message="要" * 12 * 1024**2)
            return read_speech("", date).model_copy(update={"warnings": (much,)})
        case "毒：异常":
            raise RuntimeError(f"about {text}")
    if text.startswith("慢："):
        time.sleep(0.3)
    return read_speech(text, date)
