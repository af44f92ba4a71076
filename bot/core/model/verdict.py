"""Judgements as values. A reason holds facts; ``render/sentences.py`` alone turns it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from bot.core.model.commit import Base
from bot.core.model.comparison import CaseCounts, CoverageComparison, FindingsComparison, FindingScope, SuitesComparison
from bot.core.model.coverage import Coverage, Metric, Tally
from bot.core.model.errors import Problem
from bot.core.model.evidence import Baseline, Gap
from bot.core.model.findings import Finding
from bot.core.model.limits import LimitResult
from bot.core.model.policy import Mode
from bot.core.model.regression import BenchmarkComparison, MeasureComparison
from bot.core.model.suites import Race


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoneCame:
    """The policy asks for this gate, or the base had evidence for it (*on_base*), and none came."""

    on_base: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsPassed:
    """Every case that was reported passed or was skipped; *flaky* of them failed at first."""

    __test__ = False  # for pytest, which collects classes by this prefix

    counts: CaseCounts
    base: CaseCounts | None = None
    flaky: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsFailed:
    """Cases failed or did not come to their end. *names* are they, newly failing first; *newly* how many of them did
    not fail on the base, ``None`` where that is not known.
    """

    __test__ = False  # as above

    counts: CaseCounts
    names: tuple[str, ...]
    newly: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestsFlaky:
    """Cases both failed and passed, and the policy forbids it."""

    __test__ = False  # as above

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRaces:
    """Go's race detector was on in all *suites* that Go ran, and reported nothing."""

    suites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RacesFound:
    """Data races were reported."""

    races: tuple[Race, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorOff:
    """Go ran *suites*, and nothing says that the race detector was on for them."""

    suites: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsAllowed:
    """*counted* findings count, and *allowed* may; *total* are all that there are."""

    counted: int
    allowed: int
    total: int
    scope: FindingScope


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyFindings:
    """More findings than are allowed; *findings* are those that count."""

    findings: tuple[Finding, ...]
    allowed: int
    scope: FindingScope


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsSucceeded:
    """Every job (or declared step) that the gate judges succeeded."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsFailed:
    """(name, conclusion) of each that did not: ``failure``, ``cancelled``, ``skipped``, ``timed_out``, ..."""

    jobs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsMissing:
    """The policy names jobs that no run has."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsBroken:
    """Limits that are not kept, that nothing measured (``NOT_FOUND``) or that cannot be compared."""

    limits: tuple[LimitResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressed:
    """Measures got worse, and a second run agreed where the policy asks for one."""

    measures: tuple[MeasureComparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Measures look worse; the run that should confirm it was not made, or it did not agree."""

    measures: tuple[MeasureComparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotComparable:
    """Benchmarks ran, and there is nothing to compare them with: no base, or not one by which they can be judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconclusive:
    """Nothing regressed for certain; *measures* could not be told, *removed* are no longer measured."""

    measures: tuple[MeasureComparison, ...]
    removed: tuple[MeasureComparison, ...] = ()
    ok: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRegression:
    """*measures* were compared and none is worse by what counts; *limits* are kept."""

    measures: int
    limits: int = 0
    improved: int = 0


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
    | NoneCame
    | TestsPassed
    | TestsFailed
    | TestsFlaky
    | NoRaces
    | RacesFound
    | DetectorOff
    | FindingsAllowed
    | TooManyFindings
    | JobsSucceeded
    | JobsFailed
    | JobsMissing
    | LimitsBroken
    | Regressed
    | Unconfirmed
    | NotComparable
    | Inconclusive
    | NoRegression
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
    not_configured: tuple[str, ...] = ()  # gates that nobody asks for and nothing was ever seen of


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What ``evaluate`` gives: the verdict, what it rests on (``None`` where nothing of the kind was read), and what
    history keeps of the head (*kept*).
    """

    verdict: Verdict
    coverage: CoverageComparison | None
    suites: SuitesComparison | None = None
    findings: FindingsComparison | None = None
    benchmarks: BenchmarkComparison | None = None
    kept: Baseline | None = None

    @property
    def measured(self) -> Mapping[Metric, Coverage]:
        """The head's coverage."""
        return self.kept.coverage if self.kept is not None else {}
