"""Test results of all uploads as one run, beside the base's: what fails, what newly does, where races were looked for.

Jobs are compared, not summed: a case that three legs of a matrix ran is one case, by its worst outcome. The same holds
for two reports of one upload that tell of one run twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

import msgspec

from bot.core.compare.names import NOTHING_KNOWN, KnownNames
from bot.core.compare.paths import Origin
from bot.core.compare.places import placed
from bot.core.model.comparison import CaseCounts, CaseKey, SuitesComparison
from bot.core.model.evidence import Baseline, Side, Upload
from bot.core.model.globs import matches_any
from bot.core.model.policy import PathRule, TestsRule
from bot.core.model.suites import BAD, Case, Outcome, Race, Suites

SLOWEST = 10
"""How many of the longest cases are told."""

_SEVERITY = {Outcome.SKIPPED: 0, Outcome.PASSED: 1, Outcome.FAILED: 2, Outcome.ERRORED: 3}
_NOWHERE: frozenset[int] = frozenset()


def compare_suites(
    uploads: Iterable[Upload],
    baseline: Baseline | None,
    rules: TestsRule,
    known: KnownNames = NOTHING_KNOWN,
    paths: tuple[PathRule, ...] = (),
) -> SuitesComparison | None:
    """All that the head's test results say; ``None`` where no report has any. The order of *uploads* does not matter,
    nor whether one of their reports is there twice. What *rules* switch off (flaky tests, races) is left out. *known*
    are the repository's files, *paths* the policy's rules for names: by them places are told.
    """
    runs = _runs(uploads, rules, known, paths)
    if not runs:
        return None
    cases, bad_in = _united(runs)
    outcomes = {key: cases[key].outcome for key in sorted(cases)}
    base = baseline.suites if baseline is not None else None
    fates = _Fates() if base is None else _fates(outcomes, base)
    newly = frozenset(fates.newly_failing)
    bad = sorted((cases[key] for key in bad_in if key in cases), key=lambda case: (case.key not in newly, case.key))
    judged_races = rules.races != "off"
    raced, unraced = _detector(runs) if judged_races else ((), ())
    return SuitesComparison(
        counts=_counts(outcomes),
        reports=sum(len(run.reports) for run in runs),
        suites=len({suite for suite, _ in outcomes}.union(*(each.suites for run in runs for each in run.reports))),
        duration_us=sum(case.duration_us or 0 for case in cases.values()),
        outcomes=outcomes,
        base=None if base is None else _counts(base),
        bad=tuple(bad),
        ran_in={case.key: tuple(sorted({runs[number].upload for number in bad_in[case.key]})) for case in bad},
        newly_failing=fates.newly_failing,
        newly_fixed=fates.newly_fixed,
        removed=fates.removed,
        newly_skipped=fates.newly_skipped,
        slowest=_slowest(cases.values()),
        flaky=() if rules.flaky == "off" else tuple(cases[key] for key in outcomes if cases[key].flaky),
        races=_races(runs) if judged_races else (),
        raced=raced,
        unraced=unraced,
        places=frozenset[str]().union(*(run.places for run in runs)),
    )


# --- who ran what ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What one upload tells of tests, and whether Go's race detector was on in it."""

    upload: str
    reports: tuple[Suites, ...]
    detector: bool
    places: frozenset[str]


def _runs(uploads: Iterable[Upload], rules: TestsRule, known: KnownNames, paths: tuple[PathRule, ...]) -> list[_Run]:
    runs: list[_Run] = []
    for upload in uploads:
        told = [
            placed(
                report.suites, known, Origin(root=upload.root, roots=report.roots, modules=upload.modules, rules=paths)
            )
            for report in upload.reports
            if report.side is Side.HEAD and report.suites is not None
        ]
        reports = tuple(suites for suites, _ in told)
        places = frozenset[str]().union(*(places for _, places in told))
        if reports:
            detector = _detector_on(upload, reports, rules)
            runs.append(_Run(upload=upload.name, reports=reports, detector=detector, places=places))
    return runs


def _detector_on(upload: Upload, reports: Sequence[Suites], rules: TestsRule) -> bool:
    """It reported a race, or the manifest says so, or, where that says nothing, the policy."""
    if upload.race or any(race.detector == "go" for suites in reports for race in suites.races):
        return True
    return upload.race is None and matches_any(rules.race_detector, upload.name)


def _detector(runs: Iterable[_Run]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The suites that Go ran: those with its race detector on in some upload, and those with it on in none. A suite
    without a case ran nothing: a package without tests, or one of benchmarks; nor did one that only failed as a whole,
    because it does not build.
    """
    ran: set[str] = set()
    raced: set[str] = set()
    for run in runs:
        for suites in run.reports:
            if suites.toolchain == "go":
                names = {case.suite for case in suites.cases if not (case.synthetic and case.bad)}
                ran |= names
                raced |= names if run.detector else set()
    return tuple(sorted(raced)), tuple(sorted(ran - raced))


# --- many tellings of one case -----------------------------------------------------------------------------------


def _united(runs: Sequence[_Run]) -> tuple[dict[CaseKey, Case], dict[CaseKey, set[int]]]:
    """Every case once, and the numbers of the *runs* in which it was bad."""
    cases: dict[CaseKey, Case] = {}
    bad_in: dict[CaseKey, set[int]] = {}
    for number, run in enumerate(runs):
        for suites in run.reports:
            for case in suites.cases:
                key = (case.suite, case.name)
                known = cases.get(key)
                cases[key] = case if known is None else _joined(known, case)
                if case.outcome in BAD:
                    bad_in.setdefault(key, set()).add(number)
    return _without_echoes(cases, bad_in), bad_in


def _joined(one: Case, other: Case) -> Case:
    """One case of two tellings: the worse outcome, the longer time, the attempts that say more. A join in the sense of
    lattices: commutative, associative, idempotent.
    """
    if one == other:
        return one
    durations = [each.duration_us for each in (one, other) if each.duration_us is not None]
    return msgspec.structs.replace(
        max(one, other, key=_weight),
        duration_us=max(durations, default=None),
        attempts=max(one, other, key=_told).attempts,
    )


def _weight(case: Case) -> tuple[object, ...]:
    """Worse is more; of two as bad, the one that explains more."""
    text = (len(case.message) + len(case.detail), case.message, case.detail, case.file, case.line or 0)
    return _SEVERITY[case.outcome], not case.synthetic, bool(case.message), *text


def _told(case: Case) -> tuple[bool, int, tuple[Outcome, ...]]:
    return case.flaky, len(case.attempts), case.attempts


def _without_echoes(cases: Mapping[CaseKey, Case], bad_in: Mapping[CaseKey, set[int]]) -> dict[CaseKey, Case]:
    """*cases* without those that stand for a whole suite which the real cases tell of: a log has one line for a package
    whose tests a report beside it has one by one. One that failed stays where none of the suite's tests did.
    """
    told = {case.suite for case in cases.values() if not case.synthetic}
    blamed: dict[str, set[int]] = {}
    for key, numbers in bad_in.items():
        if not cases[key].synthetic:
            blamed.setdefault(key[0], set()).update(numbers)
    return {
        key: case
        for key, case in cases.items()
        if not (case.synthetic and case.suite in told and bad_in.get(key, _NOWHERE) <= blamed.get(case.suite, _NOWHERE))
    }


def _races(runs: Iterable[_Run]) -> tuple[Race, ...]:
    """Every race once, however many reports tell of it."""
    found: dict[object, Race] = {}
    for race in (race for run in runs for suites in run.reports for race in suites.races):
        key: object = race.key or (race.detector, race.suite, race.case, race.accesses)
        known = found.get(key)
        if known is not None:
            count = max(known.count, race.count)
            known = msgspec.structs.replace(min(known, race, key=_place), count=count)
        found[key] = known or race
    return tuple(sorted(found.values(), key=_place))


def _place(race: Race) -> tuple[object, ...]:
    return race.suite, race.case, race.key, race.detector, repr(race.accesses)


def _slowest(cases: Iterable[Case]) -> tuple[Case, ...]:
    timed = (case for case in cases if case.duration_us)
    return tuple(nsmallest(SLOWEST, timed, key=lambda case: (-(case.duration_us or 0), case.key)))


# --- beside the base ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fates:
    """As in ``SuitesComparison``, each sorted."""

    newly_failing: tuple[CaseKey, ...] = ()
    newly_fixed: tuple[CaseKey, ...] = ()
    removed: tuple[CaseKey, ...] = ()
    newly_skipped: tuple[CaseKey, ...] = ()


def _fates(outcomes: Mapping[CaseKey, Outcome], base: Mapping[CaseKey, Outcome]) -> _Fates:
    """*outcomes* are in order already."""
    gone = sorted(base.keys() - outcomes.keys())
    suites = {suite for suite, _ in outcomes}
    stale = [key for key in gone if _is_of_suite(key) and key[0] in suites]
    broken = {suite for (suite, _), outcome in outcomes.items() if outcome in BAD}
    mended = [key for key in stale if base[key] in BAD and key[0] not in broken]
    fixed = [key for key, outcome in outcomes.items() if outcome is Outcome.PASSED and base.get(key) in BAD]
    return _Fates(
        newly_failing=tuple(key for key, outcome in outcomes.items() if outcome in BAD and base.get(key) not in BAD),
        newly_fixed=tuple(sorted(fixed + mended)),
        removed=tuple(sorted(set(gone).difference(stale))),
        newly_skipped=tuple(
            key for key, outcome in outcomes.items() if outcome is Outcome.SKIPPED and base.get(key) is Outcome.PASSED
        ),
    )


def _is_of_suite(key: CaseKey) -> bool:
    """Whether *key* looks like a case that stands for its suite, ``(package)``: it comes and goes with the suite's luck
    and with how much the tool tells, and that is no test's removal.
    """
    return key[1].startswith("(") and key[1].endswith(")")


def _counts(outcomes: Mapping[CaseKey, Outcome]) -> CaseCounts:
    count = Counter(outcomes.values())
    return CaseCounts(
        passed=count[Outcome.PASSED],
        failed=count[Outcome.FAILED],
        errored=count[Outcome.ERRORED],
        skipped=count[Outcome.SKIPPED],
    )
