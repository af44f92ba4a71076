"""What the sandbox's GitHub holds. Records are mutable: they are GitHub's state, guarded by ``World.lock``."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.sandbox.git import Git

ACTIONS_APP_ID = 15368  # GitHub's own "GitHub Actions" App

ROLES = ("none", "read", "triage", "write", "maintain", "admin")

APP_PERMISSIONS = {
    "actions": "read",
    "checks": "write",
    "contents": "read",
    "issues": "read",
    "metadata": "read",
    "pull_requests": "write",
}
"""What the App asks of an account that installs it."""

APP_EVENTS = (
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "push",
    "repository",
    "workflow_run",
)
"""What the App subscribes to; installation events and ping come unasked."""


@dataclass(slots=True, kw_only=True)
class User:
    """A person, an organization or a bot. *kind* is User, Organization or Bot."""

    id: int
    login: str
    kind: str = "User"


@dataclass(slots=True, kw_only=True)
class Installation:
    """The App at one account, on all of its repositories."""

    id: int
    account: User
    permissions: dict[str, str]
    created_at: datetime
    suspended_at: datetime | None = None
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class Repo:
    """A repository. *parent* is what it was forked from."""

    id: int
    owner: User
    name: str
    private: bool
    default_branch: str
    git: Git
    created_at: datetime
    parent: Repo | None = None
    installation: Installation | None = None
    roles: dict[str, str] = field(default_factory=dict[str, str])
    deleted: bool = False
    last_number: int = 0  # issues and pull requests count together

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"


@dataclass(slots=True, kw_only=True)
class Pull:
    """A pull request of *repo*. *head_repo* stays here after a fork was deleted; ``head_repo.deleted`` says so."""

    id: int
    number: int
    repo: Repo
    head_repo: Repo
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str  # the base branch's tip when the pull request was last opened, pushed to or retargeted
    author: User
    title: str
    body: str
    created_at: datetime
    updated_at: datetime
    draft: bool = False
    open: bool = True
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: User | None = None
    merge_commit_sha: str | None = None  # once merged
    tested: tuple[str, str, str | None] | None = None  # (base tip, head, test merge commit) of the last test merge

    @property
    def from_fork(self) -> bool:
        return self.head_repo is not self.repo


@dataclass(slots=True, kw_only=True)
class Job:
    """A job of one attempt of a run."""

    id: int
    attempt: int
    name: str
    status: str
    conclusion: str | None
    started_at: datetime


@dataclass(slots=True, kw_only=True)
class WorkflowRun:
    """A workflow run. *head_sha* is the pull request's head; *tested_sha* what the runner checks out."""

    id: int
    number: int
    repo: Repo
    head_repo: Repo
    workflow_id: int
    path: str
    name: str
    event: str
    head_branch: str
    head_sha: str
    tested_sha: str
    tested_parents: tuple[str, ...]
    actor: User
    suite: Suite
    created_at: datetime
    updated_at: datetime
    started_at: datetime
    pull: Pull | None = None
    attempt: int = 1
    status: str = "queued"
    conclusion: str | None = None
    jobs: list[Job] = field(default_factory=list[Job])
    outcomes: list[str | None] = field(default_factory=list["str | None"])  # conclusions of earlier attempts
    listings: int = 0  # how often its artifacts were listed


@dataclass(slots=True, kw_only=True)
class StoredArtifact:
    """An artifact: the zip as it was uploaded. Left out of the first *late* listings of its run."""

    id: int
    run: WorkflowRun
    name: str
    archive: bytes
    digest: str
    created_at: datetime
    expired: bool = False
    late: int = 0


@dataclass(slots=True, kw_only=True)
class Suite:
    """A check suite: one for each App and head SHA."""

    id: int
    repo: Repo
    app_id: int
    head_sha: str
    head_branch: str | None
    created_at: datetime
    updated_at: datetime
    status: str = "queued"
    conclusion: str | None = None


@dataclass(slots=True, kw_only=True)
class Check:
    """A check run. *annotations* are as they were sent, appended by each update; *updates* counts the updates."""

    id: int
    repo: Repo
    app_id: int
    suite: Suite
    name: str
    head_sha: str
    status: str
    conclusion: str | None
    external_id: str
    details_url: str | None
    started_at: datetime
    completed_at: datetime | None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    actions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    updates: int = 0


@dataclass(slots=True, kw_only=True)
class StoredComment:
    """A comment on a pull request. *app_id* is the App that wrote it, ``None`` for a person."""

    id: int
    repo: Repo
    number: int
    user: User
    app_id: int | None
    body: str
    created_at: datetime
    updated_at: datetime
    updates: int = 0
    reactions: list[Reaction] = field(default_factory=list["Reaction"])

    def counts(self) -> Counter[str]:
        """Reaction content -> how many."""
        return Counter(reaction.content for reaction in self.reactions)


@dataclass(slots=True, kw_only=True)
class Reaction:
    """A reaction: +1 -1 laugh confused heart hooray rocket eyes."""

    id: int
    user: User
    content: str
    created_at: datetime
