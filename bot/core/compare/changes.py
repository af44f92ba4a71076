"""What the change did to coverage, line by line: the lines that it added, and the lines that it did not touch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.compare.lineage import Lineage
from bot.core.model.comparison import Indirect, Patch, PatchFile
from bot.core.model.coverage import FileCoverage
from bot.core.model.diff import Diff
from bot.core.model.lines import NO_LINES, Lines

Files = Mapping[str, FileCoverage]


def patch_of(files: Files, diff: Diff) -> Patch:
    """Added lines that are measured, for every file that has any. What only moved or was renamed adds nothing."""
    found: dict[str, PatchFile] = {}
    for path in sorted(diff.files):
        file, added = files.get(path), diff.files[path].added
        if file is None or not added:
            continue
        implied, implied_hits = _implied(file, added)
        measured = (file.measured | implied) & added
        if measured:
            partial = file.partial & added
            hit = ((file.executed & added) - partial) | implied_hits
            found[path] = PatchFile(hit=hit, partial=partial, miss=measured - hit - partial)
    return Patch(files=found)


def _implied(file: FileCoverage, added: Lines) -> tuple[Lines, Lines]:
    """(measured, hit) lines without a count of their own, of which only branches or a function's start are told, as
    Istanbul does in LCOV. Such a line is hit if all its arms were taken or, without any, if the function ran: so
    diff-cover counts them. They belong to no total, since the tool's own leaves them out.
    """
    unlisted = added - file.measured
    if not unlisted or not (file.arms or file.functions):
        return NO_LINES, NO_LINES
    told = {start: ran for start, ran in _starts(file) if start in unlisted}
    for line in Lines.of(line for line in file.arms if line <= unlisted.last) & unlisted:
        taken, total = file.arms[line].counts()
        told[line] = taken == total
    return Lines.of(told), Lines.of(line for line, hit in told.items() if hit)


def _starts(file: FileCoverage) -> Iterator[tuple[int, bool]]:
    """(first line, whether it ran) of every function whose place the report tells."""
    for name, ran in file.functions.items():
        start = name.partition(":")[0]
        if start.isdecimal():
            yield int(start), ran


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
