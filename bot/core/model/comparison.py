"""Head beside base, before any judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.coverage import Coverage, Metric, Tally
from bot.core.model.errors import Problem
from bot.core.model.findings import Finding
from bot.core.model.lines import Lines
from bot.core.model.suites import Case, Outcome, Race


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Why a total moved. ``base - deleted + elsewhere_after - elsewhere_before + added == head``, in both numbers.

    *added* is what lies on lines the change added (and files new to the measurement), *deleted* what lay on lines
    it deleted (and files that left), *elsewhere* what changed on lines it did not touch.
    """

    base: Tally
    head: Tally
    added: Tally
    deleted: Tally
    elsewhere_before: Tally
    elsewhere_after: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One metric's project coverage. *base* and *delta* are ``None`` without a baseline of that metric."""

    metric: Metric
    head: Tally
    base: Tally | None = None
    delta: Delta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFile:
    """The added and measured lines of one file, in the tested tree's numbering: disjoint sets."""

    hit: Lines
    partial: Lines
    miss: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Files with at least one added, measured line, by path."""

    files: Mapping[str, PatchFile] = field(default_factory=dict[str, PatchFile])

    @property
    def hit(self) -> int:
        return sum(len(file.hit) for file in self.files.values())

    @property
    def partial(self) -> int:
        return sum(len(file.partial) for file in self.files.values())

    @property
    def miss(self) -> int:
        return sum(len(file.miss) for file in self.files.values())

    @property
    def tally(self) -> Tally:
        """Partial lines count as covered, as diff-cover and the line rates of LCOV and Cobertura have it."""
        return Tally(self.hit + self.partial, self.hit + self.partial + self.miss)

    @property
    def strict_tally(self) -> Tally:
        """Partial lines count as missed, as Codecov has it."""
        return Tally(self.hit, self.hit + self.partial + self.miss)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indirect:
    """Lines of one file that the change did not touch and whose fate changed, in the tested tree's numbering."""

    newly_missed: Lines  # was hit or partial, is missed
    newly_hit: Lines  # was missed, is hit or partial


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentCoverage:
    """One component of the policy: the files its paths select, by each metric measured there. *deleted* is what the
    change took away of *base*; *exists* whether the repository holds a file of it (or that is not known).
    """

    name: str
    head: Mapping[Metric, Tally]
    base: Mapping[Metric, Tally]
    deleted: Mapping[Metric, Tally] = field(default_factory=dict[Metric, Tally])
    exists: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageComparison:
    """All that coverage says of a change. *head* is the union of every upload by metric, on repository paths.

    *unreported* are changed files that look like source and appear in no report; *left* are files that the base
    measured, that still exist, and that no head report mentions; *unmatched* are report paths that fit no tracked
    file; *set_aside* are reports not judged because a richer one of the same run is there.
    """

    head: Mapping[Metric, Coverage]
    projects: tuple[Project, ...]
    patch: Patch | None
    indirect: Mapping[str, Indirect] = field(default_factory=dict[str, Indirect])
    components: tuple[ComponentCoverage, ...] = ()
    unreported: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    missing_hunks: tuple[str, ...] = ()
    nothing_coverable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCounts:
    """How many test cases came to what. A case that several jobs ran counts once, by its worst outcome."""

    passed: int = 0
    failed: int = 0
    errored: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        return self.passed + self.failed + self.errored + self.skipped

    @property
    def bad(self) -> int:
        return self.failed + self.errored


CaseKey = tuple[str, str]
"""(suite, name) of a test case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitesComparison:
    """All that test results say of the change.

    *bad* are the failed and errored cases, newly failing ones first; *ran_in* says for each of them in which uploads
    it was bad. *newly_failing* did not fail on the base (or were not there), *newly_fixed* did and pass now;
    *removed* were on the base and are gone, *newly_skipped* passed there and are skipped now. All four are empty
    without a *base*. *slowest* are the longest cases, longest first. *flaky* both failed and passed here.

    *races* are told once each. *raced* and *unraced* are the suites that Go ran, with its race detector on in some
    upload and in none. *places* are the files of the repository in which cases failed and races stood. What the policy
    switches off (``tests.flaky``, ``tests.races``) is empty.
    """

    counts: CaseCounts
    reports: int
    suites: int
    duration_us: int
    outcomes: Mapping[CaseKey, Outcome]
    base: CaseCounts | None = None
    bad: tuple[Case, ...] = ()
    ran_in: Mapping[CaseKey, tuple[str, ...]] = field(default_factory=dict[CaseKey, tuple[str, ...]])
    newly_failing: tuple[CaseKey, ...] = ()
    newly_fixed: tuple[CaseKey, ...] = ()
    removed: tuple[CaseKey, ...] = ()
    newly_skipped: tuple[CaseKey, ...] = ()
    slowest: tuple[Case, ...] = ()
    flaky: tuple[Case, ...] = ()
    races: tuple[Race, ...] = ()
    raced: tuple[str, ...] = ()
    unraced: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()


class FindingScope(StrEnum):
    """Which findings a lint gate counts."""

    NEW = "new"  # not on the base
    ADDED = "added"  # on lines that the change adds
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsComparison:
    """All that linters and scanners say of the change, on the repository's paths, each finding once.

    *counted* are those that the policy counts, by *scope*: the policy's own, or ``ADDED`` where it asks for ``NEW``
    and there is nothing to compare with. *undecided* would count if they stood on added lines, and it is not known
    whether they do: the diff lacks the hunks of their files, or there is none at all (*without_diff*). *fixed* is how
    many of the base's are gone, ``None`` without a base.
    """

    findings: tuple[Finding, ...]
    counted: tuple[Finding, ...]
    scope: FindingScope
    undecided: tuple[Finding, ...] = ()
    without_diff: bool = False
    tools: tuple[str, ...] = ()
    reports: int = 0
    base: int | None = None
    fixed: int | None = None
