"""The gate ``lint``: no more findings than the policy allows, and the linters' jobs succeeded."""

from __future__ import annotations

from bot.core.gate.jobs import Steps, steps_of
from bot.core.gate.setting import Judgement, Setting, result
from bot.core.model.commit import BaseRule
from bot.core.model.comparison import FindingsComparison
from bot.core.model.policy import LintRule, modes
from bot.core.model.verdict import (
    Conclusion,
    FindingsAllowed,
    GateResult,
    NoDiff,
    PartialDiff,
    TooManyFindings,
)


def judge_lint(findings: FindingsComparison | None, rules: LintRule, setting: Setting) -> GateResult | None:
    """``None`` where nobody asks for linters and none were ever seen. The gate's mode may be ``off``."""
    steps = steps_of(setting, rules.jobs, "lint")
    if findings is None and not steps and not setting.asked and not setting.on_base:
        return None
    return result("lint", _judge(findings, steps, rules, setting), modes(setting.mode, rules.mode))


def _judge(findings: FindingsComparison | None, steps: Steps, rules: LintRule, setting: Setting) -> Judgement:
    """The first that applies: a failure is one whatever else is to come, and nothing passes before all came."""
    failure = (_too_many(findings, rules) if findings is not None else None) or steps.failure(setting)
    if failure is not None:
        return failure
    if setting.unheard is not None:
        return setting.unheard
    if findings is None and (setting.on_base or not steps):
        return setting.none_came()
    undecided = _undecided(findings, rules, setting) if findings is not None else None
    if undecided is not None:
        return undecided
    judged = steps.judge(setting)
    if findings is None or judged[0] is not Conclusion.SUCCESS:
        return judged
    counted, total = len(findings.counted), len(findings.findings)
    return judged[0], FindingsAllowed(counted=counted, allowed=rules.max_new, total=total, scope=findings.scope)


def _too_many(findings: FindingsComparison, rules: LintRule) -> Judgement | None:
    if len(findings.counted) <= rules.max_new:
        return None
    reason = TooManyFindings(findings=findings.counted, allowed=rules.max_new, scope=findings.scope)
    return Conclusion.FAILURE, reason


def _undecided(findings: FindingsComparison, rules: LintRule, setting: Setting) -> Judgement | None:
    """Where the limit may be broken by findings whose lines the diff does not tell. A push is no one's proposal."""
    if len(findings.counted) + len(findings.undecided) <= rules.max_new:
        return None
    if not findings.without_diff:
        return setting.lacking(PartialDiff(paths=tuple(sorted({one.path for one in findings.undecided}))))
    proposed = setting.evidence.base.rule not in (BaseRule.NONE, BaseRule.PREVIOUS)
    return setting.lacking(NoDiff()) if proposed else (Conclusion.NEUTRAL, NoDiff())
