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
    before. *added* counts in the new file's lines, *deleted* in the old file's. Neither holds context lines, and a
    *binary* file or a *submodule* has no lines at all.

    The lines in neither set are the unchanged ones: the first of them in the old file is the first in the new one,
    the second the second, and so on. ``moved`` and the seams rest on that alone.
    """

    path: str
    old_path: str
    change: Change
    added: Lines = NO_LINES
    deleted: Lines = NO_LINES
    binary: bool = False
    submodule: bool = False

    def moved(self, old: Lines) -> Lines:
        """Where the unchanged lines among *old* (old numbering) stand in the new file. Linear in the lines and in
        the edits.
        """
        kept = (old - self.deleted).bits
        if not kept or not (self.added or self.deleted):
            return Lines(kept)
        return Lines(int(_opened(_closed(f"{kept:b}"[::-1], self.deleted), self.added)[::-1], 2))

    def seams(self) -> tuple[Lines, Lines]:
        """(old, new): unchanged lines before which the change put something in (old numbering), or before which it
        took something out (new numbering). A span of unchanged lines is whole where no seam lies behind its first.
        """
        return _seams(self.added, self.deleted), _seams(self.deleted, self.added)


def _closed(digits: str, gone: Lines) -> str:
    """*digits*, one a line, without those of *gone*."""
    pieces: list[str] = []
    position = 0
    for first, last in gone.ranges():
        pieces.append(digits[position:first])
        position = last + 1
    return "".join((*pieces, digits[position:]))


def _opened(digits: str, new: Lines) -> str:
    """*digits*, one a line, with a 0 put in for each line of *new*."""
    pieces: list[str] = []
    taken = position = 0
    for first, last in new.ranges():
        pieces.append(digits[taken : taken + first - position].ljust(first - position, "0"))
        pieces.append("0" * (last - first + 1))
        taken, position = taken + first - position, last + 1
        if taken >= len(digits):
            break
    return "".join((*pieces, digits[taken:]))


def _seams(edits: Lines, others: Lines) -> Lines:
    """The unchanged line behind each run of *edits*, in the numbering that *others* (the other side's edits) belong
    to. Both sides agree on how many unchanged lines come before.
    """
    waiting = [(first - 1, last - first + 1) for first, last in others.ranges()]
    seams: list[int] = []
    before = passed = index = 0
    for first, last in edits.ranges():
        unchanged = first - 1 - before
        while index < len(waiting) and waiting[index][0] - passed <= unchanged:
            passed += waiting[index][1]
            index += 1
        seams.append(unchanged + passed + 1)
        before += last - first + 1
    return Lines.of(seams)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All files of a change, by new path. *missing* names files whose hunks could not be had (too large for
    GitHub's API, say): a patch judged on such a diff says so and never passes on it in silence.
    """

    files: Mapping[str, FileDiff] = field(default_factory=dict[str, FileDiff])
    missing: tuple[str, ...] = ()
