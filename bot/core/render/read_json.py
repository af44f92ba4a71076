"""``read --json``: what each file is and what it holds, in exact integers."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.core.model.coverage import Coverage, FileCoverage, Metric, Tally
from bot.core.model.evidence import Report
from bot.core.render.result_json import Counts, Ranges, as_json, ranges, utf8


class LineCounts(msgspec.Struct, frozen=True):
    """*covered* counts partial lines too; *partial* says how many those are."""

    covered: int
    partial: int
    total: int


class FileJson(msgspec.Struct, frozen=True):
    hit: Ranges
    partial: Ranges
    miss: Ranges


class ReadReport(msgspec.Struct, frozen=True):
    """One report. Counts of a kind that the report does not hold are ``null``."""

    path: str
    format: str
    metric: str
    native: Counts
    lines: LineCounts
    statements: Counts | None
    branches: Counts | None
    functions: Counts | None
    files: dict[str, FileJson]
    kind: str = "coverage"


class ReadDocument(msgspec.Struct, frozen=True):
    reports: list[ReadReport]


def render_read(reports: Sequence[Report]) -> str:
    """The document of *reports*, in their order."""
    return as_json(ReadDocument([_report(report) for report in reports]))


def _report(report: Report) -> ReadReport:
    coverage = report.coverage
    lines = coverage.tally(Metric.LINES)
    partial = sum(len(file.partial) for file in coverage.files.values())
    return ReadReport(
        path=utf8(report.path),
        format=report.format,
        metric=coverage.metric.value,
        native=_counts(coverage.native),
        lines=LineCounts(lines.covered, partial, lines.total),
        statements=_counts(coverage.tally(Metric.STATEMENTS)) if _counts_statements(coverage) else None,
        branches=_some(coverage.tally(Metric.BRANCHES)),
        functions=_some(coverage.functions),
        files={utf8(path): _file(file) for path, file in coverage.files.items()},
    )


def _counts_statements(coverage: Coverage) -> bool:
    return coverage.metric in {Metric.STATEMENTS, Metric.STATEMENTS_AND_BRANCHES}


def _counts(tally: Tally) -> Counts:
    return Counts(tally.covered, tally.total)


def _some(tally: Tally) -> Counts | None:
    return _counts(tally) if tally.total else None


def _file(file: FileCoverage) -> FileJson:
    return FileJson(ranges(file.hit), ranges(file.partial), ranges(file.miss))
