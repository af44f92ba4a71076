"""Head beside base: the project, the patch, what changed elsewhere, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.compare.absence import left, nothing_coverable, unreported
from bot.core.compare.changes import Files, indirect_changes, patch_of
from bot.core.compare.components import compare_components
from bot.core.compare.deltas import FileDelta, file_deltas, total
from bot.core.compare.lineage import Lineage
from bot.core.compare.merge import Merged, chosen, merge, rebased, unite
from bot.core.compare.names import KnownNames
from bot.core.compare.paths import is_foreign
from bot.core.model.comparison import CoverageComparison, Project
from bot.core.model.coverage import Coverage, FileCoverage, Metric
from bot.core.model.diff import Diff
from bot.core.model.evidence import Baseline, Evidence
from bot.core.model.policy import CoverageRules


def merge_evidence(evidence: Evidence, baseline: Baseline | None, diff: Diff | None, rules: CoverageRules) -> Merged:
    """The head's uploads as one measurement, under the repository's names as far as these are known."""
    if evidence.tracked is not None:
        return merge(evidence.uploads, KnownNames(evidence.tracked, complete=True), rules)
    names = {name for file in diff.files.values() for name in (file.path, file.old_path)} if diff else set[str]()
    for coverage in baseline.coverage.values() if baseline else ():
        names |= {path for path in coverage.files if not is_foreign(path)}
    return merge(evidence.uploads, KnownNames(names, complete=False), rules)


def compare_coverage(
    merged: Merged,
    *,
    baseline: Baseline | None,
    diff: Diff | None,
    tracked: frozenset[str] | None,
    rules: CoverageRules,
) -> CoverageComparison:
    """All that coverage says of the change. Sums are exact and all paths are sorted."""
    recorded = baseline.coverage.items() if baseline else ()
    base = {metric: rebased(coverage, merged.known, rules) for metric, coverage in recorded}
    files, base_files = _by_file(merged.measured), _by_file(base)
    lineage = Lineage(diff)
    head_chosen, base_chosen = chosen(merged.measured, rules.metric), chosen(base, rules.metric)
    deltas = {metric: file_deltas(head_chosen[metric], base_chosen.get(metric), lineage) for metric in head_chosen}
    return CoverageComparison(
        head=merged.measured,
        projects=tuple(_project(metric, deltas[metric], base_chosen) for metric in sorted(deltas)),
        patch=patch_of(files, diff) if diff is not None else None,
        indirect=indirect_changes(files, base_files, lineage),
        components=compare_components(rules.components, deltas, lineage, tracked),
        unreported=unreported(files, base_files, diff, rules.ignore) if diff is not None else (),
        left=left(files, base_files, lineage, tracked),
        unmatched=merged.unmatched,
        set_aside=merged.set_aside,
        problems=merged.problems,
        missing_hunks=diff.missing if diff is not None else (),
        nothing_coverable=diff is not None and nothing_coverable(diff, base_files.keys() | files.keys()),
    )


def _project(metric: Metric, deltas: list[FileDelta], base: Mapping[Metric, Coverage]) -> Project:
    delta = total(deltas)
    if metric not in base:
        return Project(metric=metric, head=delta.head)
    return Project(metric=metric, head=delta.head, base=delta.base, delta=delta)


def _by_file(measured: Mapping[Metric, Coverage]) -> Files:
    """Every measured file once, whatever it was counted in."""
    if len(measured) == 1:
        return next(iter(measured.values())).files
    files: dict[str, FileCoverage] = {}
    for metric in sorted(measured):
        unite(files, measured[metric].files.items())
    return files
