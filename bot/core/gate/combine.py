"""Many gates, one conclusion; and what a mode makes of a judgement."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.model.policy import Mode
from bot.core.model.verdict import Conclusion, GateResult

_HARDEST_FIRST = (Conclusion.ACTION_REQUIRED, Conclusion.FAILURE, Conclusion.PENDING)


def in_mode(judged: Conclusion, mode: Mode) -> Conclusion:
    """What *judged* counts for: a gate that only reports never fails the check."""
    return Conclusion.NEUTRAL if judged is Conclusion.FAILURE and mode is not Mode.ENFORCE else judged


def combine(gates: Iterable[GateResult], mode: Mode) -> Conclusion:
    """The verdict. A failure counts at once, whatever else is pending; a policy that only reports concludes neutral;
    and without a single success there is none.
    """
    concluded = {gate.conclusion for gate in gates}
    for hard in _HARDEST_FIRST:
        if hard in concluded:
            return hard
    passes = mode is Mode.ENFORCE and Conclusion.SUCCESS in concluded
    return Conclusion.SUCCESS if passes else Conclusion.NEUTRAL
