"""``read --json``: what each file is and what it holds, in exact integers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from bot.core.model.benchmarks import Benchmarks, Measure
from bot.core.model.coverage import Coverage, FileCoverage, Metric, Tally
from bot.core.model.evidence import Report
from bot.core.model.suites import Case, Outcome, Suites
from bot.core.render.escape import utf8
from bot.core.render.kinds_json import FindingJson, finding_json
from bot.core.render.result_json import Counts, Ranges, as_json, ranges


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


class CaseJson(msgspec.Struct, frozen=True):
    """*attempts* is how often the case ran in this report."""

    suite: str
    name: str
    outcome: str
    duration_s: float | None
    attempts: int
    message: str


class ReadSuites(msgspec.Struct, frozen=True):
    path: str
    format: str
    tests: int
    passed: int
    failed: int
    errored: int
    skipped: int
    races: int
    duration_s: float
    cases: list[CaseJson]
    kind: str = "suites"


class ReadMeasure(msgspec.Struct, frozen=True):
    unit: str
    direction: str
    samples: list[float]


class ReadBenchmark(msgspec.Struct, frozen=True):
    """*group* is what the name is unique in, such as a package."""

    name: str
    group: str
    measures: dict[str, ReadMeasure]


class ReadBenchmarks(msgspec.Struct, frozen=True):
    path: str
    format: str
    benchmarks: list[ReadBenchmark]
    machine: dict[str, str]
    kind: str = "benchmarks"


class ReadFindings(msgspec.Struct, frozen=True):
    path: str
    format: str
    findings: list[FindingJson]
    kind: str = "findings"


AnyReport = ReadReport | ReadSuites | ReadBenchmarks | ReadFindings


class ReadDocument(msgspec.Struct, frozen=True):
    reports: list[AnyReport]


def render_read(reports: Sequence[Report]) -> str:
    """The document of *reports*, in their order; a file that holds two kinds of evidence has two entries."""
    return as_json(ReadDocument([entry for report in reports for entry in _entries(report)]))


def _entries(report: Report) -> Iterator[AnyReport]:
    """What the file is made for comes first: a benchmark's file has tests only where a benchmark failed."""
    if report.coverage is not None:
        yield _coverage(report, report.coverage)
    if report.suites is not None and report.format.startswith("go-test"):
        yield _suites(report, report.suites)
    if report.benchmarks is not None:
        yield _benchmarks(report, report.benchmarks)
    if report.suites is not None and not report.format.startswith("go-test"):
        yield _suites(report, report.suites)
    if report.findings is not None:
        found = [finding_json(finding) for finding in report.findings.findings]
        yield ReadFindings(path=utf8(report.path), format=report.format, findings=found)


def _suites(report: Report, suites: Suites) -> ReadSuites:
    outcomes = Counter(case.outcome for case in suites.cases)
    return ReadSuites(
        path=utf8(report.path),
        format=report.format,
        tests=len(suites.cases),
        passed=outcomes[Outcome.PASSED],
        failed=outcomes[Outcome.FAILED],
        errored=outcomes[Outcome.ERRORED],
        skipped=outcomes[Outcome.SKIPPED],
        races=len(suites.races),
        duration_s=sum(case.duration_us or 0 for case in suites.cases) / 1_000_000,
        cases=[_case(case) for case in suites.cases],
    )


def _case(case: Case) -> CaseJson:
    return CaseJson(
        suite=utf8(case.suite),
        name=utf8(case.name),
        outcome=case.outcome.value,
        duration_s=None if case.duration_us is None else case.duration_us / 1_000_000,
        attempts=max(len(case.attempts), 1),
        message=utf8(case.message),
    )


def _benchmarks(report: Report, benchmarks: Benchmarks) -> ReadBenchmarks:
    return ReadBenchmarks(
        path=utf8(report.path),
        format=report.format,
        benchmarks=[
            ReadBenchmark(
                name=utf8(one.name),
                group=utf8(one.group),
                measures={utf8(name): _measure(measure) for name, measure in one.measures.items()},
            )
            for one in benchmarks.benchmarks
        ],
        machine={utf8(key): utf8(value) for key, value in benchmarks.machine.items()},
    )


def _measure(measure: Measure) -> ReadMeasure:
    return ReadMeasure(unit=utf8(measure.unit), direction=measure.direction.value, samples=list(measure.samples))


def _coverage(report: Report, coverage: Coverage) -> ReadReport:
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
