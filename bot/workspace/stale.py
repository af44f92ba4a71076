"""Reports of a working tree that was edited since: their line numbers are those of another text."""

from __future__ import annotations

from pathlib import Path

from bot.core.compare.names import KnownNames
from bot.core.compare.paths import Origin, map_paths
from bot.core.model.diff import Diff
from bot.core.model.errors import ReportError
from bot.core.model.evidence import Report, Upload
from bot.core.model.policy import Policy


def refuse_stale(upload: Upload, diff: Diff, known: frozenset[str] | None, rules: Policy, root: Path) -> None:
    """Raise ``ReportError`` if a report is older than a changed file that it measures."""
    changed = _changed_at(diff, root)
    for report in upload.reports:
        written = _modified(root / report.path)
        newer = [path for path, at in changed.items() if written is not None and at > written]
        if newer:
            measured = _measured(report, upload, known, rules)
            stale = next((path for path in newer if path in measured), None)
            if stale is not None:
                why = f"it is stale: {stale} changed after it was written"
                raise ReportError(f"{why}; run the tests again, or pass --allow-stale", path=report.path)


def _measured(report: Report, upload: Upload, known: frozenset[str] | None, rules: Policy) -> set[str]:
    """The repository's files whose coverage *report* measures: only it is of their lines."""
    if report.coverage is None:
        return set()
    names = KnownNames(known or (), complete=known is not None)
    origin = Origin(root=upload.root, roots=report.roots, modules=upload.modules, rules=rules.coverage.paths)
    return set(map_paths(report.coverage.files, names, origin).names.values())


def _changed_at(diff: Diff, root: Path) -> dict[str, int]:
    """When each changed file was last written, in nanoseconds, newest first."""
    times = {path: _modified(root / path) for path in diff.files}
    return dict(sorted(((path, at) for path, at in times.items() if at is not None), key=lambda item: -item[1]))


def _modified(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
