"""What the change did to coverage, line by line: the lines that it added, and the lines that it did not touch."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.compare.lineage import Lineage
from bot.core.model.comparison import Indirect, Patch, PatchFile
from bot.core.model.coverage import FileCoverage
from bot.core.model.diff import Diff

Files = Mapping[str, FileCoverage]


def patch_of(files: Files, diff: Diff) -> Patch:
    """Added lines that are measured, for every file that has any. What only moved or was renamed adds nothing."""
    found: dict[str, PatchFile] = {}
    for path in sorted(diff.files):
        file, change = files.get(path), diff.files[path]
        if file is None or not file.measured & change.added:
            continue
        partial = file.partial & change.added
        found[path] = PatchFile(
            hit=(file.executed & change.added) - partial, partial=partial, miss=file.miss & change.added
        )
    return Patch(files=found)


def indirect_changes(files: Files, base: Files, lineage: Lineage) -> Mapping[str, Indirect]:
    """Unchanged lines whose fate changed, for every file that has any, in the head's numbering."""
    found: dict[str, Indirect] = {}
    for path in sorted(files):
        file, old = files[path], base.get(lineage.before(path) or "")
        if old is None or lineage.is_unseen(path):
            continue
        edits = lineage.edits(path)
        executed, missed = old.executed, old.miss
        if edits is not None:
            executed, missed = edits.moved(executed), edits.moved(missed)
        newly_missed, newly_hit = file.miss & executed, file.executed & missed
        if newly_missed or newly_hit:
            found[path] = Indirect(newly_missed=newly_missed, newly_hit=newly_hit)
    return found
