"""``covgate read`` for people: what each file is, and its counts one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.model.coverage import Coverage, Metric
from bot.core.model.evidence import Report
from bot.core.render import units
from bot.core.render.escape import terminal


def render_read_text(reports: Sequence[Report]) -> str:
    """A paragraph a report, in their order. The first count is the one that the user's own tool prints."""
    return "\n".join(_paragraph(report) for report in reports)


def _paragraph(report: Report) -> str:
    rows = list(_rows(report.coverage))
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {value}\n" for name, value in rows]
    return "".join([f"{terminal(report.path, 1000)}: {terminal(report.format)}\n", *lines])


def _rows(coverage: Coverage) -> Iterator[tuple[str, str]]:
    yield units.metric(coverage.metric), units.measured(coverage.native)
    for metric in (Metric.STATEMENTS, Metric.LINES, Metric.BRANCHES):
        tally = coverage.tally(metric)
        if metric is not coverage.metric and tally.total and not _same_as_lines(coverage, metric):
            yield units.metric(metric), units.measured(tally)
    partial = sum(len(file.partial) for file in coverage.files.values())
    if partial:
        yield "partly covered", units.units(partial, Metric.LINES)
    if coverage.functions.total:
        yield "functions", units.measured(coverage.functions)
    yield "in", units.count(len(coverage.files), "file")


def _same_as_lines(coverage: Coverage, metric: Metric) -> bool:
    """Where no statements were counted apart, a statement is the line that it starts on."""
    counted = {Metric.STATEMENTS, Metric.STATEMENTS_AND_BRANCHES}
    return metric is Metric.STATEMENTS and coverage.metric not in counted
