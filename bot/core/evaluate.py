"""The judgement: one pure function of the evidence, the baseline, the diff and the policy. Same inputs, same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core.compare.benchmarks import bench_record, compare_benchmarks
from bot.core.compare.coverage import compare_coverage, merge_evidence
from bot.core.compare.findings import compare_findings
from bot.core.compare.merge import Merged, last_attempts
from bot.core.compare.suites import compare_suites
from bot.core.gate.benchmarks import judge_benchmarks
from bot.core.gate.combine import combine
from bot.core.gate.coverage import judge_coverage
from bot.core.gate.evidence import judge_evidence
from bot.core.gate.findings import judge_lint
from bot.core.gate.jobs import judge_build
from bot.core.gate.races import judge_races
from bot.core.gate.setting import Setting
from bot.core.gate.suites import judge_tests
from bot.core.model.comparison import CoverageComparison, FindingsComparison, SuitesComparison
from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Baseline, Evidence, Upload
from bot.core.model.policy import Mode, Policy, modes
from bot.core.model.regression import BenchmarkComparison
from bot.core.model.verdict import BrokenPolicy, Conclusion, Evaluation, GateResult, Inputs, Verdict


def evaluate(
    evidence: Evidence,
    baseline: Baseline | None,
    diff: Diff | None,
    policy: Policy,
    *,
    policy_sha256: str | None,
    policy_commit: str | None,
) -> Evaluation:
    """What *policy* says of *evidence*, beside *baseline* and for the change *diff* (from the base to the tested
    commit). A repository without a policy passes one whose mode is ``report``.

    Nothing is waited for, asked or parsed here; nothing that is missing counts as a success. *kept* of the result is
    for history, of a push; its coverage is whole only if the gate ``evidence`` was judged a success.
    """
    seen = _compare(evidence, baseline, diff, policy)
    standing = _standing(evidence, seen, policy)
    others = _others(evidence, seen, policy, standing)
    gates = _gates(evidence, seen, policy, others, standing)
    return Evaluation(
        verdict=Verdict(
            conclusion=combine(gates, policy.mode),
            mode=policy.mode,
            gates=gates,
            inputs=_inputs(evidence, seen.merged.uploads, policy_sha256, policy_commit),
            policy_changed=evidence.policy_changed,
            uploads=tuple(upload.name for upload in seen.merged.uploads),
            ignored=tuple(sorted(path for upload in seen.merged.uploads for path in upload.ignored)),
            not_configured=_not_configured(policy, others),
        ),
        coverage=seen.coverage,
        suites=seen.suites,
        findings=seen.findings,
        benchmarks=seen.benchmarks,
        kept=_kept(evidence, seen),
    )


def broken_policy(evidence: Evidence, problem: Problem) -> Evaluation:
    """The verdict where the policy at the tip of the base branch cannot be used: a person must act."""
    required = Conclusion.ACTION_REQUIRED
    gate = GateResult(gate="policy", conclusion=required, judged=required, reason=BrokenPolicy(problem=problem))
    uploads = last_attempts(evidence.uploads)
    verdict = Verdict(
        conclusion=required,
        mode=Mode.ENFORCE,
        gates=(gate,),
        inputs=_inputs(evidence, uploads, None, None),
        policy_changed=evidence.policy_changed,
        uploads=tuple(upload.name for upload in uploads),
    )
    return Evaluation(verdict=verdict, coverage=None)


# --- compared ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Head beside *baseline*, each kind of evidence for itself; ``None`` where nothing of the kind was read."""

    baseline: Baseline | None
    merged: Merged
    coverage: CoverageComparison
    suites: SuitesComparison | None
    findings: FindingsComparison | None
    benchmarks: BenchmarkComparison | None


def _compare(evidence: Evidence, baseline: Baseline | None, diff: Diff | None, policy: Policy) -> _Seen:
    rules = policy.coverage
    merged = merge_evidence(evidence, baseline, diff, rules)
    return _Seen(
        baseline=baseline,
        merged=merged,
        coverage=compare_coverage(merged, baseline=baseline, diff=diff, tracked=evidence.tracked, rules=rules),
        suites=compare_suites(merged.uploads, baseline, policy.tests, merged.known, rules.paths),
        findings=compare_findings(merged.uploads, baseline, diff, merged.known, policy.lint, rules.paths),
        benchmarks=compare_benchmarks(evidence, merged.uploads, baseline, policy.benchmarks),
    )


def _kept(evidence: Evidence, seen: _Seen) -> Baseline:
    """What history keeps. Of evidence that is not whole, only coverage, which says itself what it is a part of."""
    if evidence.gaps or seen.merged.problems:
        return Baseline(sha=evidence.head_sha, coverage=seen.merged.measured)
    record = bench_record(evidence, seen.merged.uploads)
    return Baseline(
        sha=evidence.head_sha,
        coverage=seen.merged.measured,
        suites=(seen.suites.outcomes or None) if seen.suites is not None else None,
        findings=seen.findings.findings if seen.findings is not None else None,
        raced=seen.suites is not None and bool(seen.suites.raced or seen.suites.unraced),
        benchmarks=(record,) if record is not None else (),
        uploads=frozenset(
            (upload.workflow, upload.name)
            for upload in seen.merged.uploads
            if not (upload.bench and upload.bench.confirms)  # which there is only where something looked worse
        ),
    )


# --- gated -------------------------------------------------------------------------------------------------------


def _standing(evidence: Evidence, seen: _Seen, policy: Policy) -> GateResult:
    """The gate ``evidence``, on which all others rest."""
    return judge_evidence(
        evidence,
        seen.merged.uploads,
        seen.coverage,
        mode=policy.mode,
        coverage_mode=modes(policy.mode, policy.coverage.mode),
        reports_asked=_reports_asked(policy, seen.baseline),
    )


def _reports_asked(policy: Policy, baseline: Baseline | None) -> bool:
    """Whether another gate than those of coverage asks for reports: by the policy's word, or because the base had some.
    Linters may be judged by their jobs alone.
    """
    written, on_base = policy.model_fields_set, baseline or Baseline(sha="")
    tests = "tests" in written or on_base.suites is not None
    lint = ("lint" in written and not policy.lint.jobs) or on_base.findings is not None
    return (tests and policy.tests.mode is not Mode.OFF) or (lint and policy.lint.mode is not Mode.OFF)


def _others(evidence: Evidence, seen: _Seen, policy: Policy, standing: GateResult) -> Mapping[str, GateResult | None]:
    """The gates beside coverage, in their order; ``None`` for one that nobody asks for and nothing was ever seen of."""
    if policy.mode is Mode.OFF:
        return {}
    written, on_base = policy.model_fields_set, seen.baseline or Baseline(sha="")
    setting = Setting(evidence=evidence, uploads=seen.merged.uploads, mode=policy.mode, standing=standing)
    tests = replace(setting, asked="tests" in written, on_base=on_base.suites is not None)
    races = replace(setting, on_base=on_base.raced)
    lint = replace(setting, asked="lint" in written, on_base=on_base.findings is not None)
    build = replace(setting, asked="build" in written)
    return {
        "tests": judge_tests(seen.suites, policy.tests, tests),
        "races": judge_races(seen.suites, policy.tests, races),
        "lint": judge_lint(seen.findings, policy.lint, lint),
        "build": judge_build(policy.build, build),
        "benchmarks": judge_benchmarks(
            seen.benchmarks,
            policy.benchmarks,
            configured="benchmarks" in written,
            mode=policy.mode,
            standing=standing,
        ),
    }


def _not_configured(policy: Policy, others: Mapping[str, GateResult | None]) -> tuple[str, ...]:
    """The gates of *others* that are not there, though nobody switched them off."""
    off = {"benchmarks"} if policy.benchmarks.mode is Mode.OFF else set[str]()
    return tuple(name for name, gate in others.items() if gate is None and name not in off)


def _gates(
    evidence: Evidence, seen: _Seen, policy: Policy, others: Mapping[str, GateResult | None], standing: GateResult
) -> tuple[GateResult, ...]:
    """Evidence last where it is in order, first where it is not: then it explains all the others."""
    if policy.mode is Mode.OFF:
        return ()
    beside = tuple(gate for gate in others.values() if gate is not None and gate.mode is not Mode.OFF)
    coverage = judge_coverage(evidence, seen.coverage, policy.coverage, mode=policy.mode, standing=standing)
    gates = (*coverage, *beside)
    return (*gates, standing) if standing.judged is Conclusion.SUCCESS else (standing, *gates)


def _inputs(evidence: Evidence, uploads: Iterable[Upload], sha256: str | None, commit: str | None) -> Inputs:
    reports = [(report.path, report.digest, report.format) for upload in uploads for report in upload.reports]
    return Inputs(
        head_sha=evidence.head_sha,
        tested_sha=evidence.tested_sha,
        base=evidence.base,
        policy_sha256=sha256,
        policy_commit=commit,
        reports=tuple(sorted(reports)),
    )
