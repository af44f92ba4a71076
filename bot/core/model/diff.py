"""What a change did to files, as line numbers: enough to judge a patch, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.lines import NO_LINES, Lines


class Change(StrEnum):
    ADDED = "added"
    MODIFIED = "modified"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One file of a diff. *path* is its name after the change (before it, for a deleted file), *old_path* its name
    before. *added* counts in the new file's lines, *deleted* in the old file's. Neither holds context lines.
    """

    path: str
    old_path: str
    change: Change
    added: Lines = NO_LINES
    deleted: Lines = NO_LINES
    binary: bool = False
    submodule: bool = False

    def moved(self, old: Lines) -> Lines:
        """Where the unchanged lines among *old* (old numbering) stand in the new file."""
        result, shift, position = 0, 0, 1
        edits = _edits(self.deleted, self.added)
        kept = (old - self.deleted).bits
        for at, next_shift in edits:
            window = ((1 << at) - 1) ^ ((1 << position) - 1)
            result |= _shifted(kept & window, shift)
            position, shift = at, next_shift
        return Lines(result | _shifted(kept >> position << position, shift))


def _shifted(bits: int, by: int) -> int:
    return bits << by if by >= 0 else bits >> -by


def _edits(deleted: Lines, added: Lines) -> list[tuple[int, int]]:
    """(old line, shift of the unchanged lines from there on), ascending."""
    edits: list[tuple[int, int]] = []
    removals = list(deleted.ranges())
    insertions = list(added.ranges())
    shift = 0
    r = i = 0
    while r < len(removals) or i < len(insertions):
        # An insertion at new line n comes before the old line n - shift.
        insert_at = insertions[i][0] - shift if i < len(insertions) else None
        if r < len(removals) and (insert_at is None or removals[r][0] <= insert_at):
            first, last = removals[r]
            shift -= last - first + 1
            edits.append((last + 1, shift))
            r += 1
        elif insert_at is not None:
            first, last = insertions[i]
            shift += last - first + 1
            edits.append((insert_at, shift))
            i += 1
    return edits


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All files of a change, by new path. *missing* names files whose hunks could not be had (too large for
    GitHub's API, say): a patch judged on such a diff says so and never passes on it in silence.
    """

    files: Mapping[str, FileDiff] = field(default_factory=dict[str, FileDiff])
    missing: tuple[str, ...] = ()

    def old_path(self, path: str) -> str:
        """The name that *path* (after the change) had before it."""
        file = self.files.get(path)
        return file.old_path if file else path
