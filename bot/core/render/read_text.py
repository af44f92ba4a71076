"""``covgate read`` for people: what each file is, and its counts one below the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from bot.core.model.benchmarks import Benchmarks, Measure
from bot.core.model.coverage import Coverage, Metric
from bot.core.model.evidence import Report
from bot.core.model.suites import Outcome, Suites
from bot.core.render import units
from bot.core.render.escape import terminal

_MOST = 20  # failed cases or benchmarks of one file
_MEASURES = 4
_WIDE = 200


def render_read_text(reports: Sequence[Report]) -> str:
    """A paragraph a report, in their order. The first count is the one that the user's own tool prints."""
    return "\n".join(_paragraph(report) for report in reports)


def _paragraph(report: Report) -> str:
    rows = list(_all_rows(report)) or [("holds", "nothing")]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {value}\n" for name, value in rows]
    return "".join([f"{terminal(report.path, 1000)}: {terminal(report.format)}\n", *lines])


def _all_rows(report: Report) -> Iterator[tuple[str, str]]:
    if report.coverage is not None:
        yield from _rows(report.coverage)
    if report.suites is not None:
        yield from _suites_rows(report.suites)
    if report.benchmarks is not None:
        yield from _benchmark_rows(report.benchmarks)
    if report.findings is not None:
        levels = Counter(finding.level.value for finding in report.findings.findings)
        said = ", ".join(units.count(number, level) for level, number in sorted(levels.items()))
        yield "findings", said or "none"


def _suites_rows(suites: Suites) -> Iterator[tuple[str, str]]:
    outcomes = Counter(case.outcome for case in suites.cases)
    yield "tests", units.integer(len(suites.cases))
    for outcome in Outcome:
        if outcomes[outcome]:
            yield outcome.value, units.integer(outcomes[outcome])
    if suites.races:
        yield "data races", units.integer(len(suites.races))
    for case in [case for case in suites.cases if case.bad][:_MOST]:
        yield f"- {case.outcome.value}", terminal(f"{case.suite} {case.name}".strip(), _WIDE)


def _benchmark_rows(benchmarks: Benchmarks) -> Iterator[tuple[str, str]]:
    yield "benchmarks", units.integer(len(benchmarks.benchmarks))
    for benchmark in benchmarks.benchmarks[:_MOST]:
        said = [_measured(name, measure) for name, measure in list(benchmark.measures.items())[:_MEASURES]]
        yield f"- {terminal(benchmark.name)}", ", ".join(said)


def _measured(name: str, measure: Measure) -> str:
    """The median and how many samples it is of."""
    middle = units.quantity(median(measure.samples), terminal(measure.unit)) if measure.samples else "no sample"
    return f"{terminal(name)} {middle} ({units.count(len(measure.samples), 'sample')})"


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
