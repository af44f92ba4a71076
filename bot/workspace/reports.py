"""One's own report files, parsed in this process as they are read from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import Report
from bot.core.parse.report import parse_report
from bot.workspace.coverage_data import json_report

_BLOCK = 1 << 18
_DATABASE = b"SQLite format 3\0"


def read_report(path: Path, name: str) -> Report | None:
    """The report in the file at *path*, under *name*; ``None`` if it is none. A data file of coverage.py is reported
    by coverage.py first. Raises ``ReportError``, with *name*, for one that cannot be believed or opened.
    """
    try:
        if _begins(path) == _DATABASE:
            return parse_report(name, iter([json_report(path)]))
        return parse_report(name, _blocks(path))
    except UnknownFormat:
        return None
    except OSError as error:
        raise ReportError(f"it cannot be read: {error.strerror}", path=name) from None
    except ReportError as error:
        raise ReportError(error.reason, path=error.path or name, line=error.line) from None


def shown(path: Path, root: Path) -> str:
    """*path* as people know it: from the top of the checkout where it lies in it."""
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_DATABASE))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
