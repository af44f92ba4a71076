"""The few fields that covgate reads of GitHub's answers; all others are left unread.

githubkit's own models name every field, and reject real answers of older servers for fields that nobody needs.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Account(_Part):
    login: str


class Repository(_Part):
    id: int
    owner: Account | None = None


class FullRepository(_Part):
    """https://docs.github.com/en/rest/repos/repos#get-a-repository"""

    id: int
    name: str
    owner: Account
    private: bool
    default_branch: str


class Branch(_Part):
    ref: str
    sha: str
    repo: Repository | None = None  # None: the fork was deleted


class Pull(_Part):
    """https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request"""

    number: int
    state: str
    draft: bool = False
    user: Account | None = None
    head: Branch
    base: Branch
    merge_commit_sha: str | None = None
    comments: int | None = None  # lists of pull requests leave it out


class PullFile(_Part):
    """https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files"""

    filename: str
    status: str
    additions: int
    deletions: int
    changes: int
    patch: str | None = None
    previous_filename: str | None = None


class TreeEntry(_Part):
    path: str
    type: str


class GitTree(_Part):
    """https://docs.github.com/en/rest/git/trees#get-a-tree"""

    tree: list[TreeEntry]
    truncated: bool = False


class HeadCommit(_Part):
    tree_id: str | None = None


class WorkflowRun(_Part):
    """https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository"""

    id: int
    run_attempt: int = 1
    path: str
    name: str | None = None
    event: str
    status: str | None = None
    conclusion: str | None = None
    head_sha: str
    head_branch: str | None = None
    head_repository: Repository | None = None
    repository: Repository
    head_commit: HeadCommit | None = None
    updated_at: datetime


class WorkflowJob(_Part):
    """https://docs.github.com/en/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run"""

    name: str
    conclusion: str | None = None
    run_attempt: int = 1


class ArtifactEntry(_Part):
    """https://docs.github.com/en/rest/actions/artifacts#list-workflow-run-artifacts"""

    id: int
    name: str
    size_in_bytes: int
    expired: bool
    digest: str | None = None
    created_at: datetime | None = None


class Sha(_Part):
    sha: str


class GitCommit(_Part):
    """https://docs.github.com/en/rest/git/commits#get-a-commit-object"""

    sha: str
    tree: Sha
    parents: tuple[Sha, ...]


class Comparison(_Part):
    """https://docs.github.com/en/rest/commits/commits#compare-two-commits"""

    merge_base_commit: Sha


class Content(_Part):
    """https://docs.github.com/en/rest/repos/contents#get-repository-content"""

    type: str
    encoding: str = ""
    size: int
    content: str = ""
    sha: str


class Application(_Part):
    id: int


class Output(_Part):
    annotations_count: int = 0


class CheckRunEntry(_Part):
    """https://docs.github.com/en/rest/checks/runs"""

    id: int
    name: str
    app: Application | None = None
    status: str = "completed"
    output: Output = Output()


class IssueComment(_Part):
    """https://docs.github.com/en/rest/issues/comments"""

    id: int
    body: str | None = None
    user: Account | None = None
    performed_via_github_app: Application | None = None


class Permission(_Part):
    """https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user"""

    permission: str
    role_name: str = ""
