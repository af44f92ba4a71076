"""Everything that is known of one head commit when it is judged. Gathered by flows; judged by ``evaluate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.commit import Base
from bot.core.model.coverage import Coverage, Metric
from bot.core.model.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One parsed report file. *format* is its published name (``docs/formats.md``), *digest* the file's SHA-256.

    *roots* are the directories that the report says its file names start from (Cobertura's ``<source>``), as written:
    a relative name belongs under one of them.
    """

    path: str
    format: str
    digest: str
    coverage: Coverage
    roots: tuple[str, ...] = ()


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
class Evidence:
    """The head side. *tested_sha* is the commit that CI ran on: the head itself or the merge of it with the base.

    *tracked* are the repository's files at the tested commit where known (for mapping paths), *preview* the policy
    text that the change would bring, *policy_changed* whether it touches the policy file at all.
    """

    head_sha: str
    tested_sha: str
    base: Base
    uploads: tuple[Upload, ...] = ()
    gaps: tuple[Gap, ...] = ()
    tracked: frozenset[str] | None = None
    policy_changed: bool = False
    base_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The base side: what a push to the base branch recorded. Paths are the repository's own."""

    sha: str
    coverage: Mapping[Metric, Coverage]
