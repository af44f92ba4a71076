"""Marks beside the code: tests that failed, races, findings; new lines that no test covers, or only in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.core.model.comparison import CoverageComparison
from bot.core.model.findings import Level
from bot.core.model.lines import Lines
from bot.core.model.verdict import Evaluation
from bot.core.render import units
from bot.core.render.context import CommentContext
from bot.core.render.escape import plain
from bot.core.render.uncovered import Range, ranges_of, uncovered_files

MOST = 200
MOST_OF_KINDS = 150
_LONGEST_PATH = 4096
_LONGEST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One mark: *level* is ``failure``, ``warning`` or ``notice``; lines are the head's."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


def annotate_kinds(evaluation: Evaluation, context: CommentContext) -> tuple[Annotation, ...]:
    """At most ``MOST_OF_KINDS`` marks of what stands at a line of a file: failed tests, then races, then findings. What
    has no certain place in the head is only listed.
    """
    found = (
        Annotation(path=path, start_line=line, end_line=line, level=level, title=title, message=message)
        for path, placed, level, title, message in _placed(evaluation)
        for line in _in_head(path, placed, context)
    )
    return tuple(islice(found, MOST_OF_KINDS))


def _placed(evaluation: Evaluation) -> Iterator[tuple[str, int, str, str, str]]:
    """(path, line, level, title, message) of all that has a place."""
    if evaluation.suites is not None:
        for case in evaluation.suites.bad:
            if case.file in evaluation.suites.places and case.line:
                title = f"{plain(case.name)} {case.outcome}"
                yield case.file, case.line, "failure", title, plain(case.message, _LONGEST) or title
        for race in evaluation.suites.races:
            for frame in (access.frames[0] for access in race.accesses[:1] if access.frames):
                if frame.line and frame.file in evaluation.suites.places:
                    yield frame.file, frame.line, "failure", "Data race", f"{plain(frame.function)} races here."
    if evaluation.findings is not None:
        for finding in evaluation.findings.counted:
            if finding.path and finding.line:
                title = f"{plain(finding.tool)} {plain(finding.rule)}".strip() or "Finding"
                message = plain(finding.message, _LONGEST) or title
                yield finding.path, finding.line, _LEVELS[finding.level], title, message


_LEVELS = {Level.ERROR: "failure", Level.WARNING: "warning", Level.NOTE: "notice"}


def _in_head(path: str, line: int, context: CommentContext) -> Iterable[int]:
    """The line in the head: the same where CI tested the head itself."""
    if not _fits(path) or path.startswith("/"):
        return ()
    return (line,) if context.head_lines is None else context.head_lines(path, Lines.of([line]))


def _fits(path: str) -> bool:
    return path.isprintable() and len(path) <= _LONGEST_PATH


def annotate(coverage: CoverageComparison | None, context: CommentContext) -> tuple[tuple[Annotation, ...], int]:
    """At most ``MOST`` marks, of the files that miss most first, and how many lines are left unmarked."""
    if coverage is None:
        return (), 0
    marks: list[Annotation] = []
    unmarked = 0
    for path, file in uncovered_files(coverage):
        room = MOST - len(marks) if _fits(path) else 0
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
