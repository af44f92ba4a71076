"""The judgement: one pure function of the evidence, the baseline, the diff and the policy. Same inputs, same bytes."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.compare.coverage import compare_coverage, merge_evidence
from bot.core.compare.merge import Merged, last_attempts
from bot.core.gate.combine import combine
from bot.core.gate.coverage import judge_coverage
from bot.core.gate.evidence import judge_evidence
from bot.core.model.comparison import CoverageComparison
from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Baseline, Evidence, Upload
from bot.core.model.policy import Mode, Policy, modes
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

    Nothing is waited for, asked or parsed here; nothing that is missing counts as a success. *measured* of the result
    is what history keeps of a push; it is whole only if the gate ``evidence`` was judged a success.
    """
    rules = policy.coverage
    merged = merge_evidence(evidence, baseline, diff, rules)
    coverage = compare_coverage(merged, baseline=baseline, diff=diff, tracked=evidence.tracked, rules=rules)
    gates = _gates(evidence, merged, coverage, policy)
    return Evaluation(
        verdict=Verdict(
            conclusion=combine(gates, policy.mode),
            mode=policy.mode,
            gates=gates,
            inputs=_inputs(evidence, merged.uploads, policy_sha256, policy_commit),
            policy_changed=evidence.policy_changed,
            uploads=tuple(upload.name for upload in merged.uploads),
            ignored=tuple(sorted(path for upload in merged.uploads for path in upload.ignored)),
        ),
        coverage=coverage,
        measured=merged.measured,
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


def _gates(evidence: Evidence, merged: Merged, coverage: CoverageComparison, policy: Policy) -> tuple[GateResult, ...]:
    """Evidence last where it is in order, first where it is not: then it explains all the others."""
    if policy.mode is Mode.OFF:
        return ()
    asked = modes(policy.mode, policy.coverage.mode)
    standing = judge_evidence(evidence, merged.uploads, coverage, mode=policy.mode, coverage_mode=asked)
    gates = judge_coverage(evidence, coverage, policy.coverage, mode=policy.mode, standing=standing)
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
