"""Everything that is known of one head commit when it is judged. Gathered by flows; judged by ``evaluate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.commit import Base
from bot.core.model.coverage import Coverage, Metric
from bot.core.model.errors import Problem
from bot.core.model.findings import Finding, Findings
from bot.core.model.suites import Outcome, Suites


class Side(StrEnum):
    """Which tree a report is of. Only a benchmark job measures both."""

    HEAD = "head"
    BASE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One parsed report file. *format* is its published name (``docs/formats.md``), *digest* the file's SHA-256. One
    file may hold several kinds of evidence; what it does not hold is ``None``.

    *roots* are the directories that the report says its file names start from (Cobertura's ``<source>``), as written:
    a relative name belongs under one of them.
    """

    path: str
    format: str
    digest: str
    coverage: Coverage | None = None
    suites: Suites | None = None
    benchmarks: Benchmarks | None = None
    findings: Findings | None = None
    roots: tuple[str, ...] = ()
    side: Side = Side.HEAD


class Layout(StrEnum):
    """How base and head were measured beside each other. What a rule may conclude hangs on it (docs/gates.md)."""

    INTERLEAVED = "interleaved"  # in turns, in one job
    SEQUENTIAL = "sequential"  # one after the other, in one job
    SEPARATE = "separate"  # on two runners


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRun:
    """What an upload of the benchmark action says of how it measured. *base_sha* is the commit that its base reports
    are of, *rounds* how often each side ran, *machine* a fingerprint of the runner. *confirms* is true for the second
    job, on a fresh runner, which measures only what looked slower in the first.
    """

    layout: Layout
    base_sha: str
    rounds: int = 1
    machine: str = ""
    confirms: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What one job of one run brought: an artifact, or the report files of a checkout.

    *problems* are reports that are broken; *ignored* are files that are no report at all, listed and left.
    *root* is the directory on the machine that measured, from the manifest. *workflow* is the path of the workflow
    whose run this is, from GitHub: jobs of two workflows may share a name. Of one workflow's uploads under one *job*,
    *name* and *index* only the last attempt counts.
    """

    name: str
    job: str = ""
    workflow: str = ""
    run_id: int = 0
    run_attempt: int = 1
    reports: tuple[Report, ...] = ()
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    root: str = ""
    flags: tuple[str, ...] = ()
    index: int = 0
    total: int = 1
    race: bool | None = None
    outcomes: Mapping[str, str] = field(default_factory=dict[str, str])
    modules: Mapping[str, str] = field(default_factory=dict[str, str])  # Go module path -> directory, from go.mod
    bench: BenchRun | None = None


class Awaited(StrEnum):
    """Why evidence is not complete yet, or never will be."""

    NOTHING_RAN = "nothing_ran"  # no workflow run exists for the head
    RUNNING = "running"  # a run has not completed
    APPROVAL = "approval"  # a fork's run waits for a maintainer
    NO_ARTIFACT = "no_artifact"  # every run completed, none brought an upload
    EMPTY_ARTIFACT = "empty_artifact"  # an upload holds no report
    RUN_FAILED = "run_failed"  # a run that should have brought reports was cancelled, skipped or timed out
    SHARD_MISSING = "shard_missing"  # job i of n did not upload
    OTHER_COMMIT = "other_commit"  # the upload says that it measured another commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One thing that is missing. *subject* names it (a workflow, a job, an artifact), *expired* is true when its
    deadline has passed: then it fails the evidence gate; before, it keeps the verdict pending.
    """

    awaited: Awaited
    subject: str = ""
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job of one of the head's workflow runs, as GitHub tells it. *name* is the one that people see (a matrix leg
    bears its values), *conclusion* ``None`` until it has completed. *workflow* is the path of its workflow.
    """

    name: str
    workflow: str
    conclusion: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The head side. *tested_sha* is the commit that CI ran on: the head itself or the merge of it with the base.

    *tracked* are the repository's files at the tested commit where known (for mapping paths), *preview* the policy
    text that the change would bring, *policy_changed* whether it touches the policy file at all. *jobs* is ``None`` in
    a terminal, where there is no workflow run to ask.
    """

    head_sha: str
    tested_sha: str
    base: Base
    uploads: tuple[Upload, ...] = ()
    gaps: tuple[Gap, ...] = ()
    tracked: frozenset[str] | None = None
    policy_changed: bool = False
    base_ref: str = ""
    jobs: tuple[Job, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRecord:
    """What one push to the base branch measured. *machine* is the runner's fingerprint. *ratios* are the logarithms
    of head over base of an A/A-like comparison made in the same job, by (group, name, measure): how far two equal
    trees differ there, for *layout*.
    """

    sha: str
    benchmarks: Benchmarks
    machine: str = ""
    layout: Layout | None = None
    ratios: Mapping[tuple[str, str, str], float] = field(default_factory=dict[tuple[str, str, str], float])


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The base side: what a push to the base branch recorded. Paths are the repository's own.

    *suites* are the outcomes of its test cases by (suite, name), *findings* what its linters said, each ``None`` where
    nothing of the kind was read. *raced* is true where tests ran of a language that has a race detector, whether it was
    on or not. *benchmarks* are the records of that branch up to this commit, the newest first.
    """

    sha: str
    coverage: Mapping[Metric, Coverage] = field(default_factory=dict[Metric, Coverage])
    suites: Mapping[tuple[str, str], Outcome] | None = None
    findings: tuple[Finding, ...] | None = None
    raced: bool = False
    benchmarks: tuple[BenchRecord, ...] = ()
    uploads: frozenset[tuple[str, str]] = frozenset()  # (workflow, name) of each that came
