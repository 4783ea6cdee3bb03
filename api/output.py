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


def write(parts: Iterable[str], target: Path | None = None, encoding: str = "utf-8") -> None:
    """Writes text, as it comes, to a file or standard output. A file appears only when it is complete.

    Raises Failure when the file cannot be written or a character does not exist in the encoding.
    """
    try:
        if target is None:
            for part in parts:
                sys.stdout.buffer.write(part.encode(encoding))
                encoding = "utf-8" if encoding == "utf-8-sig" else encoding
            sys.stdout.buffer.flush()
            return
        _write_file(parts, target, encoding)
    except UnicodeEncodeError as error:
        raise Failure(
            f"字符“{error.object[error.start]}”在 {encoding} 编码中不存在，请用 UTF-8。 "
            f"Character U+{ord(error.object[error.start]):04X} does not exist in {encoding}; use UTF-8."
        ) from None


def _write_file(parts: Iterable[str], target: Path, encoding: str) -> None:
    unfinished: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        unfinished = Path(name)
        with open(descriptor, "w", encoding=encoding, newline="") as file:
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
