"""Marks beside the code: new lines that no test covers, and those that run in part."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.comparison import CoverageComparison
from bot.core.render import units
from bot.core.render.context import CommentContext
from bot.core.render.uncovered import Range, ranges_of, uncovered_files

MOST = 200
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One mark: *level* is ``warning`` (missed) or ``notice`` (partly covered); lines are the head's."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


def annotate(coverage: CoverageComparison | None, context: CommentContext) -> tuple[tuple[Annotation, ...], int]:
    """At most ``MOST`` marks, of the files that miss most first, and how many lines are left unmarked."""
    if coverage is None:
        return (), 0
    marks: list[Annotation] = []
    unmarked = 0
    for path, file in uncovered_files(coverage):
        room = MOST - len(marks) if path.isprintable() and len(path) <= _LONGEST_PATH else 0
        found, left = (
            ranges_of(path, file, coverage, context, most=room) if room else ([], len(file.miss | file.partial))
        )
        marks += [_mark(path, one) for one in found]
        unmarked += left
    return tuple(marks), unmarked


def _mark(path: str, found: Range) -> Annotation:
    lines = f"{'line' if found.first == found.last else 'lines'} {units.line_range(found.first, found.last)}"
    return Annotation(
        path=path,
        start_line=found.first,
        end_line=found.last,
        level="notice" if found.partial else "warning",
        title=f"{units.count(found.lines, 'new line')} {'partly covered' if found.partial else 'not covered'}",
        message=f"Tests run {lines} only in part." if found.partial else f"No test runs {lines}.",
    )
