"""The gate ``evidence``: is everything there that was expected, and can it be believed?

Absence is never success. Nothing here looks at a number.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.gate.combine import in_mode
from bot.core.model.comparison import CoverageComparison
from bot.core.model.evidence import Awaited, Evidence, Gap, Upload
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    Complete,
    Conclusion,
    GateResult,
    Incomplete,
    LeftReport,
    NothingCoverable,
    NotMeasured,
    Reason,
    Unreadable,
)


def judge_evidence(
    evidence: Evidence,
    uploads: Sequence[Upload],
    coverage: CoverageComparison,
    *,
    mode: Mode,
    coverage_mode: Mode,
    reports_asked: bool = False,
) -> GateResult:
    """Judge *evidence*, of which *uploads* count. Where coverage is switched off, no report of it is asked for, and
    none of any kind unless other gates live on reports (*reports_asked*).
    """
    covered = coverage_mode is not Mode.OFF
    judged, reason = _judge(evidence, uploads, coverage, covered=covered, asked=covered or reports_asked)
    return GateResult(gate="evidence", conclusion=in_mode(judged, mode), judged=judged, reason=reason, mode=mode)


def _judge(
    evidence: Evidence, uploads: Sequence[Upload], coverage: CoverageComparison, *, covered: bool, asked: bool
) -> tuple[Conclusion, Reason]:
    """The first that applies, from what no waiting can change to what is fine."""
    gaps = (*evidence.gaps, *(_nothing_came(evidence, uploads) if asked else ()))
    if coverage.nothing_coverable:
        return Conclusion.SUCCESS, NothingCoverable()
    if coverage.problems:
        return Conclusion.FAILURE, Unreadable(problems=coverage.problems)
    if gaps:
        expired = any(gap.expired for gap in gaps)
        return Conclusion.FAILURE if expired else Conclusion.PENDING, Incomplete(gaps=_expired_first(gaps))
    lack = _lack(coverage) if covered else None
    if lack is not None:
        return Conclusion.FAILURE, lack
    return Conclusion.SUCCESS, Complete(reports=sum(len(upload.reports) for upload in uploads), uploads=len(uploads))


def _lack(coverage: CoverageComparison) -> Reason | None:
    """What is missing of the measurement although everything came."""
    if not any(file.measured for one in coverage.head.values() for file in one.files.values()):
        return NotMeasured()
    return LeftReport(paths=coverage.left) if coverage.left else None


def _nothing_came(evidence: Evidence, uploads: Sequence[Upload]) -> tuple[Gap, ...]:
    """Gaps that are plain from the uploads themselves, whoever gathered them. They are final once nothing else is
    awaited.
    """
    final = all(gap.expired for gap in evidence.gaps)
    known = {gap.subject for gap in evidence.gaps if gap.awaited is Awaited.EMPTY_ARTIFACT}
    empty = [upload.name for upload in uploads if _is_empty(upload) and upload.name not in known]
    gaps = [Gap(awaited=Awaited.EMPTY_ARTIFACT, subject=name, expired=final) for name in empty]
    if not gaps and not evidence.gaps and not any(upload.reports or upload.problems for upload in uploads):
        gaps.append(Gap(awaited=Awaited.NO_ARTIFACT, expired=True))
    return tuple(gaps)


def _is_empty(upload: Upload) -> bool:
    """Whether *upload* brought nothing whatever: neither a report nor any other file, nor a job's outcome."""
    return not (upload.reports or upload.problems or upload.ignored or upload.outcomes)


def _expired_first(gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    return tuple(sorted(gaps, key=lambda gap: not gap.expired))
