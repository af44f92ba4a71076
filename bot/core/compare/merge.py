"""Uploads into one measurement a metric: which uploads count, which of their reports, and under what names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.compare.names import KnownNames
from bot.core.compare.paths import Origin, is_foreign, map_paths
from bot.core.model.coverage import Coverage, FileCoverage, Metric
from bot.core.model.errors import Problem
from bot.core.model.evidence import Report, Side, Upload
from bot.core.model.globs import matches_any
from bot.core.model.policy import CoverageRules, MetricChoice

RICHEST_FIRST = (
    "go-cover",
    "coverage.py-json",
    "coverage.py-xml",
    "coverage.py-lcov",
    "lcov",
    "cobertura",
)
"""Of several formats of one run the first here is judged, after those that hold branches; others come last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What *uploads* measured, by metric, on the repository's paths and without what the policy ignores.

    *uploads* are those that count (the last attempt of each), *problems* is all that is wrong with their reports,
    *unmatched* and *set_aside* are as in ``CoverageComparison``, *known* is what names were looked for in.
    """

    measured: Mapping[Metric, Coverage]
    uploads: tuple[Upload, ...]
    problems: tuple[Problem, ...]
    unmatched: tuple[str, ...]
    set_aside: tuple[str, ...]
    known: KnownNames


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mapped:
    """A report whose files bear repository paths."""

    report: Report
    metric: Metric
    files: Mapping[str, FileCoverage]


def merge(uploads: Iterable[Upload], known: KnownNames, rules: CoverageRules) -> Merged:
    """The union of all reports that count. Measurements of one file unite: a line counts as hit if any hit it."""
    last = last_attempts(uploads)
    files: dict[Metric, dict[str, FileCoverage]] = {}
    unmatched: set[str] = set()
    set_aside: set[str] = set()
    for upload in last:
        mapped = [
            _mapped(report, report.coverage, upload, known, rules, unmatched)
            for report in upload.reports
            if report.coverage is not None and report.side is Side.HEAD
        ]
        judged = _richest(mapped, whole_names=known.complete)
        set_aside |= {one.report.path for one in mapped} - {one.report.path for one in judged}
        for one in judged:
            unite(files.setdefault(one.metric, {}), one.files.items())
    measured = {metric: without(Coverage(metric=metric, files=files[metric]), rules.ignore) for metric in sorted(files)}
    return Merged(
        measured=measured,
        uploads=last,
        problems=tuple(problem for upload in last for problem in _problems(upload)),
        unmatched=tuple(sorted(name for name in unmatched if not matches_any(rules.ignore, name))),
        set_aside=tuple(sorted(set_aside)),
        known=known,
    )


def last_attempts(uploads: Iterable[Upload]) -> tuple[Upload, ...]:
    """The uploads that count, by name: of one job's attempts under one name, the last alone, be it empty."""
    by_key: dict[tuple[str, str, str, int], list[Upload]] = {}
    for upload in uploads:
        by_key.setdefault((upload.workflow, upload.job, upload.name, upload.index), []).append(upload)
    last: list[Upload] = []
    for key in sorted(by_key):
        newest = max(_attempt(upload) for upload in by_key[key])
        last += [upload for upload in by_key[key] if _attempt(upload) == newest]
    return tuple(last)


def _attempt(upload: Upload) -> tuple[int, int]:
    return upload.run_id, upload.run_attempt


def _problems(upload: Upload) -> list[Problem]:
    """What was broken when it was read, and reports that measure nothing at all: an empty one is no evidence."""
    measured = ((report.path, report.coverage) for report in upload.reports if report.coverage is not None)
    empty = [path for path, coverage in measured if not coverage.files]
    return [*upload.problems, *(Problem(path=path, reason="the report measures no file") for path in empty)]


def _mapped(
    report: Report, coverage: Coverage, upload: Upload, known: KnownNames, rules: CoverageRules, unmatched: set[str]
) -> _Mapped:
    origin = Origin(root=upload.root, roots=report.roots, modules=upload.modules, rules=rules.paths)
    paths = map_paths(coverage.files, known, origin)
    unmatched.update(paths.unmatched)
    files: dict[str, FileCoverage] = {}
    unite(files, ((paths.names[path], file) for path, file in coverage.files.items()))
    return _Mapped(report=report, metric=coverage.metric, files=files)


def unite(files: dict[str, FileCoverage], more: Iterable[tuple[str, FileCoverage]]) -> None:
    """Add *more* to *files*; two measurements of one file become their union."""
    for path, file in more:
        present = files.get(path)
        files[path] = file if present is None else present | file


# --- several formats of one run ----------------------------------------------------------------------------------


def _richest(reports: Sequence[_Mapped], *, whole_names: bool) -> list[_Mapped]:
    """*reports* of one upload without those that tell of the same files again, in another and poorer format.

    Reports of one format never displace each other: they are parts of a whole. A format that measures any file that
    the richer ones do not is of another run, and counts. Without *whole_names* files are the same whose last folder
    and name are: formats differ in how much they write before that.
    """
    by_format: dict[str, list[_Mapped]] = {}
    for one in reports:
        by_format.setdefault(one.report.format, []).append(one)
    if len(by_format) < 2:
        return list(reports)
    judged: list[_Mapped] = []
    covered: set[str] = set()
    for group in sorted(by_format.values(), key=_poverty):
        names = {path for one in group for path, file in one.files.items() if file.measured}
        if not whole_names:
            names = {"/".join(name.split("/")[-2:]) for name in names}
        if not names or not names <= covered:
            judged += group
            covered |= names
    return judged


def _poverty(group: Sequence[_Mapped]) -> tuple[bool, int, str]:
    """The richest format sorts first."""
    kind = group[0].report.format
    branches = any(file.arms for one in group for file in one.files.values())
    rank = RICHEST_FIRST.index(kind) if kind in RICHEST_FIRST else len(RICHEST_FIRST)
    return not branches, rank, kind


# --- the base ----------------------------------------------------------------------------------------------------


def rebased(coverage: Coverage, known: KnownNames, rules: CoverageRules) -> Coverage:
    """A recorded measurement, without what the policy ignores now. Names that were not understood when it was
    recorded are looked for again, as those of the head are.
    """
    foreign = [path for path in coverage.files if is_foreign(path) and path not in known.names]
    if foreign:
        names = map_paths(foreign, known, Origin(rules=rules.paths)).names
        files: dict[str, FileCoverage] = {}
        unite(files, ((names.get(path, path), file) for path, file in coverage.files.items()))
        coverage = Coverage(metric=coverage.metric, files=files)
    return without(coverage, rules.ignore)


# --- by the policy -----------------------------------------------------------------------------------------------


def without(coverage: Coverage, ignored: Sequence[str]) -> Coverage:
    """*coverage* without the files that match any of the globs *ignored*."""
    if not ignored:
        return coverage
    return coverage.only(path for path in coverage.files if not matches_any(ignored, path))


def chosen(measured: Mapping[Metric, Coverage], choice: MetricChoice) -> Mapping[Metric, Coverage]:
    """What the project is counted in: each tool's own metric, or all files in the one metric that the policy forces.

    ``codecov`` counts lines, and a line that ran only in part is a miss: its files hold no arms and no blocks any
    more, and what was partial is not executed.
    """
    if choice is MetricChoice.NATIVE or not measured:
        return measured
    files: dict[str, FileCoverage] = {}
    for metric in sorted(measured):
        unite(files, measured[metric].files.items())
    if choice is MetricChoice.CODECOV:
        return {Metric.LINES: Coverage(metric=Metric.LINES, files={path: _strict(files[path]) for path in files})}
    metric = Metric(choice.value)
    return {metric: Coverage(metric=metric, files=files)}


def _strict(file: FileCoverage) -> FileCoverage:
    return FileCoverage(measured=file.measured, executed=file.hit, functions=file.functions, excluded=file.excluded)
