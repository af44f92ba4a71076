"""Judgements as values. A reason holds facts; ``render/sentences.py`` alone turns it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from bot.core.model.commit import Base
from bot.core.model.comparison import CoverageComparison
from bot.core.model.coverage import Coverage, Metric, Tally
from bot.core.model.errors import Problem
from bot.core.model.evidence import Gap
from bot.core.model.policy import Mode


class Conclusion(StrEnum):
    """A gate's and the verdict's outcome; all but ``PENDING`` are GitHub's own conclusions of a check run."""

    SUCCESS = "success"
    FAILURE = "failure"
    NEUTRAL = "neutral"  # judged nothing: not configured, nothing to judge, report only
    PENDING = "pending"  # evidence is still expected
    ACTION_REQUIRED = "action_required"  # covgate itself cannot judge: the policy is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetsTarget:
    """The tally reaches the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowTarget:
    """The tally misses the target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Coverage fell by more than *max_drop* (a ratio) allows. *before* is the base, *after* what the change is
    answerable for: the head, or the head with the deleted code put back where that is nearer. Deleting covered code
    is no drop, and rewriting it badly is.
    """

    before: Tally
    after: Tally
    max_drop: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratcheted:
    """Below the target, but not lower than the base, and the policy asks for no more until it is reached."""

    before: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyMissed:
    """The patch misses more lines than ``max_missed_lines`` allows."""

    missed: int
    allowed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPatch:
    """Fewer measured lines than ``min_lines``: reported, not judged."""

    lines: int
    min_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToJudge:
    """No added line is measured (patch), or a component holds no file. *unreported* are the changed files that look
    like source and are in no report: with them the patch is not known to be harmless.
    """

    unreported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingCoverable:
    """The change touches only files that no tool can cover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """No report measured this, though the gate asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """Evidence is missing: still expected (pending) or past its deadline (failure)."""

    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Reports that cannot be believed whole."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftReport:
    """Files that the base measured and that still exist are in no report of the head."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDiff:
    """The diff lacks hunks for some files, so the patch cannot be judged whole."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDiff:
    """There is no diff to judge a patch on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """Every expected upload is there and was read whole."""

    reports: int
    uploads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenPolicy:
    """The policy at the tip of the base branch cannot be used."""

    problem: Problem


Reason = (
    MeetsTarget
    | BelowTarget
    | Dropped
    | Ratcheted
    | TooManyMissed
    | SmallPatch
    | NothingToJudge
    | NothingCoverable
    | NotMeasured
    | Incomplete
    | Unreadable
    | LeftReport
    | PartialDiff
    | NoDiff
    | Complete
    | BrokenPolicy
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """One gate's outcome. *judged* is what the gate itself concluded; *conclusion* is that after its *mode*
    (``report`` turns a failure into neutral). *tally* and *target* (a ratio) are ``None`` where nothing was counted.
    *base* is the same tally on the base, *no_baseline* that a drop was not judged for want of one.
    """

    gate: str
    conclusion: Conclusion
    judged: Conclusion
    reason: Reason
    mode: Mode = Mode.ENFORCE
    metric: Metric | None = None
    tally: Tally | None = None
    target: Fraction | None = None
    base: Tally | None = None
    priority: str | None = None
    no_baseline: bool = False

    @property
    def needed(self) -> int | None:
        """How many more units reach the target."""
        return None if self.tally is None or self.target is None else self.tally.needed(self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a verdict was made of, so that it can be replayed. *reports* are (path, SHA-256, format), sorted."""

    head_sha: str
    tested_sha: str
    base: Base
    policy_sha256: str | None
    policy_commit: str | None
    reports: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The one answer: the gates in order (failing first is ``render``'s business) and what they come to."""

    conclusion: Conclusion
    mode: Mode
    gates: tuple[GateResult, ...]
    inputs: Inputs
    policy_changed: bool = False
    uploads: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What ``evaluate`` gives: the verdict, what it rests on, and what history keeps of the head."""

    verdict: Verdict
    coverage: CoverageComparison | None
    measured: Mapping[Metric, Coverage] = field(default_factory=dict[Metric, Coverage])
