"""What a delivery hints at. A hint is never believed: the flow that it wakes re-reads the truth from the forge."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.commit import Repo
from bot.flows.ports import TrackedPull


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTouched:
    """Something changed for *head_sha*: a pull request, a workflow run, a re-requested check. *again*: a person asked
    (``rerequested``), so the answer is sent even where it has not changed.
    """

    repo: Repo
    head_sha: str
    pull: TrackedPull | None = None
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven:
    """A person commented on a pull request, and the text holds at least one command."""

    repo: Repo
    number: int
    comment_id: int
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchPushed:
    """A branch moved from *before* to *after*."""

    repo: Repo
    branch: str
    before: str
    after: str
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoChanged:
    """A repository was installed, renamed, transferred, or changed its visibility."""

    repo: Repo


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoGone:
    """A repository was deleted or taken out of the installation: what is kept of it goes."""

    repo_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationGone:
    """The App was uninstalled or suspended: no further call for its repositories."""

    installation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A delivery that asks for nothing; *reason* says why, for the log."""

    reason: str


Hint = HeadTouched | CommandGiven | BranchPushed | RepoChanged | RepoGone | InstallationGone | Nothing
