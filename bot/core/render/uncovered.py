"""Uncovered new lines, as ranges in the head's numbering: what links and annotations point at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.core.model.comparison import CoverageComparison, PatchFile
from bot.core.model.lines import NO_LINES, Lines
from bot.core.render.context import CommentContext

_WIDEST_GAP = 3  # lines that nothing measures (blank, a brace, a comment) and that do not split a range


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Neighbouring lines of one fate, *first* to *last*. *lines* of them are measured; *partial*: they ran, though not
    on every way.
    """

    first: int
    last: int
    lines: int
    partial: bool


def uncovered_files(coverage: CoverageComparison | None) -> list[tuple[str, PatchFile]]:
    """Files with missed or partial new lines, most missed first."""
    files = coverage.patch.files.items() if coverage and coverage.patch else ()
    wanted = [(path, file) for path, file in files if file.miss or file.partial]
    return sorted(wanted, key=lambda item: (-len(item[1].miss), -len(item[1].partial), item[0]))


def ranges_of(
    path: str, file: PatchFile, coverage: CoverageComparison, context: CommentContext, *, most: int
) -> tuple[list[Range], int]:
    """The first *most* missed and partial ranges of one file, and how many measured lines are in none of them: those
    of further ranges, and lines that have no certain place in the head.
    """
    measured = _measured(path, coverage) | file.hit | file.partial | file.miss
    found = [
        _in_head(path, one, lines, context)
        for lines, partial in ((file.miss, False), (file.partial, True))
        for one in islice(_ranges(lines, measured, partial=partial), most)
    ]
    shown = sorted((one for one in found if one is not None), key=lambda one: one.first)[:most]
    return shown, len(file.miss) + len(file.partial) - sum(one.lines for one in shown)


def _in_head(path: str, found: Range, lines: Lines, context: CommentContext) -> Range | None:
    """*found*, a range of *lines* in the tested tree, where it stands in the head."""
    if context.head_lines is None:
        return found
    there = context.head_lines(path, lines & Lines.span(found.first, found.last))
    first = next(iter(there), None)
    if first is None:
        return None
    return Range(first=first, last=there.last, lines=len(there), partial=found.partial)


def _measured(path: str, coverage: CoverageComparison) -> Lines:
    measured = NO_LINES
    for measurement in coverage.head.values():
        file = measurement.files.get(path)
        measured = measured if file is None else measured | file.measured
    return measured


def _ranges(lines: Lines, measured: Lines, *, partial: bool) -> Iterator[Range]:
    run: Range | None = None
    for first, last in lines.ranges():
        if run and first - run.last - 1 <= _WIDEST_GAP and not _between(measured, run.last, first):
            run = Range(first=run.first, last=last, lines=run.lines + last - first + 1, partial=partial)
            continue
        if run:
            yield run
        run = Range(first=first, last=last, lines=last - first + 1, partial=partial)
    if run:
        yield run


def _between(measured: Lines, after: int, before: int) -> bool:
    """Whether a measured line stands between the two."""
    return any(line in measured for line in range(after + 1, before))
