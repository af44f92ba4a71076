"""Why a total moved, file by file, in parts that sum to it exactly.

On each side every unit counted lies either on lines that the change touched or on lines that it did not:

- a line or a branch arm is touched if its line was added (head) or deleted (base);
- a Go block is touched if any of its lines was, or if the change put something in or took something out between them:
  such a block is another one afterwards. It counts whole, with all its statements.

A file that is new to the measurement counts as added, one that left it as deleted, each whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.compare.lineage import Lineage
from bot.core.model.comparison import Delta
from bot.core.model.coverage import NOTHING, Coverage, FileCoverage, Metric, Tally, tally_of, tally_of_arms
from bot.core.model.lines import Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDelta:
    """One file: *path* in the head and *old_path* in the base, ``None`` where that side did not measure it."""

    path: str | None
    old_path: str | None
    added: Tally = NOTHING
    deleted: Tally = NOTHING
    before: Tally = NOTHING
    after: Tally = NOTHING

    @property
    def head(self) -> Tally:
        return self.added + self.after

    @property
    def base(self) -> Tally:
        return self.deleted + self.before


def file_deltas(head: Coverage, base: Coverage | None, lineage: Lineage) -> list[FileDelta]:
    """Every file of either side once, counted in *head*'s metric."""
    old_files = dict(base.files) if base else {}
    deltas: list[FileDelta] = []
    for path, file in head.files.items():
        old_path = lineage.before(path)
        old = old_files.pop(old_path, None) if old_path is not None else None
        if old is None:
            deltas.append(FileDelta(path=path, old_path=None, added=tally_of(file, head.metric)))
        else:
            deltas.append(_delta(path, file, old_path, old, lineage, head.metric))
    deltas += [
        FileDelta(path=None, old_path=path, deleted=tally_of(file, head.metric)) for path, file in old_files.items()
    ]
    return deltas


def total(deltas: Iterable[FileDelta]) -> Delta:
    """The sum of *deltas*."""
    added = deleted = before = after = NOTHING
    for one in deltas:
        added, deleted, before, after = added + one.added, deleted + one.deleted, before + one.before, after + one.after
    return Delta(
        base=deleted + before,
        head=added + after,
        added=added,
        deleted=deleted,
        elsewhere_before=before,
        elsewhere_after=after,
    )


def _delta(
    path: str, file: FileCoverage, old_path: str | None, old: FileCoverage, lineage: Lineage, metric: Metric
) -> FileDelta:
    head, base = tally_of(file, metric), tally_of(old, metric)
    edits = lineage.edits(path)
    if edits is None or not (edits.added or edits.deleted):
        return FileDelta(path=path, old_path=old_path, before=base, after=head)
    old_seams, new_seams = edits.seams() if file.blocks or old.blocks else (Lines(), Lines())
    added = _touched(file, metric, edits.added, new_seams)
    deleted = _touched(old, metric, edits.deleted, old_seams)
    return FileDelta(
        path=path,
        old_path=old_path,
        added=added,
        deleted=deleted,
        before=_less(base, deleted),
        after=_less(head, added),
    )


def _less(whole: Tally, part: Tally) -> Tally:
    return Tally(whole.covered - part.covered, whole.total - part.total)


def _touched(file: FileCoverage, metric: Metric, lines: Lines, seams: Lines) -> Tally:
    match metric:
        case Metric.LINES:
            return _lines(file, lines)
        case Metric.STATEMENTS:
            return _statements(file, lines, seams)
        case Metric.BRANCHES:
            return _branches(file, lines)
        case Metric.STATEMENTS_AND_BRANCHES:
            return _statements(file, lines, seams) + _branches(file, lines)


def _lines(file: FileCoverage, lines: Lines) -> Tally:
    return Tally(len(file.executed & lines), len(file.measured & lines))


def _branches(file: FileCoverage, lines: Lines) -> Tally:
    return tally_of_arms(arms for line, arms in file.arms.items() if line in lines)


def _statements(file: FileCoverage, lines: Lines, seams: Lines) -> Tally:
    return _lines(file, lines) if file.blocks is None else file.blocks.crossed(lines, seams)
