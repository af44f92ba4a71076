"""Tests, findings and benchmarks in ``check --format json``. Seconds, medians and changes are numbers with decimals;
all else is exact.
"""

from __future__ import annotations

import msgspec

from bot.core.model.comparison import CaseCounts, CaseKey, FindingsComparison, SuitesComparison
from bot.core.model.findings import Finding
from bot.core.model.limits import LimitResult
from bot.core.model.regression import BenchmarkComparison, MeasureComparison
from bot.core.model.suites import Case, Race
from bot.core.render.escape import utf8


class CountsJson(msgspec.Struct, frozen=True):
    tests: int
    passed: int
    failed: int
    errored: int
    skipped: int


class NamedJson(msgspec.Struct, frozen=True):
    suite: str
    name: str


class BadJson(msgspec.Struct, frozen=True):
    suite: str
    name: str
    outcome: str
    message: str
    file: str
    line: int | None
    uploads: list[str]


class FrameJson(msgspec.Struct, frozen=True):
    access: str
    function: str
    file: str
    line: int


class RaceJson(msgspec.Struct, frozen=True):
    """*case* is where the report stood in the output; it may be innocent."""

    detector: str
    suite: str
    case: str
    count: int
    frames: list[FrameJson]


class SuitesJson(msgspec.Struct, frozen=True):
    """*unraced* are the suites that Go ran without its race detector, as far as anybody said."""

    tests: int
    passed: int
    failed: int
    errored: int
    skipped: int
    races: list[RaceJson]
    duration_s: float
    base: CountsJson | None
    bad: list[BadJson]
    newly_failing: list[NamedJson]
    newly_fixed: list[NamedJson]
    removed: list[NamedJson]
    newly_skipped: list[NamedJson]
    flaky: list[NamedJson]
    unraced: list[str]


class FindingJson(msgspec.Struct, frozen=True):
    path: str
    line: int | None
    rule: str
    level: str
    message: str
    tool: str


class FindingsJson(msgspec.Struct, frozen=True):
    """*counted* are those that the gate counts, by *scope*; *total* are all."""

    scope: str
    total: int
    base: int | None
    fixed: int | None
    counted: list[FindingJson]


class MeasureJson(msgspec.Struct, frozen=True):
    """*change* is how much worse the head is, a ratio minus one; *low* and *high* bound it at 95 %."""

    group: str
    benchmark: str
    measure: str
    unit: str
    direction: str
    standing: str
    rule: str
    confirmation: str
    base: float | None
    head: float | None
    samples: tuple[int, int]
    change: float | None
    low: float | None
    high: float | None
    p: float | None
    visible: float | None
    needs: int | None


class LimitJson(msgspec.Struct, frozen=True):
    limit: str
    outcome: str
    benchmark: str
    measure: str
    value: float | None
    unit: str


class BenchmarksJson(msgspec.Struct, frozen=True):
    layout: str | None
    rounds: int | None
    records: int
    calibrated: int
    measures: list[MeasureJson]
    limits: list[LimitJson]


def suites_json(suites: SuitesComparison) -> SuitesJson:
    counts = suites.counts
    return SuitesJson(
        tests=counts.total,
        passed=counts.passed,
        failed=counts.failed,
        errored=counts.errored,
        skipped=counts.skipped,
        races=[_race(race) for race in suites.races],
        duration_s=suites.duration_us / 1_000_000,
        base=_counts(suites.base) if suites.base is not None else None,
        bad=[_bad(case, suites) for case in suites.bad],
        newly_failing=_names(suites.newly_failing),
        newly_fixed=_names(suites.newly_fixed),
        removed=_names(suites.removed),
        newly_skipped=_names(suites.newly_skipped),
        flaky=_names(tuple(case.key for case in suites.flaky)),
        unraced=[utf8(suite) for suite in suites.unraced],
    )


def _counts(counts: CaseCounts) -> CountsJson:
    return CountsJson(counts.total, counts.passed, counts.failed, counts.errored, counts.skipped)


def _names(keys: tuple[CaseKey, ...]) -> list[NamedJson]:
    return [NamedJson(utf8(suite), utf8(name)) for suite, name in keys]


def _bad(case: Case, suites: SuitesComparison) -> BadJson:
    uploads = [utf8(name) for name in suites.ran_in.get(case.key, ())]
    texts = (utf8(case.suite), utf8(case.name), case.outcome.value, utf8(case.message), utf8(case.file))
    return BadJson(*texts, case.line, uploads)


def _race(race: Race) -> RaceJson:
    frames = [
        FrameJson(utf8(access.kind), utf8(frame.function), utf8(frame.file), frame.line)
        for access in race.accesses
        for frame in access.frames[:1]
    ]
    return RaceJson(utf8(race.detector), utf8(race.suite), utf8(race.case), race.count, frames)


def findings_json(found: FindingsComparison) -> FindingsJson:
    return FindingsJson(
        scope=found.scope.value,
        total=len(found.findings),
        base=found.base,
        fixed=found.fixed,
        counted=[finding_json(finding) for finding in found.counted],
    )


def finding_json(finding: Finding) -> FindingJson:
    return FindingJson(
        path=utf8(finding.path),
        line=finding.line,
        rule=utf8(finding.rule),
        level=finding.level.value,
        message=utf8(finding.message),
        tool=utf8(finding.tool),
    )


def benchmarks_json(found: BenchmarkComparison) -> BenchmarksJson:
    return BenchmarksJson(
        layout=found.layout.value if found.layout is not None else None,
        rounds=found.rounds,
        records=found.records,
        calibrated=found.calibrated,
        measures=[_measure(one) for one in found.measures],
        limits=[_limit(one) for one in found.limits],
    )


def _measure(one: MeasureComparison) -> MeasureJson:
    return MeasureJson(
        group=utf8(one.group),
        benchmark=utf8(one.name),
        measure=utf8(one.measure),
        unit=utf8(one.unit),
        direction=one.direction.value,
        standing=one.standing.value,
        rule=one.rule.value,
        confirmation=one.confirmation.value,
        base=one.base,
        head=one.head,
        samples=one.samples,
        change=one.change,
        low=one.low,
        high=one.high,
        p=one.p,
        visible=one.visible,
        needs=one.needs,
    )


def _limit(one: LimitResult) -> LimitJson:
    value = float(one.value) if one.value is not None else None
    return LimitJson(one.limit.text, one.outcome.value, utf8(one.name), utf8(one.measure), value, utf8(one.unit))
