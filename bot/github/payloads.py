"""The few fields that covgate reads of deliveries: https://docs.github.com/en/webhooks/webhook-events-and-payloads

Types are strict and identifiers are checked, so that a body sent under the name of another event does not pass for it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[int, Field(strict=True, gt=0, lt=2**63)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=255)]
Sha = Annotated[str, Field(strict=True, pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Account(_Part):
    login: Name
    type: str = "User"


class Repository(_Part):
    id: Id
    name: Name
    owner: Account
    private: bool
    default_branch: Name


class Installation(_Part):
    id: Id


class RepositoryScoped(_Part):
    repository: Repository
    installation: Installation | None = None  # absent from deliveries of a repository's own webhook


class _Event(RepositoryScoped):
    action: str


class _Tip(_Part):
    sha: Sha


class _Base(_Part):
    ref: Name


class _Pull(_Part):
    number: Id
    state: Literal["open", "closed"]
    head: _Tip
    base: _Base


class PullRequestEvent(_Event):
    pull_request: _Pull
    changes: dict[str, Any] = {}


class _Head(_Part):
    head_sha: Sha


class WorkflowRunEvent(_Event):
    workflow_run: _Head


class CheckRunEvent(_Event):
    check_run: _Head


class CheckSuiteEvent(_Event):
    check_suite: _Head


class MergeGroupEvent(_Event):
    merge_group: _Head


class _Issue(_Part):
    number: Id
    state: str
    pull_request: dict[str, Any] | None = None  # absent where the issue is no pull request


class _Comment(_Part):
    id: Id
    body: str | None = None
    user: Account | None = None


class IssueCommentEvent(_Event):
    issue: _Issue
    comment: _Comment


class PushEvent(RepositoryScoped):
    ref: Name
    before: Sha
    after: Sha
    deleted: bool = False


class RepositoryEvent(_Event):
    pass


class InstallationEvent(_Part):
    action: str
    installation: Installation


class _Listed(_Part):
    id: Id


class InstallationRepositoriesEvent(_Part):
    action: str
    installation: Installation
    repositories_removed: list[_Listed]
