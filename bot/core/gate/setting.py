"""What the gates of tests, races, lint and build have in common: when they wait, and what absence comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.gate.combine import in_mode
from bot.core.model.evidence import Evidence, Upload
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    Complete,
    Conclusion,
    GateResult,
    LeftReport,
    NoneCame,
    NothingCoverable,
    NotMeasured,
    Reason,
)

Judgement = tuple[Conclusion, Reason]

BELIEVED = (Complete, LeftReport, NotMeasured, NothingCoverable)
"""Reasons of the gate ``evidence`` with which all other evidence is whole: that coverage is missing, or covers less, is
the affair of coverage.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one gate is judged in. *uploads* are those that count, *asked* says whether the policy file wrote the gate's
    section, *on_base* whether the base had evidence for it; *mode* is the policy's own, *standing* the result of the
    gate ``evidence``.
    """

    evidence: Evidence
    uploads: Sequence[Upload]
    mode: Mode
    standing: GateResult
    asked: bool = False
    on_base: bool = False

    @property
    def excused(self) -> bool:
        """Whether nothing that could be measured changed: then a lack is no failure, though a failure still is one."""
        return isinstance(self.standing.reason, NothingCoverable)

    @property
    def unheard(self) -> Judgement | None:
        """What the gate shares where the evidence is incomplete or unreadable: it passes on no part of it."""
        return None if isinstance(self.standing.reason, BELIEVED) else (self.standing.judged, self.standing.reason)

    def lacking(self, reason: Reason) -> Judgement:
        """What it comes to that something is not there, or is not known."""
        return (Conclusion.SUCCESS, self.standing.reason) if self.excused else (Conclusion.FAILURE, reason)

    def none_came(self) -> Judgement:
        return self.lacking(NoneCame(on_base=self.on_base))


def result(gate: str, judgement: Judgement, mode: Mode) -> GateResult:
    judged, reason = judgement
    return GateResult(gate=gate, conclusion=in_mode(judged, mode), judged=judged, reason=reason, mode=mode)
