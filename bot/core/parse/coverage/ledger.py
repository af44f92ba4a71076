"""What the readers of coverage reports share: the files found so far, under the limits of what a report may name."""

from __future__ import annotations

import re

from bot.core.model.coverage import Coverage, FileCoverage, Metric
from bot.core.model.errors import ReportError

MOST_FILES = 100_000
MOST_LINES = 1_000_000_000
"""Sum of the highest lines of all files: more than any repository, and what the bitsets cost in memory."""

LONGEST_NAME = 64 << 10
"""Far longer than any path, because browsers' coverage names scripts by ``data:`` URLs that hold all of them."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Ledger:
    """The files of one report. A file that comes again is merged with what is known of it."""

    def __init__(self) -> None:
        self._files: dict[str, FileCoverage] = {}
        self._lines = 0

    def add(self, path: str, file: FileCoverage) -> None:
        known = self._files.get(path)
        self._files[path] = file if known is None else known | file
        self._lines += file.measured.last
        if len(self._files) > MOST_FILES:
            raise ReportError(f"the report names more than {MOST_FILES} files")
        if self._lines > MOST_LINES:
            raise ReportError(f"the report names more than {MOST_LINES} lines")

    def coverage(self, metric: Metric) -> Coverage:
        return Coverage(metric=metric, files=self._files)


def file_name(raw: bytes) -> str:
    """The file that *raw* names. Bytes that are not UTF-8 become backslash escapes, as they do when diffs are read.
    Raises ``ReportError`` for a name that no repository can hold.
    """
    return checked_name(raw.decode("utf-8", "backslashreplace"))


def checked_name(name: str) -> str:
    """*name*, if it can be a file's name."""
    if not name:
        raise ReportError("a file without a name")
    if len(name) > LONGEST_NAME:
        raise ReportError(f"a file name is over {LONGEST_NAME} characters")
    if _CONTROL.search(name):
        raise ReportError(f"the file name {name[:200]!r} holds control characters")
    return name
