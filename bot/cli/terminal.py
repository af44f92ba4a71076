"""Where output goes: to a file, a terminal or a pipe; and what is said meanwhile to the one who waits."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.core.model.errors import CovgateError
from bot.core.render.escape import terminal

_PATIENCE = 0.5  # seconds in which nobody wonders


def coloured() -> bool:
    """Whether standard output is a terminal that shows colours; ``NO_COLOR`` is kept (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def give(text: str, to: Path | None) -> None:
    """Write *text* as UTF-8 into the file *to*, or to standard output for ``None``."""
    if to is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        return
    try:
        to.write_bytes(text.encode())
    except OSError as error:
        raise CovgateError(f"{to}: it cannot be written: {error.strerror}") from None


class Progress:
    """One line on standard error that says what is being done, where that is a terminal and it takes a while."""

    def __init__(self) -> None:
        self._shown = False
        self._began = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def say(self, text: str) -> None:
        """Replace the line by *text*."""
        if self._terminal and time.monotonic() - self._began >= _PATIENCE:
            self._write(f"\r\x1b[Kcovgate: {terminal(text, 70)} ...")
            self._shown = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._shown:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
