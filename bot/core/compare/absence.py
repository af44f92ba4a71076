"""What is not there: changed files that no report mentions, measured files that left, changes of nothing coverable."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.core.compare.changes import Files
from bot.core.compare.lineage import Lineage
from bot.core.compare.paths import is_foreign
from bot.core.model.coverable import SOURCE_SUFFIXES, cannot_be_covered, looks_like_a_test, suffix_of
from bot.core.model.diff import Diff
from bot.core.model.globs import matches_any


def unreported(files: Files, base: Files, diff: Diff, ignored: Sequence[str]) -> tuple[str, ...]:
    """Files that the change added lines to, that look like source (by their ending: one that these reports measure,
    or a known one) and that no report mentions. Tests and what the policy ignores are not expected in any.
    """
    if not files:
        return ()
    suffixes = SOURCE_SUFFIXES | {suffix_of(path) for path in (*files, *base)} - {""}
    return tuple(
        sorted(
            path
            for path, change in diff.files.items()
            if path not in files
            and (change.added or path in diff.missing)
            and suffix_of(path) in suffixes
            and not looks_like_a_test(path)
            and not cannot_be_covered(path)
            and not matches_any(ignored, path)
        )
    )


def left(files: Files, base: Files, lineage: Lineage, tracked: frozenset[str] | None) -> tuple[str, ...]:
    """Files, by their name in the head, that the base measured, that still exist, and that no report mentions.

    A file none of whose measured lines survived the change has nothing left to measure.
    """
    found: set[str] = set()
    for old_path, old in base.items() if files else ():
        path = lineage.after(old_path)
        if path is None or path in files or (is_foreign(path) if tracked is None else path not in tracked):
            continue
        edits = lineage.edits(path)
        if edits.moved(old.measured) if edits is not None else old.measured:
            found.add(path)
    return tuple(sorted(found))


def nothing_coverable(diff: Diff, measured: Collection[str]) -> bool:
    """Whether the change touches files, all of them such that no tool measures them and that none has *measured*."""
    touched = {path for file in diff.files.values() for path in (file.path, file.old_path)} | set(diff.missing)
    return bool(touched) and all(cannot_be_covered(path) and path not in measured for path in touched)
