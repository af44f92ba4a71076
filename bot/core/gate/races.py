"""The gate ``races``: no data race was reported, and somebody looked.

A race detector that was off reports nothing, so silence counts only where the evidence says that it was on.
"""

from __future__ import annotations

from bot.core.gate.setting import Judgement, Setting, result
from bot.core.model.comparison import SuitesComparison
from bot.core.model.policy import Mode, TestsRule, modes
from bot.core.model.verdict import Conclusion, DetectorOff, GateResult, NoRaces, RacesFound

_MODES = {"forbid": Mode.ENFORCE, "report": Mode.REPORT, "off": Mode.OFF}


def judge_races(suites: SuitesComparison | None, rules: TestsRule, setting: Setting) -> GateResult | None:
    """``None`` where nothing that has a race detector was tested, here or on the base. The gate's mode may be ``off``:
    ``tests.races`` is one more mode around it.
    """
    mode = modes(setting.mode, rules.mode, _MODES[rules.races])
    if mode is not Mode.OFF and not setting.on_base and not _has_detector(suites):
        return None
    return result("races", _judge(suites, setting), mode)


def _has_detector(suites: SuitesComparison | None) -> bool:
    """Whether something was tested that has a race detector: Go's, or one that reported a race."""
    return suites is not None and bool(suites.raced or suites.unraced or suites.races)


def _judge(suites: SuitesComparison | None, setting: Setting) -> Judgement:
    if suites is not None and suites.races:
        return Conclusion.FAILURE, RacesFound(races=suites.races)
    if setting.unheard is not None:
        return setting.unheard
    if suites is None or not _has_detector(suites):
        return setting.none_came()
    if suites.unraced:
        return setting.lacking(DetectorOff(suites=suites.unraced))
    return Conclusion.SUCCESS, NoRaces(suites=len(suites.raced))
