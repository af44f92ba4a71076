"""Report files of a checkout: found by name, or by the user's patterns."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from bot.core.model.errors import CovgateError
from bot.core.parse.detect import looks_like_report
from bot.workspace.coverage_data import DATA_FILE

# Folders whose files were brought along, not made by this project's tests.
_SKIPPED = frozenset(
    {
        *(".git", ".hg", ".svn", "__pycache__"),
        *(".venv", "venv", ".tox", ".nox", ".eggs", "site-packages"),
        *("node_modules", "bower_components", "vendor"),
        ".covgate",
    }
)
_MODULE = re.compile(rb"^module[ \t]+[\"`]?([^\s\"`]{1,1000})", re.MULTILINE)
_MOST_MODULES = 1000


class NoSuchReport(CovgateError):
    """A pattern of the user's that names no file."""


def reports_by_name(root: Path, brought: Collection[str]) -> list[Path]:
    """The files below *root* whose name is a report's, except those *brought* along by the commit itself, such as a
    parser's samples. Links and folders of dependencies, environments and other checkouts are not entered.
    """
    found: list[Path] = []
    for here, folders, files in os.walk(root):
        folder = Path(here)
        folders[:] = sorted(name for name in folders if not _foreign(folder / name))
        found += [folder / name for name in sorted(files) if _named_like_a_report(name)]
    return [path for path in found if path.is_file() and path.relative_to(root).as_posix() not in brought]


def _foreign(folder: Path) -> bool:
    return folder.name in _SKIPPED or (folder / ".git").exists() or (folder / "pyvenv.cfg").exists()


def _named_like_a_report(name: str) -> bool:
    return name == DATA_FILE or looks_like_report(name.lower())


def reports_by_pattern(patterns: Iterable[str], folders: Iterable[Path]) -> list[Path]:
    """The files that *patterns* name, each in the first of *folders* that holds any, in order and without repetition.
    ``**`` goes through folders. Raises ``NoSuchReport`` for a pattern that names nothing.
    """
    places = list(folders)
    found: dict[Path, None] = {}
    for pattern in patterns:
        matches = next(filter(None, (_matches(pattern, folder) for folder in places)), None)
        if matches is None:
            raise NoSuchReport(f"{pattern}: there is no such file")
        found |= dict.fromkeys(matches)
    return list(found)


def _matches(pattern: str, folder: Path) -> list[Path]:
    """The file of just that name, else what the pattern matches as a glob."""
    named = folder / pattern
    if named.is_file():
        return [named]
    matches = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 (patterns may be absolute)
    return [path for path in (folder / match for match in matches) if path.is_file()]


def go_modules(files: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Go module path to its folder in the repository, from (path, content) of ``go.mod`` files; the one nearest to
    the top counts where two have the same path.
    """
    modules: dict[str, str] = {}
    for path, content in sorted(files, key=lambda file: (file[0].count("/"), file[0])):
        found = _MODULE.search(content)
        if found and len(modules) < _MOST_MODULES:
            folder = path.rpartition("/")[0] or "."
            modules.setdefault(found[1].decode("utf-8", "backslashreplace"), folder)
    return modules


def bytes_of(path: Path) -> bytes:
    """The whole file at *path*. Raises ``CovgateError`` with the system's reason."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CovgateError(f"{path}: it cannot be read: {error.strerror}") from None
