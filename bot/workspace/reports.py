"""One's own report files, parsed in this process as they are read from the disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.core.model.errors import ReportError
from bot.core.model.evidence import Report
from bot.core.parse.report import parse_report
from bot.core.parse.wreckage import is_wreckage
from bot.workspace.coverage_data import json_report

_HEAD = 256
_DATABASE = b"SQLite format 3\0"


def read_report(path: Path, name: str) -> Report:
    """The report in the file at *path*, under *name*. A data file of coverage.py is reported by coverage.py first.
    Raises ``UnknownFormat`` for a file that is none, ``ReportError`` for one that cannot be believed or opened.
    """
    try:
        if _head(path).startswith(_DATABASE):
            return parse_report(name, [json_report(path)])
        with path.open("rb") as file:
            return parse_report(name, file)
    except OSError as error:
        raise ReportError(f"it cannot be read: {error.strerror}", path=name) from None


def is_left_behind(path: Path) -> bool:
    """Whether the file at *path*, which is no report, may be left where it is: it is not what remains of one."""
    return not is_wreckage(path.name, _head(path))


def is_reported(data_file: Path, reports: Iterable[Report], root: Path) -> bool:
    """Whether one of *reports* was made from *data_file* already: by coverage.py, below its folder, and not before."""
    made = [root / report.path for report in reports if report.format.startswith("coverage.py-")]
    written = data_file.stat().st_mtime_ns
    return any(path.is_relative_to(data_file.parent) and path.stat().st_mtime_ns >= written for path in made)


def shown(path: Path, root: Path) -> str:
    """*path* as people know it: from the top of the checkout where it lies in it."""
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)
