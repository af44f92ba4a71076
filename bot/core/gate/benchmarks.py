"""The gate ``benchmarks``: are the limits kept, and is anything slower than it was?

What is not certain is never red: a regression fails the check once a second run has seen it too, unless the policy
asks for none. ``docs/gates.md`` has the rule and an example.
"""

from __future__ import annotations

from bot.core.gate.combine import in_mode
from bot.core.gate.setting import BELIEVED
from bot.core.model.limits import LimitOutcome, LimitResult
from bot.core.model.policy import BenchmarkRules, Mode, modes
from bot.core.model.regression import BenchmarkComparison, Confirmation, MeasureComparison, Rule, Standing
from bot.core.model.verdict import (
    Conclusion,
    GateResult,
    Inconclusive,
    LimitsBroken,
    NoneCame,
    NoRegression,
    NotComparable,
    NothingCoverable,
    Reason,
    Regressed,
    Unconfirmed,
)

_Judgement = tuple[Conclusion, Reason]
_FAILED, _PASSED, _UNJUDGED = Conclusion.FAILURE, Conclusion.SUCCESS, Conclusion.NEUTRAL
_MISSING = (LimitOutcome.NO_BENCHMARK, LimitOutcome.NO_MEASURE)
_CERTAIN = (Confirmation.AGREED, Confirmation.NOT_ASKED)


def judge_benchmarks(
    comparison: BenchmarkComparison | None,
    rules: BenchmarkRules,
    *,
    configured: bool,
    mode: Mode,
    standing: GateResult,
) -> GateResult | None:
    """The gate, or ``None`` where nobody asks for it and no benchmark was ever seen, or it is switched off.
    *configured* is whether the policy has a section ``benchmarks``; *standing* is the evidence gate's result, which
    numbers of part of the evidence share.
    """
    mode = modes(mode, rules.mode)
    if mode is Mode.OFF or (comparison is None and not configured):
        return None
    judged, reason = _judge(comparison, configured=configured, standing=standing)
    return GateResult(gate="benchmarks", conclusion=in_mode(judged, mode), judged=judged, reason=reason, mode=mode)


def _judge(comparison: BenchmarkComparison | None, *, configured: bool, standing: GateResult) -> _Judgement:
    """The first that applies, from what nothing that is still to come can change to what is fine."""
    certain = _certain(comparison) if comparison else None
    if certain:
        return _FAILED, certain
    if not isinstance(standing.reason, BELIEVED):
        return standing.judged, standing.reason
    if comparison is None or not comparison.reports:
        return _absent(on_base=comparison is not None, configured=configured, standing=standing)
    missing = _limits(comparison, *_MISSING)
    if missing:
        return _FAILED, LimitsBroken(limits=missing)
    return _uncertain(comparison) or (_PASSED, _fine(comparison))


def _certain(comparison: BenchmarkComparison) -> Reason | None:
    """What fails whatever else may come."""
    broken = _limits(comparison, LimitOutcome.BROKEN, LimitOutcome.OTHER_UNIT)
    if broken:
        return LimitsBroken(limits=(*broken, *_limits(comparison, *_MISSING)))
    regressed = tuple(one for one in _of(comparison, Standing.REGRESSED) if one.confirmation in _CERTAIN)
    return Regressed(measures=regressed) if regressed else None


def _absent(*, on_base: bool, configured: bool, standing: GateResult) -> _Judgement:
    """No benchmark came of the head. Who asked for them is owed an answer; a base that happens to have them, from
    runs that are made for pushes alone, asks for nothing. A change that no tool can measure owes none.
    """
    if isinstance(standing.reason, NothingCoverable):
        return standing.judged, standing.reason
    return _FAILED if configured else _UNJUDGED, NoneCame(on_base=on_base)


def _uncertain(comparison: BenchmarkComparison) -> _Judgement | None:
    """What is neither a failure nor fine."""
    unsure = _of(comparison, Standing.REGRESSED)
    if unsure:
        return _UNJUDGED, Unconfirmed(measures=unsure)
    unknown, removed = _of(comparison, Standing.INCONCLUSIVE), _of(comparison, Standing.REMOVED)
    compared = [one for one in comparison.measures if one.rule is not Rule.NONE]
    if not compared and not removed:
        return None if comparison.limits else (_UNJUDGED, NotComparable())
    if unknown or removed:
        ok = len(_of(comparison, Standing.OK)) + len(_of(comparison, Standing.IMPROVED))
        return _UNJUDGED, Inconclusive(measures=unknown, removed=removed, ok=ok)
    return None


def _fine(comparison: BenchmarkComparison) -> NoRegression:
    improved = len(_of(comparison, Standing.IMPROVED))
    return NoRegression(
        measures=len(_of(comparison, Standing.OK)) + improved, limits=len(comparison.limits), improved=improved
    )


def _of(comparison: BenchmarkComparison, standing: Standing) -> tuple[MeasureComparison, ...]:
    return tuple(one for one in comparison.measures if one.standing is standing)


def _limits(comparison: BenchmarkComparison, *outcomes: LimitOutcome) -> tuple[LimitResult, ...]:
    return tuple(one for one in comparison.limits if one.outcome in outcomes)
