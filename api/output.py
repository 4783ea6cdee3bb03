"""Where results and messages go: results to standard output or a file, messages to standard error."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console


class Failure(Exception):
    """Something that the user can do something about. Says in Chinese and English what, where and how to fix it."""


def complain(message: str) -> None:
    """A message on standard error."""
    sys.stderr.write(f"duban: {message}\n")


def terminal() -> Console:
    """The console for tables: as wide as the terminal, else 100 columns; colours only there and without NO_COLOR."""
    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else 100)


def write(parts: Iterable[str | bytes], target: Path | None = None) -> None:
    """Writes the parts, text as UTF-8, as they come, to a file or standard output. A file appears when it is complete.

    Raises Failure when the file cannot be written.
    """
    encoded = (part.encode("utf-8", "replace") if isinstance(part, str) else part for part in parts)
    if target is not None:
        _write_file(encoded, target)
        return
    for part in encoded:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _write_file(parts: Iterable[bytes], target: Path) -> None:
    unfinished: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        unfinished = Path(name)
        with open(descriptor, "wb") as file:
            file.writelines(parts)
        unfinished.chmod(0o666 & ~_umask())
        unfinished.replace(target)
    except OSError as error:
        raise Failure(
            f"{target} 写不了（{error.strerror}）；若正在 Excel 或 WPS 中打开，请先关闭。 "
            f"{target} cannot be written ({error.strerror}); close it if it is open elsewhere."
        ) from None
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
