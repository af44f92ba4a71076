"""Where output goes: to a file, a terminal or a pipe; and what is said meanwhile to the one who waits."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Timer
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
        self._text = ""
        self._late = False
        self._timer = Timer(_PATIENCE, self._overdue)

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def say(self, text: str) -> None:
        """Replace the line by *text*."""
        self._text = text
        if self._late:
            self._show()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        if self._timer.ident is not None:
            self._timer.join()
        if self._late:
            self._write("")

    def _overdue(self) -> None:
        self._late = True
        self._show()

    def _show(self) -> None:
        self._write(f"covgate: {terminal(self._text, 70)} ...")

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
