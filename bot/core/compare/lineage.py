"""Which file of the base a file of the head was, and what became of its lines."""

from __future__ import annotations

from bot.core.model.diff import Change, Diff, FileDiff


class Lineage:
    """The change, asked by name. Without a diff every file is taken for itself, unchanged."""

    def __init__(self, diff: Diff | None) -> None:
        known = diff or Diff()
        self._files = known.files
        self._unseen = frozenset(known.missing)
        self._gone = {
            file.old_path: file.path if file.change is Change.RENAMED else None
            for file in self._files.values()
            if file.change in (Change.RENAMED, Change.DELETED)
        }

    def before(self, path: str) -> str | None:
        """The name that the head's file *path* had in the base; ``None`` if it is new. A copy is new."""
        file = self._files.get(path)
        if file is None:
            return None if path in self._gone else path
        return None if file.change in (Change.ADDED, Change.COPIED, Change.DELETED) else file.old_path

    def after(self, old_path: str) -> str | None:
        """The name that the base's file *old_path* has in the head; ``None`` if it is gone."""
        if old_path in self._gone:
            return self._gone[old_path]
        file = self._files.get(old_path)
        return None if file is not None and file.change is not Change.MODIFIED else old_path

    def edits(self, path: str) -> FileDiff | None:
        """What was done to the lines of the head's file *path*; ``None`` where nothing was, or where it is unknown."""
        return None if path in self._unseen else self._files.get(path)

    def is_unseen(self, path: str) -> bool:
        """Whether *path* changed in ways that the diff does not tell."""
        return path in self._unseen
