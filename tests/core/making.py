"""Measurements, uploads, diffs and evidence in a line each, for tests of the judgement.

A file is written as signs, one a line: ``+`` hit, ``~`` partial, ``-`` missed, ``.`` not measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bot.core.evaluate import evaluate
from bot.core.model.commit import Base, BaseRule
from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric
from bot.core.model.diff import Change, Diff, FileDiff
from bot.core.model.evidence import Baseline, Evidence, Gap, Report, Upload
from bot.core.model.lines import Lines
from bot.core.model.policy import CoverageRules, PatchRule, Policy, ProjectRule
from bot.core.model.verdict import Conclusion, Evaluation, GateResult

HEAD = "e" * 40
TESTED = "d" * 40
BASE = "b" * 40
AN_ARM_MISSED = Arms(known=frozenset({"0", "1"}), taken=frozenset({"0"}))


def file(signs: str) -> FileCoverage:
    """``file("+-~.")``: line 1 hit, 2 missed, 3 partial with one of two arms taken, 4 not measured."""
    at = {sign: [number for number, each in enumerate(signs, 1) if each == sign] for sign in "+-~"}
    executed = Lines.of(at["+"] + at["~"])
    return FileCoverage(
        measured=executed | Lines.of(at["-"]), executed=executed, arms=dict.fromkeys(at["~"], AN_ARM_MISSED)
    )


def tally_file(covered: int, total: int) -> FileCoverage:
    """A file of *total* measured lines, the first *covered* of them hit."""
    return FileCoverage(measured=Lines.span(1, total), executed=Lines.span(1, covered))


def go_file(hit: list[str], miss: list[str]) -> FileCoverage:
    """Go's blocks, written as a profile writes them."""
    blocks = Blocks(frozenset(block.encode() for block in hit), frozenset(block.encode() for block in miss))
    return FileCoverage.of_blocks(blocks)


def coverage(files: Mapping[str, str | FileCoverage], metric: Metric = Metric.LINES) -> Coverage:
    made = {path: file(each) if isinstance(each, str) else each for path, each in files.items()}
    return Coverage(metric=metric, files=made)


def report(
    files: Mapping[str, str | FileCoverage],
    metric: Metric = Metric.LINES,
    *,
    path: str = "lcov.info",
    kind: str = "lcov",
    roots: tuple[str, ...] = (),
) -> Report:
    return Report(path=path, format=kind, digest="0" * 64, coverage=coverage(files, metric), roots=roots)


def upload(*reports: Report, name: str = "unit", **more: object) -> Upload:
    return Upload(name=name, reports=reports, **more)  # pyright: ignore[reportArgumentType] -- any field of Upload


def evidence(
    *uploads: Upload,
    gaps: tuple[Gap, ...] = (),
    tracked: frozenset[str] | None = None,
    rule: BaseRule = BaseRule.MERGE_PARENT,
    base_ref: str = "main",
) -> Evidence:
    base = Base(rule=rule, wanted=BASE, sha=BASE)
    return Evidence(
        head_sha=HEAD,
        tested_sha=TESTED,
        base=base,
        uploads=uploads,
        gaps=gaps,
        tracked=tracked,
        base_ref=base_ref,
    )


def baseline(files: Mapping[str, str | FileCoverage], metric: Metric = Metric.LINES) -> Baseline:
    return Baseline(sha=BASE, coverage={metric: coverage(files, metric)})


def changed(path: str, deleted: str = "", added: str = "", *, old: str = "", change: Change | None = None) -> FileDiff:
    """``changed("a.py", "3", "3-5")``: line 3 was replaced by three. *old* is the name before a rename."""
    kind = change or (Change.RENAMED if old else Change.MODIFIED)
    return FileDiff(path=path, old_path=old or path, change=kind, added=numbers(added), deleted=numbers(deleted))


def numbers(text: str) -> Lines:
    """``"1-3 7"`` as lines."""
    lines = Lines()
    for part in text.split():
        first, _, last = part.partition("-")
        lines |= Lines.span(int(first), int(last or first))
    return lines


def diff(*files: FileDiff, missing: tuple[str, ...] = ()) -> Diff:
    return Diff(files={each.path: each for each in files}, missing=missing)


def percent(text: str) -> Fraction:
    return Fraction(text) / 100


def policy(target: str = "95", new: str = "95", /, **rules: object) -> Policy:
    """A policy with these targets and any other keys of ``coverage``."""
    made: dict[str, object] = {
        "project": ProjectRule(target=percent(target)),
        "patch": PatchRule(target=percent(new)),
    }
    return Policy(coverage=CoverageRules(**(made | rules)))  # pyright: ignore[reportArgumentType] -- any key of coverage


def judged(
    seen: Evidence, base: Baseline | None = None, change: Diff | None = None, rules: Policy | None = None
) -> Evaluation:
    return evaluate(seen, base, change, rules or Policy(), policy_sha256=None, policy_commit=None)


def gate(evaluation: Evaluation, name: str) -> GateResult:
    """The one gate *name*."""
    (found,) = (each for each in evaluation.verdict.gates if each.gate == name)
    return found


def conclusions(evaluation: Evaluation) -> dict[str, Conclusion]:
    return {each.gate: each.conclusion for each in evaluation.verdict.gates}
